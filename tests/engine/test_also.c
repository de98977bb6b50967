/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_also.c: the kinds of traffic that are told beside the scans, on both sides of each number. */
#include "lab.h"

#include "stats/also.h"
#include "stats/tally.h"

/** A lab and the tally that counts its packets. */
typedef struct {
    lab_t lab;
    sn_tally_t *tally;
} scene_t;

/** @param home home networks as a preference has them; NULL: none */
static scene_t begin(const char *home)
{
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT,
                          .home = home ? sn_prefixes_parse(home, NULL) : NULL};
    scene_t s = {lab_with(&config), sn_tally_new()};
    if (config.home)
        g_array_unref(config.home);
    return s;
}

/** Feeds a packet that comes some time after the one before. @return its flow */
static uint32_t tap_after(scene_t *s, int64_t us, sn_packet_t p)
{
    s->lab.time_us += us - SECOND;
    uint32_t flow = feed(&s->lab, p);
    sn_tally_packet(s->tally, s->lab.engine, s->lab.frame, s->lab.time_us);
    return flow;
}

static uint32_t tap(scene_t *s, sn_packet_t p)
{
    return tap_after(s, SECOND, p);
}

/** A row of "Also seen". */
static void assert_row(const scene_t *s, sn_also_kind_t kind, uint64_t packets, uint32_t sources,
                       uint32_t targets)
{
    const sn_count_t *row = &sn_tally_count(s->tally)->also[kind];
    g_assert_cmpuint(row->packets, ==, packets);
    g_assert_cmpuint(row->scanners, ==, sources);
    g_assert_cmpuint(row->targets, ==, targets);
}

static void end(scene_t *s)
{
    sn_tally_free(s->tally);
    lab_free(&s->lab);
}

/** A TCP conversation, with so many packets of the client, four at least. @return its flow */
static uint32_t converse(scene_t *s, const char *client, uint16_t sport, const char *server,
                         uint16_t port, unsigned packets)
{
    tap(s, tcp(client, sport, server, port, "S"));
    tap(s, tcp(server, port, client, sport, "SA"));
    tap(s, tcp(client, sport, server, port, "A"));
    tap(s, tcp(server, port, client, sport, "PA+"));
    for (unsigned n = 3; n < packets; n++)
        tap(s, tcp(client, sport, server, port, "PA+"));
    return tap(s, tcp(client, sport, server, port, "FA"));
}

enum { BRIEF = 30 };

/** A banner grabber visits so many hosts of a network that is home, or not. */
static scene_t visit(const char *home, unsigned hosts)
{
    scene_t s = begin(home);
    for (unsigned n = 1; n <= hosts; n++) {
        char *server = g_strdup_printf("192.0.2.%u", n);
        converse(&s, CLIENT, (uint16_t)(5000 + n), server, 80, 4);
        g_free(server);
    }
    return s;
}

static void check_visitors(void)
{
    scene_t two = visit("192.0.2.0/24", 2), three = visit("192.0.2.0/24", 3);
    assert_row(&two, SN_ALSO_VISITORS, 0, 0, 0);
    assert_row(&three, SN_ALSO_VISITORS, 12, 1, 3);
    g_assert_cmpuint(sn_tally_count(three.tally)->scan.packets, ==, 0);
    end(&two);
    end(&three);
    scene_t nowhere = visit(NULL, 9), from_inside = visit("192.0.2.0/24, 203.0.113.0/24", 9);
    assert_row(&nowhere, SN_ALSO_VISITORS, 0, 0, 0);
    assert_row(&from_inside, SN_ALSO_VISITORS, 0, 0, 0);
    end(&nowhere);
    end(&from_inside);
}

/** Three visits to one host are not visits to three. */
static void check_visits_to_one(void)
{
    scene_t s = begin("192.0.2.0/24");
    for (uint16_t port = 5001; port <= 5005; port++)
        converse(&s, CLIENT, port, port == 5001 ? OTHER : TARGET, 80, 4);
    assert_row(&s, SN_ALSO_VISITORS, 0, 0, 0);
    end(&s);
}

/** One lasting conversation, and it is an ordinary client; another one's count stays. */
static void check_lasting_visitor(void)
{
    scene_t brief = visit("192.0.2.0/24", 3);
    converse(&brief, CLIENT, 6000, TARGET, 443, BRIEF);
    assert_row(&brief, SN_ALSO_VISITORS, 12 + BRIEF, 1, 3);
    end(&brief);
    scene_t lasting = visit("192.0.2.0/24", 3);
    uint32_t flow = converse(&lasting, CLIENT, 6000, TARGET, 443, BRIEF + 1);
    g_assert_true(view_of(&lasting.lab, flow).lasting);
    assert_row(&lasting, SN_ALSO_VISITORS, 0, 0, 0);
    end(&lasting);
}

static scene_t log_in(unsigned times, uint16_t port, unsigned packets)
{
    scene_t s = begin(NULL);
    for (unsigned n = 0; n < times; n++)
        converse(&s, CLIENT, (uint16_t)(5000 + n), TARGET, port, packets);
    return s;
}

static void assert_log_ins(scene_t s, uint64_t packets)
{
    assert_row(&s, SN_ALSO_LOG_INS, packets, packets > 0, packets > 0);
    end(&s);
}

static void check_log_ins(void)
{
    static const uint16_t ports[] = {21,  22,  23,   110,  143,  389,  445,
                                     993, 995, 1433, 3306, 3389, 5432, 5900};
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++)
        assert_log_ins(log_in(30, ports[i], 4), 120);
    assert_log_ins(log_in(29, 22, 4), 0);
    assert_log_ins(log_in(30, 80, 4), 0);
    assert_log_ins(log_in(30, 22, BRIEF), 30 * BRIEF);
    assert_log_ins(log_in(30, 22, BRIEF + 1), 0);
}

/** Those of two sources, targets or ports are not added up. */
static void check_log_ins_apart(void)
{
    scene_t s = begin(NULL);
    for (uint16_t n = 0; n < 29; n++) {
        converse(&s, CLIENT, (uint16_t)(5000 + n), TARGET, 22, 4);
        converse(&s, SCANNER, (uint16_t)(5000 + n), TARGET, 22, 4);
        converse(&s, CLIENT, (uint16_t)(5000 + n), OTHER, 22, 4);
        converse(&s, CLIENT, (uint16_t)(5000 + n), TARGET, 21, 4);
    }
    assert_row(&s, SN_ALSO_LOG_INS, 0, 0, 0);
    converse(&s, SCANNER, 6000, TARGET, 22, 4);
    assert_row(&s, SN_ALSO_LOG_INS, 120, 1, 1);
    end(&s);
}

/** So many sources, each of which comes three times to a dead port. @param last the last one's target */
static scene_t misdirect(unsigned sources, const char *last)
{
    scene_t s = begin(NULL);
    for (unsigned n = 1; n <= sources; n++) {
        char *source = g_strdup_printf("203.0.113.%u", n);
        for (uint16_t visit = 0; visit < 3; visit++) {
            const char *target = n == sources ? last : TARGET;
            uint32_t flow = tap(&s, tcp(source, (uint16_t)(7000 + visit), target, 8333, "S"));
            if (visit == 2)
                g_assert_cmpstr(reason_of(&s.lab, flow), ==, "repetition");
        }
        g_free(source);
    }
    return s;
}

static void check_misdirected(void)
{
    scene_t four = misdirect(4, TARGET), five = misdirect(5, TARGET), apart = misdirect(5, OTHER);
    assert_row(&four, SN_ALSO_MISDIRECTED, 0, 0, 0);
    assert_row(&five, SN_ALSO_MISDIRECTED, 15, 5, 1);
    assert_row(&apart, SN_ALSO_MISDIRECTED, 0, 0, 0);
    g_assert_cmpuint(sn_tally_count(five.tally)->scan.packets, ==, 0);
    end(&four);
    end(&five);
    end(&apart);
}

/** SYNs of as many sources within a second, or two. @param answered how many get a SYN/ACK */
static scene_t flood(unsigned syns, unsigned in_next_second, unsigned answered, unsigned ports)
{
    scene_t s = begin(NULL);
    for (unsigned n = 0; n < syns + in_next_second; n++) {
        char *source = g_strdup_printf("198.18.%u.%u", n / 250, n % 250 + 1);
        uint16_t port = (uint16_t)(80 + n % ports);
        bool begins = n == 0 || n == syns;
        int64_t to_next = SECOND - s.lab.time_us % SECOND;
        tap_after(&s, begins ? to_next : 100, tcp(source, 5000, TARGET, port, "S"));
        if (n < answered)
            tap_after(&s, 100, tcp(TARGET, port, source, 5000, "SA"));
        g_free(source);
    }
    return s;
}

static void assert_flood(scene_t s, uint64_t packets)
{
    assert_row(&s, SN_ALSO_SYN_FLOOD, packets, (uint32_t)packets, packets > 0);
    end(&s);
}

static void check_syn_flood(void)
{
    assert_flood(flood(99, 0, 0, 1), 0);
    assert_flood(flood(100, 0, 0, 1), 100);
    assert_flood(flood(100, 0, 100, 1), 100);
    assert_flood(flood(99, 99, 0, 1), 0);
    assert_flood(flood(99, 100, 0, 1), 100);
    assert_flood(flood(100, 99, 0, 1), 100);
    assert_flood(flood(2000, 0, 0, 2000), 0);
    assert_flood(flood(200, 0, 0, 2), 200);
    assert_flood(flood(198, 0, 0, 2), 0);
}

/** What was refused is none, nor frames that have no time. */
static void check_no_syn_flood(void)
{
    scene_t refused = begin(NULL), timeless = begin(NULL);
    for (uint16_t n = 0; n < 150; n++) {
        tap_after(&refused, 100, tcp(CLIENT, (uint16_t)(5000 + n), TARGET, 80, "S"));
        tap_after(&refused, 100, tcp(TARGET, 80, CLIENT, (uint16_t)(5000 + n), "RA"));
        timeless.lab.time_us = 0;
        tap_after(&timeless, 0, tcp(CLIENT, (uint16_t)(5000 + n), TARGET, 80, "S"));
    }
    assert_flood(refused, 0);
    assert_flood(timeless, 0);
}

static void check_ping_flood(void)
{
    scene_t s = begin(NULL);
    for (unsigned n = 1; n < 10000; n++)
        tap_after(&s, 1000, icmp(CLIENT, TARGET, ECHO, 7));
    assert_row(&s, SN_ALSO_PING_FLOOD, 0, 0, 0);
    tap_after(&s, 1000, icmp(CLIENT, TARGET, ECHO, 7));
    assert_row(&s, SN_ALSO_PING_FLOOD, 10000, 1, 1);
    end(&s);
}

/** Sessions that are over add their counts; each is looked at alone. */
static void check_sessions(void)
{
    scene_t s = flood(100, 0, 0, 1), next = flood(100, 0, 0, 1), fewer = flood(99, 0, 0, 1);
    lab_t *labs[] = {&next.lab, &fewer.lab};
    for (size_t i = 0; i < G_N_ELEMENTS(labs); i++)
        for (uint32_t frame = 1; frame <= labs[i]->frame; frame++)
            sn_tally_packet(s.tally, labs[i]->engine, frame, labs[i]->time_us);
    assert_row(&s, SN_ALSO_SYN_FLOOD, 200, 200, 2);
    sn_tally_close_session(s.tally);
    assert_row(&s, SN_ALSO_SYN_FLOOD, 200, 200, 2);
    sn_tally_reset(s.tally);
    assert_row(&s, SN_ALSO_SYN_FLOOD, 0, 0, 0);
    end(&s);
    end(&next);
    end(&fewer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/also/visitors", check_visitors);
    g_test_add_func("/also/visits to one", check_visits_to_one);
    g_test_add_func("/also/lasting visitor", check_lasting_visitor);
    g_test_add_func("/also/log-ins", check_log_ins);
    g_test_add_func("/also/log-ins apart", check_log_ins_apart);
    g_test_add_func("/also/misdirected", check_misdirected);
    g_test_add_func("/also/SYN flood", check_syn_flood);
    g_test_add_func("/also/no SYN flood", check_no_syn_flood);
    g_test_add_func("/also/ping flood", check_ping_flood);
    g_test_add_func("/also/sessions", check_sessions);
    return g_test_run();
}
