/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "scanner.h"

#include "pool.h"

#include <stdlib.h>

enum {
    LAG = 4, /* the totals may be this part of the walk old, in packets of the scanner */
    /* Eight ports in ascending order come about by chance once in 8! = 40320 times. */
    STRUCTURED_PORTS = 8,
    STRUCTURED_PERCENT = 90,
};

/** What one walk over a scanner's flows found. */
typedef struct {
    sn_scanner_t totals;
    uint64_t observed; /* sn_engine_observed() at that time */
    uint32_t walked;   /* flows */
    uint32_t asked;    /* since then; in a first pass that is once for each of its packets */
} walk_t;

struct sn_scanners {
    sn_pool_t walks;   /* of walk_t */
    sn_pool_t numbers; /* uint32_t by host: of its walk; 0: none yet */
};

sn_scanners_t *sn_scanners_new(void)
{
    sn_scanners_t *s = g_new0(sn_scanners_t, 1);
    sn_pool_init(&s->walks, sizeof(walk_t), true);
    sn_pool_init(&s->numbers, sizeof(uint32_t), true);
    return s;
}

void sn_scanners_free(sn_scanners_t *scanners)
{
    if (!scanners)
        return;
    sn_pool_clear(&scanners->walks);
    sn_pool_clear(&scanners->numbers);
    g_free(scanners);
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/** Sorts the words and counts the different ones. */
static uint32_t distinct(GArray *words)
{
    uint32_t count = 0;
    if (words->len > 0)
        qsort(words->data, words->len, sizeof(uint64_t), compare_words);
    for (guint i = 0; i < words->len; i++)
        if (i == 0 || g_array_index(words, uint64_t, i) != g_array_index(words, uint64_t, i - 1))
            count++;
    return count;
}

/** Counts how often the sequence of ports goes up, and how often anywhere. */
typedef struct {
    uint32_t up, steps;
    uint32_t later; /* the port that came next, plus one; 0: none yet */
} stairs_t;

/** Takes the sequence from its end. */
static void step(stairs_t *stairs, uint32_t port)
{
    if (stairs->later != 0 && port + 1 != stairs->later) {
        stairs->steps++;
        stairs->up += port + 1 < stairs->later;
    }
    stairs->later = port + 1;
}

static sn_pattern_t pattern_of(const sn_scanner_t *s, uint32_t services)
{
    if (s->contacts <= 1)
        return SN_PATTERN_SINGLE;
    if (s->targets <= 1)
        return SN_PATTERN_VERTICAL;
    return services <= 1 ? SN_PATTERN_HORIZONTAL : SN_PATTERN_BLOCK;
}

struct sn_scanner_sum {
    GArray *contacts, *services, *ports, *targets; /* uint64_t: one for each flow */
    stairs_t stairs;
};

sn_scanner_sum_t *sn_scanner_sum_new(void)
{
    sn_scanner_sum_t *sum = g_new0(sn_scanner_sum_t, 1);
    sum->contacts = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    sum->services = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    sum->ports = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    sum->targets = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    return sum;
}

void sn_scanner_sum_free(sn_scanner_sum_t *sum)
{
    if (!sum)
        return;
    g_array_unref(sum->contacts);
    g_array_unref(sum->services);
    g_array_unref(sum->ports);
    g_array_unref(sum->targets);
    g_free(sum);
}

void sn_scanner_sum_add(sn_scanner_sum_t *sum, uint32_t target, uint32_t service)
{
    uint32_t transport = service >> 16;
    uint64_t word = service, host = target, contact = host << 32 | word;
    g_array_append_val(sum->contacts, contact);
    g_array_append_val(sum->services, word);
    g_array_append_val(sum->targets, host);
    if (transport != SN_TRANSPORT_ICMP && transport != SN_TRANSPORT_IP) {
        g_array_append_val(sum->ports, word);
        step(&sum->stairs, service & 0xffff);
    }
}

void sn_scanner_sum_take(sn_scanner_sum_t *sum, sn_scanner_t *totals)
{
    *totals = (sn_scanner_t){
        .contacts = distinct(sum->contacts),
        .ports = distinct(sum->ports),
        .targets = distinct(sum->targets),
    };
    totals->pattern = pattern_of(totals, distinct(sum->services));
    totals->structured =
        totals->ports >= STRUCTURED_PORTS &&
        sum->stairs.up * 100ULL >= sum->stairs.steps * (uint64_t)STRUCTURED_PERCENT;
    g_array_set_size(sum->contacts, 0);
    g_array_set_size(sum->services, 0);
    g_array_set_size(sum->ports, 0);
    g_array_set_size(sum->targets, 0);
    sum->stairs = (stairs_t){0};
}

static void walk(walk_t *w, const sn_engine_t *engine, uint32_t host)
{
    sn_scanner_sum_t *sum = sn_scanner_sum_new();
    uint64_t probes = 0;
    *w = (walk_t){.observed = sn_engine_observed(engine)};
    for (uint32_t f = sn_engine_newest_flow(engine, host); f != 0;
         f = sn_engine_previous_flow(engine, f)) {
        sn_flow_view_t v;
        sn_engine_view(engine, f, &v);
        w->walked++;
        if (v.verdict != SN_VERDICT_SCAN || v.packets == 0) /* 0: a read filter has dropped them */
            continue;
        sn_scanner_sum_add(sum, v.target, sn_service(v.transport, v.port));
        probes += v.packets;
    }
    sn_scanner_sum_take(sum, &w->totals);
    w->totals.probes = probes;
    sn_scanner_sum_free(sum);
}

const sn_scanner_t *sn_scanners_get(sn_scanners_t *scanners, const sn_engine_t *engine,
                                    uint32_t host, bool exact)
{
    sn_pool_reach(&scanners->numbers, host);
    uint32_t *number = (uint32_t *)sn_pool_get(&scanners->numbers, host);
    if (*number == 0)
        *number = sn_pool_add(&scanners->walks);
    walk_t *w = (walk_t *)sn_pool_get(&scanners->walks, *number);
    bool old = w->observed != sn_engine_observed(engine);
    if (old && (exact || w->asked++ >= w->walked / LAG))
        walk(w, engine, host);
    return &w->totals;
}

const char *sn_pattern_label(sn_pattern_t pattern)
{
    static const char *const labels[SN_PATTERNS] = {
        [SN_PATTERN_SINGLE] = "single",
        [SN_PATTERN_VERTICAL] = "vertical",
        [SN_PATTERN_HORIZONTAL] = "horizontal",
        [SN_PATTERN_BLOCK] = "block",
    };
    return pattern < SN_PATTERNS ? labels[pattern] : "";
}
