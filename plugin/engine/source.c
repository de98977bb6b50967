/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include "innocent.h"
#include "visits.h"
#include "words.h"

/* --- Lines ------------------------------------------------------------------------------------ */

/* A line is one port at several targets, or several ports of one target. Its word has the port (with the transport) or
 * the target below, and above the technique, or 0 for any. */

static uint64_t line_of_port(uint64_t contact, unsigned technique)
{
    return (uint64_t)technique << 56 | (contact & 0xffffffff);
}

static uint64_t line_of_target(uint64_t contact, unsigned technique)
{
    return (uint64_t)technique << 56 | 1ULL << 40 | contact >> 32;
}

static void add_to_lines(GArray *lines, uint64_t contact, unsigned technique)
{
    sn_words_add(lines, line_of_port(contact, technique));
    sn_words_add(lines, line_of_target(contact, technique));
}

/** Failed contacts in the longest line that has more of them than of the source's credit. */
static uint32_t longest_line(const GArray *failed, const GArray *credit)
{
    uint32_t longest = 0;
    for (guint i = 0; i < failed->len;) {
        uint64_t line = g_array_index(failed, uint64_t, i);
        guint end = sn_words_place(failed, line + 1);
        bool any_technique = line >> 56 == 0;
        if (any_technique && end - i > longest && end - i > sn_words_count(credit, line))
            longest = end - i;
        i = end;
    }
    return longest;
}

/* --- Its flows -------------------------------------------------------------------------------- */

/** The most different words that have the same upper 16 bits, a port of the source. */
static uint32_t largest_of_sockets(const GArray *sorted)
{
    uint32_t largest = 0;
    for (guint i = 0; i < sorted->len;) {
        uint64_t port = g_array_index(sorted, uint64_t, i) >> 48;
        largest = MAX(largest, sn_words_distinct(sorted, port, 48));
        i = port == UINT16_MAX ? sorted->len : sn_words_place(sorted, (port + 1) << 48);
    }
    return largest;
}

/** Notes a flow as a visit, or as a tail or response, which are counted apart. */
static void collect_flow(sn_visits_t *s, sn_flow_t *f, uint32_t number)
{
    f->seen &= ~(uint32_t)(SN_FLOW_CONTEXT | SN_FLOW_FOLLOWS);
    if (sn_flow_reason(f, s->c->limits) != SN_REASON_NONE || !sn_is_inward(s->c, f) ||
        sn_is_reflected(s->c, f))
        return;
    sn_visit_t v = {.contact = sn_contact_of(f), .flow = number};
    v.failed = sn_flow_outcome(f) != SN_OUTCOME_CONVERSATION;
    if (f->seen & SN_FLOW_ODD_RESPONSE)
        sn_words_add(s->c->scratch->sockets,
                     (uint64_t)f->sport << 48 | (uint64_t)f->responder << 16 | f->dport);
    else if (f->seen & SN_FLOW_FROM_RESPONSE)
        s->out->facts.other_responses++;
    else if (v.failed && f->seen & SN_FLOW_TAIL)
        sn_words_add(s->c->scratch->words, (uint64_t)f->technique << 56 | v.contact);
    else
        g_array_append_val(s->visits, v);
}

static void collect(sn_visits_t *s)
{
    sn_scratch_t *scratch = s->c->scratch;
    g_array_set_size(s->visits, 0);
    g_array_set_size(scratch->words, 0);
    g_array_set_size(scratch->sockets, 0);
    uint32_t number = sn_hosts_get(s->c->hosts, s->host)->newest_flow;
    for (s->out->walked = 0; number != 0; s->out->walked++) {
        sn_flow_t *f = sn_flows_get(s->c->flows, number);
        if (!(f->seen & SN_FLOW_NOTE))
            collect_flow(s, f, number);
        number = f->previous;
    }
    sn_visits_sort(s->visits);
    sn_words_sort(scratch->words);
    sn_words_sort(scratch->sockets);
    s->out->facts.odd_responses = largest_of_sockets(scratch->sockets);
    for (unsigned t = SN_TECHNIQUE_NONE + 1; t < SN_TECHNIQUES && scratch->words->len > 0; t++) {
        int tail = sn_tail_of((sn_technique_t)t);
        if (tail < 0)
            continue;
        s->out->tails[tail] = sn_words_distinct(scratch->words, t, 56);
        if (t != SN_TECHNIQUE_UDP) /* late answers are common there */
            s->out->facts.tails = MAX(s->out->facts.tails, s->out->tails[tail]);
    }
}

/* --- What the rest says ----------------------------------------------------------------------- */

/** Adds a contact to the failed ones, its lines once for each technique that failed there. */
static void add_failed(sn_visits_t *s, guint begin, guint end)
{
    sn_source_facts_t *facts = &s->out->facts;
    uint32_t techniques = 0;
    bool aborted = false, handmade = false;
    for (guint i = begin; i < end; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        const sn_flow_t *f = sn_visit_flow(s, v);
        bool by_hand = sn_flow_is_handmade(f);
        if (!v->failed || (v->excused && !by_hand))
            continue;
        techniques |= 1U << f->technique;
        handmade |= by_hand;
        aborted |= sn_flow_was_aborted(f);
        facts->impossible |= (f->seen & SN_FLOW_IMPOSSIBLE) != 0;
    }
    facts->handmade += handmade;
    facts->aborted += aborted;
    if (techniques == 0)
        return;
    facts->failed++;
    GArray *lines = s->c->scratch->failed_lines;
    add_to_lines(lines, sn_visit_at(s, begin)->contact, 0);
    for (unsigned t = 0; t < SN_TECHNIQUES; t++)
        if (techniques & 1U << t)
            add_to_lines(lines, sn_visit_at(s, begin)->contact, t);
}

/** Adds a contact's conversations to the credit of its lines: each is a success. */
static void add_conversations(const sn_visits_t *s, guint begin, guint end)
{
    for (guint i = begin; i < end; i++)
        if (!sn_visit_at(s, i)->failed)
            add_to_lines(s->c->scratch->credit_lines, sn_visit_at(s, i)->contact, 0);
}

static void add_contacts(sn_visits_t *s)
{
    sn_scratch_t *scratch = s->c->scratch;
    g_array_set_size(scratch->failed_lines, 0);
    g_array_set_size(scratch->credit_lines, 0);
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = sn_visits_contact_end(s, i);
        add_failed(s, i, end);
        if (!sn_visits_are_credit(s, i, end))
            continue;
        s->out->facts.credit++;
        add_conversations(s, i, end);
    }
    sn_words_sort(scratch->failed_lines);
    sn_words_sort(scratch->credit_lines);
    s->out->facts.line = longest_line(scratch->failed_lines, scratch->credit_lines);
}

/** Whether a conversation goes on with what failed. @param before an earlier flow of its contact failed, which speaks against
 * the source */
static bool follows(const sn_visits_t *s, const sn_visit_t *v, bool before)
{
    const sn_flow_t *f = sn_visit_flow(s, v);
    const GArray *lines = s->c->scratch->failed_lines;
    if (sn_flow_is_lasting(f))
        return false;
    bool ping = f->technique == SN_TECHNIQUE_ICMP_ECHO;
    if (before || sn_flow_tool(f) != SN_TOOL_NONE ||
        (ping && sn_words_count(lines, line_of_target(v->contact, 0)) > 0))
        return true;
    uint32_t enough = s->c->limits->scanning_contacts;
    int tail = sn_tail_of((sn_technique_t)f->technique);
    if (tail >= 0 && s->out->tails[tail] >= enough)
        return true;
    return sn_words_count(lines, line_of_port(v->contact, f->technique)) >= enough ||
           sn_words_count(lines, line_of_target(v->contact, f->technique)) >= enough;
}

static void mark_followers_of_contact(const sn_visits_t *s, guint begin, guint end)
{
    bool before = false, looked = !sn_visits_are_credit(s, begin, end);
    for (guint i = begin; i < end; i++) {
        const sn_visit_t *v = sn_visit_at(s, i);
        if (!v->failed && follows(s, v, before && looked))
            sn_visit_flow(s, v)->seen |= SN_FLOW_FOLLOWS;
        before |= v->failed && (!v->excused || sn_flow_is_handmade(sn_visit_flow(s, v)));
    }
}

/* --- The whole -------------------------------------------------------------------------------- */

static void add_up(sn_visits_t *s)
{
    s->out->facts = (sn_source_facts_t){0};
    memset(s->out->tails, 0, sizeof s->out->tails);
    collect(s);
    if (s->visits->len == 0)
        return;
    sn_visits_excuse(s);
    add_contacts(s);
    sn_visits_for_each(s, sn_visits_contact_end, mark_followers_of_contact);
}

/** Nothing but failed, and nothing is on record that could excuse it, but for what is on record of its targets. */
static bool is_plain(const sn_capture_t *c, const sn_host_t *host)
{
    return !host->eventful && !host->local && !host->recorded &&
           c->record->count[SN_RECORD_FAMILY] == 0;
}

/** Contacts of a plain source, as many as matter. */
typedef struct {
    uint64_t contact[SN_REPEATED_CONTACTS + 1];
    uint32_t count;
    bool by_hand[SN_REPEATED_CONTACTS + 1];
} contacts_t;

static void add_contact(contacts_t *contacts, const sn_flow_t *f)
{
    uint64_t contact = sn_contact_of(f);
    uint32_t i = 0;
    while (i < contacts->count && contacts->contact[i] != contact)
        i++;
    if (i == contacts->count) {
        contacts->contact[contacts->count++] = contact;
        contacts->by_hand[i] = false;
    }
    contacts->by_hand[i] |= sn_flow_is_handmade(f);
}

/** Most sources are plain: no flow was answered, and nothing can excuse one but repetition, which needs few contacts and
 * many visits. Their newest flows tell what they are, without any order.
 * @return false: there may be an innocent reason after all */
static bool add_up_plain(const sn_capture_t *c, uint32_t host, sn_source_t *source)
{
    contacts_t contacts; /* of which as many are written as count says */
    contacts.count = 0;
    uint32_t visits = 0, number = sn_hosts_get(c->hosts, host)->newest_flow;
    source->facts = (sn_source_facts_t){0};
    for (source->walked = 0; number != 0 && contacts.count <= SN_REPEATED_CONTACTS;
         source->walked++) {
        const sn_flow_t *f = sn_flows_get(c->flows, number);
        number = f->previous;
        if (f->seen & SN_FLOW_NOTE || sn_flow_reason(f, c->limits) != SN_REASON_NONE ||
            !sn_is_inward(c, f) || sn_is_reflected(c, f))
            continue;
        if (sn_goes_to_working_socket(c->record, f))
            return false;
        visits += sn_visits_with_each_packet(f) ? f->packets : 1;
        source->facts.impossible |= (f->seen & SN_FLOW_IMPOSSIBLE) != 0;
        add_contact(&contacts, f);
    }
    source->facts.failed = source->facts.line = contacts.count;
    for (uint32_t i = 0; i < contacts.count; i++)
        source->facts.handmade += contacts.by_hand[i];
    return contacts.count > SN_REPEATED_CONTACTS || visits < SN_REPEATED_VISITS * contacts.count ||
           contacts.count == 0 || source->facts.handmade > 0;
}

void sn_source_add_up(const sn_capture_t *c, uint32_t host, sn_source_t *source)
{
    if (!source->noted && is_plain(c, sn_hosts_get(c->hosts, host)) &&
        add_up_plain(c, host, source))
        return;
    sn_visits_t s = {.c = c, .host = host, .visits = c->scratch->visits, .out = source};
    add_up(&s);
    source->noted = true; /* of its flows some may have a reason noted, to be taken back some day */
}

int sn_tail_of(sn_technique_t technique)
{
    switch (technique) {
    case SN_TECHNIQUE_TCP_ACK:
        return 0;
    case SN_TECHNIQUE_TCP_MAIMON:
        return 1;
    case SN_TECHNIQUE_TCP_OTHER:
        return 2;
    case SN_TECHNIQUE_IP_PROTOCOL:
        return 3;
    case SN_TECHNIQUE_UDP:
        return 4;
    default:
        return -1;
    }
}

bool sn_is_like(const sn_flow_t *f, uint32_t *word)
{
    enum { EPHEMERAL_PORT = 32768 };
    unsigned not_like =
        SN_FLOW_ANSWERED | SN_FLOW_CHATTER | SN_FLOW_ELSEWHERE | SN_FLOW_FROM_RESPONSE;
    if (f->seen & not_like)
        return false;
    if (f->transport == SN_TRANSPORT_UDP) {
        *word = (uint32_t)f->sport << 16 | f->mark;
        return f->sport < EPHEMERAL_PORT && f->dport >= SN_SYSTEM_PORT && f->dport != f->sport;
    }
    *word = (uint32_t)f->sport << 16;
    return f->transport == SN_TRANSPORT_TCP && f->seen & SN_FLOW_FROM_MIDDLE &&
           !(f->seen & SN_FLOW_TAIL) && f->seen & SN_FLOW_REFUSED;
}

bool sn_is_reflected_at_all(const sn_capture_t *c, const sn_flow_t *f)
{
    uint32_t word;
    return sn_is_like(f, &word) && sn_record_crowd_size(c->record, f->responder, word) >= SN_CROWD;
}

bool sn_is_inward(const sn_capture_t *c, const sn_flow_t *flow)
{
    return !c->has_home || (!sn_hosts_get(c->hosts, flow->initiator)->home &&
                            sn_hosts_get(c->hosts, flow->responder)->home);
}

void sn_scratch_init(sn_scratch_t *scratch)
{
    *scratch = (sn_scratch_t){
        .visits = g_array_new(FALSE, FALSE, sizeof(sn_visit_t)),
        .failed_lines = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .credit_lines = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .words = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .sockets = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
    };
}

void sn_scratch_clear(sn_scratch_t *scratch)
{
    g_array_unref(scratch->visits);
    g_array_unref(scratch->failed_lines);
    g_array_unref(scratch->credit_lines);
    g_array_unref(scratch->words);
    g_array_unref(scratch->sockets);
}
