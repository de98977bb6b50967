/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quote.h: the packet that an ICMP error quotes. */
#ifndef SN_QUOTE_H
#define SN_QUOTE_H

#include <epan/tvbuff.h>

#include "engine/packet.h"

/** Reads the head of a quoted IP packet: addresses, and the first bytes of its transport header.
 * Errors quote 8 bytes of it at least (RFC 792), so the ports are there, or the type and identifier
 * of a query.
 * @param offset where the quoted IP header begins
 * @return false when too little was quoted or captured, or it is no IP */
bool sn_quote_read(tvbuff_t *tvb, int offset, sn_quote_t *quote);

/** The transport that an IP protocol number stands for in a packet of this IP version;
 * SN_TRANSPORT_IP for all that have none of their own here. */
sn_transport_t sn_transport_of(uint8_t version, unsigned protocol);

#endif
