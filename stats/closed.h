/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* closed.h: the scans of sessions that are over (tshark -M), in 24 bytes for most. */
#ifndef SN_CLOSED_H
#define SN_CLOSED_H

#include "engine/source.h"
#include "sum.h"

typedef struct {
    sn_pool_t records; /* each a part of a scan, in the order of closing */
    sn_hosts_t hosts;  /* by address, as an engine's numbers end with it */
    sn_hash_key_t key;
} sn_closed_t;

/** Makes an empty list; sn_closed_clear() frees what it holds. It must not be moved. */
void sn_closed_init(sn_closed_t *closed);

/** Frees everything in the list. */
void sn_closed_clear(sn_closed_t *closed);

/** The number of a host here. @param numbers of those hosts that were asked for before, by the engine's
 * number; 0: not yet. Zeroed memory for sn_engine_hosts() + 1 of them when a session begins */
uint32_t sn_closed_host(sn_closed_t *closed, const sn_engine_t *engine, uint32_t *numbers,
                        uint32_t host);

/** Appends a scan. @param entry its hosts are numbers of sn_closed_host() */
void sn_closed_add(sn_closed_t *closed, const sn_entry_t *entry);

/** The source of a record. @param number 1 to records.count */
uint32_t sn_closed_source(const sn_closed_t *closed, uint32_t number);

/** A record as what adds up: a scan's records add up to the scan. */
sn_entry_t sn_closed_entry(const sn_closed_t *closed, uint32_t number);

#endif
