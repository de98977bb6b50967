/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* crowds.h: which networks may have more than one scanner, before any network is named or counted: most
 * have one, and would be dropped again. Networks are those of sn_addr_site(). */
#ifndef SN_CROWDS_H
#define SN_CROWDS_H

#include "engine/addr.h"

typedef struct sn_crowds sn_crowds_t;

/** Makes an empty set, of some bytes for each scanner; freed with sn_crowds_free().
 * @param scanners how many will be noted */
sn_crowds_t *sn_crowds_new(size_t scanners);

/** Frees it. @param crowds may be NULL */
void sn_crowds_free(sn_crowds_t *crowds);

/** Notes a scanner. Each is noted once. */
void sn_crowds_note(sn_crowds_t *crowds, const sn_addr_t *scanner);

/** Whether the scanner's network may have another one that was noted.
 * @return false: it has none. true: it has, or, for a few networks, seems to */
bool sn_crowds_may_have(const sn_crowds_t *crowds, const sn_addr_t *scanner);

#endif
