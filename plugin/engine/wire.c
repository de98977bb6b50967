/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include "icmp.h"
#include "probe_uri.h"

#include <string.h>

enum { /* IANA's protocol numbers */
       PROTO_HOPOPTS = 0,
       PROTO_ICMP = 1,
       PROTO_TCP = 6,
       PROTO_UDP = 17,
       PROTO_ROUTING = 43,
       PROTO_FRAGMENT = 44,
       PROTO_AH = 51,
       PROTO_ICMPV6 = 58,
       PROTO_NONE = 59,
       PROTO_DSTOPTS = 60,
       PROTO_SCTP = 132,
       PROTO_MOBILITY = 135,
       PROTO_UDPLITE = 136,
       PROTO_HIP = 139,
       PROTO_SHIM6 = 140,
};

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    FRAGMENT_HEADER = 8,
    TCP_HEADER = 20,
    TCP_WITH_FLAGS = 14, /* enough of it to see the flags */
    UDP_HEADER = 8,
    PORTS = 4, /* both ports of TCP, UDP and SCTP */
    SCTP_HEADER = 12,
    ICMP_HEADER = 8,
    ICMP_WITH_TYPE = 2,
    ICMP_WITH_IDENTIFIER = 6,
};

/* --- IP -------------------------------------------------------------------------------------- */

/* Headers that belong to IP itself, and what stands between it and the transport. All but the
 * fragment header and AH begin with the next header's number and their length in units of 8 bytes,
 * the first 8 not counted (RFC 6564). */
static bool is_extension(unsigned protocol)
{
    switch (protocol) {
    case PROTO_HOPOPTS:
    case PROTO_ROUTING:
    case PROTO_FRAGMENT:
    case PROTO_AH:
    case PROTO_DSTOPTS:
    case PROTO_MOBILITY:
    case PROTO_HIP:
    case PROTO_SHIM6:
        return true;
    default:
        return false;
    }
}

static uint32_t extension_length(unsigned protocol, const uint8_t *at)
{
    if (protocol == PROTO_FRAGMENT)
        return FRAGMENT_HEADER;
    return protocol == PROTO_AH ? (at[1] + 2U) * 4 : (at[1] + 1U) * 8; /* AH: RFC 4302, 2.2 */
}

/** Notes a probe description URI, unless the packet has one already. @param length 0: there is none */
static void note_uri(sn_packet_t *p, const uint8_t *at, uint8_t length)
{
    if (length == 0 || p->probe_uri_len > 0)
        return;
    p->probe_uri = at;
    p->probe_uri_len = length;
}

static void note_uri_of_options(const uint8_t *header, uint32_t length, sn_packet_t *p)
{
    sn_bytes_t found = {header, length, length};
    uint8_t characters = sn_probe_uri_in_options(&found);
    note_uri(p, found.at, characters);
}

/** @param p may be NULL; out: a probe description URI */
static sn_wire_t step_over_extensions(sn_bytes_t *bytes, unsigned *protocol, sn_packet_t *p)
{
    sn_wire_t found = SN_WIRE_WHOLE;
    while (is_extension(*protocol)) {
        if (bytes->captured < FRAGMENT_HEADER)
            return SN_WIRE_NOTHING;
        const uint8_t *header = bytes->at;
        uint32_t length = extension_length(*protocol, header);
        if (!sn_bytes_skip(bytes, length))
            return SN_WIRE_NOTHING;
        if (p && (*protocol == PROTO_HOPOPTS || *protocol == PROTO_DSTOPTS))
            note_uri_of_options(header, length, p);
        unsigned fragment = *protocol == PROTO_FRAGMENT ? sn_number16(header + 2) : 0;
        *protocol = header[0];
        if (fragment >> 3 != 0)
            return SN_WIRE_FRAGMENT;
        if (fragment & 1)
            found = SN_WIRE_FIRST;
    }
    return *protocol == PROTO_NONE ? SN_WIRE_NOTHING : found;
}

sn_wire_t sn_wire_extensions(sn_bytes_t *bytes, unsigned *protocol)
{
    return step_over_extensions(bytes, protocol, NULL);
}

static sn_wire_t read_ipv4(sn_bytes_t *b, unsigned *protocol, sn_packet_t *p)
{
    const uint8_t *ip = b->at;
    uint32_t header = (ip[0] & 0xfU) * 4, total = sn_number16(ip + 2);
    unsigned fragment = sn_number16(ip + 6) & 0x3fff;
    if (p) {
        sn_addr_set_v4(&p->src, ip + 12);
        sn_addr_set_v4(&p->dst, ip + 16);
        p->ip_id = sn_number16(ip + 4);
        p->ttl = ip[8];
    }
    *protocol = ip[9];
    if (total != 0) /* 0: the network card was to fill it in (segmentation offload) */
        sn_bytes_cut(b, MAX(total, header));
    if (header < IPV4_HEADER || !sn_bytes_skip(b, header))
        return SN_WIRE_NOTHING;
    if (fragment & 0x1fff)
        return SN_WIRE_FRAGMENT;
    if (fragment)
        return SN_WIRE_FIRST;
    /* Nothing behind it: Nmap asks about each protocol with such packets. */
    return b->length == 0 || *protocol != PROTO_AH ? SN_WIRE_WHOLE
                                                   : sn_wire_extensions(b, protocol);
}

static sn_wire_t read_ipv6(sn_bytes_t *b, unsigned *protocol, sn_packet_t *p)
{
    const uint8_t *ip = b->at;
    uint32_t payload = sn_number16(ip + 4);
    if (p) {
        p->src = sn_addr_v6(ip + 8);
        p->dst = sn_addr_v6(ip + 24);
        p->ip_id = 0;
        p->ttl = ip[7];
    }
    *protocol = ip[6];
    bool jumbogram = payload == 0 && *protocol == PROTO_HOPOPTS; /* RFC 2675 */
    sn_bytes_skip(b, IPV6_HEADER);
    if (!jumbogram)
        sn_bytes_cut(b, payload);
    return step_over_extensions(b, protocol, p);
}

sn_wire_t sn_wire_ip(sn_bytes_t *bytes, unsigned *protocol, sn_packet_t *p)
{
    unsigned version = bytes->captured > 0 ? bytes->at[0] >> 4 : 0;
    if (version == 4 && bytes->captured >= IPV4_HEADER)
        return read_ipv4(bytes, protocol, p);
    if (version == 6 && bytes->captured >= IPV6_HEADER)
        return read_ipv6(bytes, protocol, p);
    return SN_WIRE_NOTHING;
}

/* --- Transports ------------------------------------------------------------------------------ */

sn_transport_t sn_wire_transport_of(uint8_t version, unsigned protocol)
{
    switch (protocol) {
    case PROTO_TCP:
        return SN_TRANSPORT_TCP;
    case PROTO_UDP:
    case PROTO_UDPLITE:
        return SN_TRANSPORT_UDP;
    case PROTO_ICMP:
        return version == 4 ? SN_TRANSPORT_ICMP : SN_TRANSPORT_IP;
    case PROTO_ICMPV6:
        return version == 6 ? SN_TRANSPORT_ICMP : SN_TRANSPORT_IP;
    case PROTO_SCTP:
        return SN_TRANSPORT_SCTP;
    default:
        return SN_TRANSPORT_IP;
    }
}

/** Not inlined, as most packets end at the look below. */
static G_GNUC_NO_INLINE void note_uri_of_payload(const sn_bytes_t *b, uint32_t header,
                                                 sn_packet_t *p)
{
    sn_bytes_t payload = {b->at + header, b->captured - header, b->length - header};
    note_uri(p, payload.at, sn_probe_uri_length(payload));
}

/** Looks for a probe description URI behind a transport header: for most packets at one byte. */
static inline void look_for_uri(const sn_bytes_t *b, uint32_t header, sn_packet_t *p)
{
    if (b->captured > header && sn_probe_uri_may_begin(b->at[header]))
        note_uri_of_payload(b, header, p);
}

static void read_ports(const sn_bytes_t *b, sn_packet_t *p)
{
    p->sport = sn_number16(b->at);
    p->dport = sn_number16(b->at + 2);
}

/* RFC 9293, 3.2 and the registry of TCP options. Stops at the first option that does not fit. */
static void read_tcp_options(const uint8_t *at, const uint8_t *end, sn_packet_t *p)
{
    enum { END = 0, NOP = 1, MSS = 2, WINDOW_SCALE = 3, SACK_PERMITTED = 4, TIMESTAMPS = 8 };
    while (at < end && *at != END) {
        if (*at == NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return;
        uint8_t bit = SN_TCPOPT_OTHER;
        if (at[0] == MSS && at[1] == 4) {
            bit = SN_TCPOPT_MSS;
            p->tcp_mss = sn_number16(at + 2);
        } else if (at[0] == WINDOW_SCALE) {
            bit = SN_TCPOPT_WINDOW_SCALE;
        } else if (at[0] == SACK_PERMITTED) {
            bit = SN_TCPOPT_SACK_PERMITTED;
        } else if (at[0] == TIMESTAMPS) {
            bit = SN_TCPOPT_TIMESTAMPS;
            if (at[1] == 10)
                p->tcp_tsval = sn_number32(at + 2);
        }
        p->tcp_options |= bit;
        at += at[1];
    }
}

static bool read_tcp(const sn_bytes_t *b, sn_packet_t *p)
{
    if (b->captured < TCP_WITH_FLAGS)
        return false;
    read_ports(b, p);
    p->tcp_seq = sn_number32(b->at + 4);
    p->tcp_ack = sn_number32(b->at + 8);
    p->tcp_flags = sn_number16(b->at + 12) & 0x1ff;
    p->tcp_header_len = (uint8_t)(b->at[12] >> 4 << 2);
    if (p->tcp_header_len >= TCP_HEADER && p->tcp_header_len < b->length)
        p->payload = b->length - p->tcp_header_len;
    if (p->payload > 0)
        look_for_uri(b, p->tcp_header_len, p);
    if (b->captured < TCP_HEADER)
        return true;
    p->tcp_window = sn_number16(b->at + 14);
    uint32_t options_end = MIN(b->captured, p->tcp_header_len);
    if (options_end > TCP_HEADER)
        read_tcp_options(b->at + TCP_HEADER, b->at + options_end, p);
    return true;
}

static bool read_udp(const sn_bytes_t *b, sn_packet_t *p)
{
    if (b->captured < PORTS)
        return false;
    read_ports(b, p);
    if (b->length > UDP_HEADER)
        p->payload = b->length - UDP_HEADER;
    if (b->captured > UDP_HEADER) {
        p->head_len = (uint8_t)MIN(b->captured - UDP_HEADER, SN_HEAD_BYTES);
        memcpy(p->head, b->at + UDP_HEADER, p->head_len);
        look_for_uri(b, UDP_HEADER, p);
    }
    return true;
}

/** Not inlined, as other packets have no use for the stack that a quote takes. */
static G_GNUC_NO_INLINE bool read_icmp(const sn_bytes_t *b, sn_packet_t *p)
{
    if (b->captured < ICMP_WITH_TYPE)
        return false;
    p->icmp_type = b->at[0];
    p->icmp_code = b->at[1];
    uint16_t kind = sn_icmp_kind(p->src.version, p->icmp_type);
    if (kind != 0) {
        if (b->captured < ICMP_WITH_IDENTIFIER)
            return false;
        p->sport = sn_number16(b->at + 4);
    }
    sn_icmp_role_t role = sn_icmp_role(p->src.version, p->icmp_type);
    if (role == SN_ICMP_QUERY && kind == SN_ICMP_ECHO)
        look_for_uri(b, ICMP_HEADER, p);
    sn_bytes_t quoted = *b;
    if (role == SN_ICMP_ERROR && sn_bytes_skip(&quoted, ICMP_HEADER))
        p->has_quote = sn_wire_quote(quoted, &p->quote);
    return true;
}

static bool read_sctp(const sn_bytes_t *b, sn_packet_t *p)
{
    if (b->captured <= SCTP_HEADER)
        return false;
    read_ports(b, p);
    p->sctp_chunk = b->at[SCTP_HEADER];
    return true;
}

bool sn_wire_transport(sn_bytes_t bytes, unsigned protocol, sn_packet_t *p)
{
    p->transport =
        bytes.length > 0 ? sn_wire_transport_of(p->src.version, protocol) : SN_TRANSPORT_IP;
    switch (p->transport) {
    case SN_TRANSPORT_TCP:
        return read_tcp(&bytes, p);
    case SN_TRANSPORT_UDP:
        return read_udp(&bytes, p);
    case SN_TRANSPORT_ICMP:
        return read_icmp(&bytes, p);
    case SN_TRANSPORT_SCTP:
        return read_sctp(&bytes, p);
    case SN_TRANSPORT_IP:
        break;
    }
    p->dport = (uint16_t)protocol;
    return true;
}

sn_bytes_t sn_wire_udp_payload(sn_bytes_t bytes)
{
    return sn_bytes_skip(&bytes, UDP_HEADER) ? bytes : (sn_bytes_t){0};
}

bool sn_wire_carrier(sn_bytes_t bytes, const uint8_t *inner, sn_packet_t *carrier)
{
    bool found = false;
    for (; bytes.captured > 0 && bytes.at < inner; sn_bytes_skip(&bytes, 1)) {
        sn_bytes_t packet = bytes;
        sn_packet_t facts = {0};
        unsigned protocol;
        if (sn_wire_ip(&packet, &protocol, &facts) != SN_WIRE_WHOLE || protocol != PROTO_UDP)
            continue;
        bool reaches = packet.at + UDP_HEADER <= inner && packet.at + packet.captured > inner;
        if (!reaches || !sn_wire_transport(packet, protocol, &facts))
            continue;
        /* By chance four bytes look like the start of a header now and then; not so UDP's length. */
        if (sn_number16(packet.at + 4) == packet.length) {
            carrier->src = facts.src;
            carrier->dst = facts.dst;
            carrier->transport = facts.transport;
            carrier->sport = facts.sport;
            carrier->dport = facts.dport;
            found = true;
        }
    }
    return found;
}

bool sn_wire_quote(sn_bytes_t bytes, sn_quote_t *quote)
{
    unsigned protocol;
    sn_packet_t p = {0};
    /* The length in the quoted header is the whole packet's, of which a part is quoted. */
    bytes.length = UINT32_MAX;
    sn_wire_t found = sn_wire_ip(&bytes, &protocol, &p);
    if (found == SN_WIRE_NOTHING || found == SN_WIRE_FRAGMENT)
        return false;
    p.transport =
        bytes.captured > 0 ? sn_wire_transport_of(p.src.version, protocol) : SN_TRANSPORT_IP;
    if (p.transport == SN_TRANSPORT_IP) {
        p.dport = (uint16_t)protocol;
    } else if (p.transport == SN_TRANSPORT_ICMP) {
        if (bytes.captured < ICMP_WITH_IDENTIFIER)
            return false;
        p.icmp_type = bytes.at[0];
        p.sport = sn_number16(bytes.at + 4);
    } else {
        if (bytes.captured < PORTS)
            return false;
        read_ports(&bytes, &p);
    }
    *quote = (sn_quote_t){p.src, p.dst, p.transport, p.sport, p.dport, p.icmp_type};
    return true;
}
