/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h: counts the packets that pass a tap, and adds them up into the rows of the statistics.
 *
 * While packets pass, only a counter for each flow is kept, because the verdict on a flow may still
 * change. The rows are made from those counters by sn_tally_count(), in one walk over the flows. */
#ifndef SN_TALLY_H
#define SN_TALLY_H

#include "hours.h"
#include "sum.h"

typedef struct sn_tally sn_tally_t;

/** Makes an empty tally, freed with sn_tally_free(). */
sn_tally_t *sn_tally_new(void);

/** The scans by time, of the packets that were counted so far: those of the last sn_tally_count().
 * @return owned by the tally */
sn_hours_t *sn_tally_hours(sn_tally_t *tally);

/** The probe description URI of a scanner's first scan that carries one, see engine/probe_uri.h, of those of the last
 * sn_tally_count(). @return owned by the tally, until the next sn_tally_count(); NULL: none does */
const char *sn_tally_probe_uri(const sn_tally_t *tally, const sn_addr_t *scanner);

/** Frees it and drops its reference to the engine. @param tally may be NULL */
void sn_tally_free(sn_tally_t *tally);

/** Groups the scanners by what a function says of each; the rows of the next sn_tally_count() have
 * these groups.
 * @param name_of NULL: not any more. For networks, it names that of sn_addr_site() */
void sn_tally_group_by(sn_tally_t *tally, sn_grouping_t grouping, sn_group_name_t name_of);

/** Says what kinds of organisation scanners belong to, for the next sn_tally_count(). */
void sn_tally_kinds_by(sn_tally_t *tally, sn_kind_of_t kind_of);

/** Makes the rows of scanners have the details that cost time to find. */
void sn_tally_want_details(sn_tally_t *tally);

/** Says how many ports and scanners will be looked at, those with most packets: the rows of the next
 * sn_tally_count() have these in order, and the others behind them in none.
 * @param rows 0: all, as it is when nobody says anything */
void sn_tally_rank(sn_tally_t *tally, unsigned rows);

/** Forgets all packets. */
void sn_tally_reset(sn_tally_t *tally);

/** Counts one packet.
 * @param engine knows the frame, or that it belongs to no flow; referenced until reset. Another engine
 *               than before means that Wireshark began a new session (tshark -M): what was counted is
 *               kept. It is asked later for the frame's flow, as it need not have observed it yet */
void sn_tally_packet(sn_tally_t *tally, sn_engine_t *engine, uint32_t frame, int64_t time_us);

/** Lets go of the engine, as its capture is closed. What was counted stays, in little more room than the rows
 * will need. */
void sn_tally_close_session(sn_tally_t *tally);

/** True when packets came since the last sn_tally_count(). */
bool sn_tally_is_stale(const sn_tally_t *tally);

/** Makes the rows up to date. Costs nothing when no packet came since the last call.
 * @return the rows, valid until the next call with this tally */
const sn_rows_t *sn_tally_count(sn_tally_t *tally);

#endif
