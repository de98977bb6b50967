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

/** Counts a flow that has joined its contact. */
static void move(const sn_standing_t *s, const sn_flow_t *flow, sn_counts_t before, sn_counts_t now)
{
    sn_flow_t *contact = sn_flows_get(s->flows, flow->contact);
    stop_counting(s->hosts, contact, flow, before);
    start_counting(s->hosts, contact, flow, now);
}

/** move() of a new flow that has failed so far and is no tail, as most are, in a few instructions. */
static inline void count_failure(sn_host_t *source, sn_flow_t *contact)
{
    if (contact->contact_failed == 0)
        source->failed++;
    add_saturated(&contact->contact_failed);
}

/* --- Joining contacts ------------------------------------------------------------------------ */

/** Lists a source's first flow, which joined its contact alone. A note is no flow and has none. */
static void list_first(const sn_standing_t *s, sn_host_t *source)
{
    source->first_listed = true;
    uint32_t number = source->newest_flow;
    while (number != 0 && sn_flows_get(s->flows, number)->contact == 0)
        number = sn_flows_get(s->flows, number)->previous;
    if (number != 0)
        sn_flows_join_contact(s->flows, number);
}

/** Puts a new flow to those of its contact. Most sources send one packet, so a first flow is not looked
 * for by its contact before there is a second. */
static inline void join(const sn_standing_t *s, sn_host_t *source, uint32_t number)
{
    sn_flow_t *f = sn_flows_get(s->flows, number);
    if (f->previous == 0) {
        f->contact = number;
        return;
    }
    if (!source->first_listed)
        list_first(s, source);
    sn_flows_join_contact(s->flows, number);
}

/** Whether the flows of a source wait. */
static inline bool do_flows_wait(const sn_standing_t *s, const sn_host_t *source)
{
    return source->failed >= s->enough_failed && !source->settled;
}

/** Lets all flows of a source join that have waited. @param flow one of them, which is about to count as
 * something else @param before what it counts as until then */
static G_GNUC_NO_INLINE void settle(const sn_standing_t *s, const sn_flow_t *flow,
                                    sn_counts_t before)
{
    sn_host_t *source = sn_hosts_get(s->hosts, flow->initiator);
    source->settled = true;
    if (!source->first_listed)
        list_first(s, source);
    for (uint32_t number = source->newest_flow; number != 0;) {
        sn_flow_t *f = sn_flows_get(s->flows, number);
        if (f->contact == 0 && !(f->seen & SN_FLOW_NOTE)) {
            sn_flows_join_contact(s->flows, number);
            move(s, f, SN_COUNTS_NOTHING, f == flow ? before : sn_flow_counts(f, s->limits));
            if (sn_flow_was_aborted(f))
                sn_standing_aborted(s, f);
        }
        number = f->previous;
    }
}

/* --- What happens to flows ------------------------------------------------------------------- */

sn_standing_t sn_standing_of(sn_hosts_t *hosts, sn_flows_t *flows, const sn_limits_t *limits)
{
    return (sn_standing_t){hosts, flows, limits, MAX(1, limits->scanning_contacts)};
}

sn_counts_t sn_standing_enter(const sn_standing_t *standing, uint32_t flow)
{
    sn_flow_t *f = sn_flows_get(standing->flows, flow);
    sn_host_t *source = sn_hosts_get(standing->hosts, f->initiator);
    bool waits = do_flows_wait(standing, source), failed_so_far = f->seen == 0;
    if (!waits)
        join(standing, source, flow);
    if (failed_so_far) {
        if (!waits)
            count_failure(source, sn_flows_get(standing->flows, f->contact));
        return SN_COUNTS_FAILED;
    }
    sn_counts_t counts = sn_flow_counts(f, standing->limits);
    if (!waits || counts == SN_COUNTS_CONVERSATION)
        sn_standing_recount(standing, f, SN_COUNTS_NOTHING, counts);
    return counts;
}

void sn_standing_recount(const sn_standing_t *standing, const sn_flow_t *flow, sn_counts_t before,
                         sn_counts_t now)
{
    if (now == before)
        return;
    sn_host_t *source = sn_hosts_get(standing->hosts, flow->initiator);
    if (do_flows_wait(standing, source))
        settle(standing, flow, before);
    if (now == SN_COUNTS_CONVERSATION)
        source->settled = true; /* it may stop scanning any time */
    move(standing, flow, before, now);
}

void sn_standing_aborted(const sn_standing_t *standing, const sn_flow_t *flow)
{
    if (flow->contact == 0)
        return; /* it waits, and settle() will note it */
    sn_flow_t *contact = sn_flows_get(standing->flows, flow->contact);
    if (contact->seen & SN_FLOW_CONTACT_ABORTED)
        return;
    contact->seen |= SN_FLOW_CONTACT_ABORTED;
    sn_host_t *source = sn_hosts_get(standing->hosts, flow->initiator);
    sn_hosts_make_more(standing->hosts, source)->aborted++;
}
