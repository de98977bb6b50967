/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine.c: what the engine makes of whole exchanges: one source, one target, a script. The
 * scenarios that need more than that are in the other test_engine_*.c. */
#include "lab.h"

/* --- Exchanges ------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *script;
    const char *outcome; /* NULL: of no probe, no matter which */
    const char *technique;
    sn_verdict_t verdict; /* on the flow of the last packet */
} row_t;

#define NOT_NOISE   SN_VERDICT_NOT_NOISE
#define SCAN        SN_VERDICT_SCAN
#define BACKSCATTER SN_VERDICT_BACKSCATTER

static const row_t rows[] = {
    {"unanswered", TCP, "S", "unanswered", "TCP SYN", SCAN},
    {"handshake-and-use", TCP, "S SA< A A+ A+<", "conversation", "TCP connect", NOT_NOISE},
    {"refused", TCP, "S RA<", "refused", "TCP SYN", SCAN},
    {"half-open-by-reset", TCP, "S SA< R", "half-open", "TCP SYN", SCAN},
    {"half-open", TCP, "S SA<", "half-open", "TCP SYN", SCAN},
    {"connect-scan", TCP, "S SA< A RA", "connected", "TCP connect", SCAN},
    {"banner-cut-off", TCP, "S SA< A A+< RA", "connected", "TCP connect", NOT_NOISE},
    {"nothing-said-cut-off", TCP, "S SA< A RA", "connected", "TCP connect", SCAN},
    {"banner-heard-out", TCP, "S SA< A A+< A FA", "conversation", "TCP connect", NOT_NOISE},
    {"null", TCP, "-", "unanswered", "TCP NULL", SCAN},
    {"xmas-refused", TCP, "FPU RA<", "refused", "TCP Xmas", SCAN},
    {"fin", TCP, "F", "unanswered", "TCP FIN", SCAN},
    {"ack-alone", TCP, "A R<", "refused", "TCP ACK", NOT_NOISE},
    {"maimon-alone", TCP, "FA", "unanswered", "TCP Maimon", NOT_NOISE},
    {"middle", TCP, "A+ A< A+<", NULL, "", NOT_NOISE},
    {"middle-ack-first", TCP, "A A+<", NULL, "TCP ACK", NOT_NOISE},

    {"backscatter-syn-ack", TCP, "SA", NULL, "", BACKSCATTER},
    {"backscatter-syn-ack-repeated", TCP, "SA SA SA", NULL, "", BACKSCATTER},
    {"backscatter-reset-by-us", TCP, "SA R<", NULL, "", BACKSCATTER},
    {"backscatter-reset", TCP, "RA", NULL, "", BACKSCATTER},
    {"backscatter-pong", ICMP, "pong", NULL, "", BACKSCATTER},
    {"backscatter-init-ack", SCTP, "INIT-ACK", NULL, "", BACKSCATTER},
    {"backscatter-init-ack-aborted", SCTP, "INIT-ACK ABORT<", NULL, "", BACKSCATTER},

    {"request-after-answer", TCP, "SA< S", "half-open", "TCP SYN", SCAN},
    {"request-after-answer-then-use", TCP, "SA< S A A+", "conversation", "TCP connect", NOT_NOISE},
    {"request-never-captured", TCP, "SA< A A+", NULL, "", NOT_NOISE},
    {"ping-after-pong", ICMP, "pong< ping", "conversation", "ICMP echo", NOT_NOISE},

    {"udp", UDP, "q", "unanswered", "UDP", SCAN},
    {"udp-answered", UDP, "q a<", "conversation", "UDP", NOT_NOISE},
    {"udp-repeated", UDP, "q q", "unanswered", "UDP", SCAN},
    {"udp-monitor", UDP, "q q q", "unanswered", "UDP", NOT_NOISE},
    {"udp-stream", UDP, "q q q q q q q q q q q", "unanswered", "UDP", NOT_NOISE},
    {"udp-stream-answered", UDP, "q q q q q q q q q q q a<", "conversation", "UDP", NOT_NOISE},
    {"ping", ICMP, "ping", "unanswered", "ICMP echo", SCAN},
    {"ping-answered", ICMP, "ping pong<", "conversation", "ICMP echo", NOT_NOISE},
    {"sctp", SCTP, "INIT", "unanswered", "SCTP INIT", SCAN},
    {"sctp-refused", SCTP, "INIT ABORT<", "refused", "SCTP INIT", SCAN},
    {"sctp-used", SCTP, "INIT INIT-ACK< COOKIE COOKIE-ACK< DATA", "conversation", "SCTP INIT",
     NOT_NOISE},
    {"ip-protocol-alone", IP, "x", "unanswered", "IP protocol", NOT_NOISE},
};

static void assert_outcome(const lab_t *lab, uint32_t flow, const row_t *row)
{
    if (row->outcome)
        g_assert_cmpstr(outcome_of(lab, flow), ==, row->outcome);
}

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow = play(&lab, row->transport, row->script, SCANNER, 4000, TARGET, 4080);
    sn_flow_view_t v = view_of(&lab, flow);
    g_assert_cmpint(v.verdict, ==, row->verdict);
    assert_outcome(&lab, flow, row);
    if (*row->technique || row->verdict != NOT_NOISE)
        g_assert_cmpstr(sn_technique_label(v.technique), ==, row->technique);
    lab_free(&lab);
}

/** A request after its answer is its sender's, who is the initiator from then on. */
static void check_reordered_frames(void)
{
    lab_t lab = lab_new();
    uint32_t response = feed(&lab, tcp(TARGET, 80, CLIENT, 4000, "SA"));
    uint32_t request = feed(&lab, tcp(CLIENT, 4000, TARGET, 80, "S"));
    g_assert_true(lab.from_initiator);
    g_assert_cmpint(verdict_of(&lab, response), ==, NOT_NOISE);
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 80, CLIENT, 4000, "SA")), ==, request);
    g_assert_false(lab.from_initiator);
    lab_free(&lab);
}

/** The same over IPv6, but for the scripts that use ICMP. */
static void check_v6(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow =
        play(&lab, row->transport, row->script, "2001:db8:a::9", 4000, "2001:db8:b::1", 4080);
    g_assert_cmpint(verdict_of(&lab, flow), ==, row->verdict);
    assert_outcome(&lab, flow, row);
    lab_free(&lab);
}

/** Loopback: one host with two ports. */
static void check_same_host(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    lab_t lab = lab_new();
    uint32_t up = play(&lab, row->transport, row->script, "127.0.0.1", 4000, "127.0.0.1", 80);
    assert_outcome(&lab, up, row);
    g_assert_cmpint(verdict_of(&lab, up), ==, NOT_NOISE);
    lab_free(&lab);
    lab = lab_new(); /* and with the higher port first */
    uint32_t down = play(&lab, row->transport, row->script, "127.0.0.1", 80, "127.0.0.1", 4000);
    assert_outcome(&lab, down, row);
    g_assert_cmpint(view_of(&lab, down).port, ==, 4000);
    lab_free(&lab);
}

/* --- Frames and views ------------------------------------------------------------------------ */

static void check_view(void)
{
    lab_t lab = lab_new();
    feed(&lab, udp(CLIENT, 9, OTHER, 9));
    sn_packet_t syn = tcp(SCANNER, 4000, TARGET, 23, "S");
    syn.ip_id = 54321;
    syn.ttl = 255;
    uint32_t flow = feed(&lab, syn);
    feed(&lab, tcp(TARGET, 23, SCANNER, 4000, "RA"));
    feed(&lab, syn);
    sn_flow_view_t v = view_of(&lab, flow);
    sn_addr_t source = sn_engine_address(lab.engine, v.source), scanner = addr(SCANNER);
    sn_addr_t target = sn_engine_address(lab.engine, v.target), want = addr(TARGET);
    g_assert_true(sn_addr_equal(&source, &scanner));
    g_assert_true(sn_addr_equal(&target, &want));
    g_assert_cmpuint(v.flow, ==, flow);
    g_assert_cmpint(v.tool, ==, SN_TOOL_ZMAP);
    g_assert_cmpint(v.transport, ==, SN_TRANSPORT_TCP);
    g_assert_cmpuint(v.port, ==, 23);
    g_assert_true(v.has_port);
    g_assert_cmpuint(v.first_frame, ==, 2);
    g_assert_cmpuint(v.packets, ==, 2);
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, 2);
    g_assert_cmpuint(sn_engine_hosts(lab.engine), ==, 4);
    g_assert_cmpuint(sn_engine_observed(lab.engine), ==, 4);
    g_assert_cmpuint(sn_engine_forgotten(lab.engine), ==, 0);
    lab_free(&lab);
}

static void check_ports_of_views(void)
{
    lab_t lab = lab_new();
    g_assert_true(view_of(&lab, feed(&lab, udp(SCANNER, 1, TARGET, 2))).has_port);
    uint32_t sctp_flow = feed(&lab, sctp(SCANNER, 1, TARGET, 2, CHUNK_INIT));
    g_assert_true(view_of(&lab, sctp_flow).has_port);
    g_assert_cmpuint(view_of(&lab, sctp_flow).port, ==, 2);
    g_assert_false(view_of(&lab, feed(&lab, icmp(SCANNER, TARGET, ECHO, 1))).has_port);
    g_assert_false(view_of(&lab, feed(&lab, other_ip(SCANNER, TARGET, 47))).has_port);
    lab_free(&lab);
}

/** Not every frame is a packet of ours: frame numbers have gaps. */
static void check_frames(void)
{
    lab_t lab = lab_new();
    lab.frame = 4;
    uint32_t flow = feed(&lab, tcp(SCANNER, 4000, TARGET, 23, "S"));
    g_assert_true(lab.from_initiator);
    lab.frame = 3000;
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 23, SCANNER, 4000, "RA")), ==, flow);
    g_assert_false(lab.from_initiator);
    static const uint32_t none[] = {0, 1, 4, 6, 3000, 3002, UINT32_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        bool from_initiator = true;
        g_assert_cmpuint(sn_engine_flow_of(lab.engine, none[i], &from_initiator), ==, 0);
        g_assert_false(from_initiator);
    }
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 5, NULL), ==, flow);
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 3001, NULL), ==, flow);
    lab_free(&lab);
}

static void check_empty(void)
{
    lab_t lab = lab_new();
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, 0);
    g_assert_cmpuint(sn_engine_hosts(lab.engine), ==, 0);
    g_assert_cmpuint(sn_engine_flow_of(lab.engine, 1, NULL), ==, 0);
    sn_engine_t *again = sn_engine_ref(lab.engine);
    g_assert_true(again == lab.engine);
    lab_free(&lab);
    g_assert_cmpuint(sn_engine_observed(again), ==, 0); /* still alive */
    sn_engine_unref(again);
    sn_engine_unref(NULL);
}

/** Same addresses, other ports or transport: another flow. */
static void check_distinct_flows(void)
{
    lab_t lab = lab_new();
    uint32_t n = 0;
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 5, TARGET, 6, "S")), ==, ++n);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 6, TARGET, 5, "S")), ==, ++n);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 5, TARGET, 7, "S")), ==, ++n);
    g_assert_cmpuint(feed(&lab, tcp(SCANNER, 5, OTHER, 6, "S")), ==, ++n);
    g_assert_cmpuint(feed(&lab, tcp(CLIENT, 5, TARGET, 6, "S")), ==, ++n);
    g_assert_cmpuint(feed(&lab, udp(SCANNER, 5, TARGET, 6)), ==, ++n);
    g_assert_cmpuint(feed(&lab, sctp(SCANNER, 5, TARGET, 6, CHUNK_INIT)), ==, ++n);
    g_assert_cmpuint(feed(&lab, icmp(SCANNER, TARGET, ECHO, 5)), ==, ++n);
    g_assert_cmpuint(feed(&lab, icmp(SCANNER, TARGET, ECHO, 6)), ==, ++n);
    g_assert_cmpuint(feed(&lab, icmp(SCANNER, TARGET, 13, 5)), ==, ++n);
    g_assert_cmpuint(feed(&lab, other_ip(SCANNER, TARGET, 47)), ==, ++n);
    g_assert_cmpuint(feed(&lab, other_ip(SCANNER, TARGET, 50)), ==, ++n);
    g_assert_cmpuint(feed(&lab, tcp(TARGET, 6, SCANNER, 5, "RA")), ==, 1);
    g_assert_cmpuint(feed(&lab, icmp(TARGET, SCANNER, ECHO_REPLY, 6)), ==, 9);
    g_assert_cmpuint(feed(&lab, icmp(TARGET, SCANNER, 14, 5)), ==, 10);
    g_assert_cmpuint(feed(&lab, other_ip(TARGET, SCANNER, 50)), ==, 12);
    lab_free(&lab);
}

/** Every pair of ports is a flow of its own, and so is every contact: none runs into another. */
static void check_distinct_ports(void)
{
    static const uint16_t ports[] = {0, 1, 2, 255, 256, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff};
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(ports); j++) {
            g_assert_cmpuint(feed(&lab, udp(CLIENT, ports[i], TARGET, ports[j])), ==, ++flow);
            g_assert_cmpuint(feed(&lab, sctp(CLIENT, ports[i], TARGET, ports[j], CHUNK_INIT)), ==,
                             ++flow);
        }
    }
    lab_free(&lab);
}

static void add_rows(const char *where, GTestDataFunc check_row, bool with_icmp)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!with_icmp && (rows[i].transport == ICMP || rows[i].transport == IP))
            continue;
        char *path = g_strconcat("/engine/", where, "/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check_row);
        g_free(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    add_rows("exchange", check, true);
    add_rows("exchange-v6", check_v6, false);
    add_rows("exchange-same-host", check_same_host, false);
    g_test_add_func("/engine/reordered-frames", check_reordered_frames);
    g_test_add_func("/engine/view", check_view);
    g_test_add_func("/engine/ports-of-views", check_ports_of_views);
    g_test_add_func("/engine/frames", check_frames);
    g_test_add_func("/engine/empty", check_empty);
    g_test_add_func("/engine/distinct-flows", check_distinct_flows);
    g_test_add_func("/engine/distinct-ports", check_distinct_ports);
    return g_test_run();
}
