/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hours.c: scan packets of each hour, and times as text. */
#include "lab.h"

#include "engine/capture_time.h"
#include "stats/columns.h"
#include "stats/hours.h"
#include "stats/when.h"

enum { HOUR = 3600 };

/** What is counted of each flow of the present session. */
static sn_pool_t tapped;

static sn_hours_t *new_hours(void)
{
    sn_pool_init(&tapped, sizeof(sn_tapped_t), true);
    return sn_hours_new(&tapped);
}

static void free_hours(sn_hours_t *hours)
{
    sn_hours_free(hours);
    sn_pool_clear(&tapped);
}

/** Closes the session before, as a tally does. */
static lab_t begin_session(sn_hours_t *hours)
{
    sn_hours_close_session(hours);
    sn_pool_clear(&tapped);
    sn_pool_init(&tapped, sizeof(sn_tapped_t), true);
    return lab_new();
}

/** Feeds a packet at a second to the engine and, as a tap does, to the hours. */
static void tap_at(sn_hours_t *hours, lab_t *lab, int64_t second, sn_packet_t p)
{
    lab->time_us = (second - 1) * SECOND;
    feed(lab, p);
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(lab->engine, lab->frame, &from_initiator);
    if (flow == 0 || !from_initiator)
        return;
    sn_pool_reach(&tapped, flow);
    sn_tapped_t *of_flow = (sn_tapped_t *)sn_pool_get(&tapped, flow);
    sn_hours_packet(hours, lab->engine, flow, of_flow, lab->time_us);
    sn_tapped_add(of_flow, &(sn_tapped_t){1, lab->time_us, lab->time_us});
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
    sn_hours_t *hours = new_hours();
    g_assert_cmpuint(sn_hours_count(hours)->len, ==, 0);
    free_hours(hours);
    sn_hours_free(NULL);
}

/** Both edges of an hour, both IP versions, time backwards, before 1970, and what is no scan. */
static void check_edges(void)
{
    lab_t lab = lab_new();
    sn_hours_t *hours = new_hours();
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
    free_hours(hours);
    lab_free(&lab);
}

/** The earliest and the latest time that there are: the first hour begins before that. */
static void check_earliest(void)
{
    const int64_t last = SN_TIME_MOST_US / SN_SECOND_US;
    lab_t lab = lab_new();
    sn_hours_t *hours = new_hours();
    tap_at(hours, &lab, -last, tcp(SCANNER, 1, TARGET, 23, "S"));
    tap_at(hours, &lab, last, tcp(SCANNER, 2, TARGET, 24, "S"));
    tap_at(hours, &lab, -last, tcp(SCANNER, 3, TARGET, 25, "S"));
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, -last / HOUR - 1, 2, 0);
    assert_row(rows, 1, last / HOUR, 1, 0);
    free_hours(hours);
    lab_free(&lab);
}

/** A flow that jumps between two hours with each packet. */
static void check_to_and_fro(void)
{
    enum { JUMPS = 20000 };
    lab_t lab = lab_new();
    sn_hours_t *hours = new_hours();
    for (int i = 0; i < JUMPS; i++)
        tap_at(hours, &lab, 5 * HOUR + i % 2 * HOUR, tcp(SCANNER, 1, TARGET, 23, "F"));
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, 5, JUMPS / 2, 0);
    assert_row(rows, 1, 6, JUMPS / 2, 0);
    free_hours(hours);
    lab_free(&lab);
}

/** tshark -M: what a session's flows came to is kept. */
static void check_sessions(void)
{
    sn_hours_t *hours = new_hours();
    for (int i = 0; i < 3; i++) {
        lab_t lab = begin_session(hours);
        tap_at(hours, &lab, 5 * HOUR + i * HOUR / 2, tcp(SCANNER, 1, TARGET, 23, "S"));
        lab_free(&lab);
    }
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, 5, 2, 0);
    assert_row(rows, 1, 6, 1, 0);
    free_hours(hours);
}

static void assert_timeline(sn_hours_t *hours, int64_t step, guint count, int64_t first)
{
    int64_t step_us;
    const GArray *rows = sn_hours_timeline(hours, &step_us);
    g_assert_cmpint(step_us, ==, step * SN_SECOND_US);
    g_assert_cmpuint(rows->len, ==, count);
    g_assert_cmpint(g_array_index(rows, sn_hour_row_t, 0).begin_us, ==, first * SN_SECOND_US);
}

/** Steps get longer with the capture, and no packet is lost or moved, whatever session it is of. */
static void check_timeline(void)
{
    enum { MINUTE = 60, DAY = 24 * HOUR };
    static const struct {
        int64_t second, step;
        guint count;
        int64_t first;
    } seen[] = {
        {7, 1, 1, 7},
        {299 + 7, 1, 2, 7},
        {300 + 7, 2, 2, 6}, /* of a second it would be 301 */
        {11 * MINUTE, 5, 3, 5},
        {2 * HOUR, 30, 4, 0},
        {2 * HOUR + 8, MINUTE, 4, 0}, /* more than two hours */
        {6 * HOUR, 2 * MINUTE, 5, 0},
        {5 * DAY, 30 * MINUTE, 4, 0},
        {5 * DAY + HOUR, HOUR, 5, 0}, /* more than five days: hours 0, 2, 6, 120 and 121 */
    };
    sn_hours_t *hours = new_hours();
    sn_hours_want_details(hours);
    lab_t lab = begin_session(hours);
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++) {
        tap_at(hours, &lab, seen[i].second, tcp(SCANNER, 1, TARGET, 23, "F"));
        if (i == 3) {
            lab_free(&lab);
            lab = begin_session(hours);
        }
        assert_timeline(hours, seen[i].step, seen[i].count, seen[i].first);
    }
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 5);
    assert_row(rows, 0, 0, 4, 0);
    assert_row(rows, 1, 2, 2, 0);
    sn_hours_reset(hours);
    lab_free(&lab);
    lab = begin_session(hours);
    tap_at(hours, &lab, -1, tcp(SCANNER, 1, TARGET, 23, "F"));
    assert_timeline(hours, 1, 1, -1); /* after a reset, from the shortest on */
    free_hours(hours);
    lab_free(&lab);
}

static const struct {
    int64_t first, last, offset; /* hours */
    int64_t begin, hours;
    unsigned count;
} plans[] = {
    {5, 5, 0, 5, 1, 1},
    {0, 47, 0, 0, 1, 48},
    {0, 48, 0, 0, 2, 25},
    {5, 77, 0, 5, 2, 37},           /* three days */
    {5, 78, 0, 0, 24, 4},           /* and more: by day */
    {5, 78, -6, -18, 24, 5},        /* by the reader's day: it was yesterday there */
    {0, 48 * 24 - 1, 0, 0, 24, 48}, /* both edges of 48 days */
    {0, 48 * 24, 0, 0, 48, 25},
    {-500000, 1200000, 0, -500016, 35424, 48}, /* from 1912 to 2106 */
};

static void check_plan(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(plans); i++) {
        const int64_t hour_us = HOUR * (int64_t)SECOND;
        sn_steps_t steps = sn_steps_plan(plans[i].first * hour_us, plans[i].last * hour_us,
                                         plans[i].offset * hour_us);
        g_assert_cmpint(steps.begin_us, ==, plans[i].begin * hour_us);
        g_assert_cmpint(steps.hours, ==, plans[i].hours);
        g_assert_cmpuint(steps.count, ==, plans[i].count);
    }
}

/** The extremes that a capture can have do not overflow. */
static void check_plan_of_all_time(void)
{
    const int64_t most = SN_TIME_MOST_US;
    sn_steps_t steps = sn_steps_plan(-most, most, 0);
    g_assert_cmpuint(steps.count, <=, SN_STEPS);
    g_assert_cmpint(steps.begin_us, <=, -most);
}

static void assert_step(const GArray *rows, guint at, uint64_t v4, uint64_t v6, uint32_t scanners)
{
    const sn_step_row_t *row = &g_array_index(rows, sn_step_row_t, at);
    g_assert_cmpuint(row->packets[0], ==, v4);
    g_assert_cmpuint(row->packets[1], ==, v6);
    g_assert_cmpuint(row->scanners, ==, scanners);
}

/** A scanner counts once in each step, in however many flows, hours and sessions it was there. */
static void check_steps(void)
{
    sn_hours_t *hours = new_hours();
    for (int session = 0; session < 3; session++) {
        lab_t lab = begin_session(hours);
        tap_at(hours, &lab, 1, tcp(SCANNER, 1, TARGET, 23, "S"));
        tap_at(hours, &lab, 2, tcp(SCANNER, 2, TARGET, 24, "S"));
        tap_at(hours, &lab, HOUR, tcp(SCANNER, 3, TARGET, 25, "S"));
        if (session == 1)
            tap_at(hours, &lab, 4 * HOUR, tcp("2001:db8:a::9", 1, "2001:db8:b::1", 23, "S"));
        if (session > 0)
            tap_at(hours, &lab, 1, tcp(OTHER, 1, TARGET, 23, "S"));
        lab_free(&lab);
    }
    sn_steps_t steps = {.begin_us = 0, .hours = 2, .count = 3};
    GArray *rows = sn_hours_steps(hours, &steps);
    g_assert_cmpuint(rows->len, ==, 3);
    assert_step(rows, 0, 11, 0, 2);
    assert_step(rows, 1, 0, 0, 0);
    assert_step(rows, 2, 0, 1, 1);
    g_array_unref(rows);
    sn_hours_reset(hours);
    rows = sn_hours_steps(hours, &steps);
    assert_step(rows, 0, 0, 0, 0);
    g_array_unref(rows);
    free_hours(hours);
}

/** Of the wanted ports only, by transport, in hours that have scans, of sessions that are over as well. */
static void check_ports(void)
{
    static const sn_port_row_t wanted[] = {
        {.transport = SN_TRANSPORT_TCP, .port = 23},
        {.transport = SN_TRANSPORT_UDP, .port = 23},
        {.transport = SN_TRANSPORT_TCP, .port = 99},
    };
    sn_hours_t *hours = new_hours();
    sn_hours_want_details(hours);
    for (int session = 0; session < 3; session++) {
        lab_t lab = begin_session(hours);
        tap_at(hours, &lab, 1, tcp(SCANNER, 1, TARGET, 23, "S"));
        tap_at(hours, &lab, 2, tcp(SCANNER, 2, OTHER, 23, "S"));
        tap_at(hours, &lab, 5 * HOUR, tcp(SCANNER, 3, TARGET, 24, "S"));
        tap_at(hours, &lab, (session + 2) * HOUR, udp(SCANNER, 4, TARGET, 23));
        lab_free(&lab);
    }
    static const uint64_t packets[] = {6, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    g_assert_cmpuint(sn_hours_count(hours)->len, ==, 5);
    for (int asked = 0; asked < 2; asked++) {
        uint64_t *counted = sn_hours_by_port(hours, wanted, G_N_ELEMENTS(wanted));
        for (size_t i = 0; i < G_N_ELEMENTS(packets); i++)
            g_assert_cmpuint(counted[i], ==, packets[i]);
        g_free(counted);
    }
    sn_hours_reset(hours);
    g_free(sn_hours_by_port(hours, wanted, 0));
    free_hours(hours);
}

static const struct {
    const char *text;
    int columns;
    const char *in_six;
} texts[] = {
    {"", 0, "      "},
    {"abc", 3, "abc   "},
    {"abcdef", 6, "abcdef"},
    {"abcdefg", 7, "abcde…"},
    {"Büro", 4, "Büro  "},
    {"東京", 4, "東京  "},
    {"東京大学", 8, "東京… "},
    {"a東京大", 7, "a東京…"},
    {"e\u0301e\u0301", 2, "e\u0301e\u0301    "},
    {"\xff\xfe", 2, "\xff\xfe    "},
};

static void check_columns(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        GString *line = g_string_new(NULL);
        g_assert_cmpint(sn_columns_of(texts[i].text), ==, texts[i].columns);
        sn_columns_append(line, texts[i].text, 6, false);
        g_assert_cmpstr(line->str, ==, texts[i].in_six);
        g_string_free(line, TRUE);
    }
}

static const struct {
    double part;
    const char *bar;
} bars[] = {{0, ""}, {1e-9, "▏"}, {0.5, "██"}, {0.25 + 0.125, "█▌"}, {1, "████"}};

static void check_bars(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bars); i++) {
        GString *line = g_string_new(NULL);
        sn_columns_append_bar(line, bars[i].part, 4);
        g_assert_cmpstr(line->str, ==, bars[i].bar);
        g_string_free(line, TRUE);
    }
}

static const struct {
    int64_t second;
    sn_when_form_t form;
    const char *text;
} local_times[] = {
    {1568678400, SN_WHEN_TIME, "00:00:00"},
    {1568678400, SN_WHEN_DAY, "09-17 00:00"},
    {1568678400, SN_WHEN_YEAR, "2019-09-17 00:00"},
    {0, SN_WHEN_YEAR, "no time"},
    {-1, SN_WHEN_YEAR, "before 1970"},
    {4102444799, SN_WHEN_YEAR, "2099-12-31 23:59"},
    {4102444800, SN_WHEN_YEAR, "after 2099"},
};

static void check_local(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(local_times); i++) {
        char *text = sn_when_local(local_times[i].second * SECOND, local_times[i].form);
        g_assert_cmpstr(text, ==, local_times[i].text);
        g_assert_cmpint(sn_columns_of(text), <=, sn_when_width(local_times[i].form));
        g_free(text);
    }
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

/** Every time fits, and so does the distance of any two. */
static void check_clamp(void)
{
    g_assert_cmpint(sn_capture_time(1, 999999999), ==, 1999999);
    g_assert_cmpint(sn_capture_time(-1, 0), ==, -1000000);
    g_assert_cmpint(sn_capture_time(SN_TIME_MOST_US / SECOND, 999999999), ==, SN_TIME_MOST_US);
    const int64_t beyond[] = {INT64_MAX, INT64_MAX / SECOND + 1, INT64_MAX / 2};
    for (size_t i = 0; i < G_N_ELEMENTS(beyond); i++) {
        g_assert_cmpint(sn_capture_time(beyond[i], INT32_MAX), ==, SN_TIME_MOST_US);
        g_assert_cmpint(sn_capture_time(-beyond[i], INT32_MIN), ==, -SN_TIME_MOST_US);
    }
    g_assert_cmpint(sn_capture_time(INT64_MIN, 0), ==, -SN_TIME_MOST_US);
    g_assert_cmpint(SN_TIME_MOST_US, <, INT64_MAX - SN_TIME_MOST_US);
}

/** Both ends of time are two hours, and nothing is made of those between. */
static void check_far_apart(void)
{
    lab_t lab = lab_new();
    sn_hours_t *hours = new_hours();
    const int64_t first = -SN_TIME_MOST_US / SECOND, last = SN_TIME_MOST_US / SECOND;
    tap_at(hours, &lab, last, tcp(SCANNER, 1, TARGET, 23, "S"));
    tap_at(hours, &lab, first, tcp(SCANNER, 2, TARGET, 24, "S"));
    const GArray *rows = sn_hours_count(hours);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_row(rows, 0, first / HOUR - 1, 1, 0); /* the hour began before */
    assert_row(rows, 1, last / HOUR, 1, 0);
    free_hours(hours);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/hours/empty", check_empty);
    g_test_add_func("/hours/edges", check_edges);
    g_test_add_func("/hours/earliest", check_earliest);
    g_test_add_func("/hours/to-and-fro", check_to_and_fro);
    g_test_add_func("/hours/sessions", check_sessions);
    g_test_add_func("/hours/timeline", check_timeline);
    g_test_add_func("/hours/plan", check_plan);
    g_test_add_func("/hours/plan-of-all-time", check_plan_of_all_time);
    g_test_add_func("/hours/steps", check_steps);
    g_test_add_func("/hours/ports", check_ports);
    g_test_add_func("/columns/text", check_columns);
    g_test_add_func("/columns/bars", check_bars);
    g_test_add_func("/when/text", check_text);
    g_test_add_func("/when/clamp", check_clamp);
    g_test_add_func("/when/local", check_local);
    g_test_add_func("/hours/far-apart", check_far_apart);
    return g_test_run();
}
