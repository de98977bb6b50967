/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include "icmp.h"
#include "kind.h"
#include "standing.h"

#include <string.h>

enum {
    FROM_INITIATOR = 1U << 31, /* in a frame's record; the rest is the flow's number */
    IGNORED = FROM_INITIATOR,  /* no flow's number: the packet belongs to none */
    WITNESSES_EVERY = 8,       /* flows, at a target that has all its witnesses */
    WAITING = 16,              /* packets that wait for each other, see catch_up() */
};

/** A packet that was taken and not yet observed. */
typedef struct {
    uint32_t src_hash, dst_hash; /* of its addresses */
    sn_kind_t kind;
    sn_flow_key_t key; /* of SN_KIND_FLOW, once its hosts have numbers */
    sn_packet_t packet;
} waiting_t;

struct sn_engine {
    int references;
    sn_limits_t limits;
    GArray *home;
    uint32_t max_flows;
    sn_hash_key_t key;
    sn_hosts_t hosts;
    sn_flows_t flows;
    sn_standing_t standing;
    sn_pool_t frames; /* of uint32_t: FROM_INITIATOR and the flow's number; 0: no flow */
    uint32_t askers;  /* hosts and ports that have asked a group */
    uint64_t observed, forgotten;
    uint32_t first_forgotten; /* a frame */
    uint32_t waits;           /* packets */
    waiting_t waiting[WAITING];
};

static sn_flow_t *flow_at(const sn_engine_t *e, uint32_t number)
{
    return sn_flows_get(&e->flows, number);
}

static uint32_t *frame_at(const sn_engine_t *e, uint32_t frame)
{
    return (uint32_t *)sn_pool_at(&e->frames, frame, sizeof(uint32_t));
}

/* --- Life ------------------------------------------------------------------------------------ */

sn_engine_t *sn_engine_new(const sn_config_t *config)
{
    sn_engine_t *e = g_new0(sn_engine_t, 1);
    e->references = 1;
    e->limits = config->limits;
    e->home = config->home && config->home->len > 0 ? g_array_ref(config->home) : NULL;
    e->max_flows = config->max_flows;
    e->key = sn_hash_random_key();
    sn_hosts_init(&e->hosts, &e->key, e->home, config->max_hosts);
    sn_flows_init(&e->flows, &e->key);
    e->standing = sn_standing_of(&e->hosts, &e->flows, &e->limits);
    sn_pool_init(&e->frames, sizeof(uint32_t), true);
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
    sn_flows_clear(&engine->flows);
    sn_pool_clear(&engine->frames);
    if (engine->home)
        g_array_unref(engine->home);
    g_free(engine);
}

/* --- Flows ----------------------------------------------------------------------------------- */

static uint32_t number_of(sn_engine_t *e, const sn_addr_t *address)
{
    return sn_hosts_number(&e->hosts, address, sn_hosts_hash(&e->hosts, address));
}

static sn_ends_t ends_of_packet(sn_engine_t *e, const waiting_t *w)
{
    const sn_packet_t *p = &w->packet;
    sn_ends_t x = {
        .src = sn_hosts_number(&e->hosts, &p->src, w->src_hash),
        .dst = sn_hosts_number(&e->hosts, &p->dst, w->dst_hash),
        .sport = p->sport,
        .dport = p->dport,
        .transport = (uint8_t)p->transport,
    };
    if (p->transport != SN_TRANSPORT_ICMP)
        return x;
    x.dport = sn_icmp_kind(p->src.version, p->icmp_type);
    /* Errors answer, but not each other: those of either direction are a flow of their own. */
    if (x.dport == 0)
        x.sport = x.src < x.dst;
    return x;
}

/** Makes a flow, the newest of its source. @return 0: at the limit */
static inline uint32_t add_flow(sn_engine_t *e, const sn_ends_t *x, sn_index_place_t place)
{
    if (e->max_flows > 0 && e->flows.pool.count >= e->max_flows)
        return 0;
    uint32_t number = sn_flows_add(&e->flows, place, x);
    sn_host_t *source = sn_hosts_get(&e->hosts, x->src);
    flow_at(e, number)->previous = source->newest_flow;
    source->newest_flow = number;
    return number;
}

/** The same for where it is seldom called, and better not inlined. */
static G_GNUC_NO_INLINE uint32_t add_flow_seldom(sn_engine_t *e, const sn_ends_t *x,
                                                 sn_index_place_t place)
{
    return add_flow(e, x, place);
}

/** Counts a new flow for its source and at its target. Called when its technique is known. */
static inline void enter(sn_engine_t *e, uint32_t number)
{
    const sn_flow_t *f = flow_at(e, number);
    sn_counts_t counts = sn_standing_enter(&e->standing, number);
    if (counts != SN_COUNTS_FAILED || f->transport == SN_TRANSPORT_ICMP)
        return;
    if (!sn_hosts_get(&e->hosts, f->responder)->witnessed || number % WITNESSES_EVERY == 0)
        sn_hosts_witness(&e->hosts, f->initiator, f->responder, &e->limits);
}

static sn_ends_t asker(uint32_t host, uint16_t port)
{
    return (sn_ends_t){.src = host, .sport = port, .transport = SN_TRANSPORT_UDP};
}

/** Notes that a host has asked a group over UDP (mDNS, SSDP, broadcast discovery): whoever answers
 * to that port from an address of its own was asked. */
static void note_asker(sn_engine_t *e, const sn_packet_t *p)
{
    sn_ends_t x = asker(number_of(e, &p->src), p->sport);
    if (x.src == 0)
        return;
    sn_flow_key_t key = {.ends = x};
    sn_flows_prepare(&e->flows, &key);
    sn_index_place_t place = sn_flows_place(&e->flows, &key);
    if (place.id != 0)
        return;
    uint32_t number = add_flow_seldom(e, &x, place);
    if (number == 0)
        return;
    flow_at(e, number)->seen = SN_FLOW_CHATTER | SN_FLOW_NOTE;
    e->askers++;
}

static bool answers_a_group(const sn_engine_t *e, const sn_ends_t *x)
{
    if (e->askers == 0 || x->transport != SN_TRANSPORT_UDP)
        return false;
    sn_ends_t asked = asker(x->dst, x->dport);
    return sn_flows_find(&e->flows, &asked) != 0;
}

/** Names Unicornscan as the tool of this flow and an earlier one when they have the key in common. */
static void compare_unicornscan(sn_engine_t *e, uint32_t number, const sn_packet_t *p)
{
    uint32_t key;
    if (!sn_is_like_unicornscan(p, &key))
        return;
    sn_flow_t *f = flow_at(e, number);
    sn_host_more_t *more = sn_hosts_make_more(&e->hosts, sn_hosts_get(&e->hosts, f->initiator));
    if (more->unicornscan_flow != 0 && more->unicornscan_key == key) {
        sn_flow_t *other = flow_at(e, more->unicornscan_flow);
        bool elsewhere = other->responder != f->responder || other->dport != f->dport;
        if (elsewhere || other->tool == SN_TOOL_UNICORNSCAN)
            f->tool = other->tool = SN_TOOL_UNICORNSCAN;
    }
    more->unicornscan_flow = number;
    more->unicornscan_key = key;
}

static uint32_t begin(sn_engine_t *e, const sn_ends_t *x, sn_index_place_t place,
                      const sn_packet_t *p)
{
    uint32_t number = add_flow(e, x, place);
    if (number == 0)
        return 0;
    sn_flow_begin(flow_at(e, number), p);
    compare_unicornscan(e, number, p);
    if (answers_a_group(e, x))
        flow_at(e, number)->seen |= SN_FLOW_CHATTER;
    enter(e, number);
    return number;
}

/** Not inlined, nor is proceed(), so that a new flow, the common case, needs fewer registers. */
static G_GNUC_NO_INLINE uint32_t take_over(sn_engine_t *e, const sn_ends_t *x,
                                           sn_index_place_t place, const sn_packet_t *p)
{
    uint32_t response = place.id;
    uint32_t number = add_flow_seldom(e, x, place);
    if (number == 0)
        return 0;
    sn_flow_take_over(flow_at(e, number), flow_at(e, response), p);
    if (answers_a_group(e, x))
        flow_at(e, number)->seen |= SN_FLOW_CHATTER;
    enter(e, number);
    return number;
}

/** Within one host (loopback) only ports tell the directions apart, and for queries the type. */
static bool is_from_initiator(const sn_flow_t *f, const sn_ends_t *x, const sn_packet_t *p)
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
    *frame_at(e, frame) = flow | (from_initiator ? FROM_INITIATOR : 0U);
}

static G_GNUC_NO_INLINE void proceed(sn_engine_t *e, sn_flow_t *f, const sn_packet_t *p,
                                     bool from_initiator)
{
    sn_counts_t before = sn_flow_counts(f, &e->limits);
    bool was_aborted = sn_flow_was_aborted(f);
    sn_flow_continue(f, p, from_initiator);
    if (!was_aborted && sn_flow_was_aborted(f))
        sn_standing_aborted(&e->standing, f);
    sn_standing_recount(&e->standing, f, before, sn_flow_counts(f, &e->limits));
}

/** A packet of a flow, new or known. @return the flow's number; 0: at the limit */
static uint32_t observe_flow(sn_engine_t *e, const waiting_t *w, bool *from_initiator)
{
    const sn_packet_t *p = &w->packet;
    const sn_ends_t *x = &w->key.ends;
    *from_initiator = true;
    if (x->src == 0 || x->dst == 0)
        return 0;
    sn_index_place_t place = sn_flows_place(&e->flows, &w->key);
    uint32_t number = place.id;
    if (number != 0) {
        sn_flow_t *f = flow_at(e, number);
        bool by_initiator = is_from_initiator(f, x, p);
        bool asked_for = !by_initiator && sn_flow_was_asked_for(f, p) &&
                         !sn_flow_follows_silence(f, p, e->limits.reuse_seconds);
        if (asked_for)
            return take_over(e, x, place, p);
        if (!sn_flow_begins_anew(f, p, e->limits.reuse_seconds)) {
            proceed(e, f, p, by_initiator);
            *from_initiator = by_initiator;
            return number;
        }
    }
    return begin(e, x, place, p);
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
    sn_ends_t x = {src, dst, q->sport, dport, (uint8_t)q->transport};
    return sn_flows_find(&e->flows, &x);
}

/** Prepares a packet of a flow for observe_flow(). */
static void find_key(sn_engine_t *e, waiting_t *w)
{
    w->key.ends = ends_of_packet(e, w);
    sn_flows_prepare(&e->flows, &w->key);
}

/** An ICMP error. @return as observe() */
static uint32_t observe_error(sn_engine_t *e, waiting_t *w, bool *from_initiator)
{
    const sn_packet_t *p = &w->packet;
    uint32_t number = p->has_quote ? quoted_flow(e, &p->quote) : 0;
    if (number == 0 && p->has_quote && sn_is_quote_of_no_flow(&p->quote))
        return IGNORED;
    if (number == 0) {
        find_key(e, w);
        return observe_flow(e, w, from_initiator);
    }
    sn_flow_t *f = flow_at(e, number);
    uint32_t quoted_src = sn_hosts_find(&e->hosts, &p->quote.src);
    if (quoted_src == f->initiator)
        sn_flow_unreachable(f); /* still a failed flow, if it was one: nothing to recount */
    *from_initiator = false;
    return number;
}

/** Not inlined, as most packets are of a flow. @return as observe_flow(), or IGNORED */
static G_GNUC_NO_INLINE uint32_t observe_other(sn_engine_t *e, waiting_t *w, bool *from_initiator)
{
    if (w->kind == SN_KIND_ERROR)
        return observe_error(e, w, from_initiator);
    if (w->kind == SN_KIND_ASKER)
        note_asker(e, &w->packet);
    return IGNORED;
}

static inline void observe(sn_engine_t *e, waiting_t *w)
{
    bool from_initiator;
    uint32_t flow = w->kind == SN_KIND_FLOW ? observe_flow(e, w, &from_initiator)
                                            : observe_other(e, w, &from_initiator);
    e->observed++;
    if (flow == 0 && e->forgotten++ == 0)
        e->first_forgotten = w->packet.frame;
    else if (flow != 0 && flow != IGNORED)
        remember_frame(e, w->packet.frame, flow, from_initiator);
}

/* --- Packets that wait ----------------------------------------------------------------------- */

/* In a large capture what a packet needs is in memory, not in the processor's caches, and one place
 * there tells the next: a host's slot its record, both hosts the flow's slot. So packets wait until
 * there are some, and each step fetches for all of them at once what the next step looks at. */

/** Gives the hosts of packets their numbers, up to the first packet that looks for others.
 * @return how many packets */
static uint32_t number_hosts(sn_engine_t *e, waiting_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        w[i].kind = sn_kind_of(&w[i].packet);
        if (w[i].kind == SN_KIND_IGNORED)
            continue;
        if (w[i].kind != SN_KIND_FLOW)
            return i;
        find_key(e, &w[i]);
        sn_index_prefetch(&e->flows.by_ends, w[i].key.hash);
    }
    return count;
}

static void prefetch_hosts(const sn_engine_t *e, const waiting_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t src = sn_index_guess(&e->hosts.index, w[i].src_hash);
        uint32_t dst = sn_index_guess(&e->hosts.index, w[i].dst_hash);
        sn_prefetch(sn_hosts_get(&e->hosts, src));
        sn_prefetch(sn_hosts_get(&e->hosts, dst));
    }
}

/** Observes all packets that wait, in order. */
static G_GNUC_NO_INLINE void catch_up(sn_engine_t *e)
{
    uint32_t count = e->waits;
    e->waits = 0;
    if (e->hosts.pool.count > 0)
        prefetch_hosts(e, e->waiting, count);
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + number_hosts(e, e->waiting + i, count - i);
        for (; i < MIN(end + 1, count); i++)
            observe(e, &e->waiting[i]);
    }
}

/** The engine, when it has observed all packets. That changes it, whoever asks. */
static inline const sn_engine_t *caught_up(const sn_engine_t *engine)
{
    if (engine->waits > 0)
        catch_up((sn_engine_t *)(uintptr_t)engine);
    return engine;
}

sn_packet_t *sn_engine_next(sn_engine_t *engine)
{
    return &engine->waiting[engine->waits].packet;
}

void sn_engine_take(sn_engine_t *engine)
{
    waiting_t *w = &engine->waiting[engine->waits++];
    w->src_hash = sn_hosts_hash(&engine->hosts, &w->packet.src);
    w->dst_hash = sn_hosts_hash(&engine->hosts, &w->packet.dst);
    sn_index_prefetch(&engine->hosts.index, w->src_hash);
    sn_index_prefetch(&engine->hosts.index, w->dst_hash);
    if (engine->waits == WAITING)
        catch_up(engine);
}

uint32_t sn_engine_observe(sn_engine_t *engine, const sn_packet_t *packet, bool *from_initiator)
{
    *sn_engine_next(engine) = *packet;
    sn_engine_take(engine);
    return sn_engine_flow_of(engine, packet->frame, from_initiator);
}

void sn_engine_note_tunnel(sn_engine_t *engine, const sn_packet_t *carrier)
{
    caught_up(engine);
    sn_ends_t x = {
        .src = number_of(engine, &carrier->src),
        .dst = number_of(engine, &carrier->dst),
        .sport = carrier->sport,
        .dport = carrier->dport,
        .transport = (uint8_t)carrier->transport,
    };
    if (x.src == 0 || x.dst == 0)
        return;
    sn_flow_key_t key = {.ends = x};
    sn_flows_prepare(&engine->flows, &key);
    sn_index_place_t place = sn_flows_place(&engine->flows, &key);
    uint32_t number = place.id != 0 ? place.id : add_flow_seldom(engine, &x, place);
    if (number == 0)
        return;
    sn_flow_t *f = flow_at(engine, number);
    if (place.id == 0)
        f->seen = SN_FLOW_CHATTER | SN_FLOW_NOTE;
    sn_counts_t before = sn_flow_counts(f, &engine->limits);
    sn_flow_carries(f, carrier);
    sn_standing_recount(&engine->standing, f, before, SN_COUNTS_NOTHING);
}

/* --- Answers --------------------------------------------------------------------------------- */

uint32_t sn_engine_flow_of(const sn_engine_t *engine, uint32_t frame, bool *from_initiator)
{
    uint32_t record = 0;
    if (engine->waits > 0 && frame >= engine->waiting[0].packet.frame)
        caught_up(engine);
    if (frame > 0 && frame <= engine->frames.count)
        record = *frame_at(engine, frame);
    if (from_initiator)
        *from_initiator = record & FROM_INITIATOR;
    return record & ~(uint32_t)FROM_INITIATOR;
}

static sn_verdict_t judge(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome)
{
    const sn_host_t *source = sn_hosts_get(&e->hosts, f->initiator);
    const sn_host_t *target = sn_hosts_get(&e->hosts, f->responder);
    sn_flow_facts_t facts = {
        .chatter = f->seen & SN_FLOW_CHATTER || sn_flow_is_stream(f, &e->limits),
        .from_middle = f->seen & SN_FLOW_FROM_MIDDLE,
        .from_response = f->seen & SN_FLOW_FROM_RESPONSE,
        .inward = !e->home || (!source->home && target->home),
        .icmp_query = f->transport == SN_TRANSPORT_ICMP,
        .tail = f->seen & SN_FLOW_TAIL,
        .served = outcome == SN_OUTCOME_CONNECTED && f->seen & SN_FLOW_SERVED,
        .outcome = outcome,
    };
    sn_source_facts_t s =
        sn_source_facts(&e->hosts, source, (sn_technique_t)f->technique, &e->limits);
    /* Without home networks the target is not looked at: it is far away in memory. */
    sn_target_facts_t t = {.home = e->home && target->home};
    if (facts.icmp_query && outcome == SN_OUTCOME_CONVERSATION)
        t.other_scanners =
            sn_hosts_other_scanners(&e->hosts, f->initiator, f->responder, &e->limits);
    return sn_judge(&facts, &s, &t, &e->limits);
}

void sn_engine_view(const sn_engine_t *engine, uint32_t flow, sn_flow_view_t *view)
{
    const sn_flow_t *f = flow_at(caught_up(engine), flow);
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

uint32_t sn_engine_source(const sn_engine_t *engine, uint32_t flow)
{
    return flow_at(engine, flow)->initiator;
}

void sn_engine_prefetch(const sn_engine_t *engine, uint32_t flow)
{
    sn_pool_prefetch(&engine->flows.pool, flow);
}

uint32_t sn_engine_flows(const sn_engine_t *engine)
{
    return caught_up(engine)->flows.pool.count;
}

uint32_t sn_engine_hosts(const sn_engine_t *engine)
{
    return caught_up(engine)->hosts.pool.count;
}

uint32_t sn_engine_frames(const sn_engine_t *engine)
{
    return caught_up(engine)->frames.count;
}

uint64_t sn_engine_observed(const sn_engine_t *engine)
{
    return caught_up(engine)->observed;
}

uint64_t sn_engine_forgotten(const sn_engine_t *engine)
{
    return caught_up(engine)->forgotten;
}

uint32_t sn_engine_first_forgotten(const sn_engine_t *engine)
{
    return engine->first_forgotten;
}

sn_addr_t sn_engine_address(const sn_engine_t *engine, uint32_t host)
{
    return sn_hosts_address(&engine->hosts, host);
}

uint32_t sn_engine_newest_flow(const sn_engine_t *engine, uint32_t host)
{
    return sn_hosts_get(&caught_up(engine)->hosts, host)->newest_flow;
}

uint32_t sn_engine_previous_flow(const sn_engine_t *engine, uint32_t flow)
{
    return flow_at(engine, flow)->previous;
}
