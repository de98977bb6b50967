/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* hours.h: scan packets of each hour, or shorter steps. As in a tally, a packet counts for its flow while packets pass,
 * and what the flows are is asked at the end. */
#ifndef SN_HOURS_H
#define SN_HOURS_H

#include "engine/engine.h"
#include "engine/pool.h"
#include "rows.h"
#include "steps.h"

typedef struct {
    int64_t begin_us;    /* since 1970; full hours, or steps of a timeline */
    uint64_t packets[2]; /* over IPv4 and IPv6 */
} sn_hour_row_t;

typedef struct sn_hours sn_hours_t;

typedef struct {
    int64_t begin_us;
    uint64_t packets[2]; /* over IPv4 and IPv6 */
    uint32_t scanners;   /* distinct */
} sn_step_row_t;

/** Makes an empty count, freed with sn_hours_free().
 * @param tapped what is counted of each flow of the present session, of sn_tapped_t by the flow's number;
 *               borrowed as long as the count lives. sn_hours_close_session() still reads it */
sn_hours_t *sn_hours_new(const sn_pool_t *tapped);

/** Frees it. @param hours may be NULL */
void sn_hours_free(sn_hours_t *hours);

/** Counts one packet that a flow's initiator sent.
 * @param engine knows the flow; referenced until the session is closed, and the same until then
 * @param before the flow's sn_tapped_t, before the packet is counted there */
void sn_hours_packet(sn_hours_t *hours, sn_engine_t *engine, uint32_t flow,
                     const sn_tapped_t *before, int64_t time_us);

/** Tells whether a flow that packets were counted for is a scan now. Who tells it of one tells it of all of them:
 * until the next packet they are not judged again. */
void sn_hours_judge(sn_hours_t *hours, uint32_t flow, bool scan);

/** Keeps what the present session's flows have come to, and lets go of its engine. */
void sn_hours_close_session(sn_hours_t *hours);

/** The hours that had scans, in order of time, with the verdicts as they are now.
 * @return of sn_hour_row_t, valid until the next call with these hours */
const GArray *sn_hours_count(sn_hours_t *hours);

/** Keeps what sn_hours_by_port() and sn_hours_timeline() need. To be called before the first packet. */
void sn_hours_want_details(sn_hours_t *hours);

/** The steps that had scans, in order of time, as sn_hours_count() has the hours, whose rows this makes anew: see
 * sn_steps_timeline(). Of more than two hours there are no seconds, and of more than five days only hours.
 * @param step_us out: the length of a step */
const GArray *sn_hours_timeline(sn_hours_t *hours, int64_t *step_us);

/** The scan packets to some ports in each hour of sn_hours_count(), whose rows this makes anew.
 * @param ports those wanted; their counts do not matter
 * @return for each port in turn a number for each hour in turn; the caller frees it with g_free() */
uint64_t *sn_hours_by_port(sn_hours_t *hours, const sn_port_row_t *ports, guint count);

/** Forgets all packets. */
void sn_hours_reset(sn_hours_t *hours);

/** The scans of each step, those without any included. An hour belongs to the step that it begins in.
 * @return of sn_step_row_t, for the caller to free with g_array_unref() */
GArray *sn_hours_steps(sn_hours_t *hours, const sn_steps_t *steps);

#endif
