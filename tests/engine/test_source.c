/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_source.c: hosts and their numbers, a source's standing as facts, and who has witnessed what
 * at a target. */
#include "packets.h"

#include "engine/source.h"

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

/* --- Facts ----------------------------------------------------------------------------------- */

/** Each technique that looks like a tail has a counter of its own, the others have none. */
static void check_tails(void)
{
    static const sn_technique_t tails[] = {SN_TECHNIQUE_TCP_ACK, SN_TECHNIQUE_TCP_MAIMON,
                                           SN_TECHNIQUE_TCP_OTHER, SN_TECHNIQUE_IP_PROTOCOL};
    unsigned taken = 0, expected = 0;
    for (int t = SN_TECHNIQUE_NONE; t < SN_TECHNIQUES; t++) {
        int tail = sn_tail_of((sn_technique_t)t);
        g_assert_cmpint(tail, >=, -1);
        g_assert_cmpint(tail, <, SN_TAILS);
        if (tail < 0)
            continue;
        g_assert_cmpuint(taken & 1U << tail, ==, 0);
        taken |= 1U << tail;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++)
        expected |= 1U << sn_tail_of(tails[i]);
    g_assert_cmpuint(taken, ==, expected);
    g_assert_cmpuint(taken, ==, (1U << SN_TAILS) - 1);
}

typedef struct {
    const char *name;
    uint16_t acks, maimons;
    uint32_t contacts; /* the limit */
    sn_technique_t technique;
    uint32_t failed, same_tail;
} facts_row_t;

/* The source has 2 failed contacts besides its tails, and 5 conversations. */
static const facts_row_t facts_rows[] = {
    {"no-tails", 0, 0, 4, SN_TECHNIQUE_TCP_SYN, 2, 0},
    {"below", 3, 3, 4, SN_TECHNIQUE_TCP_ACK, 2, 3},
    {"reached", 4, 3, 4, SN_TECHNIQUE_TCP_ACK, 6, 4},
    {"reached-by-another", 4, 3, 4, SN_TECHNIQUE_TCP_MAIMON, 6, 3},
    {"both", 4, 5, 4, SN_TECHNIQUE_TCP_MAIMON, 11, 5},
    {"asked-for-a-syn", 4, 5, 4, SN_TECHNIQUE_TCP_SYN, 11, 0},
    {"asked-for-another-tail", 4, 5, 4, SN_TECHNIQUE_IP_PROTOCOL, 11, 0},
    {"higher-limit", 4, 5, 5, SN_TECHNIQUE_TCP_ACK, 7, 4},
    {"full", UINT16_MAX, UINT16_MAX, 4, SN_TECHNIQUE_TCP_ACK, 2 + 2 * UINT16_MAX, UINT16_MAX},
};

static void check_facts(gconstpointer data)
{
    const facts_row_t *row = (const facts_row_t *)data;
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    sn_host_t *host = sn_hosts_get(&hosts, number(&hosts, "192.0.2.1"));
    sn_host_more_t *more = sn_hosts_make_more(&hosts, host);
    host->failed = 2;
    more->conversations = 5;
    more->tails[sn_tail_of(SN_TECHNIQUE_TCP_ACK)] = row->acks;
    more->tails[sn_tail_of(SN_TECHNIQUE_TCP_MAIMON)] = row->maimons;
    sn_limits_t limits = {.scanning_contacts = row->contacts};
    sn_source_facts_t facts = sn_source_facts(&hosts, host, row->technique, &limits);
    g_assert_cmpuint(facts.failed, ==, row->failed);
    g_assert_cmpuint(facts.conversations, ==, 5);
    g_assert_cmpuint(facts.same_tail, ==, row->same_tail);
    sn_hosts_clear(&hosts);
}

/** A host that has nothing but failed contacts needs no second record, and asking makes none. */
static void check_second_record(void)
{
    sn_hosts_t hosts;
    sn_hosts_init(&hosts, &key, NULL);
    sn_host_t *a = sn_hosts_get(&hosts, number(&hosts, "192.0.2.1"));
    sn_host_t *b = sn_hosts_get(&hosts, number(&hosts, "192.0.2.2"));
    a->failed = 7;
    sn_source_facts_t facts = sn_source_facts(&hosts, a, SN_TECHNIQUE_TCP_ACK, &SN_LIMITS_DEFAULT);
    g_assert_cmpuint(facts.failed, ==, 7);
    g_assert_cmpuint(facts.conversations + facts.same_tail, ==, 0);
    g_assert_cmpuint(sn_hosts_more(&hosts, a)->conversations, ==, 0);
    g_assert_cmpuint(a->more, ==, 0);
    sn_hosts_make_more(&hosts, a)->conversations = 3;
    sn_hosts_make_more(&hosts, b)->conversations = 4;
    g_assert_cmpuint(sn_hosts_more(&hosts, a)->conversations, ==, 3);
    g_assert_cmpuint(sn_hosts_make_more(&hosts, b)->conversations, ==, 4);
    sn_hosts_clear(&hosts);
}

/* --- Witnesses ------------------------------------------------------------------------------- */

/** A target, host 1, and sources, hosts 2 and up, that have failed once each. */
typedef struct {
    sn_hosts_t hosts;
} scene_t;

enum { TARGET = 1, FIRST = 2 };

static void set_up(scene_t *s, uint32_t sources)
{
    sn_hosts_init(&s->hosts, &key, NULL);
    for (uint32_t n = 0; n <= sources; n++) {
        sn_addr_t a = addr_at(0xc0000200 + n);
        uint32_t host = sn_hosts_number(&s->hosts, &a, sn_hosts_hash(&s->hosts, &a));
        sn_hosts_get(&s->hosts, host)->failed = n > 0;
    }
}

static void witness(scene_t *s, uint32_t source)
{
    sn_hosts_witness(&s->hosts, source, TARGET, &SN_LIMITS_DEFAULT);
}

static uint32_t others(const scene_t *s, uint32_t source)
{
    return sn_hosts_other_scanners(&s->hosts, source, TARGET, &SN_LIMITS_DEFAULT);
}

static void set_working(scene_t *s, uint32_t source, bool working)
{
    sn_hosts_make_more(&s->hosts, sn_hosts_get(&s->hosts, source))->conversations = working ? 1 : 0;
}

static void check_witnesses(void)
{
    scene_t s;
    set_up(&s, 4);
    g_assert_cmpuint(others(&s, FIRST), ==, 0);
    witness(&s, FIRST);
    witness(&s, FIRST);
    g_assert_cmpuint(others(&s, FIRST), ==, 0); /* oneself is no other */
    g_assert_cmpuint(others(&s, FIRST + 3), ==, 1);
    witness(&s, FIRST + 1);
    g_assert_cmpuint(others(&s, FIRST), ==, 1);
    g_assert_cmpuint(others(&s, FIRST + 3), ==, 2);
    g_assert_cmpuint(sn_hosts_other_scanners(&s.hosts, TARGET, FIRST, &SN_LIMITS_DEFAULT), ==, 0);
    sn_hosts_clear(&s.hosts);
}

/** Today's standing counts: a witness that works, or whose failures were taken back, is none. */
static void check_witness_of_today(void)
{
    scene_t s;
    set_up(&s, 3);
    witness(&s, FIRST);
    witness(&s, FIRST + 1);
    set_working(&s, FIRST, true);
    g_assert_cmpuint(others(&s, FIRST + 2), ==, 1);
    set_working(&s, FIRST, false);
    g_assert_cmpuint(others(&s, FIRST + 2), ==, 2);
    sn_hosts_get(&s.hosts, FIRST + 1)->failed = 0;
    g_assert_cmpuint(others(&s, FIRST + 2), ==, 1);
    sn_hosts_clear(&s.hosts);
}

static void set_all_working(scene_t *s, bool working)
{
    for (uint32_t n = 0; n < SN_WITNESSES; n++)
        set_working(s, FIRST + n, working);
}

/** A full record keeps its sources, and a later one gets a place only when one of them works. */
static void check_full_record(void)
{
    scene_t s;
    set_up(&s, SN_WITNESSES + 3);
    uint32_t last = FIRST + SN_WITNESSES, stranger = last + 2;
    for (uint32_t n = 0; n < SN_WITNESSES; n++)
        witness(&s, FIRST + n);
    g_assert_cmpuint(others(&s, stranger), ==, SN_WITNESSES);
    witness(&s, last); /* no room */
    set_all_working(&s, true);
    g_assert_cmpuint(others(&s, stranger), ==, 0);
    witness(&s, last);
    g_assert_cmpuint(others(&s, stranger), ==, 1);
    g_assert_cmpuint(others(&s, last), ==, 0);
    set_all_working(&s, false);
    g_assert_cmpuint(others(&s, stranger), ==, SN_WITNESSES); /* one of them is gone */
    g_assert_cmpuint(others(&s, last), ==, SN_WITNESSES - 1);
    sn_hosts_clear(&s.hosts);
}

/** Nobody makes room while there is room. */
static void check_room_before_eviction(void)
{
    scene_t s;
    set_up(&s, 3);
    witness(&s, FIRST);
    set_working(&s, FIRST, true);
    witness(&s, FIRST + 1);
    set_working(&s, FIRST, false);
    g_assert_cmpuint(others(&s, FIRST + 2), ==, 2);
    sn_hosts_clear(&s.hosts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/source/numbers", check_numbers);
    g_test_add_func("/source/many-hosts", check_many_hosts);
    g_test_add_func("/source/home", check_home);
    g_test_add_func("/source/tails", check_tails);
    for (size_t i = 0; i < G_N_ELEMENTS(facts_rows); i++) {
        char *path = g_strconcat("/source/facts/", facts_rows[i].name, NULL);
        g_test_add_data_func(path, &facts_rows[i], check_facts);
        g_free(path);
    }
    g_test_add_func("/source/second-record", check_second_record);
    g_test_add_func("/source/witnesses/distinct", check_witnesses);
    g_test_add_func("/source/witnesses/of-today", check_witness_of_today);
    g_test_add_func("/source/witnesses/full-record", check_full_record);
    g_test_add_func("/source/witnesses/room-before-eviction", check_room_before_eviction);
    return g_test_run();
}
