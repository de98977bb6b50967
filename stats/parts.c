/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "parts.h"

#include "steps.h"

/* In a flow's record; the rest is its newest part's number. */
static const uint32_t SCAN = UINT32_C(1) << 31;

void sn_parts_begin(sn_parts_t *p)
{
    p->judged = false;
    sn_pool_init(&p->parts, sizeof(sn_part_t), false);
    sn_pool_init(&p->newest, sizeof(uint32_t), true);
}

void sn_parts_end(sn_parts_t *p)
{
    sn_pool_clear(&p->parts);
    sn_pool_clear(&p->newest);
}

static sn_part_t *part_of(const sn_parts_t *p, uint32_t number)
{
    return (sn_part_t *)sn_pool_at(&p->parts, number, sizeof(sn_part_t));
}

static uint32_t *record_of(const sn_parts_t *p, uint32_t flow)
{
    return (uint32_t *)sn_pool_at(&p->newest, flow, sizeof(uint32_t));
}

/* --- Packets --------------------------------------------------------------------------------- */

/** Puts a part before a flow's others. @return its number */
static uint32_t add(sn_parts_t *p, sn_part_t part)
{
    uint32_t number = sn_pool_add(&p->parts);
    *part_of(p, number) = part;
    return number;
}

void sn_parts_further_packet(sn_parts_t *p, uint32_t flow, const sn_tapped_t *before,
                             int64_t time_us)
{
    uint32_t *record = record_of(p, flow), newest = *record & ~SCAN;
    int64_t at = sn_steps_floor(time_us, p->unit_us);
    int64_t first = sn_steps_floor(before->first_us, p->unit_us);
    if (newest == 0 && at == first)
        return;
    if (newest == 0)
        newest = add(p, (sn_part_t){first, (uint32_t)before->packets, 0});
    /* Only the newest part is looked at, so that who jumps to and fro costs no search. */
    sn_part_t *part = part_of(p, newest);
    if (part->at == at)
        part->packets++;
    else
        newest = add(p, (sn_part_t){at, 1, newest});
    *record = newest;
}

void sn_parts_coarsen(sn_parts_t *p, int64_t unit_us)
{
    int64_t units = unit_us / p->unit_us;
    for (uint32_t number = 1; number <= p->parts.count; number++)
        part_of(p, number)->at = sn_steps_floor(part_of(p, number)->at, units);
    p->unit_us = unit_us;
}

/* --- Scans ----------------------------------------------------------------------------------- */

void sn_parts_judge(sn_parts_t *p, uint32_t flow, bool scan)
{
    uint32_t *record = record_of(p, flow);
    *record = (*record & ~SCAN) | (scan ? SCAN : 0U);
    p->judged = true;
}

/** To judge a flow costs as much as all the rest here, so it is not done twice. */
static bool is_scan(const sn_parts_t *p, const sn_engine_t *engine, uint32_t flow, uint32_t record)
{
    if (p->judged)
        return record & SCAN;
    sn_flow_view_t v;
    sn_engine_view(engine, flow, &v);
    return v.verdict == SN_VERDICT_SCAN;
}

/** @param number of the newest part
 * @param units   so many of the own make one */
static void each_part(const sn_parts_t *p, const sn_part_scan_t *scan, uint32_t number,
                      int64_t units, sn_part_func_t function, void *context)
{
    while (number != 0) {
        sn_part_t part = *part_of(p, number);
        part.at = sn_steps_floor(part.at, units);
        function(context, &part, scan);
        number = part.next;
    }
}

/** Whether a time is in the unit that begins then. */
static bool is_in_unit(int64_t time_us, int64_t begin_us, int64_t unit_us)
{
    /* Unsigned, as a unit may begin before the first time that there is, too far from the last one. */
    return time_us >= begin_us && (uint64_t)time_us - (uint64_t)begin_us < (uint64_t)unit_us;
}

void sn_parts_of_scans(const sn_parts_t *p, const sn_engine_t *engine, int64_t unit_us,
                       sn_part_func_t function, void *context)
{
    int64_t units = unit_us / p->unit_us;
    /* Of a flow that has no others. Flows begin one after the other, mostly in the same unit. */
    sn_part_t only = {0};
    for (uint32_t flow = 1; flow <= p->newest.count; flow++) {
        const sn_tapped_t *tapped =
            (const sn_tapped_t *)sn_pool_at(p->tapped, flow, sizeof(sn_tapped_t));
        uint32_t record = *record_of(p, flow);
        if (tapped->packets == 0 || !is_scan(p, engine, flow, record))
            continue;
        uint32_t source = sn_engine_source(engine, flow);
        sn_part_scan_t scan = {engine, flow, source, sn_engine_is_v6(engine, source)};
        if ((record & ~SCAN) != 0) {
            each_part(p, &scan, record & ~SCAN, units, function, context);
            continue;
        }
        if (!is_in_unit(tapped->first_us, only.at * unit_us, unit_us))
            only.at = sn_steps_floor(tapped->first_us, unit_us);
        only.packets = (uint32_t)tapped->packets;
        function(context, &only, &scan);
    }
}
