/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_dropped.c: frames that a read filter drops, so that the next frame has their number. */
#include "lab.h"

#include "engine/scanner.h"

/** Feeds a packet whose frame is dropped. */
static void feed_dropped(lab_t *lab, sn_packet_t p)
{
    feed(lab, p);
    sn_engine_forget_frame(lab->engine, lab->frame);
    lab->frame--;
}

/** A frame without a packet gets the number of a dropped probe. */
static void check_number_is_free(void)
{
    lab_t lab = lab_new();
    fail_at(&lab, SCANNER, TARGET, 4);
    feed_dropped(&lab, tcp(SCANNER, 6000, TARGET, 5, "S"));
    bool from_initiator;
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 5, &from_initiator), ==, 0);
    g_assert_cmpint(from_initiator, ==, false);
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 4, &from_initiator), ==, 4);
    sn_engine_forget_frame(lab.engine, 5); /* a frame without a packet was dropped, too */
    sn_engine_forget_frame(lab.engine, 1000);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 6000, TARGET, 6, "S")), ==, 6);
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 5, &from_initiator), ==, 6);
    lab_free(&lab);
}

/** It is no packet of its flow, which begins with the next frame that is left. */
static void check_flow_begins_later(void)
{
    lab_t lab = lab_new();
    feed(&lab, tcp(CLIENT, 80, OTHER, 81, "A"));
    feed_dropped(&lab, tcp(SCANNER, 6000, TARGET, 23, "S"));
    feed(&lab, tcp(CLIENT, 80, OTHER, 81, "A"));
    uint32_t flow = feed(&lab, tcp(SCANNER, 6000, TARGET, 23, "S"));
    g_assert_cmpuint(view_of(&lab, flow).first_frame, ==, 3);
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 1);
    feed_dropped(&lab, tcp(TARGET, 23, SCANNER, 6000, "RA")); /* evidence all the same */
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 1);
    g_assert_cmpuint(view_of(&lab, flow).first_frame, ==, 3);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "refused");
    lab_free(&lab);
}

/** A scanner's totals are of the frames that are left. */
static void check_totals(void)
{
    lab_t lab = lab_new();
    sn_scanners_t *scanners = sn_scanners_new();
    uint32_t host = view_of(&lab, fail_at(&lab, SCANNER, TARGET, 5)).source;
    g_assert_cmpuint(sn_scanners_get(scanners, lab.engine, host, true)->contacts, ==, 5);
    sn_engine_forget_frame(lab.engine, lab.frame--);
    const sn_scanner_t *totals = sn_scanners_get(scanners, lab.engine, host, true);
    g_assert_cmpuint(totals->contacts, ==, 4);
    g_assert_cmpuint(totals->ports, ==, 4);
    g_assert_cmpuint(totals->probes, ==, 4);
    sn_scanners_free(scanners);
    lab_free(&lab);
}

/** A stream gets no longer by what is dropped. */
static void check_stream(void)
{
    lab_t lab = lab_new();
    uint32_t flow = fail_at(&lab, SCANNER, OTHER, 4), most = SN_LIMITS_DEFAULT.stream_packets;
    for (uint32_t n = 0; n < most; n++)
        flow = feed(&lab, udp(SCANNER, 6000, TARGET, 53413));
    feed_dropped(&lab, udp(SCANNER, 6000, TARGET, 53413));
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, most);
    feed(&lab, udp(SCANNER, 6000, TARGET, 53413));
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, most + 1);
    g_assert_cmpint(verdict_of(&lab, flow), ==, SN_VERDICT_NOT_NOISE);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/engine/dropped/number-is-free", check_number_is_free);
    g_test_add_func("/engine/dropped/flow-begins-later", check_flow_begins_later);
    g_test_add_func("/engine/dropped/totals", check_totals);
    g_test_add_func("/engine/dropped/stream", check_stream);
    return g_test_run();
}
