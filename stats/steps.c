/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps.h"

#include "engine/capture_time.h"

#include <glib.h>
#include <stdbool.h>

static const int64_t hour_us = 3600 * SN_SECOND_US;

sn_steps_t sn_steps_plan(int64_t first_us, int64_t last_us, int64_t offset_us)
{
    enum { DAY = 24, DAYS_IN_HOURS = 3 };
    bool in_days = last_us / hour_us - first_us / hour_us > (int64_t)DAYS_IN_HOURS * DAY;
    int64_t unit = in_days ? DAY : 1, offset = in_days ? offset_us : 0;
    int64_t unit_us = unit * hour_us;
    int64_t begin_us = sn_steps_floor(first_us + offset, unit_us) * unit_us - offset;
    int64_t units = (last_us / hour_us - begin_us / hour_us) / unit + 1;
    int64_t length = (units + SN_STEPS - 1) / SN_STEPS;
    return (sn_steps_t){
        .begin_us = begin_us,
        .hours = length * unit,
        .count = (unsigned)((units + length - 1) / length),
    };
}

unsigned sn_steps_of_hour(const sn_steps_t *steps, int64_t hour)
{
    uint64_t length_us = (uint64_t)(steps->hours * hour_us);
    int64_t us = hour * hour_us;
    /* Unsigned, as the clocks of a capture can be further apart than a signed number holds. */
    uint64_t since = us > steps->begin_us ? (uint64_t)us - (uint64_t)steps->begin_us : 0;
    return (unsigned)MIN(since / length_us, (uint64_t)steps->count - 1);
}

int64_t sn_steps_timeline(int64_t first_us, int64_t last_us, int64_t unit_us)
{
    static const unsigned lengths_s[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800};
    for (guint i = 0; i < G_N_ELEMENTS(lengths_s); i++) {
        int64_t length_us = lengths_s[i] * SN_SECOND_US;
        int64_t steps =
            sn_steps_floor(last_us, length_us) - sn_steps_floor(first_us, length_us) + 1;
        if (length_us >= unit_us && steps <= SN_TIMELINE_STEPS)
            return length_us;
    }
    return unit_us;
}
