/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* addr.h: an IP address of either version, and the questions the verdict asks about it. */
#ifndef SN_ADDR_H
#define SN_ADDR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** An address in network byte order. IPv4 uses the first four bytes, the others are zero, so that
 * two equal addresses are equal in memory. */
typedef struct {
    union {
        uint8_t bytes[16];
        uint64_t words[2];
    };
    uint8_t version; /* 4 or 6; 0: no address */
} sn_addr_t;

enum { SN_SITE_BYTES_V4 = 3, SN_SITE_BYTES_V6 = 6 }; /* of an address, see sn_addr_site() */

/** A CIDR prefix: an address and how many of its leading bits count. */
typedef struct {
    sn_addr_t base;
    uint8_t bits;
} sn_prefix_t;

/** Writes an IPv4 address from four bytes in network order, in place: cheaper than a copy. */
static inline void sn_addr_set_v4(sn_addr_t *a, const uint8_t bytes[4])
{
    uint64_t first = 0;
    memcpy(&first, bytes, 4);
    a->words[0] = first;
    a->words[1] = 0;
    a->version = 4;
}

/** Makes an IPv4 address from four bytes in network order. */
static inline sn_addr_t sn_addr_v4(const uint8_t bytes[4])
{
    sn_addr_t a = {.version = 4};
    memcpy(a.bytes, bytes, 4);
    return a;
}

/** Makes an IPv6 address from sixteen bytes in network order. */
static inline sn_addr_t sn_addr_v6(const uint8_t bytes[16])
{
    sn_addr_t a = {.version = 6};
    memcpy(a.bytes, bytes, 16);
    return a;
}

/** The IPv4 address as a number in host byte order; 0 for IPv6. */
static inline uint32_t sn_addr_v4_number(const sn_addr_t *a)
{
    uint32_t number;
    memcpy(&number, a->bytes, sizeof number);
    return a->version == 4 ? GUINT32_FROM_BE(number) : 0;
}

/** True when both are the same address of the same version. */
static inline bool sn_addr_equal(const sn_addr_t *a, const sn_addr_t *b)
{
    return a->words[0] == b->words[0] && a->words[1] == b->words[1] && a->version == b->version;
}

/** Orders IPv4 before IPv6, then by number. Returns <0, 0 or >0 as memcmp does. */
int sn_addr_compare(const sn_addr_t *a, const sn_addr_t *b);

/** sn_addr_is_link_scoped(), without its short cut. */
bool sn_addr_is_link_scoped_at_all(const sn_addr_t *a);

/** True for an address that only the local link can mean, on either end of a packet: multicast,
 * the limited broadcast, link-local (RFC 3927, RFC 4291) and the unspecified address. */
static inline bool sn_addr_is_link_scoped(const sn_addr_t *a)
{
    uint8_t first = a->bytes[0];
    bool ordinary = a->version == 4 && first != 0 && first != 169 && first < 224;
    return !ordinary && sn_addr_is_link_scoped_at_all(a);
}

/** True for multicast (RFC 5771, RFC 4291) and the limited broadcast address. */
bool sn_addr_is_group(const sn_addr_t *a);

/** True for an address that belongs to somebody's own network: private (RFC 1918), shared behind a provider's NAT
 * (RFC 6598), unique local (RFC 4193) and loopback. */
bool sn_addr_is_private(const sn_addr_t *a);

/** True when both are IPv6 addresses of the same /64, the size of a link (RFC 4291, 2.5.1). */
bool sn_addr_same_link(const sn_addr_t *a, const sn_addr_t *b);

/** The network that a site or a customer is given and the address lies in: its /24, or /48 (RFC 6177).
 * @return the network's first address */
static inline sn_addr_t sn_addr_site(const sn_addr_t *a)
{
    sn_addr_t site = {.version = a->version};
    memcpy(site.bytes, a->bytes, a->version == 6 ? SN_SITE_BYTES_V6 : SN_SITE_BYTES_V4);
    return site;
}

/** True when the address lies inside the prefix. Versions never match each other. */
bool sn_prefix_contains(const sn_prefix_t *prefix, const sn_addr_t *a);

/** Reads one "address" or "address/bits". @param text changed while it is read @return false: it is none */
bool sn_prefix_parse(char *text, sn_prefix_t *prefix);

/** Reads a list of CIDR prefixes or single addresses, separated by commas or white space.
 * @param text    may be NULL or empty: an empty list
 * @param error   out, may be NULL: on failure one line naming the entry that is wrong; g_free() it
 * @return a GArray of sn_prefix_t that the caller frees with g_array_unref(), or NULL on failure
 */
GArray *sn_prefixes_parse(const char *text, char **error);

/** True when any prefix of the list contains the address. @param prefixes may be NULL. */
bool sn_prefixes_contain(const GArray *prefixes, const sn_addr_t *a);

#endif
