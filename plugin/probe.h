/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.h: turns what Wireshark dissects into the engine's facts.
 *
 * When a frame has been dissected, its network-layer addresses are those of the innermost IP packet.
 * They lead to its header: Wireshark keeps IPv4 addresses as pointers to where they were read, in the
 * frame or in the buffer that a packet was reassembled or decrypted into, and the bytes of IPv6
 * addresses can be found there. So each encapsulation that Wireshark knows is known here. A wrapper in
 * the table "ip.proto" would know as many and cost two more calls of a dissector for each packet. */
#ifndef SN_PROBE_H
#define SN_PROBE_H

#include <epan/packet.h>

#include "engine/wire.h"

/** What a frame says beside the facts of its packet. */
typedef struct {
    bool in_udp;    /* another packet carries it by UDP, see sn_probe_carrier() */
    sn_bytes_t dns; /* what may be a DNS answer, borrowed from the frame; empty: it is none */
} sn_probe_more_t;

/** A frame's bytes, as far as they were captured. */
sn_bytes_t sn_probe_frame(tvbuff_t *frame, const packet_info *pinfo);

/** Begins a packet's facts with those of its frame; whom the frame is for, and what IP and transport say, is
 * still to be read. */
void sn_probe_begin(const packet_info *pinfo, sn_packet_t *packet);

/** The facts of a frame that has just been dissected.
 * @param frame the whole frame
 * @param packet out: valid when true is returned
 * @param more out: valid likewise
 * @return false when the frame has no IP packet with enough of a transport header, or is a fragment
 *         that completes nothing */
bool sn_probe_read(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *packet, sn_probe_more_t *more);

/** The UDP packet that carries the one that sn_probe_read() read, if there is one (VXLAN, GENEVE, Teredo,
 * AYIYA, GTP …).
 * @param carrier in: what sn_probe_read() has read; out: the carrier's addresses and ports, when true is
 *                returned */
bool sn_probe_carrier(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *carrier);

#endif
