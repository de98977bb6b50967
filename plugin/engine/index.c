/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "index.h"

enum {
    AHEAD = 16
}; /* slots: a record's way from memory takes as long as the work on some of them */

/** Makes room for 2^n slots. Up to three quarters full a probe sequence stays short: about 2.5 slots
 * for a hit and 8.5 for a miss (Knuth, The Art of Computer Programming 3, 6.4). */
static void set_slots(sn_index_t *idx, uint32_t slots)
{
    idx->slots = g_new0(uint32_t, slots);
    idx->mask = slots - 1;
    idx->most = slots / 4 * 3;
}

void sn_index_init(sn_index_t *idx, const sn_pool_t *records, sn_index_hash_t hash,
                   const void *context)
{
    *idx = (sn_index_t){
        .records = records, .hash = hash, .context = context, .numbers = SN_INDEX_FIRST_SLOTS - 1};
    set_slots(idx, SN_INDEX_FIRST_SLOTS);
}

void sn_index_clear(sn_index_t *idx)
{
    g_free(idx->slots);
    idx->slots = NULL;
}

void sn_index_grow(sn_index_t *idx)
{
    uint32_t *old = idx->slots;
    uint32_t old_mask = idx->mask;
    set_slots(idx, (old_mask + 1) * 2);
    for (uint32_t i = 0; i <= old_mask; i++) {
        if (i + AHEAD <= old_mask && old[i + AHEAD] != 0)
            sn_pool_prefetch(idx->records, old[i + AHEAD] & idx->numbers);
        if (old[i] == 0)
            continue;
        uint32_t at = idx->hash(idx->context, old[i] & idx->numbers) & idx->mask;
        while (idx->slots[at] != 0)
            at = (at + 1) & idx->mask;
        idx->slots[at] = old[i];
    }
    g_free(old);
}

void sn_index_widen(sn_index_t *idx, uint32_t id)
{
    uint32_t narrow = idx->numbers;
    while (idx->numbers < id)
        idx->numbers = idx->numbers << 1 | 1;
    /* The bits between belonged to the hash. */
    uint32_t kept = ~(idx->numbers & ~narrow);
    for (uint32_t i = 0; i <= idx->mask; i++)
        idx->slots[i] &= kept;
}
