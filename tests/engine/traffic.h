/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.h: random traffic in a world so small that flows meet: probes, answers to earlier packets,
 * repetitions, ICMP errors about them, and a clock that jumps both ways. Reproducible by its seed. */
#ifndef SN_TEST_TRAFFIC_H
#define SN_TEST_TRAFFIC_H

#include "packets.h"

enum { RECENT = 48 };

typedef struct {
    GRand *rand;
    int64_t time_us;
    sn_packet_t recent[RECENT]; /* what the next packets may refer to */
    unsigned sent;
} traffic_t;

static inline traffic_t traffic_new(guint32 seed)
{
    return (traffic_t){.rand = g_rand_new_with_seed(seed), .time_us = INT64_C(1568700000) * SECOND};
}

static inline void traffic_free(traffic_t *t)
{
    g_rand_free(t->rand);
}

static inline unsigned dice(traffic_t *t, unsigned sides)
{
    return (unsigned)g_rand_int_range(t->rand, 0, (gint32)sides);
}

/** One of ten hosts; every third packet is IPv6. */
static inline const char *random_host(traffic_t *t, bool v6)
{
    static const char *const v4_hosts[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3",
                                           "192.0.2.1",   "192.0.2.2",   "192.0.2.3"};
    static const char *const v6_hosts[] = {"2001:db8:a::1", "2001:db8:a::2", "2001:db8:b::1",
                                           "2001:db8:b::2"};
    return v6 ? v6_hosts[dice(t, G_N_ELEMENTS(v6_hosts))]
              : v4_hosts[dice(t, G_N_ELEMENTS(v4_hosts))];
}

static inline const char *random_flags(traffic_t *t)
{
    static const char *const flags[] = {"S", "S",  "S",   "SA", "A",  "A+",  "R",  "RA",
                                        "F", "FA", "FPU", "-",  "FP", "FPA", "PA+"};
    return flags[dice(t, G_N_ELEMENTS(flags))];
}

static inline uint8_t random_chunk(traffic_t *t)
{
    static const uint8_t chunks[] = {CHUNK_INIT,  CHUNK_INIT,        CHUNK_INIT_ACK,
                                     CHUNK_ABORT, CHUNK_COOKIE_ECHO, CHUNK_DATA};
    return chunks[dice(t, G_N_ELEMENTS(chunks))];
}

static inline void randomise_udp(traffic_t *t, sn_packet_t *p)
{
    p->payload = 8;
    p->head_len = 8;
    memset(p->head, 0, sizeof p->head);
    p->head[2] = dice(t, 2) ? 0x80 : 0; /* an answer where a port is 53 */
}

/** Something that the same two ends might send at any time. */
static inline void randomise(traffic_t *t, sn_packet_t *p)
{
    bool v6 = p->src.version == 6;
    if (p->transport == SN_TRANSPORT_TCP) {
        const char *flags = random_flags(t);
        char *letters = g_strndup(flags, strcspn(flags, "+"));
        p->tcp_flags = flags_of(letters);
        p->payload = strchr(flags, '+') ? 1 : 0;
        g_free(letters);
    } else if (p->transport == SN_TRANSPORT_SCTP) {
        p->sctp_chunk = random_chunk(t);
    } else if (p->transport == SN_TRANSPORT_ICMP) {
        static const uint8_t types[2][4] = {{0, 8, 13, 14}, {128, 129, 128, 129}};
        p->icmp_type = types[v6][dice(t, 4)];
    } else if (p->transport == SN_TRANSPORT_UDP) {
        randomise_udp(t, p);
    }
}

static inline sn_packet_t fresh_packet(traffic_t *t)
{
    static const uint16_t ports[] = {53, 80, 443, 5000, 5001, 5002};
    static const sn_transport_t transports[] = {
        SN_TRANSPORT_TCP, SN_TRANSPORT_TCP,  SN_TRANSPORT_TCP,  SN_TRANSPORT_UDP,
        SN_TRANSPORT_UDP, SN_TRANSPORT_ICMP, SN_TRANSPORT_SCTP, SN_TRANSPORT_IP};
    bool v6 = dice(t, 3) == 0;
    const char *src = random_host(t, v6), *dst = random_host(t, v6);
    while (dst == src)
        dst = random_host(t, v6);
    sn_transport_t transport = transports[dice(t, G_N_ELEMENTS(transports))];
    uint16_t sport = ports[dice(t, G_N_ELEMENTS(ports))];
    uint16_t dport = ports[dice(t, G_N_ELEMENTS(ports))];
    if (transport == SN_TRANSPORT_IP)
        sport = 0;
    if (transport == SN_TRANSPORT_ICMP)
        dport = 0;
    sn_packet_t p = packet(transport, src, sport, dst, dport);
    randomise(t, &p);
    return p;
}

/** From the other end of an earlier packet. */
static inline sn_packet_t turned(const sn_packet_t *p)
{
    sn_packet_t back = *p;
    back.src = p->dst;
    back.dst = p->src;
    if (p->transport != SN_TRANSPORT_ICMP && p->transport != SN_TRANSPORT_IP) {
        back.sport = p->dport;
        back.dport = p->sport;
    }
    return back;
}

/** A packet like the last ones, or about one of them. */
static inline sn_packet_t following_packet(traffic_t *t, const sn_packet_t *before)
{
    unsigned kind = dice(t, 10);
    if (kind == 0)
        return error_about(before->src.version == 6 ? "2001:db8:c::1" : "198.51.100.254", before);
    sn_packet_t p = kind < 7 ? turned(before) : *before;
    if (kind != 9)
        randomise(t, &p);
    return p;
}

static inline sn_packet_t next_packet(traffic_t *t)
{
    unsigned known = MIN(t->sent, RECENT);
    bool fresh = known == 0 || dice(t, 3) == 0;
    sn_packet_t p = fresh ? fresh_packet(t) : following_packet(t, &t->recent[dice(t, known)]);
    bool error = p.has_quote;
    p.has_quote = error && dice(t, 8) > 0; /* else cut too short */
    t->time_us += (int64_t)dice(t, 3 * SECOND) - SECOND / 2;
    if (dice(t, 200) == 0)
        t->time_us += ((int64_t)dice(t, 8000) - 3000) * SECOND;
    p.time_us = t->time_us;
    if (!error) /* nobody answers errors, nor sends errors about them (RFC 1122, 3.2.2) */
        t->recent[t->sent++ % RECENT] = p;
    p.frame = 0;
    return p;
}

#endif
