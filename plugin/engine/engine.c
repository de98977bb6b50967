/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include "icmp.h"
#include "source.h"

#include <string.h>

enum { FROM_INITIATOR = 1U << 31 }; /* in a frame's record; the rest is the flow's number */

struct sn_engine {
    int references;
    sn_limits_t limits;
    GArray *home;
    uint32_t max_flows;
    sn_hash_key_t key;
    sn_hosts_t hosts;
    sn_pool_t flows;       /* of sn_flow_t */
    sn_pool_t frames;      /* of uint32_t: FROM_INITIATOR and the flow's number; 0: no flow */
    sn_index_t by_key;     /* flows by both hosts, both ports and transport */
    sn_index_t by_contact; /* the first flow of each contact */
    uint32_t askers;       /* hosts and ports that have asked a group */
    uint64_t observed, forgotten;
};

static sn_flow_t *flow_at(const sn_engine_t *e, uint32_t number)
{
    return (sn_flow_t *)sn_pool_get(&e->flows, number);
}

/* --- Keys ------------------------------------------------------------------------------------ */

/** Two words that are the same for both directions of a flow. */
typedef struct {
    uint64_t a, b;
} sn_key_t;

static sn_key_t key_of(uint32_t host1, uint16_t port1, uint32_t host2, uint16_t port2,
                       uint8_t transport)
{
    bool has_ports = transport != SN_TRANSPORT_ICMP && transport != SN_TRANSPORT_IP;
    bool swap = host1 > host2 || (host1 == host2 && has_ports && port1 > port2);
    if (swap && has_ports) {
        uint16_t port = port1;
        port1 = port2;
        port2 = port;
    }
    uint64_t low = swap ? host2 : host1, high = swap ? host1 : host2;
    return (sn_key_t){low << 32 | high, (uint64_t)port1 << 48 | (uint64_t)port2 << 32 | transport};
}

static sn_key_t key_of_flow(const sn_flow_t *f)
{
    return key_of(f->initiator, f->sport, f->responder, f->dport, f->transport);
}

/** What a contact is: who tries what where. A tail's technique is part of it, because tails are
 * counted technique by technique. */
static sn_key_t key_of_contact(const sn_flow_t *f)
{
    uint64_t tail = f->seen & SN_FLOW_TAIL ? f->technique : 0;
    return (sn_key_t){(uint64_t)f->initiator << 32 | f->responder,
                      (uint64_t)f->dport << 16 | tail << 8 | f->transport};
}

static bool same_key(sn_key_t k, const void *other)
{
    const sn_key_t *o = (const sn_key_t *)other;
    return k.a == o->a && k.b == o->b;
}

static bool flow_matches(const void *context, uint32_t id, const void *key)
{
    return same_key(key_of_flow(flow_at((const sn_engine_t *)context, id)), key);
}

static uint32_t flow_hash(const void *context, uint32_t id)
{
    const sn_engine_t *e = (const sn_engine_t *)context;
    sn_key_t k = key_of_flow(flow_at(e, id));
    return sn_hash(&e->key, k.a, k.b);
}

static bool contact_matches(const void *context, uint32_t id, const void *key)
{
    return same_key(key_of_contact(flow_at((const sn_engine_t *)context, id)), key);
}

static uint32_t contact_hash(const void *context, uint32_t id)
{
    const sn_engine_t *e = (const sn_engine_t *)context;
    sn_key_t k = key_of_contact(flow_at(e, id));
    return sn_hash(&e->key, k.a, k.b);
}

/* --- Life ------------------------------------------------------------------------------------ */

static uint64_t random_word(void)
{
    return (uint64_t)g_random_int() << 32 | g_random_int();
}

sn_engine_t *sn_engine_new(const sn_config_t *config)
{
    sn_engine_t *e = g_new0(sn_engine_t, 1);
    e->references = 1;
    e->limits = config->limits;
    e->home = config->home && config->home->len > 0 ? g_array_ref(config->home) : NULL;
    e->max_flows = config->max_flows;
    e->key = (sn_hash_key_t){random_word(), random_word()};
    sn_hosts_init(&e->hosts, &e->key, e->home);
    sn_pool_init(&e->flows, sizeof(sn_flow_t));
    sn_pool_init(&e->frames, sizeof(uint32_t));
    sn_index_init(&e->by_key, flow_matches, flow_hash, e);
    sn_index_init(&e->by_contact, contact_matches, contact_hash, e);
    return e;
}

sn_engine_t *sn_engine_ref(sn_engine_t *engine)
{
    engine->references++;
    return engine;
}

void sn_engine_unref(sn_engine_t *engine)
{
    if (!engine || --engine->references > 0)
        return;
    sn_hosts_clear(&engine->hosts);
    sn_pool_clear(&engine->flows);
    sn_pool_clear(&engine->frames);
    sn_index_clear(&engine->by_key);
    sn_index_clear(&engine->by_contact);
    if (engine->home)
        g_array_unref(engine->home);
    g_free(engine);
}

/* --- Standing: what flows mean for their source --------------------------------------------- */

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
static void count_failed_contact(sn_engine_t *e, const sn_flow_t *f, int change)
{
    sn_host_t *source = sn_hosts_get(&e->hosts, f->initiator);
    int tail = f->seen & SN_FLOW_TAIL ? sn_tail_of((sn_technique_t)f->technique) : -1;
    if (tail < 0)
        source->failed = (uint32_t)((int64_t)source->failed + change);
    else if (change > 0)
        add_saturated(&source->tails[tail]);
    else
        take_saturated(&source->tails[tail]);
}

static void stop_counting(sn_engine_t *e, const sn_flow_t *f, sn_counts_t as)
{
    sn_flow_t *contact = flow_at(e, f->contact);
    if (as == SN_COUNTS_FAILED) {
        take_saturated(&contact->contact_failed);
        if (contact->contact_failed == 0)
            count_failed_contact(e, f, -1);
    } else if (as == SN_COUNTS_CONVERSATION) {
        take_saturated(&contact->contact_used);
        if (contact->contact_used == 0)
            sn_hosts_get(&e->hosts, f->initiator)->conversations--;
    }
}

static void start_counting(sn_engine_t *e, const sn_flow_t *f, sn_counts_t as)
{
    sn_flow_t *contact = flow_at(e, f->contact);
    if (as == SN_COUNTS_FAILED) {
        if (contact->contact_failed == 0)
            count_failed_contact(e, f, +1);
        add_saturated(&contact->contact_failed);
    } else if (as == SN_COUNTS_CONVERSATION) {
        if (contact->contact_used == 0)
            sn_hosts_get(&e->hosts, f->initiator)->conversations++;
        add_saturated(&contact->contact_used);
    }
}

/** Moves a flow from what it counted as to what it counts as now. */
static void recount(sn_engine_t *e, const sn_flow_t *f, sn_counts_t before)
{
    sn_counts_t now = sn_flow_counts(f, &e->limits);
    if (now == before)
        return;
    stop_counting(e, f, before);
    start_counting(e, f, now);
}

/* --- Flows ----------------------------------------------------------------------------------- */

/** The end points of a packet, in the engine's terms. */
typedef struct {
    uint32_t src, dst; /* host numbers */
    uint16_t sport, dport;
    uint8_t transport;
} ends_t;

static ends_t ends_of(uint32_t src, uint32_t dst, sn_transport_t transport, uint16_t sport,
                      uint16_t dport)
{
    return (ends_t){src, dst, sport, dport, (uint8_t)transport};
}

static ends_t ends_of_packet(sn_engine_t *e, const sn_packet_t *p)
{
    uint16_t dport = p->dport;
    if (p->transport == SN_TRANSPORT_ICMP)
        dport = sn_icmp_kind(p->src.version, p->icmp_type);
    return ends_of(sn_hosts_number(&e->hosts, &p->src), sn_hosts_number(&e->hosts, &p->dst),
                   p->transport, p->sport, dport);
}

static sn_key_t key_of_ends(const ends_t *x)
{
    return key_of(x->src, x->sport, x->dst, x->dport, x->transport);
}

static uint32_t *slot_of(sn_engine_t *e, sn_key_t key)
{
    return sn_index_slot(&e->by_key, sn_hash(&e->key, key.a, key.b), &key);
}

static uint32_t find_flow(const sn_engine_t *e, sn_key_t key)
{
    return sn_index_find(&e->by_key, sn_hash(&e->key, key.a, key.b), &key);
}

/** Makes a flow, puts it into its slot and into its source's chain. @return 0: at the limit */
static uint32_t add_flow(sn_engine_t *e, const ends_t *x, uint32_t *slot)
{
    if (e->max_flows > 0 && e->flows.count >= e->max_flows)
        return 0;
    uint32_t number = sn_pool_add(&e->flows);
    sn_flow_t *f = flow_at(e, number);
    f->initiator = x->src;
    f->responder = x->dst;
    f->sport = x->sport;
    f->dport = x->dport;
    f->transport = x->transport;
    sn_index_put(&e->by_key, slot, number);
    sn_host_t *source = sn_hosts_get(&e->hosts, x->src);
    if (source->last_flow)
        flow_at(e, source->last_flow)->next = number;
    else
        source->first_flow = number;
    source->last_flow = number;
    return number;
}

/** Joins a new flow to its contact and counts it. Called when the flow's technique is known. */
static void enter(sn_engine_t *e, uint32_t number)
{
    sn_flow_t *f = flow_at(e, number);
    sn_key_t key = key_of_contact(f);
    uint32_t *slot = sn_index_slot(&e->by_contact, sn_hash(&e->key, key.a, key.b), &key);
    if (*slot == 0)
        sn_index_put(&e->by_contact, slot, number);
    f->contact = *slot;
    sn_counts_t counts = sn_flow_counts(f, &e->limits);
    start_counting(e, f, counts);
    if (counts == SN_COUNTS_FAILED && f->transport != SN_TRANSPORT_ICMP)
        sn_hosts_witness(&e->hosts, f->initiator, f->responder, &e->limits);
}

static ends_t asker(uint32_t host, uint16_t port)
{
    return ends_of(host, 0, SN_TRANSPORT_UDP, port, 0);
}

/** Notes that a host has asked a group over UDP (mDNS, SSDP, broadcast discovery): whoever answers
 * to that port from an address of its own was asked. */
static void note_asker(sn_engine_t *e, const sn_packet_t *p)
{
    ends_t x = asker(sn_hosts_number(&e->hosts, &p->src), p->sport);
    uint32_t *slot = slot_of(e, key_of_ends(&x));
    if (*slot != 0)
        return;
    uint32_t number = add_flow(e, &x, slot);
    if (number == 0)
        return;
    flow_at(e, number)->seen = SN_FLOW_CHATTER;
    e->askers++;
}

static bool answers_a_group(const sn_engine_t *e, const ends_t *x)
{
    if (e->askers == 0 || x->transport != SN_TRANSPORT_UDP)
        return false;
    ends_t asked = asker(x->dst, x->dport);
    return find_flow(e, key_of_ends(&asked)) != 0;
}

static uint32_t begin(sn_engine_t *e, const ends_t *x, uint32_t *slot, const sn_packet_t *p)
{
    uint32_t number = add_flow(e, x, slot);
    if (number == 0)
        return 0;
    sn_flow_begin(flow_at(e, number), p);
    if (answers_a_group(e, x))
        flow_at(e, number)->seen |= SN_FLOW_CHATTER;
    enter(e, number);
    return number;
}

static uint32_t take_over(sn_engine_t *e, const ends_t *x, uint32_t *slot, const sn_packet_t *p)
{
    uint32_t response = *slot;
    uint32_t number = add_flow(e, x, slot);
    if (number == 0)
        return 0;
    sn_flow_take_over(flow_at(e, number), flow_at(e, response), p);
    enter(e, number);
    return number;
}

/** Within one host (loopback) only ports tell the directions apart, and for queries the type. */
static bool is_from_initiator(const sn_flow_t *f, const ends_t *x, const sn_packet_t *p)
{
    if (f->initiator != f->responder)
        return x->src == f->initiator;
    if (f->transport == SN_TRANSPORT_ICMP)
        return sn_icmp_role(p->src.version, p->icmp_type) == SN_ICMP_QUERY;
    return x->sport == f->sport;
}

static void remember_frame(sn_engine_t *e, uint32_t frame, uint32_t flow, bool from_initiator)
{
    sn_pool_reach(&e->frames, frame);
    *(uint32_t *)sn_pool_get(&e->frames, frame) = flow | (from_initiator ? FROM_INITIATOR : 0U);
}

static void proceed(sn_engine_t *e, sn_flow_t *f, const sn_packet_t *p, bool from_initiator)
{
    sn_counts_t before = sn_flow_counts(f, &e->limits);
    sn_flow_continue(f, p, from_initiator);
    if (f->contact != 0)
        recount(e, f, before);
}

/** A packet of a flow, new or known. */
static void observe_flow(sn_engine_t *e, const sn_packet_t *p)
{
    ends_t x = ends_of_packet(e, p);
    uint32_t *slot = slot_of(e, key_of_ends(&x));
    uint32_t number = *slot;
    bool from_initiator = true;
    if (number == 0) {
        number = begin(e, &x, slot, p);
    } else {
        sn_flow_t *f = flow_at(e, number);
        from_initiator = is_from_initiator(f, &x, p);
        if (!from_initiator && sn_flow_was_asked_for(f, p)) {
            number = take_over(e, &x, slot, p);
            from_initiator = true;
        } else if (sn_flow_begins_anew(f, p, e->limits.reuse_seconds)) {
            number = begin(e, &x, slot, p);
            from_initiator = true;
        } else {
            proceed(e, f, p, from_initiator);
        }
    }
    if (number == 0)
        e->forgotten++;
    else
        remember_frame(e, p->frame, number, from_initiator);
}

/** The flow that an ICMP error quotes, 0 when it was never seen. */
static uint32_t quoted_flow(const sn_engine_t *e, const sn_quote_t *q)
{
    uint32_t src = sn_hosts_find(&e->hosts, &q->src), dst = sn_hosts_find(&e->hosts, &q->dst);
    if (src == 0 || dst == 0)
        return 0;
    uint16_t dport = q->dport;
    if (q->transport == SN_TRANSPORT_ICMP)
        dport = sn_icmp_kind(q->src.version, q->icmp_type);
    ends_t x = ends_of(src, dst, q->transport, q->sport, dport);
    return find_flow(e, key_of_ends(&x));
}

static void observe_error(sn_engine_t *e, const sn_packet_t *p)
{
    uint32_t number = p->has_quote ? quoted_flow(e, &p->quote) : 0;
    if (number == 0) {
        observe_flow(e, p);
        return;
    }
    sn_flow_t *f = flow_at(e, number);
    uint32_t quoted_src = sn_hosts_find(&e->hosts, &p->quote.src);
    if (quoted_src == f->initiator && f->contact != 0) {
        sn_counts_t before = sn_flow_counts(f, &e->limits);
        sn_flow_unreachable(f);
        recount(e, f, before);
    }
    remember_frame(e, p->frame, number, false);
}

/* --- What packets are not worth remembering -------------------------------------------------- */

static bool is_dhcp(const sn_packet_t *p)
{
    enum { BOOTPS = 67, BOOTPC = 68, DHCPV6_CLIENT = 546, DHCPV6_SERVER = 547 };
    bool v4 =
        (p->sport == BOOTPS || p->sport == BOOTPC) && (p->dport == BOOTPS || p->dport == BOOTPC);
    bool v6 = (p->sport == DHCPV6_CLIENT || p->sport == DHCPV6_SERVER) &&
              (p->dport == DHCPV6_CLIENT || p->dport == DHCPV6_SERVER);
    return p->transport == SN_TRANSPORT_UDP && (v4 || v6);
}

void sn_engine_observe(sn_engine_t *engine, const sn_packet_t *packet)
{
    engine->observed++;
    bool icmp = packet->transport == SN_TRANSPORT_ICMP;
    sn_icmp_role_t role =
        icmp ? sn_icmp_role(packet->src.version, packet->icmp_type) : SN_ICMP_OTHER;
    if (icmp && role == SN_ICMP_OTHER)
        return;
    if (packet->transport == SN_TRANSPORT_UDP && sn_addr_is_group(&packet->dst)) {
        note_asker(engine, packet);
        return;
    }
    if (sn_addr_is_link_scoped(&packet->src) || sn_addr_is_link_scoped(&packet->dst) ||
        is_dhcp(packet))
        return;
    if (role == SN_ICMP_ERROR)
        observe_error(engine, packet);
    else
        observe_flow(engine, packet);
}

/* --- Answers --------------------------------------------------------------------------------- */

uint32_t sn_engine_flow_of(const sn_engine_t *engine, uint32_t frame, bool *from_initiator)
{
    uint32_t record = 0;
    if (frame > 0 && frame <= engine->frames.count)
        record = *(const uint32_t *)sn_pool_get(&engine->frames, frame);
    if (from_initiator)
        *from_initiator = record & FROM_INITIATOR;
    return record & ~(uint32_t)FROM_INITIATOR;
}

static sn_verdict_t judge(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome)
{
    if (f->contact == 0)
        return SN_VERDICT_NOT_NOISE; /* an asker of a group */
    const sn_host_t *source = sn_hosts_get(&e->hosts, f->initiator);
    const sn_host_t *target = sn_hosts_get(&e->hosts, f->responder);
    sn_flow_facts_t facts = {
        .chatter = f->seen & SN_FLOW_CHATTER || sn_flow_is_stream(f, &e->limits),
        .from_middle = f->seen & SN_FLOW_FROM_MIDDLE,
        .from_response = f->seen & SN_FLOW_FROM_RESPONSE,
        .inward = !e->home || (!source->home && target->home),
        .icmp_query = f->transport == SN_TRANSPORT_ICMP,
        .tail = f->seen & SN_FLOW_TAIL,
        .outcome = outcome,
    };
    sn_source_facts_t s = sn_source_facts(source, (sn_technique_t)f->technique, &e->limits);
    sn_target_facts_t t = {.home = target->home};
    if (facts.icmp_query && outcome == SN_OUTCOME_CONVERSATION)
        t.other_scanners =
            sn_hosts_other_scanners(&e->hosts, f->initiator, f->responder, &e->limits);
    return sn_judge(&facts, &s, &t, &e->limits);
}

void sn_engine_view(const sn_engine_t *engine, uint32_t flow, sn_flow_view_t *view)
{
    const sn_flow_t *f = flow_at(engine, flow);
    sn_outcome_t outcome = sn_flow_outcome(f);
    *view = (sn_flow_view_t){
        .flow = flow,
        .verdict = judge(engine, f, outcome),
        .technique = (sn_technique_t)f->technique,
        .tool = (sn_tool_t)f->tool,
        .outcome = outcome,
        .transport = (sn_transport_t)f->transport,
        .source = f->initiator,
        .target = f->responder,
        .port = f->dport,
        .has_port = f->transport == SN_TRANSPORT_TCP || f->transport == SN_TRANSPORT_UDP ||
                    f->transport == SN_TRANSPORT_SCTP,
        .first_frame = f->first_frame,
        .packets = f->packets,
    };
}

uint32_t sn_engine_flows(const sn_engine_t *engine)
{
    return engine->flows.count;
}

uint32_t sn_engine_hosts(const sn_engine_t *engine)
{
    return engine->hosts.pool.count;
}

uint64_t sn_engine_observed(const sn_engine_t *engine)
{
    return engine->observed;
}

uint64_t sn_engine_forgotten(const sn_engine_t *engine)
{
    return engine->forgotten;
}

sn_addr_t sn_engine_address(const sn_engine_t *engine, uint32_t host)
{
    return sn_hosts_address(&engine->hosts, host);
}

uint32_t sn_engine_first_flow(const sn_engine_t *engine, uint32_t host)
{
    return sn_hosts_get(&engine->hosts, host)->first_flow;
}

uint32_t sn_engine_next_flow(const sn_engine_t *engine, uint32_t flow)
{
    return flow_at(engine, flow)->next;
}
