/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standing.h: adds up what flows mean for their source, and takes it back when a flow turns out to
 * be something else. Each change costs the same, however many flows the source has. */
#ifndef SN_STANDING_H
#define SN_STANDING_H

#include "flows.h"
#include "source.h"

/** Counts a new flow that has failed so far and is no tail, as most are: sn_standing_recount() from
 * SN_COUNTS_NOTHING to SN_COUNTS_FAILED, in a few instructions.
 * @param contact the first flow of its contact, which may be itself */
static inline void sn_standing_new_failure(sn_host_t *source, sn_flow_t *contact)
{
    if (contact->contact_failed == 0)
        source->failed++;
    if (contact->contact_failed < UINT16_MAX)
        contact->contact_failed++;
}

/** Moves a flow from what it counted as to what it counts as now. The flow has joined its contact.
 * @param before SN_COUNTS_NOTHING for a new flow */
void sn_standing_recount(sn_hosts_t *hosts, sn_flows_t *flows, const sn_flow_t *flow,
                         sn_counts_t before, sn_counts_t now);

/** Notes that the initiator aborted this flow; counts once for each contact. */
void sn_standing_aborted(sn_hosts_t *hosts, sn_flows_t *flows, const sn_flow_t *flow);

#endif
