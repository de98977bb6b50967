/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"

void sn_pool_init(sn_pool_t *pool, size_t record_size)
{
    pool->blocks = g_ptr_array_new_with_free_func(g_free);
    pool->record_size = record_size;
    pool->count = 0;
}

void sn_pool_clear(sn_pool_t *pool)
{
    g_ptr_array_unref(pool->blocks);
    pool->blocks = NULL;
    pool->count = 0;
}

void sn_pool_reach(sn_pool_t *pool, uint32_t id)
{
    while ((uint64_t)pool->blocks->len << SN_POOL_BLOCK_BITS < id)
        g_ptr_array_add(pool->blocks, g_malloc0(SN_POOL_BLOCK * pool->record_size));
    if (pool->count < id)
        pool->count = id;
}

uint32_t sn_pool_add(sn_pool_t *pool)
{
    sn_pool_reach(pool, pool->count + 1);
    return pool->count;
}
