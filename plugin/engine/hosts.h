/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.h: the addresses of a capture, by number. What each has done as a source is added up in source.h. */
#ifndef SN_HOSTS_H
#define SN_HOSTS_H

#include "flow.h"
#include "hash.h"
#include "index.h"
#include "pool.h"

enum {
    SN_WITNESSES = 8, /* sources remembered for each target; the most exposing_sources can be */
};

/** One host, 16 bytes, so that none lies across cache lines: telescopes see millions that sent one
 * packet. Of more there can be 2^25: their flows would not fit into memory. */
typedef struct {
    uint32_t address;     /* IPv4: in host byte order; IPv6: its number among the IPv6 addresses */
    uint32_t newest_flow; /* of those it initiated, see sn_flow_t.previous; 0: none */
    uint32_t source;      /* number of its sn_source_t; 0: nothing was added up yet */
    uint32_t more : 25;   /* number of its sn_host_more_t; 0: all zero */
    uint32_t witnessed : 1; /* as a target: has SN_WITNESSES witnesses */
    uint32_t v6 : 1;        /* its IP version */
    uint32_t home : 1;      /* in a home network */
    uint32_t local : 1;     /* private, loopback or unique local, see sn_addr_is_private() */
    uint32_t conversed : 1; /* as a source: has begun a conversation */
    uint32_t recorded : 1;  /* likewise: something is on record that may excuse it, see record.h */
    uint32_t
        eventful : 1; /* likewise: not all its flows are probes that met nothing but refusals, or
                              one may have a reason noted that follows from others */
} sn_host_t;
G_STATIC_ASSERT(sizeof(sn_host_t) == 16);

/** What few hosts have. */
typedef struct {
    uint32_t unicornscan_flow;      /* newest flow that may be Unicornscan's; 0: none */
    uint32_t unicornscan_key;       /* of that one, see sn_is_like_unicornscan() */
    uint32_t witness[SN_WITNESSES]; /* as a target: sources whose probes failed there; 0: free */
} sn_host_more_t;

typedef struct {
    sn_pool_t pool; /* of sn_host_t */
    sn_pool_t v6;   /* of sn_addr_t */
    sn_pool_t more; /* of sn_host_more_t */
    sn_index_t by_address;
    const sn_hash_key_t *key;
    const GArray *home; /* sn_prefix_t; may be NULL */
    bool full;          /* no more are made */
} sn_hosts_t;

/** Makes an empty set of hosts. @param key, home borrowed until sn_hosts_clear() */
void sn_hosts_init(sn_hosts_t *hosts, const sn_hash_key_t *key, const GArray *home);

/** Frees everything in the set. */
void sn_hosts_clear(sn_hosts_t *hosts);

/** The hash of an address. */
static inline uint32_t sn_hosts_hash(const sn_hosts_t *hosts, const sn_addr_t *address)
{
    return sn_hash(hosts->key, address->words[0], address->words[1] ^ address->version);
}

/** The host's number, made on first sight. @param hash of the address
 * @return 0: it is new, and there is no room for it */
uint32_t sn_hosts_number(sn_hosts_t *hosts, const sn_addr_t *address, uint32_t hash);

/** The host's number, 0 when it was never seen. */
uint32_t sn_hosts_find(const sn_hosts_t *hosts, const sn_addr_t *address);

/** The host with this number. */
static inline sn_host_t *sn_hosts_get(const sn_hosts_t *hosts, uint32_t number)
{
    return (sn_host_t *)sn_pool_at(&hosts->pool, number, sizeof(sn_host_t));
}

/** Gives a host the rest of its record, all zero. For sn_hosts_make_more(). */
void sn_hosts_add_more(sn_hosts_t *hosts, sn_host_t *host);

/** The rest of a host's record for reading; all zero when it has none yet. */
const sn_host_more_t *sn_hosts_more(const sn_hosts_t *hosts, const sn_host_t *host);

/** The same for writing, made when it is not there yet. */
static inline sn_host_more_t *sn_hosts_make_more(sn_hosts_t *hosts, sn_host_t *host)
{
    if (host->more == 0)
        sn_hosts_add_more(hosts, host);
    return (sn_host_more_t *)sn_pool_at(&hosts->more, host->more, sizeof(sn_host_more_t));
}

/** Fetches the rest of a host's record, if it has one, for who will look at it a little later. */
static inline void sn_hosts_prefetch_more(const sn_hosts_t *hosts, uint32_t number)
{
    uint32_t more = sn_hosts_get(hosts, number)->more;
    if (more != 0)
        sn_prefetch(sn_pool_at(&hosts->more, more, sizeof(sn_host_more_t)));
}

/** The address of the host with this number. */
sn_addr_t sn_hosts_address(const sn_hosts_t *hosts, uint32_t number);

/** Notes that a probe of the source failed at the target. The record holds the first SN_WITNESSES
 * sources; later ones take the place of one that has conversed since. Who calls this for each
 * probe may leave out most of those at a target that has all its witnesses. */
void sn_hosts_witness(sn_hosts_t *hosts, uint32_t source, sn_host_t *target);

/** How many sources other than `source` have failed at the target and begun no conversation. */
uint32_t sn_hosts_other_scanners(const sn_hosts_t *hosts, uint32_t source, uint32_t target);

#endif
