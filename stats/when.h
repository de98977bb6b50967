/* SPDX-License-Identifier: GPL-2.0-or-later */
/* when.h: times of packets as text. They are those of engine/capture_time.h. */
#ifndef SN_WHEN_H
#define SN_WHEN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** Appends seconds since 1970 with six decimals: "1568678400.000000". */
void sn_when_append_epoch(GString *text, int64_t time_us);

/** What is said of a time that no calendar date is for, as a damaged clock makes them: "before 1" or
 * "after 9999", the years. @return NULL for all others */
const char *sn_when_beyond(int64_t time_us);

/** The time in UTC: "2019-09-17T00:00:00.000000Z" (RFC 3339), or what sn_when_beyond() says.
 * @return the caller frees it with g_free() */
char *sn_when_utc(int64_t time_us);

/** A time of day where the user is, "14:30:00", or with the date before it, "09-17 14:30"; or what
 * sn_when_beyond() says. @return the caller frees it with g_free() */
char *sn_when_local(int64_t time_us, bool with_date);

#endif
