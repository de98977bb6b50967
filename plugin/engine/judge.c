/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

const sn_limits_t SN_LIMITS_DEFAULT = {
    .scanning_contacts = 4,
    .aborted_contacts = 2,
    .scanning_ratio = 2,
    .exposing_sources = 3,
    .stream_packets = 10,
    .reuse_seconds = 1800,
};

bool sn_is_scanning_source(const sn_source_facts_t *s, const sn_limits_t *l)
{
    uint64_t enough = (uint64_t)s->conversations * l->scanning_ratio;
    bool fails = s->failed >= l->scanning_contacts && s->failed >= enough;
    bool aborts = s->aborted > 0 && s->aborted >= l->aborted_contacts && s->aborted >= enough;
    return fails || aborts;
}

bool sn_is_working_client(const sn_source_facts_t *s)
{
    return s->conversations > 0 && s->failed <= s->conversations;
}

/* Answering a ping uses no service, so a ping is no conversation; but who pings a host that nobody
 * probes otherwise is more likely its owner. */
static bool is_ping_of_exposed_target(const sn_source_facts_t *s, const sn_target_facts_t *t,
                                      const sn_limits_t *l)
{
    bool exposed = t->home || t->other_scanners >= l->exposing_sources;
    return exposed && !sn_is_working_client(s);
}

/* A client that has read enough hangs up with a RST, too: only a source that scans elsewhere is one
 * that grabs banners. */
static bool lacks_evidence(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                           const sn_target_facts_t *t, const sn_limits_t *l)
{
    bool is_dark = l->dark && t->home;
    return (f->served && !is_dark) || (f->tail && s->same_tail < l->scanning_contacts);
}

sn_verdict_t sn_judge(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                      const sn_target_facts_t *t, const sn_limits_t *l)
{
    if (f->chatter || f->from_middle || !f->inward)
        return SN_VERDICT_NOT_NOISE;
    if (f->from_response)
        return SN_VERDICT_BACKSCATTER;
    if (sn_is_scanning_source(s, l))
        return SN_VERDICT_SCAN;
    if (f->outcome == SN_OUTCOME_CONVERSATION) {
        bool scan = (l->dark && t->home) || (f->icmp_query && is_ping_of_exposed_target(s, t, l));
        return scan ? SN_VERDICT_SCAN : SN_VERDICT_NOT_NOISE;
    }
    if (sn_is_working_client(s) || lacks_evidence(f, s, t, l))
        return SN_VERDICT_NOT_NOISE;
    return SN_VERDICT_SCAN;
}

const char *sn_outcome_label(sn_outcome_t outcome)
{
    static const char *const labels[SN_OUTCOMES] = {
        [SN_OUTCOME_UNANSWERED] = "unanswered",   [SN_OUTCOME_REFUSED] = "refused",
        [SN_OUTCOME_UNREACHABLE] = "unreachable", [SN_OUTCOME_HALF_OPEN] = "half-open",
        [SN_OUTCOME_CONNECTED] = "connected",     [SN_OUTCOME_CONVERSATION] = "conversation",
    };
    return outcome < SN_OUTCOMES ? labels[outcome] : "";
}
