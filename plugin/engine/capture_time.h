/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* capture_time.h: when a packet was captured, in microseconds since 1970.
 *
 * A capture says what it likes: pcapng's clock counts in any unit up to 2^127 seconds. All times that
 * the plugin works with are made here, and are as near to what the capture says as can be while the
 * distance of any two of them fits as well. */
#ifndef SN_CAPTURE_TIME_H
#define SN_CAPTURE_TIME_H

#include <glib.h>
#include <stdint.h>

#define SN_SECOND_US INT64_C(1000000)

/* Full seconds, about 146 000 years either way. */
#define SN_TIME_MOST_US (INT64_MAX / 2 / SN_SECOND_US * SN_SECOND_US)

/** A time. One too far away is the nearest that is not: -SN_TIME_MOST_US or SN_TIME_MOST_US.
 * @param nanoseconds any number; 0 to 999999999 in a capture that is right */
static inline int64_t sn_capture_time(int64_t seconds, int nanoseconds)
{
    const int64_t most = SN_TIME_MOST_US / SN_SECOND_US;
    /* Each packet comes here, and in a capture that is right nothing is to be looked at twice. */
    if ((uint64_t)seconds < (uint64_t)most && (uint32_t)nanoseconds < UINT32_C(1000000000))
        return seconds * SN_SECOND_US + (uint32_t)nanoseconds / 1000;
    int64_t time_us = CLAMP(seconds, -most, most) * SN_SECOND_US + nanoseconds / 1000;
    return CLAMP(time_us, -SN_TIME_MOST_US, SN_TIME_MOST_US);
}

#endif
