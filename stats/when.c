/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "when.h"

#include "engine/capture_time.h"

/* RFC 3339 and GLib have the years 1 to 9999. In seconds since 1970, and in UTC. */
#define YEAR_1     INT64_C(-62135596800)
#define YEAR_10000 INT64_C(253402300800)

void sn_when_append_epoch(GString *text, int64_t time_us)
{
    uint64_t distance = time_us < 0 ? 0 - (uint64_t)time_us : (uint64_t)time_us;
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
    GDateTime *date = g_date_time_new_from_unix_utc(second_of(time_us, &rest));
    char *text = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", g_date_time_get_year(date),
                                 g_date_time_get_month(date), g_date_time_get_day_of_month(date),
                                 g_date_time_get_hour(date), g_date_time_get_minute(date),
                                 g_date_time_get_second(date), rest);
    g_date_time_unref(date);
    return text;
}

/* --- For people ------------------------------------------------------------------------------ */

static const int64_t latest_us = INT64_C(4102444800) * G_USEC_PER_SEC; /* 2100-01-01 */

/** @return NULL for a time that cannot be */
static GDateTime *local(int64_t time_us)
{
    if (time_us < 0 || time_us >= latest_us)
        return NULL;
    return g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
}

static const char *why_not(int64_t time_us)
{
    return time_us < 0 ? "before 1970" : "after 2099";
}

static void unref(GDateTime *date)
{
    if (date)
        g_date_time_unref(date);
}

static sn_when_form_t form_of(GDateTime *first, GDateTime *last)
{
    if (!first || !last || g_date_time_get_year(first) != g_date_time_get_year(last))
        return SN_WHEN_YEAR;
    bool one_day = g_date_time_get_day_of_year(first) == g_date_time_get_day_of_year(last);
    return one_day ? SN_WHEN_TIME : SN_WHEN_DAY;
}

sn_when_form_t sn_when_form(int64_t first_us, int64_t last_us)
{
    GDateTime *first = local(first_us), *last = local(last_us);
    sn_when_form_t form = form_of(first, last);
    unref(first);
    unref(last);
    return form;
}

static const struct {
    const char *format;
    int width; /* of "before 1970" at least */
} forms[] = {
    [SN_WHEN_TIME] = {"%H:%M:%S", 11},
    [SN_WHEN_DAY] = {"%m-%d %H:%M", 11},
    [SN_WHEN_YEAR] = {"%Y-%m-%d %H:%M", 16},
};

int sn_when_width(sn_when_form_t form)
{
    return forms[form].width;
}

char *sn_when_local(int64_t time_us, sn_when_form_t form)
{
    if (time_us == 0)
        return g_strdup("no time");
    GDateTime *date = local(time_us);
    char *text = date ? g_date_time_format(date, forms[form].format) : NULL;
    unref(date);
    return text ? text : g_strdup(why_not(time_us));
}

int64_t sn_when_offset(int64_t time_us)
{
    GDateTime *date = local(time_us);
    int64_t offset = date ? g_date_time_get_utc_offset(date) : 0;
    unref(date);
    return offset;
}

/** The zone that holds at a time: "UTC", or "CEST (UTC+02:00)". */
static char *zone_at(GDateTime *date)
{
    const char *name = g_date_time_get_timezone_abbreviation(date);
    if (g_str_equal(name, "UTC"))
        return g_strdup(name);
    char *offset = g_date_time_format(date, "%:z");
    bool is_number = !g_ascii_isalpha(*name); /* zones without a name are called by their offset */
    char *text =
        is_number ? g_strdup_printf("UTC%s", offset) : g_strdup_printf("%s (UTC%s)", name, offset);
    g_free(offset);
    return text;
}

static char *zones_of(GDateTime *first, GDateTime *last)
{
    char *before = zone_at(first), *after = zone_at(last);
    if (g_str_equal(before, after)) {
        g_free(after);
        return before;
    }
    char *both = g_strdup_printf("%s to %s", before, after);
    g_free(before);
    g_free(after);
    return both;
}

char *sn_when_caption(int64_t first_us, int64_t last_us)
{
    static const char *const dates[] = {
        [SN_WHEN_TIME] = "%Y-%m-%d, ", [SN_WHEN_DAY] = "%Y, ", [SN_WHEN_YEAR] = "times in "};
    GDateTime *first = local(first_us), *last = local(last_us);
    sn_when_form_t form = form_of(first, last);
    if (!first)
        first = last ? g_date_time_ref(last) : g_date_time_new_now_local();
    if (!last)
        last = g_date_time_ref(first);
    char *date = g_date_time_format(first, dates[form]), *zones = zones_of(first, last);
    char *caption = g_strconcat(date, zones, NULL);
    g_free(date);
    g_free(zones);
    unref(first);
    unref(last);
    return caption;
}
