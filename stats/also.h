/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* also.h: kinds of traffic that the verdict cannot decide, or says nothing of, and that can be told apart
 * all the same. README's page on statistics defines them. A telescope's flows, which nobody answers, are
 * kept for the second in which they begin. */
#ifndef SN_ALSO_H
#define SN_ALSO_H

#include "engine/engine.h"
#include "rows.h"

typedef struct sn_also sn_also_t;

/** Begins a walk over the flows of one engine.
 * @param hosts the highest number of one
 * @param rows  borrowed until sn_also_finish(), which adds to them: closed sessions' counts stay in */
sn_also_t *sn_also_new(uint32_t hosts, sn_count_t rows[SN_ALSO_KINDS]);

/** Looks at the next flow, in the order of their numbers.
 * @param packets the initiator's that are to be counted, at least one */
void sn_also_flow(sn_also_t *also, const sn_flow_view_t *view, uint64_t packets);

/** Ends the walk: the rows are complete. Frees it. */
void sn_also_finish(sn_also_t *also);

/** The kind's name, as table and JSON show it; never NULL. */
const char *sn_also_label(sn_also_kind_t kind);

#endif
