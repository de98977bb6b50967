/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* wire.h: reads headers as they stand in a packet, from IP to the start of the payload, into the
 * engine's facts. Packets are hostile: nothing is read that was not captured. */
#ifndef SN_WIRE_H
#define SN_WIRE_H

#include "bytes.h"
#include "packet.h"

/** What an IP header, and the headers between it and the transport, say. */
typedef enum {
    SN_WIRE_NOTHING, /* no transport: not IP, too little captured, or a header of IP's own comes last */
    SN_WIRE_WHOLE,    /* the transport header follows */
    SN_WIRE_FIRST,    /* likewise, but it is the first fragment */
    SN_WIRE_FRAGMENT, /* a later fragment */
} sn_wire_t;

/** Reads an IP header (RFC 791, RFC 8200) and steps over extension headers and AH.
 * @param bytes    in: from the IP header on, what follows the IP packet included; out: what follows
 *                 the headers, to the end of the IP packet
 * @param protocol out: the transport's number
 * @param p        out, may be NULL: addresses, IP ID and TTL; a probe description URI of an option, for which
 *                 probe_uri_len is to be 0 */
sn_wire_t sn_wire_ip(sn_bytes_t *bytes, unsigned *protocol, sn_packet_t *p);

/** Steps over IPv6 extension headers and AH, as sn_wire_ip() does, where one of them comes first.
 * @param protocol in: what comes first; out: the transport's number */
sn_wire_t sn_wire_extensions(sn_bytes_t *bytes, unsigned *protocol);

/** What a UDP packet carries, as far as it was captured. @param bytes from its header on @return may be empty */
sn_bytes_t sn_wire_udp_payload(sn_bytes_t bytes);

/** Looks for the UDP packet that carries another IP packet: the last IP header before that one whose
 * packet reaches over it and has UDP as its transport.
 * @param bytes the buffer that both are in
 * @param inner where the carried packet's IP header begins
 * @param carrier out: its addresses and ports; the rest stays as it is
 * @return false when there is none: another kind of tunnel, or none */
bool sn_wire_carrier(sn_bytes_t bytes, const uint8_t *inner, sn_packet_t *carrier);

/** The transport that a protocol's number stands for under an IP version, 4 or 6. */
sn_transport_t sn_wire_transport_of(uint8_t version, unsigned protocol);

/** Reads a transport header. Without any bytes the transport is SN_TRANSPORT_IP: Nmap's IP protocol
 * scan sends bare IP headers.
 * @param p in: the addresses, and probe_uri_len as sn_wire_ip() has left it; out: the transport's facts, and a probe
 *          description URI at the beginning of what TCP, UDP or an ICMP echo request carries
 * @return false when too little was captured to tell the flow */
bool sn_wire_transport(sn_bytes_t bytes, unsigned protocol, sn_packet_t *p);

/** Reads the packet that an ICMP error quotes: addresses, and the first bytes of its transport
 * header. Errors quote 8 bytes of it at least (RFC 792), so the ports are there, or the type and
 * identifier of a query.
 * @return false when too little was quoted or captured, or it is no IP */
bool sn_wire_quote(sn_bytes_t bytes, sn_quote_t *quote);

#endif
