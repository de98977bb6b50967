/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.h: how much memory an engine's records take, and the limit on it.
 *
 * What is counted is records and the slots of their indexes, not what the operating system gives: so the
 * same capture reaches the limit at the same packet on every machine, whoever asks in between. */
#ifndef SN_MEMORY_H
#define SN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct sn_engine;

typedef struct {
    uint64_t most;       /* bytes */
    uint32_t hosts, v6;  /* that flows have. Others were given a number ahead of their packets */
    uint32_t host_slots; /* of these hosts' index */
    bool full;           /* a flow was refused, and so are all that follow */
} sn_memory_t;

/** Begins to count. @param most bytes; 0: no limit */
void sn_memory_init(sn_memory_t *memory, uint64_t most);

/** Whether the engine may remember one more flow, between these hosts. After the first that it may not it
 * learns no flow and no host any more; what it knows it goes on observing. */
bool sn_memory_has_room(struct sn_engine *e, uint32_t initiator, uint32_t responder);

/** The bytes of all records of flows, hosts, what belongs to them, and frames. */
uint64_t sn_memory_used(const struct sn_engine *e);

#endif
