/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_addr.c: addresses, their scopes, and CIDR lists at both edges of every range. */
#include "packets.h"

/* --- Scopes ---------------------------------------------------------------------------------- */

typedef struct {
    const char *address;
    bool group, link_scoped;
} scope_row_t;

static const scope_row_t scopes[] = {
    {"223.255.255.255", false, false},
    {"224.0.0.0", true, true},
    {"239.255.255.255", true, true},
    {"240.0.0.0", false, false},
    {"255.255.255.254", false, false},
    {"255.255.255.255", true, true},
    {"169.253.255.255", false, false},
    {"169.254.0.0", false, true},
    {"169.254.255.255", false, true},
    {"169.255.0.0", false, false},
    {"168.254.0.0", false, false},
    {"0.0.0.0", false, true},
    {"0.0.0.1", false, false},
    {"127.0.0.1", false, false},
    {"feff:ffff::", false, false},
    {"ff00::", true, true},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, true},
    {"fe7f:ffff::", false, false},
    {"fe80::", false, true},
    {"febf:ffff::1", false, true},
    {"fec0::", false, false},
    {"ee80::1", false, false},
    {"::", false, true},
    {"::1", false, false},
    {"e000::1", false, false},
    {"a9fe::1", false, false},
    {"0:0:0:1::", false, false},
};

static void check_scope(gconstpointer data)
{
    const scope_row_t *row = (const scope_row_t *)data;
    sn_addr_t a = addr(row->address);
    g_assert_cmpint(sn_addr_is_group(&a), ==, row->group);
    g_assert_cmpint(sn_addr_is_link_scoped(&a), ==, row->link_scoped);
}

typedef struct {
    const char *address;
    bool is_private;
} private_row_t;

/* RFC 1918, RFC 6598, RFC 4193 and both loopbacks. */
static const private_row_t privates[] = {
    {"9.255.255.255", false},
    {"10.0.0.0", true},
    {"10.255.255.255", true},
    {"11.0.0.0", false},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"126.255.255.255", false},
    {"127.0.0.0", true},
    {"127.255.255.255", true},
    {"128.0.0.0", false},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"173.16.0.0", false},
    {"192.167.255.255", false},
    {"192.168.0.0", true},
    {"192.168.255.255", true},
    {"192.169.0.0", false},
    {"193.168.0.0", false},
    {"::", false},
    {"::1", true},
    {"::2", false},
    {"a00::1", false}, /* begins with the bytes of 10.0.0.0 */
    {"fbff:ffff::", false},
    {"fc00::", true},
    {"fdff:ffff::1", true},
    {"fe00::", false},
    {"1::1", false},
};

static void check_private(gconstpointer data)
{
    const private_row_t *row = (const private_row_t *)data;
    sn_addr_t a = addr(row->address);
    g_assert_cmpint(sn_addr_is_private(&a), ==, row->is_private);
}

/** A link has a /64; IPv4 addresses do not tell. */
static void check_same_link(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } links[] = {
        {"2001:db8::1", "2001:db8::2", true},
        {"2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", true},
        {"2001:db8::1", "2001:db8:0:1::1", false},
        {"2001:db8::1", "2001:db9::1", false},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "192.0.2.1", false},
        {"::1", "0.0.0.0", false},
        {"0.0.0.0", "::1", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        sn_addr_t a = addr(links[i].a), b = addr(links[i].b);
        g_assert_cmpint(sn_addr_same_link(&a, &b), ==, links[i].same);
    }
}

/* --- Order and identity ---------------------------------------------------------------------- */

/* Strictly ascending: IPv4 before IPv6, then as numbers, where a signed comparison would fail. */
static const char *const ascending[] = {
    "0.0.0.0",   "0.0.0.255", "0.0.1.0", "1.0.0.0", "127.255.255.255",
    "128.0.0.0", "255.0.0.0", "::",      "::1",     "::100",
    "0:0:0:1::", "7fff::",    "8000::",  "ffff::",  "ffff::1",
};

static void check_order(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(ascending); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(ascending); j++) {
            sn_addr_t a = addr(ascending[i]), b = addr(ascending[j]);
            int order = sn_addr_compare(&a, &b);
            g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
            g_assert_cmpint(sn_addr_equal(&a, &b), ==, i == j);
        }
    }
}

static void check_number(void)
{
    sn_addr_t a = addr("192.0.2.77"), b = addr("c000:24d::");
    g_assert_cmphex(sn_addr_v4_number(&a), ==, 0xc000024d);
    g_assert_cmphex(sn_addr_v4_number(&b), ==, 0);
    g_assert_cmpint(a.version, ==, 4);
    g_assert_cmpint(b.version, ==, 6);
    g_assert_false(sn_addr_equal(&a, &b));
}

/** The same four bytes in both versions are two addresses. */
static void check_versions_differ(void)
{
    sn_addr_t a = addr("1.2.3.4"), b = addr("102:304::");
    g_assert_cmpint(memcmp(a.bytes, b.bytes, sizeof a.bytes), ==, 0);
    g_assert_false(sn_addr_equal(&a, &b));
    g_assert_cmpint(sn_addr_compare(&a, &b), <, 0);
}

/* --- Prefixes -------------------------------------------------------------------------------- */

typedef struct {
    const char *list, *address;
    bool inside;
} prefix_row_t;

static const prefix_row_t prefixes[] = {
    {"192.0.2.0/24", "192.0.1.255", false},
    {"192.0.2.0/24", "192.0.2.0", true},
    {"192.0.2.0/24", "192.0.2.255", true},
    {"192.0.2.0/24", "192.0.3.0", false},
    {"192.0.2.128/25", "192.0.2.127", false},
    {"192.0.2.128/25", "192.0.2.128", true},
    {"10.0.0.0/9", "10.127.255.255", true},
    {"10.0.0.0/9", "10.128.0.0", false},
    {"192.0.2.7/31", "192.0.2.6", true}, /* host bits may be set */
    {"192.0.2.7/31", "192.0.2.8", false},
    {"192.0.2.7", "192.0.2.7", true},
    {"192.0.2.7", "192.0.2.6", false},
    {"192.0.2.7/32", "192.0.2.6", false},
    {"10.0.0.0/8 192.0.2.7", "192.0.2.6", false},
    {"0.0.0.0/0", "255.255.255.255", true},
    {"0.0.0.0/0", "::1", false},
    {"::/0", "ffff::", true},
    {"::/0", "0.0.0.1", false},
    {"2001:db8::/33", "2001:db8:7fff::1", true},
    {"2001:db8::/33", "2001:db8:8000::", false},
    {"2001:db8::/64", "2001:db8:0:0:ffff::", true},
    {"2001:db8::/64", "2001:db8:0:1::", false},
    {"2001:db8::1/128", "2001:db8::1", true},
    {"2001:db8::1/128", "2001:db8::", false},
    {"2001:db8::1", "2001:db8::2", false},
    {"192.0.2.0/24,198.51.100.0/24", "198.51.100.9", true},
    {"192.0.2.0/24 198.51.100.0/24", "192.0.2.9", true},
    {" ,\t192.0.2.0/24,,\r\n2001:db8::/32 ,", "2001:db8:1::", true},
    {"192.0.2.0/24,198.51.100.0/24", "203.0.113.9", false},
    {"", "192.0.2.1", false},
    {NULL, "192.0.2.1", false},
};

static void check_prefix(gconstpointer data)
{
    const prefix_row_t *row = (const prefix_row_t *)data;
    char *error = NULL;
    GArray *list = sn_prefixes_parse(row->list, &error);
    g_assert_null(error);
    g_assert_nonnull(list);
    sn_addr_t a = addr(row->address);
    g_assert_cmpint(sn_prefixes_contain(list, &a), ==, row->inside);
    g_array_unref(list);
}

static void check_no_list(void)
{
    sn_addr_t a = addr("0.0.0.0");
    g_assert_false(sn_prefixes_contain(NULL, &a));
}

/** A list, and the entry that is wrong. */
static const char *const bad_lists[][2] = {
    {"nonsense", "nonsense"},
    {"192.0.2.0/33", "192.0.2.0/33"},
    {"2001:db8::/129", "2001:db8::/129"},
    {"192.0.2.0/-1", "192.0.2.0/-1"},
    {"192.0.2.0/+8", "192.0.2.0/+8"},
    {"192.0.2.0/", "192.0.2.0/"},
    {"192.0.2.0/8x", "192.0.2.0/8x"},
    {"192.0.2.0/8/8", "192.0.2.0/8/8"},
    {"192.0.2.0/4294967304", "192.0.2.0/4294967304"},
    {"192.0.2.0/99999999999999999999999", "192.0.2.0/99999999999999999999999"},
    {"/8", "/8"},
    {"192.0.2", "192.0.2"},
    {"192.0.2.256", "192.0.2.256"},
    {"10.0.0.0/8, 192.0.2.0/40 ::/0", "192.0.2.0/40"},
    {"%s%n", "%s%n"},
};

static void check_bad_list(gconstpointer data)
{
    const char *const *row = (const char *const *)data;
    char *error = NULL;
    g_assert_null(sn_prefixes_parse(row[0], &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error, row[1]));
    g_assert_null(strchr(error, '\n'));
    g_free(error);
    g_assert_null(sn_prefixes_parse(row[0], NULL));
}

/** An entry of any length is refused with a line of bounded length. */
static void check_long_entry(void)
{
    char *text = g_strnfill(10000, '9'), *error = NULL;
    g_assert_null(sn_prefixes_parse(text, &error));
    g_assert_cmpuint(strlen(error), <, 200);
    g_free(error);
    g_free(text);
}

static void add_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++) {
        char *path = g_strdup_printf("/addr/scope/%s", scopes[i].address);
        g_test_add_data_func(path, &scopes[i], check_scope);
        g_free(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(privates); i++) {
        char *path = g_strdup_printf("/addr/private/%s", privates[i].address);
        g_test_add_data_func(path, &privates[i], check_private);
        g_free(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        char *path = g_strdup_printf("/addr/prefix/row-%zu", i);
        g_test_add_data_func(path, &prefixes[i], check_prefix);
        g_free(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_lists); i++) {
        char *path = g_strdup_printf("/addr/bad-list/row-%zu", i);
        g_test_add_data_func(path, bad_lists[i], check_bad_list);
        g_free(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    add_rows();
    g_test_add_func("/addr/same-link", check_same_link);
    g_test_add_func("/addr/order", check_order);
    g_test_add_func("/addr/number", check_number);
    g_test_add_func("/addr/versions-differ", check_versions_differ);
    g_test_add_func("/addr/no-list", check_no_list);
    g_test_add_func("/addr/long-entry", check_long_entry);
    return g_test_run();
}
