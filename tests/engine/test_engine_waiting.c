/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_waiting.c: packets that wait to be observed come to the same as packets that are
 * observed one by one, whenever somebody asks. */
#include "lab.h"
#include "traffic.h"

#include "stats/tally.h"

enum { PACKETS = 3000, SEEDS = 12, COUNT_EVERY = 100 };

/** Two engines that get the same packets: one is asked after each of them, one seldom. */
typedef struct {
    sn_engine_t *prompt, *patient;
    sn_tally_t *prompt_tally, *patient_tally;
    uint32_t frames;
} pair_t;

static pair_t pair_with(const sn_config_t *config)
{
    return (pair_t){sn_engine_new(config), sn_engine_new(config), sn_tally_new(), sn_tally_new(),
                    0};
}

static void pair_free(pair_t *pair)
{
    sn_tally_free(pair->prompt_tally);
    sn_tally_free(pair->patient_tally);
    sn_engine_unref(pair->prompt);
    sn_engine_unref(pair->patient);
}

static void give(pair_t *pair, const sn_packet_t *packet)
{
    sn_packet_t p = *packet;
    p.frame = ++pair->frames;
    bool from_initiator;
    sn_engine_observe(pair->prompt, &p, &from_initiator);
    *sn_engine_next(pair->patient) = p;
    sn_engine_take(pair->patient);
    sn_tally_packet(pair->prompt_tally, pair->prompt, p.frame, p.time_us);
    sn_tally_packet(pair->patient_tally, pair->patient, p.frame, p.time_us);
    if (p.frame % COUNT_EVERY == 0)
        sn_tally_count(pair->prompt_tally);
}

static void assert_same_flow(const pair_t *pair, uint32_t flow)
{
    sn_flow_view_t a, b;
    sn_engine_view(pair->prompt, flow, &a);
    sn_engine_view(pair->patient, flow, &b);
    g_assert_cmpint(a.verdict, ==, b.verdict);
    g_assert_cmpint(a.technique, ==, b.technique);
    g_assert_cmpint(a.tool, ==, b.tool);
    g_assert_cmpint(a.outcome, ==, b.outcome);
    g_assert_cmpuint(a.source, ==, b.source);
    g_assert_cmpuint(a.target, ==, b.target);
    g_assert_cmpuint(a.port, ==, b.port);
    g_assert_cmpuint(a.first_frame, ==, b.first_frame);
    g_assert_cmpuint(a.packets, ==, b.packets);
}

static void assert_same_frame(const pair_t *pair, uint32_t frame)
{
    bool a, b;
    uint32_t flow = sn_engine_flow_of(pair->patient, frame, &a);
    g_assert_cmpuint(flow, ==, sn_engine_flow_of(pair->prompt, frame, &b));
    g_assert_cmpint(a, ==, b);
    if (flow != 0)
        assert_same_flow(pair, flow);
}

static void assert_same_count(const sn_count_t *a, const sn_count_t *b)
{
    g_assert_cmpuint(a->packets, ==, b->packets);
    g_assert_cmpuint(a->scanners, ==, b->scanners);
    g_assert_cmpuint(a->ports, ==, b->ports);
    g_assert_cmpuint(a->targets, ==, b->targets);
    g_assert_cmpint(a->first_us, ==, b->first_us);
    g_assert_cmpint(a->last_us, ==, b->last_us);
}

static void assert_same_rows(const pair_t *pair)
{
    const sn_rows_t *a = sn_tally_count(pair->prompt_tally);
    const sn_rows_t *b = sn_tally_count(pair->patient_tally);
    assert_same_count(&a->all, &b->all);
    assert_same_count(&a->scan, &b->scan);
    assert_same_count(&a->backscatter, &b->backscatter);
    for (int i = 0; i < SN_TRAITS; i++)
        assert_same_count(&a->trait[i], &b->trait[i]);
    g_assert_cmpuint(a->scanners->len, ==, b->scanners->len);
    g_assert_cmpuint(a->ports->len, ==, b->ports->len);
    g_assert_cmpuint(a->forgotten, ==, b->forgotten);
}

static void assert_same(const pair_t *pair)
{
    assert_same_rows(pair);
    g_assert_cmpuint(sn_engine_flows(pair->prompt), ==, sn_engine_flows(pair->patient));
    /* Packets beyond the limit may have been given the numbers of their hosts before it was reached. */
    g_assert_cmpuint(sn_engine_hosts(pair->prompt), <=, sn_engine_hosts(pair->patient));
    g_assert_true(sn_engine_forgotten(pair->prompt) > 0 ||
                  sn_engine_hosts(pair->prompt) == sn_engine_hosts(pair->patient));
    g_assert_cmpuint(sn_engine_memory(pair->prompt), ==, sn_engine_memory(pair->patient));
    g_assert_cmpuint(sn_engine_observed(pair->prompt), ==, sn_engine_observed(pair->patient));
    g_assert_cmpuint(sn_engine_forgotten(pair->prompt), ==, sn_engine_forgotten(pair->patient));
    g_assert_cmpuint(sn_engine_first_forgotten(pair->prompt), ==,
                     sn_engine_first_forgotten(pair->patient));
    for (uint32_t flow = 1; flow <= sn_engine_flows(pair->prompt); flow++)
        assert_same_flow(pair, flow);
    for (uint32_t frame = 1; frame <= pair->frames; frame++)
        assert_same_frame(pair, frame);
    for (uint32_t host = 1; host <= sn_engine_hosts(pair->prompt); host++) {
        sn_addr_t a = sn_engine_address(pair->prompt, host);
        sn_addr_t b = sn_engine_address(pair->patient, host);
        g_assert_true(sn_addr_equal(&a, &b));
    }
}

typedef struct {
    const char *name;
    unsigned ask_one_in; /* packets, about some frame; 0: never */
    uint32_t room;       /* bytes beyond an empty engine's; 0: no limit */
} row_t;

static const row_t rows[] = {
    {"never-asked", 0, 0}, {"asked-now-and-then", 40, 0}, {"asked-often", 3, 0},
    {"limited", 40, 9000}, {"limited-soon", 40, 500},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    for (guint32 seed = 1; seed <= SEEDS; seed++) {
        sn_config_t config = {.limits = SN_LIMITS_DEFAULT,
                              .max_memory = row->room > 0 ? empty_memory() + row->room : 0};
        config.limits.scanning_contacts = seed;
        pair_t pair = pair_with(&config);
        traffic_t traffic = traffic_new(seed);
        for (unsigned n = 1; n <= PACKETS; n++) {
            sn_packet_t p = next_packet(&traffic);
            give(&pair, &p);
            if (row->ask_one_in != 0 && dice(&traffic, row->ask_one_in) == 0)
                assert_same_frame(&pair, 1 + dice(&traffic, pair.frames));
        }
        assert_same(&pair);
        g_assert_cmpint(sn_engine_forgotten(pair.patient) > 0, ==, row->room > 0);
        traffic_free(&traffic);
        pair_free(&pair);
    }
}

/** The place of a packet that was not taken is the next one's. */
static void check_not_taken(void)
{
    pair_t pair = pair_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT});
    sn_packet_t probe = tcp(SCANNER, 4000, TARGET, 23, "S"), other = udp(CLIENT, 4000, OTHER, 53);
    give(&pair, &probe);
    *sn_engine_next(pair.patient) = other;
    give(&pair, &probe);
    assert_same(&pair);
    g_assert_cmpuint(sn_engine_flows(pair.patient), ==, 1);
    pair_free(&pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strdup_printf("/engine/waiting/%s", rows[i].name);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_func("/engine/waiting/not-taken", check_not_taken);
    return g_test_run();
}
