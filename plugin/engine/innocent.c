/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "innocent.h"

#include "words.h"

enum {
    FEW_PORTS =
        10, /* a mail program tries six of a server that it knows; who scans one, many more */
    SOCKET_CONVERSATIONS = 2, /* of a working socket; a scan's has next to none */
    SOCKET_FAILURES = 3,      /* for each of them, at most */
    PATH_BEGIN = 5,           /* a path is measured from its near end on */
    PATH_STEPS = 3,
    RETURNS = 2, /* of a returning client, after its first visit */
};

static void note_reason(const sn_visits_t *s, const sn_visit_t *v, sn_reason_t reason)
{
    sn_visit_flow(s, v)->seen |= (uint32_t)reason << SN_FLOW_CONTEXT_SHIFT;
}

/** In a dark network nothing can be asked for. */
static bool is_dark(const sn_visits_t *s, const sn_visit_t *v)
{
    return s->c->limits->dark && sn_hosts_get(s->c->hosts, (uint32_t)(v->contact >> 32))->home;
}

static void excuse(const sn_visits_t *s, sn_visit_t *v, sn_reason_t reason)
{
    if (!v->failed || v->excused || is_dark(s, v))
        return;
    v->excused = true;
    note_reason(s, v, reason);
}

/* --- Hosts that know each other --------------------------------------------------------------- */

/** The first conversation of the source with a target that is to its credit. @return a flow; UINT32_MAX: there is none */
static uint32_t first_credit(const sn_visits_t *s, guint begin, guint end)
{
    uint32_t first = UINT32_MAX;
    for (guint i = begin, next; i < end; i = next) {
        next = sn_visits_contact_end(s, i);
        if (!sn_visits_are_credit(s, i, next))
            continue;
        for (guint j = i; j < next; j++)
            if (!sn_visit_at(s, j)->failed)
                first = MIN(first, sn_visit_at(s, j)->flow);
    }
    return first;
}

/** Whether the source knew the target when the flow began, or got to know it by racing another one against it, as
 * Windows does with ports 139 and 445 of a file server and RFC 8305 with addresses. */
static bool knows(const sn_visits_t *s, uint32_t known, const sn_visit_t *v)
{
    enum { RACE = 1 }; /* seconds */
    if (known == UINT32_MAX || known < v->flow)
        return known != UINT32_MAX;
    uint32_t then = sn_flows_get(s->c->flows, known)->first_second;
    return (int32_t)(then - sn_visit_flow(s, v)->first_second) <= RACE;
}

static uint32_t failed_ports(const sn_visits_t *s, guint begin, guint end)
{
    uint32_t ports = 0;
    uint64_t last = 0;
    for (guint i = begin; i < end; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        if (!v->failed || (ports > 0 && v->contact == last))
            continue;
        ports++;
        last = v->contact;
    }
    return ports;
}

/** Whether a DNS answer of this kind had named the target, at most so many seconds before the flow. */
static bool is_named(const sn_record_t *record, sn_record_kind_t kind, uint32_t client,
                     const sn_flow_t *f, uint32_t seconds)
{
    if (record->count[kind] == 0)
        return false;
    uint32_t bucket = f->first_second / seconds;
    const sn_note_t *note = sn_record_find(record, kind, client, f->responder, bucket);
    if (note && (int32_t)(f->first_second - note->first) >= 0)
        return true;
    note = sn_record_find(record, kind, client, f->responder, bucket - 1);
    return note && f->first_second - note->last <= seconds;
}

static bool was_asked_for_by_name(const sn_visits_t *s, const sn_flow_t *f)
{
    const sn_record_t *record = s->c->record;
    return is_named(record, SN_RECORD_NAMED, s->host, f, SN_NAMED_SECONDS) ||
           is_named(record, SN_RECORD_FAMILY, 0, f, SN_FAMILY_SECONDS);
}

static bool has_port(const sn_visits_t *s, const sn_visit_t *v)
{
    return sn_has_port((sn_transport_t)sn_visit_flow(s, v)->transport);
}

/** Whether the source has a conversation with the same port of the target over another transport: QUIC is tried before
 * TCP, and blocked in many networks. */
static bool conversed_at_port(const sn_visits_t *s, guint begin, guint end, const sn_visit_t *visit)
{
    for (guint i = begin; i < end && has_port(s, visit); i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        bool same_port = (v->contact & 0xffff) == (visit->contact & 0xffff);
        if (!v->failed && same_port && v->contact != visit->contact && has_port(s, v))
            return true;
    }
    return false;
}

static void excuse_known_target(const sn_visits_t *s, guint begin, guint end)
{
    const sn_record_t *record = s->c->record;
    uint32_t target = (uint32_t)(sn_visit_at(s, begin)->contact >> 32);
    bool called = sn_record_find(record, SN_RECORD_CONVERSED, target, s->host, 0);
    bool in_middle = sn_record_find(record, SN_RECORD_IN_MIDDLE, s->host, target, 0) ||
                     sn_record_find(record, SN_RECORD_IN_MIDDLE, target, s->host, 0);
    uint32_t known = in_middle ? 0 : first_credit(s, begin, end);
    bool few = failed_ports(s, begin, end) < FEW_PORTS, same_port = false;
    for (guint i = begin; i < end; i++) {
        sn_visit_t *v = sn_visit_at(s, i);
        if (few && (i == begin || v->contact != sn_visit_at(s, i - 1)->contact))
            same_port = conversed_at_port(s, begin, end, v);
        if (called)
            excuse(s, v, SN_REASON_CALLBACK);
        else if (few && (knows(s, known, v) || same_port))
            excuse(s, v, SN_REASON_ACQUAINTED);
        else if (few && was_asked_for_by_name(s, sn_visit_flow(s, v)))
            excuse(s, v, SN_REASON_NAMED);
    }
}

/* --- Working sockets -------------------------------------------------------------------------- */

static uint64_t word_of_socket(const sn_flow_t *f)
{
    return f->sport;
}

/** Counts the failed flows of each UDP port of the source, and notes the ports with a lasting conversation above. */
static void count_sockets(const sn_visits_t *s)
{
    GArray *sockets = s->c->scratch->sockets;
    g_array_set_size(sockets, 0);
    for (guint i = 0; i < s->visits->len; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        const sn_flow_t *f = sn_visit_flow(s, v);
        if (f->transport != SN_TRANSPORT_UDP)
            continue;
        if (v->failed)
            sn_words_add(sockets, word_of_socket(f));
        else if (sn_flow_is_lasting(f))
            sn_words_add(sockets, 1ULL << 32 | word_of_socket(f));
    }
    sn_words_sort(sockets);
}

bool sn_goes_to_working_socket(const sn_record_t *record, const sn_flow_t *f)
{
    if (f->transport != SN_TRANSPORT_UDP || f->dport < SN_SYSTEM_PORT)
        return false;
    const sn_note_t *its = sn_record_find(record, SN_RECORD_SOCKET, f->responder, 0, f->dport);
    return its && its->first >= SOCKET_CONVERSATIONS;
}

static bool is_of_working_socket(const sn_visits_t *s, const sn_flow_t *f)
{
    const sn_record_t *record = s->c->record;
    const GArray *sockets = s->c->scratch->sockets;
    const sn_note_t *own = sn_record_find(record, SN_RECORD_SOCKET, s->host, 0, f->sport);
    if (sn_goes_to_working_socket(record, f))
        return true;
    if (sn_words_count(sockets, 1ULL << 32 | word_of_socket(f)) > 0)
        return true;
    uint64_t conversations = own ? (uint64_t)own->first + own->last : 0;
    return conversations >= SOCKET_CONVERSATIONS &&
           conversations * SOCKET_FAILURES >= sn_words_count(sockets, word_of_socket(f));
}

static void excuse_sockets(const sn_visits_t *s)
{
    if (s->c->record->count[SN_RECORD_SOCKET] == 0)
        return;
    count_sockets(s);
    for (guint i = 0; i < s->visits->len; i++) {
        sn_visit_t *v = sn_visit_at(s, i);
        const sn_flow_t *f = sn_visit_flow(s, v);
        if (v->failed && f->transport == SN_TRANSPORT_UDP && is_of_working_socket(s, f))
            excuse(s, v, SN_REASON_SOCKET);
    }
}

/* --- Paths ------------------------------------------------------------------------------------ */

/** The TTLs of a flow's packets as bits, from 1 on, as far as a path has them. */
static uint32_t ttls_of(const sn_flow_t *f)
{
    uint32_t bits = f->ttl >= 1 && f->ttl <= SN_PATH_TTL ? 1U << (f->ttl - 1) : 0;
    return f->transport == SN_TRANSPORT_ICMP ? bits | f->mark : bits;
}

static void excuse_path(const sn_visits_t *s, guint begin, guint end)
{
    uint32_t ttls = 0;
    for (guint i = begin; i < end; i++)
        ttls |= ttls_of(sn_visit_flow(s, sn_visit_at(s, i)));
    unsigned steps = 0;
    for (uint32_t rest = ttls; rest != 0; rest &= rest - 1)
        steps++;
    bool measured = steps >= PATH_STEPS && ttls & ((1U << PATH_BEGIN) - 1);
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = sn_visit_flow(s, sn_visit_at(s, i));
        sn_visit_t *v = sn_visit_at(s, i);
        if (v->failed && (f->seen & SN_FLOW_EXPIRED || (measured && f->ttl <= SN_PATH_TTL)))
            excuse(s, v, SN_REASON_PATH);
        bool last_step = measured && !v->failed && f->transport == SN_TRANSPORT_ICMP;
        if (last_step && !is_dark(s, v))
            note_reason(s, v, SN_REASON_PATH);
    }
}

/* --- Clients that come back ------------------------------------------------------------------- */

/** An operating system's connection that was answered and left unused. */
static bool is_unused(const sn_flow_t *f)
{
    sn_outcome_t outcome = sn_flow_outcome(f);
    return f->technique == SN_TECHNIQUE_TCP_CONNECT && !sn_flow_is_handmade(f) &&
           (outcome == SN_OUTCOME_HALF_OPEN || outcome == SN_OUTCOME_CONNECTED);
}

bool sn_visits_with_each_packet(const sn_flow_t *f)
{
    return (f->transport == SN_TRANSPORT_UDP || f->transport == SN_TRANSPORT_ICMP) &&
           sn_flow_is_paced(f);
}

/** How often the source came and failed, each time a second or more after the time before. */
static uint32_t visits_of(const sn_visits_t *s, guint begin, guint end)
{
    uint32_t visits = 0, last = 0;
    for (guint i = begin; i < end; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        const sn_flow_t *f = sn_visit_flow(s, v);
        if (!v->failed || v->excused)
            continue;
        bool later = visits == 0 || (int32_t)(f->first_second - last) >= 1;
        bool paced = sn_visits_with_each_packet(f);
        if (paced)
            visits += f->packets;
        else
            visits += later;
        if (paced || later)
            last = paced ? f->last_second : f->first_second;
    }
    return visits;
}

static void excuse_returning(const sn_visits_t *s, guint begin, guint end)
{
    unsigned visits = 0, returns = 0;
    uint32_t first = 0;
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = sn_visit_flow(s, sn_visit_at(s, i));
        if (sn_flow_is_handmade(f))
            return;
        if (!is_unused(f))
            continue;
        if (visits++ == 0)
            first = f->first_second;
        returns += (int32_t)(f->first_second - first) >= 1;
    }
    for (guint i = begin; i < end && returns >= RETURNS; i++)
        if (is_unused(sn_visit_flow(s, sn_visit_at(s, i))))
            excuse(s, sn_visit_at(s, i), SN_REASON_RETURNING);
}

/** Failed flows of a contact that nothing excuses, packets of paced flows counted apart. */
static uint32_t tries_of(const sn_visits_t *s, guint begin, guint end)
{
    uint32_t tries = 0;
    for (guint i = begin; i < end; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        const sn_flow_t *f = sn_visit_flow(s, v);
        if (v->failed && !v->excused)
            tries += sn_visits_with_each_packet(f) ? f->packets : 1;
    }
    return tries;
}

static uint32_t count_failed_contacts(const sn_visits_t *s)
{
    uint32_t count = 0;
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = sn_visits_contact_end(s, i);
        count += tries_of(s, i, end) > 0;
    }
    return count;
}

/** Whether a contact's target is one that strangers try at other ports: then who comes back there is hardly its own
 * monitor. */
static bool is_exposed(const sn_visits_t *s, uint64_t contact)
{
    const sn_hosts_t *hosts = s->c->hosts;
    uint32_t target = (uint32_t)(contact >> 32), others = 0;
    const uint32_t *witness = sn_hosts_more(hosts, sn_hosts_get(hosts, target))->witness;
    for (int i = 0; i < SN_WITNESSES && witness[i] != 0; i++) {
        const sn_host_t *host = sn_hosts_get(hosts, witness[i]);
        const sn_flow_t *f = sn_flows_get(s->c->flows, host->newest_flow);
        others += witness[i] != s->host && !host->conversed && f->responder == target &&
                  sn_contact_of(f) != contact;
    }
    return others >= s->c->limits->exposing_sources;
}

static void excuse_repetition(const sn_visits_t *s)
{
    uint32_t contacts = count_failed_contacts(s);
    for (guint i = 0; i < s->visits->len; i++)
        if (sn_flow_is_handmade(sn_visit_flow(s, sn_visit_at(s, i))))
            return;
    if (contacts == 0 || contacts > SN_REPEATED_CONTACTS)
        return;
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = sn_visits_contact_end(s, i);
        uint32_t tries = tries_of(s, i, end);
        if (tries == 0)
            continue;
        bool again_and_again = visits_of(s, i, end) >= MAX(contacts, (uint32_t)SN_REPEATED_VISITS);
        bool repeated = again_and_again || (contacts == 1 && tries >= SN_REPEATED_VISITS);
        if (!repeated || is_exposed(s, sn_visit_at(s, i)->contact))
            return;
    }
    for (guint i = 0; i < s->visits->len; i++)
        excuse(s, sn_visit_at(s, i), SN_REASON_REPETITION);
}

/* --- All of them ------------------------------------------------------------------------------ */

void sn_visits_excuse(const sn_visits_t *s)
{
    sn_visits_for_each(s, sn_visits_target_end, excuse_known_target);
    excuse_sockets(s);
    sn_visits_for_each(s, sn_visits_target_end, excuse_path);
    sn_visits_for_each(s, sn_visits_contact_end, excuse_returning);
    excuse_repetition(s);
}
