/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "when.h"

#include "engine/capture_time.h"

/* RFC 3339 and GLib have the years 1 to 9999. In seconds since 1970, and in UTC. */
#define YEAR_1     INT64_C(-62135596800)
#define YEAR_10000 INT64_C(253402300800)

void sn_when_append_epoch(GString *text, int64_t time_us)
{
    uint64_t distance = time_us < 0 ? -(uint64_t)time_us : (uint64_t)time_us;
    if (time_us < 0)
        g_string_append_c(text, '-');
    g_string_append_printf(text, "%" G_GUINT64_FORMAT ".%06u", distance / SN_SECOND_US,
                           (unsigned)(distance % SN_SECOND_US));
}

const char *sn_when_beyond(int64_t time_us)
{
    if (time_us < YEAR_1 * SN_SECOND_US)
        return "before 1";
    return time_us < YEAR_10000 * SN_SECOND_US ? NULL : "after 9999";
}

/** The full second that a time lies in. @param rest out: microseconds since then */
static int64_t second_of(int64_t time_us, int *rest)
{
    int64_t second = time_us / SN_SECOND_US;
    *rest = (int)(time_us % SN_SECOND_US);
    if (*rest >= 0)
        return second;
    *rest += (int)SN_SECOND_US;
    return second - 1;
}

char *sn_when_utc(int64_t time_us)
{
    const char *beyond = sn_when_beyond(time_us);
    if (beyond)
        return g_strdup(beyond);
    int rest;
    GDateTime *time = g_date_time_new_from_unix_utc(second_of(time_us, &rest));
    char *text = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", g_date_time_get_year(time),
                                 g_date_time_get_month(time), g_date_time_get_day_of_month(time),
                                 g_date_time_get_hour(time), g_date_time_get_minute(time),
                                 g_date_time_get_second(time), rest);
    g_date_time_unref(time);
    return text;
}

char *sn_when_local(int64_t time_us, bool with_date)
{
    const char *beyond = sn_when_beyond(time_us);
    if (beyond)
        return g_strdup(beyond);
    int rest;
    int64_t second = second_of(time_us, &rest);
    GDateTime *time = g_date_time_new_from_unix_local(second);
    if (!time) /* within hours of either end, where it is another year here */
        time = g_date_time_new_from_unix_utc(second);
    char *text = g_date_time_format(time, with_date ? "%m-%d %H:%M" : "%H:%M:%S");
    g_date_time_unref(time);
    return text;
}
