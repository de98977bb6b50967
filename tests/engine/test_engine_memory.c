/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_memory.c: the limit on what an engine remembers, and what is known beyond it. */
#include "lab.h"

static lab_t limited(uint64_t max_memory)
{
    return lab_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT, .max_memory = max_memory});
}

/** The memory of an engine in which a scanner has failed at so many ports. */
static uint64_t memory_of(const char *source, const char *target, uint16_t contacts)
{
    lab_t lab = lab_new();
    fail_at(&lab, source, target, contacts);
    uint64_t bytes = sn_engine_memory(lab.engine);
    lab_free(&lab);
    return bytes;
}

/** What is known goes on, and nothing new is learned. */
static void check_full(void)
{
    lab_t lab = limited(memory_of(SCANNER, TARGET, 3));
    uint32_t third = fail_at(&lab, SCANNER, TARGET, 3);
    g_assert_cmpuint(third, ==, 3);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 0);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, 0);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 6000, TARGET, 4, "S")), ==, 0);
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 4, SCANNER, 6000, "RA")), ==, 0);
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 3, SCANNER, 6000, "RA")), ==, third);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 6000, TARGET, 3, "S")), ==, third);
    lab.time_us += INT64_C(2000) * SECOND;
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 6000, TARGET, 3, "S")), ==, 0); /* it would be new */
    sn_packet_t unseen = tcp(TARGET, 9, OTHER, 9, "S");
    g_assert_cmpuint(feed(&lab, error_about(ROUTER, &unseen)), ==, 0);
    feed(&lab, udp(TARGET, 5000, "239.255.255.250", 1900)); /* belongs to no flow in any case */
    g_assert_cmpuint(feed(&lab, tcp(OTHER, 6000, CLIENT, 23, "S")), ==, 0);
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, 3);
    g_assert_cmpuint(sn_engine_hosts(lab.engine), ==, 2);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 5);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, 4);
    g_assert_cmpuint(sn_engine_observed(lab.engine), ==, 11);
    g_assert_cmpstr(outcome_of(&lab, third), ==, "refused");
    g_assert_cmpint(verdict_of(&lab, third), ==, SN_VERDICT_SCAN);
    lab_free(&lab);
}

/** The request that comes after its answer makes a flow of its own. */
static void check_full_and_reordering(void)
{
    lab_t lab = limited(empty_memory() + 250);
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 80, CLIENT, 4000, "SA")), ==, 1);
    uint16_t port = 1;
    while (feed(&lab, tcp(SCANNER, 6000, TARGET, port++, "S")) != 0)
        ;
    g_assert_cmpuint(feed(&lab, tcp(CLIENT, 4000, TARGET, 80, "S")), ==, 0);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 2);
    lab_free(&lab);
}

/** Everything that is remembered is counted. */
static void check_counts(void)
{
    uint64_t one = memory_of(SCANNER, TARGET, 1), two = memory_of(SCANNER, TARGET, 2);
    g_assert_cmpuint(one - empty_memory(), >=, sizeof(sn_flow_t) + 2 * 16 + 4);
    g_assert_cmpuint(two - one, ==, sizeof(sn_flow_t) + 4); /* hosts are known */
    uint64_t v6 = memory_of("2001:db8::1", "2001:db8::2", 1);
    g_assert_cmpuint(v6 - one, ==, 2 * sizeof(sn_addr_t));
    lab_t lab = lab_new();
    lab.frame = 999; /* of frames before it nothing is known, and they take their room */
    feed(&lab, tcp(SCANNER, 6000, TARGET, 1, "S"));
    g_assert_cmpuint(sn_engine_memory(lab.engine) - one, ==, 999 * 4);
    lab_free(&lab);
}

/** Lets a scanner probe one port from so many ports of its own. */
static void probe_from(lab_t *lab, uint32_t ports)
{
    for (uint32_t port = 0; port < ports; port++)
        feed(lab, tcp(SCANNER, (uint16_t)port, TARGET, 23, "S"));
}

/** An index grows by leaps: the packet that would have it grow beyond the limit is the first to go. */
static void check_index(void)
{
    enum { SLOTS = 65536, MOST = SLOTS / 4 * 3 };
    lab_t lab = lab_new();
    probe_from(&lab, MOST - 2);
    uint64_t before = sn_engine_memory(lab.engine);
    feed(&lab, tcp(SCANNER, MOST - 2, TARGET, 23, "S"));
    uint64_t after = sn_engine_memory(lab.engine); /* for the next one it grows */
    g_assert_cmpuint(after - before, ==, SLOTS * 4 + sizeof(sn_flow_t) + 4);
    lab_free(&lab);
    lab = limited(after);
    probe_from(&lab, MOST + 5);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, MOST);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 6);
    g_assert_cmpuint(sn_engine_memory(lab.engine), ==, after);
    lab_free(&lab);
}

/** A read filter drops the first frame that there was no room for: the next one is the first. */
static void check_dropped(void)
{
    lab_t lab = limited(memory_of(SCANNER, TARGET, 3));
    fail_at(&lab, SCANNER, TARGET, 4);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, 4);
    sn_engine_forget_frame(lab.engine, lab.frame--);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 0);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, 0);
    feed(&lab, tcp(SCANNER, 6000, TARGET, 3, "S"));
    feed(&lab, tcp(SCANNER, 6000, TARGET, 5, "S"));
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 1);
    g_assert_cmpuint(sn_engine_first_forgotten(lab.engine), ==, 5);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/engine/memory/full", check_full);
    g_test_add_func("/engine/memory/full-and-reordering", check_full_and_reordering);
    g_test_add_func("/engine/memory/counts", check_counts);
    g_test_add_func("/engine/memory/index", check_index);
    g_test_add_func("/engine/memory/dropped", check_dropped);
    return g_test_run();
}
