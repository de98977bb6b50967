/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* uris.h: the different URIs that probes have carried, by number: of a campaign's million probes it is the same. */
#ifndef SN_URIS_H
#define SN_URIS_H

#include "hash.h"
#include "index.h"
#include "pool.h"

typedef struct {
    sn_pool_t pool;     /* of char *, owned */
    sn_index_t by_text; /* made with the first */
    const sn_hash_key_t *key;
    uint64_t bytes; /* of all texts */
} sn_uris_t;

/** Makes an empty list. It must not be moved. @param key borrowed until sn_uris_clear() */
void sn_uris_init(sn_uris_t *uris, const sn_hash_key_t *key);

/** Frees everything in it. */
void sn_uris_clear(sn_uris_t *uris);

/** The number of a URI, from 1, made on first sight. @param text copied @param length 1 to SN_PROBE_URI_MOST */
uint32_t sn_uris_number(sn_uris_t *uris, const char *text, size_t length);

/** The URI with this number, owned by the list. */
const char *sn_uris_text(const sn_uris_t *uris, uint32_t number);

/** The bytes that it takes, with its index. */
uint64_t sn_uris_memory(const sn_uris_t *uris);

#endif
