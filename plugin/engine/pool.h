/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* pool.h: records of one size, numbered from 1 and never moved or freed one by one. They live in
 * blocks, so that growing copies nothing and a record's address stays valid. Number 0 means "none",
 * which lets records point to each other in four bytes; its place stays empty. */
#ifndef SN_POOL_H
#define SN_POOL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { SN_POOL_BLOCK_BITS = 12, SN_POOL_BLOCK = 1 << SN_POOL_BLOCK_BITS };

typedef struct {
    /* By block: where record 0 would be if all records lay in one row with the block's. So a record is found with
     * one multiplication and one addition, which each packet takes a dozen times. */
    uintptr_t *origins;
    char **blocks;
    uint32_t block_count, block_room;
    size_t record_size;
    bool zeroed;
    uint32_t count; /* records handed out: the highest number in use */
    uint32_t room;  /* the highest number that fits into the blocks there are */
} sn_pool_t;

/** Makes an empty pool of records of the given size; sn_pool_clear() frees what it holds.
 * @param zeroed new records are zero; otherwise whoever adds one writes all of it */
void sn_pool_init(sn_pool_t *pool, size_t record_size, bool zeroed);

/** Frees all records. The pool must be initialised again before further use. */
void sn_pool_clear(sn_pool_t *pool);

/** Adds blocks until record `id` has a place. For the two functions below. */
void sn_pool_grow(sn_pool_t *pool, uint32_t id);

/** The record with this number, which must be 1..count.
 * @param record_size as the pool was made with; a constant makes this a few instructions */
static inline void *sn_pool_at(const sn_pool_t *pool, uint32_t id, size_t record_size)
{
    return (void *)(pool->origins[id >> SN_POOL_BLOCK_BITS] + id * record_size);
}

/** The same for who does not know the size. */
static inline void *sn_pool_get(const sn_pool_t *pool, uint32_t id)
{
    return sn_pool_at(pool, id, pool->record_size);
}

/** Fetches memory into the processor's caches, for who will look at it a little later. */
static inline void sn_prefetch(const void *at)
{
#ifdef __GNUC__
    __builtin_prefetch(at);
#else
    (void)at;
#endif
}

/** The same for a record. */
static inline void sn_pool_prefetch(const sn_pool_t *pool, uint32_t id)
{
    const char *record = (const char *)sn_pool_get(pool, id);
    sn_prefetch(record);
    sn_prefetch(record + pool->record_size - 1); /* it may lie across two lines */
}

/** Makes sure that records up to and including `id` exist. */
static inline void sn_pool_reach(sn_pool_t *pool, uint32_t id)
{
    if (id > pool->room)
        sn_pool_grow(pool, id);
    if (id > pool->count)
        pool->count = id;
}

/** Adds one record and returns its number. */
static inline uint32_t sn_pool_add(sn_pool_t *pool)
{
    sn_pool_reach(pool, pool->count + 1);
    return pool->count;
}

#endif
