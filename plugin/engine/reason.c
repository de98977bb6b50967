/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "reason.h"

typedef struct {
    const char *label;
    sn_verdict_t verdict;
} row_t;

static const row_t rows[SN_REASONS] = {
    [SN_REASON_NONE] = {"", SN_VERDICT_NOT_NOISE},
    [SN_REASON_TO_ITSELF] = {"to itself", SN_VERDICT_NOT_NOISE},
    [SN_REASON_NOT_INWARD] = {"not inward", SN_VERDICT_NOT_NOISE},
    [SN_REASON_LINK_TRAFFIC] = {"link traffic", SN_VERDICT_NOT_NOISE},
    [SN_REASON_STREAM] = {"stream", SN_VERDICT_NOT_NOISE},
    [SN_REASON_FROM_MIDDLE] = {"from the middle", SN_VERDICT_NOT_NOISE},
    [SN_REASON_OLD_CONNECTION] = {"old connection", SN_VERDICT_NOT_NOISE},
    [SN_REASON_ELSEWHERE] = {"answered from elsewhere", SN_VERDICT_NOT_NOISE},
    [SN_REASON_CALLBACK] = {"callback", SN_VERDICT_NOT_NOISE},
    [SN_REASON_ACQUAINTED] = {"acquainted", SN_VERDICT_NOT_NOISE},
    [SN_REASON_NAMED] = {"asked by name", SN_VERDICT_NOT_NOISE},
    [SN_REASON_SOCKET] = {"working socket", SN_VERDICT_NOT_NOISE},
    [SN_REASON_PATH] = {"path measurement", SN_VERDICT_NOT_NOISE},
    [SN_REASON_RETURNING] = {"returning client", SN_VERDICT_NOT_NOISE},
    [SN_REASON_REPETITION] = {"repetition", SN_VERDICT_NOT_NOISE},
    [SN_REASON_TALKING] = {"talking", SN_VERDICT_NOT_NOISE},
    [SN_REASON_OUTWARD] = {"outward", SN_VERDICT_NOT_NOISE},
    [SN_REASON_FEW_TAILS] = {"too few tails", SN_VERDICT_NOT_NOISE},
    [SN_REASON_PENDING] = {"pending", SN_VERDICT_NOT_NOISE},
    [SN_REASON_CLIENT] = {"client", SN_VERDICT_NOT_NOISE},
    [SN_REASON_LOCAL] = {"local", SN_VERDICT_NOT_NOISE},
    [SN_REASON_CONVERSATION] = {"conversation", SN_VERDICT_NOT_NOISE},
    [SN_REASON_HANDMADE] = {"made by hand", SN_VERDICT_SCAN},
    [SN_REASON_ODD_RESPONSES] = {"odd responses", SN_VERDICT_SCAN},
    [SN_REASON_TAILS] = {"tails", SN_VERDICT_SCAN},
    [SN_REASON_SCANNING_SOURCE] = {"scanning source", SN_VERDICT_SCAN},
    [SN_REASON_FOLLOW_UP] = {"follow-up", SN_VERDICT_SCAN},
    [SN_REASON_EXPOSED_PING] = {"exposed ping", SN_VERDICT_SCAN},
    [SN_REASON_DARK] = {"dark", SN_VERDICT_SCAN},
    [SN_REASON_STRANGER] = {"stranger", SN_VERDICT_SCAN},
    [SN_REASON_RESPONSE] = {"response", SN_VERDICT_BACKSCATTER},
    [SN_REASON_REFLECTION] = {"reflection", SN_VERDICT_BACKSCATTER},
};

const char *sn_reason_label(sn_reason_t reason)
{
    return reason < SN_REASONS ? rows[reason].label : "";
}

sn_verdict_t sn_reason_verdict(sn_reason_t reason)
{
    return reason < SN_REASONS ? rows[reason].verdict : SN_VERDICT_NOT_NOISE;
}
