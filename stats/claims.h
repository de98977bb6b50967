/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* claims.h: what scanners say of themselves: the probe description URI that each was first seen with. */
#ifndef SN_CLAIMS_H
#define SN_CLAIMS_H

#include "engine/hosts.h"

typedef struct {
    sn_hosts_t hosts; /* those that have one */
    sn_hash_key_t key;
    GPtrArray *uris; /* char *, of host 1 and so on */
} sn_claims_t;

/** Makes an empty list; sn_claims_clear() frees what it holds. It must not be moved. */
void sn_claims_init(sn_claims_t *claims);

/** Frees everything in the list. */
void sn_claims_clear(sn_claims_t *claims);

/** Notes a scanner's URI, unless one was noted before. @param uri copied */
void sn_claims_note(sn_claims_t *claims, const sn_addr_t *scanner, const char *uri);

/** A scanner's URI. @return the list's own; NULL: it has none */
const char *sn_claims_find(const sn_claims_t *claims, const sn_addr_t *scanner);

#endif
