/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

/** The same words for both directions of a flow. */
static sn_words_t words_of_ends(const sn_ends_t *x)
{
    bool has_ports = sn_has_port((sn_transport_t)x->transport);
    bool swap = x->src > x->dst || (x->src == x->dst && has_ports && x->sport > x->dport);
    uint64_t low = swap ? x->dst : x->src, high = swap ? x->src : x->dst;
    uint64_t port1 = swap && has_ports ? x->dport : x->sport;
    uint64_t port2 = swap && has_ports ? x->sport : x->dport;
    return (sn_words_t){low << 32 | high, port1 << 48 | port2 << 32 | x->transport};
}

static sn_words_t words_of_flow(const sn_flow_t *f)
{
    sn_ends_t ends = {f->initiator, f->responder, f->sport, f->dport, f->transport};
    return words_of_ends(&ends);
}

static bool same(sn_words_t w, const void *key)
{
    const sn_words_t *k = (const sn_words_t *)key;
    return w.a == k->a && w.b == k->b;
}

static uint32_t hash(const sn_flows_t *flows, sn_words_t w)
{
    return sn_hash(flows->key, w.a, w.b);
}

static bool flow_matches(const void *context, uint32_t id, const void *key)
{
    return same(words_of_flow(sn_flows_get((const sn_flows_t *)context, id)), key);
}

static uint32_t flow_hash(const void *context, uint32_t id)
{
    const sn_flows_t *flows = (const sn_flows_t *)context;
    return hash(flows, words_of_flow(sn_flows_get(flows, id)));
}

void sn_flows_init(sn_flows_t *flows, const sn_hash_key_t *key)
{
    sn_pool_init(&flows->pool, sizeof(sn_flow_t), false);
    sn_index_init(&flows->by_ends, &flows->pool, flow_hash, flows);
    flows->key = key;
}

void sn_flows_clear(sn_flows_t *flows)
{
    sn_pool_clear(&flows->pool);
    sn_index_clear(&flows->by_ends);
}

uint32_t sn_flows_find(const sn_flows_t *flows, const sn_ends_t *ends)
{
    sn_words_t w = words_of_ends(ends);
    return sn_index_find(&flows->by_ends, hash(flows, w), &w, flow_matches);
}

void sn_flows_prepare(const sn_flows_t *flows, sn_flow_key_t *key)
{
    key->words = words_of_ends(&key->ends);
    key->hash = hash(flows, key->words);
}

sn_index_place_t sn_flows_place(const sn_flows_t *flows, const sn_flow_key_t *key)
{
    return sn_index_place(&flows->by_ends, key->hash, &key->words, flow_matches);
}
