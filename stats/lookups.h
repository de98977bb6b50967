/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* lookups.h: pages of others that say what they know of an address. Only who clicks asks them. */
#ifndef SN_LOOKUPS_H
#define SN_LOOKUPS_H

#include "engine/addr.h"

/** One such page. */
typedef struct {
    const char *name;
    const char *url; /* to which the address is added */
} sn_lookup_t;

/** All of them. @param count out */
const sn_lookup_t *sn_lookups(unsigned *count);

/** The page about an address. @return its URL, for the caller to free with g_free() */
char *sn_lookup_url(const sn_lookup_t *lookup, const sn_addr_t *address);

#endif
