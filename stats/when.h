/* SPDX-License-Identifier: GPL-2.0-or-later */
/* when.h: times of packets, as microseconds since 1970, and as text for files. */
#ifndef SN_WHEN_H
#define SN_WHEN_H

#include <glib.h>
#include <stdint.h>

/** A time in microseconds. One that a damaged capture puts beyond what fits is the nearest that
 * does. @param nanoseconds 0 to 999999999 */
static inline int64_t sn_when(int64_t seconds, int nanoseconds)
{
    const int64_t most = INT64_MAX / G_USEC_PER_SEC - 1;
    return CLAMP(seconds, -most, most) * G_USEC_PER_SEC + nanoseconds / 1000;
}

/** Appends seconds since 1970 with six decimals: "1568678400.000000". */
void sn_when_append_epoch(GString *text, int64_t time_us);

/** The time in UTC: "2019-09-17T00:00:00.000000Z" (RFC 3339). NULL for a year that this form cannot
 * have; else the caller frees it with g_free(). */
char *sn_when_utc(int64_t time_us);

#endif
