/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h: hosts, and what each has tried as a source and suffered as a target. */
#ifndef SN_SOURCE_H
#define SN_SOURCE_H

#include "flow.h"
#include "hash.h"
#include "index.h"
#include "pool.h"

enum {
    SN_WITNESSES = 8, /* sources remembered for each target; the most exposing_sources can be */
    SN_TAILS = 4,     /* techniques that look like a tail */
};

/** One host, 16 bytes, so that none lies across cache lines: telescopes see millions that sent one
 * packet. Of contacts there can be 2^30 and of hosts 2^29: their flows would not fit into memory. */
typedef struct {
    uint32_t address;     /* IPv4: in host byte order; IPv6: its number among the IPv6 addresses */
    uint32_t newest_flow; /* of those it initiated, see sn_flow_t.previous; 0: none */
    uint32_t failed : 30; /* contacts with a failed flow that is no tail */
    uint32_t first_listed : 1; /* its first flow is in the index of contacts, if it has one */
    uint32_t settled : 1;      /* all its flows have joined their contacts, now and later */
    uint32_t more : 29;        /* number of its sn_host_more_t; 0: all zero */
    uint32_t witnessed : 1;    /* as a target: has SN_WITNESSES witnesses */
    uint32_t v6 : 1;           /* its IP version */
    uint32_t home : 1;         /* in a home network */
} sn_host_t;
G_STATIC_ASSERT(sizeof(sn_host_t) == 16);

/** What few hosts have. */
typedef struct {
    uint32_t conversations;         /* contacts with a conversation */
    uint32_t aborted;               /* contacts with a flow that it aborted */
    uint16_t tails[SN_TAILS];       /* contacts with a failed tail, by sn_tail_of(); stands still
                                     * once full */
    uint32_t unicornscan_flow;      /* newest flow that may be Unicornscan's; 0: none */
    uint32_t unicornscan_key;       /* of that one, see sn_is_like_unicornscan() */
    uint32_t witness[SN_WITNESSES]; /* as a target: sources whose probes failed there; 0: free */
} sn_host_more_t;

typedef struct {
    sn_pool_t pool; /* of sn_host_t */
    sn_pool_t v6;   /* of sn_addr_t */
    sn_pool_t more; /* of sn_host_more_t */
    sn_index_t index;
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

/** The address of the host with this number. */
sn_addr_t sn_hosts_address(const sn_hosts_t *hosts, uint32_t number);

/** Which of a host's tail counters a technique has; -1 for techniques that look like no tail. */
int sn_tail_of(sn_technique_t technique);

/** The source's standing as facts for the judge. Tails count as failed contacts once there are
 * enough of one technique to be evidence.
 * @param technique of the flow that is to be judged */
sn_source_facts_t sn_source_facts(const sn_hosts_t *hosts, const sn_host_t *source,
                                  sn_technique_t technique, const sn_limits_t *limits);

/** Notes that a probe of the source failed at the target. The record holds the first SN_WITNESSES
 * sources; later ones take the place of one that has become a working client. Who calls this for each
 * probe may leave out most of those at a target that has all its witnesses. */
void sn_hosts_witness(sn_hosts_t *hosts, uint32_t source, uint32_t target,
                      const sn_limits_t *limits);

/** How many sources other than `source` have failed at the target and are no working clients. */
uint32_t sn_hosts_other_scanners(const sn_hosts_t *hosts, uint32_t source, uint32_t target,
                                 const sn_limits_t *limits);

#endif
