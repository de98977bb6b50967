/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_flow_reuse.c: when a packet with a flow's addresses and ports belongs to a new flow, and when
 * a flow that seemed to begin with a response had been asked for. */
#include "packets.h"

#include "engine/flow.h"

static const char A[] = "203.0.113.9", B[] = "192.0.2.1";

enum { A_PORT = 4000, B_PORT = 80, REUSE = 1800 };

static sn_flow_t play(sn_transport_t transport, const char *script, int64_t time_us)
{
    sn_flow_t flow = {.initiator = 1, .responder = 2, .transport = transport & 7U};
    char **words = g_strsplit(script, " ", -1);
    for (guint n = 0; words[n]; n++) {
        sn_packet_t p = scripted(transport, words[n], A, A_PORT, B, B_PORT);
        p.time_us = time_us;
        if (n == 0)
            sn_flow_begin(&flow, &p);
        else
            sn_flow_continue(&flow, &p, !g_str_has_suffix(words[n], "<"));
    }
    g_strfreev(words);
    return flow;
}

/* --- A new flow of the same address and port pair --------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *script, *next;
    int64_t silence_s;
    bool anew;
} row_t;

static const row_t rows[] = {
    {"syn-again", TCP, "S", "S", 1, false},
    {"syn-at-the-limit", TCP, "S", "S", REUSE, false},
    {"syn-after-the-limit", TCP, "S", "S", REUSE + 1, true},
    {"syn-after-refusal", TCP, "S RA<", "S", 1, false}, /* Nmap asks a closed port again */
    {"syn-after-half-open", TCP, "S SA< R", "S", 1, false},
    {"syn-after-connection-closed", TCP, "S SA< A FA", "S", 0, true},
    {"syn-after-connection-reset", TCP, "S SA< A R<", "S", 0, true},
    {"syn-after-open-connection", TCP, "S SA< A A+", "S", 0, false},
    {"syn-after-silent-connection", TCP, "S SA< A A+", "S", REUSE + 1, true},
    {"syn-after-tail", TCP, "A", "S", 0, true},
    {"syn-after-middle", TCP, "A+", "S", 0, true},
    {"syn-after-backscatter", TCP, "RA", "S", 0, true},
    {"data-after-days", TCP, "S SA< A A+", "A+", 300000, false},
    {"syn-ack-after-days", TCP, "S", "SA<", 300000, false},
    {"reset-syn-after-days", TCP, "S", "SR", 300000, false},
    {"udp-at-the-limit", UDP, "q a<", "q", REUSE, false},
    {"udp-after-the-limit", UDP, "q a<", "q", REUSE + 1, true},
    {"udp-answer-after-the-limit", UDP, "q", "q<", REUSE + 1, true},
    {"ping-after-the-limit", ICMP, "ping", "ping", REUSE + 1, true},
    {"ping-at-the-limit", ICMP, "ping", "ping", REUSE, false},
    {"ip-after-the-limit", IP, "x", "x", REUSE + 1, true},
    {"sctp-after-the-limit", SCTP, "INIT", "INIT", REUSE + 1, true},
    {"sctp-at-the-limit", SCTP, "INIT", "INIT", REUSE, false},
    {"udp-back-in-time", UDP, "q", "q", -1, false},
    {"udp-far-back-in-time", UDP, "q", "q", -1000000, false},
    {"syn-far-back-in-time", TCP, "S", "S", -1000000, false},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    /* Also where the flow's count of seconds wraps. */
    static const int64_t seconds[] = {1568700000, 0, INT64_C(4294967295), INT64_C(4294960000)};
    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        sn_flow_t flow = play(row->transport, row->script, seconds[i] * SECOND);
        sn_packet_t p = scripted(row->transport, row->next, A, A_PORT, B, B_PORT);
        p.time_us = (seconds[i] + row->silence_s) * SECOND;
        g_assert_cmpint(sn_flow_begins_anew(&flow, &p, REUSE), ==, row->anew);
    }
}

/** Silence counts from the last packet, not the first. */
static void check_silence_is_since_the_last_packet(void)
{
    sn_flow_t flow = play(SN_TRANSPORT_UDP, "q", 0);
    sn_packet_t p = udp(A, A_PORT, B, B_PORT);
    for (int64_t n = 1; n < 10; n++) {
        p.time_us = n * REUSE * SECOND;
        g_assert_false(sn_flow_begins_anew(&flow, &p, REUSE));
        sn_flow_continue(&flow, &p, n % 2 == 0);
    }
    p.time_us = (9 * REUSE + REUSE + 1) * (int64_t)SECOND;
    g_assert_true(sn_flow_begins_anew(&flow, &p, REUSE));
    g_assert_false(sn_flow_begins_anew(&flow, &p, REUSE + 1));
}

/** A limit of nothing: any silence at all, of a second that is, begins a new flow. */
static void check_no_silence_allowed(void)
{
    sn_flow_t flow = play(SN_TRANSPORT_UDP, "q", 10 * SECOND);
    sn_packet_t p = udp(A, A_PORT, B, B_PORT);
    p.time_us = 10 * SECOND;
    g_assert_false(sn_flow_begins_anew(&flow, &p, 0));
    p.time_us = 11 * SECOND;
    g_assert_true(sn_flow_begins_anew(&flow, &p, 0));
    p.time_us = 9 * SECOND;
    g_assert_false(sn_flow_begins_anew(&flow, &p, 0));
}

/* --- Asked for after all --------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *response, *next; /* by A, then by B */
    bool asked;
    const char *outcome; /* of B's flow, when asked; NULL: from the middle, no matter which */
} asked_row_t;

static const asked_row_t asked_rows[] = {
    {"syn-after-syn-ack", TCP, "SA", "S<", true, "half-open"},
    {"syn-after-syn-ack-and-data", TCP, "SA A+", "S<", true, "half-open"},
    {"syn-after-reset", TCP, "RA", "S<", true, "refused"},
    {"ack-after-syn-ack", TCP, "SA", "A<", true, NULL},
    {"data-after-syn-ack", TCP, "SA", "A+<", true, NULL},
    {"syn-ack-after-syn-ack", TCP, "SA", "SA<", true, NULL},
    {"reset-after-syn-ack", TCP, "SA", "R<", false, NULL},
    {"reset-ack-after-syn-ack", TCP, "SA", "RA<", false, NULL},
    {"ping-after-pong", ICMP, "pong", "ping<", true, "conversation"},
    {"pong-after-pong", ICMP, "pong", "pong<", false, NULL},
    {"init-after-init-ack", SCTP, "INIT-ACK", "INIT<", true, "half-open"},
    {"init-after-abort", SCTP, "ABORT", "INIT<", true, "refused"},
    {"cookie-after-init-ack", SCTP, "INIT-ACK", "COOKIE<", true, NULL},
    {"abort-after-init-ack", SCTP, "INIT-ACK", "ABORT<", false, NULL},
    {"not-a-response", TCP, "S", "S<", false, NULL},
    {"not-a-udp-response", UDP, "q", "q<", false, NULL},
    {"middle", TCP, "A+", "A+<", false, NULL},
};

static void check_asked(gconstpointer data)
{
    const asked_row_t *row = (const asked_row_t *)data;
    sn_flow_t response = play(row->transport, row->response, 0);
    sn_packet_t p = scripted(row->transport, row->next, A, A_PORT, B, B_PORT);
    g_assert_cmpint(sn_flow_was_asked_for(&response, &p), ==, row->asked);
    if (!row->asked)
        return;
    sn_flow_t flow = {.initiator = 2, .responder = 1, .transport = row->transport & 7U};
    sn_flow_take_over(&flow, &response, &p);
    g_assert_cmpint(sn_flow_reason(&response, &SN_LIMITS_DEFAULT), ==, SN_REASON_FROM_MIDDLE);
    g_assert_cmpint(flow.seen & SN_FLOW_FROM_RESPONSE, ==, 0);
    g_assert_cmpint(!!(flow.seen & SN_FLOW_FROM_MIDDLE), ==, !row->outcome);
    if (row->outcome)
        g_assert_cmpstr(sn_outcome_label(sn_flow_outcome(&flow)), ==, row->outcome);
}

/** The same for a UDP answer, known as one by its content. */
static void check_asked_udp(void)
{
    sn_flow_t response = {.initiator = 1, .responder = 2, .transport = SN_TRANSPORT_UDP};
    sn_packet_t answer = udp_bytes(A, 53, B, 4000, "\x12\x34\x81\x80", 4);
    sn_flow_begin(&response, &answer);
    sn_packet_t question = udp_bytes(B, 4000, A, 53, "\x12\x34\x01\x00", 4);
    g_assert_true(sn_flow_was_asked_for(&response, &question));
    sn_flow_t flow = {.initiator = 2, .responder = 1, .transport = SN_TRANSPORT_UDP};
    sn_flow_take_over(&flow, &response, &question);
    g_assert_cmpint(sn_flow_outcome(&flow), ==, SN_OUTCOME_CONVERSATION);
    g_assert_cmpint(sn_flow_reason(&flow, &SN_LIMITS_DEFAULT), ==, SN_REASON_NONE);
    g_assert_cmpint(sn_flow_reason(&response, &SN_LIMITS_DEFAULT), ==, SN_REASON_FROM_MIDDLE);
}

static void add(const char *group, const char *name, const void *row, GTestDataFunc check_row)
{
    char *path = g_strconcat("/flow/", group, "/", name, NULL);
    g_test_add_data_func(path, row, check_row);
    g_free(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        add("anew", rows[i].name, &rows[i], check);
    for (size_t i = 0; i < G_N_ELEMENTS(asked_rows); i++)
        add("asked", asked_rows[i].name, &asked_rows[i], check_asked);
    g_test_add_func("/flow/anew/silence-is-since-the-last-packet",
                    check_silence_is_since_the_last_packet);
    g_test_add_func("/flow/anew/no-silence-allowed", check_no_silence_allowed);
    g_test_add_func("/flow/asked/udp", check_asked_udp);
    return g_test_run();
}
