/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "when.h"

void sn_when_append_epoch(GString *text, int64_t time_us)
{
    uint64_t distance = time_us < 0 ? -(uint64_t)time_us : (uint64_t)time_us;
    if (time_us < 0)
        g_string_append_c(text, '-');
    g_string_append_printf(text, "%" G_GUINT64_FORMAT ".%06u", distance / G_USEC_PER_SEC,
                           (unsigned)(distance % G_USEC_PER_SEC));
}

char *sn_when_utc(int64_t time_us)
{
    int64_t second = time_us / G_USEC_PER_SEC, rest = time_us % G_USEC_PER_SEC;
    if (rest < 0) {
        second--;
        rest += G_USEC_PER_SEC;
    }
    GDateTime *time = g_date_time_new_from_unix_utc(second);
    if (!time)
        return NULL;
    char *text = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", g_date_time_get_year(time),
                                 g_date_time_get_month(time), g_date_time_get_day_of_month(time),
                                 g_date_time_get_hour(time), g_date_time_get_minute(time),
                                 g_date_time_get_second(time), (int)rest);
    g_date_time_unref(time);
    return text;
}
