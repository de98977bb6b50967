/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* origins.h: where scanners are, as the user's MaxMind databases say through Wireshark. Without
 * databases, or with that part of name resolution off, nothing is known of anybody. */
#ifndef SN_ORIGINS_H
#define SN_ORIGINS_H

#include "tally.h"

/** What the databases say of an address; what they do not say is NULL or 0. */
typedef struct {
    const char *country_code; /* ISO 3166-1, two letters */
    const char *country;      /* in English */
    uint32_t as_number;
    const char *as_organisation;
} sn_origin_t;

/** Lets labels go by autonomous system. */
void sn_origins_register(void);

/** Makes a tally whose scanners are grouped by label; freed with sn_tally_free(). */
sn_tally_t *sn_origins_tally_new(void);

/** Makes a tally's rows up to date as sn_tally_count() does, and groups its scanners by origin too.
 * Waits for the databases' answers, and no longer when they stop answering. */
const sn_rows_t *sn_origins_count(sn_tally_t *tally);

/** The origin of a scanner in rows that sn_origins_count() has made. The texts are Wireshark's and
 * stay valid. */
sn_origin_t sn_origin_of(const sn_addr_t *scanner);

#endif
