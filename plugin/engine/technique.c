/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "technique.h"

#include "icmp.h"
#include "response.h"

enum {
    SIX_FLAGS = SN_TCP_FIN | SN_TCP_SYN | SN_TCP_RST | SN_TCP_PSH | SN_TCP_ACK | SN_TCP_URG,
    ECN_FLAGS = SN_TCP_ECE | SN_TCP_CWR | SN_TCP_AE,
    SCTP_CHUNK_INIT = 1, /* RFC 9260, as the next three */
    SCTP_CHUNK_INIT_ACK = 2,
    SCTP_CHUNK_ABORT = 6,
    SCTP_CHUNK_SHUTDOWN_COMPLETE = 14,
};

static unsigned six(const sn_packet_t *p)
{
    return p->tcp_flags & SIX_FLAGS;
}

/* A SYN may carry ECN's setup flags (RFC 3168, 6.1.1); the techniques below may not. */
static bool is_syn(const sn_packet_t *p)
{
    return six(p) == SN_TCP_SYN;
}

static bool is_exactly(const sn_packet_t *p, unsigned flags)
{
    return six(p) == flags && (p->tcp_flags & ECN_FLAGS) == 0;
}

/* Linux, Windows, macOS and the BSDs offer selective acknowledgement or timestamps in every SYN;
 * the raw SYNs of Nmap, Masscan, ZMap before 4.1, hping and Mirai offer neither. So a SYN with them has
 * an operating system's options, as in what Nmap calls a connect scan; ZMap 4.1 sends those of Windows itself. */
static bool is_connect(const sn_packet_t *p)
{
    return is_syn(p) && p->tcp_options & (SN_TCPOPT_SACK_PERMITTED | SN_TCPOPT_TIMESTAMPS);
}

static bool is_null(const sn_packet_t *p)
{
    return is_exactly(p, 0);
}

static bool is_fin(const sn_packet_t *p)
{
    return is_exactly(p, SN_TCP_FIN);
}

static bool is_xmas(const sn_packet_t *p)
{
    return is_exactly(p, SN_TCP_FIN | SN_TCP_PSH | SN_TCP_URG);
}

static bool is_maimon(const sn_packet_t *p)
{
    return is_exactly(p, SN_TCP_FIN | SN_TCP_ACK);
}

static bool is_ack(const sn_packet_t *p)
{
    return is_exactly(p, SN_TCP_ACK);
}

static bool is_any(const sn_packet_t *p)
{
    (void)p;
    return true;
}

static bool is_echo(const sn_packet_t *p)
{
    return sn_icmp_kind(p->src.version, p->icmp_type) == SN_ICMP_ECHO;
}

static bool is_timestamp(const sn_packet_t *p)
{
    return sn_icmp_kind(p->src.version, p->icmp_type) == SN_ICMP_TIMESTAMP;
}

static bool is_information(const sn_packet_t *p)
{
    return sn_icmp_kind(p->src.version, p->icmp_type) == SN_ICMP_INFORMATION;
}

static bool is_address_mask(const sn_packet_t *p)
{
    return sn_icmp_kind(p->src.version, p->icmp_type) == SN_ICMP_ADDRESS_MASK;
}

typedef struct {
    const char *label;
    sn_transport_t transport;
    bool (*matches)(const sn_packet_t *p);
} row_t;

/* By technique, those of a transport one behind the other, and the first match wins: the connect row stands behind the SYN row in the
 * enumeration, so is_connect() is asked first in find(). */
static const row_t rows[SN_TECHNIQUES] = {
    [SN_TECHNIQUE_TCP_SYN] = {"TCP SYN", SN_TRANSPORT_TCP, is_syn},
    [SN_TECHNIQUE_TCP_CONNECT] = {"TCP connect", SN_TRANSPORT_TCP, is_connect},
    [SN_TECHNIQUE_TCP_NULL] = {"TCP NULL", SN_TRANSPORT_TCP, is_null},
    [SN_TECHNIQUE_TCP_FIN] = {"TCP FIN", SN_TRANSPORT_TCP, is_fin},
    [SN_TECHNIQUE_TCP_XMAS] = {"TCP Xmas", SN_TRANSPORT_TCP, is_xmas},
    [SN_TECHNIQUE_TCP_MAIMON] = {"TCP Maimon", SN_TRANSPORT_TCP, is_maimon},
    [SN_TECHNIQUE_TCP_ACK] = {"TCP ACK", SN_TRANSPORT_TCP, is_ack},
    [SN_TECHNIQUE_TCP_OTHER] = {"TCP other flags", SN_TRANSPORT_TCP, is_any},
    [SN_TECHNIQUE_UDP] = {"UDP", SN_TRANSPORT_UDP, is_any},
    [SN_TECHNIQUE_ICMP_ECHO] = {"ICMP echo", SN_TRANSPORT_ICMP, is_echo},
    [SN_TECHNIQUE_ICMP_TIMESTAMP] = {"ICMP timestamp", SN_TRANSPORT_ICMP, is_timestamp},
    [SN_TECHNIQUE_ICMP_INFORMATION] = {"ICMP information", SN_TRANSPORT_ICMP, is_information},
    [SN_TECHNIQUE_ICMP_ADDRESS_MASK] = {"ICMP address mask", SN_TRANSPORT_ICMP, is_address_mask},
    [SN_TECHNIQUE_SCTP_INIT] = {"SCTP INIT", SN_TRANSPORT_SCTP, is_any},
    [SN_TECHNIQUE_IP_PROTOCOL] = {"IP protocol", SN_TRANSPORT_IP, is_any},
};

static const uint8_t first_of[] = {
    [SN_TRANSPORT_TCP] = SN_TECHNIQUE_TCP_SYN,    [SN_TRANSPORT_UDP] = SN_TECHNIQUE_UDP,
    [SN_TRANSPORT_ICMP] = SN_TECHNIQUE_ICMP_ECHO, [SN_TRANSPORT_SCTP] = SN_TECHNIQUE_SCTP_INIT,
    [SN_TRANSPORT_IP] = SN_TECHNIQUE_IP_PROTOCOL,
};

const char *sn_technique_label(sn_technique_t technique)
{
    return technique > SN_TECHNIQUE_NONE && technique < SN_TECHNIQUES ? rows[technique].label : "";
}

static sn_technique_t find(const sn_packet_t *p)
{
    if (p->transport == SN_TRANSPORT_TCP && is_connect(p))
        return SN_TECHNIQUE_TCP_CONNECT;
    for (unsigned t = first_of[p->transport];
         t < SN_TECHNIQUES && rows[t].transport == p->transport; t++)
        if (rows[t].matches(p))
            return (sn_technique_t)t;
    return SN_TECHNIQUE_NONE;
}

bool sn_is_impossible(const sn_packet_t *p)
{
    enum { OF_A_SYN = SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED };
    unsigned flags = six(p);
    if (flags & SN_TCP_RST)
        return false;
    if (flags & SN_TCP_SYN)
        return flags & SN_TCP_FIN || (!(flags & SN_TCP_ACK) && flags != SN_TCP_SYN);
    if (!(flags & SN_TCP_ACK))
        return true; /* only a SYN begins (RFC 9293, 3.10.7) */
    return (flags & SN_TCP_URG && p->payload == 0) || p->tcp_options & OF_A_SYN;
}

bool sn_is_bare_syn(const sn_packet_t *p)
{
    enum { WITHOUT_OPTIONS = 20 };
    return is_syn(p) && p->tcp_header_len <= WITHOUT_OPTIONS;
}

/* With ACK and neither SYN nor RST it could be an open connection's. */
static sn_opening_t opening_of_tcp(const sn_packet_t *p)
{
    unsigned flags = six(p);
    unsigned core = flags & ~(unsigned)SN_TCP_PSH;
    if (core == (SN_TCP_SYN | SN_TCP_ACK) || core == SN_TCP_RST ||
        core == (SN_TCP_RST | SN_TCP_ACK))
        return SN_OPENING_RESPONSE;
    if (flags & (SN_TCP_SYN | SN_TCP_RST) || sn_is_impossible(p))
        return SN_OPENING_PROBE;
    return p->payload > 0 ? SN_OPENING_MIDDLE : SN_OPENING_TAIL;
}

/* From a service's port to a client's, so perhaps a late answer. */
static sn_opening_t opening_of_udp(const sn_packet_t *p)
{
    enum { SYSTEM_PORT = 1024 }; /* RFC 6335 */
    if (sn_is_udp_response(p))
        return SN_OPENING_RESPONSE;
    return p->sport < SYSTEM_PORT && p->dport >= SYSTEM_PORT ? SN_OPENING_TAIL : SN_OPENING_PROBE;
}

static sn_opening_t opening_of_sctp(const sn_packet_t *p)
{
    switch (p->sctp_chunk) {
    case SCTP_CHUNK_INIT:
        return SN_OPENING_PROBE;
    case SCTP_CHUNK_INIT_ACK:
    case SCTP_CHUNK_ABORT:
    case SCTP_CHUNK_SHUTDOWN_COMPLETE:
        return SN_OPENING_RESPONSE;
    default:
        return SN_OPENING_MIDDLE;
    }
}

static sn_opening_t opening(const sn_packet_t *p)
{
    switch (p->transport) {
    case SN_TRANSPORT_TCP:
        return opening_of_tcp(p);
    case SN_TRANSPORT_UDP:
        return opening_of_udp(p);
    case SN_TRANSPORT_ICMP:
        return sn_icmp_role(p->src.version, p->icmp_type) == SN_ICMP_QUERY ? SN_OPENING_PROBE
                                                                           : SN_OPENING_RESPONSE;
    case SN_TRANSPORT_SCTP:
        return opening_of_sctp(p);
    case SN_TRANSPORT_IP:
        break;
    }
    return SN_OPENING_TAIL;
}

sn_opening_t sn_opening(const sn_packet_t *p, sn_technique_t *technique)
{
    sn_opening_t how = opening(p);
    bool probes = how == SN_OPENING_PROBE || how == SN_OPENING_TAIL;
    *technique = probes ? find(p) : SN_TECHNIQUE_NONE;
    return how;
}
