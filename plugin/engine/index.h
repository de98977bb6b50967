/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index.h: finds a record's number by its key, in four bytes a slot. GHashTable would need twenty
 * and more. Keys stay in the records; the owner supplies the (keyed) hash and the comparison. Open
 * addressing with linear probing; nothing is ever removed. */
#ifndef SN_INDEX_H
#define SN_INDEX_H

#include <stdbool.h>
#include <stdint.h>

/** Does record `id` have the key that the caller looks for? Called once for each slot probed. */
typedef bool (*sn_index_match_t)(const void *context, uint32_t id, const void *key);

/** The hash of record `id`'s key. Called for each record when the index grows. */
typedef uint32_t (*sn_index_hash_t)(const void *context, uint32_t id);

typedef struct {
    uint32_t *slots;
    uint32_t mask; /* number of slots - 1 */
    uint32_t used;
    uint32_t most; /* slots to use before it grows */
    sn_index_hash_t hash;
    const void *context; /* handed to both callbacks */
} sn_index_t;

/** Makes an empty index; sn_index_clear() frees it. */
void sn_index_init(sn_index_t *index, sn_index_hash_t hash, const void *context);

/** Frees the slots. */
void sn_index_clear(sn_index_t *index);

/** Doubles the slots. For sn_index_slot(). */
void sn_index_grow(sn_index_t *index);

/** The slot of a key, or the free one where it would be. For the two functions below.
 * @param match always the same function for one index; as an argument, so that the compiler can put
 *              it into this loop, which runs several times for each packet */
static inline uint32_t *sn_index_probe(const sn_index_t *index, uint32_t hash, const void *key,
                                       sn_index_match_t match)
{
    for (uint32_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        uint32_t id = index->slots[at];
        if (id == 0 || match(index->context, id, key))
            return &index->slots[at];
    }
}

/** Finds the slot for a key, growing the index first when it is too full for one more.
 * @param match see sn_index_probe()
 * @return the slot: *slot is the record's number, or 0 when the key is new; the caller then stores
 *         the new record's number with sn_index_put(). Valid until the next sn_index_slot(). */
static inline uint32_t *sn_index_slot(sn_index_t *index, uint32_t hash, const void *key,
                                      sn_index_match_t match)
{
    if (index->used >= index->most)
        sn_index_grow(index);
    return sn_index_probe(index, hash, key, match);
}

/** Finds a record without preparing to add one. @param match see sn_index_probe()
 * @return its number, 0 when there is none */
static inline uint32_t sn_index_find(const sn_index_t *index, uint32_t hash, const void *key,
                                     sn_index_match_t match)
{
    return *sn_index_probe(index, hash, key, match);
}

/** Stores a number in a slot from sn_index_slot(): a new key's, or another record of its key. */
static inline void sn_index_put(sn_index_t *index, uint32_t *slot, uint32_t id)
{
    index->used += *slot == 0;
    *slot = id;
}

#endif
