/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h: the packets of each flow's initiator by unit of time, for the flows that have some in several units: those of most
 * flows are in the unit of the first, and what was counted of the flow says all. */
#ifndef SN_PARTS_H
#define SN_PARTS_H

#include "engine/engine.h"
#include "engine/pool.h"
#include "rows.h"

typedef struct {
    int64_t at; /* in units since 1970 */
    uint32_t packets;
    uint32_t next; /* number of the flow's next part; 0: none */
} sn_part_t;

/** The parts of a session's flows. */
typedef struct {
    const sn_pool_t *tapped; /* sn_tapped_t by flow, borrowed */
    int64_t unit_us;
    sn_pool_t parts; /* of sn_part_t */
    sn_pool_t
        newest; /* uint32_t by flow: whether it was said to be a scan, and its newest part; 0: no parts */
    bool judged; /* it was said of all flows, and no packet came since */
} sn_parts_t;

/** A flow that is a scan. */
typedef struct {
    const sn_engine_t *engine;
    uint32_t flow, source;
    bool v6;
} sn_part_scan_t;

/** What is done with a part. */
typedef void (*sn_part_func_t)(void *context, const sn_part_t *part, const sn_part_scan_t *scan);

/** Begins a session. What is set of tapped and of the unit stays. */
void sn_parts_begin(sn_parts_t *p);

/** Frees what there is of a session's flows. */
void sn_parts_end(sn_parts_t *p);

/** Notes a packet of a flow that has had others. For sn_parts_packet(). */
void sn_parts_further_packet(sn_parts_t *p, uint32_t flow, const sn_tapped_t *before,
                             int64_t time_us);

/** Notes a packet. @param before what was counted of its flow before it */
static inline void sn_parts_packet(sn_parts_t *p, uint32_t flow, const sn_tapped_t *before,
                                   int64_t time_us)
{
    p->judged = false;
    sn_pool_reach(&p->newest, flow);
    if (before->packets > 0)
        sn_parts_further_packet(p, flow, before, time_us);
}

/** Says whether a flow is a scan now; who says it of one says it of all before the next packet. */
void sn_parts_judge(sn_parts_t *p, uint32_t flow, bool scan);

/** Longer units from here on, and for what is noted already. @param unit_us a multiple of the present one */
void sn_parts_coarsen(sn_parts_t *p, int64_t unit_us);

/** Calls a function for each part of each scan.
 * @param engine  knows the flows, and judges them where nobody has said what they are; NULL: there are none
 * @param unit_us that parts are given in: a multiple of the own */
void sn_parts_of_scans(const sn_parts_t *p, const sn_engine_t *engine, int64_t unit_us,
                       sn_part_func_t function, void *context);

#endif
