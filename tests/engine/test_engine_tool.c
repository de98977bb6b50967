/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_tool.c: the one tool that a single packet does not give away, and the limit of hosts. */
#include "lab.h"

#include "engine/tool.h"

/** A SYN as Unicornscan 0.4.7 makes it: TCPHASHTRACK() of its tcphash.h is the key, xored with the
 * destination as the scanner's little-endian host holds it and with (destination port << 16) + source
 * port. Worked out with bytes here, not with the engine's arithmetic. */
static sn_packet_t unicornscan(const char *target, uint16_t port, uint16_t sport, uint32_t key)
{
    sn_packet_t p = tcp(SCANNER, sport, target, port, "S");
    uint32_t little = (uint32_t)p.dst.bytes[0] | (uint32_t)p.dst.bytes[1] << 8 |
                      (uint32_t)p.dst.bytes[2] << 16 | (uint32_t)p.dst.bytes[3] << 24;
    p.tcp_seq = key ^ little ^ (((uint32_t)port << 16) + sport);
    p.tcp_window = 4128;
    p.tcp_options = SN_TCPOPT_MSS;
    p.tcp_mss = 1460;
    p.tcp_header_len = 24;
    p.ttl = 243;
    return p;
}

static void check_two_probes_with_one_key(void)
{
    lab_t lab = lab_new();
    uint32_t one = feed(&lab, unicornscan(TARGET, 23, 40001, 0xdeadbeef));
    g_assert_cmpint(view_of(&lab, one).tool, ==, SN_TOOL_NONE); /* a router's SYN looks like it */
    uint32_t two = feed(&lab, unicornscan(OTHER, 22, 53421, 0xdeadbeef));
    uint32_t three = feed(&lab, unicornscan(TARGET, 80, 1025, 0xdeadbeef));
    g_assert_cmpint(view_of(&lab, one).tool, ==, SN_TOOL_UNICORNSCAN);
    g_assert_cmpint(view_of(&lab, two).tool, ==, SN_TOOL_UNICORNSCAN);
    g_assert_cmpint(view_of(&lab, three).tool, ==, SN_TOOL_UNICORNSCAN);
    lab_free(&lab);
}

/** A router that connects to several hosts has sequence numbers of its own. */
static void check_keys_that_differ(void)
{
    lab_t lab = lab_new();
    for (uint16_t n = 0; n < 50; n++) {
        uint32_t flow = feed(&lab, unicornscan(TARGET, (uint16_t)(179 + n), 11000, 77777U * n));
        g_assert_cmpint(view_of(&lab, flow).tool, ==, SN_TOOL_NONE);
    }
    lab_free(&lab);
}

/** The same connection tried again after half an hour, with the same sequence number, is no evidence. */
static void check_same_contact_again(void)
{
    lab_t lab = lab_new();
    feed(&lab, unicornscan(TARGET, 179, 11000, 5));
    lab.time_us += INT64_C(7200) * SECOND;
    uint32_t again = feed(&lab, unicornscan(TARGET, 179, 11000, 5));
    g_assert_cmpint(view_of(&lab, again).tool, ==, SN_TOOL_NONE);
    lab_free(&lab);
}

static void check_near_misses(void)
{
    for (int miss = 0; miss < 5; miss++) {
        lab_t lab = lab_new();
        uint32_t flow = 0;
        for (uint16_t port = 1; port <= 3; port++) {
            sn_packet_t p = unicornscan(TARGET, port, 40000, 9);
            p.tcp_window = miss == 0 ? 4096 : p.tcp_window;
            p.ttl = miss == 1 ? 64 : p.ttl;
            p.tcp_options |= miss == 2 ? SN_TCPOPT_SACK_PERMITTED : 0;
            p.tcp_header_len = miss == 3 ? 28 : p.tcp_header_len;
            p.tcp_flags = miss == 4 ? SN_TCP_ACK : p.tcp_flags;
            flow = feed(&lab, p);
        }
        /* With a window of 4 KiB it is Nmap's SYN. */
        g_assert_cmpint(view_of(&lab, flow).tool, ==, miss == 0 ? SN_TOOL_NMAP : SN_TOOL_NONE);
        lab_free(&lab);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/engine/unicornscan/one-key", check_two_probes_with_one_key);
    g_test_add_func("/engine/unicornscan/keys-that-differ", check_keys_that_differ);
    g_test_add_func("/engine/unicornscan/same-contact", check_same_contact_again);
    g_test_add_func("/engine/unicornscan/near-misses", check_near_misses);
    return g_test_run();
}
