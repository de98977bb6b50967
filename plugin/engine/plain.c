/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "plain.h"

#include <string.h>

enum { /* IANA's protocol numbers */
       PROTO_ICMP = 1,
       PROTO_TCP = 6,
       PROTO_UDP = 17,
       PROTO_ICMPV6 = 58,
};

enum {
    IPV4_HEADER = 20,
    IPV4_PLAIN = 0x45, /* version 4, no options */
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
    ICMP_HEADER = 8,
};

/** Reads a header without options and narrows bytes to what follows it in the packet.
 * @param protocol out: the number of what follows
 * @param whole whether a total length that does not fit means no
 * @return false when it is not plain, or a fragment */
static bool read_ip(sn_bytes_t *b, unsigned *protocol, bool whole)
{
    if (b->captured >= IPV4_HEADER && b->at[0] == IPV4_PLAIN) {
        uint32_t total = sn_number16(b->at + 2);
        bool fragment = sn_number16(b->at + 6) & 0x3fff;
        *protocol = b->at[9];
        if (fragment || total < IPV4_HEADER || (whole && total > b->length))
            return false;
        sn_bytes_cut(b, total);
        return sn_bytes_skip(b, IPV4_HEADER);
    }
    if (b->captured >= IPV6_HEADER && b->at[0] >> 4 == 6) {
        uint32_t payload = sn_number16(b->at + 4);
        *protocol = b->at[6];
        if (payload == 0 || (whole && payload > b->length - IPV6_HEADER))
            return false;
        sn_bytes_cut(b, IPV6_HEADER + payload);
        return sn_bytes_skip(b, IPV6_HEADER);
    }
    return false;
}

/* --- UDP ------------------------------------------------------------------------------------- */

/* How payloads begin that Wireshark recognises by content, on any port, and that may carry packets. */
typedef struct {
    uint8_t at, length;
    uint8_t bytes[4], mask[4];
} beginning_t;

static const beginning_t beginnings[] = {
    {0, 1, {0x47}, {0xff}},           /* MPEG-TS, which carries DVB's IP */
    {0, 2, {0x80, 33}, {0xc0, 0x7f}}, /* the same in RTP */
    {0, 4, {0x00, 0xff, 0xab, 0xcd}, {0xff, 0xff, 0xff, 0xff}}, /* OmniPeek's remote capture */
    {0, 2, {0x00, 0x07}, {0xff, 0xff}},                         /* libpcap's remote capture */
    {0, 4, {'R', 'F', 't', 'a'}, {0xff, 0xff, 0xff, 0xff}},     /* RFtap */
    {0, 4, {0x0d, 0x0a, 0x0d, 0x0a}, {0xff, 0xff, 0xff, 0xff}}, /* PROXY protocol, version 2 */
    {0, 4, {'P', 'R', 'O', 'X'}, {0xff, 0xff, 0xff, 0xff}},     /* and version 1 */
    {0,
     4,
     {0x01, 0x00, 0x00, 0x00},
     {0xf8, 0xff, 0xff, 0xff}},         /* WireGuard: 1 to 4, and no more bits */
    {0, 2, {0x10, 0xfe}, {0xf0, 0xff}}, /* DTLS */
    {0, 1, {0x01}, {0xff}},             /* Ericsson's E100, Redback's */
    {0, 2, {0x02, 0x04}, {0xfe, 0xff}}, /* Redback's lawful interception */
    {0, 1, {0x04}, {0xff}},             /* likewise */
    {0, 1, {20}, {0xff}},               /* likewise */
    {0, 1, {40}, {0xff}},               /* likewise */
    {4,
     4,
     {0x21, 0x12, 0xa4, 0x42},
     {0xff, 0xff, 0xff, 0xff}}, /* STUN, of which TURN carries data */
};

static bool begins_so(const sn_bytes_t *payload, const beginning_t *one)
{
    if (payload->captured < (uint32_t)one->at + one->length)
        return false;
    for (unsigned i = 0; i < one->length; i++) {
        if ((payload->at[one->at + i] & one->mask[i]) != one->bytes[i])
            return false;
    }
    return true;
}

static bool begins_like_one(const sn_bytes_t *payload, const beginning_t *ones, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (begins_so(payload, &ones[i]))
            return true;
    }
    return false;
}

static sn_plain_t look_at_udp(sn_bytes_t b)
{
    if (!sn_bytes_skip(&b, UDP_HEADER))
        return SN_PLAIN_NOT;
    if (b.length == 0)
        return SN_PLAIN_HEADERS;
    bool may_carry = begins_like_one(&b, beginnings, G_N_ELEMENTS(beginnings));
    return may_carry ? SN_PLAIN_NOT : SN_PLAIN_UDP;
}

/* --- TCP ------------------------------------------------------------------------------------- */

/* The same for streams. */
static const beginning_t stream_beginnings[] = {
    {0, 2, {0x00, 0x00}, {0xff, 0x70}},                         /* libpcap's remote capture */
    {0, 4, {0x0d, 0x0a, 0x0d, 0x0a}, {0xff, 0xff, 0xff, 0xff}}, /* PROXY protocol, version 2 */
    {0, 4, {'P', 'R', 'O', 'X'}, {0xff, 0xff, 0xff, 0xff}},     /* and version 1 */
    {4, 4, {0x21, 0x12, 0xa4, 0x42}, {0xff, 0xff, 0xff, 0xff}}, /* STUN */
    {6, 4, {0x21, 0x12, 0xa4, 0x42}, {0xff, 0xff, 0xff, 0xff}}, /* and framed by RFC 4571 */
};

/** Whether Fibre Channel's encapsulation (RFC 3643) for FCIP or iFCP begins anywhere: protocol and version, and the
 * complement of both. */
static bool has_fibre_channel(const sn_bytes_t *payload)
{
    static const uint8_t fcip[] = {1, 1, 0xfe, 0xfe}, ifcp[] = {2, 1, 0xfd, 0xfe};
    const uint8_t *at = payload->at, *end = payload->at + payload->captured;
    while (at < end && (at = (const uint8_t *)memchr(at, 0xfe, (size_t)(end - at)))) {
        size_t before = (size_t)(at - payload->at), after = (size_t)(end - at);
        if (before >= 2 && after >= 2 && memcmp(at - 2, fcip, sizeof fcip) == 0)
            return true;
        if (before >= 3 && memcmp(at - 3, ifcp, sizeof ifcp) == 0)
            return true;
        at++;
    }
    return false;
}

static sn_plain_t look_at_tcp(sn_bytes_t b)
{
    if (b.captured < TCP_HEADER)
        return SN_PLAIN_NOT;
    uint32_t header = b.at[12] >> 4 << 2;
    if (header < TCP_HEADER || !sn_bytes_skip(&b, header))
        return SN_PLAIN_NOT;
    if (b.length == 0)
        return SN_PLAIN_HEADERS;
    bool may_carry = has_fibre_channel(&b) ||
                     begins_like_one(&b, stream_beginnings, G_N_ELEMENTS(stream_beginnings));
    return may_carry ? SN_PLAIN_TCP_DOUBTFUL : SN_PLAIN_TCP;
}

/* --- ICMP ------------------------------------------------------------------------------------ */

/** A quoted fragment would take part in putting its packet together. */
static sn_plain_t look_at_quote(sn_bytes_t b)
{
    unsigned protocol;
    sn_bytes_skip(&b, ICMP_HEADER);
    if (!read_ip(&b, &protocol, false))
        return SN_PLAIN_NOT;
    bool is_known = protocol == PROTO_TCP || protocol == PROTO_UDP || protocol == PROTO_ICMP ||
                    protocol == PROTO_ICMPV6;
    return is_known ? SN_PLAIN_QUOTE : SN_PLAIN_NOT;
}

static sn_plain_t look_at_icmp(sn_bytes_t b)
{
    enum {
        ECHO_REPLY = 0,
        UNREACHABLE = 3,
        ECHO = 8,
        TIME_EXCEEDED = 11,
        TIMESTAMP = 13,
        LAST = 18
    };
    if (b.captured < ICMP_HEADER)
        return SN_PLAIN_NOT;
    uint8_t type = b.at[0];
    if (type == ECHO_REPLY || type == ECHO || (type >= TIMESTAMP && type <= LAST))
        return SN_PLAIN_HEADERS;
    return type == UNREACHABLE || type == TIME_EXCEEDED ? look_at_quote(b) : SN_PLAIN_NOT;
}

static sn_plain_t look_at_icmpv6(sn_bytes_t b)
{
    enum { UNREACHABLE = 1, TIME_EXCEEDED = 3, ECHO = 128, ECHO_REPLY = 129 };
    if (b.captured < ICMP_HEADER)
        return SN_PLAIN_NOT;
    uint8_t type = b.at[0];
    if (type == ECHO || type == ECHO_REPLY)
        return SN_PLAIN_HEADERS;
    return type == UNREACHABLE || type == TIME_EXCEEDED ? look_at_quote(b) : SN_PLAIN_NOT;
}

sn_plain_t sn_plain(sn_bytes_t ip)
{
    unsigned protocol, version = ip.captured > 0 ? ip.at[0] >> 4 : 0;
    if (!read_ip(&ip, &protocol, true))
        return SN_PLAIN_NOT;
    switch (protocol) {
    case PROTO_TCP:
        return look_at_tcp(ip);
    case PROTO_UDP:
        return look_at_udp(ip);
    case PROTO_ICMP:
        return version == 4 ? look_at_icmp(ip) : SN_PLAIN_NOT;
    case PROTO_ICMPV6:
        return version == 6 ? look_at_icmpv6(ip) : SN_PLAIN_NOT;
    default:
        return SN_PLAIN_NOT;
    }
}
