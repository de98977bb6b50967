/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include "engine/pool.h"
#include "engine/source.h"

#include <stdlib.h>
#include <string.h>

/** The tapped packets of a flow's initiator. */
typedef struct {
    uint64_t packets;
    int64_t first_us, last_us;
} tapped_t;

/** A flow that is a scan, ready to be added up. Sources and targets are the tally's own numbers. */
typedef struct {
    uint32_t source, target;
    uint32_t port; /* transport and number; NO_PORT */
    uint8_t technique;
    tapped_t tapped;
} entry_t;

enum { NO_PORT = -1, PORTS = 65536, TRANSPORTS = SN_TRANSPORT_IP + 1 };

struct sn_tally {
    sn_engine_t *engine; /* NULL before the first packet */
    sn_pool_t tapped;    /* tapped_t by the flow's number in the engine */
    tapped_t all;
    bool stale; /* packets came since the rows were made */
    sn_rows_t rows;

    /* Sessions that are over: their scans, and hosts by address, since numbers are the engine's. */
    GArray *closed; /* entry_t */
    sn_hash_key_t key;
    sn_hosts_t hosts;
    tapped_t backscatter; /* of those sessions */
    uint64_t forgotten;
};

/* --- Counting packets ------------------------------------------------------------------------ */

static void add_tapped(tapped_t *sum, const tapped_t *more)
{
    if (more->packets == 0)
        return;
    if (sum->packets == 0 || more->first_us < sum->first_us)
        sum->first_us = more->first_us;
    if (sum->packets == 0 || more->last_us > sum->last_us)
        sum->last_us = more->last_us;
    sum->packets += more->packets;
}

static void begin(sn_tally_t *t)
{
    sn_pool_init(&t->tapped, sizeof(tapped_t), true);
    t->rows.ports = g_array_new(FALSE, TRUE, sizeof(sn_port_row_t));
    t->rows.scanners = g_array_new(FALSE, TRUE, sizeof(sn_scanner_row_t));
    t->closed = g_array_new(FALSE, FALSE, sizeof(entry_t));
    t->key = sn_hash_random_key();
    sn_hosts_init(&t->hosts, &t->key, NULL, 0);
}

static void end(sn_tally_t *t)
{
    sn_engine_unref(t->engine);
    sn_pool_clear(&t->tapped);
    g_array_unref(t->rows.ports);
    g_array_unref(t->rows.scanners);
    g_array_unref(t->closed);
    sn_hosts_clear(&t->hosts);
    memset(t, 0, sizeof *t);
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
    end(tally);
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
    tapped_t one = {1, time_us, time_us};
    add_tapped(&tally->all, &one);
    tally->stale = true;
    if (flow == 0 || !from_initiator)
        return;
    sn_pool_reach(&tally->tapped, flow);
    add_tapped((tapped_t *)sn_pool_get(&tally->tapped, flow), &one);
}

/* --- Sessions that are over ------------------------------------------------------------------ */

static uint32_t port_of(const sn_flow_view_t *v)
{
    return v->has_port ? (uint32_t)v->transport * PORTS + v->port : (uint32_t)NO_PORT;
}

/** Looks at one flow of the present session. @return true: a scan, and the entry is filled in */
static bool read_flow(sn_tally_t *t, uint32_t flow, entry_t *entry, tapped_t *backscatter)
{
    const tapped_t *tapped = (const tapped_t *)sn_pool_get(&t->tapped, flow);
    if (tapped->packets == 0)
        return false;
    sn_flow_view_t v;
    sn_engine_view(t->engine, flow, &v);
    if (v.verdict == SN_VERDICT_BACKSCATTER)
        add_tapped(backscatter, tapped);
    if (v.verdict != SN_VERDICT_SCAN)
        return false;
    *entry = (entry_t){v.source, v.target, port_of(&v), (uint8_t)v.technique, *tapped};
    return true;
}

static void rename_hosts(sn_tally_t *t, entry_t *entry)
{
    sn_addr_t source = sn_engine_address(t->engine, entry->source);
    sn_addr_t target = sn_engine_address(t->engine, entry->target);
    entry->source = sn_hosts_number(&t->hosts, &source);
    entry->target = sn_hosts_number(&t->hosts, &target);
}

/** Appends the present session's scans to a list of closed ones. */
static void append_session(sn_tally_t *t, GArray *entries, tapped_t *backscatter)
{
    for (uint32_t flow = 1; flow <= t->tapped.count; flow++) {
        entry_t entry;
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
    sn_pool_init(&t->tapped, sizeof(tapped_t), true);
}

/* --- Adding up ------------------------------------------------------------------------------- */

typedef struct {
    uint32_t row, target;
} pair_t;

typedef struct {
    uint32_t mark; /* see work_t */
    uint32_t mask; /* bits of techniques and IP versions seen */
} port_work_t;

/** Working memory of one sn_tally_count(). Entries come grouped by source. A mark holds the number
 * of the source that was last seen with this port or target: another number means that the pair
 * is new. So distinct pairs are counted without a set of pairs. */
typedef struct {
    sn_tally_t *tally;
    uint32_t *row_of_port;  /* by transport and number: index of its row + 1; 0: none yet */
    GArray *port_work;      /* port_work_t by row */
    uint32_t *target_marks; /* by target */
    uint32_t *target_masks; /* by target: bits of techniques */
    pair_t *pairs;          /* for the targets of each port; room for one of each flow */
    uint32_t pair_count;
    uint32_t source;         /* the present one; 0: none yet */
    uint32_t technique_mask; /* of the present source */
    tapped_t backscatter;
} work_t;

static void add(sn_count_t *count, const tapped_t *tapped)
{
    tapped_t sum = {count->packets, count->first_us, count->last_us};
    add_tapped(&sum, tapped);
    count->packets = sum.packets;
    count->first_us = sum.first_us;
    count->last_us = sum.last_us;
}

static tapped_t tapped_of(const sn_count_t *count)
{
    return (tapped_t){count->packets, count->first_us, count->last_us};
}

/** Sets a bit. @return true when it was not set before */
static bool set_bit(uint32_t *mask, unsigned bit)
{
    bool is_new = !(*mask >> bit & 1);
    *mask |= 1U << bit;
    return is_new;
}

static sn_addr_t address_of(const sn_tally_t *t, uint32_t number)
{
    if (t->closed->len > 0)
        return sn_hosts_address(&t->hosts, number);
    return sn_engine_address(t->engine, number);
}

static uint32_t port_row(work_t *w, uint32_t port)
{
    GArray *rows = w->tally->rows.ports;
    if (w->row_of_port[port] == 0) {
        sn_port_row_t row = {.transport = (sn_transport_t)(port / PORTS),
                             .port = (uint16_t)(port % PORTS)};
        port_work_t work = {0};
        g_array_append_val(rows, row);
        g_array_append_val(w->port_work, work);
        w->row_of_port[port] = rows->len;
    }
    return w->row_of_port[port] - 1;
}

/** Adds what a scanner has come to, once all its entries are in. */
static void close_scanner(work_t *w)
{
    sn_rows_t *rows = &w->tally->rows;
    if (rows->scanners->len == 0)
        return;
    const sn_scanner_row_t *scanner =
        &g_array_index(rows->scanners, sn_scanner_row_t, rows->scanners->len - 1);
    tapped_t sum = tapped_of(&scanner->count);
    add(&rows->scan, &sum);
    add(&rows->version[scanner->address.version == 6], &sum);
}

static sn_scanner_row_t *present_scanner(work_t *w, const entry_t *e)
{
    GArray *rows = w->tally->rows.scanners;
    if (w->source != e->source) {
        close_scanner(w);
        sn_scanner_row_t row = {.address = address_of(w->tally, e->source), .count.scanners = 1};
        g_array_append_val(rows, row);
        w->source = e->source;
        w->technique_mask = 0;
        w->tally->rows.scan.scanners++;
        w->tally->rows.version[row.address.version == 6].scanners++;
    }
    return &g_array_index(rows, sn_scanner_row_t, rows->len - 1);
}

static void add_port(work_t *w, const entry_t *e, sn_scanner_row_t *scanner, bool v6)
{
    enum { VERSION_BIT = 24 }; /* behind the techniques */
    sn_rows_t *rows = &w->tally->rows;
    uint32_t at = port_row(w, e->port);
    sn_count_t *count = &g_array_index(rows->ports, sn_port_row_t, at).count;
    port_work_t *work = &g_array_index(w->port_work, port_work_t, at);
    add(count, &e->tapped);
    count->ports = 1;
    if (work->mark != e->source) {
        work->mark = e->source;
        count->scanners++;
        scanner->count.ports++;
    }
    rows->technique[e->technique].ports += set_bit(&work->mask, e->technique);
    rows->version[v6].ports += set_bit(&work->mask, VERSION_BIT + v6);
    w->pairs[w->pair_count++] = (pair_t){at, e->target};
}

static void add_target(work_t *w, const entry_t *e, sn_scanner_row_t *scanner, bool v6)
{
    sn_rows_t *rows = &w->tally->rows;
    uint32_t *mark = &w->target_marks[e->target], *mask = &w->target_masks[e->target];
    if (*mark != e->source) {
        *mark = e->source;
        scanner->count.targets++;
    }
    if (*mask == 0) {
        rows->scan.targets++;
        rows->version[v6].targets++;
    }
    rows->technique[e->technique].targets += set_bit(mask, e->technique);
}

static void add_entry(work_t *w, const entry_t *e)
{
    sn_rows_t *rows = &w->tally->rows;
    sn_scanner_row_t *scanner = present_scanner(w, e);
    bool v6 = scanner->address.version == 6;
    add(&scanner->count, &e->tapped);
    add(&rows->technique[e->technique], &e->tapped);
    rows->technique[e->technique].scanners += set_bit(&w->technique_mask, e->technique);
    add_target(w, e, scanner, v6);
    if (e->port != (uint32_t)NO_PORT)
        add_port(w, e, scanner, v6);
}

static int compare_sources(const void *a, const void *b)
{
    uint32_t x = ((const entry_t *)a)->source, y = ((const entry_t *)b)->source;
    return (x > y) - (x < y);
}

/** All entries, grouped by source: the chains of one session are grouped already. */
static void add_one_session(work_t *w)
{
    sn_tally_t *t = w->tally;
    for (uint32_t host = 1; host <= sn_engine_hosts(t->engine); host++) {
        for (uint32_t flow = sn_engine_first_flow(t->engine, host); flow != 0;
             flow = sn_engine_next_flow(t->engine, flow)) {
            entry_t entry;
            if (flow <= t->tapped.count && read_flow(t, flow, &entry, &w->backscatter))
                add_entry(w, &entry);
        }
    }
}

static void add_all_sessions(work_t *w, GArray *entries)
{
    qsort(entries->data, entries->len, sizeof(entry_t), compare_sources);
    for (guint i = 0; i < entries->len; i++)
        add_entry(w, &g_array_index(entries, entry_t, i));
}

/** Counts the distinct targets of each port: pairs sorted by port with a counting sort, then marks
 * once more. */
static void count_targets_of_ports(work_t *w, uint32_t most_targets)
{
    GArray *ports = w->tally->rows.ports;
    uint32_t *next = g_new0(uint32_t, (gsize)ports->len + 1);
    uint32_t *sorted = g_new(uint32_t, w->pair_count);
    for (guint i = 0; i < w->pair_count; i++)
        next[w->pairs[i].row + 1]++;
    for (guint row = 0; row < ports->len; row++)
        next[row + 1] += next[row];
    for (guint i = 0; i < w->pair_count; i++) {
        pair_t pair = w->pairs[i];
        sorted[next[pair.row]++] = pair.target;
    }
    memset(w->target_marks, 0, sizeof(uint32_t) * most_targets);
    guint at = 0; /* next[row] is now the end of row's targets */
    for (guint row = 0; row < ports->len; row++) {
        for (; at < next[row]; at++) {
            uint32_t *mark = &w->target_marks[sorted[at]];
            g_array_index(ports, sn_port_row_t, row).count.targets += *mark != row + 1;
            *mark = row + 1;
        }
    }
    g_free(next);
    g_free(sorted);
}

static int by_packets(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int compare_ports(const void *a, const void *b)
{
    const sn_port_row_t *x = (const sn_port_row_t *)a, *y = (const sn_port_row_t *)b;
    if (x->count.packets != y->count.packets)
        return by_packets(x->count.packets, y->count.packets);
    if (x->transport != y->transport)
        return (int)x->transport - (int)y->transport;
    return x->port - y->port;
}

static int compare_scanners(const void *a, const void *b)
{
    const sn_scanner_row_t *x = (const sn_scanner_row_t *)a, *y = (const sn_scanner_row_t *)b;
    if (x->count.packets != y->count.packets)
        return by_packets(x->count.packets, y->count.packets);
    return sn_addr_compare(&x->address, &y->address);
}

static void sort(GArray *rows, size_t size, int (*compare)(const void *, const void *))
{
    if (rows->len > 0)
        qsort(rows->data, rows->len, size, compare);
}

static void add_up(sn_tally_t *t)
{
    bool one_session = t->closed->len == 0;
    GArray *entries = NULL;
    work_t w = {.tally = t, .backscatter = t->backscatter};
    if (!one_session) {
        entries = g_array_copy(t->closed);
        append_session(t, entries, &w.backscatter);
    }
    uint32_t most = 1 + (one_session ? sn_engine_hosts(t->engine) : t->hosts.pool.count);
    w.row_of_port = g_new0(uint32_t, (gsize)TRANSPORTS * PORTS);
    w.port_work = g_array_new(FALSE, FALSE, sizeof(port_work_t));
    w.target_marks = g_new0(uint32_t, most);
    w.target_masks = g_new0(uint32_t, most);
    w.pairs = g_new(pair_t, one_session ? t->tapped.count : entries->len);
    if (one_session)
        add_one_session(&w);
    else
        add_all_sessions(&w, entries);
    close_scanner(&w);
    count_targets_of_ports(&w, most);
    add(&t->rows.backscatter, &w.backscatter);
    g_free(w.row_of_port);
    g_array_unref(w.port_work);
    g_free(w.target_marks);
    g_free(w.target_masks);
    g_free(w.pairs);
    if (entries)
        g_array_unref(entries);
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint32_t count_prefixes(const GArray *scanners)
{
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < scanners->len; i++) {
        const sn_addr_t *a = &g_array_index(scanners, sn_scanner_row_t, i).address;
        if (a->version == 6)
            g_array_append_val(prefixes, a->words[0]);
    }
    sort(prefixes, sizeof(uint64_t), compare_words);
    uint32_t count = 0;
    for (guint i = 0; i < prefixes->len; i++)
        count += i == 0 ||
                 g_array_index(prefixes, uint64_t, i) != g_array_index(prefixes, uint64_t, i - 1);
    g_array_unref(prefixes);
    return count;
}

/** The rows that follow from the others. */
static void finish(sn_tally_t *t)
{
    sn_rows_t *rows = &t->rows;
    tapped_t backscatter = tapped_of(&rows->backscatter);
    rows->scan.ports = rows->ports->len;
    rows->ipv6_scanner_prefixes = count_prefixes(rows->scanners);
    rows->noise = rows->scan;
    add(&rows->noise, &backscatter);
    add(&rows->all, &t->all);
    rows->forgotten = t->forgotten + (t->engine ? sn_engine_forgotten(t->engine) : 0);
    sort(rows->ports, sizeof(sn_port_row_t), compare_ports);
    sort(rows->scanners, sizeof(sn_scanner_row_t), compare_scanners);
}

static void clear(sn_rows_t *rows)
{
    GArray *ports = g_array_set_size(rows->ports, 0);
    GArray *scanners = g_array_set_size(rows->scanners, 0);
    *rows = (sn_rows_t){.ports = ports, .scanners = scanners};
}

bool sn_tally_is_stale(const sn_tally_t *tally)
{
    return tally->stale;
}

const sn_rows_t *sn_tally_count(sn_tally_t *tally)
{
    if (!tally->stale)
        return &tally->rows;
    tally->stale = false;
    clear(&tally->rows);
    add_up(tally);
    finish(tally);
    return &tally->rows;
}
