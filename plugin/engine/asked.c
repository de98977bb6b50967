/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "asked.h"

#include <string.h>

#include "bytes.h"

static bool begins_with(const sn_packet_t *p, unsigned at, const char *text)
{
    size_t n = strlen(text);
    return p->head_len >= at + n && memcmp(p->head + at, text, n) == 0;
}

/* RFC 1035, 4.1.1: a query's header, with an opcode that there is and fewer than 256 records of each kind. Multicast
 * DNS and NetBIOS' names (RFC 1002, 4.2.1) have the same. */
static bool is_dns(const sn_packet_t *p)
{
    enum { HEADER = 12, RESPONSE = 0x80, LAST_OPCODE = 8 };
    if (p->head_len < HEADER || p->head[2] & RESPONSE || p->head[2] >> 3 > LAST_OPCODE)
        return false;
    return (p->head[4] | p->head[6] | p->head[8] | p->head[10]) == 0;
}

/* RFC 1350, 5: to read or to write, and the name of a file. */
static bool is_tftp(const sn_packet_t *p)
{
    return p->head_len >= 4 && p->head[0] == 0 && (p->head[1] == 1 || p->head[1] == 2) &&
           g_ascii_isprint((char)p->head[2]);
}

/* RFC 5531, 9: a call by version 2 of RPC; RFC 1833: of the port mapper's program. */
static bool is_portmap(const sn_packet_t *p)
{
    enum { CALL = 0, RPC = 2, PORT_MAPPER = 100000 };
    return p->head_len >= 16 && sn_number32(p->head + 4) == CALL &&
           sn_number32(p->head + 8) == RPC && sn_number32(p->head + 12) == PORT_MAPPER;
}

/* RFC 5905, 7.3: a client (3) or peer (1) with a version and the whole header; RFC 9327 and ntpd's private mode: a
 * request without the bit of a response. */
static bool is_ntp(const sn_packet_t *p)
{
    enum { HEADER = 48, LAST_VERSION = 4, RESPONSE = 0x80 };
    if (p->head_len < 8)
        return false;
    unsigned mode = p->head[0] & 7, version = p->head[0] >> 3 & 7;
    if (version == 0 || version > LAST_VERSION)
        return false;
    if (mode == 6)
        return !(p->head[1] & RESPONSE);
    if (mode == 7)
        return !(p->head[0] & RESPONSE);
    return (mode == 1 || mode == 3) && p->payload >= HEADER;
}

/** What a sequence of BER (X.690) begins with, an integer. @return the place behind it; 0: it does not begin so */
static unsigned behind_integer(const sn_packet_t *p, uint8_t *last)
{
    enum { SEQUENCE = 0x30, INTEGER = 2, LONG = 0x80 };
    if (p->head_len < 2 || p->head[0] != SEQUENCE)
        return 0;
    unsigned at = 2 + (p->head[1] & LONG ? p->head[1] & 0x7fU : 0);
    if (at + 2 >= p->head_len || p->head[at] != INTEGER)
        return 0;
    unsigned length = p->head[at + 1];
    if (length < 1 || length > 4 || at + 2 + length >= p->head_len)
        return 0;
    *last = p->head[at + 1 + length];
    return at + 2 + length;
}

/* RFC 1157, 1901 and 3412: the version, then the community's string or the sequence of version 3. */
static bool is_snmp(const sn_packet_t *p)
{
    enum { STRING = 4, SEQUENCE = 0x30 };
    uint8_t version;
    unsigned at = behind_integer(p, &version);
    if (at == 0)
        return false;
    return version == 3 ? p->head[at] == SEQUENCE : version <= 1 && p->head[at] == STRING;
}

/* RFC 4511, 4.2 and 4.5: the message's number, then a search or a bind. */
static bool is_ldap(const sn_packet_t *p)
{
    enum { BIND = 0x60, SEARCH = 0x63 };
    uint8_t number;
    unsigned at = behind_integer(p, &number);
    return at != 0 && (p->head[at] == SEARCH || p->head[at] == BIND);
}

/* RFC 9000, 17.2 and 14.1: a long header of version 1, in a datagram as long as a client's first must be. */
static bool is_quic(const sn_packet_t *p)
{
    enum { INITIAL = 0xc0, VERSION = 1, LEAST = 1200 };
    return p->head_len >= 5 && (p->head[0] & 0xf0) == INITIAL &&
           sn_number32(p->head + 1) == VERSION && p->payload >= LEAST;
}

/* RFC 2408, 3.1, and RFC 7296, 3.1: the first message of an exchange, to which no responder has put its cookie. */
static bool is_isakmp(const sn_packet_t *p)
{
    enum { HEADER = 28 };
    static const uint8_t none[8];
    return p->payload >= HEADER && p->head_len >= 18 && memcmp(p->head, none, sizeof none) != 0 &&
           memcmp(p->head + 8, none, sizeof none) == 0 &&
           (p->head[17] >> 4 == 1 || p->head[17] >> 4 == 2);
}

/* ASF 2.0, 3.2.2.3 and 3.2.4: RMCP's header with the class ASF, IANA's number of ASF, and a ping. */
static bool is_asf(const sn_packet_t *p)
{
    enum { RMCP = 6, CLASS = 6, ASF = 4542, PING = 0x80 };
    return p->head_len >= 9 && p->head[0] == RMCP && p->head[3] == CLASS &&
           sn_number32(p->head + 4) == ASF && p->head[8] == PING;
}

/* RFC 2865, 3, and RFC 5997: a request for access or for the server's status, as long as it says. */
static bool is_radius(const sn_packet_t *p)
{
    enum { HEADER = 20, ACCESS = 1, STATUS = 12 };
    return p->head_len >= HEADER && (p->head[0] == ACCESS || p->head[0] == STATUS) &&
           sn_number16(p->head + 2) >= HEADER && sn_number16(p->head + 2) <= p->payload;
}

/* UPnP Device Architecture 2.0, 1.3.2. */
static bool is_ssdp(const sn_packet_t *p)
{
    return begins_with(p, 0, "M-SEARCH * HTTP/1.");
}

/* RFC 8489, 5: a binding request, and the magic cookie. */
static bool is_stun(const sn_packet_t *p)
{
    return p->head_len >= 20 && begins_with(p, 1, "\x01") && p->head[0] == 0 &&
           begins_with(p, 4, "\x21\x12\xa4\x42");
}

/* RFC 3261, 7.1: a method and an address. */
static bool is_sip(const sn_packet_t *p)
{
    static const char *const requests[] = {"OPTIONS sip:", "REGISTER sip:", "INVITE sip:"};
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++)
        if (begins_with(p, 0, requests[i]))
            return true;
    return false;
}

/* RFC 7252, 3: version 1, confirmable or not, a token of up to 8 bytes, and a method of class 0. */
static bool is_coap(const sn_packet_t *p)
{
    enum { LAST_TOKEN = 8, GET = 1, DELETE = 4 };
    return p->head_len >= 4 && p->head[0] >> 5 == 2 && (p->head[0] & 0xf) <= LAST_TOKEN &&
           p->head[1] >= GET && p->head[1] <= DELETE;
}

/* memcached's UDP frame header for one datagram, then a command of its text protocol (doc/protocol.txt). */
static bool is_memcache(const sn_packet_t *p)
{
    static const char *const commands[] = {"stats", "get ", "gets ", "version", "set "};
    static const uint8_t only_one[] = {0, 0, 0, 1, 0, 0};
    if (p->head_len < 8 || memcmp(p->head + 2, only_one, sizeof only_one) != 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (begins_with(p, 8, commands[i]))
            return true;
    return false;
}

/* By what is asked: the port that it is asked at, and how it begins. SIP is asked for at any port, as Wireshark knows it
 * by content. A new one is a predicate, a row here and one in the tests. */
static const struct {
    uint16_t port;     /* 0: any */
    const char *label; /* in Wireshark's column */
    bool (*matches)(const sn_packet_t *p);
} rows[SN_ASKEDS] = {
    [SN_ASKED_NONE] = {0, "", NULL},
    [SN_ASKED_DNS] = {53, "DNS", is_dns},
    [SN_ASKED_TFTP] = {69, "TFTP", is_tftp},
    [SN_ASKED_PORTMAP] = {111, "Portmap", is_portmap},
    [SN_ASKED_NTP] = {123, "NTP", is_ntp},
    [SN_ASKED_NBNS] = {137, "NBNS", is_dns},
    [SN_ASKED_SNMP] = {161, "SNMP", is_snmp},
    [SN_ASKED_CLDAP] = {389, "CLDAP", is_ldap},
    [SN_ASKED_QUIC] = {443, "QUIC", is_quic},
    [SN_ASKED_ISAKMP] = {500, "ISAKMP", is_isakmp},
    [SN_ASKED_ASF] = {623, "ASF", is_asf},
    [SN_ASKED_RADIUS] = {1812, "RADIUS", is_radius},
    [SN_ASKED_SSDP] = {1900, "SSDP", is_ssdp},
    [SN_ASKED_STUN] = {3478, "STUN", is_stun},
    [SN_ASKED_SIP] = {0, "SIP", is_sip},
    [SN_ASKED_MDNS] = {5353, "MDNS", is_dns},
    [SN_ASKED_COAP] = {5683, "CoAP", is_coap},
    [SN_ASKED_MEMCACHE] = {11211, "MEMCACHE", is_memcache},
};

sn_asked_t sn_asked_of(const sn_packet_t *p)
{
    for (unsigned i = SN_ASKED_NONE + 1; i < SN_ASKEDS && p->head_len > 0; i++)
        if ((rows[i].port == p->dport || rows[i].port == 0) && rows[i].matches(p))
            return (sn_asked_t)i;
    return SN_ASKED_NONE;
}

const char *sn_asked_label(sn_asked_t asked)
{
    return asked < SN_ASKEDS ? rows[asked].label : "";
}
