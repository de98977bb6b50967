/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* icmp.h: what an ICMP or ICMPv6 type means for the verdict (RFC 792, RFC 950, RFC 4443). */
#ifndef SN_ICMP_H
#define SN_ICMP_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SN_ICMP_OTHER, /* neighbour discovery, router and multicast chatter, redirects: never noise */
    SN_ICMP_QUERY,
    SN_ICMP_REPLY,
    SN_ICMP_ERROR, /* says that a packet did not arrive, and quotes it */
} sn_icmp_role_t;

enum { /* kinds of query, by their IPv4 request type; ICMPv6 has only the first */
       SN_ICMP_ECHO = 8,
       SN_ICMP_TIMESTAMP = 13,
       SN_ICMP_INFORMATION = 15, /* RFC 792 */
       SN_ICMP_ADDRESS_MASK = 17,
};

enum { /* kinds of errors, as bits */
       SN_ICMP_UNREACHABLE = 1,
       SN_ICMP_TIME_EXCEEDED = 2,
       SN_ICMP_PARAMETER_PROBLEM = 4,
};

/** The role of a message. @param version 4 or 6, the IP version that carried it */
sn_icmp_role_t sn_icmp_role(uint8_t version, uint8_t type);

/** True for "time exceeded": a router's word on the way, not the target's. */
bool sn_icmp_is_time_exceeded(uint8_t version, uint8_t type);

/** The kind of an error, an SN_ICMP_ bit; 0 for other messages. */
uint16_t sn_icmp_error(uint8_t version, uint8_t type);

/** The kind of query that a query or a reply belongs to; 0 for other messages. */
uint16_t sn_icmp_kind(uint8_t version, uint8_t type);

#endif
