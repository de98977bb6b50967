/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_recount.c: after any traffic, the engine's verdicts are those that follow from
 * counting all flows again from scratch. The engine keeps its counters to itself; engines with
 * different limits see the same traffic, so that a counter that is off by one shows as a verdict.
 *
 * The test keeps flows of its own beside the engine's, fed with the same packets by the functions
 * of flow.h, and counts contacts in sets of strings. */
#include "lab.h"
#include "traffic.h"

#include "engine/source.h"

typedef struct {
    lab_t lab;
    sn_limits_t limits;
    GArray *flows; /* sn_flow_t by number - 1, as this test sees them */
} bench_t;

static sn_flow_t *flow_at(const bench_t *b, uint32_t number)
{
    return &g_array_index(b->flows, sn_flow_t, number - 1);
}

/* --- Flows of our own ------------------------------------------------------------------------ */

static bool same_pair(const sn_flow_t *x, const sn_flow_t *y)
{
    bool same = x->initiator == y->initiator && x->responder == y->responder;
    bool swapped = x->initiator == y->responder && x->responder == y->initiator;
    bool ports = x->transport != SN_TRANSPORT_ICMP && x->transport != SN_TRANSPORT_IP;
    bool same_ports = x->sport == y->sport && x->dport == y->dport;
    bool swapped_ports = x->sport == y->dport && x->dport == y->sport;
    return x->transport == y->transport &&
           ((same && same_ports) || (swapped && (ports ? swapped_ports : same_ports)));
}

/** The newest flow before `number` between the same end points; NULL: none. */
static sn_flow_t *previous(const bench_t *b, uint32_t number)
{
    for (uint32_t n = number - 1; n > 0; n--)
        if (same_pair(flow_at(b, n), flow_at(b, number)))
            return flow_at(b, n);
    return NULL;
}

static void add_flow(bench_t *b, uint32_t number, const sn_packet_t *p)
{
    g_assert_cmpuint(number, ==, b->flows->len + 1);
    sn_flow_view_t v = view_of(&b->lab, number);
    sn_flow_t flow = {.initiator = v.source,
                      .responder = v.target,
                      .sport = p->sport,
                      .dport = v.port,
                      .transport = v.transport & 7U};
    g_array_append_val(b->flows, flow);
    sn_flow_t *old = previous(b, number);
    if (old && old->initiator != flow.initiator && sn_flow_was_asked_for(old, p) &&
        !sn_flow_follows_silence(old, p, b->limits.reuse_seconds)) {
        sn_flow_take_over(flow_at(b, number), old, p);
        return;
    }
    g_assert_true(!old || sn_flow_begins_anew(old, p, b->limits.reuse_seconds));
    sn_flow_begin(flow_at(b, number), p);
}

static void follow(bench_t *b, const sn_packet_t *p)
{
    uint32_t flow = feed(&b->lab, *p);
    g_assert_cmpuint(flow, !=, 0);
    sn_packet_t seen = *p;
    seen.frame = b->lab.frame;
    seen.time_us = b->lab.time_us;
    if (flow > b->flows->len) {
        add_flow(b, flow, &seen);
        return;
    }
    sn_addr_t initiator = sn_engine_address(b->lab.engine, flow_at(b, flow)->initiator);
    if (p->has_quote) { /* of a packet that was seen: so the flow is the quoted one */
        if (sn_addr_equal(&p->quote.src, &initiator))
            sn_flow_unreachable(flow_at(b, flow));
        return;
    }
    g_assert_cmpint(b->lab.from_initiator, ==, sn_addr_equal(&p->src, &initiator));
    sn_flow_continue(flow_at(b, flow), &seen, b->lab.from_initiator);
}

/* --- Counting again -------------------------------------------------------------------------- */

/** What one host has tried: each set holds "target transport port" for its contacts. */
typedef struct {
    GHashTable *failed, *talks, *aborted, *tails[SN_TECHNIQUES];
} tried_t;

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static tried_t count_again(const bench_t *b, uint32_t host)
{
    tried_t t = {.failed = new_set(), .talks = new_set(), .aborted = new_set()};
    for (int i = 0; i < SN_TECHNIQUES; i++)
        t.tails[i] = new_set();
    for (uint32_t n = 1; n <= b->flows->len; n++) {
        const sn_flow_t *f = flow_at(b, n);
        if (f->initiator != host)
            continue;
        char *contact = g_strdup_printf("%u %u %u", f->responder, f->transport, f->dport);
        sn_counts_t counts = sn_flow_counts(f, &b->limits);
        GHashTable *set = f->seen & SN_FLOW_TAIL ? t.tails[f->technique] : t.failed;
        if (sn_flow_was_aborted(f))
            g_hash_table_add(t.aborted, g_strdup(contact));
        if (counts == SN_COUNTS_NOTHING)
            g_free(contact);
        else
            g_hash_table_add(counts == SN_COUNTS_FAILED ? set : t.talks, contact);
    }
    return t;
}

static void forget(tried_t *t)
{
    g_hash_table_unref(t->failed);
    g_hash_table_unref(t->talks);
    g_hash_table_unref(t->aborted);
    for (int i = 0; i < SN_TECHNIQUES; i++)
        g_hash_table_unref(t->tails[i]);
}

static sn_source_facts_t facts_of(const tried_t *t, const sn_flow_t *f, const sn_limits_t *limits)
{
    sn_source_facts_t facts = {
        .failed = g_hash_table_size(t->failed),
        .conversations = g_hash_table_size(t->talks),
        .aborted = g_hash_table_size(t->aborted),
        .same_tail = sn_tail_of((sn_technique_t)f->technique) < 0
                         ? 0
                         : g_hash_table_size(t->tails[f->technique]),
    };
    for (int i = 0; i < SN_TECHNIQUES; i++)
        if (g_hash_table_size(t->tails[i]) >= limits->scanning_contacts)
            facts.failed += g_hash_table_size(t->tails[i]);
    return facts;
}

static sn_verdict_t judge_again(const bench_t *b, const sn_flow_t *f, const tried_t *t)
{
    sn_flow_facts_t facts = {
        .chatter = f->seen & SN_FLOW_CHATTER || sn_flow_is_stream(f, &b->limits),
        .from_middle = f->seen & SN_FLOW_FROM_MIDDLE,
        .from_response = f->seen & SN_FLOW_FROM_RESPONSE,
        .inward = true,
        .icmp_query = f->transport == SN_TRANSPORT_ICMP,
        .tail = f->seen & SN_FLOW_TAIL,
        .served = sn_flow_outcome(f) == SN_OUTCOME_CONNECTED && f->seen & SN_FLOW_SERVED,
        .outcome = sn_flow_outcome(f),
    };
    sn_source_facts_t s = facts_of(t, f, &b->limits);
    return sn_judge(&facts, &s, &(sn_target_facts_t){0}, &b->limits);
}

/** A source's flows are those in its chain, each once and newest first. @return how many */
static uint32_t check_source(const bench_t *b, uint32_t host)
{
    uint32_t count = 0, later = UINT32_MAX;
    tried_t tried = count_again(b, host);
    for (uint32_t n = sn_engine_newest_flow(b->lab.engine, host); n != 0;
         n = sn_engine_previous_flow(b->lab.engine, n)) {
        sn_flow_view_t v = view_of(&b->lab, n);
        const sn_flow_t *f = flow_at(b, n);
        g_assert_cmpuint(n, <, later);
        g_assert_cmpuint(v.source, ==, host);
        g_assert_cmpuint(v.packets, ==, f->packets);
        g_assert_cmpuint(v.first_frame, ==, f->first_frame);
        g_assert_cmpint(v.technique, ==, f->technique);
        g_assert_cmpint(v.outcome, ==, sn_flow_outcome(f));
        g_assert_cmpint(v.verdict, ==, judge_again(b, f, &tried));
        later = n;
        count++;
    }
    forget(&tried);
    return count;
}

static void check_all(const bench_t *b)
{
    uint32_t flows = 0;
    for (uint32_t host = 1; host <= sn_engine_hosts(b->lab.engine); host++)
        flows += check_source(b, host);
    g_assert_cmpuint(flows, ==, sn_engine_flows(b->lab.engine));
    g_assert_cmpuint(flows, ==, b->flows->len);
}

/* --- The traffic ----------------------------------------------------------------------------- */

enum { PACKETS = 2500, CHECK_EVERY = 125, SEEDS = 9 };

/** @param data so many contacts make a scanning source. Targets' exposure is test_engine_source.c's
 *              matter: here no number of other scanners suffices. */
static void check(gconstpointer data)
{
    uint32_t contacts = GPOINTER_TO_UINT(data);
    for (guint32 seed = 1; seed <= SEEDS; seed++) {
        sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
        config.limits.scanning_contacts = contacts;
        config.limits.scanning_ratio = seed % 3;
        config.limits.stream_packets = 2;
        config.limits.exposing_sources = UINT32_MAX;
        bench_t b = {lab_with(&config), config.limits,
                     g_array_new(FALSE, FALSE, sizeof(sn_flow_t))};
        traffic_t traffic = traffic_new(seed);
        for (unsigned n = 1; n <= PACKETS; n++) {
            sn_packet_t p = next_packet(&traffic);
            b.lab.time_us = p.time_us - SECOND; /* feed() adds it */
            follow(&b, &p);
            if (n % CHECK_EVERY == 0)
                check_all(&b);
        }
        traffic_free(&traffic);
        g_array_unref(b.flows);
        lab_free(&b.lab);
    }
}

int main(int argc, char **argv)
{
    static const guint contacts[] = {1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 22, 30};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(contacts); i++) {
        char *path = g_strdup_printf("/engine/recount/contacts-%u", contacts[i]);
        g_test_add_data_func(path, GUINT_TO_POINTER(contacts[i]), check);
        g_free(path);
    }
    return g_test_run();
}
