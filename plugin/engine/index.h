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
    sn_index_match_t match;
    sn_index_hash_t hash;
    const void *context; /* handed to both callbacks */
} sn_index_t;

/** Makes an empty index; sn_index_clear() frees it. */
void sn_index_init(sn_index_t *index, sn_index_match_t match, sn_index_hash_t hash,
                   const void *context);

/** Frees the slots. */
void sn_index_clear(sn_index_t *index);

/** Finds the slot for a key, growing the index first when it is too full for one more.
 * @return the slot: *slot is the record's number, or 0 when the key is new; the caller then stores
 *         the new record's number with sn_index_put(). Valid until the next sn_index_slot(). */
uint32_t *sn_index_slot(sn_index_t *index, uint32_t hash, const void *key);

/** Finds a record without preparing to add one. @return its number, 0 when there is none. */
uint32_t sn_index_find(const sn_index_t *index, uint32_t hash, const void *key);

/** Stores a number in a slot from sn_index_slot(): a new key's, or another record of its key. */
void sn_index_put(sn_index_t *index, uint32_t *slot, uint32_t id);

#endif
