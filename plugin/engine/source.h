/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h: what a source is, added up from its flows and from what is on record when somebody asks. Nothing is
 * counted while packets pass, so nothing has to be taken back when a flow turns out to be something else.
 *
 * Adding up walks over the source's flows. It is done again only when packets have come since; while they come, and
 * somebody asks about each, a large source's answer may be as old as a fourth of its flows. */
#ifndef SN_SOURCE_H
#define SN_SOURCE_H

#include "flows.h"
#include "hosts.h"
#include "record.h"

enum { SN_TAILS = 5 }; /* techniques that look like a tail */

/** What was added up of one source. */
typedef struct {
    uint64_t observed; /* packets, at that time */
    uint32_t walked;   /* flows */
    uint32_t asked;    /* times, since then */
    sn_source_facts_t facts;
    bool noted; /* some of its flows may have a reason that follows from others */
    uint32_t
        tails[SN_TAILS]; /* contacts that met a tail, by sn_tail_of(); unset where no flow is one */
    struct {
        uint32_t seen;
        sn_technique_t technique;
        sn_reason_t reason; /* SN_REASON_NONE: there is no such flow so far */
    } like; /* the last flow whose verdict goes for all of the source that are like it, see engine.c */
} sn_source_t;

/** Arrays for adding up, kept from one time to the next. */
typedef struct {
    GArray *visits, *failed_lines, *credit_lines, *words, *sockets;
} sn_scratch_t;

/** What adding up needs, all borrowed. */
typedef struct {
    sn_hosts_t *hosts;
    sn_flows_t *flows;
    const sn_record_t *record;
    const sn_limits_t *limits;
    sn_scratch_t *scratch;
    bool has_home; /* home networks are set */
} sn_capture_t;

/** Makes the arrays. The caller frees them with sn_scratch_clear(). */
void sn_scratch_init(sn_scratch_t *scratch);
void sn_scratch_clear(sn_scratch_t *scratch);

/** Which of a source's tail counters a technique has; -1 for techniques that look like no tail. */
int sn_tail_of(sn_technique_t technique);

/** Whether a flow goes from outside to inside, or no home networks are set. */
bool sn_is_inward(const sn_capture_t *c, const sn_flow_t *flow);

/** Whether there may be a crowd of sources that send a flow's target the like: unasked UDP from a service's port to another
 * one, and TCP that begins with payload and met a RST.
 * @param word out: what the like of it is */
bool sn_is_like(const sn_flow_t *flow, uint32_t *word);

/** sn_is_reflected(), without its short cut. */
bool sn_is_reflected_at_all(const sn_capture_t *c, const sn_flow_t *flow);

/** Whether a flow met no answer but a RST, and others sent the target the like. */
static inline bool sn_is_reflected(const sn_capture_t *c, const sn_flow_t *flow)
{
    bool may_be = flow->transport == SN_TRANSPORT_UDP || flow->seen & SN_FLOW_FROM_MIDDLE;
    return may_be && c->record->count[SN_RECORD_CROWD] > 0 && sn_is_reflected_at_all(c, flow);
}

/** Adds up the flows of a host (of one with nothing but failures, its newest flows, up to more failed contacts than make a
 * difference), and notes in each the innocent reason that follows from other flows
 * (sn_flow_context()), and whether it follows what failed (SN_FLOW_FOLLOWS).
 * @param source in: noted, false before the first time; out: all but observed and asked */
void sn_source_add_up(const sn_capture_t *c, uint32_t host, sn_source_t *source);

#endif
