/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_scanner.c: a scanner's totals, its pattern, whether it walks the ports in order, and how far
 * the totals may lag behind. */
#include "lab.h"

#include "engine/scanner.h"

static sn_scanner_t totals_of(const lab_t *lab, uint32_t flow)
{
    sn_scanners_t *scanners = sn_scanners_new();
    sn_scanner_t totals = *sn_scanners_get(scanners, lab->engine, view_of(lab, flow).source, true);
    sn_scanners_free(scanners);
    return totals;
}

/* --- Patterns -------------------------------------------------------------------------------- */

/** Contacts are words "transport target port", a letter and two digits: "t1:23" is TCP to host 1. */
typedef struct {
    const char *name, *contacts;
    sn_pattern_t pattern;
    uint32_t distinct, ports, targets;
} row_t;

static const row_t rows[] = {
    {"one", "t1:23", SN_PATTERN_SINGLE, 1, 1, 1},
    {"one-repeatedly", "t1:23 t1:23 t1:23", SN_PATTERN_SINGLE, 1, 1, 1},
    {"two-ports", "t1:23 t1:24", SN_PATTERN_VERTICAL, 2, 2, 1},
    {"two-transports", "t1:53 u1:53", SN_PATTERN_VERTICAL, 2, 2, 1},
    {"two-targets", "t1:23 t2:23", SN_PATTERN_HORIZONTAL, 2, 1, 2},
    {"two-targets-repeatedly", "t1:23 t2:23 t1:23 t2:23", SN_PATTERN_HORIZONTAL, 2, 1, 2},
    {"both", "t1:23 t2:24", SN_PATTERN_BLOCK, 2, 2, 2},
    {"four", "t1:23 t1:24 t2:23 t2:24", SN_PATTERN_BLOCK, 4, 2, 2},
    {"port-0", "t1:0 t1:1", SN_PATTERN_VERTICAL, 2, 2, 1},
    {"ping", "p1:0", SN_PATTERN_SINGLE, 1, 0, 1},
    {"ping-sweep", "p1:0 p2:0 p3:0", SN_PATTERN_HORIZONTAL, 3, 0, 3},
    {"ping-and-port", "p1:0 t1:80", SN_PATTERN_VERTICAL, 2, 1, 1},
    {"ping-and-port-elsewhere", "p1:0 t2:80", SN_PATTERN_BLOCK, 2, 1, 2},
    {"sctp", "s1:80 s2:80", SN_PATTERN_HORIZONTAL, 2, 1, 2},
};

static uint32_t try_contact(lab_t *lab, const char *word, uint16_t sport)
{
    char *target = g_strdup_printf("192.0.2.%c", word[1]);
    uint16_t port = (uint16_t)g_ascii_strtoull(word + 3, NULL, 10);
    uint32_t flow = 0;
    if (word[0] == 't')
        flow = feed(lab, tcp(SCANNER, sport, target, port, "-"));
    else if (word[0] == 'u')
        flow = feed(lab, udp(SCANNER, sport, target, port));
    else if (word[0] == 's')
        flow = feed(lab, sctp(SCANNER, sport, target, port, CHUNK_INIT));
    else
        flow = feed(lab, icmp(SCANNER, target, ECHO, sport));
    g_free(target);
    return flow;
}

static void check_pattern(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    char **words = g_strsplit(row->contacts, " ", -1);
    uint32_t flow = 0;
    for (guint n = 0; words[n]; n++)
        flow = try_contact(&lab, words[n], (uint16_t)(4000 + n));
    sn_scanner_t totals = totals_of(&lab, flow);
    g_assert_cmpstr(sn_pattern_label(totals.pattern), ==, sn_pattern_label(row->pattern));
    g_assert_cmpuint(totals.probes, ==, g_strv_length(words));
    g_assert_cmpuint(totals.contacts, ==, row->distinct);
    g_assert_cmpuint(totals.ports, ==, row->ports);
    g_assert_cmpuint(totals.targets, ==, row->targets);
    g_strfreev(words);
    lab_free(&lab);
}

/* --- Structured ------------------------------------------------------------------------------ */

typedef struct {
    const char *name, *ports;
    bool structured;
} order_row_t;

static const order_row_t orders[] = {
    {"seven", "1 2 3 4 5 6 7", false},
    {"eight", "1 2 3 4 5 6 7 8", true},
    {"eight-with-gaps", "22 23 80 443 1433 3306 5900 8080", true},
    {"descending", "10 9 8 7 6 5 4 3 2 1", false},
    {"seven-repeatedly", "1 2 3 4 5 6 7 1 2 3 4 5 6 7", false},
    {"each-twice", "1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8", true},
    {"nine-of-ten-steps", "1 2 3 4 5 6 7 8 9 10 3", true},
    {"eight-of-ten-steps", "1 2 3 4 5 6 7 8 4 9 3", false},
    {"eight-of-nine-steps", "1 2 3 4 5 6 7 8 9 3", false},
    {"high-ports", "65528 65529 65530 65531 65532 65533 65534 65535", true},
    {"shuffled", "8 3 1 9 4 2 7 6 5", false},
    {"two-rounds", "1 2 3 4 5 6 7 8 9 10 11 12 1 2 3 4 5 6 7 8 9 10 11 12", true},
};

static void check_order(gconstpointer data)
{
    const order_row_t *row = (const order_row_t *)data;
    lab_t lab = lab_new();
    char **words = g_strsplit(row->ports, " ", -1);
    uint32_t flow = 0;
    for (guint n = 0; words[n]; n++) {
        uint16_t port = (uint16_t)g_ascii_strtoull(words[n], NULL, 10);
        flow = feed(&lab, tcp(SCANNER, (uint16_t)(4000 + n), TARGET, port, "-"));
    }
    g_assert_cmpint(totals_of(&lab, flow).structured, ==, row->structured);
    g_strfreev(words);
    lab_free(&lab);
}

/* --- What counts ----------------------------------------------------------------------------- */

/** Only flows that are scans, only the scanner's packets, only this scanner's flows. */
static void check_what_counts(void)
{
    lab_t lab = lab_new();
    uint32_t flow = fail_at(&lab, SCANNER, TARGET, 2);
    feed(&lab, tcp(TARGET, 2, SCANNER, 6000, "RA"));
    feed(&lab, tcp(SCANNER, 6000, TARGET, 2, "S"));
    fail_at(&lab, CLIENT, OTHER, 3);
    feed(&lab, tcp(SCANNER, 4000, OTHER, 1, "A+")); /* from the middle */
    feed(&lab, tcp(SCANNER, 4000, OTHER, 2, "SA")); /* backscatter */
    talk_to(&lab, SCANNER, OTHER, 1);
    sn_scanner_t totals = totals_of(&lab, flow);
    g_assert_cmpuint(totals.probes, ==, 0); /* a client */
    g_assert_cmpuint(totals.contacts, ==, 0);
    fail_at(&lab, SCANNER, TARGET,
            4); /* a scanning source now, and the talk is ordinary all the same */
    totals = totals_of(&lab, flow);
    g_assert_cmpuint(totals.probes, ==, 7);
    g_assert_cmpuint(totals.contacts, ==, 4);
    g_assert_cmpuint(totals.targets, ==, 1);
    lab_free(&lab);
}

static void check_no_scanner(void)
{
    lab_t lab = lab_new();
    uint32_t flow = talk_to(&lab, CLIENT, TARGET, 2);
    sn_scanner_t totals = totals_of(&lab, flow);
    g_assert_cmpuint(totals.probes, ==, 0);
    g_assert_cmpuint(totals.contacts, ==, 0);
    g_assert_false(totals.structured);
    lab_free(&lab);
}

/* --- Lag ------------------------------------------------------------------------------------- */

enum { FLOWS = 5000, PART = 4 };

/** Exact answers are exact. The others, asked for after every packet, are late by a fourth at most,
 * and made anew so rarely that the cost of each stays constant on average: each walk is a fourth
 * longer than the last, and log(5000) / log(5/4) is 38. */
static void check_lag(void)
{
    lab_t lab = lab_new();
    sn_scanners_t *lazy = sn_scanners_new(), *exact = sn_scanners_new();
    uint32_t changes = 0, last = 0;
    for (uint32_t n = 1; n <= FLOWS; n++) {
        uint32_t flow = feed(&lab, tcp(SCANNER, 4000, TARGET, (uint16_t)n, "S"));
        uint32_t host = view_of(&lab, flow).source;
        if (n % 50 == 1)
            g_assert_cmpuint(sn_scanners_get(exact, lab.engine, host, true)->contacts, ==, n);
        uint32_t contacts = sn_scanners_get(lazy, lab.engine, host, false)->contacts;
        g_assert_cmpuint(contacts, <=, n);
        g_assert_cmpuint(contacts + contacts / PART, >=, n);
        if (n < PART)
            g_assert_cmpuint(contacts, ==, n);
        changes += contacts != last;
        last = contacts;
    }
    g_assert_cmpuint(changes, <, 2 * 38);
    g_assert_cmpuint(changes, >, 38 / 2);
    sn_scanners_free(lazy);
    sn_scanners_free(exact);
    lab_free(&lab);
}

/** One memory serves all scanners, and a lazy answer does not keep an exact one from being exact. */
static void check_two_scanners(void)
{
    lab_t lab = lab_new();
    sn_scanners_t *scanners = sn_scanners_new();
    uint32_t a = view_of(&lab, fail_at(&lab, SCANNER, TARGET, 500)).source;
    uint32_t b = view_of(&lab, fail_at(&lab, CLIENT, TARGET, 300)).source;
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, a, false)->contacts, ==, 500);
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, b, false)->contacts, ==, 300);
    feed(&lab, tcp(SCANNER, 4000, OTHER, 1, "S"));
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, a, false)->contacts, ==, 500);
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, a, true)->contacts, ==, 501);
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, b, true)->contacts, ==, 300);
    sn_scanners_free(scanners);
    sn_scanners_free(NULL);
    lab_free(&lab);
}

static void check_labels(void)
{
    static const char *const labels[] = {"single", "vertical", "horizontal", "block"};
    g_assert_cmpint(G_N_ELEMENTS(labels), ==, SN_PATTERNS);
    for (int i = 0; i < SN_PATTERNS; i++)
        g_assert_cmpstr(sn_pattern_label((sn_pattern_t)i), ==, labels[i]);
    g_assert_cmpstr(sn_pattern_label(SN_PATTERNS), ==, "");
}

static void add(const char *group, const char *name, const void *row, GTestDataFunc check_row)
{
    char *path = g_strconcat("/scanner/", group, "/", name, NULL);
    g_test_add_data_func(path, row, check_row);
    g_free(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        add("pattern", rows[i].name, &rows[i], check_pattern);
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++)
        add("structured", orders[i].name, &orders[i], check_order);
    g_test_add_func("/scanner/what-counts", check_what_counts);
    g_test_add_func("/scanner/no-scanner", check_no_scanner);
    g_test_add_func("/scanner/lag", check_lag);
    g_test_add_func("/scanner/two-scanners", check_two_scanners);
    g_test_add_func("/scanner/labels", check_labels);
    return g_test_run();
}
