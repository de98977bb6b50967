/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tally.c: the rows of the statistics on traffic small enough to count by hand. Random traffic
 * is test_tally_random.c's. */
#include "lab.h"

#include "stats/tally.h"

/** Feeds a packet to the engine and, as a tap does, to the tally. @return its flow */
static uint32_t tap(sn_tally_t *tally, lab_t *lab, sn_packet_t p)
{
    uint32_t flow = feed(lab, p);
    sn_tally_packet(tally, lab->engine, lab->frame, lab->time_us);
    return flow;
}

static void check_empty(void)
{
    sn_tally_t *tally = sn_tally_new();
    g_assert_false(sn_tally_is_stale(tally));
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->all.packets, ==, 0);
    g_assert_cmpuint(rows->noise.packets, ==, 0);
    g_assert_cmpuint(rows->scan.scanners, ==, 0);
    g_assert_cmpuint(rows->ports->len, ==, 0);
    g_assert_cmpuint(rows->scanners->len, ==, 0);
    g_assert_cmpuint(rows->forgotten, ==, 0);
    sn_tally_free(tally);
    sn_tally_free(NULL);
}

/** Two scanners, three targets, four ports, and things that are no scan. */
static void feed_morning(sn_tally_t *tally, lab_t *lab)
{
    tap(tally, lab, tcp(SCANNER, 4000, TARGET, 23, "S"));
    tap(tally, lab, tcp(TARGET, 23, SCANNER, 4000, "RA"));
    tap(tally, lab, tcp(SCANNER, 4000, TARGET, 23, "S"));
    tap(tally, lab, tcp(SCANNER, 4000, OTHER, 23, "S"));
    tap(tally, lab, udp(SCANNER, 4000, OTHER, 23));
    tap(tally, lab, icmp(CLIENT, TARGET, ECHO, 1));
    tap(tally, lab, tcp(CLIENT, 4000, TARGET, 23, "F"));
    tap(tally, lab, tcp(ROUTER, 80, TARGET, 4000, "SA"));
    tap(tally, lab, tcp(ROUTER, 4000, TARGET, 80, "A+"));
    tap(tally, lab, tcp("2001:db8:a::9", 4000, "2001:db8:b::1", 23, "S"));
    sn_tally_packet(tally, lab->engine, lab->frame + 1, lab->time_us + SECOND); /* no flow's */
}

static void assert_count(const sn_count_t *count, uint64_t packets, uint32_t scanners,
                         uint32_t ports, uint32_t targets)
{
    g_assert_cmpuint(count->packets, ==, packets);
    g_assert_cmpuint(count->scanners, ==, scanners);
    g_assert_cmpuint(count->ports, ==, ports);
    g_assert_cmpuint(count->targets, ==, targets);
}

static void check_morning(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    int64_t begin = lab.time_us;
    feed_morning(tally, &lab);
    g_assert_true(sn_tally_is_stale(tally));
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_false(sn_tally_is_stale(tally));
    g_assert_cmpuint(rows->all.packets, ==, 11);
    g_assert_cmpint(rows->all.first_us, ==, begin + SECOND);
    g_assert_cmpint(rows->all.last_us, ==, begin + 11 * SECOND);
    g_assert_cmpuint(rows->noise.packets, ==, 8);
    g_assert_cmpuint(rows->backscatter.packets, ==, 1);
    g_assert_cmpint(rows->backscatter.first_us, ==, begin + 8 * SECOND);
    assert_count(&rows->scan, 7, 3, 2, 3);
    g_assert_cmpint(rows->scan.first_us, ==, begin + SECOND);
    g_assert_cmpint(rows->scan.last_us, ==, begin + 10 * SECOND);
    assert_count(&rows->version[0], 6, 2, 2, 2);
    assert_count(&rows->version[1], 1, 1, 1, 1);
    assert_count(&rows->technique[SN_TECHNIQUE_TCP_SYN], 4, 2, 1, 3);
    assert_count(&rows->technique[SN_TECHNIQUE_UDP], 1, 1, 1, 1);
    assert_count(&rows->technique[SN_TECHNIQUE_ICMP_ECHO], 1, 1, 0, 1);
    assert_count(&rows->technique[SN_TECHNIQUE_TCP_FIN], 1, 1, 1, 1);
    assert_count(&rows->technique[SN_TECHNIQUE_TCP_ACK], 0, 0, 0, 0);
    g_assert_cmpuint(rows->ports->len, ==, 2);
    const sn_port_row_t *ports = (const sn_port_row_t *)rows->ports->data;
    g_assert_cmpint(ports[0].transport, ==, SN_TRANSPORT_TCP);
    g_assert_cmpuint(ports[0].port, ==, 23);
    assert_count(&ports[0].count, 5, 3, 1, 3);
    assert_count(&ports[1].count, 1, 1, 1, 1);
    const sn_scanner_row_t *scanners = (const sn_scanner_row_t *)rows->scanners->data;
    g_assert_cmpuint(rows->scanners->len, ==, 3);
    assert_count(&scanners[0].count, 4, 1, 2, 2);
    assert_count(&scanners[1].count, 2, 1, 1, 1);
    assert_count(&scanners[2].count, 1, 1, 1, 1);
    sn_tally_free(tally);
    lab_free(&lab);
}

/** Ties: ports by transport and number, scanners by address, IPv4 before IPv6. */
static void check_ranking(void)
{
    static const char *const sources[] = {"2001:db8:a::2", "203.0.113.9", "2001:db8:a::1",
                                          "203.0.113.200", "9.0.0.1",     "203.0.113.10"};
    static const char *const ranked[] = {"203.0.113.10",  "9.0.0.1",       "203.0.113.9",
                                         "203.0.113.200", "2001:db8:a::1", "2001:db8:a::2"};
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        const char *target = strchr(sources[i], ':') ? "2001:db8:b::1" : TARGET;
        tap(tally, &lab, udp(sources[i], 4000, target, 80));
    }
    tap(tally, &lab, tcp("203.0.113.10", 4000, TARGET, 443, "S"));
    tap(tally, &lab, tcp("203.0.113.10", 4000, TARGET, 80, "S"));
    tap(tally, &lab, sctp("203.0.113.10", 4000, TARGET, 80, CHUNK_INIT));
    tap(tally, &lab, tcp("203.0.113.10", 4000, TARGET, 65535, "S"));
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->scanners->len, ==, G_N_ELEMENTS(ranked));
    for (guint i = 0; i < rows->scanners->len; i++) {
        char *text = text_of(&g_array_index(rows->scanners, sn_scanner_row_t, i).address);
        g_assert_cmpstr(text, ==, ranked[i]);
        g_free(text);
    }
    static const struct {
        sn_transport_t transport;
        uint16_t port;
    } order[] = {{UDP, 80}, {TCP, 80}, {TCP, 443}, {TCP, 65535}, {SCTP, 80}};
    g_assert_cmpuint(rows->ports->len, ==, G_N_ELEMENTS(order));
    for (guint i = 0; i < rows->ports->len; i++) {
        const sn_port_row_t *row = &g_array_index(rows->ports, sn_port_row_t, i);
        g_assert_cmpint(row->transport, ==, order[i].transport);
        g_assert_cmpuint(row->port, ==, order[i].port);
    }
    sn_tally_free(tally);
    lab_free(&lab);
}

/** A site has a /64: so many addresses are one scanner's. */
static void check_prefixes(void)
{
    static const char *const sources[] = {
        "2001:db8:a::1",   "2001:db8:a::ffff:0:0:2", "2001:db8:a:0:8000::",
        "2001:db8:a:1::1", "2001:db8:a:8000::1",     "2001:db8:a:1::1",
    };
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    tap(tally, &lab, tcp(SCANNER, 4000, TARGET, 80, "S"));
    g_assert_cmpuint(sn_tally_count(tally)->ipv6_scanner_prefixes, ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        tap(tally, &lab, tcp(sources[i], 4000, "2001:db8:b::1", 80, "S"));
    talk_to(&lab, "2001:db8:c::1", "2001:db8:b::1", 1); /* no scanner */
    g_assert_cmpuint(sn_tally_count(tally)->version[1].scanners, ==, 5);
    g_assert_cmpuint(sn_tally_count(tally)->ipv6_scanner_prefixes, ==, 3);
    sn_tally_free(tally);
    lab_free(&lab);
}

/** Packets that were counted long ago change sides with their flow's verdict. */
static void check_verdict_changes(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    tap(tally, &lab, udp(CLIENT, 4000, TARGET, 53));
    g_assert_cmpuint(sn_tally_count(tally)->scan.packets, ==, 1);
    tap(tally, &lab, udp(TARGET, 53, CLIENT, 4000));
    const sn_rows_t *rows = sn_tally_count(tally);
    assert_count(&rows->scan, 0, 0, 0, 0);
    g_assert_cmpuint(rows->ports->len + rows->scanners->len, ==, 0);
    for (uint16_t port = 1; port <= 4; port++)
        tap(tally, &lab, tcp(CLIENT, 4000, OTHER, port, "S"));
    rows = sn_tally_count(tally);
    assert_count(&rows->scan, 4, 1, 4,
                 1); /* a scanning source, whose conversation is ordinary all the same */
    assert_count(&rows->technique[SN_TECHNIQUE_UDP], 0, 0, 0, 0);
    sn_tally_free(tally);
    lab_free(&lab);
}

/** Times are the earliest and the latest, whatever the order of the packets. */
static void check_times(void)
{
    static const int64_t seconds[] = {500, 100, 900, 300};
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        lab.time_us = (seconds[i] - 1) * SECOND;
        tap(tally, &lab, tcp(SCANNER, 4000, TARGET, (uint16_t)(1 + i / 2), "S"));
    }
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpint(rows->scan.first_us, ==, 100 * SECOND);
    g_assert_cmpint(rows->scan.last_us, ==, 900 * SECOND);
    g_assert_cmpint(rows->all.first_us, ==, 100 * SECOND);
    g_assert_cmpint(rows->noise.last_us, ==, 900 * SECOND);
    const sn_port_row_t *ports = (const sn_port_row_t *)rows->ports->data;
    g_assert_cmpint(ports[0].count.last_us, ==, 500 * SECOND);
    g_assert_cmpint(ports[1].count.first_us, ==, 300 * SECOND);
    sn_tally_free(tally);
    lab_free(&lab);
}

/** Before 1970 a capture's times are negative; zero is a time as any other. */
static void check_times_before_1970(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    feed(&lab, tcp(SCANNER, 4000, TARGET, 1, "S"));
    sn_tally_packet(tally, lab.engine, lab.frame, -5);
    sn_tally_packet(tally, lab.engine, lab.frame, -9);
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpint(rows->scan.first_us, ==, -9);
    g_assert_cmpint(rows->scan.last_us, ==, -5);
    sn_tally_packet(tally, lab.engine, lab.frame, 0);
    g_assert_cmpint(sn_tally_count(tally)->scan.last_us, ==, 0);
    sn_tally_free(tally);
    lab_free(&lab);
}

static void check_reset(void)
{
    lab_t lab = lab_new(), next = lab_new();
    sn_tally_t *tally = sn_tally_new();
    feed_morning(tally, &lab);
    sn_tally_count(tally);
    sn_tally_reset(tally);
    g_assert_false(sn_tally_is_stale(tally));
    g_assert_cmpuint(sn_tally_count(tally)->all.packets, ==, 0);
    g_assert_cmpuint(sn_tally_count(tally)->scanners->len, ==, 0);
    lab_free(&lab);
    tap(tally, &next, tcp(CLIENT, 4000, OTHER, 99, "S"));
    const sn_rows_t *rows = sn_tally_count(tally);
    assert_count(&rows->scan, 1, 1, 1, 1);
    g_assert_cmpuint(rows->all.packets, ==, 1);
    g_assert_cmpuint(g_array_index(rows->ports, sn_port_row_t, 0).port, ==, 99);
    sn_tally_free(tally);
    lab_free(&next);
}

/** The tally outlives the file: it holds a reference to the engine. */
static void check_engine_outlives_file(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    feed_morning(tally, &lab);
    lab_free(&lab);
    assert_count(&sn_tally_count(tally)->scan, 7, 3, 2, 3);
    sn_tally_free(tally);
}

/** tshark -M: the same traffic once more in a second session doubles packets, not who and where. */
static void check_two_sessions(void)
{
    lab_t first = lab_new(), second = lab_new();
    sn_tally_t *tally = sn_tally_new();
    feed_morning(tally, &first);
    sn_tally_count(tally);
    lab_free(&first);
    tap(tally, &second, tcp(ROUTER, 9, TARGET, 9, "A+")); /* other host numbers than in the first */
    feed_morning(tally, &second);
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->all.packets, ==, 23);
    g_assert_cmpuint(rows->backscatter.packets, ==, 2);
    assert_count(&rows->scan, 14, 3, 2, 3);
    assert_count(&rows->version[0], 12, 2, 2, 2);
    assert_count(&rows->technique[SN_TECHNIQUE_TCP_SYN], 8, 2, 1, 3);
    g_assert_cmpuint(rows->scanners->len, ==, 3);
    assert_count(&g_array_index(rows->scanners, sn_scanner_row_t, 0).count, 8, 1, 2, 2);
    assert_count(&g_array_index(rows->ports, sn_port_row_t, 0).count, 10, 3, 1, 3);
    sn_tally_free(tally);
    lab_free(&second);
}

/** A capture that is closed: its engine goes, and what it came to is the same. */
static void check_closed(void)
{
    lab_t lab = lab_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT, .max_memory = UINT64_MAX});
    sn_tally_t *tally = sn_tally_new();
    sn_tally_close_session(tally); /* nothing was counted */
    feed_morning(tally, &lab);
    sn_tally_close_session(tally);
    sn_tally_close_session(tally);
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->all.packets, ==, 11);
    assert_count(&rows->scan, 7, 3, 2, 3);
    sn_tally_free(tally);
    lab_free(&lab);
    tally = sn_tally_new();
    lab = lab_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT, .max_memory = empty_memory() + 100});
    tap(tally, &lab, tcp(ROUTER, 80, TARGET, 4000, "SA"));
    tap(tally, &lab,
        tcp(SCANNER, 80, TARGET, 4000, "S")); /* beyond the limit, and no scan at all */
    sn_tally_close_session(tally);
    rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->forgotten, ==, 1);
    g_assert_cmpuint(rows->first_forgotten, ==, 2);
    g_assert_cmpuint(rows->backscatter.packets, ==, 1);
    sn_tally_free(tally);
    lab_free(&lab);
}

/** A session without any scan is a session all the same. */
static void check_session_without_scans(void)
{
    lab_t first =
        lab_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT, .max_memory = empty_memory() + 100});
    lab_t second = lab_new();
    sn_tally_t *tally = sn_tally_new();
    tap(tally, &first, tcp(ROUTER, 80, TARGET, 4000, "SA"));
    tap(tally, &first, tcp(SCANNER, 80, TARGET, 4000, "S")); /* beyond the limit */
    feed_morning(tally, &second);
    const sn_rows_t *rows = sn_tally_count(tally);
    g_assert_cmpuint(rows->all.packets, ==, 13);
    g_assert_cmpuint(rows->backscatter.packets, ==, 2);
    g_assert_cmpuint(rows->forgotten, ==, 1);
    g_assert_cmpuint(rows->first_forgotten, ==, 2);
    assert_count(&rows->scan, 7, 3, 2, 3);
    sn_tally_free(tally);
    lab_free(&first);
    lab_free(&second);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/tally/empty", check_empty);
    g_test_add_func("/tally/morning", check_morning);
    g_test_add_func("/tally/ranking", check_ranking);
    g_test_add_func("/tally/prefixes", check_prefixes);
    g_test_add_func("/tally/verdict-changes", check_verdict_changes);
    g_test_add_func("/tally/times", check_times);
    g_test_add_func("/tally/times-before-1970", check_times_before_1970);
    g_test_add_func("/tally/reset", check_reset);
    g_test_add_func("/tally/engine-outlives-file", check_engine_outlives_file);
    g_test_add_func("/tally/two-sessions", check_two_sessions);
    g_test_add_func("/tally/closed", check_closed);
    g_test_add_func("/tally/session-without-scans", check_session_without_scans);
    return g_test_run();
}
