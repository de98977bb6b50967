/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* packets.h: builds packets for the unit tests, as few words as the test needs. Addresses are text;
 * TCP flags are letters: F S R P A U, and E C for the two ECN flags; "-" or "": none. */
#ifndef SN_TEST_PACKETS_H
#define SN_TEST_PACKETS_H

#include <glib.h>
#include <string.h>

#include "engine/inet.h"
#include "engine/packet.h"

enum { SECOND = 1000000 };

/* Short, for tables. */
#define TCP  SN_TRANSPORT_TCP
#define UDP  SN_TRANSPORT_UDP
#define ICMP SN_TRANSPORT_ICMP
#define SCTP SN_TRANSPORT_SCTP
#define IP   SN_TRANSPORT_IP

/** Types of ICMP and ICMPv6 messages, and of SCTP chunks, by their assigned numbers. */
enum {
    ECHO_REPLY = 0,
    UNREACHABLE = 3,
    ECHO = 8,
    ECHO6 = 128,
    ECHO6_REPLY = 129,
    UNREACHABLE6 = 1,
    CHUNK_DATA = 0,
    CHUNK_INIT = 1,
    CHUNK_INIT_ACK = 2,
    CHUNK_ABORT = 6,
    CHUNK_COOKIE_ECHO = 10,
    CHUNK_COOKIE_ACK = 11,
    CHUNK_SHUTDOWN_COMPLETE = 14,
};

static inline sn_addr_t addr(const char *text)
{
    uint8_t raw[16];
    if (inet_pton(AF_INET, text, raw) == 1)
        return sn_addr_v4(raw);
    g_assert_cmpint(inet_pton(AF_INET6, text, raw), ==, 1);
    return sn_addr_v6(raw);
}

/** An IPv4 address from its number. */
static inline sn_addr_t addr_at(uint32_t number)
{
    const uint8_t raw[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                            (uint8_t)(number >> 8), (uint8_t)number};
    return sn_addr_v4(raw);
}

/** The address as text, for messages and keys; the caller frees it. */
static inline char *text_of(const sn_addr_t *a)
{
    char text[INET6_ADDRSTRLEN] = "none";
    inet_ntop(a->version == 6 ? AF_INET6 : AF_INET, a->bytes, text, sizeof text);
    return g_strdup(text);
}

static inline uint16_t flags_of(const char *letters)
{
    static const char known[] = "FSRPAUEC";
    unsigned flags = 0;
    for (; *letters && *letters != '-'; letters++) {
        g_assert_nonnull(strchr(known, *letters));
        flags |= 1U << (strchr(known, *letters) - known);
    }
    return (uint16_t)flags;
}

static inline sn_packet_t packet(sn_transport_t transport, const char *src, uint16_t sport,
                                 const char *dst, uint16_t dport)
{
    return (sn_packet_t){
        .src = addr(src),
        .dst = addr(dst),
        .transport = transport,
        .sport = sport,
        .dport = dport,
        .ttl = 64,
    };
}

/** A TCP packet; a '+' after the flags stands for a byte of payload. */
static inline sn_packet_t tcp(const char *src, uint16_t sport, const char *dst, uint16_t dport,
                              const char *flags)
{
    char *letters = g_strdup(flags);
    char *plus = strchr(letters, '+');
    if (plus)
        *plus = '\0';
    sn_packet_t p = packet(SN_TRANSPORT_TCP, src, sport, dst, dport);
    p.tcp_flags = flags_of(letters);
    p.payload = plus ? 1 : 0;
    p.tcp_header_len = 20;
    if (p.tcp_flags & SN_TCP_SYN) { /* what every stack's connect() sends at least */
        p.tcp_header_len = 24;
        p.tcp_options = SN_TCPOPT_MSS;
        p.tcp_mss = 1400;
    }
    p.tcp_window = 64240;
    g_free(letters);
    return p;
}

static inline sn_packet_t udp_bytes(const char *src, uint16_t sport, const char *dst,
                                    uint16_t dport, const void *payload, uint32_t size)
{
    sn_packet_t p = packet(SN_TRANSPORT_UDP, src, sport, dst, dport);
    p.payload = size;
    p.head_len = (uint8_t)MIN(size, SN_HEAD_BYTES);
    if (size > 0)
        memcpy(p.head, payload, p.head_len);
    return p;
}

static inline sn_packet_t udp(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    return udp_bytes(src, sport, dst, dport, "question", 8);
}

static inline sn_packet_t sctp(const char *src, uint16_t sport, const char *dst, uint16_t dport,
                               uint8_t chunk)
{
    sn_packet_t p = packet(SN_TRANSPORT_SCTP, src, sport, dst, dport);
    p.sctp_chunk = chunk;
    return p;
}

static inline sn_packet_t icmp(const char *src, const char *dst, uint8_t type, uint16_t id)
{
    sn_packet_t p = packet(SN_TRANSPORT_ICMP, src, id, dst, 0);
    p.icmp_type = type;
    return p;
}

static inline sn_packet_t other_ip(const char *src, const char *dst, uint16_t protocol)
{
    return packet(SN_TRANSPORT_IP, src, 0, dst, protocol);
}

/** An ICMP error of a router that quotes a packet and goes to its sender. */
static inline sn_packet_t error_about(const char *router, const sn_packet_t *quoted)
{
    char *to = text_of(&quoted->src);
    sn_packet_t p = icmp(router, to, quoted->src.version == 4 ? UNREACHABLE : UNREACHABLE6, 0);
    p.has_quote = true;
    p.quote = (sn_quote_t){
        .src = quoted->src,
        .dst = quoted->dst,
        .transport = quoted->transport,
        .sport = quoted->sport,
        .dport = quoted->dport,
        .icmp_type = quoted->icmp_type,
    };
    g_free(to);
    return p;
}

/** The packet with the chunk that the word names, for SCTP scripts. */
static inline uint8_t chunk_of(const char *word)
{
    static const struct {
        const char *word;
        uint8_t chunk;
    } rows[] = {
        {"DATA", CHUNK_DATA},
        {"INIT", CHUNK_INIT},
        {"INIT-ACK", CHUNK_INIT_ACK},
        {"ABORT", CHUNK_ABORT},
        {"COOKIE", CHUNK_COOKIE_ECHO},
        {"COOKIE-ACK", CHUNK_COOKIE_ACK},
        {"COMPLETE", CHUNK_SHUTDOWN_COMPLETE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].chunk;
    g_assert_not_reached();
}

/** One packet of a script. A script is words with spaces between; a word that ends in '<' is sent
 * by the responder. For TCP a word is as tcp() takes it, for SCTP a chunk's name, for ICMP "ping" or
 * "pong", and else any word will do. @param a, b initiator and responder with their ports */
static inline sn_packet_t scripted(sn_transport_t transport, const char *word, const char *a,
                                   uint16_t a_port, const char *b, uint16_t b_port)
{
    bool back = g_str_has_suffix(word, "<");
    char *bare = g_strndup(word, strlen(word) - back);
    const char *src = back ? b : a, *dst = back ? a : b;
    uint16_t sport = back ? b_port : a_port, dport = back ? a_port : b_port;
    sn_packet_t p = packet(transport, src, sport, dst, dport);
    if (transport == SN_TRANSPORT_TCP)
        p = tcp(src, sport, dst, dport, bare);
    else if (transport == SN_TRANSPORT_SCTP)
        p.sctp_chunk = chunk_of(bare);
    else if (transport == SN_TRANSPORT_ICMP)
        p = icmp(src, dst, strcmp(bare, "ping") == 0 ? ECHO : ECHO_REPLY, a_port);
    else if (transport == SN_TRANSPORT_UDP)
        p = udp(src, sport, dst, dport);
    else
        p = other_ip(src, dst, b_port);
    g_free(bare);
    return p;
}

#endif
