/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tally_random.c: the rows of the statistics against a slow, obvious reference: a list of all
 * tapped packets, read from the start for every comparison, and sets of strings for what is
 * distinct. Over random traffic, with taps that see all packets or some, in one session or two. */
#include "lab.h"
#include "traffic.h"

#include "stats/tally.h"

/* --- The reference --------------------------------------------------------------------------- */

/** A tapped packet. */
typedef struct {
    sn_engine_t *engine;
    uint32_t flow;
    bool from_initiator;
    int64_t time_us;
} tapped_t;

/** What the reference knows of one row. */
typedef struct {
    sn_count_t count; /* packets and times only */
    GHashTable *scanners, *ports, *targets;
} ref_t;

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void free_ref(gpointer data)
{
    ref_t *ref = (ref_t *)data;
    g_hash_table_unref(ref->scanners);
    g_hash_table_unref(ref->ports);
    g_hash_table_unref(ref->targets);
    g_free(ref);
}

/** The row of this name, made on first sight. Takes the name. */
static ref_t *ref_of(GHashTable *refs, char *name)
{
    ref_t *ref = (ref_t *)g_hash_table_lookup(refs, name);
    if (ref) {
        g_free(name);
        return ref;
    }
    ref = g_new0(ref_t, 1);
    ref->scanners = new_set();
    ref->ports = new_set();
    ref->targets = new_set();
    g_hash_table_insert(refs, name, ref);
    return ref;
}

static void count_packet(ref_t *ref, const tapped_t *t)
{
    sn_count_t *c = &ref->count;
    c->first_us = c->packets == 0 ? t->time_us : MIN(c->first_us, t->time_us);
    c->last_us = c->packets == 0 ? t->time_us : MAX(c->last_us, t->time_us);
    c->packets++;
}

static void count_scan(ref_t *ref, const tapped_t *t, const sn_flow_view_t *v)
{
    sn_addr_t source = sn_engine_address(t->engine, v->source);
    sn_addr_t target = sn_engine_address(t->engine, v->target);
    count_packet(ref, t);
    g_hash_table_add(ref->scanners, text_of(&source));
    g_hash_table_add(ref->targets, text_of(&target));
    if (v->has_port)
        g_hash_table_add(ref->ports, g_strdup_printf("%d/%u", (int)v->transport, v->port));
}

static void count_in_rows(GHashTable *refs, const tapped_t *t)
{
    count_packet(ref_of(refs, g_strdup("all")), t);
    if (t->flow == 0 || !t->from_initiator)
        return;
    sn_flow_view_t v;
    sn_engine_view(t->engine, t->flow, &v);
    if (v.verdict != SN_VERDICT_NOT_NOISE)
        count_packet(ref_of(refs, g_strdup("noise")), t);
    if (v.verdict == SN_VERDICT_BACKSCATTER)
        count_packet(ref_of(refs, g_strdup("backscatter")), t);
    if (v.verdict != SN_VERDICT_SCAN)
        return;
    sn_addr_t source = sn_engine_address(t->engine, v.source);
    char *text = text_of(&source);
    count_scan(ref_of(refs, g_strdup("scan")), t, &v);
    count_scan(ref_of(refs, g_strdup_printf("version %d", source.version)), t, &v);
    count_scan(ref_of(refs, g_strdup_printf("technique %d", (int)v.technique)), t, &v);
    count_scan(ref_of(refs, g_strdup_printf("scanner %s", text)), t, &v);
    if (v.has_port)
        count_scan(ref_of(refs, g_strdup_printf("port %d/%u", (int)v.transport, v.port)), t, &v);
    g_free(text);
}

static GHashTable *count_again(const GArray *tapped)
{
    GHashTable *refs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_ref);
    for (guint i = 0; i < tapped->len; i++)
        count_in_rows(refs, &g_array_index(tapped, tapped_t, i));
    return refs;
}

/* --- Comparing ------------------------------------------------------------------------------- */

/** Compares packets and times; takes the name. */
static ref_t *compare_packets(GHashTable *refs, char *name, const sn_count_t *got)
{
    ref_t *want = ref_of(refs, name);
    g_assert_cmpuint(got->packets, ==, want->count.packets);
    if (got->packets > 0) {
        g_assert_cmpint(got->first_us, ==, want->count.first_us);
        g_assert_cmpint(got->last_us, ==, want->count.last_us);
    }
    return want;
}

static void compare(GHashTable *refs, char *name, const sn_count_t *got)
{
    const ref_t *want = compare_packets(refs, name, got);
    g_assert_cmpuint(got->scanners, ==, g_hash_table_size(want->scanners));
    g_assert_cmpuint(got->ports, ==, g_hash_table_size(want->ports));
    g_assert_cmpuint(got->targets, ==, g_hash_table_size(want->targets));
}

static void compare_ports(GHashTable *refs, const GArray *rows)
{
    g_assert_cmpuint(rows->len, ==, g_hash_table_size(ref_of(refs, g_strdup("scan"))->ports));
    for (guint i = 0; i < rows->len; i++) {
        const sn_port_row_t *row = &g_array_index(rows, sn_port_row_t, i);
        const sn_port_row_t *before = i > 0 ? row - 1 : NULL;
        compare(refs, g_strdup_printf("port %d/%u", (int)row->transport, row->port), &row->count);
        if (before)
            g_assert_cmpuint(row->count.packets, <=, before->count.packets);
        if (before && row->count.packets == before->count.packets)
            g_assert_cmpuint(row->transport * 65536U + row->port, >,
                             before->transport * 65536U + before->port);
    }
}

static void compare_scanners(GHashTable *refs, const GArray *rows)
{
    g_assert_cmpuint(rows->len, ==, g_hash_table_size(ref_of(refs, g_strdup("scan"))->scanners));
    for (guint i = 0; i < rows->len; i++) {
        const sn_scanner_row_t *row = &g_array_index(rows, sn_scanner_row_t, i);
        const sn_scanner_row_t *before = i > 0 ? row - 1 : NULL;
        char *text = text_of(&row->address);
        compare(refs, g_strdup_printf("scanner %s", text), &row->count);
        g_free(text);
        if (before)
            g_assert_cmpuint(row->count.packets, <=, before->count.packets);
        if (before && row->count.packets == before->count.packets)
            g_assert_cmpint(sn_addr_compare(&before->address, &row->address), <, 0);
    }
}

/** Distinct /64 prefixes of the IPv6 scanners, with the host's half of each address zeroed. */
static void compare_prefixes(GHashTable *refs, uint32_t got)
{
    GHashTable *prefixes = new_set();
    GHashTableIter iter;
    gpointer text;
    g_hash_table_iter_init(&iter, ref_of(refs, g_strdup("version 6"))->scanners);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        sn_addr_t a = addr((const char *)text);
        memset(a.bytes + 8, 0, 8);
        g_hash_table_add(prefixes, text_of(&a));
    }
    g_assert_cmpuint(got, ==, g_hash_table_size(prefixes));
    g_hash_table_unref(prefixes);
}

static void compare_all(sn_tally_t *tally, const GArray *tapped)
{
    GHashTable *refs = count_again(tapped);
    const sn_rows_t *rows = sn_tally_count(tally);
    compare_packets(refs, g_strdup("all"), &rows->all);
    compare_packets(refs, g_strdup("noise"), &rows->noise);
    compare_packets(refs, g_strdup("backscatter"), &rows->backscatter);
    compare(refs, g_strdup("scan"), &rows->scan);
    compare(refs, g_strdup("version 4"), &rows->version[0]);
    compare(refs, g_strdup("version 6"), &rows->version[1]);
    for (int t = 0; t < SN_TECHNIQUES; t++)
        compare(refs, g_strdup_printf("technique %d", t), &rows->technique[t]);
    compare_prefixes(refs, rows->ipv6_scanner_prefixes);
    compare_ports(refs, rows->ports);
    compare_scanners(refs, rows->scanners);
    g_hash_table_unref(refs);
}

/* --- The traffic ----------------------------------------------------------------------------- */

enum { PACKETS = 1500, COMPARE_EVERY = 60, SEEDS = 5 };

typedef struct {
    const char *name;
    unsigned pass_one_in; /* of packets that the engine sees: a tap's filter */
    unsigned sessions;
    uint32_t room; /* bytes beyond an empty engine's; 0: no limit */
} row_t;

static const row_t rows[] = {
    {"all-packets", 1, 1, 0},           {"filtered", 3, 1, 0},       {"two-sessions", 1, 2, 0},
    {"two-sessions-filtered", 3, 2, 0}, {"seven-sessions", 1, 7, 0}, {"limited", 1, 1, 4000},
    {"limited-sessions", 2, 3, 4000},
};

/** @param flow of the last packet; 0: a frame of no flow instead */
static void tap(sn_tally_t *tally, GArray *tapped, const lab_t *lab, uint32_t flow)
{
    tapped_t one = {lab->engine, flow, lab->from_initiator, lab->time_us};
    sn_tally_packet(tally, one.engine, flow != 0 ? lab->frame : UINT32_MAX, one.time_us);
    g_array_append_val(tapped, one);
}

/** One session's packets. The lab is left alive, because the reference still asks its engine. */
static void run_session(const row_t *row, traffic_t *traffic, lab_t *lab, sn_tally_t *tally,
                        GArray *tapped)
{
    for (unsigned n = 1; n <= PACKETS / row->sessions; n++) {
        sn_packet_t p = next_packet(traffic);
        lab->time_us = p.time_us - SECOND; /* feed() adds it */
        uint32_t flow = feed(lab, p);
        if (dice(traffic, row->pass_one_in) == 0) {
            tap(tally, tapped, lab, flow);
            if (n % COMPARE_EVERY < row->pass_one_in)
                compare_all(tally, tapped);
        }
    }
}

static void check_seed(const row_t *row, guint32 seed)
{
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT,
                          .max_memory = row->room > 0 ? empty_memory() + row->room : 0};
    config.limits.scanning_contacts = 2 + seed; /* so that there are scanners and others */
    traffic_t traffic = traffic_new(seed);
    sn_tally_t *tally = sn_tally_new();
    GArray *tapped = g_array_new(FALSE, FALSE, sizeof(tapped_t));
    GArray *labs = g_array_new(FALSE, FALSE, sizeof(lab_t));
    uint64_t forgotten = 0;
    for (unsigned s = 0; s < row->sessions; s++) {
        lab_t lab = lab_with(&config);
        run_session(row, &traffic, &lab, tally, tapped);
        forgotten += sn_engine_forgotten(lab.engine);
        g_array_append_val(labs, lab);
    }
    tap(tally, tapped, &g_array_index(labs, lab_t, labs->len - 1), 0);
    compare_all(tally, tapped);
    g_assert_cmpuint(sn_tally_count(tally)->forgotten, ==, forgotten);
    g_assert_cmpint(forgotten > 0, ==, row->room > 0);
    g_assert_cmpuint(sn_tally_count(tally)->scan.scanners, >, 2); /* the traffic is worth it */
    g_assert_cmpuint(sn_tally_count(tally)->backscatter.packets, >, 0);
    for (guint i = 0; i < labs->len; i++)
        lab_free(&g_array_index(labs, lab_t, i));
    g_array_unref(labs);
    g_array_unref(tapped);
    sn_tally_free(tally);
    traffic_free(&traffic);
}

static void check(gconstpointer data)
{
    for (guint32 seed = 1; seed <= SEEDS; seed++)
        check_seed((const row_t *)data, seed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/tally/random/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    return g_test_run();
}
