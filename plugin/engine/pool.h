/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool.h: records of one size, numbered from 1 and never moved or freed one by one. They live in
 * blocks, so that growing copies nothing and a record's address stays valid. Number 0 means "none",
 * which lets records point to each other in four bytes. */
#ifndef SN_POOL_H
#define SN_POOL_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

enum { SN_POOL_BLOCK_BITS = 12, SN_POOL_BLOCK = 1 << SN_POOL_BLOCK_BITS };

typedef struct {
    GPtrArray *blocks;
    size_t record_size;
    uint32_t count; /* records handed out: the highest number in use */
    uint32_t room;  /* records that fit into the blocks there are */
} sn_pool_t;

/** Makes an empty pool of records of the given size; sn_pool_clear() frees what it holds. */
void sn_pool_init(sn_pool_t *pool, size_t record_size);

/** Frees all records. The pool must be initialised again before further use. */
void sn_pool_clear(sn_pool_t *pool);

/** Adds blocks until record `id` has a place. For the two functions below. */
void sn_pool_grow(sn_pool_t *pool, uint32_t id);

/** The record with this number, which must be 1..count. */
static inline void *sn_pool_get(const sn_pool_t *pool, uint32_t id)
{
    uint32_t at = id - 1;
    char *block = (char *)pool->blocks->pdata[at >> SN_POOL_BLOCK_BITS];
    return block + (at & (SN_POOL_BLOCK - 1)) * pool->record_size;
}

/** Adds one record and returns its number. Its bytes are not set: the caller writes them all. */
static inline uint32_t sn_pool_add(sn_pool_t *pool)
{
    if (pool->count == pool->room)
        sn_pool_grow(pool, pool->count + 1);
    return ++pool->count;
}

/** Makes sure that records up to and including `id` exist; new ones are zero. */
static inline void sn_pool_reach(sn_pool_t *pool, uint32_t id)
{
    if (id > pool->room)
        sn_pool_grow(pool, id);
    while (pool->count < id)
        memset(sn_pool_get(pool, ++pool->count), 0, pool->record_size);
}

#endif
