/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_engine: libFuzzer drives engine and tally with streams of packets, in a world so small that
 * flows meet, and laws are checked that hold for every stream. The input is read as a sequence of
 * small choices, so that whatever libFuzzer changes is a stream again:
 *
 *   the first bytes choose the limits; then each packet is a byte that says where it comes from (new,
 *   or an earlier one repeated, answered, or quoted by an ICMP error), and the bytes for its facts. */
#include <glib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/links.h"
#include "engine/scanner.h"
#include "stats/tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_PACKETS = 512, SECOND = 1000000 };

/* --- The input as choices -------------------------------------------------------------------- */

typedef struct {
    const uint8_t *at, *end;
} input_t;

/** The next byte; 0 when there is none. */
static uint8_t take(input_t *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static uint16_t take16(input_t *in)
{
    uint8_t high = take(in);
    return (uint16_t)(high << 8 | take(in));
}

/** One of a small list mostly, any value now and then. */
static uint16_t choose(input_t *in, const uint16_t *usual, size_t count)
{
    uint8_t byte = take(in);
    return byte < 0xf0 ? usual[byte % count] : take16(in);
}

/* --- Packets --------------------------------------------------------------------------------- */

typedef struct {
    sn_packet_t packets[MOST_PACKETS];
    uint32_t count;
} stream_t;

static sn_addr_t choose_address(input_t *in, bool v6)
{
    uint8_t byte = take(in);
    uint8_t v4_host[4] = {198, 51, 100, byte & 15}, v6_host[16] = {0x20, 0x01, 0x0d, 0xb8};
    static const uint8_t group[4] = {239, 255, 255, 250}, link[4] = {169, 254, 1, 1};
    v6_host[7] = byte & 3;
    v6_host[15] = byte & 15;
    if (byte >= 0xf8 && v6)
        v6_host[0] = byte & 1 ? 0xff : 0xfe;
    if (byte == 0xf8 && v6)
        v6_host[1] = 0x80;
    if (byte >= 0xf8 && !v6)
        return sn_addr_v4(byte & 1 ? group : link);
    return v6 ? sn_addr_v6(v6_host) : sn_addr_v4(v4_host);
}

static void choose_tcp(input_t *in, sn_packet_t *p)
{
    static const uint16_t flags[] = {0x02, 0x12, 0x10, 0x14, 0x04, 0x18, 0x01, 0x11, 0x29, 0x00};
    p->tcp_flags = choose(in, flags, G_N_ELEMENTS(flags)) & 0x1ff;
    uint8_t more = take(in);
    p->payload = more & 0x80 ? more : 0;
    p->tcp_options = more & 0x1f;
    p->tcp_mss = more & SN_TCPOPT_MSS ? 1460 : 0;
    p->tcp_window = more & 0x20 ? 1024 : 64240;
    p->tcp_header_len = more & SN_TCPOPT_MSS ? 24 : 20;
    p->tcp_seq = more & 0x40 ? sn_addr_v4_number(&p->dst) : more;
    p->ip_id = more & 0x20 ? 54321 : more;
}

static void choose_udp(input_t *in, sn_packet_t *p)
{
    p->payload = take(in);
    p->head_len = (uint8_t)MIN(p->payload, SN_HEAD_BYTES);
    uint8_t fill = take(in);
    for (int i = 0; i < p->head_len; i++)
        p->head[i] = i < 4 ? take(in) : fill;
}

/** The facts that two ends may change from packet to packet. */
static void choose_facts(input_t *in, sn_packet_t *p)
{
    static const uint16_t types4[] = {8, 0, 3, 11, 13, 14, 17, 18, 5},
                          types6[] = {128, 129, 1, 3, 2, 135, 4};
    static const uint16_t chunks[] = {1, 2, 6, 10, 11, 0, 7, 14};
    switch (p->transport) {
    case SN_TRANSPORT_TCP:
        choose_tcp(in, p);
        break;
    case SN_TRANSPORT_UDP:
        choose_udp(in, p);
        break;
    case SN_TRANSPORT_ICMP:
        p->icmp_type = (uint8_t)(p->src.version == 6 ? choose(in, types6, G_N_ELEMENTS(types6))
                                                     : choose(in, types4, G_N_ELEMENTS(types4)));
        break;
    case SN_TRANSPORT_SCTP:
        p->sctp_chunk = (uint8_t)choose(in, chunks, G_N_ELEMENTS(chunks));
        break;
    case SN_TRANSPORT_IP:
        break;
    }
}

static sn_packet_t new_packet(input_t *in)
{
    static const uint16_t ports[] = {23, 22, 80, 443, 53, 67, 68, 1900, 5353, 4789, 40000};
    uint8_t kind = take(in);
    bool v6 = kind & 0x80;
    sn_packet_t p = {.src = choose_address(in, v6), .dst = choose_address(in, v6), .ttl = 64};
    p.transport = (sn_transport_t)(kind % (SN_TRANSPORT_IP + 1));
    p.to_all = (kind & 0x78) == 0x78;
    if (p.transport == SN_TRANSPORT_IP) {
        p.dport = take(in);
    } else {
        p.sport = choose(in, ports, G_N_ELEMENTS(ports));
        p.dport = p.transport == SN_TRANSPORT_ICMP ? 0 : choose(in, ports, G_N_ELEMENTS(ports));
    }
    choose_facts(in, &p);
    return p;
}

static void turn(sn_packet_t *p)
{
    sn_addr_t address = p->src;
    p->src = p->dst;
    p->dst = address;
    if (p->transport == SN_TRANSPORT_ICMP || p->transport == SN_TRANSPORT_IP)
        return;
    uint16_t port = p->sport;
    p->sport = p->dport;
    p->dport = port;
}

static sn_packet_t error_about(input_t *in, const sn_packet_t *quoted)
{
    bool v6 = quoted->src.version == 6;
    uint8_t kind = take(in);
    sn_packet_t p = {.src = choose_address(in, v6), .dst = quoted->src, .ttl = 64};
    p.transport = SN_TRANSPORT_ICMP;
    p.icmp_type = v6 ? 1 : 3;
    p.has_quote = kind < 0xf0; /* else too little was quoted */
    if (p.has_quote)
        p.quote = (sn_quote_t){quoted->src,   quoted->dst,   quoted->transport,
                               quoted->sport, quoted->dport, quoted->icmp_type};
    return p;
}

static sn_packet_t next_packet(input_t *in, const stream_t *s)
{
    enum { NEW, REPEATED, CHANGED, ANSWERED, ANSWERED_AGAIN, NEXT_PORT, NEXT_HOST, QUOTED, KINDS };
    uint8_t choice = take(in);
    unsigned kind = s->count == 0 ? NEW : choice % KINDS;
    if (kind == NEW)
        return new_packet(in);
    unsigned back = choice / KINDS;
    sn_packet_t p = s->packets[s->count - 1 - MIN(back, s->count - 1)];
    p.has_quote = kind == REPEATED && p.has_quote;
    if (kind == QUOTED)
        return error_about(in, &p);
    if (kind == ANSWERED || kind == ANSWERED_AGAIN)
        turn(&p);
    if (kind == NEXT_PORT && p.transport != SN_TRANSPORT_ICMP)
        p.dport++;
    if (kind == NEXT_HOST)
        p.dst = choose_address(in, p.src.version == 6);
    if (kind == CHANGED || kind == ANSWERED || kind == ANSWERED_AGAIN)
        choose_facts(in, &p);
    return p;
}

static void read_stream(input_t *in, stream_t *s)
{
    int64_t now = INT64_C(1568700000) * SECOND;
    while (in->at < in->end && s->count < MOST_PACKETS) {
        sn_packet_t p = next_packet(in, s);
        uint8_t step = s->count % 4 == 3 ? take(in) : 1;
        now += step < 0xf8 ? step * SECOND / 8 : (int64_t)(int8_t)(step << 3) * 300 * SECOND;
        p.time_us = now;
        p.frame = s->count + 1;
        s->packets[s->count++] = p;
    }
}

enum { EMPTY = 3 * 65536 * 4 }; /* bytes of an empty engine's indexes */

static sn_config_t read_config(input_t *in)
{
    uint8_t flags = take(in), numbers = take(in);
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    if (flags & 1) {
        config.limits.scanning_contacts = 1 + (numbers & 3);
        config.limits.aborted_contacts = 1 + (numbers >> 2 & 1);
        config.limits.exposing_sources = 1 + (numbers >> 4 & 7);
        config.limits.stream_packets = 1 + (numbers >> 7) * 3U;
    }
    config.limits.dark = flags & 2;
    if (flags & 4)
        config.home = sn_prefixes_parse("198.51.100.8/29, 2001:db8:0:1::/64", NULL);
    if (flags & 8)
        config.max_memory = EMPTY + 100U * (1 + flags / 16U);
    return config;
}

/* --- Laws ------------------------------------------------------------------------------------ */

/** What one frame was judged: everything that must not depend on chance. */
typedef struct {
    uint32_t flow;
    bool from_initiator;
    sn_flow_view_t view;
} judged_t;

static judged_t judged(const sn_engine_t *e, uint32_t frame)
{
    judged_t j;
    memset(&j, 0, sizeof j);
    j.flow = sn_engine_flow_of(e, frame, &j.from_initiator);
    g_assert_cmpuint(j.flow, <=, sn_engine_flows(e));
    if (j.flow != 0)
        sn_engine_view(e, j.flow, &j.view);
    return j;
}

static void check_view(const sn_engine_t *e, const sn_flow_view_t *v, uint32_t frames)
{
    g_assert_cmpuint(v->source, >=, 1);
    g_assert_cmpuint(v->source, <=, sn_engine_hosts(e));
    g_assert_cmpuint(v->target, <=, sn_engine_hosts(e));
    g_assert_cmpuint(v->packets, <=, frames);
    g_assert_cmpuint(v->first_frame, <=, frames);
    g_assert_cmpint(v->verdict, <=, SN_VERDICT_BACKSCATTER);
    g_assert_cmpint(v->technique, <, SN_TECHNIQUES);
    g_assert_cmpint(v->outcome, <, SN_OUTCOMES);
    if (v->verdict == SN_VERDICT_SCAN)
        g_assert_cmpint(v->technique, !=, SN_TECHNIQUE_NONE);
}

/** Each flow is in the chain of one host, its source; and its packets are its frames. */
static void check_flows(const sn_engine_t *e, uint32_t frames)
{
    uint32_t flows = sn_engine_flows(e), chained = 0;
    uint32_t *packets = g_new0(uint32_t, (gsize)flows + 1);
    for (uint32_t frame = 1; frame <= frames; frame++) {
        judged_t j = judged(e, frame);
        packets[j.flow] += j.from_initiator;
    }
    for (uint32_t host = 1; host <= sn_engine_hosts(e); host++) {
        for (uint32_t f = sn_engine_newest_flow(e, host); f != 0;
             f = sn_engine_previous_flow(e, f)) {
            sn_flow_view_t v;
            sn_engine_view(e, f, &v);
            check_view(e, &v, frames);
            g_assert_cmpuint(v.source, ==, host);
            if (v.verdict != SN_VERDICT_NOT_NOISE)
                g_assert_cmpuint(v.packets, ==, packets[f]);
            g_assert_cmpuint(++chained, <=, flows);
        }
    }
    g_assert_cmpuint(chained, ==, flows);
    g_free(packets);
}

static uint32_t host_of(const sn_engine_t *e, const sn_addr_t *address)
{
    for (uint32_t host = 1; host <= sn_engine_hosts(e); host++) {
        sn_addr_t a = sn_engine_address(e, host);
        if (sn_addr_equal(&a, address))
            return host;
    }
    g_assert_not_reached();
}

/** A scanner's row says what its totals in the packet details say. */
static void check_scanner(const sn_engine_t *e, sn_scanners_t *scanners,
                          const sn_scanner_row_t *row)
{
    const sn_scanner_t *s = sn_scanners_get(scanners, e, host_of(e, &row->address), true);
    g_assert_cmpuint(row->count.packets, ==, s->probes);
    g_assert_cmpuint(row->count.ports, ==, s->ports);
    g_assert_cmpuint(row->count.targets, ==, s->targets);
    g_assert_cmpuint(s->contacts, >=, MAX(s->ports, s->targets));
    g_assert_cmpuint(s->contacts, <=, s->probes);
}

/** The parts add up to the whole. */
static void check_rows(const sn_engine_t *e, const sn_rows_t *rows, uint32_t frames)
{
    sn_scanners_t *scanners = sn_scanners_new();
    uint64_t by_scanner = 0, by_technique = 0, by_port = 0;
    for (guint i = 0; i < rows->scanners->len; i++) {
        const sn_scanner_row_t *row = &g_array_index(rows->scanners, sn_scanner_row_t, i);
        by_scanner += row->count.packets;
        check_scanner(e, scanners, row);
    }
    for (guint i = 0; i < rows->ports->len; i++)
        by_port += g_array_index(rows->ports, sn_port_row_t, i).count.packets;
    for (int t = 0; t < SN_TECHNIQUES; t++)
        by_technique += rows->technique[t].packets;
    g_assert_cmpuint(rows->all.packets, ==, frames);
    g_assert_cmpuint(by_scanner, ==, rows->scan.packets);
    g_assert_cmpuint(by_technique, ==, rows->scan.packets);
    g_assert_cmpuint(by_port, <=, rows->scan.packets);
    g_assert_cmpuint(rows->version[0].packets + rows->version[1].packets, ==, rows->scan.packets);
    g_assert_cmpuint(rows->scan.packets + rows->backscatter.packets, ==, rows->noise.packets);
    g_assert_cmpuint(rows->noise.packets, <=, frames);
    g_assert_cmpuint(rows->scanners->len, ==, rows->scan.scanners);
    g_assert_cmpuint(rows->ports->len, ==, rows->scan.ports);
    g_assert_cmpuint(rows->ipv6_scanner_prefixes, <=, rows->version[1].scanners);
    sn_scanners_free(scanners);
}

/** The tally of all frames agrees with the frames. */
static void check_tally(sn_engine_t *e, uint32_t frames)
{
    sn_tally_t *tally = sn_tally_new();
    uint64_t noise[3] = {0};
    for (uint32_t frame = 1; frame <= frames; frame++) {
        judged_t j = judged(e, frame);
        noise[j.view.verdict] += j.from_initiator;
        sn_tally_packet(tally, e, frame, (int64_t)frame * SECOND);
    }
    const sn_rows_t *rows = sn_tally_count(tally);
    check_rows(e, rows, frames);
    g_assert_cmpuint(rows->scan.packets, ==, noise[SN_VERDICT_SCAN]);
    g_assert_cmpuint(rows->backscatter.packets, ==, noise[SN_VERDICT_BACKSCATTER]);
    sn_tally_free(tally);
}

/** Each probe is the next one of its previous one. */
static void check_links(const sn_engine_t *e, uint32_t frames)
{
    sn_links_t *links = sn_links_new();
    for (uint32_t frame = 1; frame <= frames; frame++) {
        judged_t j = judged(e, frame);
        if (!j.from_initiator || j.view.verdict != SN_VERDICT_SCAN)
            continue;
        uint32_t previous = 0, next = 0, back = 0, forth = 0;
        sn_links_get(links, e, frame, &previous, &next);
        g_assert_cmpuint(previous, <, frame);
        g_assert_true(next == 0 || next > frame);
        if (previous == 0)
            continue;
        sn_links_get(links, e, previous, &back, &forth);
        g_assert_cmpuint(forth, ==, frame);
        g_assert_cmpuint(judged(e, previous).view.source, ==, j.view.source);
    }
    sn_links_free(links);
}

static sn_engine_t *feed(const sn_config_t *config, const stream_t *s)
{
    sn_engine_t *e = sn_engine_new(config);
    bool from_initiator;
    for (uint32_t i = 0; i < s->count; i++) {
        sn_engine_observe(e, &s->packets[i], &from_initiator);
        judged(e, i + 1); /* asking changes nothing, see check_repeatable() */
    }
    return e;
}

/** The same packets are judged the same, whatever the secret of the hash, and when nobody asks before
 * all are there. */
static void check_repeatable(const sn_engine_t *e, const sn_config_t *config, const stream_t *s)
{
    sn_engine_t *again = sn_engine_new(config);
    for (uint32_t i = 0; i < s->count; i++) {
        *sn_engine_next(again) = s->packets[i];
        sn_engine_take(again);
    }
    for (uint32_t frame = 1; frame <= s->count; frame++) {
        judged_t one = judged(e, frame), other = judged(again, frame);
        g_assert_cmpuint(one.flow, ==, other.flow);
        g_assert_cmpint(one.from_initiator, ==, other.from_initiator);
        g_assert_cmpint(one.view.verdict, ==, other.view.verdict);
        g_assert_cmpint(one.view.outcome, ==, other.view.outcome);
        g_assert_cmpuint(one.view.packets, ==, other.view.packets);
    }
    sn_engine_unref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static stream_t stream;
    stream.count = 0;
    input_t in = {data, data + size};
    sn_config_t config = read_config(&in);
    read_stream(&in, &stream);
    sn_engine_t *e = feed(&config, &stream);
    g_assert_cmpuint(sn_engine_observed(e), ==, stream.count);
    g_assert_cmpuint(sn_engine_forgotten(e), <=, stream.count);
    g_assert_cmpuint(sn_engine_frames(e), <=, stream.count);
    /* Notes about what is known may take a little more. */
    if (config.max_memory > 0)
        g_assert_cmpuint(sn_engine_flows(e) * sizeof(sn_flow_t), <=, config.max_memory - EMPTY);
    else
        g_assert_cmpuint(sn_engine_forgotten(e), ==, 0);
    check_flows(e, stream.count);
    check_tally(e, stream.count);
    check_links(e, stream.count);
    check_repeatable(e, &config, &stream);
    sn_engine_unref(e);
    if (config.home)
        g_array_unref(config.home);
    return 0;
}
