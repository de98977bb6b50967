/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quote.h"

#include <epan/ipproto.h>

#include "wireshark-compat.h"

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    IPV6_EXTENSIONS = 8, /* more in one packet than any real one has */
    PORTS_LENGTH = 4,
    ICMP_WITH_IDENTIFIER = 6,
};

sn_transport_t sn_transport_of(uint8_t version, unsigned protocol)
{
    switch (protocol) {
    case IP_PROTO_TCP:
        return SN_TRANSPORT_TCP;
    case IP_PROTO_UDP:
    case IP_PROTO_UDPLITE:
        return SN_TRANSPORT_UDP;
    case IP_PROTO_ICMP:
        return version == 4 ? SN_TRANSPORT_ICMP : SN_TRANSPORT_IP;
    case IP_PROTO_ICMPV6:
        return version == 6 ? SN_TRANSPORT_ICMP : SN_TRANSPORT_IP;
    case IP_PROTO_SCTP:
        return SN_TRANSPORT_SCTP;
    default:
        return SN_TRANSPORT_IP;
    }
}

static bool has(tvbuff_t *tvb, int offset, int length)
{
    return tvb_bytes_exist(tvb, offset, length);
}

/* The extension headers that RFC 8200, 4 lets stand before the transport; all but the fragment
 * header, which is 8 bytes long, begin with the next header and their length. */
static bool is_extension(unsigned protocol)
{
    return protocol == IP_PROTO_HOPOPTS || protocol == IP_PROTO_ROUTING ||
           protocol == IP_PROTO_FRAGMENT || protocol == IP_PROTO_DSTOPTS;
}

/** Steps over extension headers. @param offset in: the first one; out: the transport header */
static bool skip_extensions(tvbuff_t *tvb, int *offset, unsigned *protocol)
{
    for (int i = 0; i < IPV6_EXTENSIONS && is_extension(*protocol); i++) {
        if (!has(tvb, *offset, 8))
            return false;
        bool fragment = *protocol == IP_PROTO_FRAGMENT;
        *protocol = sn_tvb_get_uint8(tvb, *offset);
        *offset += fragment ? 8 : 8 * (1 + sn_tvb_get_uint8(tvb, *offset + 1));
    }
    return true;
}

/** Reads the addresses. @return the offset of the transport header, or -1 */
static int read_ip(tvbuff_t *tvb, int offset, sn_quote_t *quote, unsigned *protocol)
{
    unsigned version = has(tvb, offset, 1) ? sn_tvb_get_uint8(tvb, offset) >> 4 : 0;
    if (version == 4 && has(tvb, offset, IPV4_HEADER)) {
        const uint8_t *ip = tvb_get_ptr(tvb, offset, IPV4_HEADER);
        quote->src = sn_addr_v4(ip + 12);
        quote->dst = sn_addr_v4(ip + 16);
        *protocol = ip[9];
        return offset + (ip[0] & 0xf) * 4;
    }
    if (version == 6 && has(tvb, offset, IPV6_HEADER)) {
        const uint8_t *ip = tvb_get_ptr(tvb, offset, IPV6_HEADER);
        quote->src = sn_addr_v6(ip + 8);
        quote->dst = sn_addr_v6(ip + 24);
        *protocol = ip[6];
        offset += IPV6_HEADER;
        return skip_extensions(tvb, &offset, protocol) ? offset : -1;
    }
    return -1;
}

bool sn_quote_read(tvbuff_t *tvb, int offset, sn_quote_t *quote)
{
    unsigned protocol;
    *quote = (sn_quote_t){0};
    int at = read_ip(tvb, offset, quote, &protocol);
    if (at < 0)
        return false;
    /* Nothing behind the IP header: there was nothing, see note_bare_header() in probe.c. */
    quote->transport =
        has(tvb, at, 1) ? sn_transport_of(quote->src.version, protocol) : SN_TRANSPORT_IP;
    if (quote->transport == SN_TRANSPORT_IP) {
        quote->dport = (uint16_t)protocol;
        return true;
    }
    if (quote->transport == SN_TRANSPORT_ICMP) {
        if (!has(tvb, at, ICMP_WITH_IDENTIFIER))
            return false;
        quote->icmp_type = sn_tvb_get_uint8(tvb, at);
        quote->sport = tvb_get_ntohs(tvb, at + 4);
        return true;
    }
    if (!has(tvb, at, PORTS_LENGTH))
        return false;
    quote->sport = tvb_get_ntohs(tvb, at);
    quote->dport = tvb_get_ntohs(tvb, at + 2);
    return true;
}
