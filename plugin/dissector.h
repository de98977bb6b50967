/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* dissector.h: Scan Noise as Wireshark sees it: the post-dissector, its fields and its tap. */
#ifndef SN_DISSECTOR_H
#define SN_DISSECTOR_H

#include "engine/engine.h"

/** What the tap "scannoise" hands to its listeners, once for each frame, noise or not: a flow that
 * is none now may become noise later. */
typedef struct {
    sn_engine_t *engine; /* valid for the call; take a reference to keep it */
    uint32_t frame;      /* whose flow is asked of the engine, later rather than sooner */
} sn_tap_t;

#define SN_TAP_NAME "scannoise"

/** Judges a frame of the open file with the knowledge so far.
 * @param scanner who sent it; only if it is a scan
 * @return its verdict; "not noise" as well if there is no such frame or no file */
sn_verdict_t sn_dissector_judge(uint32_t frame, sn_flow_view_t *view, sn_addr_t *scanner);

/** Ends what may go on until the program ends: see run.h. For that end. */
void sn_dissector_end(void);

/** Registers protocol, fields, preferences and tap; Wireshark calls it once. */
void sn_dissector_register(void);

#endif
