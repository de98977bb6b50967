/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "visits.h"

static int compare_visits(const void *a, const void *b)
{
    const sn_visit_t *x = (const sn_visit_t *)a, *y = (const sn_visit_t *)b;
    if (x->contact != y->contact)
        return x->contact < y->contact ? -1 : 1;
    return (x->flow > y->flow) - (x->flow < y->flow);
}

void sn_visits_sort(GArray *visits)
{
    if (visits->len > 1)
        qsort(visits->data, visits->len, sizeof(sn_visit_t), compare_visits);
}

guint sn_visits_contact_end(const sn_visits_t *s, guint begin)
{
    guint end = begin + 1;
    while (end < s->visits->len && sn_visit_at(s, end)->contact == sn_visit_at(s, begin)->contact)
        end++;
    return end;
}

guint sn_visits_target_end(const sn_visits_t *s, guint begin)
{
    guint end = begin + 1;
    while (end < s->visits->len &&
           sn_visit_at(s, end)->contact >> 32 == sn_visit_at(s, begin)->contact >> 32)
        end++;
    return end;
}

void sn_visits_for_each(const sn_visits_t *s, guint (*end_of)(const sn_visits_t *, guint),
                        void (*what)(const sn_visits_t *, guint, guint))
{
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = end_of(s, i);
        what(s, i, end);
    }
}

bool sn_visits_are_credit(const sn_visits_t *s, guint begin, guint end)
{
    const sn_flow_t *first = sn_visit_flow(s, sn_visit_at(s, begin));
    sn_outcome_t outcome = sn_flow_outcome(first);
    bool looked = outcome == SN_OUTCOME_HALF_OPEN || outcome == SN_OUTCOME_CONNECTED;
    bool conversed = false, lasted = false;
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = sn_visit_flow(s, sn_visit_at(s, i));
        conversed |= !sn_visit_at(s, i)->failed && f->transport != SN_TRANSPORT_ICMP;
        lasted |= sn_flow_is_lasting(f);
    }
    return conversed && (!looked || lasted);
}
