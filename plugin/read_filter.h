/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* read_filter.h: finds the frames that a read filter (tshark -2 -R, File -> Open) drops.
 *
 * Wireshark tells nobody: a frame is dissected, the filter says no, and the next frame comes with the same
 * number. Only of the last one that is dropped nothing is heard any more. */
#ifndef SN_READ_FILTER_H
#define SN_READ_FILTER_H

#include <epan/packet_info.h>

#include "engine/engine.h"

/** Begins with a file. */
void sn_read_filter_open(void);

/** Notes a frame before the engine observes it, and lets the engine forget one that was dropped. To be
 * called for each frame, the first time and later. */
void sn_read_filter_note(sn_engine_t *engine, const packet_info *pinfo);

/** Whether Wireshark has a frame of this number for all that is known. False for the last frame that was
 * read, if others have been dropped, until it is seen again: it may have been dropped as well. */
bool sn_read_filter_has(uint32_t frame);

#endif
