/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* reason.h: the rules of the verdict as words, which a filter can ask for. README's page on judging has one
 * paragraph or row for each, under this name. */
#ifndef SN_REASON_H
#define SN_REASON_H

typedef enum {
    SN_VERDICT_NOT_NOISE,
    SN_VERDICT_SCAN,
    SN_VERDICT_BACKSCATTER,
} sn_verdict_t;

/** Why a flow got its verdict. Those up to SN_REASON_REPETITION are innocent reasons, in their order. */
typedef enum {
    SN_REASON_NONE,
    SN_REASON_TO_ITSELF,
    SN_REASON_NOT_INWARD,
    SN_REASON_LINK_TRAFFIC,
    SN_REASON_STREAM,
    SN_REASON_FROM_MIDDLE,
    SN_REASON_OLD_CONNECTION,
    SN_REASON_ELSEWHERE,
    SN_REASON_CALLBACK,
    SN_REASON_ACQUAINTED,
    SN_REASON_NAMED,
    SN_REASON_SOCKET,
    SN_REASON_PATH,
    SN_REASON_RETURNING,
    SN_REASON_REPETITION,
    SN_REASON_TALKING,
    SN_REASON_OUTWARD,
    SN_REASON_FEW_TAILS,
    SN_REASON_PENDING,
    SN_REASON_CLIENT,
    SN_REASON_LOCAL,
    SN_REASON_CONVERSATION,
    SN_REASON_HANDMADE,
    SN_REASON_ODD_RESPONSES,
    SN_REASON_TAILS,
    SN_REASON_SCANNING_SOURCE,
    SN_REASON_FOLLOW_UP,
    SN_REASON_EXPOSED_PING,
    SN_REASON_DARK,
    SN_REASON_STRANGER,
    SN_REASON_RESPONSE,
    SN_REASON_REFLECTION,
    SN_REASONS /* how many */
} sn_reason_t;

enum { /* of scans, which stand together */
       SN_SCAN_REASON_FIRST = SN_REASON_HANDMADE,
       SN_SCAN_REASONS = SN_REASON_STRANGER - SN_REASON_HANDMADE + 1, /* how many */
};

/** The reason's name as fields and tables show it; "" for SN_REASON_NONE, never NULL. */
const char *sn_reason_label(sn_reason_t reason);

/** The verdict that goes with a reason. */
sn_verdict_t sn_reason_verdict(sn_reason_t reason);

#endif
