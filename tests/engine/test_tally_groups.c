/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tally_groups.c: outcomes and tools, scanners in groups, and the details of each scanner. */
#include "lab.h"

#include "stats/tally.h"

static void tap(sn_tally_t *tally, lab_t *lab, sn_packet_t p)
{
    feed(lab, p);
    sn_tally_packet(tally, lab->engine, lab->frame, lab->time_us);
}

static void assert_count(const sn_count_t *count, uint64_t packets, uint32_t scanners,
                         uint32_t ports, uint32_t targets)
{
    g_assert_cmpuint(count->packets, ==, packets);
    g_assert_cmpuint(count->scanners, ==, scanners);
    g_assert_cmpuint(count->ports, ==, ports);
    g_assert_cmpuint(count->targets, ==, targets);
}

/** The first number of an IPv4 address; the others belong to no group. */
static const char *first_byte(const sn_addr_t *scanner)
{
    static char text[8];
    g_snprintf(text, sizeof text, "%u", scanner->bytes[0]);
    return scanner->version == 4 ? text : NULL;
}

/** Group 203 has two scanners that share ports and targets, 198 has one. */
static void feed_groups(sn_tally_t *tally, lab_t *lab)
{
    tap(tally, lab, tcp("203.0.113.1", 1, TARGET, 23, "S"));
    tap(tally, lab, tcp("203.0.113.1", 1, TARGET, 23, "S"));
    tap(tally, lab, tcp("203.0.113.1", 1, OTHER, 22, "S"));
    tap(tally, lab, tcp("198.51.100.1", 1, TARGET, 23, "S"));
    tap(tally, lab, tcp("203.0.113.2", 1, TARGET, 22, "S"));
    tap(tally, lab, icmp("203.0.113.2", "192.0.2.3", ECHO, 1));
    tap(tally, lab, tcp("2001:db8:a::9", 1, "2001:db8:b::1", 23, "S"));
}

static void assert_groups(const sn_rows_t *rows, unsigned times)
{
    const GArray *groups = rows->groups[SN_GROUP_COUNTRY];
    g_assert_cmpuint(groups->len, ==, 2);
    const sn_group_row_t *row = (const sn_group_row_t *)groups->data;
    g_assert_cmpstr(row[0].name, ==, "203");
    assert_count(&row[0].count, 5 * times, 2, 2, 3);
    g_assert_cmpstr(row[1].name, ==, "198");
    assert_count(&row[1].count, times, 1, 1, 1);
    g_assert_cmpuint(rows->groups[SN_GROUP_AS]->len, ==, 0);
}

static void check_groups(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    feed_groups(tally, &lab);
    g_assert_cmpuint(sn_tally_count(tally)->groups[SN_GROUP_COUNTRY]->len, ==, 0);
    sn_tally_group_by(tally, SN_GROUP_COUNTRY, first_byte); /* asked for later: counted anew */
    assert_groups(sn_tally_count(tally), 1);
    sn_tally_reset(tally); /* what it groups by stays */
    lab_free(&lab);
    lab = lab_new();
    feed_groups(tally, &lab);
    const sn_rows_t *rows = sn_tally_count(tally);
    assert_groups(rows, 1);
    const sn_count_t *group =
        &g_array_index(rows->groups[SN_GROUP_COUNTRY], sn_group_row_t, 0).count;
    g_assert_cmpint(group->last_us - group->first_us, ==, 5 * SECOND);
    sn_tally_free(tally);
    lab_free(&lab);
}

static void check_groups_of_sessions(void)
{
    sn_tally_t *tally = sn_tally_new();
    sn_tally_group_by(tally, SN_GROUP_COUNTRY, first_byte);
    for (int i = 0; i < 3; i++) {
        lab_t lab = lab_new();
        feed_groups(tally, &lab);
        lab_free(&lab);
    }
    assert_groups(sn_tally_count(tally), 3);
    sn_tally_free(tally);
}

/** Ties are ranked by name. */
static void check_ranking(void)
{
    static const char *const sources[] = {"9.0.0.1", "80.0.0.1", "11.0.0.1", "70.0.0.1"};
    static const char *const ranked[] = {"70", "11", "80", "9"};
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    sn_tally_group_by(tally, SN_GROUP_ORGANISATION, first_byte);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        tap(tally, &lab, tcp(sources[i], 1, TARGET, 23, "S"));
    tap(tally, &lab, tcp("70.0.0.1", 1, TARGET, 23, "S"));
    const GArray *groups = sn_tally_count(tally)->groups[SN_GROUP_ORGANISATION];
    g_assert_cmpuint(groups->len, ==, G_N_ELEMENTS(ranked));
    for (guint i = 0; i < groups->len; i++)
        g_assert_cmpstr(g_array_index(groups, sn_group_row_t, i).name, ==, ranked[i]);
    sn_tally_free(tally);
    lab_free(&lab);
}

static const char *site(const sn_addr_t *scanner)
{
    static char text[24];
    sn_addr_t network = sn_addr_site(scanner);
    g_snprintf(text, sizeof text, "%08x", sn_addr_v4_number(&network));
    return text;
}

/** Of many networks those of two scanners and more are told, with all that their scanners did. */
static void check_networks(void)
{
    enum { NETWORKS = 200, CROWD = 7 };
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    sn_tally_group_by(tally, SN_GROUP_NETWORK, site);
    for (int i = 0; i < NETWORKS; i++) {
        char *first = g_strdup_printf("80.0.%d.1", i), *second = g_strdup_printf("80.0.%d.255", i);
        tap(tally, &lab, tcp(first, 1, TARGET, 23, "S"));
        if (i % CROWD == 0)
            tap(tally, &lab, tcp(second, 1, OTHER, 22, "S"));
        g_free(first);
        g_free(second);
    }
    const GArray *groups = sn_tally_count(tally)->groups[SN_GROUP_NETWORK];
    g_assert_cmpuint(groups->len, ==, (NETWORKS + CROWD - 1) / CROWD);
    for (guint i = 0; i < groups->len; i++) {
        const sn_group_row_t *row = &g_array_index(groups, sn_group_row_t, i);
        char *name = g_strdup_printf("5000%02x00", i * CROWD);
        g_assert_cmpstr(row->name, ==, name);
        assert_count(&row->count, 2, 2, 2, 2);
        g_free(name);
    }
    sn_tally_free(tally);
    lab_free(&lab);
}

/** Scanners and ports with 0 to 6 packets more, so that many are alike. */
static void feed_ranks(sn_tally_t *tally, lab_t *lab, int count)
{
    for (int i = 0; i < count; i++) {
        char *source = g_strdup_printf("80.0.0.%d", i * 37 % count);
        for (int packet = 0; packet <= i % 7; packet++)
            tap(tally, lab, tcp(source, 1, TARGET, (uint16_t)(1 + i * 41 % count), "S"));
        g_free(source);
    }
}

/** Who wants the first rows only gets the same first rows, and gets them all when it wants all. */
static void check_first_rows(void)
{
    enum { COUNT = 200, MOST = 120 };
    lab_t lab = lab_new();
    sn_tally_t *all = sn_tally_new(), *some = sn_tally_new();
    feed_ranks(all, &lab, COUNT);
    lab_free(&lab);
    lab = lab_new();
    feed_ranks(some, &lab, COUNT);
    const sn_rows_t *whole = sn_tally_count(all);
    for (guint wanted = 1; wanted <= MOST; wanted++) {
        sn_tally_rank(some, wanted < MOST ? wanted : 0);
        const sn_rows_t *rows = sn_tally_count(some);
        g_assert_cmpuint(rows->scanners->len, ==, COUNT);
        g_assert_cmpuint(rows->ports->len, ==, COUNT);
        for (guint i = 0; i < wanted; i++) {
            g_assert_true(
                sn_addr_equal(&g_array_index(rows->scanners, sn_scanner_row_t, i).address,
                              &g_array_index(whole->scanners, sn_scanner_row_t, i).address));
            g_assert_cmpuint(g_array_index(rows->ports, sn_port_row_t, i).port, ==,
                             g_array_index(whole->ports, sn_port_row_t, i).port);
        }
    }
    sn_tally_free(all);
    sn_tally_free(some);
    lab_free(&lab);
}

static sn_packet_t mirai(const char *source, uint16_t port)
{
    sn_packet_t p = tcp(source, 1, TARGET, port, "S");
    p.tcp_seq = sn_addr_v4_number(&p.dst);
    return p;
}

static void check_outcomes_and_tools(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    tap(tally, &lab, mirai("203.0.113.1", 23));
    tap(tally, &lab, mirai("203.0.113.1", 2323));
    tap(tally, &lab, tcp(TARGET, 2323, "203.0.113.1", 1, "RA"));
    tap(tally, &lab, mirai("203.0.113.2", 23));
    tap(tally, &lab, tcp("203.0.113.3", 1, OTHER, 23, "S"));
    const sn_rows_t *rows = sn_tally_count(tally);
    assert_count(&rows->outcome[SN_OUTCOME_UNANSWERED], 3, 3, 1, 2);
    assert_count(&rows->outcome[SN_OUTCOME_REFUSED], 1, 1, 1, 1);
    assert_count(&rows->outcome[SN_OUTCOME_CONVERSATION], 0, 0, 0, 0);
    assert_count(&rows->tool[SN_TOOL_MIRAI], 3, 2, 2, 1);
    sn_trait_row_t ranked[SN_TRAITS];
    g_assert_cmpuint(sn_rows_rank_traits(rows, SN_TRAIT_TOOL, ranked), ==, 1); /* none is no tool */
    g_assert_cmpstr(ranked[0].label, ==, "Mirai");
    g_assert_cmpuint(sn_rows_rank_traits(rows, SN_TRAIT_OUTCOME, ranked), ==, 2);
    g_assert_cmpstr(ranked[0].label, ==, "unanswered");
    g_assert_cmpstr(ranked[1].label, ==, "refused");
    sn_tally_free(tally);
    lab_free(&lab);
}

static const sn_scanner_row_t *row_of(const sn_rows_t *rows, const char *address)
{
    sn_addr_t wanted = addr(address);
    for (guint i = 0; i < rows->scanners->len; i++) {
        const sn_scanner_row_t *row = &g_array_index(rows->scanners, sn_scanner_row_t, i);
        if (sn_addr_equal(&row->address, &wanted))
            return row;
    }
    g_assert_not_reached();
}

/** A scanner that walks eight ports, in two sessions: the order of its flows is kept. */
static void check_details(void)
{
    sn_tally_t *tally = sn_tally_new();
    sn_tally_want_details(tally);
    for (uint16_t half = 0; half < 2; half++) {
        lab_t lab = lab_new();
        for (uint16_t n = 1; n <= 4; n++) {
            uint16_t port = (uint16_t)(4 * half + n);
            tap(tally, &lab, mirai("203.0.113.1", port));
            tap(tally, &lab, tcp("203.0.113.2", 1, TARGET, (uint16_t)(100 - port), "F"));
        }
        tap(tally, &lab, udp("203.0.113.3", 1, TARGET, 53));
        lab_free(&lab);
    }
    const sn_rows_t *rows = sn_tally_count(tally);
    const sn_scanner_row_t *up = row_of(rows, "203.0.113.1"), *down = row_of(rows, "203.0.113.2");
    const sn_scanner_row_t *single = row_of(rows, "203.0.113.3");
    g_assert_cmpuint(up->contacts, ==, 8);
    g_assert_cmpuint(up->pattern, ==, SN_PATTERN_VERTICAL);
    g_assert_true(up->structured);
    g_assert_cmpuint(up->tools, ==, 1U << SN_TOOL_MIRAI);
    g_assert_cmpuint(up->techniques, ==, 1U << SN_TECHNIQUE_TCP_SYN);
    g_assert_false(down->structured);
    g_assert_cmpuint(down->techniques, ==, 1U << SN_TECHNIQUE_TCP_FIN);
    g_assert_cmpuint(down->tools & ~(1U << SN_TOOL_NONE), ==, 0);
    g_assert_cmpuint(single->contacts, ==, 1);
    g_assert_cmpuint(single->pattern, ==, SN_PATTERN_SINGLE);
    sn_tally_free(tally);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/tally/groups", check_groups);
    g_test_add_func("/tally/groups-of-sessions", check_groups_of_sessions);
    g_test_add_func("/tally/groups-ranking", check_ranking);
    g_test_add_func("/tally/outcomes-and-tools", check_outcomes_and_tools);
    g_test_add_func("/tally/networks", check_networks);
    g_test_add_func("/tally/first-rows", check_first_rows);
    g_test_add_func("/tally/details", check_details);
    return g_test_run();
}
