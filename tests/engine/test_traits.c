/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_traits.c: by which headers scanners are told apart, as campaigns are found. */
#include "lab.h"

/** What the header of a SYN has; of none a digest is known beforehand, but which are alike. */
static const struct {
    const char *name;
    uint16_t window, mss;
    uint8_t options, header_len, ttl;
    bool alike; /* the first one */
} rows[] = {
    {"first", 64240, 1460, SN_TCPOPT_MSS, 24, 64, true},
    {"on-its-way", 64240, 1460, SN_TCPOPT_MSS, 24, 33, true},
    {"ttl-of-32", 64240, 1460, SN_TCPOPT_MSS, 24, 32, false},
    {"ttl-of-128", 64240, 1460, SN_TCPOPT_MSS, 24, 65, false},
    {"ttl-of-255", 64240, 1460, SN_TCPOPT_MSS, 24, 129, false},
    {"window", 64241, 1460, SN_TCPOPT_MSS, 24, 64, false},
    {"segment", 64240, 1400, SN_TCPOPT_MSS, 24, 64, false},
    {"options", 64240, 1460, SN_TCPOPT_MSS | SN_TCPOPT_SACK_PERMITTED, 24, 64, false},
    {"length", 64240, 1460, SN_TCPOPT_MSS, 28, 64, false},
};

/** The traits of a flow that begins with that SYN. */
static uint16_t traits_of(size_t i)
{
    lab_t lab = lab_new();
    sn_packet_t p = tcp(SCANNER, 4000, TARGET, 23, "S");
    p.tcp_window = rows[i].window;
    p.tcp_mss = rows[i].mss;
    p.tcp_options = rows[i].options;
    p.tcp_header_len = rows[i].header_len;
    p.ttl = rows[i].ttl;
    uint16_t traits = view_of(&lab, feed(&lab, p)).traits;
    lab_free(&lab);
    return traits;
}

static void check(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    g_assert_cmpuint(traits_of(i), !=, 0);
    g_assert_cmpint(traits_of(i) == traits_of(0), ==, rows[i].alike);
    for (size_t other = 1; other < i && !rows[i].alike; other++)
        g_assert_cmpuint(traits_of(other), !=, traits_of(i));
}

/** Only a TCP probe has traits. */
static void check_none(void)
{
    lab_t lab = lab_new();
    g_assert_cmpuint(view_of(&lab, feed(&lab, udp(SCANNER, 4000, TARGET, 53))).traits, ==, 0);
    g_assert_cmpuint(view_of(&lab, feed(&lab, icmp(SCANNER, TARGET, ECHO, 1))).traits, ==, 0);
    g_assert_cmpuint(view_of(&lab, feed(&lab, tcp(ROUTER, 80, OTHER, 4000, "SA"))).traits, ==, 0);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strdup_printf("/traits/%s", rows[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), check);
        g_free(path);
    }
    g_test_add_func("/traits/none", check_none);
    return g_test_run();
}
