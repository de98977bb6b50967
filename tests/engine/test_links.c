/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_links.c: each probe's neighbours, against a search from the probe outwards. */
#include "lab.h"
#include "traffic.h"

#include "engine/links.h"

/** Whose probe a frame is: the scanner's number; 0: it is none. */
static uint32_t scanner_of(const lab_t *lab, uint32_t frame)
{
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(lab->engine, frame, &from_initiator);
    if (flow == 0 || !from_initiator || verdict_of(lab, flow) != SN_VERDICT_SCAN)
        return 0;
    return view_of(lab, flow).source;
}

/** The next probe of the same scanner in a direction, 1 or -1; 0: none. */
static uint32_t neighbour(const lab_t *lab, uint32_t frame, int direction)
{
    uint32_t scanner = scanner_of(lab, frame);
    if (scanner == 0)
        return 0;
    for (int64_t f = (int64_t)frame + direction; f > 0 && f <= lab->frame; f += direction)
        if (scanner_of(lab, (uint32_t)f) == scanner)
            return (uint32_t)f;
    return 0;
}

static void assert_links(sn_links_t *links, const lab_t *lab, uint32_t frame, uint32_t previous,
                         uint32_t next)
{
    uint32_t got_previous = UINT32_MAX, got_next = UINT32_MAX;
    sn_links_get(links, lab->engine, frame, &got_previous, &got_next);
    g_assert_cmpuint(got_previous, ==, previous);
    g_assert_cmpuint(got_next, ==, next);
}

static void check_by_hand(void)
{
    lab_t lab = lab_new();
    sn_links_t *links = sn_links_new();
    assert_links(links, &lab, 1, 0, 0);
    feed(&lab, tcp(SCANNER, 4000, TARGET, 1, "S"));  /* 1 */
    feed(&lab, tcp(TARGET, 1, SCANNER, 4000, "RA")); /* 2: no probe */
    feed(&lab, tcp(CLIENT, 4000, TARGET, 1, "S"));   /* 3: another scanner's */
    feed(&lab, tcp(SCANNER, 4000, OTHER, 9, "A+"));  /* 4: not noise */
    feed(&lab, tcp(SCANNER, 4000, TARGET, 2, "S"));  /* 5 */
    feed(&lab, tcp(SCANNER, 4000, TARGET, 2, "S"));  /* 6 */
    feed(&lab, tcp(ROUTER, 80, TARGET, 4000, "SA")); /* 7: backscatter */
    static const uint32_t want[][2] = {{0, 5}, {0, 0}, {0, 0}, {0, 0}, {1, 6}, {5, 0}, {0, 0}};
    for (uint32_t frame = 1; frame <= G_N_ELEMENTS(want); frame++)
        assert_links(links, &lab, frame, want[frame - 1][0], want[frame - 1][1]);
    assert_links(links, &lab, 8, 0, 0);
    assert_links(links, &lab, UINT32_MAX, 0, 0);
    feed(&lab, tcp(SCANNER, 4000, TARGET, 3, "S")); /* 8: seen by the old walk's results too */
    assert_links(links, &lab, 6, 5, 8);
    assert_links(links, &lab, 8, 6, 0);
    sn_links_free(links);
    sn_links_free(NULL);
    lab_free(&lab);
}

static void check_random(void)
{
    enum { PACKETS = 1000, SEEDS = 3 };
    for (guint32 seed = 1; seed <= SEEDS; seed++) {
        lab_t lab = lab_new();
        traffic_t traffic = traffic_new(seed);
        sn_links_t *links = sn_links_new();
        for (unsigned n = 0; n < PACKETS; n++)
            feed(&lab, next_packet(&traffic));
        for (uint32_t frame = 1; frame <= lab.frame; frame++)
            assert_links(links, &lab, frame, neighbour(&lab, frame, -1), neighbour(&lab, frame, 1));
        sn_links_free(links);
        traffic_free(&traffic);
        lab_free(&lab);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/links/by-hand", check_by_hand);
    g_test_add_func("/links/random", check_random);
    return g_test_run();
}
