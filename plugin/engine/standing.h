/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standing.h: adds up what flows mean for their source, and takes it back when a flow turns out to
 * be something else. Each change costs the same, however many flows the source has.
 *
 * Most packets are probes of sources that have failed often enough to be scanning, and stay so
 * whatever they fail at next. The flows of such a source wait: they join no contact, which saves looking
 * for it, until one of its flows counts for less than a failed one. Then all join at once, and from then
 * on each, so the cost is paid once for each flow. */
#ifndef SN_STANDING_H
#define SN_STANDING_H

#include "flows.h"
#include "source.h"

/** Where the standing of sources is noted. */
typedef struct {
    sn_hosts_t *hosts;
    sn_flows_t *flows;
    const sn_limits_t *limits;
    uint32_t enough_failed; /* contacts make a scanning source that has no conversation */
} sn_standing_t;

/** Begins to keep standing. @param hosts, flows, limits borrowed, as long as it is used */
sn_standing_t sn_standing_of(sn_hosts_t *hosts, sn_flows_t *flows, const sn_limits_t *limits);

/** Counts a new flow, its source's newest, once its technique is known. @return what it counts as */
sn_counts_t sn_standing_enter(const sn_standing_t *standing, uint32_t flow);

/** Moves a flow that was entered from what it counted as to what it counts as now. */
void sn_standing_recount(const sn_standing_t *standing, const sn_flow_t *flow, sn_counts_t before,
                         sn_counts_t now);

/** Notes that the initiator aborted this flow; counts once for each contact. */
void sn_standing_aborted(const sn_standing_t *standing, const sn_flow_t *flow);

#endif
