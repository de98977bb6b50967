/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "claims.h"

void sn_claims_init(sn_claims_t *claims)
{
    claims->key = sn_hash_random_key();
    sn_hosts_init(&claims->hosts, &claims->key, NULL);
    claims->uris = g_ptr_array_new_with_free_func(g_free);
}

void sn_claims_clear(sn_claims_t *claims)
{
    sn_hosts_clear(&claims->hosts);
    g_ptr_array_unref(claims->uris);
}

void sn_claims_note(sn_claims_t *claims, const sn_addr_t *scanner, const char *uri)
{
    uint32_t hash = sn_hosts_hash(&claims->hosts, scanner);
    if (sn_hosts_number(&claims->hosts, scanner, hash) > claims->uris->len)
        g_ptr_array_add(claims->uris, g_strdup(uri));
}

const char *sn_claims_find(const sn_claims_t *claims, const sn_addr_t *scanner)
{
    if (claims->uris->len == 0)
        return NULL;
    uint32_t number = sn_hosts_find(&claims->hosts, scanner);
    return number != 0 ? (const char *)g_ptr_array_index(claims->uris, number - 1) : NULL;
}
