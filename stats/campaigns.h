/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* campaigns.h: scanners that act alike, after Griffioen and Doerr, "Discovering Collaboration: Unveiling Slow,
 * Coordinated Scanners based on Common Header Field Patterns" (NOMS 2020). Their TCP probes have the same header
 * traits, and they come for the same ports, or share the work within one network; README's page on statistics has the
 * rule. */
#ifndef SN_CAMPAIGNS_H
#define SN_CAMPAIGNS_H

#include "distinct.h"
#include "rows.h"

/** Scanners that may act alike. */
typedef struct sn_campaigns sn_campaigns_t;

/** Different ports, without their names. */
typedef struct {
    guint count;
    uint64_t mark; /* the same ports have the same one, others but by chance another one */
} sn_port_set_t;

/** Adds a port that is not in the set yet. @param service transport << 16 | port */
static inline void sn_port_set_add(sn_port_set_t *set, uint32_t service)
{
    /* The finaliser of SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014) */
    uint64_t mixed = service + UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    set->mark += mixed ^ mixed >> 31;
    set->count++;
}

/** Makes an empty set, which sn_campaigns_finish() frees.
 * @param ports    sn_port_row_t, by the numbers in flows, from 1; borrowed until the end, as the next
 * @param scanners sn_scanner_row_t */
sn_campaigns_t *sn_campaigns_new(const GArray *ports, const GArray *scanners);

/** Adds a scanner whose TCP probes all have the same traits.
 * @param row    to be appended to the scanners next
 * @param ports  of its flows
 * @param traits as sn_flow_traits() has them, not 0
 * @param flows  its flows: port's number, 0 where there is none, and target; borrowed until the end */
void sn_campaigns_add(sn_campaigns_t *campaigns, const sn_scanner_row_t *row, sn_port_set_t ports,
                      uint16_t traits, const sn_pair_t *flows, guint count);

/** Finds the campaigns, and frees the set.
 * @param rows out: of sn_campaign_row_t, appended and ranked: most members first; ties by packets, first member */
void sn_campaigns_finish(sn_campaigns_t *campaigns, GArray *rows);

#endif
