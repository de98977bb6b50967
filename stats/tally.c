/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include "engine/pool.h"
#include "engine/source.h"

#include <string.h>

struct sn_tally {
    sn_engine_t *engine; /* NULL before the first packet */
    sn_pool_t tapped;    /* sn_tapped_t by the flow's number in the engine */
    sn_tapped_t all;
    bool stale; /* packets came since the rows were made */
    sn_rows_t rows;
    sn_group_name_t groupings[SN_GROUPINGS];
    bool details;

    /* Sessions that are over: their scans, and hosts by address, since numbers are the engine's. */
    GArray *closed; /* sn_entry_t */
    sn_hash_key_t key;
    sn_hosts_t hosts;
    sn_tapped_t backscatter; /* of those sessions */
    uint64_t forgotten;
};

/* --- Counting packets ------------------------------------------------------------------------ */

static void begin(sn_tally_t *t)
{
    sn_pool_init(&t->tapped, sizeof(sn_tapped_t), true);
    sn_rows_init(&t->rows);
    t->closed = g_array_new(FALSE, FALSE, sizeof(sn_entry_t));
    t->key = sn_hash_random_key();
    sn_hosts_init(&t->hosts, &t->key, NULL, 0);
}

static void end(sn_tally_t *t)
{
    sn_engine_unref(t->engine);
    sn_pool_clear(&t->tapped);
    sn_rows_clear(&t->rows);
    g_array_unref(t->closed);
    sn_hosts_clear(&t->hosts);
}

sn_tally_t *sn_tally_new(void)
{
    sn_tally_t *t = g_new0(sn_tally_t, 1);
    begin(t);
    return t;
}

void sn_tally_free(sn_tally_t *tally)
{
    if (!tally)
        return;
    end(tally);
    g_free(tally);
}

void sn_tally_reset(sn_tally_t *tally)
{
    sn_tally_t kept = *tally;
    end(tally);
    memset(tally, 0, sizeof *tally);
    memcpy(tally->groupings, kept.groupings, sizeof kept.groupings);
    tally->details = kept.details;
    begin(tally);
}

static void close_session(sn_tally_t *t);

void sn_tally_packet(sn_tally_t *tally, sn_engine_t *engine, uint32_t flow, bool from_initiator,
                     int64_t time_us)
{
    if (tally->engine != engine) {
        if (tally->engine)
            close_session(tally);
        tally->engine = sn_engine_ref(engine);
    }
    sn_tapped_t one = {1, time_us, time_us};
    sn_tapped_add(&tally->all, &one);
    tally->stale = true;
    if (flow == 0 || !from_initiator)
        return;
    sn_pool_reach(&tally->tapped, flow);
    sn_tapped_add((sn_tapped_t *)sn_pool_get(&tally->tapped, flow), &one);
}

/* --- Sessions that are over ------------------------------------------------------------------ */

/** Looks at one flow of the present session. @return true: a scan, and the entry is filled in */
static bool read_flow(sn_tally_t *t, uint32_t flow, sn_entry_t *entry, sn_tapped_t *backscatter)
{
    const sn_tapped_t *tapped = (const sn_tapped_t *)sn_pool_get(&t->tapped, flow);
    if (tapped->packets == 0)
        return false;
    sn_flow_view_t v;
    sn_engine_view(t->engine, flow, &v);
    if (v.verdict == SN_VERDICT_BACKSCATTER)
        sn_tapped_add(backscatter, tapped);
    if (v.verdict != SN_VERDICT_SCAN)
        return false;
    *entry = (sn_entry_t){
        .source = v.source,
        .target = v.target,
        .service = (uint32_t)v.transport << 16 | v.port,
        .technique = (uint8_t)v.technique,
        .outcome = (uint8_t)v.outcome,
        .tool = (uint8_t)v.tool,
        .tapped = *tapped,
    };
    return true;
}

static void rename_hosts(sn_tally_t *t, sn_entry_t *entry)
{
    sn_addr_t source = sn_engine_address(t->engine, entry->source);
    sn_addr_t target = sn_engine_address(t->engine, entry->target);
    entry->source = sn_hosts_number(&t->hosts, &source);
    entry->target = sn_hosts_number(&t->hosts, &target);
}

/** Appends the present session's scans to a list of closed ones. */
static void append_session(sn_tally_t *t, GArray *entries, sn_tapped_t *backscatter)
{
    for (uint32_t flow = 1; flow <= t->tapped.count; flow++) {
        sn_entry_t entry;
        if (!read_flow(t, flow, &entry, backscatter))
            continue;
        rename_hosts(t, &entry);
        g_array_append_val(entries, entry);
    }
}

/** Keeps what the present session's flows have come to, and lets go of its engine. */
static void close_session(sn_tally_t *t)
{
    append_session(t, t->closed, &t->backscatter);
    t->forgotten += sn_engine_forgotten(t->engine);
    sn_engine_unref(t->engine);
    t->engine = NULL;
    sn_pool_clear(&t->tapped);
    sn_pool_init(&t->tapped, sizeof(sn_tapped_t), true);
}

/* --- Adding up ------------------------------------------------------------------------------- */

static sn_addr_t address_of(const void *context, uint32_t host)
{
    const sn_tally_t *t = (const sn_tally_t *)context;
    return t->closed->len > 0 ? sn_hosts_address(&t->hosts, host)
                              : sn_engine_address(t->engine, host);
}

static sn_sum_t *begin_sum(sn_tally_t *t, uint32_t hosts, uint32_t entries)
{
    return sn_sum_new(&t->rows, &(sn_sum_config_t){
                                    .hosts = hosts,
                                    .entries = entries,
                                    .address_of = address_of,
                                    .context = t,
                                    .groupings = t->groupings,
                                    .details = t->details,
                                });
}

/** The chains of one session are grouped by source already. */
static void add_one_session(sn_tally_t *t, sn_tapped_t *backscatter)
{
    uint32_t hosts = sn_engine_hosts(t->engine);
    sn_sum_t *sum = begin_sum(t, hosts, t->tapped.count);
    for (uint32_t host = 1; host <= hosts; host++) {
        for (uint32_t flow = sn_engine_newest_flow(t->engine, host); flow != 0;
             flow = sn_engine_previous_flow(t->engine, flow)) {
            sn_entry_t entry;
            if (flow <= t->tapped.count && read_flow(t, flow, &entry, backscatter))
                sn_sum_add(sum, &entry);
        }
    }
    sn_sum_finish(sum);
}

/** Groups entries by source with a counting sort, newest first. */
static sn_entry_t *grouped(const GArray *entries, uint32_t hosts)
{
    const sn_entry_t *from = (const sn_entry_t *)entries->data;
    sn_entry_t *to = g_new(sn_entry_t, entries->len);
    uint32_t *next = g_new0(uint32_t, (gsize)hosts + 2);
    for (guint i = 0; i < entries->len; i++)
        next[from[i].source + 1]++;
    for (uint32_t host = 0; host <= hosts; host++)
        next[host + 1] += next[host];
    for (guint i = entries->len; i-- > 0;)
        to[next[from[i].source]++] = from[i];
    g_free(next);
    return to;
}

static void add_all_sessions(sn_tally_t *t, sn_tapped_t *backscatter)
{
    GArray *entries = g_array_copy(t->closed);
    append_session(t, entries, backscatter);
    uint32_t hosts = t->hosts.pool.count;
    sn_entry_t *ordered = grouped(entries, hosts);
    sn_sum_t *sum = begin_sum(t, hosts, entries->len);
    for (guint i = 0; i < entries->len; i++)
        sn_sum_add(sum, &ordered[i]);
    sn_sum_finish(sum);
    g_free(ordered);
    g_array_unref(entries);
}

/** The rows that follow from the others. */
static void finish(sn_tally_t *t, const sn_tapped_t *backscatter)
{
    sn_rows_t *rows = &t->rows;
    rows->noise = rows->scan;
    sn_count_add(&rows->backscatter, backscatter);
    sn_count_add(&rows->noise, backscatter);
    sn_count_add(&rows->all, &t->all);
    rows->forgotten = t->forgotten + sn_engine_forgotten(t->engine);
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

void sn_tally_want_details(sn_tally_t *tally)
{
    tally->details = true;
}

const sn_rows_t *sn_tally_count(sn_tally_t *tally)
{
    if (!tally->stale)
        return &tally->rows;
    tally->stale = false;
    sn_rows_clear(&tally->rows);
    sn_rows_init(&tally->rows);
    sn_tapped_t backscatter = tally->backscatter;
    if (tally->closed->len > 0)
        add_all_sessions(tally, &backscatter);
    else
        add_one_session(tally, &backscatter);
    finish(tally, &backscatter);
    return &tally->rows;
}
