/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* visits.h: the flows of one source, contact by contact, while the source is added up. */
#ifndef SN_VISITS_H
#define SN_VISITS_H

#include "source.h"

/** One flow among those of its source. */
typedef struct {
    uint64_t contact; /* target << 32 | service */
    uint32_t flow;
    bool failed;
    bool excused; /* an innocent reason is on record */
} sn_visit_t;

/** A source while it is added up. All is borrowed. */
typedef struct {
    const sn_capture_t *c;
    uint32_t host;
    GArray *visits; /* sn_visit_t, by contact and then in the order of the capture */
    sn_source_t *out;
} sn_visits_t;

/** The number of a flow's contact, as visits have it. */
static inline uint64_t sn_contact_of(const sn_flow_t *f)
{
    return (uint64_t)f->responder << 32 | sn_service(f->transport, f->dport);
}

static inline sn_visit_t *sn_visit_at(const sn_visits_t *s, guint i)
{
    return &g_array_index(s->visits, sn_visit_t, i);
}

static inline sn_flow_t *sn_visit_flow(const sn_visits_t *s, const sn_visit_t *v)
{
    return sn_flows_get(s->c->flows, v->flow);
}

/** Puts visits in the order that the functions below want. */
void sn_visits_sort(GArray *visits);

/** Where the visits of the same contact end. @return one place after the last of them */
guint sn_visits_contact_end(const sn_visits_t *s, guint begin);

/** Where the visits of the same target end. */
guint sn_visits_target_end(const sn_visits_t *s, guint begin);

/** Does something with the visits of each target or contact. @param end_of one of the two above */
void sn_visits_for_each(const sn_visits_t *s, guint (*end_of)(const sn_visits_t *, guint),
                        void (*what)(const sn_visits_t *, guint, guint));

/** Whether a contact speaks for its source: it has a conversation, and the source did not look before it talked.
 * @param begin the contact's first visit @param end one place after its last */
bool sn_visits_are_credit(const sn_visits_t *s, guint begin, guint end);

#endif
