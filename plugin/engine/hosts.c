/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "hosts.h"

#include <string.h>

static bool v4_matches(const void *context, uint32_t id, const void *key)
{
    const sn_host_t *host = sn_hosts_get((const sn_hosts_t *)context, id);
    return !host->v6 && host->address == sn_addr_v4_number((const sn_addr_t *)key);
}

static bool v6_matches(const void *context, uint32_t id, const void *key)
{
    const sn_hosts_t *hosts = (const sn_hosts_t *)context;
    const sn_host_t *host = sn_hosts_get(hosts, id);
    return host->v6 && sn_addr_equal((const sn_addr_t *)sn_pool_get(&hosts->v6, host->address),
                                     (const sn_addr_t *)key);
}

static uint32_t host_hash(const void *context, uint32_t id)
{
    const sn_hosts_t *hosts = (const sn_hosts_t *)context;
    sn_addr_t address = sn_hosts_address(hosts, id);
    return sn_hosts_hash(hosts, &address);
}

void sn_hosts_init(sn_hosts_t *hosts, const sn_hash_key_t *key, const GArray *home)
{
    sn_pool_init(&hosts->pool, sizeof(sn_host_t), false);
    sn_pool_init(&hosts->v6, sizeof(sn_addr_t), false);
    sn_pool_init(&hosts->more, sizeof(sn_host_more_t), false);
    sn_index_init(&hosts->by_address, &hosts->pool, host_hash, hosts);
    hosts->key = key;
    hosts->home = home;
    hosts->full = false;
}

void sn_hosts_clear(sn_hosts_t *hosts)
{
    sn_pool_clear(&hosts->pool);
    sn_pool_clear(&hosts->v6);
    sn_pool_clear(&hosts->more);
    sn_index_clear(&hosts->by_address);
}

/** Not inlined, so that finding a known host, the common case, stays short. */
static G_GNUC_NO_INLINE uint32_t add_host(sn_hosts_t *hosts, sn_index_place_t place,
                                          const sn_addr_t *address)
{
    if (hosts->full)
        return 0;
    uint32_t number = sn_pool_add(&hosts->pool);
    sn_host_t *host = sn_hosts_get(hosts, number);
    *host = (sn_host_t){
        .v6 = address->version == 6,
        .home = hosts->home && sn_prefixes_contain(hosts->home, address),
        .local = sn_addr_is_private(address),
        .address = sn_addr_v4_number(address),
    };
    if (address->version == 6) {
        host->address = sn_pool_add(&hosts->v6);
        memcpy(sn_pool_get(&hosts->v6, host->address), address, sizeof *address);
    }
    sn_index_put(&hosts->by_address, place, number);
    return number;
}

/** Not inlined, and so out of the way of IPv4. */
static G_GNUC_NO_INLINE uint32_t number_of_v6(sn_hosts_t *hosts, const sn_addr_t *address,
                                              uint32_t hash)
{
    sn_index_place_t place = sn_index_place(&hosts->by_address, hash, address, v6_matches);
    return place.id != 0 ? place.id : add_host(hosts, place, address);
}

uint32_t sn_hosts_number(sn_hosts_t *hosts, const sn_addr_t *address, uint32_t hash)
{
    if (address->version == 6)
        return number_of_v6(hosts, address, hash);
    sn_index_place_t place = sn_index_place(&hosts->by_address, hash, address, v4_matches);
    return place.id != 0 ? place.id : add_host(hosts, place, address);
}

uint32_t sn_hosts_find(const sn_hosts_t *hosts, const sn_addr_t *address)
{
    return sn_index_find(&hosts->by_address, sn_hosts_hash(hosts, address), address,
                         address->version == 6 ? v6_matches : v4_matches);
}

sn_addr_t sn_hosts_address(const sn_hosts_t *hosts, uint32_t number)
{
    const sn_host_t *host = sn_hosts_get(hosts, number);
    if (host->v6)
        return *(const sn_addr_t *)sn_pool_get(&hosts->v6, host->address);
    uint32_t big_endian = GUINT32_TO_BE(host->address);
    uint8_t bytes[4];
    memcpy(bytes, &big_endian, sizeof bytes);
    return sn_addr_v4(bytes);
}

const sn_host_more_t *sn_hosts_more(const sn_hosts_t *hosts, const sn_host_t *host)
{
    static const sn_host_more_t none;
    return host->more ? (const sn_host_more_t *)sn_pool_get(&hosts->more, host->more) : &none;
}

void sn_hosts_add_more(sn_hosts_t *hosts, sn_host_t *host)
{
    host->more = sn_pool_add(&hosts->more) & ((1U << 25) - 1);
    *(sn_host_more_t *)sn_pool_get(&hosts->more, host->more) = (sn_host_more_t){0};
}

static bool is_witness_now(const sn_hosts_t *hosts, uint32_t number)
{
    return !sn_hosts_get(hosts, number)->conversed;
}

void sn_hosts_witness(sn_hosts_t *hosts, uint32_t source, sn_host_t *target)
{
    uint32_t *witness = sn_hosts_make_more(hosts, target)->witness;
    for (int i = 0; i < SN_WITNESSES; i++) {
        if (witness[i] == source)
            return;
        if (witness[i] == 0) {
            witness[i] = source;
            target->witnessed = i == SN_WITNESSES - 1;
            return;
        }
    }
    /* Only one place is looked at, another one for each source, so that the cost stays small. */
    uint32_t *place = &witness[source % SN_WITNESSES];
    if (!is_witness_now(hosts, *place))
        *place = source;
}

uint32_t sn_hosts_other_scanners(const sn_hosts_t *hosts, uint32_t source, uint32_t target)
{
    const uint32_t *witness = sn_hosts_more(hosts, sn_hosts_get(hosts, target))->witness;
    uint32_t count = 0;
    for (int i = 0; i < SN_WITNESSES; i++)
        if (witness[i] != 0 && witness[i] != source && is_witness_now(hosts, witness[i]))
            count++;
    return count;
}
