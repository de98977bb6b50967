/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tally_large.c: counts beyond 32 bits. Nobody taps five thousand million packets in a test, so
 * this one reaches into the tally, whose source it includes, and sets what was tapped of a flow. */
#include "stats/tally.c"

#include "lab.h"

static const uint64_t MANY = UINT64_C(5000000000);

/** Says that a flow has had this many packets, over so many seconds. */
static void tapped(sn_tally_t *tally, const lab_t *lab, uint32_t flow, uint64_t packets)
{
    sn_tally_packet(tally, lab->engine, lab->frame, lab->time_us);
    count_waiting(tally, tally->waits);
    sn_tapped_t *t = (sn_tapped_t *)sn_pool_get(&tally->tapped, flow);
    tally->all.packets += packets - t->packets;
    t->packets = packets;
}

static void check_rows(const sn_rows_t *rows)
{
    g_assert_cmpuint(rows->all.packets, ==, 5 * MANY);
    g_assert_cmpuint(rows->noise.packets, ==, 4 * MANY);
    g_assert_cmpuint(rows->scan.packets, ==, 3 * MANY);
    g_assert_cmpuint(rows->backscatter.packets, ==, MANY);
    g_assert_cmpuint(rows->version[0].packets, ==, 3 * MANY);
    g_assert_cmpuint(rows->technique[SN_TECHNIQUE_TCP_SYN].packets, ==, 2 * MANY);
    g_assert_cmpuint(rows->technique[SN_TECHNIQUE_UDP].packets, ==, MANY);
    g_assert_cmpuint(rows->ports->len, ==, 2);
    g_assert_cmpuint(g_array_index(rows->ports, sn_port_row_t, 0).count.packets, ==, 2 * MANY);
    g_assert_cmpuint(g_array_index(rows->ports, sn_port_row_t, 1).count.packets, ==, MANY);
    g_assert_cmpuint(rows->scanners->len, ==, 2);
    g_assert_cmpuint(g_array_index(rows->scanners, sn_scanner_row_t, 0).count.packets, ==,
                     2 * MANY);
}

/** The sums are right, in one session and in the sum of two. */
static void check_sums(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    tapped(tally, &lab, feed(&lab, tcp(SCANNER, 6000, TARGET, 23, "S")), MANY);
    tapped(tally, &lab, feed(&lab, tcp(SCANNER, 6000, OTHER, 23, "S")), MANY);
    tapped(tally, &lab, feed(&lab, udp(CLIENT, 6000, TARGET, 53)), MANY);
    tapped(tally, &lab, feed(&lab, tcp(ROUTER, 80, TARGET, 6000, "SA")), MANY);
    tally->all.packets += MANY; /* packets of no flow */
    check_rows(sn_tally_count(tally));

    lab_t next = lab_new();
    feed(&next, icmp(ROUTER, TARGET, ECHO_REPLY, 1));
    sn_tally_packet(tally, next.engine, next.frame + 1, next.time_us);
    tally->all.packets--;
    check_rows(sn_tally_count(tally));
    sn_tally_free(tally);
    lab_free(&next);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tally/large/sums", check_sums);
    return g_test_run();
}
