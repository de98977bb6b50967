/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hours.h"

#include "engine/capture_time.h"
#include "engine/pool.h"

#include <stdlib.h>

/** Packets of one flow's initiator in one hour. Most flows have one of these. */
typedef struct {
    int64_t hour;
    uint64_t packets;
    uint32_t next; /* number of the flow's next part; 0: none */
} part_t;

struct sn_hours {
    sn_engine_t *engine; /* NULL before the first packet */
    sn_pool_t parts;     /* of part_t */
    sn_pool_t newest;    /* uint32_t by flow: its newest part */
    GArray *closed;      /* sn_hour_row_t: of sessions that are over */
    GArray *rows;
};

static void begin(sn_hours_t *h, sn_engine_t *engine)
{
    h->engine = engine ? sn_engine_ref(engine) : NULL;
    sn_pool_init(&h->parts, sizeof(part_t), false);
    sn_pool_init(&h->newest, sizeof(uint32_t), true);
}

static void end(sn_hours_t *h)
{
    sn_engine_unref(h->engine);
    sn_pool_clear(&h->parts);
    sn_pool_clear(&h->newest);
}

sn_hours_t *sn_hours_new(void)
{
    sn_hours_t *h = g_new0(sn_hours_t, 1);
    h->closed = g_array_new(FALSE, FALSE, sizeof(sn_hour_row_t));
    h->rows = g_array_new(FALSE, FALSE, sizeof(sn_hour_row_t));
    begin(h, NULL);
    return h;
}

void sn_hours_free(sn_hours_t *hours)
{
    if (!hours)
        return;
    end(hours);
    g_array_unref(hours->closed);
    g_array_unref(hours->rows);
    g_free(hours);
}

static int64_t hour_of(int64_t time_us)
{
    const int64_t hour_us = 3600 * SN_SECOND_US;
    return time_us / hour_us - (time_us % hour_us < 0);
}

static void add(GArray *rows, int64_t hour, bool v6, uint64_t packets)
{
    sn_hour_row_t *last = rows->len > 0 ? &g_array_index(rows, sn_hour_row_t, rows->len - 1) : NULL;
    if (!last || last->begin_us != hour) {
        sn_hour_row_t row = {.begin_us = hour};
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

/** Makes one row of those of the same hour. */
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

/** Adds the scans of the present session. */
static void add_session(const sn_hours_t *h, GArray *rows)
{
    for (uint32_t flow = 1; flow <= h->newest.count; flow++) {
        uint32_t number = *(const uint32_t *)sn_pool_get(&h->newest, flow);
        if (number == 0)
            continue;
        sn_flow_view_t v;
        sn_engine_view(h->engine, flow, &v);
        bool v6 = sn_engine_address(h->engine, v.source).version == 6;
        while (v.verdict == SN_VERDICT_SCAN && number != 0) {
            const part_t *part = (const part_t *)sn_pool_get(&h->parts, number);
            add(rows, part->hour, v6, part->packets);
            number = part->next;
        }
    }
    merge(rows);
}

void sn_hours_packet(sn_hours_t *hours, sn_engine_t *engine, uint32_t frame, int64_t time_us)
{
    if (hours->engine != engine) {
        add_session(hours, hours->closed);
        end(hours);
        begin(hours, engine);
    }
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(engine, frame, &from_initiator);
    if (flow == 0 || !from_initiator)
        return;
    sn_pool_reach(&hours->newest, flow);
    uint32_t *newest = (uint32_t *)sn_pool_get(&hours->newest, flow);
    part_t *part = *newest ? (part_t *)sn_pool_get(&hours->parts, *newest) : NULL;
    /* Only the newest part is looked at, so that who jumps to and fro costs no search. */
    if (!part || part->hour != hour_of(time_us)) {
        uint32_t number = sn_pool_add(&hours->parts);
        part = (part_t *)sn_pool_get(&hours->parts, number);
        *part = (part_t){.hour = hour_of(time_us), .next = *newest};
        *newest = number;
    }
    part->packets++;
}

const GArray *sn_hours_count(sn_hours_t *hours)
{
    g_array_set_size(hours->rows, 0);
    g_array_append_vals(hours->rows, hours->closed->data, hours->closed->len);
    add_session(hours, hours->rows);
    for (guint i = 0; i < hours->rows->len; i++)
        g_array_index(hours->rows, sn_hour_row_t, i).begin_us *= 3600 * SN_SECOND_US;
    return hours->rows;
}
