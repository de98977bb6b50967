/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lookups.h"

#include "names.h"

static const sn_lookup_t lookups[] = {
    {"GreyNoise", "https://viz.greynoise.io/ip/"},
    {"DShield", "https://isc.sans.edu/ipinfo/"},
    {"RIPEstat", "https://stat.ripe.net/"},
    {"Shodan", "https://www.shodan.io/host/"},
};

const sn_lookup_t *sn_lookups(unsigned *count)
{
    *count = G_N_ELEMENTS(lookups);
    return lookups;
}

char *sn_lookup_url(const sn_lookup_t *lookup, const sn_addr_t *address)
{
    char *number = sn_address_number(NULL, address);
    char *url = g_strconcat(lookup->url, number, NULL);
    wmem_free(NULL, number);
    return url;
}
