/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hours.c: scan packets of each hour, and times as text. */
#include "lab.h"

#include "engine/capture_time.h"
#include "stats/hours.h"
#include "stats/when.h"

enum { HOUR = 3600 };

/** Feeds a packet at a second to the engine and, as a tap does, to the hours. */
static void tap_at(sn_hours_t *hours, lab_t *lab, int64_t second, sn_packet_t p)
{
    lab->time_us = (second - 1) * SECOND;
    feed(lab, p);
    sn_hours_packet(hours, lab->engine, lab->frame, lab->time_us);
}

static void assert_row(const GArray *rows, guint at, int64_t hour, uint64_t v4, uint64_t v6)
{
    g_assert_cmpuint(rows->len, >, at);
    const sn_hour_row_t *row = &g_array_index(rows, sn_hour_row_t, at);
    g_assert_cmpint(row->begin_us, ==, hour * HOUR * SECOND);
    g_assert_cmpuint(row->packets[0], ==, v4);
    g_assert_cmpuint(row->packets[1], ==, v6);
}

static void check_empty(void)
{
    sn_hours_t *hours = sn_hours_new();
    g_assert_cmpuint(sn_hours_count(hours)->len, ==, 0);
    sn_hours_free(hours);
    sn_hours_free(NULL);
}

/** Both edges of an hour, both IP versions, time backwards, before 1970, and what is no scan. */
static void check_edges(void)
{
    lab_t lab = lab_new();
    sn_hours_t *hours = sn_hours_new();
    tap_at(hours, &lab, 5 * HOUR, tcp(SCANNER, 1, TARGET, 23, "S"));
    tap_at(hours, &lab, 6 * HOUR - 1, tcp(SCANNER, 1, TARGET, 23, "S"));
    tap_at(hours, &lab, 6 * HOUR, tcp("2001:db8:a::9", 1, "2001:db8:b::1", 23, "S"));
    tap_at(hours, &lab, 5 * HOUR + 1, tcp(SCANNER, 2, OTHER, 23, "S"));
    tap_at(hours, &lab, 6 * HOUR, tcp(OTHER, 23, SCANNER, 2, "RA"));
    tap_at(hours, &lab, -1, tcp(SCANNER, 3, TARGET, 24, "S"));
    tap_at(hours, &lab, 6 * HOUR, tcp(ROUTER, 80, TARGET, 4000, "SA")); /* backscatter */
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 3);
    assert_row(rows, 0, -1, 1, 0);
    assert_row(rows, 1, 5, 3, 0);
    assert_row(rows, 2, 6, 0, 1);
    g_assert_true(sn_hours_count(hours) == rows); /* asked again: the same */
    g_assert_cmpuint(rows->len, ==, 3);
    sn_hours_free(hours);
    lab_free(&lab);
}

/** A flow that jumps between two hours with each packet. */
static void check_to_and_fro(void)
{
    enum { JUMPS = 20000 };
    lab_t lab = lab_new();
    sn_hours_t *hours = sn_hours_new();
    for (int i = 0; i < JUMPS; i++)
        tap_at(hours, &lab, 5 * HOUR + i % 2 * HOUR, tcp(SCANNER, 1, TARGET, 23, "F"));
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, 5, JUMPS / 2, 0);
    assert_row(rows, 1, 6, JUMPS / 2, 0);
    sn_hours_free(hours);
    lab_free(&lab);
}

/** tshark -M: what a session's flows came to is kept. */
static void check_sessions(void)
{
    sn_hours_t *hours = sn_hours_new();
    for (int i = 0; i < 3; i++) {
        lab_t lab = lab_new();
        tap_at(hours, &lab, 5 * HOUR + i * HOUR / 2, tcp(SCANNER, 1, TARGET, 23, "S"));
        lab_free(&lab);
    }
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, 5, 2, 0);
    assert_row(rows, 1, 6, 1, 0);
    sn_hours_free(hours);
}

static const struct {
    int64_t time_us;
    const char *epoch, *utc;
} times[] = {
    {0, "0.000000", "1970-01-01T00:00:00.000000Z"},
    {1, "0.000001", "1970-01-01T00:00:00.000001Z"},
    {-1, "-0.000001", "1969-12-31T23:59:59.999999Z"},
    {-1000000, "-1.000000", "1969-12-31T23:59:59.000000Z"},
    {-1500000, "-1.500000", "1969-12-31T23:59:58.500000Z"},
    {INT64_C(1568678400123456), "1568678400.123456", "2019-09-17T00:00:00.123456Z"},
    {INT64_C(253402300799999999), "253402300799.999999", "9999-12-31T23:59:59.999999Z"},
    {INT64_C(253402300800000000), "253402300800.000000", "after 9999"},
    {INT64_C(-62135596800000000), "-62135596800.000000", "0001-01-01T00:00:00.000000Z"},
    {INT64_C(-62135596800000001), "-62135596800.000001", "before 1"},
    {SN_TIME_MOST_US, "4611686018427.000000", "after 9999"},
    {-SN_TIME_MOST_US, "-4611686018427.000000", "before 1"},
};

static void check_text(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        GString *epoch = g_string_new(NULL);
        sn_when_append_epoch(epoch, times[i].time_us);
        g_assert_cmpstr(epoch->str, ==, times[i].epoch);
        g_string_free(epoch, TRUE);
        char *utc = sn_when_utc(times[i].time_us);
        g_assert_cmpstr(utc, ==, times[i].utc);
        g_free(utc);
    }
}

/** Times of day, where the test is: TZ says so. */
static void check_local(void)
{
    static const struct {
        int64_t time_us;
        const char *time, *date;
    } local[] = {
        {0, "14:00:00", "01-01 14:00"},
        {INT64_C(253402300799000000), "23:59:59",
         "12-31 23:59"}, /* UTC: it has no other year here */
        {INT64_C(253402300800000000), "after 9999", "after 9999"},
        {INT64_C(-62135596800000001), "before 1", "before 1"},
        {-SN_TIME_MOST_US, "before 1", "before 1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(local); i++) {
        char *time = sn_when_local(local[i].time_us, false);
        char *date = sn_when_local(local[i].time_us, true);
        g_assert_cmpstr(time, ==, local[i].time);
        g_assert_cmpstr(date, ==, local[i].date);
        g_free(time);
        g_free(date);
    }
}

/** Every time fits, and so does the distance of any two. */
static void check_clamp(void)
{
    g_assert_cmpint(sn_capture_time(1, 999999999), ==, 1999999);
    g_assert_cmpint(sn_capture_time(-1, 0), ==, -1000000);
    g_assert_cmpint(sn_capture_time(SN_TIME_MOST_US / SECOND, 999999999), ==, SN_TIME_MOST_US);
    const int64_t far[] = {INT64_MAX, INT64_MAX / SECOND + 1, INT64_MAX / 2};
    for (size_t i = 0; i < G_N_ELEMENTS(far); i++) {
        g_assert_cmpint(sn_capture_time(far[i], INT32_MAX), ==, SN_TIME_MOST_US);
        g_assert_cmpint(sn_capture_time(-far[i], INT32_MIN), ==, -SN_TIME_MOST_US);
    }
    g_assert_cmpint(sn_capture_time(INT64_MIN, 0), ==, -SN_TIME_MOST_US);
    g_assert_cmpint(SN_TIME_MOST_US, <, INT64_MAX - SN_TIME_MOST_US);
}

/** Both ends of time are two hours, and nothing is made of those between. */
static void check_far_apart(void)
{
    lab_t lab = lab_new();
    sn_hours_t *hours = sn_hours_new();
    const int64_t first = -SN_TIME_MOST_US / SECOND, last = SN_TIME_MOST_US / SECOND;
    tap_at(hours, &lab, last, tcp(SCANNER, 1, TARGET, 23, "S"));
    tap_at(hours, &lab, first, tcp(SCANNER, 2, TARGET, 24, "S"));
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, first / HOUR - 1, 1, 0); /* the hour began before */
    assert_row(rows, 1, last / HOUR, 1, 0);
    sn_hours_free(hours);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "<+14>-14", TRUE); /* an ordinary day begins here first */
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/hours/empty", check_empty);
    g_test_add_func("/hours/edges", check_edges);
    g_test_add_func("/hours/to-and-fro", check_to_and_fro);
    g_test_add_func("/hours/sessions", check_sessions);
    g_test_add_func("/when/text", check_text);
    g_test_add_func("/when/clamp", check_clamp);
    g_test_add_func("/when/local", check_local);
    g_test_add_func("/hours/far-apart", check_far_apart);
    return g_test_run();
}
