/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tool.c: each tool's fingerprint, its near misses, and how often chance alone meets one. */
#include "packets.h"

#include "engine/tool.h"

static const char A[] = "203.0.113.9", B[] = "192.0.2.77"; /* B is 0xc000024d */
static const char A6[] = "2001:db8:a::9", B6[] = "2001:db8:b::1";

/** What differs from an ordinary SYN from A to B, port 23. */
typedef struct {
    const char *name, *flags; /* NULL: UDP */
    uint16_t ip_id;
    uint32_t seq;
    uint16_t window;
    uint8_t options;
    uint16_t mss;
    uint8_t header_len, ttl; /* ttl 0: 64 */
    bool v6;
    sn_tool_t want;
} row_t;

enum { MASSCAN_ID = 0x024d ^ 23 ^ 0x7788, MASSCAN_SEQ = 0x55667788 };

static const row_t rows[] = {
    {.name = "ordinary", .flags = "S", .ip_id = 7, .seq = 9, .window = 64240},
    {.name = "zmap", .flags = "S", .ip_id = 54321, .window = 65535, .want = SN_TOOL_ZMAP},
    {.name = "zmap-udp", .ip_id = 54321, .ttl = 192, .want = SN_TOOL_ZMAP},
    {.name = "zmap-udp-by-chance", .ip_id = 54321, .ttl = 191},
    {.name = "zmap-by-chance", .flags = "S", .ip_id = 54321, .window = 65534},
    {.name = "zmap-by-a-system's-chance",
     .flags = "S",
     .ip_id = 54321,
     .window = 65535,
     .options = SN_TCPOPT_SACK_PERMITTED},
    {.name = "zmap-below", .flags = "S", .ip_id = 54320, .window = 65535},
    {.name = "zmap-above", .flags = "S", .ip_id = 54322, .window = 65535},
    {.name = "zmap-v6-has-no-id", .flags = "S", .ip_id = 54321, .window = 65535, .v6 = true},

    {.name = "masscan",
     .flags = "S",
     .ip_id = MASSCAN_ID,
     .seq = MASSCAN_SEQ,
     .window = 1024,
     .ttl = 192,
     .want = SN_TOOL_MASSCAN},
    {.name = "masscan-by-nmap's-chance",
     .flags = "S",
     .ip_id = MASSCAN_ID,
     .seq = MASSCAN_SEQ,
     .window = 1024,
     .ttl = 191},
    {.name = "masscan-wrong-id",
     .flags = "S",
     .ip_id = MASSCAN_ID ^ 1,
     .seq = MASSCAN_SEQ,
     .window = 1024},
    {.name = "masscan-id-of-high-half",
     .flags = "S",
     .ip_id = 0xc000 ^ 0x5566,
     .seq = MASSCAN_SEQ,
     .window = 1024},
    {.name = "masscan-without-port",
     .flags = "S",
     .ip_id = 0x024d ^ 0x7788,
     .seq = MASSCAN_SEQ,
     .window = 1024},
    {.name = "masscan-other-window",
     .flags = "S",
     .ip_id = MASSCAN_ID,
     .seq = MASSCAN_SEQ,
     .window = 1025},
    {.name = "masscan-not-syn",
     .flags = "A",
     .ip_id = MASSCAN_ID,
     .seq = MASSCAN_SEQ,
     .window = 1024},
    {.name = "masscan-v6",
     .flags = "S",
     .ip_id = 23 ^ 0x7788,
     .seq = MASSCAN_SEQ,
     .window = 1024,
     .v6 = true},

    {.name = "mirai", .flags = "S", .seq = 0xc000024d, .window = 14600, .want = SN_TOOL_MIRAI},
    {.name = "mirai-below", .flags = "S", .seq = 0xc000024c, .window = 14600},
    {.name = "mirai-swapped", .flags = "S", .seq = 0x4d0200c0, .window = 14600},
    {.name = "mirai-syn-ack", .flags = "SA", .seq = 0xc000024d, .window = 14600},
    {.name = "mirai-ecn", .flags = "SEC", .seq = 0xc000024d, .window = 14600},
    {.name = "mirai-v6", .flags = "S", .seq = 0, .window = 14600, .v6 = true},
    {.name = "mirai-udp", .seq = 0xc000024d},
    {.name = "mirai-with-zmap-id",
     .flags = "S",
     .ttl = 255,
     .ip_id = 54321,
     .seq = 0xc000024d,
     .want = SN_TOOL_MIRAI},

    {.name = "nmap-1024",
     .flags = "S",
     .window = 1024,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24,
     .want = SN_TOOL_NMAP},
    {.name = "nmap-2048",
     .flags = "S",
     .window = 2048,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24,
     .want = SN_TOOL_NMAP},
    {.name = "nmap-4096-v6",
     .flags = "S",
     .window = 4096,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24,
     .v6 = true,
     .want = SN_TOOL_NMAP},
    {.name = "nmap-window-0",
     .flags = "S",
     .window = 0,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24},
    {.name = "nmap-window-5120",
     .flags = "S",
     .window = 5120,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24},
    {.name = "nmap-window-1500",
     .flags = "S",
     .window = 1500,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24},
    {.name = "nmap-other-mss",
     .flags = "S",
     .window = 1024,
     .options = SN_TCPOPT_MSS,
     .mss = 1452,
     .header_len = 24},
    {.name = "nmap-more-options",
     .flags = "S",
     .window = 1024,
     .options = SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE,
     .mss = 1460,
     .header_len = 24},
    {.name = "nmap-longer-header",
     .flags = "S",
     .window = 1024,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 28},
    {.name = "nmap-no-options", .flags = "S", .window = 1024, .header_len = 20},
    {.name = "nmap-not-syn",
     .flags = "F",
     .window = 1024,
     .options = SN_TCPOPT_MSS,
     .mss = 1460,
     .header_len = 24},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    const char *src = row->v6 ? A6 : A, *dst = row->v6 ? B6 : B;
    sn_packet_t p = row->flags ? tcp(src, 4000, dst, 23, row->flags) : udp(src, 4000, dst, 23);
    p.ip_id = row->ip_id;
    p.tcp_seq = row->seq;
    p.tcp_window = row->window;
    p.tcp_options = row->options;
    p.tcp_mss = row->mss;
    p.tcp_header_len = row->header_len ? row->header_len : 20;
    p.ttl = row->ttl ? row->ttl : 64;
    g_assert_cmpstr(sn_tool_label(sn_tool_of(&p)), ==, sn_tool_label(row->want));
}

/** What differs from hping's SYN, whose numbers come from rand(). */
static const struct {
    const char *name, *flags;
    uint32_t seq, ack;
    uint16_t window;
    uint8_t header_len;
    sn_tool_t want;
} hpings[] = {
    {"syn", "S", 0x7fffffff, 1, 512, 20, SN_TOOL_HPING},
    {"fin", "F", 0, 0x7fffffff, 512, 20, SN_TOOL_HPING},
    {"null", "", 5, 6, 512, 20, SN_TOOL_HPING},
    {"ack", "A", 5, 6, 512, 20, SN_TOOL_NONE},
    {"no-acknowledgement", "S", 5, 0, 512, 20, SN_TOOL_NONE},
    {"high-sequence", "S", 0x80000000, 6, 512, 20, SN_TOOL_NONE},
    {"high-acknowledgement", "S", 5, 0x80000000, 512, 20, SN_TOOL_NONE},
    {"window", "S", 5, 6, 513, 20, SN_TOOL_NONE},
    {"options", "S", 5, 6, 512, 24, SN_TOOL_NONE},
};

static void check_hping(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hpings); i++) {
        sn_packet_t p = tcp(A, 4000, B, 23, hpings[i].flags);
        p.tcp_seq = hpings[i].seq;
        p.tcp_ack = hpings[i].ack;
        p.tcp_window = hpings[i].window;
        p.tcp_header_len = hpings[i].header_len;
        p.tcp_options = 0;
        g_test_message("%s", hpings[i].name);
        g_assert_cmpstr(sn_tool_label(sn_tool_of(&p)), ==, sn_tool_label(hpings[i].want));
    }
}

/** Nmap's probes for operating systems, as 7.93 sends them. */
static void check_nmap_for_systems(void)
{
    enum { ALL = SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED };
    sn_packet_t p = tcp(A, 4000, B, 23, "S");
    p.tcp_options = SN_TCPOPT_TIMESTAMPS | SN_TCPOPT_SACK_PERMITTED;
    p.tcp_tsval = UINT32_MAX;
    g_assert_cmpint(sn_tool_of(&p), ==, SN_TOOL_NMAP);
    p.tcp_tsval--;
    g_assert_cmpint(sn_tool_of(&p), ==, SN_TOOL_NONE);
    p = tcp(A, 4000, B, 23, "A");
    p.tcp_options = SN_TCPOPT_TIMESTAMPS | ALL;
    p.tcp_tsval = UINT32_MAX;
    g_assert_cmpint(sn_tool_of(&p), ==, SN_TOOL_NMAP);
    p = tcp(A, 4000, B, 23, "SEC");
    p.tcp_options = ALL;
    p.tcp_window = 3;
    g_assert_cmpint(sn_tool_of(&p), ==, SN_TOOL_NMAP);
    p.tcp_window = 4;
    g_assert_cmpint(sn_tool_of(&p), ==, SN_TOOL_NONE);
}

/* --- Chance ---------------------------------------------------------------------------------- */

enum { PACKETS = 1000000, ONE_IN = 10000 };

typedef sn_packet_t (*maker_t)(GRand *rand);

/** A SYN with nothing in common with any other. */
static sn_packet_t any_syn(GRand *rand)
{
    sn_packet_t p = {
        .src = addr_at(g_rand_int(rand)),
        .dst = addr_at(g_rand_int(rand)),
        .transport = SN_TRANSPORT_TCP,
        .sport = (uint16_t)g_rand_int(rand),
        .dport = (uint16_t)g_rand_int(rand),
        .ip_id = (uint16_t)g_rand_int(rand),
        .tcp_seq = g_rand_int(rand),
        .tcp_flags = SN_TCP_SYN,
        .tcp_window = (uint16_t)g_rand_int(rand),
        .tcp_mss = (uint16_t)g_rand_int(rand),
        .tcp_options = (uint8_t)g_rand_int_range(rand, 0, 32),
    };
    p.tcp_header_len = (uint8_t)(4 * g_rand_int_range(rand, 5, 16));
    return p;
}

/** A SYN as operating systems and small devices send them: windows and MSS of few values, which
 * some tools have too. */
static sn_packet_t stack_syn(GRand *rand)
{
    static const uint16_t windows[] = {1024, 2048, 4096, 5840, 8192, 14600, 29200, 64240, 65535};
    static const uint16_t sizes[] = {1460, 1452, 1440, 1400, 1380, 536};
    static const uint8_t options[] = {
        SN_TCPOPT_MSS | SN_TCPOPT_SACK_PERMITTED,
        SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE,
        SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED,
        SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED | SN_TCPOPT_TIMESTAMPS,
    };
    sn_packet_t p = any_syn(rand);
    p.tcp_window = windows[g_rand_int_range(rand, 0, G_N_ELEMENTS(windows))];
    p.tcp_mss = sizes[g_rand_int_range(rand, 0, G_N_ELEMENTS(sizes))];
    p.tcp_options = options[g_rand_int_range(rand, 0, G_N_ELEMENTS(options))];
    p.tcp_header_len = (uint8_t)(p.tcp_options & SN_TCPOPT_TIMESTAMPS ? 40 : 32);
    return p;
}

/** No options at all, as in probes of tools that we know nothing of, with Masscan's window. */
static sn_packet_t bare_syn(GRand *rand)
{
    sn_packet_t p = any_syn(rand);
    p.tcp_window = 1024;
    p.tcp_mss = 0;
    p.tcp_options = 0;
    p.tcp_header_len = 20;
    return p;
}

static sn_packet_t any_udp(GRand *rand)
{
    sn_packet_t p = any_syn(rand);
    p.transport = SN_TRANSPORT_UDP;
    return p;
}

static void check_chance(gconstpointer data)
{
    static const maker_t makers[] = {any_syn, stack_syn, bare_syn, any_udp};
    maker_t make = makers[GPOINTER_TO_UINT(data)];
    unsigned met[SN_TOOLS] = {0};
    GRand *rand = g_rand_new_with_seed(20190917);
    for (unsigned i = 0; i < PACKETS; i++) {
        sn_packet_t p = make(rand);
        met[sn_tool_of(&p)]++;
    }
    g_rand_free(rand);
    for (int tool = SN_TOOL_NONE + 1; tool < SN_TOOLS; tool++) {
        g_test_message("%s: %u of %d", sn_tool_label((sn_tool_t)tool), met[tool], PACKETS);
        g_assert_cmpuint(met[tool], <=, PACKETS / ONE_IN);
    }
}

static void check_labels(void)
{
    static const char *const labels[] = {"",     "ZMap",        "Masscan", "Mirai",
                                         "Nmap", "Unicornscan", "hping"};
    g_assert_cmpint(G_N_ELEMENTS(labels), ==, SN_TOOLS);
    for (int tool = 0; tool < SN_TOOLS; tool++)
        g_assert_cmpstr(sn_tool_label((sn_tool_t)tool), ==, labels[tool]);
    g_assert_cmpstr(sn_tool_label(SN_TOOLS), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/tool/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_data_func("/tool/chance/any-syn", GUINT_TO_POINTER(0), check_chance);
    g_test_add_data_func("/tool/chance/stack-syn", GUINT_TO_POINTER(1), check_chance);
    g_test_add_data_func("/tool/chance/bare-syn", GUINT_TO_POINTER(2), check_chance);
    g_test_add_data_func("/tool/chance/any-udp", GUINT_TO_POINTER(3), check_chance);
    g_test_add_func("/tool/labels", check_labels);
    g_test_add_func("/tool/hping", check_hping);
    g_test_add_func("/tool/nmap-for-systems", check_nmap_for_systems);
    return g_test_run();
}
