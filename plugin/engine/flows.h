/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* flows.h: all flows, found by their end points. */
#ifndef SN_FLOWS_H
#define SN_FLOWS_H

#include "flow.h"
#include "hash.h"
#include "index.h"
#include "pool.h"

/** The end points of a packet or flow, with hosts by number. For ICMP queries sport is the
 * identifier and dport the kind; for other IP protocols dport is the protocol's number. */
typedef struct {
    uint32_t src, dst;
    uint16_t sport, dport;
    uint8_t transport;
} sn_ends_t;

/** Two words that identify what an index looks for. */
typedef struct {
    uint64_t a, b;
} sn_words_t;

/** End points, and what a search for them needs. */
typedef struct {
    sn_ends_t ends;
    sn_words_t words; /* the same for both directions */
    uint32_t hash;
} sn_flow_key_t;

typedef struct {
    sn_pool_t pool;     /* of sn_flow_t */
    sn_index_t by_ends; /* the newest flow of each pair of end points */
    const sn_hash_key_t *key;
} sn_flows_t;

/** Makes an empty set of flows. @param key borrowed until sn_flows_clear() */
void sn_flows_init(sn_flows_t *flows, const sn_hash_key_t *key);

/** Frees everything in the set. */
void sn_flows_clear(sn_flows_t *flows);

/** The flow with this number. */
static inline sn_flow_t *sn_flows_get(const sn_flows_t *flows, uint32_t number)
{
    return (sn_flow_t *)sn_pool_at(&flows->pool, number, sizeof(sn_flow_t));
}

/** The newest flow between these end points, in either direction; 0: there is none. */
uint32_t sn_flows_find(const sn_flows_t *flows, const sn_ends_t *ends);

/** Prepares a key that has its end points for sn_flows_place(). */
void sn_flows_prepare(const sn_flows_t *flows, sn_flow_key_t *key);

/** The same as sn_flows_find() as .id, prepared for adding: the place is for sn_flows_add(), and valid
 * until the next call that changes these flows. */
sn_index_place_t sn_flows_place(const sn_flows_t *flows, const sn_flow_key_t *key);

/** Makes a flow from src to dst and notes it at their place, instead of an older one.
 * @return its number */
static inline uint32_t sn_flows_add(sn_flows_t *flows, sn_index_place_t place,
                                    const sn_ends_t *ends)
{
    uint32_t number = sn_pool_add(&flows->pool);
    *sn_flows_get(flows, number) = (sn_flow_t){
        .initiator = ends->src,
        .responder = ends->dst,
        .sport = ends->sport,
        .dport = ends->dport,
        .transport = ends->transport & 7U,
    };
    sn_index_put(&flows->by_ends, place, number);
    return number;
}

#endif
