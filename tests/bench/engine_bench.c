/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* engine_bench.c: the engine and the tally alone, driven by a capture of generate.py, so that nothing
 * of Wireshark's is in what is measured. bench.py runs it.
 *
 *     engine_bench MODE FILE
 *
 * MODE: memory  the engine only
 *       stat    what `-z scannoise,stat` does with each packet, and its rows at the end
 *       totals  what a packet list with the column scannoise.scanner.ports does with each packet
 *
 * Prints one JSON object: packets, flows, hosts; bytes, which is what malloc holds for the work in
 * the end; worst_bytes_per_flow, the largest bytes / flows after any batch from 100 000 flows on;
 * nanoseconds of processor time. Reading the file is in none of them. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include <glib.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/scanner.h"
#include "stats/tally.h"

enum { BATCH = 4096, FILE_HEADER = 24, RECORD_HEADER = 16, LARGEST = 2048, MANY_FLOWS = 100000 };

typedef enum { MEMORY, STAT, TOTALS } bench_mode_t;

typedef struct {
    bench_mode_t mode;
    sn_engine_t *engine;
    sn_tally_t *tally;
    sn_scanners_t *scanners;
    uint64_t answers; /* keeps the compiler from leaving out what nobody reads */
    sn_packet_t batch[BATCH];
} bench_t;

/* --- Reading --------------------------------------------------------------------------------- */

static uint16_t number16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t number32(const uint8_t *at)
{
    return (uint32_t)number16(at) << 16 | number16(at + 2);
}

static void read_options(const uint8_t *at, const uint8_t *end, sn_packet_t *p)
{
    static const uint8_t bits[] = {0,
                                   0,
                                   SN_TCPOPT_MSS,
                                   SN_TCPOPT_WINDOW_SCALE,
                                   SN_TCPOPT_SACK_PERMITTED,
                                   SN_TCPOPT_OTHER,
                                   SN_TCPOPT_OTHER,
                                   SN_TCPOPT_OTHER,
                                   SN_TCPOPT_TIMESTAMPS};
    while (at < end && *at != 0) {
        if (*at == 1) {
            at++;
            continue;
        }
        p->tcp_options |= *at < sizeof bits ? bits[*at] : SN_TCPOPT_OTHER;
        if (*at == 2)
            p->tcp_mss = number16(at + 2);
        at += at[1];
    }
}

/** @return false for a protocol that generate.py does not use */
static bool read_transport(const uint8_t *at, const uint8_t *end, unsigned protocol, sn_packet_t *p)
{
    if (protocol == 1) {
        p->transport = SN_TRANSPORT_ICMP;
        p->icmp_type = at[0];
        p->sport = number16(at + 4);
        return true;
    }
    p->sport = number16(at);
    p->dport = number16(at + 2);
    if (protocol == 17) {
        p->transport = SN_TRANSPORT_UDP;
        p->payload = (uint32_t)(end - at) - 8;
        p->head_len = (uint8_t)MIN(p->payload, SN_HEAD_BYTES);
        memcpy(p->head, at + 8, p->head_len);
        return true;
    }
    p->transport = SN_TRANSPORT_TCP;
    p->tcp_seq = number32(at + 4);
    p->tcp_ack = number32(at + 8);
    p->tcp_flags = number16(at + 12) & 0x1ff;
    p->tcp_window = number16(at + 14);
    p->tcp_header_len = (uint8_t)(at[12] >> 4 << 2);
    p->payload = (uint32_t)(end - at) - p->tcp_header_len;
    read_options(at + 20, at + p->tcp_header_len, p);
    return protocol == 6;
}

static bool read_frame(const uint8_t *frame, unsigned length, sn_packet_t *p)
{
    const uint8_t *ip = frame + 14, *end = frame + length;
    if (number16(frame + 12) == 0x86dd) {
        p->src = sn_addr_v6(ip + 8);
        p->dst = sn_addr_v6(ip + 24);
        p->ttl = ip[7];
        return read_transport(ip + 40, end, ip[6], p);
    }
    p->src = sn_addr_v4(ip + 12);
    p->dst = sn_addr_v4(ip + 16);
    p->ip_id = number16(ip + 4);
    p->ttl = ip[8];
    return read_transport(ip + 20, end, ip[9], p);
}

/** Reads up to a batch of packets. @param frame the number of the last packet before, kept up to date */
static unsigned read_batch(FILE *file, const char *name, uint32_t *frame, sn_packet_t *batch)
{
    uint8_t head[RECORD_HEADER], bytes[LARGEST];
    unsigned n = 0;
    while (n < BATCH && fread(head, sizeof head, 1, file) == 1) {
        unsigned length = number32(head + 8);
        batch[n] = (sn_packet_t){.frame = ++*frame};
        batch[n].time_us = (int64_t)number32(head) * G_USEC_PER_SEC + number32(head + 4);
        if (length > sizeof bytes || fread(bytes, 1, length, file) != length ||
            !read_frame(bytes, length, &batch[n])) {
            fprintf(stderr, "engine_bench: %s: packet %u is not one of generate.py's\n", name,
                    *frame);
            exit(EXIT_FAILURE);
        }
        n++;
    }
    return n;
}

static FILE *open_capture(const char *name)
{
    uint8_t header[FILE_HEADER];
    FILE *file = fopen(name, "rb");
    if (file && fread(header, sizeof header, 1, file) == 1 && number32(header) == 0xa1b2c3d4)
        return file;
    fprintf(stderr, "engine_bench: %s: not a capture of generate.py's\n", name);
    exit(EXIT_FAILURE);
}

/* --- The work: bench.py counts the instructions of these two functions ------------------------- */

static void ask_totals(bench_t *b, uint32_t frame)
{
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(b->engine, frame, &from_initiator);
    if (flow == 0 || !from_initiator)
        return;
    sn_flow_view_t view;
    sn_engine_view(b->engine, flow, &view);
    if (view.verdict == SN_VERDICT_SCAN)
        b->answers += sn_scanners_get(b->scanners, b->engine, view.source, false)->ports;
}

__attribute__((noinline)) static void observe_batch(bench_t *b, unsigned packets)
{
    for (unsigned i = 0; i < packets; i++) {
        const sn_packet_t *p = &b->batch[i];
        *sn_engine_next(b->engine) = *p;
        sn_engine_take(b->engine);
        if (b->mode == STAT)
            sn_tally_packet(b->tally, b->engine, p->frame, p->time_us);
        if (b->mode == TOTALS)
            ask_totals(b, p->frame);
    }
}

__attribute__((noinline)) static void make_rows(bench_t *b)
{
    if (b->mode == STAT)
        b->answers += sn_tally_count(b->tally)->scan.packets;
}

/* --- Measuring ------------------------------------------------------------------------------- */

static uint64_t held_bytes(void)
{
    struct mallinfo2 held = mallinfo2();
    return held.uordblks + held.hblkhd;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void run(bench_t *b, FILE *file, const char *name)
{
    uint32_t frame = 0;
    uint64_t taken = 0, before = held_bytes();
    double worst = 0;
    b->engine = sn_engine_new(&(sn_config_t){.limits = SN_LIMITS_DEFAULT});
    b->tally = sn_tally_new();
    b->scanners = sn_scanners_new();
    for (unsigned n; (n = read_batch(file, name, &frame, b->batch)) > 0;) {
        uint64_t begun = now_ns();
        observe_batch(b, n);
        taken += now_ns() - begun;
        uint32_t flows = sn_engine_flows(b->engine);
        if (flows >= MANY_FLOWS)
            worst = MAX(worst, (double)(held_bytes() - before) / flows);
    }
    uint64_t begun = now_ns();
    make_rows(b);
    taken += now_ns() - begun;
    printf("{\"packets\": %u, \"flows\": %u, \"hosts\": %u, \"bytes\": %" G_GUINT64_FORMAT
           ", \"worst_bytes_per_flow\": %.2f, \"nanoseconds\": %" G_GUINT64_FORMAT
           ", \"answers\": %" G_GUINT64_FORMAT "}\n",
           frame, sn_engine_flows(b->engine), sn_engine_hosts(b->engine), held_bytes() - before,
           worst, taken, b->answers);
    sn_scanners_free(b->scanners);
    sn_tally_free(b->tally);
    sn_engine_unref(b->engine);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {[MEMORY] = "memory", [STAT] = "stat", [TOTALS] = "totals"};
    static bench_t bench;
    for (unsigned m = 0; argc == 3 && m < G_N_ELEMENTS(modes); m++) {
        if (!g_str_equal(argv[1], modes[m]))
            continue;
        bench.mode = (bench_mode_t)m;
        FILE *file = open_capture(argv[2]);
        char *room = g_malloc(1 << 16); /* the file's buffer must not count */
        setvbuf(file, room, _IOFBF, 1 << 16);
        run(&bench, file, argv[2]);
        fclose(file);
        g_free(room);
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "usage: engine_bench memory|stat|totals FILE\n");
    return EXIT_FAILURE;
}
