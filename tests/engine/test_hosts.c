/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hosts.c: hosts and their numbers, what is known of an address, and who has witnessed what at a
 * target. */
#include "packets.h"

#include "engine/hosts.h"

static const sn_hash_key_t key = {.k0 = 0x243f6a8885a308d3, .k1 = 0x13198a2e03707344};

static uint32_t number(sn_hosts_t *hosts, const char *text)
{
    sn_addr_t a = addr(text);
    return sn_hosts_number(hosts, &a, sn_hosts_hash(hosts, &a));
}

/* --- Numbers --------------------------------------------------------------------------------- */

static void check_numbers(void)
{
    static const char *const texts[] = {"192.0.2.1", "192.0.2.2",      "0.0.0.0", "255.255.255.255",
                                        "::",        "c000:201::",     "::1",     "2001:db8::1",
                                        "::2",       "2001:db8:0:1::1"};
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < G_N_ELEMENTS(texts); i++)
            g_assert_cmpuint(number(&hosts, texts[i]), ==, i + 1);
    for (uint32_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        sn_addr_t a = addr(texts[i]), b = sn_hosts_address(&hosts, i + 1);
        g_assert_true(sn_addr_equal(&a, &b));
        g_assert_cmpuint(sn_hosts_find(&hosts, &a), ==, i + 1);
        g_assert_false(sn_hosts_get(&hosts, i + 1)->home);
    }
    sn_addr_t stranger = addr("192.0.2.3");
    g_assert_cmpuint(sn_hosts_find(&hosts, &stranger), ==, 0);
    g_assert_cmpuint(hosts.pool.count, ==, G_N_ELEMENTS(texts)); /* finding makes no host */
    sn_hosts_clear(&hosts);
}

static sn_addr_t nth_address(uint32_t n)
{
    sn_addr_t a = addr("2001:db8::");
    if (n % 3 != 0)
        return addr_at(n * 0x9e3779b1);
    a.bytes[n % 2 ? 15 : 7] = (uint8_t)n;
    a.bytes[14] = (uint8_t)(n >> 8);
    a.bytes[13] = (uint8_t)(n >> 16);
    return a;
}

static void check_many_hosts(void)
{
    enum { HOSTS = 50000 };
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    for (uint32_t n = 1; n <= HOSTS; n++) {
        sn_addr_t a = nth_address(n);
        g_assert_cmpuint(sn_hosts_number(&hosts, &a, sn_hosts_hash(&hosts, &a)), ==, n);
    }
    for (uint32_t n = 1; n <= HOSTS; n++) {
        sn_addr_t want = nth_address(n), got = sn_hosts_address(&hosts, n);
        g_assert_true(sn_addr_equal(&want, &got));
        g_assert_cmpuint(sn_hosts_number(&hosts, &want, sn_hosts_hash(&hosts, &want)), ==, n);
    }
    sn_hosts_clear(&hosts);
}

static void check_home(void)
{
    GArray *home = sn_prefixes_parse("192.0.2.0/24 2001:db8:b::/48", NULL);
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, home);
    g_assert_true(sn_hosts_get(&hosts, number(&hosts, "192.0.2.255"))->home);
    g_assert_true(sn_hosts_get(&hosts, number(&hosts, "2001:db8:b::9"))->home);
    g_assert_false(sn_hosts_get(&hosts, number(&hosts, "192.0.3.0"))->home);
    g_assert_false(sn_hosts_get(&hosts, number(&hosts, "2001:db8:c::9"))->home);
    sn_hosts_clear(&hosts);
    g_array_unref(home);
}

/** Which addresses are somebody's own is known from the address. */
static void check_local(void)
{
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    g_assert_true(sn_hosts_get(&hosts, number(&hosts, "192.168.0.1"))->local);
    g_assert_true(sn_hosts_get(&hosts, number(&hosts, "fd00::1"))->local);
    g_assert_false(sn_hosts_get(&hosts, number(&hosts, "192.0.2.1"))->local);
    g_assert_false(sn_hosts_get(&hosts, number(&hosts, "2001:db8::1"))->local);
    sn_hosts_clear(&hosts);
}

/** No new host is made when there is no room, and known ones are found all the same. */
static void check_full(void)
{
    static const char *const strangers[] = {"192.0.2.9", "2001:db8::9"};
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    g_assert_cmpuint(number(&hosts, "192.0.2.1"), ==, 1);
    g_assert_cmpuint(number(&hosts, "2001:db8::1"), ==, 2);
    hosts.full = true;
    for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
        sn_addr_t a = addr(strangers[i]);
        g_assert_cmpuint(number(&hosts, strangers[i]), ==, 0);
        g_assert_cmpuint(sn_hosts_find(&hosts, &a), ==, 0);
    }
    g_assert_cmpuint(number(&hosts, "192.0.2.1"), ==, 1);
    g_assert_cmpuint(number(&hosts, "2001:db8::1"), ==, 2);
    g_assert_cmpuint(hosts.pool.count, ==, 2);
    sn_hosts_clear(&hosts);
}

/** Most hosts need no second record, and asking makes none. */
static void check_second_record(void)
{
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    sn_host_t *a = sn_hosts_get(&hosts, number(&hosts, "192.0.2.1"));
    sn_host_t *b = sn_hosts_get(&hosts, number(&hosts, "192.0.2.2"));
    g_assert_cmpuint(sn_hosts_more(&hosts, a)->unicornscan_key, ==, 0);
    g_assert_cmpuint(a->more, ==, 0);
    sn_hosts_make_more(&hosts, a)->unicornscan_key = 3;
    sn_hosts_make_more(&hosts, b)->unicornscan_key = 4;
    g_assert_cmpuint(sn_hosts_more(&hosts, a)->unicornscan_key, ==, 3);
    g_assert_cmpuint(sn_hosts_make_more(&hosts, b)->unicornscan_key, ==, 4);
    sn_hosts_clear(&hosts);
}

/* --- Witnesses ------------------------------------------------------------------------------- */

/* The target is host 1, the sources are hosts 2 and up. */
enum { TARGET = 1, FIRST = 2 };

static void set_up(sn_hosts_t *hosts, uint32_t sources)
{
    sn_hosts_init(hosts, &key, NULL);
    for (uint32_t n = 0; n <= sources; n++) {
        sn_addr_t a = addr_at(0xc0000200 + n);
        sn_hosts_number(hosts, &a, sn_hosts_hash(hosts, &a));
    }
}

static void witness(sn_hosts_t *hosts, uint32_t source)
{
    sn_hosts_witness(hosts, source, sn_hosts_get(hosts, TARGET));
}

static uint32_t others(const sn_hosts_t *hosts, uint32_t source)
{
    return sn_hosts_other_scanners(hosts, source, TARGET);
}

static void set_conversed(sn_hosts_t *hosts, uint32_t source, bool conversed)
{
    sn_hosts_get(hosts, source)->conversed = conversed;
}

static void check_witnesses(void)
{
    sn_hosts_t hosts;
    set_up(&hosts, 4);
    g_assert_cmpuint(others(&hosts, FIRST), ==, 0);
    witness(&hosts, FIRST);
    witness(&hosts, FIRST);
    g_assert_cmpuint(others(&hosts, FIRST), ==, 0); /* oneself is no other */
    g_assert_cmpuint(others(&hosts, FIRST + 3), ==, 1);
    witness(&hosts, FIRST + 1);
    g_assert_cmpuint(others(&hosts, FIRST), ==, 1);
    g_assert_cmpuint(others(&hosts, FIRST + 3), ==, 2);
    g_assert_cmpuint(sn_hosts_other_scanners(&hosts, TARGET, FIRST), ==, 0);
    sn_hosts_clear(&hosts);
}

/** What a source is today counts: a witness that has begun a conversation is none. */
static void check_witness_of_today(void)
{
    sn_hosts_t hosts;
    set_up(&hosts, 3);
    witness(&hosts, FIRST);
    witness(&hosts, FIRST + 1);
    set_conversed(&hosts, FIRST, true);
    g_assert_cmpuint(others(&hosts, FIRST + 2), ==, 1);
    set_conversed(&hosts, FIRST, false);
    g_assert_cmpuint(others(&hosts, FIRST + 2), ==, 2);
    sn_hosts_clear(&hosts);
}

static void set_all_conversed(sn_hosts_t *hosts, bool conversed)
{
    for (uint32_t n = 0; n < SN_WITNESSES; n++)
        set_conversed(hosts, FIRST + n, conversed);
}

/** A full record keeps its sources, and a later one gets a place only when one of them has conversed. */
static void check_full_record(void)
{
    sn_hosts_t hosts;
    set_up(&hosts, SN_WITNESSES + 3);
    uint32_t last = FIRST + SN_WITNESSES, stranger = last + 2;
    for (uint32_t n = 0; n < SN_WITNESSES; n++) {
        g_assert_false(sn_hosts_get(&hosts, TARGET)->witnessed);
        witness(&hosts, FIRST + n);
    }
    g_assert_true(sn_hosts_get(&hosts, TARGET)->witnessed);
    g_assert_cmpuint(others(&hosts, stranger), ==, SN_WITNESSES);
    witness(&hosts, last); /* no room */
    set_all_conversed(&hosts, true);
    g_assert_cmpuint(others(&hosts, stranger), ==, 0);
    witness(&hosts, last);
    g_assert_cmpuint(others(&hosts, stranger), ==, 1);
    g_assert_cmpuint(others(&hosts, last), ==, 0);
    set_all_conversed(&hosts, false);
    g_assert_cmpuint(others(&hosts, stranger), ==, SN_WITNESSES); /* one of them is gone */
    g_assert_cmpuint(others(&hosts, last), ==, SN_WITNESSES - 1);
    sn_hosts_clear(&hosts);
}

/** Nobody makes room while there is room. */
static void check_room_before_eviction(void)
{
    sn_hosts_t hosts;
    set_up(&hosts, 3);
    witness(&hosts, FIRST);
    set_conversed(&hosts, FIRST, true);
    witness(&hosts, FIRST + 1);
    set_conversed(&hosts, FIRST, false);
    g_assert_cmpuint(others(&hosts, FIRST + 2), ==, 2);
    sn_hosts_clear(&hosts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/hosts/numbers", check_numbers);
    g_test_add_func("/hosts/many", check_many_hosts);
    g_test_add_func("/hosts/home", check_home);
    g_test_add_func("/hosts/local", check_local);
    g_test_add_func("/hosts/full", check_full);
    g_test_add_func("/hosts/second-record", check_second_record);
    g_test_add_func("/hosts/witnesses/distinct", check_witnesses);
    g_test_add_func("/hosts/witnesses/of-today", check_witness_of_today);
    g_test_add_func("/hosts/witnesses/full-record", check_full_record);
    g_test_add_func("/hosts/witnesses/room-before-eviction", check_room_before_eviction);
    return g_test_run();
}
