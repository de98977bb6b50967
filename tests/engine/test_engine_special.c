/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_special.c: packets that are no flow's, that speak about another flow, that answer a
 * group, flows that begin again, and the limit on flows. */
#include "lab.h"

#define NOT_NOISE   SN_VERDICT_NOT_NOISE
#define SCAN        SN_VERDICT_SCAN
#define BACKSCATTER SN_VERDICT_BACKSCATTER

/* --- Never a flow ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *src;
    uint16_t sport;
    const char *dst;
    uint16_t dport;
    bool remembered;
} row_t;

/* TCP packets are SYNs; ICMP's dport is the type here. */
static const row_t rows[] = {
    {"dhcp-renewal", UDP, CLIENT, 68, TARGET, 67, false},
    {"dhcp-answer", UDP, TARGET, 67, CLIENT, 68, false},
    {"dhcp-relay", UDP, TARGET, 67, CLIENT, 67, false},
    {"bootp-client-port-only", UDP, CLIENT, 68, TARGET, 69, true},
    {"bootp-server-port-only", UDP, CLIENT, 4000, TARGET, 67, true},
    {"dhcp-ports-over-tcp", TCP, CLIENT, 68, TARGET, 67, true},
    {"dhcpv6", UDP, "2001:db8::9", 546, "2001:db8::1", 547, false},
    {"dhcpv6-answer", UDP, "2001:db8::1", 547, "2001:db8::9", 546, false},
    {"dhcpv6-one-port", UDP, "2001:db8:9::9", 4000, "2001:db8::1", 547, true},
    {"dhcpv4-to-dhcpv6", UDP, CLIENT, 68, TARGET, 547, true},
    {"tcp-to-group", TCP, CLIENT, 4000, "224.0.0.1", 80, false},
    {"tcp-to-broadcast", TCP, CLIENT, 4000, "255.255.255.255", 80, false},
    {"tcp-from-link-local", TCP, "169.254.1.1", 4000, TARGET, 80, false},
    {"tcp-to-link-local", TCP, TARGET, 4000, "169.254.1.1", 80, false},
    {"udp-from-unspecified", UDP, "0.0.0.0", 4000, TARGET, 53, false},
    {"udp-v6-link-local", UDP, "fe80::1", 4000, "fe80::2", 53, false},
    {"ip-to-group", IP, CLIENT, 0, "224.0.0.22", 2, false},
    {"ping-to-group", ICMP, CLIENT, 1, "224.0.0.1", 5, false},
    {"ping-from-link-local", ICMP, "fe80::1", 1, "2001:db8::1", 128, false},
    {"redirect", ICMP, ROUTER, 0, TARGET, 5, false},
    {"router-solicitation", ICMP, "2001:db8::1", 0, "2001:db8::2", 133, false},
    {"router-advertisement", ICMP, "2001:db8::1", 0, "2001:db8::2", 134, false},
    {"neighbour-solicitation", ICMP, "2001:db8::1", 0, "2001:db8::2", 135, false},
    {"neighbour-advertisement", ICMP, "2001:db8::1", 0, "2001:db8::2", 136, false},
    {"packet-too-big", ICMP, "2001:db8::1", 0, "2001:db8::2", 2, false},
    {"ping", ICMP, SCANNER, 1, TARGET, 8, true},
    {"ping6", ICMP, "2001:db8:a::9", 1, "2001:db8:b::1", 128, true},
};

static sn_packet_t packet_of(const row_t *row)
{
    if (row->transport == ICMP)
        return icmp(row->src, row->dst, (uint8_t)row->dport, row->sport);
    if (row->transport == TCP)
        return tcp(row->src, row->sport, row->dst, row->dport, "S");
    if (row->transport == UDP)
        return udp(row->src, row->sport, row->dst, row->dport);
    return other_ip(row->src, row->dst, row->dport);
}

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, packet_of(row));
    g_assert_cmpint(flow != 0, ==, row->remembered);
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, row->remembered);
    g_assert_cmpuint(sn_engine_observed(lab.engine), ==, 1);
    if (row->remembered)
        g_assert_cmpint(verdict_of(&lab, flow), ==, SCAN);
    lab_free(&lab);
}

/* --- ICMP errors ----------------------------------------------------------------------------- */

static void check_error_quotes_probe(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    sn_packet_t probe = packet_of(row);
    uint32_t flow = feed(&lab, probe);
    const char *router = probe.src.version == 6 ? "2001:db8:c::1" : ROUTER;
    g_assert_cmpuint(feed(&lab, error_about(router, &probe)), ==, flow);
    g_assert_false(lab.from_initiator);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "unreachable");
    g_assert_cmpint(verdict_of(&lab, flow), ==, SCAN);
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 1);
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, 1);
    lab_free(&lab);
}

static const row_t quoted[] = {
    {"tcp", TCP, SCANNER, 4000, TARGET, 80, true},
    {"udp", UDP, SCANNER, 4000, TARGET, 53, true},
    {"ping", ICMP, SCANNER, 7, TARGET, 8, true},
    {"ping6", ICMP, "2001:db8:a::9", 7, "2001:db8:b::1", 128, true},
    {"udp6", UDP, "2001:db8:a::9", 7, "2001:db8:b::1", 53, true},
};

/** An error about the responder's packet says nothing of the initiator's flow. */
static void check_error_quotes_answer(void)
{
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "S"));
    sn_packet_t answer = tcp(TARGET, 80, SCANNER, 4000, "A");
    feed(&lab, answer);
    g_assert_cmpuint(feed(&lab, error_about(ROUTER, &answer)), ==, flow);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "unanswered");
    lab_free(&lab);
}

/** Nobody sent what it quotes: backscatter of a probe with a forged source. */
static void check_error_quotes_nothing_seen(void)
{
    lab_t lab = lab_new();
    sn_packet_t forged = tcp(TARGET, 4000, SCANNER, 80, "S");
    uint32_t flow = feed(&lab, error_about(ROUTER, &forged));
    g_assert_true(lab.from_initiator);
    g_assert_cmpint(verdict_of(&lab, flow), ==, BACKSCATTER);
    g_assert_cmpint(view_of(&lab, flow).technique, ==, SN_TECHNIQUE_NONE);

    feed(&lab, tcp(TARGET, 4000, SCANNER, 81, "S")); /* hosts known, ports not */
    g_assert_cmpuint(feed(&lab, error_about(ROUTER, &forged)), ==, flow);
    sn_packet_t unquoted = icmp(ROUTER, TARGET, UNREACHABLE, 0);
    g_assert_cmpuint(feed(&lab, unquoted), ==, flow);
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 3);
    g_assert_cmpint(verdict_of(&lab, flow), ==, BACKSCATTER);
    lab_free(&lab);
}

/** A quote of known hosts, but of another transport, port or direction of the ICMP kind. */
static void check_error_quotes_near_miss(void)
{
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, udp(SCANNER, 4000, TARGET, 53));
    sn_packet_t others[] = {
        tcp(SCANNER, 4000, TARGET, 53, "S"), udp(SCANNER, 4001, TARGET, 53),
        udp(SCANNER, 4000, TARGET, 54),      udp(SCANNER, 4000, OTHER, 53),
        udp(SCANNER, 53, TARGET, 4000),      icmp(SCANNER, TARGET, ECHO, 4000),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        uint32_t error = feed(&lab, error_about(ROUTER, &others[i]));
        g_assert_cmpuint(error, !=, flow);
        g_assert_cmpint(verdict_of(&lab, error), ==, BACKSCATTER);
    }
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "unanswered");
    lab_free(&lab);
}

/* --- Answers to groups ----------------------------------------------------------------------- */

typedef struct {
    const char *name, *asker, *group;
    uint16_t group_port;
    const char *answerer, *answered; /* to whom */
    uint16_t answered_port;
    const char *payload;
    sn_verdict_t want;
} group_row_t;

#define SSDP_ANSWER "HTTP/1.1 200 OK"
#define DNS_ANSWER  "\x12\x34\x84\x01"

/* The asker asks from port 5000; what is answered comes from the group's port. */
static const group_row_t groups[] = {
    {"ssdp", TARGET, "239.255.255.250", 1900, OTHER, TARGET, 5000, SSDP_ANSWER, NOT_NOISE},
    {"ssdp-other-port", TARGET, "239.255.255.250", 1900, OTHER, TARGET, 5001, SSDP_ANSWER,
     BACKSCATTER},
    {"ssdp-other-host", TARGET, "239.255.255.250", 1900, OTHER, CLIENT, 5000, SSDP_ANSWER,
     BACKSCATTER},
    {"mdns", TARGET, "224.0.0.251", 5353, OTHER, TARGET, 5000, DNS_ANSWER, NOT_NOISE},
    {"broadcast", TARGET, "255.255.255.255", 137, OTHER, TARGET, 5000, DNS_ANSWER, NOT_NOISE},
    {"mdns-v6", "fe80::1", "ff02::fb", 5353, "2001:db8::2", "2001:db8::1", 5000, DNS_ANSWER,
     BACKSCATTER},
    {"mdns-v6-global", "2001:db8::1", "ff05::fb", 5353, "2001:db8::2", "2001:db8::1", 5000,
     DNS_ANSWER, NOT_NOISE},
    {"no-group", TARGET, ROUTER, 1901, OTHER, TARGET, 5000, SSDP_ANSWER, SCAN},
    {"another-host", TARGET, ROUTER, 1900, OTHER, TARGET, 5000, SSDP_ANSWER, NOT_NOISE},
    {"any-answer", TARGET, "239.255.255.250", 3702, OTHER, TARGET, 5000, "anything", NOT_NOISE},
};

static void check_group(gconstpointer data)
{
    const group_row_t *row = (const group_row_t *)data;
    lab_t lab = lab_new();
    uint32_t asked = feed(&lab, udp(row->asker, 5000, row->group, row->group_port));
    uint32_t again = feed(&lab, udp(row->asker, 5000, row->group, row->group_port));
    if (sn_engine_hosts(lab.engine) < 2) /* a group is no host */
        g_assert_cmpuint(asked + again, ==, 0);
    uint32_t flow =
        feed(&lab, udp_bytes(row->answerer, row->group_port, row->answered, row->answered_port,
                             row->payload, (uint32_t)strlen(row->payload)));
    g_assert_cmpint(verdict_of(&lab, flow), ==, row->want);
    lab_free(&lab);
}

static void check_group_answer_over_tcp(void)
{
    lab_t lab = lab_new();
    feed(&lab, udp(TARGET, 5000, "239.255.255.250", 1900));
    uint32_t flow = feed(&lab, tcp(OTHER, 1900, TARGET, 5000, "S"));
    g_assert_cmpint(verdict_of(&lab, flow), ==, SCAN);
    lab_free(&lab);
}

/** Whatever number an asker is remembered under, no view of it is noise. */
static void check_askers_are_not_noise(void)
{
    lab_t lab = lab_new();
    for (uint16_t port = 5000; port < 5010; port++)
        feed(&lab, udp(TARGET, port, "239.255.255.250", 1900));
    uint32_t flows = sn_engine_flows(lab.engine);
    for (uint32_t flow = 1; flow <= flows; flow++)
        g_assert_cmpint(verdict_of(&lab, flow), ==, NOT_NOISE);
    feed(&lab, udp(TARGET, 5000, "239.255.255.250", 1900));
    feed(&lab, udp(TARGET, 5000, "224.0.0.251", 5353));
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, flows); /* once for each host and port */
    uint32_t talk = talk_to(&lab, TARGET, OTHER, 1);
    g_assert_cmpint(verdict_of(&lab, talk), ==, NOT_NOISE);
    lab_free(&lab);
}

/** A quote of a host that was never seen is no asker's flow, whatever stands for "no host". */
static void check_error_quotes_asker(void)
{
    lab_t lab = lab_new();
    feed(&lab, udp(TARGET, 5000, "239.255.255.250", 1900));
    sn_packet_t forged = udp(TARGET, 5000, "203.0.113.77", 0);
    uint32_t flow = feed(&lab, error_about(ROUTER, &forged));
    g_assert_cmpint(verdict_of(&lab, flow), ==, BACKSCATTER);
    forged = udp("203.0.113.77", 0, TARGET, 5000);
    g_assert_cmpuint(feed(&lab, error_about(ROUTER, &forged)), !=, flow);
    lab_free(&lab);
}

/* --- The same ports again -------------------------------------------------------------------- */

/** Feeds a UDP packet after so many seconds since the last one. */
static uint32_t udp_after(lab_t *lab, int64_t seconds)
{
    lab->time_us += (seconds - 1) * SECOND; /* feed() adds the missing one */
    return feed(lab, udp(SCANNER, 4000, TARGET, 53));
}

static void check_reuse(void)
{
    lab_t lab = lab_new();
    uint32_t limit = SN_LIMITS_DEFAULT.reuse_seconds;
    g_assert_cmpuint(udp_after(&lab, 1), ==, 1);
    g_assert_cmpuint(udp_after(&lab, limit), ==, 1);
    g_assert_cmpuint(udp_after(&lab, limit + 1), ==, 2);
    g_assert_cmpuint(udp_after(&lab, -1000000), ==, 2); /* time runs backwards */
    g_assert_cmpuint(udp_after(&lab, 1), ==, 2);
    g_assert_cmpuint(feed(&lab, udp(TARGET, 53, SCANNER, 4000)), ==, 2);
    g_assert_cmpstr(outcome_of(&lab, 1), ==, "unanswered");
    g_assert_cmpstr(outcome_of(&lab, 2), ==, "conversation");
    g_assert_cmpuint(view_of(&lab, 1).packets, ==, 2);
    g_assert_cmpuint(view_of(&lab, 2).packets, ==, 3);
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 1, NULL), ==,
                     1); /* frames stay where they are */
    lab_free(&lab);
}

/** After the silence the other side may be the one that begins. */
static void check_reuse_by_the_other_side(void)
{
    lab_t lab = lab_new();
    feed(&lab, udp(SCANNER, 4000, TARGET, 4001));
    lab.time_us += INT64_C(2000) * SECOND;
    uint32_t flow = feed(&lab, udp(TARGET, 4001, SCANNER, 4000));
    g_assert_cmpuint(flow, ==, 2);
    g_assert_true(lab.from_initiator);
    g_assert_cmpuint(view_of(&lab, flow).port, ==, 4000);
    lab_free(&lab);
}

static void check_connection_reuse(void)
{
    lab_t lab = lab_new();
    uint32_t first = play(&lab, TCP, "S SA< A A+ FA FA< A", CLIENT, 4000, TARGET, 80);
    uint32_t second = play(&lab, TCP, "S RA<", CLIENT, 4000, TARGET, 80);
    g_assert_cmpuint(second, ==, first + 1);
    g_assert_cmpstr(outcome_of(&lab, first), ==, "conversation");
    g_assert_cmpstr(outcome_of(&lab, second), ==, "refused");
    lab_free(&lab);
}

/* --- Loopback -------------------------------------------------------------------------------- */

static void check_same_host_same_port(void)
{
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, udp("127.0.0.1", 5000, "127.0.0.1", 5000));
    g_assert_cmpuint(feed(&lab, udp("127.0.0.1", 5000, "127.0.0.1", 5000)), ==, flow);
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 2);
    g_assert_cmpuint(feed(&lab, udp("127.0.0.1", 5000, "127.0.0.1", 5001)), ==, flow + 1);
    g_assert_cmpuint(feed(&lab, udp("127.0.0.1", 5001, "127.0.0.1", 5000)), ==, flow + 1);
    g_assert_cmpstr(outcome_of(&lab, flow + 1), ==, "conversation");
    lab_free(&lab);
}

static void check_same_host_ping(void)
{
    lab_t lab = lab_new();
    uint32_t flow = play(&lab, ICMP, "ping pong<", "127.0.0.1", 9, "127.0.0.1", 0);
    g_assert_false(lab.from_initiator);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "conversation");
    g_assert_cmpuint(view_of(&lab, flow).packets, ==, 1);
    lab_free(&lab);
}

static void add(const char *group, const char *name, const void *row, GTestDataFunc check_row)
{
    char *path = g_strconcat("/engine/", group, "/", name, NULL);
    g_test_add_data_func(path, row, check_row);
    g_free(path);
}

/** A tunnel over UDP is no scan, though its keep-alives get no answer that is seen: what comes back
 * carries other packets, which are observed in its place. Nor does it count against its source. */
static void check_tunnel_over_udp(void)
{
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, udp(CLIENT, 53859, TARGET, 5072));
    g_assert_cmpint(verdict_of(&lab, flow), ==, SN_VERDICT_SCAN);
    sn_packet_t carrier = udp(TARGET, 5072, CLIENT, 53859);
    carrier.time_us = lab.time_us;
    sn_engine_note_tunnel(lab.engine, &carrier);
    g_assert_cmpint(verdict_of(&lab, flow), ==, SN_VERDICT_NOT_NOISE);
    g_assert_cmpuint(feed(&lab, udp(CLIENT, 53859, TARGET, 5072)), ==, flow);
    g_assert_cmpint(verdict_of(&lab, flow), ==, SN_VERDICT_NOT_NOISE);
    fail_at(&lab, CLIENT, OTHER, 3); /* the tunnel would have been a fourth failed contact */
    uint32_t talk = talk_to(&lab, CLIENT, ROUTER, 1);
    g_assert_cmpint(verdict_of(&lab, talk), ==, SN_VERDICT_NOT_NOISE);

    sn_packet_t other = udp(CLIENT, 40000, OTHER, 4789); /* a carrier before anything else */
    other.time_us = lab.time_us;
    sn_engine_note_tunnel(lab.engine, &other);
    uint32_t later = feed(&lab, udp(OTHER, 4789, CLIENT, 40000));
    g_assert_cmpint(verdict_of(&lab, later), ==, SN_VERDICT_NOT_NOISE);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        add("no-flow", rows[i].name, &rows[i], check);
    for (size_t i = 0; i < G_N_ELEMENTS(quoted); i++)
        add("error/quotes", quoted[i].name, &quoted[i], check_error_quotes_probe);
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        add("group", groups[i].name, &groups[i], check_group);
    g_test_add_func("/engine/error/quotes-answer", check_error_quotes_answer);
    g_test_add_func("/engine/error/quotes-nothing-seen", check_error_quotes_nothing_seen);
    g_test_add_func("/engine/error/quotes-near-miss", check_error_quotes_near_miss);
    g_test_add_func("/engine/group/answer-over-tcp", check_group_answer_over_tcp);
    g_test_add_func("/engine/group/askers-are-not-noise", check_askers_are_not_noise);
    g_test_add_func("/engine/group/error-quotes-asker", check_error_quotes_asker);
    g_test_add_func("/engine/reuse/silence", check_reuse);
    g_test_add_func("/engine/reuse/other-side", check_reuse_by_the_other_side);
    g_test_add_func("/engine/reuse/connection", check_connection_reuse);
    g_test_add_func("/engine/same-host/same-port", check_same_host_same_port);
    g_test_add_func("/engine/same-host/ping", check_same_host_ping);
    g_test_add_func("/engine/tunnel-over-udp", check_tunnel_over_udp);
    return g_test_run();
}
