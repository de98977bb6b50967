/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "notes.h"

#include "capture_time.h"

G_GNUC_NO_INLINE void sn_note_conversation(sn_engine_t *e, const sn_flow_t *f)
{
    if (f->transport == SN_TRANSPORT_ICMP)
        return;
    sn_hosts_get(&e->hosts, f->initiator)->conversed = true;
    sn_hosts_get(&e->hosts, f->initiator)->eventful = true;
    sn_hosts_get(&e->hosts, f->responder)->recorded = true;
    sn_record_note(&e->record, SN_RECORD_CONVERSED, f->initiator, f->responder, 0, NULL);
    if (f->transport != SN_TRANSPORT_UDP)
        return;
    sn_record_note(&e->record, SN_RECORD_SOCKET, f->initiator, 0, f->sport, NULL)->first++;
    sn_record_note(&e->record, SN_RECORD_SOCKET, f->responder, 0, f->dport, NULL)->last++;
}

bool sn_is_conversation(const sn_engine_t *e, const sn_flow_t *f)
{
    return sn_flow_reason(f, &e->limits) == SN_REASON_NONE &&
           sn_flow_outcome(f) == SN_OUTCOME_CONVERSATION;
}

void sn_note_answer(sn_engine_t *e, const sn_flow_t *f, unsigned before)
{
    if (!(f->seen & SN_FLOW_ANSWERED) || before & SN_FLOW_ANSWERED ||
        f->seen & SN_FLOW_FROM_RESPONSE)
        return;
    uint32_t service = sn_service(f->transport, f->dport);
    sn_record_note(&e->record, SN_RECORD_SERVICE, f->responder, 0, service, NULL);
    if (f->transport == SN_TRANSPORT_TCP && f->seen & SN_FLOW_FROM_MIDDLE &&
        !(f->seen & SN_FLOW_CHATTER)) {
        sn_record_note(&e->record, SN_RECORD_IN_MIDDLE, f->initiator, f->responder, 0, NULL);
        sn_hosts_get(&e->hosts, f->responder)->recorded = true;
    }
}

void sn_note_like(sn_engine_t *e, const sn_flow_t *f)
{
    uint32_t word;
    if (sn_is_like(f, &word))
        sn_record_crowd(&e->record, f->responder, f->initiator, word, f->dport);
}

bool sn_is_of_lease(const sn_engine_t *e, const sn_flow_t *f)
{
    return f->transport == SN_TRANSPORT_ICMP &&
           sn_record_find(&e->record, SN_RECORD_LEASE, f->initiator, f->responder, 0);
}

/** Notes that a DHCP server leases an address, and that its pings to the address before were no more than a look whether
 * it is free. */
static void note_lease(sn_engine_t *e, uint32_t server, const sn_addr_t *leased)
{
    enum { NEWEST = 64 };
    uint32_t client = sn_state_host(e, leased);
    if (server == 0 || client == 0)
        return;
    sn_record_note(&e->record, SN_RECORD_LEASE, server, client, 0, NULL);
    uint32_t number = sn_hosts_get(&e->hosts, server)->newest_flow;
    for (int i = 0; number != 0 && i < NEWEST; i++) {
        sn_flow_t *f = sn_state_flow(e, number);
        if (f->responder == client && f->transport == SN_TRANSPORT_ICMP)
            f->seen |= SN_FLOW_CHATTER;
        number = f->previous;
    }
}

void sn_note_dhcp(sn_engine_t *e, const sn_packet_t *p)
{
    enum { BOOTPS = 67, YIADDR = 16 };
    if (p->sport != BOOTPS || p->src.version != 4)
        return;
    static const uint8_t none[4];
    uint32_t server = sn_state_host(e, &p->src);
    if (!sn_addr_is_link_scoped(&p->dst))
        note_lease(e, server, &p->dst);
    if (p->head_len < YIADDR + sizeof none || memcmp(p->head + YIADDR, none, sizeof none) == 0)
        return;
    sn_addr_t leased = sn_addr_v4(p->head + YIADDR);
    note_lease(e, server, &leased);
}

static void note_name(sn_engine_t *e, sn_record_kind_t kind, uint32_t client, uint32_t named,
                      uint32_t second)
{
    bool is_new;
    uint32_t word = second / (kind == SN_RECORD_NAMED ? SN_NAMED_SECONDS : SN_FAMILY_SECONDS);
    sn_note_t *note = sn_record_note(&e->record, kind, client, named, word, &is_new);
    if (is_new || (int32_t)(second - note->first) < 0)
        note->first = second;
    if (is_new || (int32_t)(second - note->last) > 0)
        note->last = second;
}

void sn_note_name(sn_engine_t *e, const sn_addr_t *client, const sn_addr_t *named, int64_t time_us)
{
    uint32_t host = sn_state_host(e, client), other = sn_state_host(e, named);
    if (host == 0 || other == 0)
        return;
    uint32_t second = (uint32_t)(time_us / SN_SECOND_US);
    sn_hosts_get(&e->hosts, host)->recorded = true;
    if (client->version == named->version)
        note_name(e, SN_RECORD_NAMED, host, other, second);
    else if (named->version == 6) /* who asked over IPv4 has another address there */
        note_name(e, SN_RECORD_FAMILY, 0, other, second);
}

void sn_note_probe_uri(sn_engine_t *e, uint32_t flow, const sn_packet_t *p)
{
    bool is_new;
    sn_note_t *note = sn_record_note(&e->record, SN_RECORD_PROBE_URI, 0, 0, flow, &is_new);
    if (is_new)
        note->first = sn_uris_number(&e->uris, (const char *)p->probe_uri, p->probe_uri_len);
}
