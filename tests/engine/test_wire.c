/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_wire.c: headers as bytes, whole, cut at each byte, and wrong. */
#include "engine/packet.h"
#include "engine/wire.h"
#include "hex.h"

#include <string.h>

#define SYN  "9c40 0017 01020304 00000000 60 02 0400 0000 0000 020405b4 "
#define UDP8 "9c40 0035 0010 0000 3132333435363738 "

typedef struct {
    const char *name, *hex;
    sn_wire_t want;
    unsigned protocol;
    sn_transport_t transport; /* when the transport can be read */
    bool reads;
    uint16_t sport, dport;
    uint32_t payload;
} row_t;

static const row_t rows[] = {
    {"syn", V4("002c", "d431", "0000", "06") SYN, SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP, true, 40000,
     23, 0},
    {"syn-v6", V6("0018", "06") SYN, SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP, true, 40000, 23, 0},
    {"padding-is-no-payload", V4("002c", "d431", "0000", "06") SYN "000000000000", SN_WIRE_WHOLE, 6,
     SN_TRANSPORT_TCP, true, 40000, 23, 0},
    {"length-left-to-the-card", V4("0000", "d431", "0000", "06") SYN "4142", SN_WIRE_WHOLE, 6,
     SN_TRANSPORT_TCP, true, 40000, 23, 2},
    {"udp", V4("0024", "0001", "0000", "11") UDP8, SN_WIRE_WHOLE, 17, SN_TRANSPORT_UDP, true, 40000,
     53, 8},
    {"udp-lite", V4("0024", "0001", "0000", "88") UDP8, SN_WIRE_WHOLE, 136, SN_TRANSPORT_UDP, true,
     40000, 53, 8},
    {"options", "46 00 0028 0001 0000 40 11 0000 cb007109 c000024d 94040000 " UDP8, SN_WIRE_WHOLE,
     17, SN_TRANSPORT_UDP, true, 40000, 53, 8},
    {"sctp", V4("0024", "0001", "0000", "84") "9c40 0050 00000000 00000000 01000004", SN_WIRE_WHOLE,
     132, SN_TRANSPORT_SCTP, true, 40000, 80, 0},
    {"sctp-without-chunk", V4("0020", "0001", "0000", "84") "9c40 0050 00000000 00000000",
     SN_WIRE_WHOLE, 132, SN_TRANSPORT_SCTP, false, 0, 0, 0},
    {"echo", V4("001c", "0001", "0000", "01") "0800 0000 0007 0001", SN_WIRE_WHOLE, 1,
     SN_TRANSPORT_ICMP, true, 7, 0, 0},
    {"echo-without-identifier", V4("0018", "0001", "0000", "01") "0800 0000", SN_WIRE_WHOLE, 1,
     SN_TRANSPORT_ICMP, false, 0, 0, 0},
    {"echo-v6", V6("0008", "3a") "8000 0000 0007 0001", SN_WIRE_WHOLE, 58, SN_TRANSPORT_ICMP, true,
     7, 0, 0},
    {"icmpv6-over-ipv4", V4("001c", "0001", "0000", "3a") "8000 0000 0007 0001", SN_WIRE_WHOLE, 58,
     SN_TRANSPORT_IP, true, 0, 58, 0},
    {"bare", V4("0014", "0001", "0000", "2f"), SN_WIRE_WHOLE, 47, SN_TRANSPORT_IP, true, 0, 47, 0},
    {"bare-tcp", V4("0014", "0001", "0000", "06"), SN_WIRE_WHOLE, 6, SN_TRANSPORT_IP, true, 0, 6,
     0},
    {"bare-v6", V6("0000", "32"), SN_WIRE_WHOLE, 50, SN_TRANSPORT_IP, true, 0, 50, 0},
    {"first-fragment", V4("002c", "0001", "2000", "06") SYN, SN_WIRE_FIRST, 6, SN_TRANSPORT_TCP,
     true, 40000, 23, 0},
    {"later-fragment", V4("002c", "0001", "2001", "06") SYN, SN_WIRE_FRAGMENT, 6, 0, false, 0, 0,
     0},
    {"last-fragment", V4("002c", "0001", "0001", "06") SYN, SN_WIRE_FRAGMENT, 6, 0, false, 0, 0, 0},
    {"do-not-fragment", V4("002c", "0001", "4000", "06") SYN, SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP,
     true, 40000, 23, 0},
    {"hop-by-hop", V6("0020", "00") "06 00 0104 00000000 " SYN, SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP,
     true, 40000, 23, 0},
    {"routing-and-options",
     V6("0038", "2b") "3c 02 0000 00000000 0000000000000000 0000000000000000 "
                      "06 00 0104 00000000 " SYN,
     SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP, true, 40000, 23, 0},
    {"fragment-v6", V6("0020", "2c") "06 00 0001 00000001 " SYN, SN_WIRE_FIRST, 6, SN_TRANSPORT_TCP,
     true, 40000, 23, 0},
    {"later-fragment-v6", V6("0020", "2c") "06 00 0009 00000001 " SYN, SN_WIRE_FRAGMENT, 6, 0,
     false, 0, 0, 0},
    {"atomic-fragment-v6", V6("0020", "2c") "06 00 0000 00000001 " SYN, SN_WIRE_WHOLE, 6,
     SN_TRANSPORT_TCP, true, 40000, 23, 0},
    {"ah",
     V4("0044", "0001", "0000", "33") "06 04 0000 00000001 00000001 0000000000000000 00000000 " SYN,
     SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP, true, 40000, 23, 0},
    {"no-next-header", V6("0000", "3b"), SN_WIRE_NOTHING, 59, 0, false, 0, 0, 0},
    {"extension-beyond-the-end", V6("0010", "00") "06 ff 0104 00000000 0000000000000000",
     SN_WIRE_NOTHING, 0, 0, false, 0, 0, 0},
    {"jumbogram", V6("0000", "00") "06 00 c204 00010000 " SYN, SN_WIRE_WHOLE, 6, SN_TRANSPORT_TCP,
     true, 40000, 23, 0},
    {"header-too-short", "44 00 002c 0001 0000 40 06 0000 cb007109 c000024d " SYN, SN_WIRE_NOTHING,
     6, 0, false, 0, 0, 0},
    {"no-ip", "25 00 002c 0001 0000 40 06 0000 cb007109 c000024d " SYN, SN_WIRE_NOTHING, 0, 0,
     false, 0, 0, 0},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex), rest = all;
    sn_packet_t p = {0};
    unsigned protocol = 0;
    g_assert_cmpint(sn_wire_ip(&rest, &protocol, &p), ==, row->want);
    if (row->want != SN_WIRE_NOTHING)
        g_assert_cmpuint(protocol, ==, row->protocol);
    if (row->want == SN_WIRE_WHOLE || row->want == SN_WIRE_FIRST) {
        g_assert_cmpint(sn_wire_transport(rest, protocol, &p), ==, row->reads);
        g_assert_cmpint(p.transport, ==, row->transport);
        if (row->reads) {
            g_assert_cmpuint(p.sport, ==, row->sport);
            g_assert_cmpuint(p.dport, ==, row->dport);
            g_assert_cmpuint(p.payload, ==, row->payload);
        }
    }
    g_free((gpointer)all.at);
}

/** However little was captured: no byte behind it is read, and nothing new is claimed. */
static void check_cut(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex);
    for (uint32_t captured = 0; captured <= all.captured; captured++) {
        sn_bytes_t cut = {(const uint8_t *)g_memdup2(all.at, captured), captured, all.length};
        sn_bytes_t rest = cut;
        sn_packet_t p = {0};
        sn_quote_t quote;
        unsigned protocol = 0;
        sn_wire_t found = sn_wire_ip(&rest, &protocol, &p);
        g_assert_true(found == row->want || found == SN_WIRE_NOTHING);
        if (found == SN_WIRE_WHOLE && sn_wire_transport(rest, protocol, &p) && row->reads)
            g_assert_cmpuint(p.dport, ==, row->dport);
        sn_wire_quote(cut, &quote);
        g_free((gpointer)cut.at);
    }
    g_free((gpointer)all.at);
}

static void check_tcp_facts(void)
{
    sn_bytes_t all =
        bytes_of("9c40 0017 01020304 0a0b0c0d d1 c2 7210 0000 0000 0204 05b4 01 030307 "
                 "0402 080a 1122334455667788 fe04aabb 0000 0000 00 4142");
    sn_packet_t p = {.src.version = 4};
    g_assert_true(sn_wire_transport(all, 6, &p));
    g_assert_cmphex(p.tcp_seq, ==, 0x01020304);
    g_assert_cmphex(p.tcp_ack, ==, 0x0a0b0c0d);
    g_assert_cmphex(p.tcp_flags, ==, SN_TCP_AE | SN_TCP_CWR | SN_TCP_ECE | SN_TCP_SYN);
    g_assert_cmpuint(p.tcp_window, ==, 0x7210);
    g_assert_cmpuint(p.tcp_mss, ==, 1460);
    g_assert_cmphex(p.tcp_tsval, ==, 0x11223344);
    g_assert_cmpuint(p.tcp_header_len, ==, 52);
    g_assert_cmphex(p.tcp_options, ==,
                    SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED |
                        SN_TCPOPT_TIMESTAMPS | SN_TCPOPT_OTHER);
    g_free((gpointer)all.at);
}

/** IPv6 has no identification, and the packet may be one that was read before. */
static void check_ipv6_facts(void)
{
    static const uint8_t src[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x0a, [15] = 9};
    static const uint8_t dst[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x0b, [15] = 1};
    sn_bytes_t all = bytes_of(V6("0018", "06") SYN), rest = all;
    sn_packet_t p = {.ip_id = 54321};
    unsigned protocol;
    g_assert_cmpint(sn_wire_ip(&rest, &protocol, &p), ==, SN_WIRE_WHOLE);
    g_assert_cmpuint(p.ip_id, ==, 0);
    g_assert_cmpuint(p.ttl, ==, 64);
    g_assert_cmpuint(p.src.version, ==, 6);
    g_assert_cmpint(memcmp(p.src.bytes, src, sizeof src), ==, 0);
    g_assert_cmpint(memcmp(p.dst.bytes, dst, sizeof dst), ==, 0);
    g_free((gpointer)all.at);
}

/** Lengths that lie: of 0 and 1, and beyond the header. The options before them count. */
static void check_wrong_tcp_options(void)
{
    static const char *const wrong[] = {"03 00 0000", "03 01 0000", "03 00 0404",
                                        "03 01 0404", "03 ff 0000", "01 01 01 03"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        char *hex = g_strconcat("9c40 0017 01020304 00000000 70 02 0400 0000 0000 020405b4 ",
                                wrong[i], NULL);
        sn_bytes_t all = bytes_of(hex);
        sn_packet_t p = {.src.version = 4};
        g_assert_true(sn_wire_transport(all, 6, &p));
        g_assert_cmphex(p.tcp_options, ==, SN_TCPOPT_MSS);
        g_free((gpointer)all.at);
        g_free(hex);
    }
}

typedef struct {
    const char *name, *hex;
    bool reads;
    sn_transport_t transport;
    uint16_t sport, dport;
    uint8_t icmp_type;
} quote_t;

static const quote_t quotes[] = {
    {"udp", V4("0fff", "0001", "0000", "11") "9c40 0035 0fe0 0000", true, SN_TRANSPORT_UDP, 40000,
     53, 0},
    {"ports-only", V4("0fff", "0001", "0000", "06") "9c40 0035", true, SN_TRANSPORT_TCP, 40000, 53,
     0},
    {"half-a-port", V4("0fff", "0001", "0000", "06") "9c40 00", false, 0, 0, 0, 0},
    {"echo", V4("0054", "0001", "0000", "01") "0800 0000 0007 0001", true, SN_TRANSPORT_ICMP, 7, 0,
     8},
    {"echo-without-identifier", V4("0054", "0001", "0000", "01") "0800 0000", false, 0, 0, 0, 0},
    {"bare", V4("0014", "0001", "0000", "2f"), true, SN_TRANSPORT_IP, 0, 47, 0},
    {"v6", V6("0400", "11") "9c40 0035", true, SN_TRANSPORT_UDP, 40000, 53, 0},
    {"later-fragment", V4("0400", "0001", "0010", "11") "9c40 0035 0fe0 0000", false, 0, 0, 0, 0},
    {"nothing", "", false, 0, 0, 0, 0},
};

static void check_quote(gconstpointer data)
{
    const quote_t *row = (const quote_t *)data;
    char *hex = g_strconcat("0303 0000 00000000 ", row->hex, NULL);
    sn_bytes_t all = bytes_of(hex);
    sn_packet_t p = {.src.version = 4};
    g_assert_true(sn_wire_transport(all, 1, &p));
    g_assert_cmpint(p.has_quote, ==, row->reads);
    if (row->reads) {
        g_assert_cmpint(p.quote.transport, ==, row->transport);
        g_assert_cmpuint(p.quote.sport, ==, row->sport);
        g_assert_cmpuint(p.quote.dport, ==, row->dport);
        g_assert_cmpuint(p.quote.icmp_type, ==, row->icmp_type);
    }
    g_free((gpointer)all.at);
    g_free(hex);
}

/** VXLAN, by its bytes: the carrier is the UDP packet, and none of its payload. */
static void check_carrier(void)
{
    static const char carried[] = "08000000 00000700 00005e005301 00005e005302 0800 ";
    char *hex =
        g_strconcat("00005e005301 00005e005302 0800 ", V4("005e", "0001", "0000", "11"),
                    "c000 12b5 004a 0000 ", carried, V4("002c", "0002", "0000", "06"), SYN, NULL);
    sn_bytes_t all = bytes_of(hex);
    const uint8_t *inner = all.at + all.captured - 44;
    sn_packet_t carrier;
    g_assert_true(sn_wire_carrier(all, inner, &carrier));
    g_assert_cmpuint(carrier.sport, ==, 49152);
    g_assert_cmpuint(carrier.dport, ==, 4789);
    g_assert_cmphex(sn_addr_v4_number(&carrier.src), ==, 0xcb007109);
    g_assert_cmphex(sn_addr_v4_number(&carrier.dst), ==, 0xc000024d);
    g_assert_cmpint(carrier.transport, ==, SN_TRANSPORT_UDP);
    sn_bytes_t odd = {all.at + 1, all.captured - 1, all.length - 1}; /* headers begin anywhere */
    g_assert_true(sn_wire_carrier(odd, inner, &carrier));
    g_assert_false(sn_wire_carrier(all, all.at + 14, &carrier)); /* nothing carries the outer one */
    g_free((gpointer)all.at);
    g_free(hex);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/wire/whole/", rows[i].name, NULL);
        char *cut = g_strconcat("/wire/cut/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_test_add_data_func(cut, &rows[i], check_cut);
        g_free(path);
        g_free(cut);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(quotes); i++) {
        char *path = g_strconcat("/wire/quote/", quotes[i].name, NULL);
        g_test_add_data_func(path, &quotes[i], check_quote);
        g_free(path);
    }
    g_test_add_func("/wire/tcp", check_tcp_facts);
    g_test_add_func("/wire/ipv6-facts", check_ipv6_facts);
    g_test_add_func("/wire/tcp-options", check_wrong_tcp_options);
    g_test_add_func("/wire/carrier", check_carrier);
    return g_test_run();
}
