/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include <string.h>

static uint32_t hash_address(const sn_hash_key_t *key, const sn_addr_t *a)
{
    return sn_hash(key, a->words[0], a->words[1] ^ a->version);
}

static bool host_matches(const void *context, uint32_t id, const void *key)
{
    const sn_hosts_t *hosts = (const sn_hosts_t *)context;
    const sn_host_t *host = sn_hosts_get(hosts, id);
    const sn_addr_t *address = (const sn_addr_t *)key;
    if (host->version != address->version)
        return false;
    if (host->version == 4)
        return host->address == sn_addr_v4_number(address);
    return sn_addr_equal((const sn_addr_t *)sn_pool_get(&hosts->v6, host->address), address);
}

static uint32_t host_hash(const void *context, uint32_t id)
{
    const sn_hosts_t *hosts = (const sn_hosts_t *)context;
    sn_addr_t address = sn_hosts_address(hosts, id);
    return hash_address(hosts->key, &address);
}

void sn_hosts_init(sn_hosts_t *hosts, const sn_hash_key_t *key, const GArray *home)
{
    sn_pool_init(&hosts->pool, sizeof(sn_host_t));
    sn_pool_init(&hosts->v6, sizeof(sn_addr_t));
    sn_pool_init(&hosts->witnesses, sizeof(sn_witnesses_t));
    sn_index_init(&hosts->index, host_matches, host_hash, hosts);
    hosts->key = key;
    hosts->home = home;
}

void sn_hosts_clear(sn_hosts_t *hosts)
{
    sn_pool_clear(&hosts->pool);
    sn_pool_clear(&hosts->v6);
    sn_pool_clear(&hosts->witnesses);
    sn_index_clear(&hosts->index);
}

uint32_t sn_hosts_number(sn_hosts_t *hosts, const sn_addr_t *address)
{
    uint32_t *slot = sn_index_slot(&hosts->index, hash_address(hosts->key, address), address);
    if (*slot != 0)
        return *slot;
    uint32_t number = sn_pool_add(&hosts->pool);
    sn_host_t *host = sn_hosts_get(hosts, number);
    host->version = address->version;
    host->home = sn_prefixes_contain(hosts->home, address);
    host->address = sn_addr_v4_number(address);
    if (address->version == 6) {
        host->address = sn_pool_add(&hosts->v6);
        memcpy(sn_pool_get(&hosts->v6, host->address), address, sizeof *address);
    }
    sn_index_put(&hosts->index, slot, number);
    return number;
}

uint32_t sn_hosts_find(const sn_hosts_t *hosts, const sn_addr_t *address)
{
    return sn_index_find(&hosts->index, hash_address(hosts->key, address), address);
}

sn_addr_t sn_hosts_address(const sn_hosts_t *hosts, uint32_t number)
{
    const sn_host_t *host = sn_hosts_get(hosts, number);
    if (host->version == 6)
        return *(const sn_addr_t *)sn_pool_get(&hosts->v6, host->address);
    uint32_t big_endian = GUINT32_TO_BE(host->address);
    uint8_t bytes[4];
    memcpy(bytes, &big_endian, sizeof bytes);
    return sn_addr_v4(bytes);
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
    default:
        return -1;
    }
}

sn_source_facts_t sn_source_facts(const sn_host_t *source, sn_technique_t technique,
                                  const sn_limits_t *limits)
{
    int tail = sn_tail_of(technique);
    sn_source_facts_t facts = {
        .failed = source->failed,
        .conversations = source->conversations,
        .same_tail = tail < 0 ? 0 : source->tails[tail],
    };
    for (int i = 0; i < SN_TAILS; i++)
        if (source->tails[i] >= limits->scanning_contacts)
            facts.failed += source->tails[i];
    return facts;
}

static bool is_witness_now(const sn_hosts_t *hosts, uint32_t number, const sn_limits_t *limits)
{
    sn_source_facts_t s = sn_source_facts(sn_hosts_get(hosts, number), SN_TECHNIQUE_NONE, limits);
    return s.failed > 0 && !sn_is_working_client(&s);
}

void sn_hosts_witness(sn_hosts_t *hosts, uint32_t source, uint32_t target,
                      const sn_limits_t *limits)
{
    sn_host_t *host = sn_hosts_get(hosts, target);
    if (host->witnesses == 0)
        host->witnesses = sn_pool_add(&hosts->witnesses);
    sn_witnesses_t *w = (sn_witnesses_t *)sn_pool_get(&hosts->witnesses, host->witnesses);
    for (int i = 0; i < SN_WITNESSES; i++) {
        if (w->source[i] == source)
            return;
        if (w->source[i] == 0) {
            w->source[i] = source;
            return;
        }
    }
    /* Only one place is looked at, another one for each source, so that the cost stays small. */
    uint32_t *place = &w->source[source % SN_WITNESSES];
    if (!is_witness_now(hosts, *place, limits))
        *place = source;
}

uint32_t sn_hosts_other_scanners(const sn_hosts_t *hosts, uint32_t source, uint32_t target,
                                 const sn_limits_t *limits)
{
    uint32_t id = sn_hosts_get(hosts, target)->witnesses, count = 0;
    if (id == 0)
        return 0;
    const sn_witnesses_t *w = (const sn_witnesses_t *)sn_pool_get(&hosts->witnesses, id);
    for (int i = 0; i < SN_WITNESSES; i++)
        if (w->source[i] != 0 && w->source[i] != source &&
            is_witness_now(hosts, w->source[i], limits))
            count++;
    return count;
}
