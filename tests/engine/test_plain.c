/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_plain.c: packets whose headers say all, and next to each one with which there may be more to it. */
#include "engine/plain.h"
#include "hex.h"

#define SYN    "9c40 0017 01020304 00000000 60 02 0400 0000 0000 020405b4 "
#define UDP    "9c40 12b5 0010 0000 "
#define QUOTED "9c40 0035 0018 0000 "
#define ERROR  "0303 0000 00000000 "
#define ERROR6 "0104 0000 00000000 "

typedef struct {
    const char *name, *hex;
    sn_plain_t want;
} row_t;

static const row_t rows[] = {
    {"syn", V4("002c", "d431", "4000", "06") SYN, SN_PLAIN_HEADERS},
    {"syn-v6", V6("0018", "06") SYN, SN_PLAIN_HEADERS},
    {"syn-and-padding", V4("002c", "d431", "0000", "06") SYN "0000", SN_PLAIN_HEADERS},
    {"syn-and-data", V4("002e", "d431", "0000", "06") SYN "4142", SN_PLAIN_TCP},
    {"tcp-fcip", V4("0031", "d431", "0000", "06") SYN "410101fefe", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-ifcp", V4("0030", "d431", "0000", "06") SYN "0201fdfe", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-fcip-first", V4("0030", "d431", "0000", "06") SYN "0101fefe", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-fcip-cut", V4("002f", "d431", "0000", "06") SYN "0101fe", SN_PLAIN_TCP},
    {"tcp-ifcp-later", V4("0032", "d431", "0000", "06") SYN "fefe0201fdfe", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-nearly-fcip", V4("0030", "d431", "0000", "06") SYN "0101fefd", SN_PLAIN_TCP},
    {"tcp-rpcap", V4("0034", "d431", "0000", "06") SYN "0007000000000010", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-proxy", V4("0030", "d431", "0000", "06") SYN "50524f58", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-stun", V4("0034", "d431", "0000", "06") SYN "000300002112a442", SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-stun-answer", V4("0034", "d431", "0000", "06") SYN "010100002112a442",
     SN_PLAIN_TCP_DOUBTFUL},
    {"tcp-stun-framed", V4("0036", "d431", "0000", "06") SYN "0014000300002112a442",
     SN_PLAIN_TCP_DOUBTFUL},
    {"ip-options", "46 00 0030 0001 0000 40 06 0000 cb007109 c000024d 94040000 " SYN, SN_PLAIN_NOT},
    {"first-fragment", V4("002c", "0001", "2000", "06") SYN, SN_PLAIN_NOT},
    {"last-fragment", V4("002c", "0001", "0001", "06") SYN, SN_PLAIN_NOT},
    {"length-left-to-the-card", V4("0000", "d431", "0000", "06") SYN, SN_PLAIN_NOT},
    {"longer-than-the-frame", V4("002d", "d431", "0000", "06") SYN, SN_PLAIN_NOT},
    {"longer-than-the-frame-v6", V6("0019", "06") SYN, SN_PLAIN_NOT},
    {"no-length-v6", V6("0000", "06") SYN, SN_PLAIN_NOT},
    {"extension-header", V6("0020", "00") "06 00 0104 00000000 " SYN, SN_PLAIN_NOT},
    {"tcp-header-too-short",
     V4("002c", "0001", "0000", "06") "9c40 0017 01020304 00000000 40 02 0400 "
                                      "0000 0000 020405b4",
     SN_PLAIN_NOT},
    {"tcp-header-too-long",
     V4("002c", "0001", "0000", "06") "9c40 0017 01020304 00000000 70 02 0400 "
                                      "0000 0000 020405b4",
     SN_PLAIN_NOT},
    {"udp", V4("0024", "0001", "0000", "11") UDP "3132333435363738", SN_PLAIN_UDP},
    {"udp-v6", V6("0010", "11") UDP "3132333435363738", SN_PLAIN_UDP},
    {"udp-empty", V4("001c", "0001", "0000", "11") UDP, SN_PLAIN_HEADERS},
    {"udp-mpeg", V4("0024", "0001", "0000", "11") UDP "4732333435363738", SN_PLAIN_NOT},
    {"udp-rtp-mpeg", V4("0024", "0001", "0000", "11") UDP "80a1333435363738", SN_PLAIN_NOT},
    {"udp-rtp-audio", V4("0024", "0001", "0000", "11") UDP "8080333435363738", SN_PLAIN_UDP},
    {"udp-omnipeek", V4("0024", "0001", "0000", "11") UDP "00ffabcd35363738", SN_PLAIN_NOT},
    {"udp-stun", V4("0024", "0001", "0000", "11") UDP "000100002112a442", SN_PLAIN_NOT},
    {"udp-nearly-stun", V4("0024", "0001", "0000", "11") UDP "000100002112a443", SN_PLAIN_UDP},
    {"udp-dtls", V4("0024", "0001", "0000", "11") UDP "16fefd3435363738", SN_PLAIN_NOT},
    {"udp-rpcap", V4("0024", "0001", "0000", "11") UDP "0007333435363738", SN_PLAIN_NOT},
    {"udp-lite", V4("0024", "0001", "0000", "88") UDP "3132333435363738", SN_PLAIN_NOT},
    {"sctp", V4("0024", "0001", "0000", "84") "9c40 0050 00000000 00000000 01000004", SN_PLAIN_NOT},
    {"gre", V4("0018", "0001", "0000", "2f") "00000800", SN_PLAIN_NOT},
    {"ip-in-ip", V4("0040", "0001", "0000", "04") V4("002c", "0001", "0000", "06") SYN,
     SN_PLAIN_NOT},
    {"echo", V4("001c", "0001", "0000", "01") "0800 0000 0007 0001", SN_PLAIN_HEADERS},
    {"echo-reply-v6", V6("0008", "3a") "8100 0000 0007 0001", SN_PLAIN_HEADERS},
    {"echo-of-the-other-version", V4("001c", "0001", "0000", "3a") "8000 0000 0007 0001",
     SN_PLAIN_NOT},
    {"redirect",
     V4("0038", "0001", "0000", "01") "0501 0000 00000000 " V4("002c", "0001", "0000", "11") QUOTED,
     SN_PLAIN_NOT},
    {"unreachable", V4("0038", "0001", "0000", "01") ERROR V4("002c", "0001", "0000", "11") QUOTED,
     SN_PLAIN_QUOTE},
    {"unreachable-v6", V6("0038", "3a") ERROR6 V6("0018", "11") QUOTED, SN_PLAIN_QUOTE},
    {"fragment-quoted",
     V4("0038", "0001", "0000", "01") ERROR V4("002c", "0001", "2000", "11") QUOTED, SN_PLAIN_NOT},
    {"fragment-quoted-v6", V6("0038", "3a") ERROR6 V6("0018", "2c") "11 00 0001 00000001",
     SN_PLAIN_NOT},
    {"nothing-quoted", V4("001c", "0001", "0000", "01") ERROR, SN_PLAIN_NOT},
    {"neighbour-solicitation",
     V6("0018", "3a") "8700 0000 00000000 20010db8000b00000000000000000001", SN_PLAIN_NOT},
    {"nothing", "", SN_PLAIN_NOT},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex);
    g_assert_cmpint(sn_plain(all), ==, row->want);
    g_free((gpointer)all.at);
}

/** However little was captured: no byte behind it is read, and with headers cut it is not plain. */
static void check_cut(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex);
    for (uint32_t captured = 0; captured < all.captured; captured++) {
        sn_bytes_t cut = {(const uint8_t *)g_memdup2(all.at, captured), captured, all.length};
        sn_plain_t said = sn_plain(cut);
        if (captured < 28)
            g_assert_cmpint(said, ==, SN_PLAIN_NOT);
        g_free((gpointer)cut.at);
    }
    g_free((gpointer)all.at);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/plain/whole/", rows[i].name, NULL);
        char *cut = g_strconcat("/plain/cut/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_test_add_data_func(cut, &rows[i], check_cut);
        g_free(path);
        g_free(cut);
    }
    return g_test_run();
}
