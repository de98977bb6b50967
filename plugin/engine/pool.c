/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"

void sn_pool_init(sn_pool_t *pool, size_t record_size, bool zeroed)
{
    *pool = (sn_pool_t){.record_size = record_size, .zeroed = zeroed};
}

void sn_pool_clear(sn_pool_t *pool)
{
    for (uint32_t block = 0; block < pool->block_count; block++)
        g_free(pool->blocks[block]);
    g_free(pool->blocks);
    g_free(pool->origins);
    *pool = (sn_pool_t){0};
}

void sn_pool_grow(sn_pool_t *pool, uint32_t id)
{
    gsize size = SN_POOL_BLOCK * pool->record_size;
    for (; pool->room < id; pool->room = pool->block_count * SN_POOL_BLOCK - 1) {
        if (pool->block_count == pool->block_room) {
            pool->block_room = MAX(16, pool->block_room * 2);
            pool->blocks = g_renew(char *, pool->blocks, pool->block_room);
            pool->origins = g_renew(uintptr_t, pool->origins, pool->block_room);
        }
        char *block = (char *)(pool->zeroed ? g_malloc0(size) : g_malloc(size));
        pool->blocks[pool->block_count] = block;
        pool->origins[pool->block_count] = (uintptr_t)block - pool->block_count * size;
        pool->block_count++;
    }
}
