/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* record.h: what is on record of hosts beside their flows: who has talked with whom, which addresses were asked by
 * name, which ports answer. Only traffic that somebody answers leaves anything here, and probes that say whose they are,
 * so a telescope has next to nothing of it. Hosts are numbers of the engine's; times in seconds, modulo 2^32. */
#ifndef SN_RECORD_H
#define SN_RECORD_H

#include "hash.h"
#include "index.h"
#include "pool.h"

/** What an entry says. */
typedef enum {
    SN_RECORD_CONVERSED, /* host began a conversation with other */
    SN_RECORD_IN_MIDDLE, /* host is in the middle of a conversation with other */
    SN_RECORD_NAMED, /* a DNS answer to host named other at these times, word is second / SN_NAMED_SECONDS */
    SN_RECORD_FAMILY, /* likewise, an answer to somebody of the other IP version; host is 0, word by SN_FAMILY_SECONDS */
    SN_RECORD_SOCKET, /* host's UDP port word: first counts conversations begun, last those served */
    SN_RECORD_SERVICE, /* host's port word (transport << 16 | port) has answered */
    SN_RECORD_LEASE,   /* DHCP server host and the address other that it leases */
    SN_RECORD_CROWD, /* host got the like (word) from sources; first counts them, last has the port it came to */
    SN_RECORD_MEMBER, /* other is one of those sources */
    SN_RECORD_PROBE_URI, /* flow word carries the URI with number first, see uris.h; host and other are 0 */
    SN_RECORDS           /* how many */
} sn_record_kind_t;

enum {
    /* Resolvers and browsers keep the addresses of a name for an hour or less as a rule. */
    SN_NAMED_SECONDS = 3600,
    /* Happy Eyeballs tries both versions of IP at once (RFC 8305), and dead ones for a minute at most. */
    SN_FAMILY_SECONDS = 60,
};

typedef struct {
    uint64_t who; /* kind and host */
    uint32_t other, word;
    uint32_t first, last;
} sn_note_t;

typedef struct {
    sn_pool_t pool; /* of sn_note_t */
    sn_index_t by_key;
    const sn_hash_key_t *key;
    uint32_t count[SN_RECORDS];
} sn_record_t;

/** Makes an empty record. @param key borrowed until sn_record_clear() */
void sn_record_init(sn_record_t *record, const sn_hash_key_t *key);

/** Frees everything in it. */
void sn_record_clear(sn_record_t *record);

/** Looks for an entry. @return valid until the next is noted; NULL: there is none */
const sn_note_t *sn_record_find(const sn_record_t *record, sn_record_kind_t kind, uint32_t host,
                                uint32_t other, uint32_t word);

/** The same for writing, made all zero when it is new. @param is_new out, may be NULL */
sn_note_t *sn_record_note(sn_record_t *record, sn_record_kind_t kind, uint32_t host, uint32_t other,
                          uint32_t word, bool *is_new);

/** Notes that source sent a port of target the like of what the word stands for, once for each source. */
void sn_record_crowd(sn_record_t *record, uint32_t target, uint32_t source, uint32_t word,
                     uint16_t port);

/** How many sources did; 0 while all came to the same port, as those do who look for a service there. */
uint32_t sn_record_crowd_size(const sn_record_t *record, uint32_t target, uint32_t word);

#endif
