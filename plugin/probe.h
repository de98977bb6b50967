/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.h: turns what Wireshark dissects into the engine's facts.
 *
 * Wireshark hands every transport header to a dissector that it looks up in the table "ip.proto",
 * whatever the packet was wrapped in. There a small wrapper stands in front of each one: it notes
 * the header's facts and calls the original. So each encapsulation that Wireshark knows is known
 * here, and in a tunnel the innermost packet is noted last and counts. */
#ifndef SN_PROBE_H
#define SN_PROBE_H

#include <epan/packet.h>

#include "engine/packet.h"

/** Registers the wrapper's protocol, which is one in name only: it adds no layer to a packet. Call
 * while Wireshark registers protocols. */
void sn_probe_register(void);

/** Puts the wrapper in front of the dissectors. Call at handoff, when they are all registered. */
void sn_probe_handoff(void);

/** The facts noted while this frame was dissected, once. Frames are noted when they are seen for the
 * first time, not in later passes.
 * @param frame the whole frame
 * @return NULL when the frame has no IP packet with enough of a transport header; valid until the
 *         next frame is dissected */
const sn_packet_t *sn_probe_take(tvbuff_t *frame, packet_info *pinfo);

#endif
