/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "closed.h"

/** Packets of a scan at one time. A scan of many packets has one record for its first packet and all
 * that follow, and one for its last, so its times are known and the others are not kept. */
typedef struct {
    uint32_t source, target;
    uint32_t port : 16;
    uint32_t transport : 3;
    uint32_t technique : 4;
    uint32_t outcome : 3;
    uint32_t tool : 3;
    uint32_t reason : 3;
    uint16_t packets;
    uint16_t traits; /* of UDP: asked, as only TCP has traits */
    int64_t time_us;
} record_t;

G_STATIC_ASSERT(sizeof(record_t) == 24);
G_STATIC_ASSERT(SN_TRANSPORT_IP < 1 << 3 && SN_TECHNIQUES <= 1 << 4);
G_STATIC_ASSERT(SN_OUTCOMES <= 1 << 3 && SN_TOOLS <= 1 << 3 && SN_SCAN_REASONS <= 1 << 3);

static const record_t *record_at(const sn_closed_t *closed, uint32_t number)
{
    return (const record_t *)sn_pool_at(&closed->records, number, sizeof(record_t));
}

void sn_closed_init(sn_closed_t *closed)
{
    sn_pool_init(&closed->records, sizeof(record_t), false);
    closed->key = sn_hash_random_key();
    sn_hosts_init(&closed->hosts, &closed->key, NULL);
}

void sn_closed_clear(sn_closed_t *closed)
{
    sn_pool_clear(&closed->records);
    sn_hosts_clear(&closed->hosts);
}

uint32_t sn_closed_host(sn_closed_t *closed, const sn_engine_t *engine, uint32_t *numbers,
                        uint32_t host)
{
    if (numbers[host] == 0) {
        sn_addr_t address = sn_engine_address(engine, host);
        numbers[host] =
            sn_hosts_number(&closed->hosts, &address, sn_hosts_hash(&closed->hosts, &address));
    }
    return numbers[host];
}

static bool is_udp(uint32_t service)
{
    return service >> 16 == SN_TRANSPORT_UDP;
}

static void put(sn_closed_t *closed, const sn_entry_t *entry, uint16_t packets, int64_t time_us)
{
    uint32_t number = sn_pool_add(&closed->records);
    *(record_t *)sn_pool_at(&closed->records, number, sizeof(record_t)) = (record_t){
        .source = entry->source,
        .target = entry->target,
        .port = entry->service & 0xffff,
        .transport = entry->service >> 16 & 7,
        .technique = entry->technique & 0xfU,
        .outcome = entry->outcome & 7U,
        .tool = entry->tool & 7U,
        .reason = entry->reason & 7U,
        .packets = packets,
        .traits = is_udp(entry->service) ? entry->asked : entry->traits,
        .time_us = time_us,
    };
}

void sn_closed_add(sn_closed_t *closed, const sn_entry_t *entry)
{
    uint64_t packets = entry->tapped.packets;
    for (; packets > 1; packets -= MIN(packets - 1, UINT16_MAX))
        put(closed, entry, (uint16_t)MIN(packets - 1, UINT16_MAX), entry->tapped.first_us);
    if (packets == 1)
        put(closed, entry, 1, entry->tapped.last_us);
}

uint32_t sn_closed_source(const sn_closed_t *closed, uint32_t number)
{
    return record_at(closed, number)->source;
}

sn_entry_t sn_closed_entry(const sn_closed_t *closed, uint32_t number)
{
    const record_t *r = record_at(closed, number);
    bool udp = r->transport == SN_TRANSPORT_UDP;
    return (sn_entry_t){
        .source = r->source,
        .target = r->target,
        .service = sn_service(r->transport, r->port),
        .technique = r->technique,
        .outcome = r->outcome,
        .tool = r->tool,
        .reason = r->reason,
        .traits = udp ? 0 : r->traits,
        .asked = udp ? (uint8_t)r->traits : 0,
        .tapped = {r->packets, r->time_us, r->time_us},
    };
}
