/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_source.c: verdicts that depend on what else a source has done, on the target, and on
 * where both are. */
#include "lab.h"

#define NOT_NOISE SN_VERDICT_NOT_NOISE
#define SCAN      SN_VERDICT_SCAN

/* --- Scanning sources ------------------------------------------------------------------------ */

/** Three failed contacts are a stranger's, four a scanning source's. */
static void check_four_failures(void)
{
    lab_t lab = lab_new();
    uint32_t failed = sweep(&lab, SCANNER, 80, 3);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "stranger");
    sweep(&lab, SCANNER, 80, 4);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    lab_free(&lab);
}

/** Failures that are in no line of four make no scanning source of who has a contact to its credit. */
static void check_no_line(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 1);
    uint32_t failed = 0;
    for (unsigned n = 1; n <= 12;
         n++) { /* three ports of each of four targets, all of them different */
        char *target = g_strdup_printf("198.51.100.%u", n % 4 + 1);
        failed = feed(&lab, tcp(CLIENT, 6000, target, (uint16_t)(100 + n), "S"));
        g_free(target);
    }
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client");
    g_assert_cmpuint(facts_of(&lab, failed).failed, ==, 12);
    feed(&lab, tcp(CLIENT, 6000, "198.51.100.1", 99, "S"));
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source"); /* a line of four now */
    lab_free(&lab);
}

/** A line of failures weighs against what the source has to its credit in that line. */
static void check_line_against_credit(void)
{
    lab_t lab = lab_new();
    for (uint16_t n = 1; n <= 4; n++) {
        char *target = g_strdup_printf("203.0.113.%u", 200U + n);
        play(&lab, TCP, "S SA< A A+", CLIENT, 5000, target, 80);
        g_free(target);
    }
    uint32_t failed = sweep(&lab, CLIENT, 80, 4);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client"); /* 4 to 4 */
    sweep(&lab, CLIENT, 80, 5);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source"); /* 5 to 4 */
    lab_free(&lab);
}

/** Each conversation counts in it, as users behind one address use the same service. */
static void check_line_against_conversations(void)
{
    lab_t lab = lab_new();
    for (uint16_t n = 1; n <= 5; n++)
        play(&lab, TCP, "S SA< A A+", CLIENT, (uint16_t)(5000 + n), TARGET, 80);
    uint32_t failed = sweep(&lab, CLIENT, 80, 5);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client"); /* 5 to 5 */
    sweep(&lab, CLIENT, 80, 6);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source"); /* 6 to 5 */
    lab_free(&lab);
}

/** Credit at another port is none in the line, and keeps nobody from being a scanning source. */
static void check_credit_elsewhere(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 9);
    uint32_t failed = sweep(&lab, CLIENT, 80, 3);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client");
    sweep(&lab, CLIENT, 80, 4);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    lab_free(&lab);
}

/** Port and transport and target each make another contact; the sender's port does not. */
static void check_contact_parts(void)
{
    lab_t lab = lab_new();
    uint32_t failed = feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "S"));
    feed(&lab, tcp(SCANNER, 4001, TARGET, 80, "S"));
    g_assert_cmpuint(facts_of(&lab, failed).failed, ==, 1);
    feed(&lab, udp(SCANNER, 4000, TARGET, 80));
    g_assert_cmpuint(facts_of(&lab, failed).failed, ==, 2);
    feed(&lab, tcp(SCANNER, 4000, TARGET, 81, "S"));
    g_assert_cmpuint(facts_of(&lab, failed).failed, ==, 3);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "stranger");
    feed(&lab, tcp(SCANNER, 4000, OTHER, 80, "S"));
    g_assert_cmpuint(facts_of(&lab, failed).failed, ==, 4);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    lab_free(&lab);
}

/** A flow that turns from failed to conversation counts on the other side from then on. */
static void check_late_answers(void)
{
    lab_t lab = lab_new();
    static const char *const servers[] = {TARGET, OTHER, ROUTER, "192.0.2.3"};
    uint32_t flow = 0;
    for (uint16_t n = 0; n < G_N_ELEMENTS(servers); n++)
        flow = feed(&lab, udp(CLIENT, (uint16_t)(4000 + n), servers[n], 53));
    g_assert_cmpstr(reason_of(&lab, flow), ==, "scanning source");
    feed(&lab, udp(TARGET, 53, CLIENT, 4000));
    g_assert_cmpuint(facts_of(&lab, flow).failed, ==, 3);
    g_assert_cmpuint(facts_of(&lab, flow).credit, ==, 1);
    g_assert_cmpint(verdict_of(&lab, flow), ==, NOT_NOISE);
    lab_free(&lab);
}

/** One impossible packet is enough, whatever the source has to its credit. */
static void check_impossible(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 9);
    uint32_t failed = feed(&lab, tcp(CLIENT, 4000, TARGET, 80, "S"));
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client");
    uint32_t xmas = feed(&lab, tcp(CLIENT, 4000, ROUTER, 80, "FPU"));
    g_assert_cmpstr(reason_of(&lab, xmas), ==, "made by hand");
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    lab_free(&lab);
}

/** Bare SYNs are made by hand one by one; at four contacts their source scans. */
static void check_handmade(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, OTHER, 9);
    uint32_t failed = feed(&lab, udp(CLIENT, 4000, TARGET, 80));
    for (uint16_t n = 1; n <= 4; n++) {
        g_assert_cmpstr(reason_of(&lab, failed), ==, "client");
        char *target = g_strdup_printf("198.51.100.%u", n);
        uint32_t bare = feed(&lab, bare_syn(CLIENT, 4000, target, (uint16_t)(80 + n)));
        g_assert_cmpstr(reason_of(&lab, bare), ==, "made by hand");
        g_free(target);
    }
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    lab_free(&lab);
}

/** Resets of what had answered, without a byte sent: two, and more than there is to the source's credit. */
static void check_aborted(void)
{
    lab_t lab = lab_new();
    uint32_t failed = feed(&lab, udp(SCANNER, 4000, TARGET, 9));
    play(&lab, TCP, "S SA< A R", SCANNER, 4000, TARGET, 80);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "stranger");
    play(&lab, TCP, "S SA< A R", SCANNER, 4000, OTHER, 80);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source");
    talk_to(&lab, SCANNER, ROUTER, 1);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "scanning source"); /* 2 to 1 */
    talk_to(&lab, SCANNER, ROUTER, 2);
    g_assert_cmpstr(reason_of(&lab, failed), ==, "client"); /* 2 to 2 */
    lab_free(&lab);
}

/* --- Tails ----------------------------------------------------------------------------------- */

static uint32_t tails(lab_t *lab, const char *flags, uint16_t from, uint16_t to)
{
    uint32_t flow = 0;
    for (uint16_t port = from; port <= to; port++)
        flow = feed(lab, tcp(SCANNER, 4000, TARGET, port, flags));
    return flow;
}

static void check_tails(gconstpointer data)
{
    const char *flags = (const char *)data;
    lab_t lab = lab_new();
    uint32_t tail = tails(&lab, flags, 1, 3);
    g_assert_cmpstr(reason_of(&lab, tail), ==, "too few tails");
    tails(&lab, flags, 4, 4);
    g_assert_cmpstr(reason_of(&lab, tail), ==, "tails");
    g_assert_cmpuint(facts_of(&lab, tail).failed, ==, 0); /* aside */
    lab_free(&lab);
}

/** Four contacts are what counts: not four packets, not two techniques twice. */
static void check_tails_by_contact_and_technique(void)
{
    lab_t lab = lab_new();
    for (uint16_t port = 4000; port < 4010; port++)
        feed(&lab, tcp(SCANNER, port, TARGET, 80, "A"));
    uint32_t ack = tails(&lab, "A", 1, 2), fin = tails(&lab, "FA", 3, 5);
    g_assert_cmpstr(reason_of(&lab, ack), ==, "too few tails");
    g_assert_cmpstr(reason_of(&lab, fin), ==, "too few tails");
    lab_free(&lab);
}

/** A tail that turns out to be the middle of a connection is none. */
static void check_tails_taken_back(void)
{
    lab_t lab = lab_new();
    uint32_t tail = tails(&lab, "A", 1, 4);
    g_assert_cmpint(verdict_of(&lab, tail), ==, SCAN);
    feed(&lab, tcp(TARGET, 1, SCANNER, 4000, "A+"));
    g_assert_cmpint(verdict_of(&lab, tail), ==, NOT_NOISE);
    lab_free(&lab);
}

static void check_ip_protocols(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t protocol = 100; protocol < 103; protocol++)
        flow = feed(&lab, other_ip(SCANNER, TARGET, protocol));
    g_assert_cmpstr(reason_of(&lab, flow), ==, "too few tails");
    feed(&lab, other_ip(SCANNER, TARGET, 103));
    g_assert_cmpstr(reason_of(&lab, flow), ==, "tails");
    lab_free(&lab);
}

/** UDP from a port below 1024 to one from 1024 on looks like a tail. */
static void check_udp_tails(void)
{
    lab_t lab = lab_new();
    uint32_t probe = feed(&lab, udp(SCANNER, 1000, TARGET, 1023)), flow = 0;
    for (uint16_t n = 1024; n < 1027; n++)
        flow = feed(&lab, udp(SCANNER, 1023, TARGET, n));
    g_assert_cmpstr(reason_of(&lab, flow), ==, "too few tails");
    feed(&lab, udp(SCANNER, 1023, TARGET, 1027));
    g_assert_cmpstr(reason_of(&lab, flow), ==, "tails");
    g_assert_cmpstr(reason_of(&lab, probe), ==, "stranger");
    lab_free(&lab);
}

/* --- Ping ------------------------------------------------------------------------------------ */

static const char *const strangers[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3"};

static void check_exposed_ping(void)
{
    lab_t lab = lab_new();
    fail_at(&lab, strangers[0], TARGET, 1);
    fail_at(&lab, strangers[1], TARGET, 2); /* one of them twice */
    uint32_t ping = play(&lab, ICMP, "ping pong<", SCANNER, 1, TARGET, 0);
    uint32_t elsewhere = play(&lab, ICMP, "ping pong<", SCANNER, 1, OTHER, 0);
    g_assert_cmpstr(reason_of(&lab, ping), ==, "conversation");
    fail_at(&lab, strangers[2], TARGET, 1);
    g_assert_cmpstr(reason_of(&lab, ping), ==, "exposed ping");
    g_assert_cmpstr(reason_of(&lab, elsewhere), ==, "conversation");
    talk_to(&lab, SCANNER, TARGET, 1); /* the pinger is a client */
    g_assert_cmpstr(reason_of(&lab, ping), ==, "conversation");
    lab_free(&lab);
}

/** The pinger is no witness of itself, nor is who has a conversation. */
static void check_witnesses(void)
{
    lab_t lab = lab_new();
    for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++)
        fail_at(&lab, strangers[i], TARGET, 1);
    uint32_t own = play(&lab, ICMP, "ping pong<", strangers[2], 1, TARGET, 0);
    uint32_t ping = play(&lab, ICMP, "ping pong<", SCANNER, 1, TARGET, 0);
    g_assert_cmpint(verdict_of(&lab, own), ==, NOT_NOISE);
    g_assert_cmpint(verdict_of(&lab, ping), ==, SCAN);
    talk_to(&lab, strangers[0], OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    lab_free(&lab);
}

/** Pings, answered or not, expose nobody: only other probes do. */
static void check_pings_expose_nobody(void)
{
    lab_t lab = lab_new();
    uint32_t ping = play(&lab, ICMP, "ping pong<", SCANNER, 1, TARGET, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++)
        play(&lab, ICMP, i % 2 ? "ping" : "ping pong<", strangers[i], 1, TARGET, 0);
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    lab_free(&lab);
}

/* --- Home networks --------------------------------------------------------------------------- */

typedef struct {
    const char *name, *home, *source, *target, *script;
    bool dark;
    sn_transport_t transport;
    sn_verdict_t want;
} home_row_t;

static const home_row_t home_rows[] = {
    {"none", "", TARGET, SCANNER, "S", false, TCP, SCAN},
    {"inward", "192.0.2.0/24", SCANNER, TARGET, "S", false, TCP, SCAN},
    {"outward", "192.0.2.0/24", TARGET, SCANNER, "S", false, TCP, NOT_NOISE},
    {"inside", "192.0.2.0/24", TARGET, OTHER, "S", false, TCP, NOT_NOISE},
    {"outside", "192.0.2.0/24", SCANNER, ROUTER, "S", false, TCP, NOT_NOISE},
    {"backscatter-inward", "192.0.2.0/24", SCANNER, TARGET, "pong", false, ICMP,
     SN_VERDICT_BACKSCATTER},
    {"backscatter-outward", "192.0.2.0/24", TARGET, SCANNER, "pong", false, ICMP, NOT_NOISE},
    {"two-homes", "192.0.2.0/24,203.0.113.0/24", SCANNER, TARGET, "S", false, TCP, NOT_NOISE},
    {"ping-answered", "192.0.2.0/24", SCANNER, TARGET, "ping pong<", false, ICMP, SCAN},
    {"ping-answered-outward", "192.0.2.0/24", TARGET, SCANNER, "ping pong<", false, ICMP,
     NOT_NOISE},
    {"talk", "192.0.2.0/24", SCANNER, TARGET, "S SA< A A+", false, TCP, NOT_NOISE},
    {"dark-talk", "192.0.2.0/24", SCANNER, TARGET, "S SA< A A+", true, TCP, SCAN},
    {"dark-udp", "192.0.2.0/24", SCANNER, TARGET, "q a<", true, UDP, SCAN},
    {"dark-outward", "192.0.2.0/24", TARGET, SCANNER, "S SA< A A+", true, TCP, NOT_NOISE},
    {"dark-without-home", "", SCANNER, TARGET, "S SA< A A+", true, TCP, NOT_NOISE},
    {"v6", "2001:db8:b::/48", "2001:db8:a::9", "2001:db8:b::1", "S", false, TCP, SCAN},
    {"v6-outward", "2001:db8:b::/48", "2001:db8:b::1", "2001:db8:a::9", "S", false, TCP, NOT_NOISE},
};

static void check_home(gconstpointer data)
{
    const home_row_t *row = (const home_row_t *)data;
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    config.home = sn_prefixes_parse(row->home, NULL);
    config.limits.dark = row->dark;
    lab_t lab = lab_with(&config);
    g_array_unref(config.home); /* the engine keeps its own reference */
    uint32_t flow = play(&lab, row->transport, row->script, row->source, 4000, row->target, 80);
    g_assert_cmpint(verdict_of(&lab, flow), ==, row->want);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/engine/source/four-failures", check_four_failures);
    g_test_add_func("/engine/source/no-line", check_no_line);
    g_test_add_func("/engine/source/line-against-credit", check_line_against_credit);
    g_test_add_func("/engine/source/line-against-conversations", check_line_against_conversations);
    g_test_add_func("/engine/source/credit-elsewhere", check_credit_elsewhere);
    g_test_add_func("/engine/source/contact-parts", check_contact_parts);
    g_test_add_func("/engine/source/late-answers", check_late_answers);
    g_test_add_func("/engine/source/impossible", check_impossible);
    g_test_add_func("/engine/source/handmade", check_handmade);
    g_test_add_func("/engine/source/aborted", check_aborted);
    g_test_add_data_func("/engine/tails/ack", "A", check_tails);
    g_test_add_data_func("/engine/tails/maimon", "FA", check_tails);
    g_test_add_data_func("/engine/tails/other", "FPA", check_tails);
    g_test_add_func("/engine/tails/by-contact-and-technique", check_tails_by_contact_and_technique);
    g_test_add_func("/engine/tails/taken-back", check_tails_taken_back);
    g_test_add_func("/engine/tails/ip-protocols", check_ip_protocols);
    g_test_add_func("/engine/tails/udp", check_udp_tails);
    g_test_add_func("/engine/ping/exposed", check_exposed_ping);
    g_test_add_func("/engine/ping/witnesses", check_witnesses);
    g_test_add_func("/engine/ping/expose-nobody", check_pings_expose_nobody);
    for (size_t i = 0; i < G_N_ELEMENTS(home_rows); i++)
        add_row("engine/home", home_rows[i].name, &home_rows[i], check_home);
    return g_test_run();
}
