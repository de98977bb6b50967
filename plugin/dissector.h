/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/** Registers protocol, fields, preferences and tap; Wireshark calls it once. */
void sn_dissector_register(void);

#endif
