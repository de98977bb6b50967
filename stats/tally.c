/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include "also.h"
#include "claims.h"
#include "closed.h"
#include "victims.h"

#include <string.h>

enum {
    AHEAD = 16,   /* flows: memory takes as long to come as the work on some of them */
    WAITING = 64, /* packets, more than an engine lets wait: asking for the newest would hurry it */
};

/** A packet whose flow is not asked for yet. */
typedef struct {
    int64_t time_us;
    uint32_t frame;
} waiting_t;

/** What is told of flows beside the entries of scans. */
typedef struct {
    sn_tapped_t backscatter;
    sn_count_t also[SN_ALSO_KINDS];
    sn_claims_t *claims; /* borrowed */
} beside_t;

struct sn_tally {
    sn_engine_t *engine; /* NULL before the first packet */
    sn_pool_t tapped;    /* sn_tapped_t by the flow's number in the engine */
    sn_tapped_t all;
    waiting_t waiting[WAITING];
    uint32_t waits;
    bool stale; /* packets came since the rows were made */
    sn_rows_t rows;
    sn_group_name_t groupings[SN_GROUPINGS];
    sn_kind_of_t kind_of;
    bool details;
    unsigned ranked;   /* ports and scanners; 0: all */
    sn_hours_t *hours; /* kept at a reset, and emptied */

    sn_closed_t closed;                /* what came of the sessions that are over */
    GArray *responses;                 /* sn_response_t: backscatter of those sessions */
    sn_claims_t closed_claims, claims; /* of scanners in those sessions, and in the present one */
    beside_t beside;                   /* of those sessions, as the next */
    uint64_t forgotten;
    uint32_t first_forgotten;
};

/* --- Counting packets ------------------------------------------------------------------------ */

static void begin(sn_tally_t *t)
{
    sn_pool_init(&t->tapped, sizeof(sn_tapped_t), true);
    sn_rows_init(&t->rows);
    sn_closed_init(&t->closed);
    sn_claims_init(&t->closed_claims);
    sn_claims_init(&t->claims);
    t->beside.claims = &t->closed_claims;
    t->responses = g_array_new(FALSE, FALSE, sizeof(sn_response_t));
}

static void end(sn_tally_t *t)
{
    sn_engine_unref(t->engine);
    sn_pool_clear(&t->tapped);
    sn_rows_clear(&t->rows);
    sn_closed_clear(&t->closed);
    sn_claims_clear(&t->closed_claims);
    sn_claims_clear(&t->claims);
    g_array_unref(t->responses);
}

sn_tally_t *sn_tally_new(void)
{
    sn_tally_t *t = g_new0(sn_tally_t, 1);
    t->hours = sn_hours_new(&t->tapped);
    begin(t);
    return t;
}

void sn_tally_free(sn_tally_t *tally)
{
    if (!tally)
        return;
    end(tally);
    sn_hours_free(tally->hours);
    g_free(tally);
}

void sn_tally_reset(sn_tally_t *tally)
{
    sn_tally_t kept = *tally;
    end(tally);
    memset(tally, 0, sizeof *tally);
    memcpy(tally->groupings, kept.groupings, sizeof kept.groupings);
    tally->kind_of = kept.kind_of;
    tally->details = kept.details;
    tally->ranked = kept.ranked;
    tally->hours = kept.hours;
    sn_hours_reset(tally->hours);
    begin(tally);
}

/** Counts the packets that have waited longest for their flows. */
static void count_waiting(sn_tally_t *t, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool from_initiator;
        uint32_t flow = sn_engine_flow_of(t->engine, t->waiting[i].frame, &from_initiator);
        if (flow == 0 || !from_initiator)
            continue;
        int64_t time_us = t->waiting[i].time_us;
        sn_pool_reach(&t->tapped, flow);
        sn_tapped_t *tapped = (sn_tapped_t *)sn_pool_at(&t->tapped, flow, sizeof(sn_tapped_t));
        sn_hours_packet(t->hours, t->engine, flow, tapped, time_us);
        sn_tapped_add(tapped, &(sn_tapped_t){1, time_us, time_us});
    }
    t->waits -= count;
    memmove(t->waiting, t->waiting + count, t->waits * sizeof t->waiting[0]);
}

void sn_tally_packet(sn_tally_t *tally, sn_engine_t *engine, uint32_t frame, int64_t time_us)
{
    if (tally->engine != engine) {
        sn_tally_close_session(tally);
        tally->engine = sn_engine_ref(engine);
    }
    sn_tapped_t one = {1, time_us, time_us};
    sn_tapped_add(&tally->all, &one);
    tally->stale = true;
    tally->waiting[tally->waits++] = (waiting_t){time_us, frame};
    if (tally->waits == WAITING)
        count_waiting(tally, WAITING / 2);
}

/* --- Sessions that are over ------------------------------------------------------------------ */

/** A host of the present session. @param numbers for sn_closed_host(); NULL: it keeps the engine's number */
static uint32_t number_of(sn_tally_t *t, uint32_t *numbers, uint32_t host)
{
    return numbers ? sn_closed_host(&t->closed, t->engine, numbers, host) : host;
}

static void add_response(sn_tally_t *t, const sn_flow_view_t *v, const sn_tapped_t *tapped,
                         uint32_t *numbers)
{
    sn_response_t r = {.source = number_of(t, numbers, v->source),
                       .target = number_of(t, numbers, v->target),
                       .tapped = *tapped};
    r.answers = (uint16_t)sn_engine_answers(t->engine, v->flow, &r.service);
    g_array_append_val(t->responses, r);
}

/** Notes what a scan says of whose it is. */
static void note_claim(const sn_tally_t *t, const sn_flow_view_t *v, sn_claims_t *claims)
{
    const char *uri = sn_engine_probe_uri(t->engine, v->flow);
    if (!uri)
        return;
    sn_addr_t scanner = sn_engine_address(t->engine, v->source);
    sn_claims_note(claims, &scanner, uri);
}

/** Looks at one flow of the present session.
 * @param numbers as for number_of()
 * @return true: a scan, and the entry is filled in */
static bool read_flow(sn_tally_t *t, uint32_t flow, sn_entry_t *entry, uint32_t *numbers,
                      beside_t *beside, sn_also_t *also)
{
    const sn_tapped_t *tapped =
        (const sn_tapped_t *)sn_pool_at(&t->tapped, flow, sizeof(sn_tapped_t));
    if (tapped->packets == 0)
        return false;
    sn_flow_view_t v;
    sn_engine_view(t->engine, flow, &v);
    sn_hours_judge(t->hours, flow, v.verdict == SN_VERDICT_SCAN);
    sn_also_flow(also, &v, tapped->packets);
    if (v.verdict == SN_VERDICT_BACKSCATTER) {
        sn_tapped_add(&beside->backscatter, tapped);
        add_response(t, &v, tapped, numbers);
    }
    if (v.verdict != SN_VERDICT_SCAN)
        return false;
    note_claim(t, &v, beside->claims);
    *entry = (sn_entry_t){
        .source = number_of(t, numbers, v.source),
        .target = number_of(t, numbers, v.target),
        .service = sn_service(v.transport, v.port),
        .technique = (uint8_t)v.technique,
        .outcome = (uint8_t)v.outcome,
        .tool = (uint8_t)v.tool,
        .asked = (uint8_t)v.asked,
        .reason = (uint8_t)(v.reason - SN_SCAN_REASON_FIRST),
        .traits = v.traits,
        .tapped = *tapped,
    };
    return true;
}

/** Appends the present session's scans to those of the sessions that are over. */
static void append_session(sn_tally_t *t, beside_t *beside)
{
    if (!t->engine)
        return;
    uint32_t *numbers = g_new0(uint32_t, (gsize)sn_engine_hosts(t->engine) + 1);
    sn_also_t *also = sn_also_new(sn_engine_hosts(t->engine), beside->also);
    for (uint32_t flow = 1; flow <= t->tapped.count; flow++) {
        sn_entry_t entry;
        if (read_flow(t, flow, &entry, numbers, beside, also))
            sn_closed_add(&t->closed, &entry);
    }
    sn_also_finish(also);
    g_free(numbers);
}

/** Of the sessions that are over and the present one, if there is one; likewise the next. */
static uint64_t forgotten(const sn_tally_t *t)
{
    return t->forgotten + (t->engine ? sn_engine_forgotten(t->engine) : 0);
}

static uint32_t first_forgotten(const sn_tally_t *t)
{
    if (t->first_forgotten != 0 || !t->engine)
        return t->first_forgotten;
    return sn_engine_first_forgotten(t->engine);
}

/** Keeps what the present session's flows have come to, and lets go of its engine. */
void sn_tally_close_session(sn_tally_t *tally)
{
    if (!tally->engine)
        return;
    count_waiting(tally, tally->waits);
    append_session(tally, &tally->beside);
    tally->forgotten = forgotten(tally);
    tally->first_forgotten = first_forgotten(tally);
    sn_hours_close_session(tally->hours);
    sn_engine_unref(tally->engine);
    tally->engine = NULL;
    sn_pool_clear(&tally->tapped);
    sn_pool_init(&tally->tapped, sizeof(sn_tapped_t), true);
}

/* --- Adding up ------------------------------------------------------------------------------- */

/** Whether hosts have the numbers of the sessions that are over. */
static bool has_closed_hosts(const sn_tally_t *t)
{
    return t->closed.hosts.pool.count > 0;
}

static sn_addr_t address_of(const void *context, uint32_t host)
{
    const sn_tally_t *t = (const sn_tally_t *)context;
    return has_closed_hosts(t) ? sn_hosts_address(&t->closed.hosts, host)
                               : sn_engine_address(t->engine, host);
}

static sn_sum_t *begin_sum(sn_tally_t *t, uint32_t hosts)
{
    return sn_sum_new(&t->rows, &(sn_sum_config_t){
                                    .hosts = hosts,
                                    .address_of = address_of,
                                    .context = t,
                                    .groupings = t->groupings,
                                    .kind_of = t->kind_of,
                                    .details = t->details,
                                    .ranked = t->ranked,
                                });
}

/** Fetches what the flows need that come after this one. */
static void prefetch_flow(const sn_engine_t *engine, const sn_sum_t *sum, uint32_t flow)
{
    uint32_t source = sn_engine_source(engine, flow + AHEAD);
    sn_engine_prefetch(engine, source);
    sn_sum_prefetch(sum, source, sn_engine_target(engine, flow + AHEAD),
                    sn_engine_service(engine, flow + AHEAD));
    sn_sum_prefetch_port(sum, sn_engine_service(engine, flow + AHEAD / 2));
}

static void add_one_session(sn_tally_t *t, beside_t *beside)
{
    uint32_t flows = t->tapped.count;
    uint32_t hosts = t->engine ? sn_engine_hosts(t->engine) : 0;
    sn_sum_t *sum = begin_sum(t, hosts);
    sn_also_t *also = sn_also_new(hosts, beside->also);
    for (uint32_t flow = 1; flow <= flows; flow++)
        sn_sum_announce(sum, sn_engine_source(t->engine, flow));
    for (uint32_t flow = 1; flow <= flows; flow++) {
        if (flow + AHEAD <= flows)
            prefetch_flow(t->engine, sum, flow);
        sn_entry_t entry;
        if (read_flow(t, flow, &entry, NULL, beside, also))
            sn_sum_add(sum, &entry);
    }
    sn_also_finish(also);
    sn_sum_finish(sum);
}

/** For the time of adding up, the present session is over as well. */
static void add_all_sessions(sn_tally_t *t, beside_t *beside)
{
    uint32_t before = t->closed.records.count;
    append_session(t, beside);
    uint32_t count = t->closed.records.count;
    sn_sum_t *sum = begin_sum(t, t->closed.hosts.pool.count);
    for (uint32_t number = 1; number <= count; number++)
        sn_sum_announce(sum, sn_closed_source(&t->closed, number));
    for (uint32_t number = 1; number <= count; number++) {
        if (number + AHEAD <= count) {
            sn_entry_t ahead = sn_closed_entry(&t->closed, number + AHEAD);
            sn_sum_prefetch(sum, ahead.source, ahead.target, ahead.service);
        }
        sn_entry_t entry = sn_closed_entry(&t->closed, number);
        sn_sum_add(sum, &entry);
    }
    sn_sum_finish(sum);
    t->closed.records.count = before;
}

/** @param closed how many responses are of sessions that are over */
static void add_up_victims(sn_tally_t *t, guint closed)
{
    GArray *responses = g_array_copy(t->responses);
    sn_victims_add_up(responses, address_of, t, t->rows.victims);
    g_array_unref(responses);
    g_array_set_size(t->responses, closed);
}

/** The rows that follow from the others. */
static void finish(sn_tally_t *t, const beside_t *beside)
{
    sn_rows_t *rows = &t->rows;
    rows->noise = rows->scan;
    sn_count_add(&rows->backscatter, &beside->backscatter);
    sn_count_add(&rows->noise, &beside->backscatter);
    memcpy(rows->also, beside->also, sizeof rows->also);
    sn_count_add(&rows->all, &t->all);
    rows->forgotten = forgotten(t);
    rows->first_forgotten = first_forgotten(t);
}

const char *sn_tally_probe_uri(const sn_tally_t *tally, const sn_addr_t *scanner)
{
    const char *before = sn_claims_find(&tally->closed_claims, scanner);
    return before ? before : sn_claims_find(&tally->claims, scanner);
}

sn_hours_t *sn_tally_hours(sn_tally_t *tally)
{
    return tally->hours;
}

bool sn_tally_is_stale(const sn_tally_t *tally)
{
    return tally->stale;
}

void sn_tally_group_by(sn_tally_t *tally, sn_grouping_t grouping, sn_group_name_t name_of)
{
    tally->stale =
        tally->stale || (tally->engine && name_of && tally->groupings[grouping] != name_of);
    tally->groupings[grouping] = name_of;
}

void sn_tally_kinds_by(sn_tally_t *tally, sn_kind_of_t kind_of)
{
    tally->kind_of = kind_of;
}

void sn_tally_want_details(sn_tally_t *tally)
{
    tally->details = true;
    sn_hours_want_details(tally->hours);
}

void sn_tally_rank(sn_tally_t *tally, unsigned rows)
{
    tally->stale = tally->stale || rows != tally->ranked;
    tally->ranked = rows;
}

const sn_rows_t *sn_tally_count(sn_tally_t *tally)
{
    if (!tally->stale)
        return &tally->rows;
    tally->stale = false;
    count_waiting(tally, tally->waits);
    sn_rows_clear(&tally->rows);
    sn_rows_init(&tally->rows);
    sn_claims_clear(&tally->claims);
    sn_claims_init(&tally->claims);
    beside_t beside = tally->beside;
    beside.claims = &tally->claims;
    guint closed_responses = tally->responses->len;
    if (has_closed_hosts(tally))
        add_all_sessions(tally, &beside);
    else
        add_one_session(tally, &beside);
    add_up_victims(tally, closed_responses);
    finish(tally, &beside);
    return &tally->rows;
}
