/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe.h"

#include "icmp.h"

enum {
    IGNORED = SN_FROM_INITIATOR, /* no flow's number: the packet belongs to none */
    WITNESSES_EVERY = 8,         /* flows, at a target that has all its witnesses */
};

static uint32_t number_of(sn_engine_t *e, const sn_addr_t *address)
{
    return sn_hosts_number(&e->hosts, address, sn_hosts_hash(&e->hosts, address));
}

static sn_ends_t ends_of_packet(sn_engine_t *e, const sn_waiting_t *w)
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

void sn_observe_prepare(sn_engine_t *e, sn_waiting_t *w)
{
    w->key.ends = ends_of_packet(e, w);
    sn_flows_prepare(&e->flows, &w->key);
}

/** Makes a flow, the newest of its source. @return 0: at the limit */
static inline uint32_t add_flow(sn_engine_t *e, const sn_ends_t *x, sn_index_place_t place)
{
    if (!sn_memory_has_room(e, x->src, x->dst))
        return 0;
    uint32_t number = sn_flows_add(&e->flows, place, x);
    sn_host_t *source = sn_hosts_get(&e->hosts, x->src);
    sn_state_flow(e, number)->previous = source->newest_flow;
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
    const sn_flow_t *f = sn_state_flow(e, number);
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
    sn_state_flow(e, number)->seen = SN_FLOW_CHATTER | SN_FLOW_NOTE;
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
    sn_flow_t *f = sn_state_flow(e, number);
    sn_host_more_t *more = sn_hosts_make_more(&e->hosts, sn_hosts_get(&e->hosts, f->initiator));
    if (more->unicornscan_flow != 0 && more->unicornscan_key == key) {
        sn_flow_t *other = sn_state_flow(e, more->unicornscan_flow);
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
    sn_flow_begin(sn_state_flow(e, number), p);
    compare_unicornscan(e, number, p);
    if (answers_a_group(e, x))
        sn_state_flow(e, number)->seen |= SN_FLOW_CHATTER;
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
    sn_flow_take_over(sn_state_flow(e, number), sn_state_flow(e, response), p);
    if (answers_a_group(e, x))
        sn_state_flow(e, number)->seen |= SN_FLOW_CHATTER;
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
    *sn_state_frame(e, frame) = flow | (from_initiator ? SN_FROM_INITIATOR : 0U);
}

static G_GNUC_NO_INLINE void proceed(sn_engine_t *e, sn_flow_t *f, const sn_packet_t *p,
                                     bool from_initiator)
{
    sn_counts_t before = sn_flow_counts(f, &e->limits);
    bool was_aborted = sn_flow_was_aborted(f);
    sn_flow_continue(f, p, from_initiator);
    if (f->first_frame == 0) /* the first one was dropped */
        f->first_frame = p->frame;
    if (!was_aborted && sn_flow_was_aborted(f))
        sn_standing_aborted(&e->standing, f);
    sn_standing_recount(&e->standing, f, before, sn_flow_counts(f, &e->limits));
}

/** A packet of a flow, new or known. @return the flow's number; 0: at the limit */
static uint32_t observe_flow(sn_engine_t *e, const sn_waiting_t *w, bool *from_initiator)
{
    const sn_packet_t *p = &w->packet;
    const sn_ends_t *x = &w->key.ends;
    *from_initiator = true;
    if (x->src == 0 || x->dst == 0)
        return 0;
    sn_index_place_t place = sn_flows_place(&e->flows, &w->key);
    uint32_t number = place.id;
    if (number != 0) {
        sn_flow_t *f = sn_state_flow(e, number);
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

/** An ICMP error. @return as observe_other() */
static uint32_t observe_error(sn_engine_t *e, sn_waiting_t *w, bool *from_initiator)
{
    const sn_packet_t *p = &w->packet;
    uint32_t number = p->has_quote ? quoted_flow(e, &p->quote) : 0;
    if (number == 0 && p->has_quote && sn_is_quote_of_no_flow(&p->quote))
        return IGNORED;
    if (number == 0) {
        sn_observe_prepare(e, w);
        return observe_flow(e, w, from_initiator);
    }
    sn_flow_t *f = sn_state_flow(e, number);
    uint32_t quoted_src = sn_hosts_find(&e->hosts, &p->quote.src);
    if (quoted_src == f->initiator)
        sn_flow_unreachable(f); /* still a failed flow, if it was one: nothing to recount */
    *from_initiator = false;
    return number;
}

/** Not inlined, as most packets are of a flow. @return as observe_flow(), or IGNORED */
static G_GNUC_NO_INLINE uint32_t observe_other(sn_engine_t *e, sn_waiting_t *w,
                                               bool *from_initiator)
{
    if (w->kind == SN_KIND_ERROR)
        return observe_error(e, w, from_initiator);
    if (w->kind == SN_KIND_ASKER)
        note_asker(e, &w->packet);
    return IGNORED;
}

static void note_forgotten(sn_engine_t *e, uint32_t frame)
{
    e->forgotten++;
    e->last_forgotten = frame;
    if (e->first_forgotten == 0)
        e->first_forgotten = frame;
}

void sn_observe(sn_engine_t *e, sn_waiting_t *w)
{
    bool from_initiator;
    uint32_t flow = w->kind == SN_KIND_FLOW ? observe_flow(e, w, &from_initiator)
                                            : observe_other(e, w, &from_initiator);
    e->observed++;
    if (flow == 0)
        note_forgotten(e, w->packet.frame);
    else if (flow != IGNORED)
        remember_frame(e, w->packet.frame, flow, from_initiator);
}

/** Takes back that a frame is one of the flow's. */
static void take_back(sn_engine_t *e, sn_flow_t *f, uint32_t frame, bool from_initiator)
{
    if (f->first_frame == frame)
        f->first_frame = 0; /* the next one's to be */
    if (!from_initiator)
        return;
    sn_counts_t before = sn_flow_counts(f, &e->limits);
    f->packets--;
    sn_standing_recount(&e->standing, f, before, sn_flow_counts(f, &e->limits));
}

void sn_observe_forget(sn_engine_t *e, uint32_t frame)
{
    e->observed++;
    if (frame == e->last_forgotten) {
        e->forgotten--;
        e->last_forgotten = 0;
        if (frame == e->first_forgotten)
            e->first_forgotten = 0;
    }
    if (frame == 0 || frame > e->frames.count)
        return;
    uint32_t *record = sn_state_frame(e, frame), flow = *record & ~(uint32_t)SN_FROM_INITIATOR;
    if (flow != 0)
        take_back(e, sn_state_flow(e, flow), frame, *record & SN_FROM_INITIATOR);
    *record = 0;
}

void sn_observe_tunnel(sn_engine_t *e, const sn_packet_t *carrier)
{
    sn_ends_t x = {
        .src = number_of(e, &carrier->src),
        .dst = number_of(e, &carrier->dst),
        .sport = carrier->sport,
        .dport = carrier->dport,
        .transport = (uint8_t)carrier->transport,
    };
    if (x.src == 0 || x.dst == 0)
        return;
    sn_flow_key_t key = {.ends = x};
    sn_flows_prepare(&e->flows, &key);
    sn_index_place_t place = sn_flows_place(&e->flows, &key);
    uint32_t number = place.id != 0 ? place.id : add_flow_seldom(e, &x, place);
    if (number == 0)
        return;
    sn_flow_t *f = sn_state_flow(e, number);
    if (place.id == 0)
        f->seen = SN_FLOW_CHATTER | SN_FLOW_NOTE;
    sn_counts_t before = sn_flow_counts(f, &e->limits);
    sn_flow_carries(f, carrier);
    sn_standing_recount(&e->standing, f, before, SN_COUNTS_NOTHING);
}
