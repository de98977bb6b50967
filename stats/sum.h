/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* sum.h: how judged flows add up to the rows of the statistics. */
#ifndef SN_SUM_H
#define SN_SUM_H

#include "groups.h"
#include "rows.h"

/** The kind of a scanner's organisation. */
typedef sn_organisation_t (*sn_kind_of_t)(const sn_addr_t *scanner);

/** A flow that is a scan, ready to be added up. */
typedef struct {
    uint32_t source, target; /* hosts, by a number */
    uint32_t service;        /* transport << 16 | port; without ports, what stands for it */
    uint8_t technique, outcome, tool, asked;
    uint8_t reason;  /* from SN_SCAN_REASON_FIRST on */
    uint16_t traits; /* as sn_flow_traits() has them */
    sn_tapped_t tapped;
} sn_entry_t;

/** Adds up to rows. */
typedef struct sn_sum sn_sum_t;

/** What sn_sum_new() needs to know. */
typedef struct {
    uint32_t hosts; /* the highest number of one */
    sn_addr_t (*address_of)(const void *context, uint32_t host);
    const void *context;
    const sn_group_name_t
        *groupings;       /* SN_GROUPINGS of them, each may be NULL: not grouped by it */
    sn_kind_of_t kind_of; /* NULL: all are unknown */
    guint ranked;         /* ports and scanners to put in order; 0: all */
    bool details;         /* contacts, pattern and structure of each scanner */
} sn_sum_config_t;

/** Begins to add up. @param rows just initialised */
sn_sum_t *sn_sum_new(sn_rows_t *rows, const sn_sum_config_t *config);

/** Says that a flow of this source may be added; all are announced before the first is added. */
void sn_sum_announce(sn_sum_t *sum, uint32_t source);

/** Fetches what sn_sum_add() needs for a flow, for who will add one a little later.
 * @param service transport << 16 | port */
void sn_sum_prefetch(const sn_sum_t *sum, uint32_t source, uint32_t target, uint32_t service);

/** The same for what only shows when that is there; to be called half as long before. */
void sn_sum_prefetch_port(const sn_sum_t *sum, uint32_t service);

/** Adds one flow of those announced. Those of one source must come oldest first. */
void sn_sum_add(sn_sum_t *sum, const sn_entry_t *entry);

/** Ends it, and ranks the rows. Frees the sum. */
void sn_sum_finish(sn_sum_t *sum);

#endif
