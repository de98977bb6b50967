/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* link.h: finds the IP packet in a frame of the usual link layers. It takes only what leaves no doubt:
 * for everything else Wireshark's dissectors are there. */
#ifndef SN_LINK_H
#define SN_LINK_H

#include "bytes.h"

typedef enum { /* what a frame begins with */
               SN_LINK_ETHERNET,
               SN_LINK_PPP,  /* HDLC-like framing (RFC 1662), address and control left out or not */
               SN_LINK_SLL,  /* Linux's cooked capture */
               SN_LINK_SLL2, /* its second version */
               SN_LINK_NULL, /* BSD's loopback: the address family in some host's byte order */
               SN_LINK_LOOP, /* OpenBSD's: in network byte order */
               SN_LINK_RAW,  /* IP, either version */
               SN_LINK_RAW_V4, /* IPv4 */
               SN_LINK_RAW_V6, /* IPv6 */
} sn_link_t;

/** Steps over the link layer: with Ethernet and cooked captures also over tags of 802.1Q and 802.1ad and
 * over PPPoE.
 * @param bytes  in: the frame; out, when true is returned: from the IP header on, to the end of what
 *               carries it
 * @param to_all out, when true is returned: the frame goes to all, in cooked captures also to a group
 * @return false when it is anything but an IP packet of the version that the link layer announces */
bool sn_link_to_ip(sn_link_t link, sn_bytes_t *bytes, bool *to_all);

#endif
