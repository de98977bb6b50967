/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"

void sn_pool_init(sn_pool_t *pool, size_t record_size, bool zeroed)
{
    pool->blocks = g_ptr_array_new_with_free_func(g_free);
    pool->record_size = record_size;
    pool->zeroed = zeroed;
    pool->count = pool->room = 0;
}

void sn_pool_clear(sn_pool_t *pool)
{
    g_ptr_array_unref(pool->blocks);
    pool->blocks = NULL;
    pool->count = pool->room = 0;
}

void sn_pool_grow(sn_pool_t *pool, uint32_t id)
{
    while (pool->room < id) {
        gsize size = SN_POOL_BLOCK * pool->record_size;
        g_ptr_array_add(pool->blocks, pool->zeroed ? g_malloc0(size) : g_malloc(size));
        pool->room += SN_POOL_BLOCK;
    }
}
