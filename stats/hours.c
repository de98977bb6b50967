/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "hours.h"

#include "engine/capture_time.h"
#include "engine/source.h"
#include "parts.h"

#include <stdlib.h>

/** A scanner was there in an hour, in a session that is over. */
typedef struct {
    int64_t hour;
    uint32_t host; /* number among the hosts of those sessions */
} visit_t;

/** Packets to one port in one hour. */
typedef struct {
    int64_t hour;
    uint64_t packets;
    uint32_t service;
} port_hour_t;

static const int64_t minute_us = 60 * SN_SECOND_US, hour_us = 3600 * SN_SECOND_US;

struct sn_hours {
    sn_engine_t *engine; /* NULL before the first packet */
    sn_parts_t parts;    /* of the present session */
    bool by_port;        /* kept at a reset */
    bool fine;           /* a timeline is wanted; kept at a reset */
    int64_t first_us,
        last_us; /* of the packets, for the unit; before the first packet the second is less */
    GArray
        *closed; /* sn_hour_row_t by unit, not hour: of sessions that are over, as the next three */
    GArray *visits;     /* visit_t */
    GArray *port_hours; /* port_hour_t, if by_port */
    sn_hosts_t hosts;   /* by address, as an engine's numbers end with it */
    sn_hash_key_t key;
    GArray *rows;
};

/* --- Life ------------------------------------------------------------------------------------ */

static void begin(sn_hours_t *h)
{
    h->engine = NULL;
    sn_parts_begin(&h->parts);
}

static void end(sn_hours_t *h)
{
    sn_engine_unref(h->engine);
    sn_parts_end(&h->parts);
}

static void begin_all(sn_hours_t *h)
{
    h->closed = g_array_new(FALSE, FALSE, sizeof(sn_hour_row_t));
    h->visits = g_array_new(FALSE, FALSE, sizeof(visit_t));
    h->port_hours = g_array_new(FALSE, FALSE, sizeof(port_hour_t));
    h->rows = g_array_new(FALSE, FALSE, sizeof(sn_hour_row_t));
    h->key = sn_hash_random_key();
    sn_hosts_init(&h->hosts, &h->key, NULL);
    h->parts.unit_us = h->fine ? SN_SECOND_US : hour_us;
    h->first_us = INT64_MAX;
    h->last_us = INT64_MIN;
    begin(h);
}

static void end_all(sn_hours_t *h)
{
    end(h);
    g_array_unref(h->closed);
    g_array_unref(h->visits);
    g_array_unref(h->port_hours);
    g_array_unref(h->rows);
    sn_hosts_clear(&h->hosts);
}

sn_hours_t *sn_hours_new(const sn_pool_t *tapped)
{
    sn_hours_t *h = g_new0(sn_hours_t, 1);
    h->parts.tapped = tapped;
    begin_all(h);
    return h;
}

void sn_hours_free(sn_hours_t *hours)
{
    if (!hours)
        return;
    end_all(hours);
    g_free(hours);
}

void sn_hours_reset(sn_hours_t *hours)
{
    end_all(hours);
    begin_all(hours);
}

/* --- Hours ----------------------------------------------------------------------------------- */

static void add(GArray *rows, int64_t at, bool v6, uint64_t packets)
{
    sn_hour_row_t *last = rows->len > 0 ? &g_array_index(rows, sn_hour_row_t, rows->len - 1) : NULL;
    if (!last || last->begin_us != at) {
        sn_hour_row_t row = {.begin_us = at};
        g_array_append_val(rows, row);
        last = &g_array_index(rows, sn_hour_row_t, rows->len - 1);
    }
    last->packets[v6] += packets;
}

static int compare(const void *a, const void *b)
{
    const sn_hour_row_t *x = (const sn_hour_row_t *)a, *y = (const sn_hour_row_t *)b;
    return (x->begin_us > y->begin_us) - (x->begin_us < y->begin_us);
}

/** Makes one row of those of the same time. */
static void merge(GArray *rows)
{
    guint kept = 0;
    if (rows->len > 0)
        qsort(rows->data, rows->len, sizeof(sn_hour_row_t), compare);
    for (guint i = 0; i < rows->len; i++) {
        sn_hour_row_t row = g_array_index(rows, sn_hour_row_t, i);
        sn_hour_row_t *to = &g_array_index(rows, sn_hour_row_t, kept > 0 ? kept - 1 : 0);
        if (kept > 0 && to->begin_us == row.begin_us) {
            to->packets[0] += row.packets[0];
            to->packets[1] += row.packets[1];
        } else {
            g_array_index(rows, sn_hour_row_t, kept++) = row;
        }
    }
    g_array_set_size(rows, kept);
}

void sn_hours_judge(sn_hours_t *hours, uint32_t flow, bool scan)
{
    sn_parts_judge(&hours->parts, flow, scan);
}

/** @param unit_us that parts are given in: a multiple of the own */
static void each_part(const sn_hours_t *h, int64_t unit_us, sn_part_func_t function, void *context)
{
    sn_parts_of_scans(&h->parts, h->engine, unit_us, function, context);
}

static uint32_t service_of(const sn_part_scan_t *scan)
{
    return sn_engine_service(scan->engine, scan->flow);
}

static void add_part(void *context, const sn_part_t *part, const sn_part_scan_t *scan)
{
    add((GArray *)context, part->at, scan->v6, part->packets);
}

/** Makes rows of longer units of them. */
static void coarsen_rows(GArray *rows, int64_t units)
{
    for (guint i = 0; i < rows->len; i++) {
        sn_hour_row_t *row = &g_array_index(rows, sn_hour_row_t, i);
        row->begin_us = sn_steps_floor(row->begin_us, units);
    }
    merge(rows);
}

/** The rows of all sessions by a unit, which is a multiple of the own. */
static const GArray *count_by(sn_hours_t *h, int64_t unit_us)
{
    g_array_set_size(h->rows, 0);
    g_array_append_vals(h->rows, h->closed->data, h->closed->len);
    coarsen_rows(h->rows, unit_us / h->parts.unit_us);
    each_part(h, unit_us, add_part, h->rows);
    merge(h->rows);
    for (guint i = 0; i < h->rows->len; i++)
        g_array_index(h->rows, sn_hour_row_t, i).begin_us *= unit_us;
    return h->rows;
}

const GArray *sn_hours_count(sn_hours_t *hours)
{
    return count_by(hours, hour_us);
}

/** The present session's hosts among those of all sessions. */
typedef struct {
    sn_hours_t *hours;
    uint32_t *numbers; /* by the engine's number; 0: not yet. NULL: there is no other session */
} guests_t;

static guests_t guests_of(sn_hours_t *h)
{
    uint32_t hosts = h->engine ? sn_engine_hosts(h->engine) : 0;
    return (guests_t){h, g_new0(uint32_t, (gsize)hosts + 1)};
}

static uint32_t number_of(const guests_t *g, uint32_t source)
{
    if (!g->numbers)
        return source;
    sn_hosts_t *hosts = &g->hours->hosts;
    if (g->numbers[source] == 0) {
        sn_addr_t address = sn_engine_address(g->hours->engine, source);
        g->numbers[source] = sn_hosts_number(hosts, &address, sn_hosts_hash(hosts, &address));
    }
    return g->numbers[source];
}

static void note_visit(void *context, const sn_part_t *part, const sn_part_scan_t *scan)
{
    const guests_t *g = (const guests_t *)context;
    GArray *visits = g->hours->visits;
    visit_t visit = {part->at, number_of(g, scan->source)};
    const visit_t *last = visits->len > 0 ? &g_array_index(visits, visit_t, visits->len - 1) : NULL;
    if (!last || last->hour != visit.hour || last->host != visit.host)
        g_array_append_val(visits, visit);
}

/* --- Ports ----------------------------------------------------------------------------------- */

static void note_port(void *context, const sn_part_t *part, const sn_part_scan_t *scan)
{
    port_hour_t noted = {part->at, part->packets, service_of(scan)};
    g_array_append_val((GArray *)context, noted);
}

static int compare_port_hours(const void *a, const void *b)
{
    const port_hour_t *x = (const port_hour_t *)a, *y = (const port_hour_t *)b;
    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    return (x->hour > y->hour) - (x->hour < y->hour);
}

/** Keeps what the present session's scans come to by port and hour: one row for each of these. */
static void close_ports(sn_hours_t *h)
{
    GArray *rows = h->port_hours;
    each_part(h, hour_us, note_port, rows);
    if (rows->len > 0)
        qsort(rows->data, rows->len, sizeof(port_hour_t), compare_port_hours);
    guint kept = 0;
    for (guint i = 0; i < rows->len; i++) {
        port_hour_t row = g_array_index(rows, port_hour_t, i);
        port_hour_t *last = &g_array_index(rows, port_hour_t, kept > 0 ? kept - 1 : 0);
        if (kept > 0 && compare_port_hours(last, &row) == 0)
            last->packets += row.packets;
        else
            g_array_index(rows, port_hour_t, kept++) = row;
    }
    g_array_set_size(rows, kept);
}

/** Where packets to the wanted ports are added up. */
typedef struct {
    const GArray *hours; /* sn_hour_row_t */
    GHashTable *places;  /* service -> its place among the wanted ones, from 1 */
    uint64_t *packets;   /* by place and hour */
} grid_t;

static void add_to_grid(const grid_t *g, int64_t hour, uint32_t service, uint64_t packets)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(g->places, GUINT_TO_POINTER(service)));
    sn_hour_row_t wanted = {.begin_us = hour * hour_us};
    guint at;
    if (place > 0 && g_array_binary_search((GArray *)g->hours, &wanted, compare, &at))
        g->packets[(gsize)(place - 1) * g->hours->len + at] += packets;
}

static void add_part_to_grid(void *context, const sn_part_t *part, const sn_part_scan_t *scan)
{
    add_to_grid((const grid_t *)context, part->at, service_of(scan), part->packets);
}

uint64_t *sn_hours_by_port(sn_hours_t *hours, const sn_port_row_t *ports, guint count)
{
    grid_t grid = {.hours = sn_hours_count(hours), .places = g_hash_table_new(NULL, NULL)};
    grid.packets = g_new0(uint64_t, (gsize)count * grid.hours->len + 1);
    for (guint i = 0; i < count; i++)
        g_hash_table_insert(grid.places,
                            GUINT_TO_POINTER(sn_service(ports[i].transport, ports[i].port)),
                            GUINT_TO_POINTER(i + 1));
    for (guint i = 0; i < hours->port_hours->len; i++) {
        const port_hour_t *row = &g_array_index(hours->port_hours, port_hour_t, i);
        add_to_grid(&grid, row->hour, row->service, row->packets);
    }
    each_part(hours, hour_us, add_part_to_grid, &grid);
    g_hash_table_unref(grid.places);
    return grid.packets;
}

void sn_hours_want_details(sn_hours_t *hours)
{
    hours->by_port = true;
    hours->fine = true;
    hours->parts.unit_us = SN_SECOND_US;
}

/* --- Timeline -------------------------------------------------------------------------------- */

const GArray *sn_hours_timeline(sn_hours_t *hours, int64_t *step_us)
{
    const GArray *rows = count_by(hours, hours->parts.unit_us);
    *step_us = hours->parts.unit_us;
    if (rows->len == 0)
        return rows;
    *step_us = sn_steps_timeline(g_array_index(rows, sn_hour_row_t, 0).begin_us,
                                 g_array_index(rows, sn_hour_row_t, rows->len - 1).begin_us,
                                 hours->parts.unit_us);
    return count_by(hours, *step_us);
}

/* --- Sessions -------------------------------------------------------------------------------- */

void sn_hours_close_session(sn_hours_t *hours)
{
    if (!hours->engine)
        return;
    if (hours->by_port)
        close_ports(hours);
    each_part(hours, hours->parts.unit_us, add_part, hours->closed);
    merge(hours->closed);
    guests_t guests = guests_of(hours);
    each_part(hours, hour_us, note_visit, &guests);
    g_free(guests.numbers);
    end(hours);
    begin(hours);
}

/** Longer units from here on, and for what is counted already. */
static void coarsen(sn_hours_t *h, int64_t unit_us)
{
    coarsen_rows(h->closed, unit_us / h->parts.unit_us);
    sn_parts_coarsen(&h->parts, unit_us);
}

/** Keeps the parts of a flow few, however long the capture gets. */
static void fit_unit(sn_hours_t *h, int64_t time_us)
{
    enum { HOURS_IN_SECONDS = 2, HOURS_IN_MINUTES = 120 };
    h->first_us = MIN(h->first_us, time_us);
    h->last_us = MAX(h->last_us, time_us);
    /* Unsigned, as the clocks of a capture can be further apart than a signed number holds. */
    uint64_t length = (uint64_t)h->last_us - (uint64_t)h->first_us;
    if (length > (uint64_t)hour_us * HOURS_IN_MINUTES)
        coarsen(h, hour_us);
    else if (h->parts.unit_us < minute_us && length > (uint64_t)hour_us * HOURS_IN_SECONDS)
        coarsen(h, minute_us);
}

void sn_hours_packet(sn_hours_t *hours, sn_engine_t *engine, uint32_t flow,
                     const sn_tapped_t *before, int64_t time_us)
{
    if (!hours->engine)
        hours->engine = sn_engine_ref(engine);
    if (hours->parts.unit_us < hour_us)
        fit_unit(hours, time_us);
    sn_parts_packet(&hours->parts, flow, before, time_us);
}

/* --- Steps ----------------------------------------------------------------------------------- */

static GArray *empty_steps(const sn_steps_t *steps)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(sn_step_row_t));
    g_array_set_size(rows, steps->count);
    for (guint i = 0; i < rows->len; i++)
        g_array_index(rows, sn_step_row_t, i).begin_us =
            steps->begin_us + (int64_t)i * steps->hours * hour_us;
    return rows;
}

/** Counts the scanners of each step, with a bit for each step that a scanner was there in. */
typedef struct {
    guests_t guests;
    const sn_steps_t *steps;
    GArray *rows;
    uint64_t *seen; /* by host */
    int64_t
        hour; /* of the last part, as mostly of the next, too; -1: none, or the one before 1970 */
    unsigned step; /* of that hour */
} census_t;
G_STATIC_ASSERT(SN_STEPS <= 64);

static void count_visit(const census_t *c, unsigned step, uint32_t host)
{
    uint64_t bit = UINT64_C(1) << step;
    g_array_index(c->rows, sn_step_row_t, step).scanners += !(c->seen[host] & bit);
    c->seen[host] |= bit;
}

static void count_part(void *context, const sn_part_t *part, const sn_part_scan_t *scan)
{
    census_t *c = (census_t *)context;
    if (part->at != c->hour) {
        c->hour = part->at;
        c->step = sn_steps_of_hour(c->steps, part->at);
    }
    g_array_index(c->rows, sn_step_row_t, c->step).packets[scan->v6] += part->packets;
    count_visit(c, c->step, number_of(&c->guests, scan->source));
}

/** What sessions that are over had. */
static void count_closed(const census_t *c)
{
    const sn_hours_t *h = c->guests.hours;
    for (guint i = 0; i < h->closed->len; i++) {
        const sn_hour_row_t *row = &g_array_index(h->closed, sn_hour_row_t, i);
        sn_step_row_t *to = &g_array_index(
            c->rows, sn_step_row_t,
            sn_steps_of_hour(c->steps, sn_steps_floor(row->begin_us, hour_us / h->parts.unit_us)));
        for (int v6 = 0; v6 < 2; v6++)
            to->packets[v6] += row->packets[v6];
    }
    for (guint i = 0; i < h->visits->len; i++) {
        const visit_t *visit = &g_array_index(h->visits, visit_t, i);
        count_visit(c, sn_steps_of_hour(c->steps, visit->hour), visit->host);
    }
}

static void count_all(sn_hours_t *h, const sn_steps_t *steps, GArray *rows)
{
    census_t c = {.guests = {.hours = h},
                  .steps = steps,
                  .rows = rows,
                  .hour = -1,
                  .step = sn_steps_of_hour(steps, -1)};
    gsize hosts = h->engine ? sn_engine_hosts(h->engine) : 0;
    if (h->visits->len > 0) {
        c.guests = guests_of(h);
        hosts += h->hosts.pool.count;
    }
    c.seen = g_new0(uint64_t, hosts + 1);
    count_closed(&c);
    each_part(h, hour_us, count_part, &c);
    g_free(c.guests.numbers);
    g_free(c.seen);
}

GArray *sn_hours_steps(sn_hours_t *hours, const sn_steps_t *steps)
{
    GArray *rows = empty_steps(steps);
    count_all(hours, steps, rows);
    return rows;
}
