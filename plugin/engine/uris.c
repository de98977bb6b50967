/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "uris.h"

static char **entry(const sn_uris_t *uris, uint32_t number)
{
    return (char **)sn_pool_at(&uris->pool, number, sizeof(char *));
}

static uint32_t hash_of_entry(const void *context, uint32_t number)
{
    const sn_uris_t *uris = (const sn_uris_t *)context;
    return sn_hash_text(uris->key, *entry(uris, number));
}

static bool matches(const void *context, uint32_t number, const void *key)
{
    return strcmp(*entry((const sn_uris_t *)context, number), (const char *)key) == 0;
}

void sn_uris_init(sn_uris_t *uris, const sn_hash_key_t *key)
{
    *uris = (sn_uris_t){.key = key};
    sn_pool_init(&uris->pool, sizeof(char *), true);
}

void sn_uris_clear(sn_uris_t *uris)
{
    for (uint32_t number = 1; number <= uris->pool.count; number++)
        g_free(*entry(uris, number));
    if (uris->pool.count > 0)
        sn_index_clear(&uris->by_text);
    sn_pool_clear(&uris->pool);
}

uint32_t sn_uris_number(sn_uris_t *uris, const char *text, size_t length)
{
    if (uris->pool.count == 0)
        sn_index_init(&uris->by_text, &uris->pool, hash_of_entry, uris);
    char *key = g_strndup(text, length);
    sn_index_place_t place =
        sn_index_place(&uris->by_text, sn_hash_text(uris->key, key), key, matches);
    if (place.id != 0) {
        g_free(key);
        return place.id;
    }
    uint32_t number = sn_pool_add(&uris->pool);
    *entry(uris, number) = key;
    uris->bytes += length + 1;
    sn_index_put(&uris->by_text, place, number);
    return number;
}

const char *sn_uris_text(const sn_uris_t *uris, uint32_t number)
{
    return *entry(uris, number);
}

uint64_t sn_uris_memory(const sn_uris_t *uris)
{
    if (uris->pool.count == 0)
        return 0;
    return uris->bytes + (uint64_t)uris->pool.count * sizeof(char *) +
           sn_index_slots_ahead(&uris->by_text) * sizeof(uint32_t);
}
