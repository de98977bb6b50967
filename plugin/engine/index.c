/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "index.h"

#include <glib.h>

/* 256 KiB of address space, of which a small capture touches a few pages. */
enum { FIRST_SLOTS = 65536 };

void sn_index_init(sn_index_t *index, sn_index_match_t match, sn_index_hash_t hash,
                   const void *context)
{
    index->slots = g_new0(uint32_t, FIRST_SLOTS);
    index->mask = FIRST_SLOTS - 1;
    index->used = 0;
    index->match = match;
    index->hash = hash;
    index->context = context;
}

void sn_index_clear(sn_index_t *index)
{
    g_free(index->slots);
    index->slots = NULL;
}

static uint32_t *probe(const sn_index_t *index, uint32_t hash, const void *key)
{
    for (uint32_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        uint32_t id = index->slots[at];
        if (id == 0 || index->match(index->context, id, key))
            return &index->slots[at];
    }
}

static void grow(sn_index_t *index)
{
    uint32_t *old = index->slots;
    uint32_t old_mask = index->mask;
    index->mask = old_mask * 2 + 1;
    index->slots = g_new0(uint32_t, (gsize)index->mask + 1);
    for (uint32_t i = 0; i <= old_mask; i++) {
        if (old[i] == 0)
            continue;
        uint32_t at = index->hash(index->context, old[i]) & index->mask;
        while (index->slots[at] != 0)
            at = (at + 1) & index->mask;
        index->slots[at] = old[i];
    }
    g_free(old);
}

uint32_t *sn_index_slot(sn_index_t *index, uint32_t hash, const void *key)
{
    /* Up to three quarters full a probe sequence stays short: about 2.5 slots for a hit and 8.5
     * for a miss (Knuth, The Art of Computer Programming 3, 6.4). */
    if (index->used >= index->mask / 4 * 3)
        grow(index);
    return probe(index, hash, key);
}

uint32_t sn_index_find(const sn_index_t *index, uint32_t hash, const void *key)
{
    return *probe(index, hash, key);
}

void sn_index_put(sn_index_t *index, uint32_t *slot, uint32_t id)
{
    if (*slot == 0)
        index->used++;
    *slot = id;
}
