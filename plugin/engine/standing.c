/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "standing.h"

static void add_saturated(uint16_t *n)
{
    if (*n < UINT16_MAX)
        (*n)++;
}

/* A counter that has reached its end stays there: what it lost count of can't be taken back. */
static void take_saturated(uint16_t *n)
{
    if (*n > 0 && *n < UINT16_MAX)
        (*n)--;
}

/** The source's counter for failed contacts of this flow's sort. */
static void count_failed_contact(sn_hosts_t *hosts, const sn_flow_t *f, int change)
{
    sn_host_t *source = sn_hosts_get(hosts, f->initiator);
    int tail = f->seen & SN_FLOW_TAIL ? sn_tail_of((sn_technique_t)f->technique) : -1;
    if (tail < 0 && change > 0)
        source->failed++;
    else if (tail < 0)
        source->failed--;
    else if (change > 0)
        add_saturated(&sn_hosts_make_more(hosts, source)->tails[tail]);
    else
        take_saturated(&sn_hosts_make_more(hosts, source)->tails[tail]);
}

static void stop_counting(sn_hosts_t *hosts, sn_flow_t *contact, const sn_flow_t *f, sn_counts_t as)
{
    if (as == SN_COUNTS_FAILED) {
        take_saturated(&contact->contact_failed);
        if (contact->contact_failed == 0)
            count_failed_contact(hosts, f, -1);
    } else if (as == SN_COUNTS_CONVERSATION) {
        take_saturated(&contact->contact_used);
        if (contact->contact_used == 0)
            sn_hosts_make_more(hosts, sn_hosts_get(hosts, f->initiator))->conversations--;
    }
}

static void start_counting(sn_hosts_t *hosts, sn_flow_t *contact, const sn_flow_t *f,
                           sn_counts_t as)
{
    if (as == SN_COUNTS_FAILED) {
        if (contact->contact_failed == 0)
            count_failed_contact(hosts, f, +1);
        add_saturated(&contact->contact_failed);
    } else if (as == SN_COUNTS_CONVERSATION) {
        if (contact->contact_used == 0)
            sn_hosts_make_more(hosts, sn_hosts_get(hosts, f->initiator))->conversations++;
        add_saturated(&contact->contact_used);
    }
}

void sn_standing_recount(sn_hosts_t *hosts, sn_flows_t *flows, const sn_flow_t *flow,
                         sn_counts_t before, sn_counts_t now)
{
    if (now == before)
        return;
    sn_flow_t *contact = sn_flows_get(flows, flow->contact);
    stop_counting(hosts, contact, flow, before);
    start_counting(hosts, contact, flow, now);
}

void sn_standing_aborted(sn_hosts_t *hosts, sn_flows_t *flows, const sn_flow_t *flow)
{
    sn_flow_t *contact = sn_flows_get(flows, flow->contact);
    if (contact->seen & SN_FLOW_CONTACT_ABORTED)
        return;
    contact->seen |= SN_FLOW_CONTACT_ABORTED;
    sn_hosts_make_more(hosts, sn_hosts_get(hosts, flow->initiator))->aborted++;
}
