/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "response.h"

#include <string.h>

static bool has_dns_qr_bit(const sn_packet_t *p)
{
    return p->head_len >= 3 && p->head[2] & 0x80;
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

static bool begins_with(const sn_packet_t *p, const char *text)
{
    size_t n = strlen(text);
    return p->head_len >= n && memcmp(p->head, text, n) == 0;
}

/* UPnP Device Architecture 2.0, 1.3.3: the answer to a search is an HTTP response. */
static bool is_ssdp_answer(const sn_packet_t *p)
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
 * length; QOTD's and chargen's may be anything. */
static bool to_high_port(const sn_packet_t *p)
{
    return p->payload > 0 && p->dport >= 1024;
}

typedef struct {
    uint16_t port;
    bool (*matches)(const sn_packet_t *p);
} row_t;

/* The services that Rossow, "Amplification Hell" (NDSS 2014) and US-CERT TA14-017A list. */
static const row_t rows[] = {
    {17, is_anything},    /* QOTD */
    {19, is_anything},    /* chargen */
    {53, has_dns_qr_bit}, /* DNS */
    {111, to_high_port},  /* portmap */
    {123, is_ntp_answer},
    {137, has_dns_qr_bit}, /* NetBIOS name service: DNS's header */
    {161, to_high_port},   /* SNMP */
    {389, to_high_port},   /* CLDAP */
    {1900, is_ssdp_answer},
    {3702, to_high_port}, /* WS-Discovery */
    {5060, is_sip_answer},
    {5353, has_dns_qr_bit}, /* mDNS */
    {11211, is_memcached_answer},
};

bool sn_is_udp_response(const sn_packet_t *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].port == p->sport)
            return rows[i].matches(p);
    return false;
}
