/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe.h"

#include "icmp.h"
#include "innocent.h"
#include "notes.h"

/** No flow's number: the packet belongs to none. */
#define IGNORED SN_FROM_INITIATOR

enum {
    WITNESSES_EVERY = 8, /* flows, at a target that has all its witnesses */
    /* What a probe has that met nothing but a refusal. */
    OF_A_PROBE = SN_FLOW_HANDMADE | SN_FLOW_IMPOSSIBLE | SN_FLOW_TIMESTAMPS | SN_FLOW_DIFFERS |
                 SN_FLOW_SYN_PAYLOAD | SN_FLOW_REFUSED | SN_FLOW_UNREACHABLE | SN_FLOW_RESET |
                 SN_FLOW_CLOSED,
};

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

/** Notes a new flow at its source and its target. Called when its technique is known. */
static inline void enter(sn_engine_t *e, uint32_t number)
{
    const sn_flow_t *f = sn_state_flow(e, number);
    bool plain = (f->seen & ((1U << SN_FLOW_CONTEXT_SHIFT) - 1) & ~(unsigned)OF_A_PROBE) == 0;
    if (!plain || f->ttl <= SN_PATH_TTL)
        sn_hosts_get(&e->hosts, f->initiator)->eventful = true;
    if (!plain || f->transport == SN_TRANSPORT_ICMP)
        return;
    sn_host_t *target = sn_hosts_get(&e->hosts, f->responder);
    if (!target->witnessed || number % WITNESSES_EVERY == 0)
        sn_hosts_witness(&e->hosts, f->initiator, target);
}

/** @param port or an ICMP query's identifier */
static sn_ends_t asker(uint32_t host, uint16_t port, unsigned transport)
{
    return (sn_ends_t){.src = host, .sport = port, .transport = (uint8_t)transport};
}

/** Notes that a host has asked a group over UDP (mDNS, SSDP, broadcast discovery) or with a ping: whoever answers
 * to that port or identifier from an address of its own was asked. */
static void note_asker(sn_engine_t *e, const sn_packet_t *p)
{
    sn_ends_t x = asker(sn_state_host(e, &p->src), p->sport, p->transport);
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
    bool icmp = x->transport == SN_TRANSPORT_ICMP;
    if (e->askers == 0 || (x->transport != SN_TRANSPORT_UDP && !icmp))
        return false;
    sn_ends_t asked = asker(x->dst, icmp ? x->sport : x->dport, x->transport);
    return sn_flows_find(&e->flows, &asked) != 0;
}

static void name_unicornscan(sn_flow_t *one, sn_flow_t *other)
{
    sn_flow_set_tool(one, SN_TOOL_UNICORNSCAN);
    sn_flow_set_tool(other, SN_TOOL_UNICORNSCAN);
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
        if (elsewhere || sn_flow_tool(other) == SN_TOOL_UNICORNSCAN)
            name_unicornscan(f, other);
    }
    more->unicornscan_flow = number;
    more->unicornscan_key = key;
}

/** Whether a new UDP flow answers this one, of the other direction. */
static bool answers(const sn_flow_t *answer, const sn_flow_t *request)
{
    enum { SOON = 60 }; /* seconds; resolvers and TFTP give up long before */
    int32_t since = (int32_t)(answer->first_second - request->last_second);
    bool waits = request->transport == SN_TRANSPORT_UDP && since >= 0 && since <= SOON &&
                 !(request->seen & (SN_FLOW_NOTE | SN_FLOW_CHATTER | SN_FLOW_FROM_RESPONSE));
    if (!waits)
        return false;
    bool from_target = request->responder == answer->initiator;
    bool to_asker = request->sport == answer->dport;
    bool other_address = request->dport == answer->sport && request->mark != 0 &&
                         request->mark == answer->mark; /* 0: too short */
    /* Two programs that send to each other's fixed port: BFD (RFC 5881), VXLAN (RFC 7348). */
    bool mutual = from_target && request->dport == answer->dport;
    return (to_asker && (from_target || other_address)) || mutual;
}

/** Looks whether a new UDP flow is the answer to what its target has asked somebody. In a telescope targets ask nothing. */
static void look_for_request(sn_engine_t *e, sn_flow_t *answer)
{
    enum { NEWEST = 64 };
    uint32_t number = sn_hosts_get(&e->hosts, answer->responder)->newest_flow;
    for (int i = 0; number != 0 && i < NEWEST; i++) {
        sn_flow_t *request = sn_state_flow(e, number);
        if (answers(answer, request)) {
            answer->seen |= SN_FLOW_ELSEWHERE;
            if (!(request->seen & SN_FLOW_ANSWERED)) {
                request->seen |= SN_FLOW_ANSWERED;
                if (sn_is_conversation(e, request)) /* rather than an answer, too */
                    sn_note_conversation(e, request);
            }
            return;
        }
        number = request->previous;
    }
}

static uint32_t begin(sn_engine_t *e, const sn_ends_t *x, sn_index_place_t place,
                      const sn_packet_t *p)
{
    uint32_t number = add_flow(e, x, place);
    if (number == 0)
        return 0;
    sn_flow_t *f = sn_state_flow(e, number);
    sn_flow_begin(f, p);
    compare_unicornscan(e, number, p);
    if (answers_a_group(e, x) || sn_is_of_lease(e, f))
        f->seen |= SN_FLOW_CHATTER;
    if (f->transport == SN_TRANSPORT_UDP && f->initiator != f->responder) {
        look_for_request(e, f);
        sn_note_like(e, f);
    }
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
    sn_flow_t *f = sn_state_flow(e, number);
    sn_flow_take_over(f, sn_state_flow(e, response), p);
    if (answers_a_group(e, x))
        f->seen |= SN_FLOW_CHATTER;
    sn_note_answer(e, f, 0);
    if (sn_is_conversation(e, f))
        sn_note_conversation(e, f);
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
    bool conversed = sn_is_conversation(e, f);
    unsigned before = f->seen;
    sn_flow_continue(f, p, from_initiator);
    if (f->first_frame == 0) /* the first one was dropped */
        f->first_frame = p->frame;
    if (f->seen == before)
        return;
    if (f->seen & ~(unsigned)OF_A_PROBE)
        sn_hosts_get(&e->hosts, f->initiator)->eventful = true;
    sn_note_answer(e, f, before);
    if (f->seen & SN_FLOW_REFUSED && !(before & SN_FLOW_REFUSED) &&
        f->transport == SN_TRANSPORT_TCP)
        sn_note_like(e, f);
    if (!conversed && sn_is_conversation(e, f))
        sn_note_conversation(e, f);
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

static void note_error(sn_engine_t *e, sn_flow_t *f, const sn_packet_t *p)
{
    bool expired = sn_icmp_is_time_exceeded(p->src.version, p->icmp_type);
    sn_flow_unreachable(f, expired);
    if (expired)
        sn_hosts_get(&e->hosts, f->initiator)->eventful = true;
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
        note_error(e, f, p);
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
    if (w->kind == SN_KIND_DHCP)
        sn_note_dhcp(e, &w->packet);
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
static void take_back(sn_flow_t *f, uint32_t frame, bool from_initiator)
{
    if (f->first_frame == frame)
        f->first_frame = 0; /* the next one's to be */
    if (from_initiator)
        f->packets--;
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
    uint32_t *record = sn_state_frame(e, frame), flow = *record & ~SN_FROM_INITIATOR;
    if (flow != 0)
        take_back(sn_state_flow(e, flow), frame, *record & SN_FROM_INITIATOR);
    *record = 0;
}

void sn_observe_tunnel(sn_engine_t *e, const sn_packet_t *carrier)
{
    sn_ends_t x = {
        .src = sn_state_host(e, &carrier->src),
        .dst = sn_state_host(e, &carrier->dst),
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
    sn_flow_carries(f, carrier);
}
