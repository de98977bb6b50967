/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* groups.h: scanners grouped by what they have in common: organisation, country, network ... Scanners come one after the
 * other, each with all its flows. */
#ifndef SN_GROUPS_H
#define SN_GROUPS_H

#include "distinct.h"
#include "rows.h"

/** Names the group that a scanner belongs to.
 * @return NULL: none; else text that is valid until the next call */
typedef const char *(*sn_group_name_t)(const sn_addr_t *scanner);

typedef struct sn_groups sn_groups_t;

/** Begins to group. @param rows whose groups are filled, borrowed
 * @param names SN_GROUPINGS of them; NULL: not grouped by that */
sn_groups_t *sn_groups_new(sn_rows_t *rows, const sn_group_name_t *names);

/** Before the first scanner is added: @return whether sn_groups_see() wants all of them first */
bool sn_groups_look(sn_groups_t *groups, uint32_t scanners);
void sn_groups_see(sn_groups_t *groups, const sn_addr_t *scanner);

/** Begins with a scanner. */
void sn_groups_begin(sn_groups_t *groups, const sn_addr_t *scanner);

/** Adds all flows of that scanner. @param pairs of each the number of its port's row, from 1, or 0, and its target */
void sn_groups_add(sn_groups_t *groups, const sn_pair_t *pairs, guint count);

/** Ends with it. @param sum of its flows */
void sn_groups_end(sn_groups_t *groups, const sn_tapped_t *sum);

/** Counts what is distinct, and frees the groups. @param hosts the highest number of a target */
void sn_groups_finish(sn_groups_t *groups, uint32_t hosts);

#endif
