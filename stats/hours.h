/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hours.h: scan packets of each hour. As in a tally, a packet counts for its flow while packets pass,
 * and what the flows are is asked at the end. */
#ifndef SN_HOURS_H
#define SN_HOURS_H

#include "engine/engine.h"

typedef struct {
    int64_t begin_us;    /* full hours since 1970 */
    uint64_t packets[2]; /* over IPv4 and IPv6 */
} sn_hour_row_t;

typedef struct sn_hours sn_hours_t;

/** Makes an empty count, freed with sn_hours_free(). */
sn_hours_t *sn_hours_new(void);

/** Frees it. @param hours may be NULL */
void sn_hours_free(sn_hours_t *hours);

/** Counts one packet; the parameters are those of sn_tally_packet(). */
void sn_hours_packet(sn_hours_t *hours, sn_engine_t *engine, uint32_t frame, int64_t time_us);

/** The hours that had scans, in order of time, with the verdicts as they are now.
 * @return of sn_hour_row_t, valid until the next call with these hours */
const GArray *sn_hours_count(sn_hours_t *hours);

#endif
