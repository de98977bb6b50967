/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

const sn_limits_t SN_LIMITS_DEFAULT = {
    .scanning_contacts = 4,
    .aborted_contacts = 2,
    .exposing_sources = 3,
    .stream_packets = 10,
    .reuse_seconds = 1800,
};

/* What happens to no client: it is done on purpose. */
static bool scans_on_purpose(const sn_source_facts_t *s, const sn_limits_t *l)
{
    bool aborts = s->aborted >= l->aborted_contacts && s->aborted > s->credit;
    return s->impossible || s->handmade >= l->scanning_contacts ||
           s->tails >= l->scanning_contacts || aborts;
}

bool sn_is_scanning_source(const sn_source_facts_t *s, bool outward, const sn_limits_t *l)
{
    if (scans_on_purpose(s, l))
        return true;
    if (outward)
        return s->line >= SN_OUTWARD_LINE;
    bool fails = s->credit == 0 && s->failed >= l->scanning_contacts;
    return fails || s->line >= l->scanning_contacts;
}

/** Rule 1: whatever its source, and whoever made it. */
static sn_reason_t innocent_always(const sn_flow_facts_t *f)
{
    if (f->own == SN_REASON_TO_ITSELF)
        return f->own;
    if (!f->inward)
        return SN_REASON_NOT_INWARD;
    bool reflected = f->own == SN_REASON_FROM_MIDDLE && f->reflected;
    bool always = f->own == SN_REASON_LINK_TRAFFIC || f->own == SN_REASON_STREAM ||
                  f->own == SN_REASON_FROM_MIDDLE;
    return always && !reflected ? f->own : SN_REASON_NONE;
}

/** Rule 2: what nobody here had asked for, and what only looks so. */
static sn_reason_t response(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                            const sn_limits_t *l)
{
    bool is_response = f->from_response && f->own == SN_REASON_NONE;
    if (!is_response && !f->reflected)
        return SN_REASON_NONE;
    if (f->odd_response)
        return s->odd_responses >= l->scanning_contacts && s->odd_responses > s->other_responses
                   ? SN_REASON_ODD_RESPONSES
                   : SN_REASON_OLD_CONNECTION;
    if (f->talking)
        return SN_REASON_TALKING;
    return is_response ? SN_REASON_RESPONSE : SN_REASON_REFLECTION;
}

static sn_reason_t conversation(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                                const sn_target_facts_t *t, const sn_limits_t *l, bool scanning)
{
    if (f->outcome == SN_OUTCOME_CONVERSATION && scanning && f->follows)
        return SN_REASON_FOLLOW_UP;
    bool exposed = t->home || t->other_scanners >= l->exposing_sources;
    bool client = s->credit > 0 && !scanning;
    if (f->ping && exposed && !client)
        return SN_REASON_EXPOSED_PING;
    return l->dark && t->home ? SN_REASON_DARK : SN_REASON_CONVERSATION;
}

static sn_reason_t failure(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                           const sn_limits_t *l, bool scanning)
{
    if (f->tail && f->same_tail >= l->scanning_contacts)
        return SN_REASON_TAILS;
    if (scanning)
        return SN_REASON_SCANNING_SOURCE;
    if (f->tail)
        return SN_REASON_FEW_TAILS;
    if (f->pending)
        return SN_REASON_PENDING;
    if (s->credit > 0)
        return SN_REASON_CLIENT;
    return f->local ? SN_REASON_LOCAL : SN_REASON_STRANGER;
}

sn_reason_t sn_judge(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                     const sn_target_facts_t *t, const sn_limits_t *l)
{
    sn_reason_t reason = innocent_always(f);
    if (reason == SN_REASON_NONE)
        reason = response(f, s, l);
    if (reason != SN_REASON_NONE)
        return reason;
    bool failed = f->outcome != SN_OUTCOME_CONVERSATION;
    if (failed && f->handmade)
        return SN_REASON_HANDMADE;
    if (f->own != SN_REASON_NONE)
        return f->own;
    if (f->context != SN_REASON_NONE)
        return f->context;
    bool scanning = sn_is_scanning_source(s, f->outward, l);
    if (f->outward && !scanning)
        return SN_REASON_OUTWARD;
    if (!failed || (f->served && !scanning))
        return conversation(f, s, t, l, scanning);
    return failure(f, s, l, scanning);
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
