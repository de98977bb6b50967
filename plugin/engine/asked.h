/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* asked.h: what a UDP probe asks for, by its port and the beginning of its payload. Wireshark's dissectors are not
 * asked, as most packets never meet them, so that the answer is the same whatever way a packet takes. */
#ifndef SN_ASKED_H
#define SN_ASKED_H

#include "packet.h"

typedef enum {
    SN_ASKED_NONE, /* nothing that is known here: nothing is claimed */
    SN_ASKED_DNS,
    SN_ASKED_TFTP,
    SN_ASKED_PORTMAP,
    SN_ASKED_NTP,
    SN_ASKED_NBNS,
    SN_ASKED_SNMP,
    SN_ASKED_CLDAP,
    SN_ASKED_QUIC,
    SN_ASKED_ISAKMP,
    SN_ASKED_ASF,
    SN_ASKED_RADIUS,
    SN_ASKED_SSDP,
    SN_ASKED_STUN,
    SN_ASKED_SIP,
    SN_ASKED_MDNS,
    SN_ASKED_COAP,
    SN_ASKED_MEMCACHE,
    SN_ASKEDS /* how many */
} sn_asked_t;

/** What this UDP packet, the first of a flow, asks for; SN_ASKED_NONE when nothing tells. */
sn_asked_t sn_asked_of(const sn_packet_t *p);

/** The protocol's name, as Wireshark's column has it; "" for SN_ASKED_NONE, never NULL. */
const char *sn_asked_label(sn_asked_t asked);

#endif
