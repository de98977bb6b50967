/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

static uint64_t who_of(sn_record_kind_t kind, uint32_t host)
{
    return (uint64_t)kind << 32 | host;
}

static uint32_t hash_of(const sn_record_t *record, uint64_t who, uint32_t other, uint32_t word)
{
    return sn_hash(record->key, who, (uint64_t)other << 32 | word);
}

static sn_note_t *entry(const sn_record_t *record, uint32_t id)
{
    return (sn_note_t *)sn_pool_at(&record->pool, id, sizeof(sn_note_t));
}

static bool matches(const void *context, uint32_t id, const void *key)
{
    const sn_note_t *e = entry((const sn_record_t *)context, id);
    const sn_note_t *k = (const sn_note_t *)key;
    return e->who == k->who && e->other == k->other && e->word == k->word;
}

static uint32_t hash_of_entry(const void *context, uint32_t id)
{
    const sn_record_t *record = (const sn_record_t *)context;
    const sn_note_t *e = entry(record, id);
    return hash_of(record, e->who, e->other, e->word);
}

void sn_record_init(sn_record_t *record, const sn_hash_key_t *key)
{
    *record = (sn_record_t){.key = key};
    sn_pool_init(&record->pool, sizeof(sn_note_t), false);
    sn_index_init(&record->by_key, &record->pool, hash_of_entry, record);
}

void sn_record_clear(sn_record_t *record)
{
    sn_pool_clear(&record->pool);
    sn_index_clear(&record->by_key);
}

static sn_index_place_t place_of(const sn_record_t *record, const sn_note_t *key)
{
    uint32_t hash = hash_of(record, key->who, key->other, key->word);
    return sn_index_place(&record->by_key, hash, key, matches);
}

const sn_note_t *sn_record_find(const sn_record_t *record, sn_record_kind_t kind, uint32_t host,
                                uint32_t other, uint32_t word)
{
    if (record->count[kind] == 0)
        return NULL;
    sn_note_t key = {.who = who_of(kind, host), .other = other, .word = word};
    sn_index_place_t place = place_of(record, &key);
    return place.id != 0 ? entry(record, place.id) : NULL;
}

sn_note_t *sn_record_note(sn_record_t *record, sn_record_kind_t kind, uint32_t host, uint32_t other,
                          uint32_t word, bool *is_new)
{
    sn_note_t key = {.who = who_of(kind, host), .other = other, .word = word};
    sn_index_place_t place = place_of(record, &key);
    if (is_new)
        *is_new = place.id == 0;
    if (place.id != 0)
        return entry(record, place.id);
    uint32_t id = sn_pool_add(&record->pool);
    *entry(record, id) = key;
    sn_index_put(&record->by_key, place, id);
    record->count[kind]++;
    return entry(record, id);
}

enum { SEVERAL_PORTS = 1 << 16 }; /* beside a port */

void sn_record_crowd(sn_record_t *record, uint32_t target, uint32_t source, uint32_t word,
                     uint16_t port)
{
    bool is_new;
    /* A member's word is part of its key, so one source can be in several crowds. */
    sn_record_note(record, SN_RECORD_MEMBER, target, source, word, &is_new);
    sn_note_t *crowd = sn_record_note(record, SN_RECORD_CROWD, target, 0, word, NULL);
    if (crowd->first == 0)
        crowd->last = port;
    if (crowd->last != port)
        crowd->last = SEVERAL_PORTS;
    crowd->first += is_new;
}

uint32_t sn_record_crowd_size(const sn_record_t *record, uint32_t target, uint32_t word)
{
    const sn_note_t *crowd = sn_record_find(record, SN_RECORD_CROWD, target, 0, word);
    return crowd && crowd->last == SEVERAL_PORTS ? crowd->first : 0;
}
