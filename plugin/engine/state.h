/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* state.h: what an engine holds. For engine.c, which lets packets wait and answers questions, and
 * observe.c and notes.c, which note what packets mean. */
#ifndef SN_STATE_H
#define SN_STATE_H

#include "engine.h"
#include "kind.h"
#include "memory.h"
#include "source.h"
#include "uris.h"

/** In a frame's record; the rest is the flow's number. No enumerator, as those are of type int. */
#define SN_FROM_INITIATOR (UINT32_C(1) << 31)

enum { SN_WAITING = 16 }; /* packets that wait for each other, see engine.c */

/** A packet that was taken and not yet observed. */
typedef struct {
    uint32_t src_hash, dst_hash; /* of its addresses */
    sn_kind_t kind;
    sn_flow_key_t key; /* of SN_KIND_FLOW, once its hosts have numbers */
    sn_packet_t packet;
} sn_waiting_t;

struct sn_engine {
    int references;
    sn_limits_t limits;
    GArray *home;
    sn_memory_t memory;
    bool reading; /* more packets will come */
    sn_hash_key_t key;
    sn_hosts_t hosts;
    sn_flows_t flows;
    sn_record_t record;
    sn_uris_t uris;
    sn_pool_t sources; /* of sn_source_t: what was added up */
    sn_scratch_t scratch;
    sn_capture_t capture; /* what adding up sees of all this */
    sn_pool_t frames;     /* of uint32_t: SN_FROM_INITIATOR and the flow's number; 0: no flow */
    uint32_t askers;      /* hosts and ports that have asked a group */
    uint64_t observed, forgotten;
    uint32_t first_forgotten, last_forgotten; /* frames */
    uint32_t waits;                           /* packets */
    sn_waiting_t waiting[SN_WAITING];
};

/** The number of an address's host, new or known. @return 0: at the limit */
static inline uint32_t sn_state_host(sn_engine_t *e, const sn_addr_t *address)
{
    return sn_hosts_number(&e->hosts, address, sn_hosts_hash(&e->hosts, address));
}

/** The flow with this number. */
static inline sn_flow_t *sn_state_flow(const sn_engine_t *e, uint32_t number)
{
    return sn_flows_get(&e->flows, number);
}

/** The record of a frame, 1 to frames.count. */
static inline uint32_t *sn_state_frame(const sn_engine_t *e, uint32_t frame)
{
    return (uint32_t *)sn_pool_at(&e->frames, frame, sizeof(uint32_t));
}

#endif
