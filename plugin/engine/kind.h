/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* kind.h: which packets belong to flows, as their headers alone tell. */
#ifndef SN_KIND_H
#define SN_KIND_H

#include "packet.h"

typedef enum {
    SN_KIND_FLOW,
    SN_KIND_ERROR, /* an ICMP error, which belongs to the flow that it quotes */
    SN_KIND_ASKER, /* asks a group over UDP or ICMP: mDNS, SSDP, broadcast discovery, a ping to all */
    SN_KIND_DHCP,
    SN_KIND_IGNORED, /* what keeps a link going: neighbour discovery, DHCP, multicast */
} sn_kind_t;

/** The kind of a packet. */
sn_kind_t sn_kind_of(const sn_packet_t *p);

/** True for a quoted packet that is no flow here, sent or not. */
bool sn_is_quote_of_no_flow(const sn_quote_t *q);

#endif
