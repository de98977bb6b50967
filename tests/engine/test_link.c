/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_link.c: the way from a frame's first byte to its IP header, for each link layer; and what is none of
 * these. */
#include "engine/link.h"
#include "hex.h"

#define IP4                   "4500002c "
#define IP6                   "60000000 "
#define MACS                  "00005e005301 00005e005302 "
#define COOKED(device, type)  "0000 " device " 0006 00005e0053020000 " type " "
#define COOKED2(device, type) type " 0000 00000002 " device " 00 06 00005e0053020000 "

typedef struct {
    const char *name;
    sn_link_t link;
    const char *hex;
    int ip_at; /* -1: not found */
    bool to_all;
} row_t;

static const row_t rows[] = {
    {"ethernet", SN_LINK_ETHERNET, MACS "0800 " IP4, 14, false},
    {"ethernet-v6", SN_LINK_ETHERNET, MACS "86dd " IP6, 14, false},
    {"ethernet-broadcast", SN_LINK_ETHERNET, "ffffffffffff 00005e005302 0800 " IP4, 14, true},
    {"ethernet-multicast", SN_LINK_ETHERNET, "01005e000001 00005e005302 0800 " IP4, 14, false},
    {"ethernet-wrong-version", SN_LINK_ETHERNET, MACS "0800 " IP6, -1, false},
    {"ethernet-v6-wrong-version", SN_LINK_ETHERNET, MACS "86dd " IP4, -1, false},
    {"ethernet-arp", SN_LINK_ETHERNET, MACS "0806 " IP4, -1, false},
    {"ethernet-length", SN_LINK_ETHERNET, MACS "0100 " IP4, -1, false},
    {"ethernet-mpls", SN_LINK_ETHERNET, MACS "8847 00010140 " IP4, -1, false},
    {"ethernet-nothing-behind", SN_LINK_ETHERNET, MACS "0800", -1, false},
    {"vlan", SN_LINK_ETHERNET, MACS "8100 0007 0800 " IP4, 18, false},
    {"vlan-broadcast", SN_LINK_ETHERNET, "ffffffffffff 00005e005302 8100 0007 0800 " IP4, 18, true},
    {"vlan-length", SN_LINK_ETHERNET, MACS "8100 0007 0100 " IP4, -1, false},
    {"qinq", SN_LINK_ETHERNET, MACS "88a8 0005 8100 0007 86dd " IP6, 22, false},
    {"qinq-old", SN_LINK_ETHERNET, MACS "9100 0005 8100 0007 0800 " IP4, 22, false},
    {"four-tags", SN_LINK_ETHERNET, MACS "8100 0001 8100 0002 8100 0003 8100 0004 0800 " IP4, 30,
     false},
    {"five-tags", SN_LINK_ETHERNET,
     MACS "8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800 " IP4, -1, false},
    {"pppoe", SN_LINK_ETHERNET, MACS "8864 11 00 0001 0006 0021 " IP4, 22, false},
    {"pppoe-v6", SN_LINK_ETHERNET, MACS "8864 11 00 0001 0006 0057 " IP6, 22, false},
    {"pppoe-vlan", SN_LINK_ETHERNET, MACS "8100 0007 8864 11 00 0001 0006 0021 " IP4, 26, false},
    {"pppoe-other-protocol", SN_LINK_ETHERNET, MACS "8864 11 00 0001 0006 c021 " IP4, -1, false},
    {"pppoe-other-code", SN_LINK_ETHERNET, MACS "8864 11 a7 0001 0006 0021 " IP4, -1, false},
    {"pppoe-other-version", SN_LINK_ETHERNET, MACS "8864 21 00 0001 0006 0021 " IP4, -1, false},
    {"pppoe-empty", SN_LINK_ETHERNET, MACS "8864 11 00 0001 0002 0021 " IP4, -1, false},
    {"pppoe-wrong-version", SN_LINK_ETHERNET, MACS "8864 11 00 0001 0006 0021 " IP6, -1, false},
    {"ppp", SN_LINK_PPP, "ff03 0021 " IP4, 4, false},
    {"ppp-v6", SN_LINK_PPP, "ff03 0057 " IP6, 4, false},
    {"ppp-without-address", SN_LINK_PPP, "0021 " IP4, 2, false},
    {"ppp-short-protocol", SN_LINK_PPP, "ff03 21 " IP4, 3, false},
    {"ppp-nothing-left-out", SN_LINK_PPP, "57 " IP6, 1, false},
    {"ppp-short-of-another", SN_LINK_PPP, "ff03 2b " IP4, -1, false},
    {"ppp-cisco", SN_LINK_PPP, "0f00 0800 " IP4, -1, false},
    {"sll", SN_LINK_SLL, COOKED("0001", "0800") IP4, 16, false},
    {"sll-v6", SN_LINK_SLL, COOKED("0304", "86dd") IP6, 16, false},
    {"sll-vlan", SN_LINK_SLL, COOKED("0001", "8100") "0007 0800 " IP4, 20, false},
    {"sll-netlink", SN_LINK_SLL, COOKED("0338", "0800") IP4, -1, false},
    {"sll-gre", SN_LINK_SLL, COOKED("030a", "0800") IP4, -1, false},
    {"sll-broadcast", SN_LINK_SLL, "0001 0001 0006 00005e0053020000 0800 " IP4, 16, true},
    {"sll2-multicast", SN_LINK_SLL2, "0800 0000 00000002 0001 02 06 00005e0053020000 " IP4, 20,
     true},
    {"sll2-outgoing", SN_LINK_SLL2, "0800 0000 00000002 0001 04 06 00005e0053020000 " IP4, 20,
     false},
    {"sll2", SN_LINK_SLL2, COOKED2("0001", "0800") IP4, 20, false},
    {"sll2-v6", SN_LINK_SLL2, COOKED2("fffe", "86dd") IP6, 20, false},
    {"sll2-gre", SN_LINK_SLL2, COOKED2("030a", "0800") IP4, -1, false},
    {"null-little", SN_LINK_NULL, "02000000 " IP4, 4, false},
    {"null-big", SN_LINK_NULL, "00000002 " IP4, 4, false},
    {"null-freebsd", SN_LINK_NULL, "1c000000 " IP6, 4, false},
    {"null-macos", SN_LINK_NULL, "1e000000 " IP6, 4, false},
    {"null-other", SN_LINK_NULL, "07000000 " IP4, -1, false},
    {"null-wrong-version", SN_LINK_NULL, "02000000 " IP6, -1, false},
    {"loop", SN_LINK_LOOP, "00000018 " IP6, 4, false},
    {"loop-little", SN_LINK_LOOP, "02000000 " IP4, -1, false},
    {"raw", SN_LINK_RAW, IP4, 0, false},
    {"raw-v6", SN_LINK_RAW, IP6, 0, false},
    {"raw-ppp", SN_LINK_RAW, "ff03 0021 " IP4, -1, false},
    {"raw-byte-before-ppp", SN_LINK_RAW, "45 ff 03 00 21 ", -1, false},
    {"raw-v4", SN_LINK_RAW_V4, IP4, 0, false},
    {"raw-v4-wrong-version", SN_LINK_RAW_V4, IP6, -1, false},
    {"raw-v6-only", SN_LINK_RAW_V6, IP6, 0, false},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex), bytes = all;
    bool to_all;
    bool found = sn_link_to_ip(row->link, &bytes, &to_all);
    g_assert_cmpint(found ? bytes.at - all.at : -1, ==, row->ip_at);
    if (found)
        g_assert_cmpint(to_all, ==, row->to_all);
    g_free((gpointer)all.at);
}

/** However little was captured: no byte behind it is read, and IP is found where it is or not at all. */
static void check_cut(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_bytes_t all = bytes_of(row->hex);
    for (uint32_t captured = 0; captured < all.captured; captured++) {
        sn_bytes_t cut = {(const uint8_t *)g_memdup2(all.at, captured), captured, all.length};
        sn_bytes_t bytes = cut;
        bool to_all;
        if (sn_link_to_ip(row->link, &bytes, &to_all)) {
            g_assert_cmpint(bytes.at - cut.at, ==, row->ip_at);
            g_assert_cmpuint(bytes.captured, ==, captured - (uint32_t)row->ip_at);
        }
        g_free((gpointer)cut.at);
    }
    g_free((gpointer)all.at);
}

/** Ethernet's padding belongs to no packet in PPPoE. */
static void check_padding(void)
{
    sn_bytes_t all = bytes_of(MACS "8864 11 00 0001 0006 0021 " IP4 "0000000000"), bytes = all;
    bool to_all;
    g_assert_true(sn_link_to_ip(SN_LINK_ETHERNET, &bytes, &to_all));
    g_assert_cmpuint(bytes.length, ==, 4);
    g_assert_cmpuint(bytes.captured, ==, 4);
    g_free((gpointer)all.at);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/link/whole/", rows[i].name, NULL);
        char *cut = g_strconcat("/link/cut/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_test_add_data_func(cut, &rows[i], check_cut);
        g_free(path);
        g_free(cut);
    }
    g_test_add_func("/link/padding", check_padding);
    return g_test_run();
}
