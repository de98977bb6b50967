/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include "state.h"

void sn_memory_init(sn_memory_t *memory, uint64_t most)
{
    *memory =
        (sn_memory_t){.most = most > 0 ? most : UINT64_MAX, .host_slots = sn_index_slots_for(0, 0)};
}

/** @param record_size as the pool was made with: a constant, as each flow asks */
static uint64_t bytes_of(const sn_pool_t *pool, size_t record_size)
{
    return (uint64_t)pool->count * record_size;
}

uint64_t sn_memory_used(const sn_engine_t *e)
{
    const sn_memory_t *m = &e->memory;
    uint64_t slots = m->host_slots + sn_index_slots_ahead(&e->flows.by_ends) +
                     sn_index_slots_ahead(&e->record.by_key);
    return bytes_of(&e->flows.pool, sizeof(sn_flow_t)) + (uint64_t)m->hosts * sizeof(sn_host_t) +
           (uint64_t)m->v6 * sizeof(sn_addr_t) + bytes_of(&e->hosts.more, sizeof(sn_host_more_t)) +
           bytes_of(&e->record.pool, sizeof(sn_note_t)) + sn_uris_memory(&e->uris) +
           bytes_of(&e->frames, sizeof(uint32_t)) + slots * sizeof(uint32_t);
}

/** Counts a flow's hosts. They got their numbers in the order of their packets. */
static void count_hosts(sn_engine_t *e, uint32_t initiator, uint32_t responder)
{
    sn_memory_t *m = &e->memory;
    uint32_t newest = MAX(initiator, responder);
    if (newest > m->hosts) {
        m->hosts = newest;
        m->host_slots = sn_index_slots_for(m->host_slots, newest + 2); /* the next flow's as well */
    }
    const sn_host_t *host = sn_hosts_get(&e->hosts, initiator);
    if (!host->v6)
        return;
    uint32_t other = responder != 0 ? sn_hosts_get(&e->hosts, responder)->address : 0;
    m->v6 = MAX(m->v6, MAX(host->address, other));
}

bool sn_memory_has_room(sn_engine_t *e, uint32_t initiator, uint32_t responder)
{
    sn_memory_t *m = &e->memory;
    if (m->full)
        return false;
    count_hosts(e, initiator, responder);
    m->full = sn_memory_used(e) + sizeof(sn_flow_t) > m->most;
    e->hosts.full = m->full;
    return !m->full;
}
