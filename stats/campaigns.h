/* SPDX-License-Identifier: GPL-2.0-or-later */
/* campaigns.h: scanners that act alike, after Griffioen and Doerr, "Discovering Collaboration: Unveiling Slow,
 * Coordinated Scanners based on Common Header Field Patterns" (NOMS 2020). Their TCP probes have the same header
 * traits, and they come for the same ports, or share the work within one network; README's page on statistics has the
 * rule. */
#ifndef SN_CAMPAIGNS_H
#define SN_CAMPAIGNS_H

#include "rows.h"

/** Scanners that may act alike. */
typedef struct sn_campaigns sn_campaigns_t;

/** Makes an empty set, which sn_campaigns_finish() frees. */
sn_campaigns_t *sn_campaigns_new(void);

/** Adds a scanner whose TCP probes all have the same traits.
 * @param row    its address, count, techniques and tools are copied
 * @param traits as sn_flow_traits() has them, not 0 */
void sn_campaigns_add(sn_campaigns_t *campaigns, const sn_scanner_row_t *row, uint16_t traits);

/** Adds a flow of the last scanner; the like of it once more does no harm.
 * @param service transport << 16 | port
 * @param target  a number of the host's */
void sn_campaigns_add_flow(sn_campaigns_t *campaigns, uint32_t service, uint32_t target);

/** Finds the campaigns, and frees the set.
 * @param rows out: of sn_campaign_row_t, appended and ranked: most members first; ties by packets, first member */
void sn_campaigns_finish(sn_campaigns_t *campaigns, GArray *rows);

#endif
