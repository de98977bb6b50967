/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include "icmp.h"

enum {
    FEW_PORTS =
        10, /* a mail program tries six of a server that it knows; who scans one, many more */
    SOCKET_CONVERSATIONS = 2, /* of a working socket; a scan's has next to none */
    SOCKET_FAILURES = 3,      /* for each of them, at most */
    PATH_TTL = 30,            /* traceroute's largest by default */
    PATH_BEGIN = 5,           /* a path is measured from its near end on */
    PATH_STEPS = 3,
    RETURNS = 2,            /* of a returning client, after its first visit */
    REPEATED_CONTACTS = 32, /* a monitor's, at most */
    REPEATED_VISITS = 3,
    SYSTEM_PORT = 1024, /* RFC 6335 */
};

/** One flow among those of its source. */
typedef struct {
    uint64_t contact; /* target << 32 | transport << 16 | port */
    uint32_t flow;
    bool failed;
    bool excused; /* an innocent reason is on record */
} visit_t;

/** A source while it is added up. */
typedef struct {
    const sn_capture_t *c;
    uint32_t host;
    GArray *visits; /* visit_t, by contact and then in the order of the capture */
    sn_source_t *out;
} sum_t;

/* --- Words that are counted ------------------------------------------------------------------ */

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_words(GArray *words)
{
    if (words->len > 1)
        qsort(words->data, words->len, sizeof(uint64_t), compare_words);
}

static void add_word(GArray *words, uint64_t word)
{
    g_array_append_val(words, word);
}

/** The first place of a word, or of the next larger one, among sorted words. */
static guint place_of(const GArray *words, uint64_t word)
{
    guint low = 0, high = words->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(words, uint64_t, middle) < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/** How often a word is among sorted words. */
static uint32_t count_of(const GArray *words, uint64_t word)
{
    return place_of(words, word + 1) - place_of(words, word);
}

/** Sorts words and counts the different ones, each of them only when its upper bits are these. */
static uint32_t distinct_with(const GArray *sorted, uint64_t upper, unsigned shift)
{
    uint32_t count = 0;
    for (guint i = place_of(sorted, upper << shift); i < sorted->len; i++) {
        uint64_t word = g_array_index(sorted, uint64_t, i);
        if (word >> shift != upper)
            break;
        count += i == 0 || word != g_array_index(sorted, uint64_t, i - 1);
    }
    return count;
}

/** The most different words that have the same upper 16 bits, a port of the source. */
static uint32_t largest_of_sockets(const GArray *sorted)
{
    uint32_t largest = 0;
    for (guint i = 0; i < sorted->len;) {
        uint64_t port = g_array_index(sorted, uint64_t, i) >> 48;
        largest = MAX(largest, distinct_with(sorted, port, 48));
        i = port == UINT16_MAX ? sorted->len : place_of(sorted, (port + 1) << 48);
    }
    return largest;
}

/* --- Lines ----------------------------------------------------------------------------------- */

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
    add_word(lines, line_of_port(contact, technique));
    add_word(lines, line_of_target(contact, technique));
}

/** Failed contacts in the longest line that has more of them than of the source's credit. */
static uint32_t longest_line(const GArray *failed, const GArray *credit)
{
    uint32_t longest = 0;
    for (guint i = 0; i < failed->len;) {
        uint64_t line = g_array_index(failed, uint64_t, i);
        guint end = place_of(failed, line + 1);
        bool any_technique = line >> 56 == 0;
        if (any_technique && end - i > longest && end - i > count_of(credit, line))
            longest = end - i;
        i = end;
    }
    return longest;
}

/* --- Visits ---------------------------------------------------------------------------------- */

static visit_t *visit_at(const sum_t *s, guint i)
{
    return &g_array_index(s->visits, visit_t, i);
}

static sn_flow_t *flow_of(const sum_t *s, const visit_t *v)
{
    return sn_flows_get(s->c->flows, v->flow);
}

/** Where the visits of the same contact end. */
static guint contact_end(const sum_t *s, guint begin)
{
    guint end = begin + 1;
    while (end < s->visits->len && visit_at(s, end)->contact == visit_at(s, begin)->contact)
        end++;
    return end;
}

/** Where the visits of the same target end. */
static guint target_end(const sum_t *s, guint begin)
{
    guint end = begin + 1;
    while (end < s->visits->len &&
           visit_at(s, end)->contact >> 32 == visit_at(s, begin)->contact >> 32)
        end++;
    return end;
}

static int compare_visits(const void *a, const void *b)
{
    const visit_t *x = (const visit_t *)a, *y = (const visit_t *)b;
    if (x->contact != y->contact)
        return x->contact < y->contact ? -1 : 1;
    return (x->flow > y->flow) - (x->flow < y->flow);
}

static void note_reason(const sum_t *s, const visit_t *v, sn_reason_t reason)
{
    flow_of(s, v)->seen |= (uint32_t)reason << SN_FLOW_CONTEXT_SHIFT;
}

static void excuse(const sum_t *s, visit_t *v, sn_reason_t reason)
{
    bool dark = s->c->limits->dark && sn_hosts_get(s->c->hosts, (uint32_t)(v->contact >> 32))->home;
    if (!v->failed || v->excused || dark)
        return;
    v->excused = true;
    note_reason(s, v, reason);
}

static uint64_t contact_of(const sn_flow_t *f)
{
    return (uint64_t)f->responder << 32 | (uint32_t)f->transport << 16 | f->dport;
}

/** Notes a flow as a visit, or as a tail or response, which are counted apart. */
static void collect_flow(sum_t *s, sn_flow_t *f, uint32_t number)
{
    f->seen &= ~(uint32_t)(SN_FLOW_CONTEXT | SN_FLOW_FOLLOWS);
    if (sn_flow_reason(f, s->c->limits) != SN_REASON_NONE || !sn_is_inward(s->c, f) ||
        sn_is_reflected(s->c, f))
        return;
    visit_t v = {.contact = contact_of(f), .flow = number};
    v.failed = sn_flow_outcome(f) != SN_OUTCOME_CONVERSATION;
    if (f->seen & SN_FLOW_ODD_RESPONSE)
        add_word(s->c->scratch->sockets,
                 (uint64_t)f->sport << 48 | (uint64_t)f->responder << 16 | f->dport);
    else if (f->seen & SN_FLOW_FROM_RESPONSE)
        s->out->facts.other_responses++;
    else if (v.failed && f->seen & SN_FLOW_TAIL)
        add_word(s->c->scratch->words, (uint64_t)f->technique << 56 | v.contact);
    else
        g_array_append_val(s->visits, v);
}

static void collect(sum_t *s)
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
    if (s->visits->len > 1)
        qsort(s->visits->data, s->visits->len, sizeof(visit_t), compare_visits);
    sort_words(scratch->words);
    sort_words(scratch->sockets);
    s->out->facts.odd_responses = largest_of_sockets(scratch->sockets);
    for (unsigned t = SN_TECHNIQUE_NONE + 1; t < SN_TECHNIQUES && scratch->words->len > 0; t++) {
        int tail = sn_tail_of((sn_technique_t)t);
        if (tail < 0)
            continue;
        s->out->tails[tail] = distinct_with(scratch->words, t, 56);
        if (t != SN_TECHNIQUE_UDP) /* late answers are common there */
            s->out->facts.tails = MAX(s->out->facts.tails, s->out->tails[tail]);
    }
}

/* --- Credit ---------------------------------------------------------------------------------- */

/** Whether a contact speaks for its source: it has a conversation, and the source did not look before it talked. */
static bool is_credit(const sum_t *s, guint begin, guint end)
{
    const sn_flow_t *first = flow_of(s, visit_at(s, begin));
    sn_outcome_t outcome = sn_flow_outcome(first);
    bool looked = outcome == SN_OUTCOME_HALF_OPEN || outcome == SN_OUTCOME_CONNECTED;
    bool conversed = false, lasted = false;
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = flow_of(s, visit_at(s, i));
        conversed |= !visit_at(s, i)->failed && f->transport != SN_TRANSPORT_ICMP;
        lasted |= sn_flow_is_lasting(f);
    }
    return conversed && (!looked || lasted);
}

/** The first conversation of the source with a target that is to its credit. @return a flow; UINT32_MAX: there is none */
static uint32_t first_credit(const sum_t *s, guint begin, guint end)
{
    uint32_t first = UINT32_MAX;
    for (guint i = begin, next; i < end; i = next) {
        next = contact_end(s, i);
        if (!is_credit(s, i, next))
            continue;
        for (guint j = i; j < next; j++)
            if (!visit_at(s, j)->failed)
                first = MIN(first, visit_at(s, j)->flow);
    }
    return first;
}

/* --- Innocent reasons ------------------------------------------------------------------------ */

/** Whether the source knew the target when the flow began, or got to know it by racing another one against it, as
 * Windows does with ports 139 and 445 of a file server and RFC 8305 with addresses. */
static bool knows(const sum_t *s, uint32_t known, const visit_t *v)
{
    enum { RACE = 1 }; /* seconds */
    if (known == UINT32_MAX || known < v->flow)
        return known != UINT32_MAX;
    uint32_t then = sn_flows_get(s->c->flows, known)->first_second;
    return (int32_t)(then - flow_of(s, v)->first_second) <= RACE;
}

static uint32_t failed_ports(const sum_t *s, guint begin, guint end)
{
    uint32_t ports = 0;
    uint64_t last = 0;
    for (guint i = begin; i < end; i++) {
        const visit_t *v = visit_at(s, i);
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

static bool was_asked_for_by_name(const sum_t *s, const sn_flow_t *f)
{
    const sn_record_t *record = s->c->record;
    return is_named(record, SN_RECORD_NAMED, s->host, f, SN_NAMED_SECONDS) ||
           is_named(record, SN_RECORD_FAMILY, 0, f, SN_FAMILY_SECONDS);
}

static bool has_port(const sum_t *s, const visit_t *v)
{
    return sn_has_port((sn_transport_t)flow_of(s, v)->transport);
}

/** Whether the source has a conversation with the same port of the target over another transport: QUIC is tried before
 * TCP, and blocked in many networks. */
static bool conversed_at_port(const sum_t *s, guint begin, guint end, const visit_t *visit)
{
    for (guint i = begin; i < end && has_port(s, visit); i++) {
        const visit_t *v = visit_at(s, i);
        bool same_port = (v->contact & 0xffff) == (visit->contact & 0xffff);
        if (!v->failed && same_port && v->contact != visit->contact && has_port(s, v))
            return true;
    }
    return false;
}

static void excuse_known_target(const sum_t *s, guint begin, guint end)
{
    const sn_record_t *record = s->c->record;
    uint32_t target = (uint32_t)(visit_at(s, begin)->contact >> 32);
    bool called = sn_record_find(record, SN_RECORD_CONVERSED, target, s->host, 0);
    bool in_middle = sn_record_find(record, SN_RECORD_IN_MIDDLE, s->host, target, 0) ||
                     sn_record_find(record, SN_RECORD_IN_MIDDLE, target, s->host, 0);
    uint32_t known = in_middle ? 0 : first_credit(s, begin, end);
    bool few = failed_ports(s, begin, end) < FEW_PORTS, same_port = false;
    for (guint i = begin; i < end; i++) {
        visit_t *v = visit_at(s, i);
        if (few && (i == begin || v->contact != visit_at(s, i - 1)->contact))
            same_port = conversed_at_port(s, begin, end, v);
        if (called)
            excuse(s, v, SN_REASON_CALLBACK);
        else if (few && (knows(s, known, v) || same_port))
            excuse(s, v, SN_REASON_ACQUAINTED);
        else if (few && was_asked_for_by_name(s, flow_of(s, v)))
            excuse(s, v, SN_REASON_NAMED);
    }
}

static uint64_t word_of_socket(const sn_flow_t *f)
{
    return f->sport;
}

/** Counts the failed flows of each UDP port of the source, and notes the ports with a lasting conversation above. */
static void count_sockets(const sum_t *s)
{
    GArray *sockets = s->c->scratch->sockets;
    g_array_set_size(sockets, 0);
    for (guint i = 0; i < s->visits->len; i++) {
        const visit_t *v = visit_at(s, i);
        const sn_flow_t *f = flow_of(s, v);
        if (f->transport != SN_TRANSPORT_UDP)
            continue;
        if (v->failed)
            add_word(sockets, word_of_socket(f));
        else if (sn_flow_is_lasting(f))
            add_word(sockets, 1ULL << 32 | word_of_socket(f));
    }
    sort_words(sockets);
}

/** Whether the UDP port that a flow goes to works, as far as it asks others. */
static bool goes_to_working_socket(const sn_record_t *record, const sn_flow_t *f)
{
    if (f->transport != SN_TRANSPORT_UDP || f->dport < SYSTEM_PORT)
        return false;
    const sn_note_t *its = sn_record_find(record, SN_RECORD_SOCKET, f->responder, 0, f->dport);
    return its && its->first >= SOCKET_CONVERSATIONS;
}

static bool is_of_working_socket(const sum_t *s, const sn_flow_t *f)
{
    const sn_record_t *record = s->c->record;
    const GArray *sockets = s->c->scratch->sockets;
    const sn_note_t *own = sn_record_find(record, SN_RECORD_SOCKET, s->host, 0, f->sport);
    if (goes_to_working_socket(record, f))
        return true;
    if (count_of(sockets, 1ULL << 32 | word_of_socket(f)) > 0)
        return true;
    uint64_t conversations = own ? (uint64_t)own->first + own->last : 0;
    return conversations >= SOCKET_CONVERSATIONS &&
           conversations * SOCKET_FAILURES >= count_of(sockets, word_of_socket(f));
}

static void excuse_sockets(const sum_t *s)
{
    if (s->c->record->count[SN_RECORD_SOCKET] == 0)
        return;
    count_sockets(s);
    for (guint i = 0; i < s->visits->len; i++) {
        visit_t *v = visit_at(s, i);
        const sn_flow_t *f = flow_of(s, v);
        if (v->failed && f->transport == SN_TRANSPORT_UDP && is_of_working_socket(s, f))
            excuse(s, v, SN_REASON_SOCKET);
    }
}

/** The TTLs of a flow's packets as bits, from 1 on, as far as a path has them. */
static uint32_t ttls_of(const sn_flow_t *f)
{
    uint32_t bits = f->ttl >= 1 && f->ttl <= PATH_TTL ? 1U << (f->ttl - 1) : 0;
    return f->transport == SN_TRANSPORT_ICMP ? bits | f->mark : bits;
}

static void excuse_path(const sum_t *s, guint begin, guint end)
{
    uint32_t ttls = 0;
    for (guint i = begin; i < end; i++)
        ttls |= ttls_of(flow_of(s, visit_at(s, i)));
    unsigned steps = 0;
    for (uint32_t rest = ttls; rest != 0; rest &= rest - 1)
        steps++;
    bool measured = steps >= PATH_STEPS && ttls & ((1U << PATH_BEGIN) - 1);
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = flow_of(s, visit_at(s, i));
        visit_t *v = visit_at(s, i);
        if (v->failed && (f->seen & SN_FLOW_EXPIRED || (measured && f->ttl <= PATH_TTL)))
            excuse(s, v, SN_REASON_PATH);
        bool dark =
            s->c->limits->dark && sn_hosts_get(s->c->hosts, (uint32_t)(v->contact >> 32))->home;
        if (measured && !v->failed && !dark &&
            f->transport == SN_TRANSPORT_ICMP) /* its last step */
            note_reason(s, v, SN_REASON_PATH);
    }
}

/** An operating system's connection that was answered and left unused. */
static bool is_unused(const sn_flow_t *f)
{
    sn_outcome_t outcome = sn_flow_outcome(f);
    return f->technique == SN_TECHNIQUE_TCP_CONNECT && !sn_flow_is_handmade(f) &&
           (outcome == SN_OUTCOME_HALF_OPEN || outcome == SN_OUTCOME_CONNECTED);
}

/** UDP and ICMP have no retransmissions of their own, so what comes slowly was sent anew. */
static bool visits_with_each_packet(const sn_flow_t *f)
{
    return (f->transport == SN_TRANSPORT_UDP || f->transport == SN_TRANSPORT_ICMP) &&
           sn_flow_is_paced(f);
}

/** How often the source came and failed, each time a second or more after the time before. */
static uint32_t visits_of(const sum_t *s, guint begin, guint end)
{
    uint32_t visits = 0, last = 0;
    for (guint i = begin; i < end; i++) {
        const visit_t *v = visit_at(s, i);
        const sn_flow_t *f = flow_of(s, v);
        if (!v->failed || v->excused)
            continue;
        bool later = visits == 0 || (int32_t)(f->first_second - last) >= 1;
        bool paced = visits_with_each_packet(f);
        if (paced)
            visits += f->packets;
        else
            visits += later;
        if (paced || later)
            last = paced ? f->last_second : f->first_second;
    }
    return visits;
}

static void excuse_returning(const sum_t *s, guint begin, guint end)
{
    unsigned visits = 0, returns = 0;
    uint32_t first = 0;
    for (guint i = begin; i < end; i++) {
        const sn_flow_t *f = flow_of(s, visit_at(s, i));
        if (sn_flow_is_handmade(f))
            return;
        if (!is_unused(f))
            continue;
        if (visits++ == 0)
            first = f->first_second;
        returns += (int32_t)(f->first_second - first) >= 1;
    }
    for (guint i = begin; i < end && returns >= RETURNS; i++)
        if (is_unused(flow_of(s, visit_at(s, i))))
            excuse(s, visit_at(s, i), SN_REASON_RETURNING);
}

/** Failed flows of a contact that nothing excuses, packets of paced flows counted apart. */
static uint32_t tries_of(const sum_t *s, guint begin, guint end)
{
    uint32_t tries = 0;
    for (guint i = begin; i < end; i++) {
        const visit_t *v = visit_at(s, i);
        const sn_flow_t *f = flow_of(s, v);
        if (v->failed && !v->excused)
            tries += visits_with_each_packet(f) ? f->packets : 1;
    }
    return tries;
}

static uint32_t count_failed_contacts(const sum_t *s)
{
    uint32_t count = 0;
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = contact_end(s, i);
        count += tries_of(s, i, end) > 0;
    }
    return count;
}

/** Whether a contact's target is one that strangers try at other ports: then who comes back there is hardly its own
 * monitor. */
static bool is_exposed(const sum_t *s, uint64_t contact)
{
    const sn_hosts_t *hosts = s->c->hosts;
    uint32_t target = (uint32_t)(contact >> 32), others = 0;
    const uint32_t *witness = sn_hosts_more(hosts, sn_hosts_get(hosts, target))->witness;
    for (int i = 0; i < SN_WITNESSES && witness[i] != 0; i++) {
        const sn_host_t *host = sn_hosts_get(hosts, witness[i]);
        const sn_flow_t *f = sn_flows_get(s->c->flows, host->newest_flow);
        others += witness[i] != s->host && !host->conversed && f->responder == target &&
                  contact_of(f) != contact;
    }
    return others >= s->c->limits->exposing_sources;
}

static void excuse_repetition(const sum_t *s)
{
    uint32_t contacts = count_failed_contacts(s);
    for (guint i = 0; i < s->visits->len; i++)
        if (sn_flow_is_handmade(flow_of(s, visit_at(s, i))))
            return;
    if (contacts == 0 || contacts > REPEATED_CONTACTS)
        return;
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = contact_end(s, i);
        uint32_t tries = tries_of(s, i, end);
        if (tries == 0)
            continue;
        bool again_and_again = visits_of(s, i, end) >= MAX(contacts, (uint32_t)REPEATED_VISITS);
        bool repeated = again_and_again || (contacts == 1 && tries >= REPEATED_VISITS);
        if (!repeated || is_exposed(s, visit_at(s, i)->contact))
            return;
    }
    for (guint i = 0; i < s->visits->len; i++)
        excuse(s, visit_at(s, i), SN_REASON_REPETITION);
}

/** Does something with the visits of each target or contact. */
static void for_each(const sum_t *s, guint (*end_of)(const sum_t *, guint),
                     void (*what)(const sum_t *, guint, guint))
{
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = end_of(s, i);
        what(s, i, end);
    }
}

/** Finds the innocent reasons of failed flows; where there are several, the first counts. */
static void excuse_all(const sum_t *s)
{
    for_each(s, target_end, excuse_known_target);
    excuse_sockets(s);
    for_each(s, target_end, excuse_path);
    for_each(s, contact_end, excuse_returning);
    excuse_repetition(s);
}

/* --- What the rest says ---------------------------------------------------------------------- */

/** Adds a contact to the failed ones, its lines once for each technique that failed there. */
static void add_failed(sum_t *s, guint begin, guint end)
{
    sn_source_facts_t *facts = &s->out->facts;
    uint32_t techniques = 0;
    bool aborted = false, handmade = false;
    for (guint i = begin; i < end; i++) {
        const visit_t *v = visit_at(s, i);
        const sn_flow_t *f = flow_of(s, v);
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
    add_to_lines(lines, visit_at(s, begin)->contact, 0);
    for (unsigned t = 0; t < SN_TECHNIQUES; t++)
        if (techniques & 1U << t)
            add_to_lines(lines, visit_at(s, begin)->contact, t);
}

/** Adds a contact's conversations to the credit of its lines: each is a success. */
static void add_conversations(const sum_t *s, guint begin, guint end)
{
    for (guint i = begin; i < end; i++)
        if (!visit_at(s, i)->failed)
            add_to_lines(s->c->scratch->credit_lines, visit_at(s, i)->contact, 0);
}

static void add_contacts(sum_t *s)
{
    sn_scratch_t *scratch = s->c->scratch;
    g_array_set_size(scratch->failed_lines, 0);
    g_array_set_size(scratch->credit_lines, 0);
    for (guint i = 0, end; i < s->visits->len; i = end) {
        end = contact_end(s, i);
        add_failed(s, i, end);
        if (!is_credit(s, i, end))
            continue;
        s->out->facts.credit++;
        add_conversations(s, i, end);
    }
    sort_words(scratch->failed_lines);
    sort_words(scratch->credit_lines);
    s->out->facts.line = longest_line(scratch->failed_lines, scratch->credit_lines);
}

/** Whether a conversation goes on with what failed. @param before an earlier flow of its contact failed, which speaks against
 * the source */
static bool follows(const sum_t *s, const visit_t *v, bool before)
{
    const sn_flow_t *f = flow_of(s, v);
    const GArray *lines = s->c->scratch->failed_lines;
    if (sn_flow_is_lasting(f))
        return false;
    bool ping = f->technique == SN_TECHNIQUE_ICMP_ECHO;
    if (before || sn_flow_tool(f) != SN_TOOL_NONE ||
        (ping && count_of(lines, line_of_target(v->contact, 0)) > 0))
        return true;
    uint32_t enough = s->c->limits->scanning_contacts;
    int tail = sn_tail_of((sn_technique_t)f->technique);
    if (tail >= 0 && s->out->tails[tail] >= enough)
        return true;
    return count_of(lines, line_of_port(v->contact, f->technique)) >= enough ||
           count_of(lines, line_of_target(v->contact, f->technique)) >= enough;
}

static void mark_followers_of_contact(const sum_t *s, guint begin, guint end)
{
    bool before = false, looked = !is_credit(s, begin, end);
    for (guint i = begin; i < end; i++) {
        const visit_t *v = visit_at(s, i);
        if (!v->failed && follows(s, v, before && looked))
            flow_of(s, v)->seen |= SN_FLOW_FOLLOWS;
        before |= v->failed && (!v->excused || sn_flow_is_handmade(flow_of(s, v)));
    }
}

/* --- The whole ------------------------------------------------------------------------------- */

static void add_up(sum_t *s)
{
    s->out->facts = (sn_source_facts_t){0};
    memset(s->out->tails, 0, sizeof s->out->tails);
    collect(s);
    if (s->visits->len == 0)
        return;
    excuse_all(s);
    add_contacts(s);
    for_each(s, contact_end, mark_followers_of_contact);
}

/** Nothing but failed, and nothing is on record that could excuse it, but for what is on record of its targets. */
static bool is_plain(const sn_capture_t *c, const sn_host_t *host)
{
    return !host->eventful && !host->local && !host->recorded &&
           c->record->count[SN_RECORD_FAMILY] == 0;
}

/** Contacts of a plain source, as many as matter. */
typedef struct {
    uint64_t contact[REPEATED_CONTACTS + 1];
    uint32_t count;
    bool by_hand[REPEATED_CONTACTS + 1];
} contacts_t;

static void add_contact(contacts_t *contacts, const sn_flow_t *f)
{
    uint64_t contact = contact_of(f);
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
    memset(source->tails, 0, sizeof source->tails);
    for (source->walked = 0; number != 0 && contacts.count <= REPEATED_CONTACTS; source->walked++) {
        const sn_flow_t *f = sn_flows_get(c->flows, number);
        number = f->previous;
        if (f->seen & SN_FLOW_NOTE || sn_flow_reason(f, c->limits) != SN_REASON_NONE ||
            !sn_is_inward(c, f) || sn_is_reflected(c, f))
            continue;
        if (goes_to_working_socket(c->record, f))
            return false;
        visits += visits_with_each_packet(f) ? f->packets : 1;
        source->facts.impossible |= (f->seen & SN_FLOW_IMPOSSIBLE) != 0;
        add_contact(&contacts, f);
    }
    source->facts.failed = source->facts.line = contacts.count;
    for (uint32_t i = 0; i < contacts.count; i++)
        source->facts.handmade += contacts.by_hand[i];
    return contacts.count > REPEATED_CONTACTS || visits < REPEATED_VISITS * contacts.count ||
           contacts.count == 0 || source->facts.handmade > 0;
}

void sn_source_add_up(const sn_capture_t *c, uint32_t host, sn_source_t *source)
{
    if (!source->noted && is_plain(c, sn_hosts_get(c->hosts, host)) &&
        add_up_plain(c, host, source))
        return;
    sum_t s = {.c = c, .host = host, .visits = c->scratch->visits, .out = source};
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
        return f->sport < EPHEMERAL_PORT && f->dport >= SYSTEM_PORT && f->dport != f->sport;
    }
    *word = (uint32_t)f->sport << 16;
    return f->transport == SN_TRANSPORT_TCP && f->seen & SN_FLOW_FROM_MIDDLE &&
           !(f->seen & SN_FLOW_TAIL) && f->seen & SN_FLOW_REFUSED;
}

bool sn_is_reflected(const sn_capture_t *c, const sn_flow_t *f)
{
    uint32_t word;
    bool may_be = f->transport == SN_TRANSPORT_UDP || f->seen & SN_FLOW_FROM_MIDDLE;
    return may_be && c->record->count[SN_RECORD_CROWD] > 0 && sn_is_like(f, &word) &&
           sn_record_crowd_size(c->record, f->responder, word) >= SN_CROWD;
}

bool sn_is_inward(const sn_capture_t *c, const sn_flow_t *flow)
{
    return !c->has_home || (!sn_hosts_get(c->hosts, flow->initiator)->home &&
                            sn_hosts_get(c->hosts, flow->responder)->home);
}

void sn_scratch_init(sn_scratch_t *scratch)
{
    *scratch = (sn_scratch_t){
        .visits = g_array_new(FALSE, FALSE, sizeof(visit_t)),
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
