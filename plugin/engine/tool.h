/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.h: the program that made a probe, where a header gives it away. */
#ifndef SN_TOOL_H
#define SN_TOOL_H

#include "packet.h"

typedef enum {
    SN_TOOL_NONE, /* no fingerprint: nothing is claimed */
    SN_TOOL_ZMAP,
    SN_TOOL_MASSCAN,
    SN_TOOL_MIRAI,
    SN_TOOL_NMAP,
    SN_TOOL_UNICORNSCAN,
    SN_TOOL_HPING,
    SN_TOOLS /* how many */
} sn_tool_t;

/** The tool that made this packet, the first of a flow; SN_TOOL_NONE when nothing tells. */
sn_tool_t sn_tool_of(const sn_packet_t *p);

/** True for a SYN as Unicornscan makes it by default, which is also how an old Cisco router does. Only a
 * second SYN of the same source, elsewhere and with the same key, makes it Unicornscan's.
 * @param key out: what Unicornscan mixed into the sequence number, the same in all probes of one run */
bool sn_is_like_unicornscan(const sn_packet_t *p, uint32_t *key);

/** The tool's name as fields and tables show it; "" for SN_TOOL_NONE, never NULL. */
const char *sn_tool_label(sn_tool_t tool);

#endif
