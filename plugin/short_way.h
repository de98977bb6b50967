/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* short_way.h: reads frames whose headers say all that the engine wants, without Wireshark's dissectors, as
 * long as nobody looks at what these would find.
 *
 * A dissection of a SYN costs thirty times what the engine makes of it. In tshark, with nothing but our
 * own statistics, its results are thrown away. Then a dissector of ours stands before those of the usual
 * link layers. It walks to the IP header, which engine/wire.h reads as ever, and hands every frame with
 * which there could be more to it to the dissector it stands before. */
#ifndef SN_SHORT_WAY_H
#define SN_SHORT_WAY_H

#include <epan/packet.h>

#include "engine/engine.h"

/** Makes the dissector; Wireshark calls it once, before it reads files. */
void sn_short_way_register(void);

/** Looks whether this run asks for nothing but our own taps, once for a file: when the first frame has
 * been dissected, as only then it shows that this pass feeds taps, and that it is the only one.
 * @param tap    one of our own, to which a packet has just been queued
 * @param engine gets the frames that take the short way; stays valid until sn_short_way_end() */
void sn_short_way_begin(int tap, const packet_info *pinfo, const proto_tree *tree,
                        sn_engine_t *engine);

/** The file is closed: all frames go to Wireshark's dissectors again. */
void sn_short_way_end(void);

/** Whether the engine has this frame already. */
bool sn_short_way_took(const packet_info *pinfo);

#endif
