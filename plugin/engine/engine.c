/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include "notes.h"
#include "observe.h"

/* --- Life ------------------------------------------------------------------------------------ */

sn_engine_t *sn_engine_new(const sn_config_t *config)
{
    sn_engine_t *e = g_new0(sn_engine_t, 1);
    e->references = 1;
    e->limits = config->limits;
    e->home = config->home && config->home->len > 0 ? g_array_ref(config->home) : NULL;
    sn_memory_init(&e->memory, config->max_memory);
    e->key = sn_hash_random_key();
    sn_hosts_init(&e->hosts, &e->key, e->home);
    sn_flows_init(&e->flows, &e->key);
    sn_record_init(&e->record, &e->key);
    sn_uris_init(&e->uris, &e->key);
    sn_pool_init(&e->sources, sizeof(sn_source_t), true);
    sn_scratch_init(&e->scratch);
    e->capture =
        (sn_capture_t){&e->hosts, &e->flows, &e->record, &e->limits, &e->scratch, e->home != NULL};
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
    sn_record_clear(&engine->record);
    sn_uris_clear(&engine->uris);
    sn_pool_clear(&engine->sources);
    sn_scratch_clear(&engine->scratch);
    sn_pool_clear(&engine->frames);
    if (engine->home)
        g_array_unref(engine->home);
    g_free(engine);
}

/* --- Packets that wait ----------------------------------------------------------------------- */

/* In a large capture what a packet needs is in memory, not in the processor's caches, and one place
 * there tells the next: a host's slot its record, both hosts the flow's slot. So packets wait until
 * there are some, and each step fetches for all of them at once what the next step looks at. */

/** Gives the hosts of packets their numbers, up to the first packet that looks for others.
 * @return how many packets */
static uint32_t number_hosts(sn_engine_t *e, sn_waiting_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        w[i].kind = sn_kind_of(&w[i].packet);
        if (w[i].kind == SN_KIND_IGNORED)
            continue;
        if (w[i].kind != SN_KIND_FLOW)
            return i;
        sn_observe_prepare(e, &w[i]);
        sn_index_prefetch(&e->flows.by_ends, w[i].key.hash);
        if (w[i].key.ends.dst != 0)
            sn_hosts_prefetch_more(&e->hosts, w[i].key.ends.dst);
    }
    return count;
}

static void prefetch_hosts(const sn_engine_t *e, const sn_waiting_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t src = sn_index_guess(&e->hosts.by_address, w[i].src_hash);
        uint32_t dst = sn_index_guess(&e->hosts.by_address, w[i].dst_hash);
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
            sn_observe(e, &e->waiting[i]);
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

/** Notes the URI of the packet that was just taken, while it can still be read. */
static G_GNUC_NO_INLINE void take_uri(sn_engine_t *e, const sn_packet_t *p)
{
    bool from_initiator;
    catch_up(e);
    uint32_t flow = sn_engine_flow_of(e, p->frame, &from_initiator);
    if (flow != 0 && from_initiator)
        sn_note_probe_uri(e, flow, p);
}

void sn_engine_take(sn_engine_t *engine)
{
    sn_waiting_t *w = &engine->waiting[engine->waits++];
    w->src_hash = sn_hosts_hash(&engine->hosts, &w->packet.src);
    w->dst_hash = sn_hosts_hash(&engine->hosts, &w->packet.dst);
    sn_index_prefetch(&engine->hosts.by_address, w->src_hash);
    sn_index_prefetch(&engine->hosts.by_address, w->dst_hash);
    if (w->packet.probe_uri_len > 0)
        take_uri(engine, &w->packet);
    else if (engine->waits == SN_WAITING)
        catch_up(engine);
}

uint32_t sn_engine_observe(sn_engine_t *engine, const sn_packet_t *packet, bool *from_initiator)
{
    *sn_engine_next(engine) = *packet;
    sn_engine_take(engine);
    return sn_engine_flow_of(engine, packet->frame, from_initiator);
}

void sn_engine_forget_frame(sn_engine_t *engine, uint32_t frame)
{
    caught_up(engine);
    sn_observe_forget(engine, frame);
}

void sn_engine_note_tunnel(sn_engine_t *engine, const sn_packet_t *carrier)
{
    caught_up(engine);
    sn_observe_tunnel(engine, carrier);
}

void sn_engine_note_name(sn_engine_t *engine, const sn_addr_t *client, const sn_addr_t *named,
                         int64_t time_us)
{
    caught_up(engine);
    sn_note_name(engine, client, named, time_us);
}

void sn_engine_set_reading(sn_engine_t *engine, bool reading)
{
    engine->reading = reading;
}

/* --- Answers --------------------------------------------------------------------------------- */

uint32_t sn_engine_flow_of(const sn_engine_t *engine, uint32_t frame, bool *from_initiator)
{
    uint32_t record = 0;
    if (engine->waits > 0 && frame >= engine->waiting[0].packet.frame)
        caught_up(engine);
    if (frame > 0 && frame <= engine->frames.count)
        record = *sn_state_frame(engine, frame);
    if (from_initiator)
        *from_initiator = record & SN_FROM_INITIATOR;
    return record & ~SN_FROM_INITIATOR;
}

/** Whether what was added up of a source will do. While packets come, those of a source with many flows change little
 * between two questions. */
static bool is_fresh(const sn_engine_t *e, sn_source_t *source)
{
    enum { LAG = 4 };
    return source->observed == e->observed ||
           (e->reading && source->asked++ < source->walked / LAG);
}

/** What a host is as a source, added up when it has to be.
 * @param alone out: for who has one flow and so needs no record of its own */
static sn_source_t *source_of(const sn_engine_t *e, uint32_t host, sn_source_t *alone)
{
    sn_host_t *h = sn_hosts_get(&e->hosts, host);
    bool one_flow =
        h->source == 0 && (h->newest_flow == 0 || sn_state_flow(e, h->newest_flow)->previous == 0);
    if (one_flow) {
        alone->noted = false;
        sn_source_add_up(&e->capture, host, alone);
        h->eventful |= alone->noted; /* for the next time, as nobody keeps what is noted */
        return alone;
    }
    if (h->source == 0)
        h->source = sn_pool_add((sn_pool_t *)(uintptr_t)&e->sources);
    sn_source_t *source = (sn_source_t *)sn_pool_at(&e->sources, h->source, sizeof(sn_source_t));
    if (source->walked > 0 && is_fresh(e, source))
        return source;
    sn_source_add_up(&e->capture, host, source);
    source->observed = e->observed;
    source->asked = 0;
    source->like.reason = SN_REASON_NONE;
    return source;
}

sn_source_facts_t sn_engine_source_facts(const sn_engine_t *engine, uint32_t source)
{
    sn_source_t alone;
    return source_of(caught_up(engine), source, &alone)->facts;
}

/** Whether a flow of the target speaks for the source's response: it goes to the source, or from the same port to the same
 * port of another. */
static bool is_request_like(const sn_flow_t *request, const sn_flow_t *response)
{
    if (request->seen & (SN_FLOW_NOTE | SN_FLOW_FROM_RESPONSE))
        return false;
    return request->responder == response->initiator ||
           (sn_has_port((sn_transport_t)response->transport) &&
            request->transport == response->transport && request->sport == response->dport &&
            request->dport == response->sport);
}

/** Whether the target talks with the source, as far as its newest flows tell. In a telescope targets begin none. */
static bool is_talking(const sn_engine_t *e, const sn_flow_t *f)
{
    enum { NEWEST = 256 };
    uint32_t number = sn_hosts_get(&e->hosts, f->responder)->newest_flow;
    for (int i = 0; number != 0 && i < NEWEST; i++) {
        const sn_flow_t *other = sn_state_flow(e, number);
        if (is_request_like(other, f))
            return true;
        number = other->previous;
    }
    return false;
}

static bool is_pending(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome)
{
    return e->reading && outcome == SN_OUTCOME_UNANSWERED &&
           sn_record_find(&e->record, SN_RECORD_SERVICE, f->responder, 0,
                          sn_service(f->transport, f->dport));
}

/** Whether the source is of the target's own network. Where home networks are set, they tell. */
static bool is_local(const sn_engine_t *e, const sn_flow_t *f, const sn_host_t *source)
{
    if (e->home || source->local || !source->v6)
        return !e->home && source->local;
    sn_addr_t from = sn_hosts_address(&e->hosts, f->initiator);
    sn_addr_t to = sn_hosts_address(&e->hosts, f->responder);
    return sn_addr_same_link(&from, &to);
}

/** @param source added up already, as that notes the context */
static sn_flow_facts_t flow_facts(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome,
                                  const sn_source_t *source)
{
    const sn_host_t *host = sn_hosts_get(&e->hosts, f->initiator);
    int tail = f->seen & SN_FLOW_TAIL ? sn_tail_of((sn_technique_t)f->technique) : -1;
    sn_flow_facts_t facts = {
        .inward = sn_is_inward(&e->capture, f),
        .outward = !e->home && host->local && !sn_hosts_get(&e->hosts, f->responder)->local,
        .local = is_local(e, f, host),
        .from_response = f->seen & SN_FLOW_FROM_RESPONSE,
        .odd_response = f->seen & SN_FLOW_ODD_RESPONSE,
        .handmade = sn_flow_is_handmade(f),
        .ping = f->technique == SN_TECHNIQUE_ICMP_ECHO,
        .tail = f->seen & SN_FLOW_TAIL,
        .served = outcome == SN_OUTCOME_CONNECTED && f->seen & SN_FLOW_SERVED,
        .follows = f->seen & SN_FLOW_FOLLOWS,
        .pending = is_pending(e, f, outcome),
        .same_tail = tail < 0 ? 0 : source->tails[tail],
        .outcome = outcome,
        .own = sn_flow_reason(f, &e->limits),
        .context = sn_flow_context(f),
    };
    facts.reflected = sn_is_reflected(&e->capture, f);
    facts.talking = (facts.from_response || facts.reflected) && is_talking(e, f);
    return facts;
}

/** @param outcome the flow's
 * @param source  added up */
static sn_reason_t judge_by_all(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome,
                                const sn_source_t *source)
{
    sn_flow_facts_t facts = flow_facts(e, f, outcome, source);
    /* Without home networks the target is not looked at: it is far away in memory. */
    sn_target_facts_t t = {.home = e->home && sn_hosts_get(&e->hosts, f->responder)->home};
    if (facts.ping && outcome == SN_OUTCOME_CONVERSATION)
        t.other_scanners = sn_hosts_other_scanners(&e->hosts, f->initiator, f->responder);
    return sn_judge(&facts, &source->facts, &t, &e->limits);
}

/** Whether nothing but its source, its technique and what was seen of it has a say in a flow's verdict: no packets, times or
 * ports as with UDP, no target as at home, and no network as with IPv6. So it is with most of a telescope's flows. */
static bool is_judged_by_its_like(const sn_engine_t *e, const sn_flow_t *f)
{
    const sn_host_t *host = sn_hosts_get(&e->hosts, f->initiator);
    return f->transport == SN_TRANSPORT_TCP && !e->home && !e->reading && !host->local &&
           !host->v6 && !(f->seen & (SN_FLOW_FROM_RESPONSE | SN_FLOW_FROM_MIDDLE)) &&
           f->initiator != f->responder;
}

/** @param outcome the flow's */
static sn_reason_t judge(const sn_engine_t *e, const sn_flow_t *f, sn_outcome_t outcome)
{
    if (f->responder == 0) /* a note of who has asked a group */
        return SN_REASON_LINK_TRAFFIC;
    sn_source_t alone;
    sn_source_t *source =
        source_of(e, f->initiator, &alone); /* first, as it notes what is seen of its flows */
    if (source == &alone || !is_judged_by_its_like(e, f))
        return judge_by_all(e, f, outcome, source);
    if (source->like.reason == SN_REASON_NONE || source->like.seen != f->seen ||
        source->like.technique != (sn_technique_t)f->technique) {
        source->like.reason = judge_by_all(e, f, outcome, source);
        source->like.seen = f->seen;
        source->like.technique = (sn_technique_t)f->technique;
    }
    return source->like.reason;
}

void sn_engine_view(const sn_engine_t *engine, uint32_t flow, sn_flow_view_t *view)
{
    const sn_flow_t *f = sn_state_flow(caught_up(engine), flow);
    sn_outcome_t outcome = sn_flow_outcome(f);
    sn_reason_t reason = judge(engine, f, outcome);
    *view = (sn_flow_view_t){
        .flow = flow,
        .verdict = sn_reason_verdict(reason),
        .reason = reason,
        .technique = reason == SN_REASON_ODD_RESPONSES ? SN_TECHNIQUE_TCP_OTHER
                                                       : (sn_technique_t)f->technique,
        .tool = sn_flow_tool(f),
        .asked = (sn_asked_t)f->asked,
        .outcome = outcome,
        .transport = (sn_transport_t)f->transport,
        .source = f->initiator,
        .target = f->responder,
        .port = f->dport,
        .has_port = sn_has_port((sn_transport_t)f->transport),
        .traits = sn_flow_traits(f),
        .to_home = engine->home && sn_hosts_get(&engine->hosts, f->responder)->home,
        .lasting = sn_flow_is_lasting(f),
        .first_frame = f->first_frame,
        .first_second = f->first_second,
        .packets = f->packets,
    };
}

uint32_t sn_engine_source(const sn_engine_t *engine, uint32_t flow)
{
    return sn_state_flow(engine, flow)->initiator;
}

uint32_t sn_engine_target(const sn_engine_t *engine, uint32_t flow)
{
    return sn_state_flow(engine, flow)->responder;
}

uint32_t sn_engine_service(const sn_engine_t *engine, uint32_t flow)
{
    const sn_flow_t *f = sn_state_flow(engine, flow);
    return sn_service(f->transport, f->dport);
}

unsigned sn_engine_answers(const sn_engine_t *engine, uint32_t flow, uint32_t *service)
{
    const sn_flow_t *f = sn_state_flow(engine, flow);
    *service = sn_service(f->transport, 0);
    if (sn_has_port((sn_transport_t)f->transport))
        *service |= f->sport;
    return sn_answers_of(f);
}

const char *sn_engine_probe_uri(const sn_engine_t *engine, uint32_t flow)
{
    if (engine->uris.pool.count == 0) /* as in most captures: no look-up for each flow */
        return NULL;
    const sn_note_t *note = sn_record_find(&engine->record, SN_RECORD_PROBE_URI, 0, 0, flow);
    return note ? sn_uris_text(&engine->uris, note->first) : NULL;
}

void sn_engine_prefetch(const sn_engine_t *engine, uint32_t host)
{
    sn_prefetch(sn_hosts_get(&engine->hosts, host));
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

uint64_t sn_engine_memory(const sn_engine_t *engine)
{
    return sn_memory_used(caught_up(engine));
}

uint32_t sn_engine_first_forgotten(const sn_engine_t *engine)
{
    return engine->first_forgotten;
}

bool sn_engine_is_v6(const sn_engine_t *engine, uint32_t host)
{
    return sn_hosts_get(&engine->hosts, host)->v6;
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
    return sn_state_flow(engine, flow)->previous;
}
