/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h: which steps of equal length the time of a capture is cut into. */
#ifndef SN_STEPS_H
#define SN_STEPS_H

#include <stdint.h>

enum {
    SN_STEPS = 48,          /* rows that a terminal and a reader have room for */
    SN_TIMELINE_STEPS = 300 /* bars that a chart has room for */
};

/** Steps of equal length that a capture's time is cut into. */
typedef struct {
    int64_t begin_us; /* of the first */
    int64_t hours;    /* length of each */
    unsigned count;   /* 1 to SN_STEPS */
} sn_steps_t;

/** How many whole lengths fit into a time, which may be before 1970: rounded down. */
static inline int64_t sn_steps_floor(int64_t amount, int64_t length)
{
    return amount / length - (amount % length < 0);
}

/** Steps for a capture: hours, or two hours each; for more than three days days, or as many days as
 * leave SN_STEPS.
 * @param offset_us what to add to UTC for the local time, as days begin by that
 * @param first_us, last_us of its packets */
sn_steps_t sn_steps_plan(int64_t first_us, int64_t last_us, int64_t offset_us);

/** The step that an hour begins in, from 0; the first or the last for what is before or behind them.
 * @param hour since 1970 */
unsigned sn_steps_of_hour(const sn_steps_t *steps, int64_t hour);

/** A timeline's step: the shortest of 1, 2, 5, 10, 15 and 30 seconds and minutes that is not less than a unit, and
 * leaves SN_TIMELINE_STEPS from the first to the last.
 * @param unit_us that time was counted in @return a length in microseconds; the unit: there is no such step */
int64_t sn_steps_timeline(int64_t first_us, int64_t last_us, int64_t unit_us);

#endif
