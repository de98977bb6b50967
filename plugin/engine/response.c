/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "response.h"

#include <stdlib.h>
#include <string.h>

static bool begins_with(const sn_packet_t *p, const char *text)
{
    size_t n = strlen(text);
    return p->head_len >= n && memcmp(p->head, text, n) == 0;
}

static bool has_byte(const sn_packet_t *p, unsigned at, uint8_t value)
{
    return p->head_len > at && p->head[at] == value;
}

/* RFC 1035, 4.1.1: the bit of a response, and an opcode that there is (up to 6, RFC 8490; NetBIOS, RFC 1002, has 5 to 8 too):
 * Nmap's probes for other services, sent from port 53, have that bit by chance. Multicast DNS has the same header. */
static bool is_dns_answer(const sn_packet_t *p)
{
    enum { LAST_OPCODE = 8 };
    return p->head_len >= 3 && p->head[2] & 0x80 && (p->head[2] >> 3 & 0xf) <= LAST_OPCODE;
}

/* RFC 5905 modes 4 (server), 2 (symmetric passive) and 5 (broadcast); RFC 9327 mode 6 and ntpd's
 * private mode 7 with their response bits. */
static bool is_ntp_answer(const sn_packet_t *p)
{
    if (p->head_len < 2)
        return false;
    unsigned mode = p->head[0] & 7;
    if (mode == 6)
        return p->head[1] & 0x80;
    if (mode == 7)
        return p->head[0] & 0x80;
    return mode == 4 || mode == 2 || mode == 5;
}

/* UPnP Device Architecture 2.0, 1.3.3, and Plex's discovery: the answer to a search is an HTTP response. */
static bool is_http_answer(const sn_packet_t *p)
{
    return begins_with(p, "HTTP/1.");
}

static bool is_sip_answer(const sn_packet_t *p)
{
    return begins_with(p, "SIP/2.0 ");
}

/* memcached's UDP frame header, then a line of its text protocol (doc/protocol.txt). */
static bool is_memcached_answer(const sn_packet_t *p)
{
    static const char *const answers[] = {"STAT", "VALU", "END\r", "VERS", "ERRO"};
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        if (p->head_len >= 12 && memcmp(p->head + 8, answers[i], 4) == 0)
            return true;
    return false;
}

static bool is_anything(const sn_packet_t *p)
{
    return p->payload > 0;
}

/* SNMP answers (0xa2) hide behind a community string of any length, LDAP's behind numbers of any
 * length; Kerberos' and DVRs' may be anything. */
static bool to_high_port(const sn_packet_t *p)
{
    return p->payload > 0 && p->dport >= 1024;
}

/* RFC 1350: data, error; RFC 2347: acknowledgement of options. A server's answers come from another port as a rule. */
static bool is_tftp_answer(const sn_packet_t *p)
{
    return has_byte(p, 0, 0) && (has_byte(p, 1, 3) || has_byte(p, 1, 5) || has_byte(p, 1, 6));
}

/* RFC 2453: command 2 is the response. */
static bool is_rip_answer(const sn_packet_t *p)
{
    return has_byte(p, 0, 2);
}

/* ASF 2.0's RMCP header with IPMI's class, which requests have as well, and go to this port, not from it. */
static bool is_ipmi_answer(const sn_packet_t *p)
{
    return to_high_port(p) && has_byte(p, 0, 6);
}

/* RFC 2608: function 2 is the service reply; 7 attributes, 10 types, 11 a server's advertisement. */
static bool is_slp_answer(const sn_packet_t *p)
{
    return has_byte(p, 0, 2) &&
           (has_byte(p, 1, 2) || has_byte(p, 1, 7) || has_byte(p, 1, 10) || has_byte(p, 1, 11));
}

/* OpenVPN's protocol: opcode in the upper five bits, 8 is a server's hard reset and 5 an acknowledgement. */
static bool is_openvpn_answer(const sn_packet_t *p)
{
    return p->head_len > 0 && (p->head[0] >> 3 == 8 || p->head[0] >> 3 == 5);
}

/* MC-SQLR: 5 is the server's response. */
static bool is_sql_browser_answer(const sn_packet_t *p)
{
    return has_byte(p, 0, 5);
}

/* RFC 2661: a control message with length and sequence numbers, version 2. */
static bool is_l2tp_answer(const sn_packet_t *p)
{
    return to_high_port(p) && p->head_len >= 2 && p->head[0] & 0x80 && (p->head[1] & 0xf) == 2;
}

/* Apple Remote Desktop: the answer is 1000 bytes and more, its request five. */
static bool is_ard_answer(const sn_packet_t *p)
{
    enum { REQUEST = 5 };
    return to_high_port(p) && p->payload > REQUEST;
}

/* RFC 8489: success (01) and error (11) responses by the two class bits, with the magic cookie. */
static bool is_stun_answer(const sn_packet_t *p)
{
    static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
    return p->head_len >= 8 && memcmp(p->head + 4, cookie, sizeof cookie) == 0 &&
           (p->head[0] & 0xc0) == 0 && p->head[0] & 1;
}

/* RFC 7252: version 1, and a code of class 2, 4 or 5, the responses. */
static bool is_coap_answer(const sn_packet_t *p)
{
    return p->head_len >= 4 && p->head[0] >> 6 == 1 && p->head[1] >> 5 >= 2;
}

/* Ubiquiti's discovery: version 1 or 2, then what answers say; the request is four bytes. */
static bool is_ubiquiti_answer(const sn_packet_t *p)
{
    return p->payload > 4 && (has_byte(p, 0, 1) || has_byte(p, 0, 2));
}

/* Quake's and Steam's connectionless packets: an answer to getstatus or getinfo, or A2S_INFO's (I or m), A2S_PLAYER's (D),
 * A2S_RULES' (E) or the challenge (A) that comes first. */
static bool is_game_answer(const sn_packet_t *p)
{
    static const char *const answers[] = {
        "statusResponse", "infoResponse", "print", "I", "m", "D", "E", "A"};
    if (!begins_with(p, "\xff\xff\xff\xff"))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        if (p->head_len >= 4 + strlen(answers[i]) &&
            memcmp(p->head + 4, answers[i], strlen(answers[i])) == 0)
            return true;
    return false;
}

/* Dahua's DHIP: a header of 32 bytes with this mark. */
static bool is_dvr_answer(const sn_packet_t *p)
{
    return p->head_len >= 8 && memcmp(p->head + 4, "DHIP", 4) == 0;
}

/* Jenkins' discovery answers with XML. */
static bool is_jenkins_answer(const sn_packet_t *p)
{
    return begins_with(p, "<hudson");
}

/* RFC 6347: DTLS, handshake; its types 2 and 3 are the server's. RFC 9000, 17.2: a long header with an empty
 * destination or a version of 0, a Retry (type 3) and an Initial come from a server's port only as answers. */
static bool is_dtls_or_quic_answer(const sn_packet_t *p)
{
    bool dtls = p->head_len > 13 && p->head[0] == 22 && p->head[1] == 0xfe;
    if (dtls)
        return p->head[13] == 2 || p->head[13] == 3;
    return to_high_port(p) && p->head_len > 0 && p->head[0] & 0x80;
}

/* BEP 5: a dictionary whose "r" or "e" comes first in the order of keys, which begins a response or an error. */
static bool is_bittorrent_answer(const sn_packet_t *p)
{
    return begins_with(p, "d1:r") || begins_with(p, "d1:e") || begins_with(p, "d2:ip");
}

/* RFC 7296: a responder's cookie stands behind the initiator's; RFC 2408, 4.7: an answer without one is a notification
 * or the first of the exchange, and comes from this port to another. */
static bool is_isakmp_answer(const sn_packet_t *p)
{
    return to_high_port(p) && p->head_len >= 18 && p->payload >= 28;
}

typedef struct {
    uint16_t port;
    bool (*matches)(const sn_packet_t *p);
} row_t;

/* The services that US-CERT TA14-017A, Rossow, "Amplification Hell" (NDSS 2014) and Shadowserver's reports list.
 * In the order of their ports. */
static const row_t rows[] = {
    {17, is_anything},    /* QOTD */
    {19, is_anything},    /* chargen */
    {53, is_dns_answer},  /* DNS */
    {69, is_tftp_answer}, /* TFTP */
    {88, to_high_port},   /* Kerberos */
    {111, to_high_port},  /* portmap */
    {123, is_ntp_answer},
    {137, is_dns_answer}, /* NetBIOS name service */
    {161, to_high_port},  /* SNMP */
    {389, to_high_port},  /* CLDAP */
    {427, is_slp_answer},
    {443, is_dtls_or_quic_answer},
    {500, is_isakmp_answer},
    {520, is_rip_answer},
    {623, is_ipmi_answer},
    {1194, is_openvpn_answer},
    {1434, is_sql_browser_answer},
    {1604, to_high_port}, /* Citrix ICA browser */
    {1701, is_l2tp_answer},
    {1900, is_http_answer}, /* SSDP */
    {3283, is_ard_answer},
    {3478, is_stun_answer},
    {3702, to_high_port}, /* WS-Discovery */
    {4500, is_isakmp_answer},
    {5060, is_sip_answer},
    {5353, is_dns_answer}, /* mDNS */
    {5683, is_coap_answer},
    {6881, is_bittorrent_answer},
    {8443, is_dtls_or_quic_answer},
    {10001, is_ubiquiti_answer},
    {11211, is_memcached_answer},
    {27015, is_game_answer},
    {27960, is_game_answer},
    {32414, is_http_answer}, /* Plex */
    {33848, is_jenkins_answer},
    {37810, is_dvr_answer},
};

static int compare_port(const void *port, const void *row)
{
    return *(const uint16_t *)port - ((const row_t *)row)->port;
}

bool sn_is_udp_response(const sn_packet_t *p)
{
    const row_t *row =
        (const row_t *)bsearch(&p->sport, rows, G_N_ELEMENTS(rows), sizeof rows[0], compare_port);
    return row && row->matches(p);
}
