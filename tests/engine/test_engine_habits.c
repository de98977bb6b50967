/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_habits.c: the innocent reasons that follow from what a source does again and again (working
 * sockets, measured paths, returning clients, repetition), each with both sides of its numbers. */
#include "lab.h"

/** Lets a UDP port fail at so many targets, each at a port of its own. @return the last flow */
static uint32_t fail_from_socket(lab_t *lab, const char *source, uint16_t sport, unsigned targets)
{
    uint32_t flow = 0;
    for (unsigned n = 1; n <= targets; n++) {
        char *target = g_strdup_printf("198.51.100.%u", n);
        flow = feed(lab, udp(source, sport, target, (uint16_t)(2000 + n)));
        g_free(target);
    }
    return flow;
}

/* --- Working sockets ------------------------------------------------------------------------- */

/** Two conversations carry six failures from the same port, and not seven. */
static void check_working_socket(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 2); /* from port 7000 */
    uint32_t failed = fail_from_socket(&lab, CLIENT, 7000, 6);
    assert_reason(&lab, failed, "working socket");
    assert_reason(&lab, fail_from_socket(&lab, CLIENT, 7001, 1), "client"); /* another one */
    assert_reason(&lab, feed(&lab, tcp(CLIENT, 7000, TARGET, 80, "S")), "client");
    fail_from_socket(&lab, CLIENT, 7000, 7);
    assert_reason(&lab, failed, "client");
    lab_free(&lab);
}

/** One conversation makes no working socket; conversations that others began count as well. */
static void check_served_socket(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 1);
    uint32_t failed = fail_from_socket(&lab, CLIENT, 7000, 1);
    assert_reason(&lab, failed, "client");
    play(&lab, UDP, "q a<", ROUTER, 9000, CLIENT, 7000);
    assert_reason(&lab, failed, "working socket");
    lab_free(&lab);
}

/** A lasting conversation carries any number of failures. */
static void check_lasting_socket(void)
{
    enum { LASTING = 31 };
    lab_t lab = lab_new();
    uint32_t failed = fail_from_socket(&lab, CLIENT, 7000, 20);
    play(&lab, UDP, "q a<", CLIENT, 7000, OTHER, 5000);
    for (int packets = 2; packets < LASTING; packets++)
        feed(&lab, udp(CLIENT, 7000, OTHER, 5000));
    assert_reason(&lab, failed, "client");
    feed(&lab, udp(CLIENT, 7000, OTHER, 5000));
    assert_reason(&lab, failed, "working socket");
    lab_free(&lab);
}

/** A port that has begun two conversations itself is one that peers may come to, from 1024 on. */
static void check_socket_of_the_target(gconstpointer data)
{
    uint16_t port = (uint16_t)GPOINTER_TO_UINT(data);
    lab_t lab = lab_new();
    uint32_t failed = feed(&lab, udp(SCANNER, 6000, TARGET, port));
    play(&lab, UDP, "q a<", TARGET, port, OTHER, 900);
    assert_reason(&lab, failed, "stranger");
    play(&lab, UDP, "q a<", TARGET, port, ROUTER, 900);
    assert_reason(&lab, failed, port < 1024 ? "stranger" : "working socket");
    lab_free(&lab);
}

/* --- Path measurement ------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    uint8_t ttl[4]; /* of flows to four ports of a target; 0: none */
    const char *want[4];
} path_row_t;

#define PATH     "path measurement"
#define STRANGER "stranger"

static const path_row_t path_rows[] = {
    {"from-the-near-end", {1, 2, 3}, {PATH, PATH, PATH}},
    {"edges", {5, 6, 30}, {PATH, PATH, PATH}},
    {"begins-at-6", {6, 7, 30}, {STRANGER, STRANGER, STRANGER}},
    {"ends-at-31", {5, 6, 31}, {STRANGER, STRANGER, STRANGER}},
    {"two-values", {5, 5, 6}, {STRANGER, STRANGER, STRANGER}},
    {"two-packets", {1, 2}, {STRANGER, STRANGER}},
    {"another-one-beyond", {1, 2, 30, 31}, {PATH, PATH, PATH, STRANGER}},
    {"no-ttl", {0, 1, 2}, {NULL, STRANGER, STRANGER}},
};

static void check_path(gconstpointer data)
{
    const path_row_t *row = (const path_row_t *)data;
    uint32_t flow[G_N_ELEMENTS(row->ttl)] = {0};
    lab_t lab = lab_new();
    for (uint16_t n = 0; n < G_N_ELEMENTS(row->ttl); n++) {
        sn_packet_t p = udp(SCANNER, 40000, TARGET, (uint16_t)(33434 + n));
        p.ttl = row->ttl[n];
        if (row->want[n])
            flow[n] = feed(&lab, p);
    }
    for (size_t n = 0; n < G_N_ELEMENTS(row->ttl); n++)
        if (row->want[n])
            assert_reason(&lab, flow[n], row->want[n]);
    lab_free(&lab);
}

/** Three values count at one target. */
static void check_path_of_several_targets(void)
{
    static const char *const targets[] = {TARGET, OTHER, ROUTER};
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint8_t n = 0; n < G_N_ELEMENTS(targets); n++) {
        sn_packet_t p = udp(SCANNER, 40000, targets[n], 33434);
        p.ttl = (uint8_t)(n + 1);
        flow = feed(&lab, p);
    }
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/** A router's "time exceeded" says it of one flow; "unreachable" does not. */
static void check_time_exceeded(gconstpointer data)
{
    bool v6 = data != NULL;
    lab_t lab = lab_new();
    sn_packet_t probe = v6 ? udp("2001:db8:a::9", 40000, "2001:db8:b::1", 33434)
                           : udp(SCANNER, 40000, TARGET, 33434);
    sn_packet_t error = error_about(v6 ? "2001:db8:b::ff" : ROUTER, &probe);
    uint32_t flow = feed(&lab, probe);
    feed(&lab, error);
    assert_reason(&lab, flow, STRANGER);
    error.icmp_type = v6 ? 3 : 11;
    feed(&lab, error);
    assert_reason(&lab, flow, PATH);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "unreachable");
    lab_free(&lab);
}

/** Pings with the same identifier are one flow. */
static void check_path_of_pings(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint8_t ttl = 1; ttl <= 3; ttl++) {
        sn_packet_t p = icmp(SCANNER, TARGET, ECHO, 1);
        p.ttl = ttl;
        flow = feed_at_once(&lab, p);
        assert_reason(&lab, flow, ttl < 3 ? STRANGER : PATH);
    }
    lab_free(&lab);
}

/* --- Returning clients ------------------------------------------------------------------------ */

/** A health check: answered, and closed without a byte. @return its flow */
static uint32_t look_in(lab_t *lab, uint16_t sport)
{
    uint32_t flow = feed(lab, os_syn(CLIENT, sport, TARGET, 80));
    play(lab, TCP, "SA< A FA", CLIENT, sport, TARGET, 80);
    return flow;
}

/* Another failed contact keeps repetition out of it. */
static lab_t lab_with_a_failure(void)
{
    lab_t lab = lab_new();
    feed(&lab, tcp(CLIENT, 3999, OTHER, 99, "S"));
    return lab;
}

static void check_returning(void)
{
    lab_t lab = lab_with_a_failure();
    uint32_t flow = look_in(&lab, 4000);
    look_in(&lab, 4001);
    assert_reason(&lab, flow, STRANGER);
    look_in(&lab, 4002);
    assert_reason(&lab, flow, "returning client");
    assert_reason(&lab, 1, STRANGER); /* elsewhere it is none */
    lab_free(&lab);
}

/** Within the same second nobody comes back. */
static void check_returning_at_once(void)
{
    lab_t lab = lab_with_a_failure();
    int64_t begin = lab.time_us;
    uint32_t flow = 0;
    for (uint16_t port = 4000; port < 4010; port++) {
        lab.time_us = begin;
        flow = look_in(&lab, port);
    }
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/** One probe made by hand at this contact, and its source is no client of it. */
static void check_returning_by_hand(void)
{
    lab_t lab = lab_with_a_failure();
    feed(&lab, bare_syn(CLIENT, 3000, TARGET, 80));
    uint32_t flow = 0;
    for (uint16_t port = 4000; port < 4005; port++)
        flow = look_in(&lab, port);
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/** Who is never answered does not come back to anything. */
static void check_returning_unanswered(void)
{
    lab_t lab = lab_with_a_failure();
    uint32_t flow = 0;
    for (uint16_t port = 4000; port < 4005; port++)
        flow = feed(&lab, os_syn(CLIENT, port, TARGET, 80));
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/* --- Repetition ------------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    unsigned contacts, rounds;
    const char *want;
} repetition_row_t;

#define REPETITION "repetition"

static const repetition_row_t repetition_rows[] = {
    {"1-contact-2-visits", 1, 2, STRANGER},
    {"1-contact-3-visits", 1, 3, REPETITION},
    {"2-contacts-2-visits", 2, 2, STRANGER},
    {"2-contacts-3-visits", 2, 3, REPETITION},
    {"3-contacts-3-visits", 3, 3, REPETITION},
    {"4-contacts-3-visits", 4, 3, "scanning source"},
    {"4-contacts-4-visits", 4, 4, REPETITION},
    {"32-contacts-31-visits", 32, 31, "scanning source"},
    {"32-contacts-32-visits", 32, 32, REPETITION},
    {"33-contacts-33-visits", 33, 33, "scanning source"},
};

/** Each round visits all contacts, from new ports. @return the last flow */
static uint32_t visit(lab_t *lab, unsigned contacts, unsigned rounds)
{
    uint32_t flow = 0;
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned n = 1; n <= contacts; n++) {
            char *target = g_strdup_printf("198.51.100.%u", n);
            flow = feed(lab, tcp(SCANNER, (uint16_t)(4000 + round), target, 80, "S"));
            g_free(target);
        }
    return flow;
}

static void check_repetition(gconstpointer data)
{
    const repetition_row_t *row = (const repetition_row_t *)data;
    lab_t lab = lab_new();
    assert_reason(&lab, visit(&lab, row->contacts, row->rounds), row->want);
    lab_free(&lab);
}

/** Each contact counts: one that was visited less often, and none is innocent. */
static void check_repetition_of_all(void)
{
    lab_t lab = lab_new();
    uint32_t flow = visit(&lab, 3, 3);
    assert_reason(&lab, flow, REPETITION);
    feed(&lab, tcp(SCANNER, 4000, OTHER, 80, "S"));
    assert_reason(&lab, flow, "scanning source");
    lab_free(&lab);
}

/** Several contacts within one second were visited once. */
static void check_repetition_at_once(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t n = 0; n < 12; n++)
        flow = feed_at_once(&lab, tcp(SCANNER, (uint16_t)(4000 + n), TARGET, 80 + n % 2, "S"));
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/** A SYN that is sent again is the same visit; a datagram or ping that comes a second later is another. */
static void check_repetition_of_packets(void)
{
    static const struct {
        sn_transport_t transport;
        const char *word, *want;
    } rows[] = {
        {TCP, "S", STRANGER},
        {UDP, "q", REPETITION},
        {ICMP, "ping", REPETITION},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        lab_t slow = lab_new(), fast = lab_new();
        sn_packet_t p = scripted(rows[i].transport, rows[i].word, SCANNER, 1, TARGET, 80);
        uint32_t flow = 0, at_once = 0;
        for (int n = 0; n < 3; n++) {
            if (flow != 0)
                assert_reason(&slow, flow, STRANGER);
            flow = feed(&slow, p);
            at_once = feed_at_once(&fast, p);
        }
        assert_reason(&slow, flow, rows[i].want);
        assert_reason(&fast, at_once, STRANGER);
        lab_free(&slow);
        lab_free(&fast);
    }
}

/** Who has one flow and was innocent when somebody asked is a stranger when the flow gets too quick for that. */
static void check_repetition_that_ends(void)
{
    lab_t lab = lab_new();
    sn_packet_t p = scripted(ICMP, "ping", SCANNER, 1, TARGET, 80);
    uint32_t flow = 0;
    for (int n = 0; n < 3; n++)
        flow = feed(&lab, p);
    assert_reason(&lab, flow, REPETITION);
    for (int n = 0; n < 8; n++)
        feed_at_once(&lab, p);
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

/** A probe made by hand anywhere, and its source is no monitor. */
static void check_repetition_by_hand(void)
{
    lab_t lab = lab_new();
    uint32_t flow = visit(&lab, 1, 5);
    assert_reason(&lab, flow, REPETITION);
    feed(&lab, bare_syn(SCANNER, 4000, OTHER, 80));
    assert_reason(&lab, flow, STRANGER);
    lab_free(&lab);
}

static const char *const strangers[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3"};

/** Where three others without conversations last failed at another port, strangers are after the target. */
static void check_repetition_among_strangers(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t port = 4000; port < 4003; port++)
        flow = feed(&lab, tcp(SCANNER, port, TARGET, 80, "S"));
    feed(&lab, tcp(strangers[0], 4000, TARGET, 81, "S"));
    feed(&lab, tcp(strangers[1], 4000, TARGET, 81, "S"));
    feed(&lab, tcp(strangers[2], 4000, TARGET, 80, "S")); /* the same port */
    assert_reason(&lab, flow, REPETITION);
    feed(&lab, tcp(strangers[2], 4000, TARGET, 82, "S"));
    assert_reason(&lab, flow, STRANGER);
    feed(&lab, tcp(strangers[2], 4000, OTHER, 82, "S")); /* went elsewhere */
    assert_reason(&lab, flow, REPETITION);
    feed(&lab, tcp(strangers[2], 4000, TARGET, 83, "S"));
    assert_reason(&lab, flow, STRANGER);
    talk_to(&lab, strangers[0], OTHER, 1); /* no stranger */
    feed(&lab, tcp(strangers[0], 4000, TARGET, 84, "S"));
    assert_reason(&lab, flow, REPETITION);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/reason/socket/failures", check_working_socket);
    g_test_add_func("/reason/socket/served", check_served_socket);
    g_test_add_func("/reason/socket/lasting", check_lasting_socket);
    add_row("reason/socket", "target-1023", GUINT_TO_POINTER(1023), check_socket_of_the_target);
    add_row("reason/socket", "target-1024", GUINT_TO_POINTER(1024), check_socket_of_the_target);
    for (size_t i = 0; i < G_N_ELEMENTS(path_rows); i++)
        add_row("reason/path", path_rows[i].name, &path_rows[i], check_path);
    g_test_add_func("/reason/path/several-targets", check_path_of_several_targets);
    add_row("reason/path", "time-exceeded", NULL, check_time_exceeded);
    add_row("reason/path", "time-exceeded-6", "6", check_time_exceeded);
    g_test_add_func("/reason/path/pings", check_path_of_pings);
    g_test_add_func("/reason/returning/twice", check_returning);
    g_test_add_func("/reason/returning/at-once", check_returning_at_once);
    g_test_add_func("/reason/returning/by-hand", check_returning_by_hand);
    g_test_add_func("/reason/returning/unanswered", check_returning_unanswered);
    for (size_t i = 0; i < G_N_ELEMENTS(repetition_rows); i++)
        add_row("reason/repetition", repetition_rows[i].name, &repetition_rows[i],
                check_repetition);
    g_test_add_func("/reason/repetition/of-all", check_repetition_of_all);
    g_test_add_func("/reason/repetition/at-once", check_repetition_at_once);
    g_test_add_func("/reason/repetition/of-packets", check_repetition_of_packets);
    g_test_add_func("/reason/repetition/that-ends", check_repetition_that_ends);
    g_test_add_func("/reason/repetition/by-hand", check_repetition_by_hand);
    g_test_add_func("/reason/repetition/among-strangers", check_repetition_among_strangers);
    return g_test_run();
}
