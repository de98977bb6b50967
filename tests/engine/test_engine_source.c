/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_source.c: verdicts that depend on what else a source has done, on the target, and on
 * where both are. */
#include "lab.h"

#define NOT_NOISE SN_VERDICT_NOT_NOISE
#define SCAN      SN_VERDICT_SCAN

/* --- Scanning sources and working clients ---------------------------------------------------- */

static void check_banner_grab(void)
{
    lab_t lab = lab_new();
    uint32_t grab = play(&lab, TCP, "S SA< A A+ A+<", SCANNER, 4000, OTHER, 80);
    fail_at(&lab, SCANNER, TARGET, 3);
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    fail_at(&lab, SCANNER, TARGET, 4);
    g_assert_cmpint(verdict_of(&lab, grab), ==, SCAN);
    g_assert_cmpstr(outcome_of(&lab, grab), ==, "conversation");
    talk_to(&lab, SCANNER, OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, grab), ==, SCAN); /* 4 to 2 */
    talk_to(&lab, SCANNER, OTHER, 2);
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE); /* 4 to 3 */
    lab_free(&lab);
}

static void check_working_client(void)
{
    lab_t lab = lab_new();
    uint32_t failed = fail_at(&lab, CLIENT, TARGET, 2);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN);
    talk_to(&lab, CLIENT, TARGET, 1);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN);
    talk_to(&lab, CLIENT, TARGET, 2);
    g_assert_cmpint(verdict_of(&lab, failed), ==, NOT_NOISE);
    lab_free(&lab);
}

/** A flow that turns from failed to conversation moves from one count to the other. */
static void check_late_answers(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t port = 1; port <= 6; port++)
        flow = feed(&lab, udp(CLIENT, 4000, TARGET, port));
    uint32_t grab = play(&lab, UDP, "q a<", CLIENT, 4000, OTHER, 53);
    g_assert_cmpint(verdict_of(&lab, grab), ==, SCAN); /* 6 to 1 */
    for (uint16_t port = 1; port <= 3; port++) {
        g_assert_cmpint(verdict_of(&lab, flow), ==, SCAN);
        feed(&lab, udp(TARGET, port, CLIENT, 4000));
    }
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    g_assert_cmpint(verdict_of(&lab, flow), ==, NOT_NOISE); /* 3 to 4: a working client */
    lab_free(&lab);
}

/** Many flows of one contact are one contact, failed or used. */
static void check_contact_counts_once(void)
{
    lab_t lab = lab_new();
    uint32_t talk = 0, failed = 0;
    for (uint16_t port = 4000; port < 4020; port++)
        failed = feed(&lab, tcp(CLIENT, port, TARGET, 80, "S"));
    for (uint16_t port = 4000; port < 4020; port++)
        talk = play(&lab, TCP, "S SA< A A+", CLIENT, port, TARGET, 443);
    g_assert_cmpint(verdict_of(&lab, talk), ==, NOT_NOISE);
    g_assert_cmpint(verdict_of(&lab, failed), ==, NOT_NOISE); /* 1 to 1 */
    failed = feed(&lab, tcp(CLIENT, 4000, OTHER, 80, "S"));
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN); /* 2 to 1 */
    lab_free(&lab);
}

/** Port and transport and target each make another contact; the sender's port does not. */
static void check_contact_parts(void)
{
    lab_t lab = lab_new();
    uint32_t grab = play(&lab, TCP, "S SA< A A+", SCANNER, 4000, OTHER, 443);
    feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "S"));
    feed(&lab, tcp(SCANNER, 4001, TARGET, 80, "S"));
    feed(&lab, udp(SCANNER, 4000, TARGET, 80));
    feed(&lab, tcp(SCANNER, 4000, TARGET, 81, "S"));
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    feed(&lab, tcp(SCANNER, 4000, OTHER, 80, "S"));
    g_assert_cmpint(verdict_of(&lab, grab), ==, SCAN);
    lab_free(&lab);
}

/* --- Saturation ------------------------------------------------------------------------------ */

/** 70 000 failed flows of one contact, then 65 536 of them answered: the counters of a contact have
 * 16 bits, and must neither wrap nor fall below zero. The source has one failed contact at most. */
static void check_saturation(void)
{
    enum { PORTS = 65536, FLOWS = 70000, LONG = 1000000 };
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    config.limits.reuse_seconds = LONG;
    lab_t lab = lab_with(&config);
    for (uint32_t n = 0; n < FLOWS; n++) {
        if (n == PORTS)
            lab.time_us += (int64_t)SECOND * LONG;
        feed(&lab, udp_bytes(CLIENT, (uint16_t)n, TARGET, 9, NULL, 0));
    }
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, FLOWS);
    uint32_t grab = play(&lab, UDP, "q a<", CLIENT, 4000, OTHER, 53);
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE); /* 1 to 1 */
    g_assert_cmpint(verdict_of(&lab, 1), ==, NOT_NOISE);
    lab.time_us -= (int64_t)SECOND * LONG; /* so that all ports' newest flows can be answered */
    for (uint32_t n = 0; n < PORTS; n++) {
        feed(&lab, udp(TARGET, 9, CLIENT, (uint16_t)n));
        g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    }
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, FLOWS + 1);
    uint32_t failed = fail_at(&lab, CLIENT, OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, failed), ==, NOT_NOISE); /* 1 or 2 to 2 */
    fail_at(&lab, CLIENT, OTHER, 3);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN); /* 3 or 4 to 2 */
    lab_free(&lab);
}

/** 65 540 conversations of one contact, each cut off by a reset in the end. */
static void check_saturated_conversations(void)
{
    enum { PORTS = 65536 };
    lab_t lab = lab_new();
    for (uint32_t n = 0; n < PORTS; n++)
        play(&lab, TCP, "S SA< A A+<", CLIENT, (uint16_t)n, TARGET, 22);
    uint32_t failed = fail_at(&lab, CLIENT, OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, failed), ==, NOT_NOISE); /* 1 to 1 */
    for (uint32_t n = 0; n < PORTS; n++)
        feed(&lab, tcp(CLIENT, (uint16_t)n, TARGET, 22, "R"));
    fail_at(&lab, CLIENT, OTHER, 3);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN); /* 4 to 0 or 1 */
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
    uint32_t grab = play(&lab, TCP, "S SA< A A+", SCANNER, 4000, OTHER, 443);
    uint32_t tail = tails(&lab, flags, 1, 3);
    g_assert_cmpint(verdict_of(&lab, tail), ==, NOT_NOISE);
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    tails(&lab, flags, 4, 4);
    g_assert_cmpint(verdict_of(&lab, tail), ==, SCAN);
    g_assert_cmpint(verdict_of(&lab, grab), ==, SCAN); /* evidence against the source as well */
    lab_free(&lab);
}

/** Four contacts are what counts: not four packets, not two techniques twice. */
static void check_tails_are_no_evidence(void)
{
    lab_t lab = lab_new();
    for (uint16_t port = 4000; port < 4010; port++)
        feed(&lab, tcp(SCANNER, port, TARGET, 80, "A"));
    uint32_t ack = tails(&lab, "A", 1, 2), fin = tails(&lab, "FA", 3, 5);
    g_assert_cmpint(verdict_of(&lab, ack), ==, NOT_NOISE);
    g_assert_cmpint(verdict_of(&lab, fin), ==, NOT_NOISE);
    lab_free(&lab);
}

/** A tail that turns out to be the middle of a connection is taken back as evidence. */
static void check_tails_taken_back(void)
{
    lab_t lab = lab_new();
    uint32_t tail = tails(&lab, "A", 1, 4);
    g_assert_cmpint(verdict_of(&lab, tail), ==, SCAN);
    feed(&lab, tcp(TARGET, 1, SCANNER, 4000, "A+"));
    g_assert_cmpint(verdict_of(&lab, tail), ==, NOT_NOISE);
    tails(&lab, "A", 5, 5);
    g_assert_cmpint(verdict_of(&lab, tail), ==, SCAN);
    lab_free(&lab);
}

/** A contact tried with a tail and with a SYN counts for both, and each is taken back alone. */
static void check_tail_and_probe_of_one_contact(void)
{
    lab_t lab = lab_new();
    feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "A"));
    feed(&lab, tcp(SCANNER, 4001, TARGET, 80, "S"));
    feed(&lab, tcp(TARGET, 80, SCANNER, 4000, "A+")); /* the ACK was the middle of something */
    uint32_t grab = play(&lab, UDP, "q a<", SCANNER, 4000, OTHER, 53);
    uint32_t failed = fail_at(&lab, SCANNER, OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN); /* 2 to 1 */
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    feed(&lab, tcp(TARGET, 80, SCANNER, 4001, "SA"));
    feed(&lab, tcp(SCANNER, 4001, TARGET, 80, "A+"));
    g_assert_cmpint(verdict_of(&lab, failed), ==, NOT_NOISE); /* 1 to 2 */
    g_assert_cmpint(verdict_of(&lab, grab), ==, NOT_NOISE);
    lab_free(&lab);
}

static void check_ip_protocols(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t protocol = 100; protocol < 103; protocol++)
        flow = feed(&lab, other_ip(SCANNER, TARGET, protocol));
    g_assert_cmpint(verdict_of(&lab, flow), ==, NOT_NOISE);
    feed(&lab, other_ip(SCANNER, TARGET, 103));
    g_assert_cmpint(verdict_of(&lab, flow), ==, SCAN);
    lab_free(&lab);
}

/* --- Ping ------------------------------------------------------------------------------------ */

/** @param scanners so many other sources fail at the target */
static uint32_t ping_after(lab_t *lab, unsigned scanners, const char *pinger)
{
    static const char *const sources[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3"};
    for (unsigned n = 0; n < scanners; n++)
        fail_at(lab, sources[n], TARGET, 1);
    return play(lab, ICMP, "ping pong<", pinger, 1, TARGET, 0);
}

static void check_exposed_ping(void)
{
    lab_t lab = lab_new();
    uint32_t ping = ping_after(&lab, 2, SCANNER);
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    uint32_t elsewhere = play(&lab, ICMP, "ping pong<", SCANNER, 1, OTHER, 0);
    fail_at(&lab, "203.0.113.2", TARGET, 2); /* an old one again */
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    fail_at(&lab, "203.0.113.3", TARGET, 1);
    g_assert_cmpint(verdict_of(&lab, ping), ==, SCAN);
    g_assert_cmpint(verdict_of(&lab, elsewhere), ==, NOT_NOISE);
    talk_to(&lab, SCANNER, TARGET, 1); /* the pinger works there */
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    lab_free(&lab);
}

static void check_pinger_is_no_witness_of_itself(void)
{
    lab_t lab = lab_new();
    uint32_t ping = ping_after(&lab, 3, "203.0.113.3");
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    lab_free(&lab);
}

/** Pings, answered or not, expose nobody: only other probes do. */
static void check_pings_expose_nobody(void)
{
    lab_t lab = lab_new();
    uint32_t ping = play(&lab, ICMP, "ping pong<", SCANNER, 1, TARGET, 0);
    play(&lab, ICMP, "ping", "203.0.113.1", 1, TARGET, 0);
    play(&lab, ICMP, "ping pong<", "203.0.113.2", 1, TARGET, 0);
    play(&lab, ICMP, "ping", "203.0.113.3", 1, TARGET, 0);
    play(&lab, ICMP, "ping", "203.0.113.4", 1, TARGET, 0);
    g_assert_cmpint(verdict_of(&lab, ping), ==, NOT_NOISE);
    lab_free(&lab);
}

/** Answered pings are neither failed contacts nor conversations. */
static void check_pings_count_as_neither(void)
{
    lab_t lab = lab_new();
    uint32_t failed = fail_at(&lab, SCANNER, TARGET, 1);
    play(&lab, ICMP, "ping pong<", SCANNER, 1, TARGET, 0);
    play(&lab, ICMP, "ping pong<", SCANNER, 1, OTHER, 0);
    g_assert_cmpint(verdict_of(&lab, failed), ==, SCAN);
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
    {"backscatter-inward", "192.0.2.0/24", SCANNER, TARGET, "SA", false, TCP,
     SN_VERDICT_BACKSCATTER},
    {"backscatter-outward", "192.0.2.0/24", TARGET, SCANNER, "SA", false, TCP, NOT_NOISE},
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
    g_test_add_func("/engine/source/banner-grab", check_banner_grab);
    g_test_add_func("/engine/source/working-client", check_working_client);
    g_test_add_func("/engine/source/late-answers", check_late_answers);
    g_test_add_func("/engine/source/contact-counts-once", check_contact_counts_once);
    g_test_add_func("/engine/source/contact-parts", check_contact_parts);
    g_test_add_func("/engine/source/saturation", check_saturation);
    g_test_add_func("/engine/source/saturated-conversations", check_saturated_conversations);
    g_test_add_data_func("/engine/tails/ack", "A", check_tails);
    g_test_add_data_func("/engine/tails/maimon", "FA", check_tails);
    g_test_add_data_func("/engine/tails/other", "FPA", check_tails);
    g_test_add_func("/engine/tails/no-evidence", check_tails_are_no_evidence);
    g_test_add_func("/engine/tails/taken-back", check_tails_taken_back);
    g_test_add_func("/engine/tails/and-probe", check_tail_and_probe_of_one_contact);
    g_test_add_func("/engine/tails/ip-protocols", check_ip_protocols);
    g_test_add_func("/engine/ping/exposed", check_exposed_ping);
    g_test_add_func("/engine/ping/no-witness-of-itself", check_pinger_is_no_witness_of_itself);
    g_test_add_func("/engine/ping/expose-nobody", check_pings_expose_nobody);
    g_test_add_func("/engine/ping/count-as-neither", check_pings_count_as_neither);
    for (size_t i = 0; i < G_N_ELEMENTS(home_rows); i++) {
        char *path = g_strconcat("/engine/home/", home_rows[i].name, NULL);
        g_test_add_data_func(path, &home_rows[i], check_home);
        g_free(path);
    }
    return g_test_run();
}
