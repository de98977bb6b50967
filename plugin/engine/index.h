/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* index.h: finds a record's number by its key, in four bytes a slot. GHashTable would need twenty
 * and more. Keys stay in the records; the owner supplies the (keyed) hash and the comparison. Open
 * addressing with linear probing; nothing is ever removed.
 *
 * A slot's low bits are a record's number, as many of them as the largest number needs; the others are
 * those of its key's hash. So of the records on the way hardly one but the right one is looked at, and
 * looking at a record is a cache miss in a large capture. */
#ifndef SN_INDEX_H
#define SN_INDEX_H

#include "pool.h"

/* 256 KiB of address space, of which a small capture touches a few pages. */
enum { SN_INDEX_FIRST_SLOTS = 65536 };

/** Does record `id` have the key that the caller looks for? Called once for each slot probed. */
typedef bool (*sn_index_match_t)(const void *context, uint32_t id, const void *key);

/** The hash of record `id`'s key. Called for each record when the index grows. */
typedef uint32_t (*sn_index_hash_t)(const void *context, uint32_t id);

typedef struct {
    uint32_t *slots;
    uint32_t mask;    /* number of slots - 1 */
    uint32_t numbers; /* bits of a slot that are a record's number */
    uint32_t used;
    uint32_t most; /* slots to use before it grows */
    const sn_pool_t *records;
    sn_index_hash_t hash;
    const void *context; /* handed to both callbacks */
} sn_index_t;

/** Where a key's record is noted, or would be. */
typedef struct {
    uint32_t *slot;
    uint32_t hash;
    uint32_t id; /* the record's number; 0: there is none */
} sn_index_place_t;

/** The slots of an index with this many records, where it has had `slots` before; 0: it is new. */
static inline uint32_t sn_index_slots_for(uint32_t slots, uint32_t records)
{
    slots = MAX(slots, SN_INDEX_FIRST_SLOTS);
    while (records >= slots / 4 * 3)
        slots *= 2;
    return slots;
}

/** The slots of an index, with those that one record more may make it grow to. */
static inline uint64_t sn_index_slots_ahead(const sn_index_t *idx)
{
    uint64_t slots = (uint64_t)idx->mask + 1;
    return idx->used + 1 < idx->most ? slots : 2 * slots;
}

/** Makes an empty index; sn_index_clear() frees it.
 * @param records what it finds, borrowed; fetched ahead when the index grows
 * @param hash, context see sn_index_t */
void sn_index_init(sn_index_t *idx, const sn_pool_t *records, sn_index_hash_t hash,
                   const void *context);

/** Frees the slots. */
void sn_index_clear(sn_index_t *idx);

/** Doubles the slots. For sn_index_put(). */
void sn_index_grow(sn_index_t *idx);

/** Makes a slot's number wide enough for this one. For sn_index_put(). */
void sn_index_widen(sn_index_t *idx, uint32_t id);

/** Fetches the slot where a search for a key begins, for who will look for the key a little later. */
static inline void sn_index_prefetch(const sn_index_t *idx, uint32_t hash)
{
    sn_prefetch(&idx->slots[hash & idx->mask]);
}

/** The number in that slot: most likely the key's record, if it has one. */
static inline uint32_t sn_index_guess(const sn_index_t *idx, uint32_t hash)
{
    return idx->slots[hash & idx->mask] & idx->numbers;
}

/** The place of a key.
 * @param match as an argument, so that the compiler can put it into this loop, which runs several
 *              times for each packet
 * @return for sn_index_put(), and valid until then */
static inline sn_index_place_t sn_index_place(const sn_index_t *idx, uint32_t hash, const void *key,
                                              sn_index_match_t match)
{
    for (uint32_t at = hash & idx->mask;; at = (at + 1) & idx->mask) {
        uint32_t *slot = &idx->slots[at];
        uint32_t id = *slot & idx->numbers;
        bool like = ((*slot ^ hash) & ~idx->numbers) == 0;
        if (id == 0 || (like && match(idx->context, id, key)))
            return (sn_index_place_t){slot, hash, id};
    }
}

/** Finds a record. @param match see sn_index_place() @return its number, 0 when there is none */
static inline uint32_t sn_index_find(const sn_index_t *idx, uint32_t hash, const void *key,
                                     sn_index_match_t match)
{
    return sn_index_place(idx, hash, key, match).id;
}

/** Notes a record: of a new key, or another one in place of the key's present one. */
static inline void sn_index_put(sn_index_t *idx, sn_index_place_t place, uint32_t id)
{
    if (id > idx->numbers)
        sn_index_widen(idx, id);
    *place.slot = (place.hash & ~idx->numbers) | id;
    if (place.id == 0 && ++idx->used >= idx->most)
        sn_index_grow(idx);
}

#endif
