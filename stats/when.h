/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* when.h: times of packets as text, for files and for people. They are those of engine/capture_time.h. */
#ifndef SN_WHEN_H
#define SN_WHEN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** How the times of a capture are told from each other: by time of day, or with the day, or with the
 * year as well. */
typedef enum { SN_WHEN_TIME, SN_WHEN_DAY, SN_WHEN_YEAR } sn_when_form_t;

/** The shortest form that tells these two and all times between them apart, in the local time zone. */
sn_when_form_t sn_when_form(int64_t first_us, int64_t last_us);

/** A local time in a form: "23:59:59", "12-31 23:59" or "2019-12-31 23:59". Captures have times that
 * cannot be: then "no time" for a frame without one (0, the beginning of 1970), "before 1970", or
 * "after 2099".
 * @return for the caller to free with g_free() */
char *sn_when_local(int64_t time_us, sn_when_form_t form);

/** How many columns of a terminal the texts of a form take, at most. */
int sn_when_width(sn_when_form_t form);

/** What sn_when_local() leaves out: the date or the year, where there is one, and the time zone, or
 * both of them when clocks were changed meanwhile: "2019-09-17, CEST (UTC+02:00)".
 * @return for the caller to free with g_free() */
char *sn_when_caption(int64_t first_us, int64_t last_us);

/** What to add to UTC for the local time, in microseconds. 0 for times that cannot be. */
int64_t sn_when_offset(int64_t time_us);

/** Appends seconds since 1970 with six decimals: "1568678400.000000". */
void sn_when_append_epoch(GString *text, int64_t time_us);

/** What is said of a time that no calendar date is for, as a damaged clock makes them: "before 1" or
 * "after 9999", the years. @return NULL for all others */
const char *sn_when_beyond(int64_t time_us);

/** The time in UTC: "2019-09-17T00:00:00.000000Z" (RFC 3339), or what sn_when_beyond() says.
 * @return the caller frees it with g_free() */
char *sn_when_utc(int64_t time_us);

#endif
