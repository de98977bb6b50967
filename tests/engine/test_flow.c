/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_flow.c: what one flow has come to after each of its packets, told as scripts (packets.h). */
#include "packets.h"

#include "engine/flow.h"

static const char A[] = "203.0.113.9", B[] = "192.0.2.1";

enum { A_PORT = 4000, B_PORT = 80 };

/* One-letter outcomes, a letter for each packet of a script. */
static const char letters[SN_OUTCOMES] = {
    [SN_OUTCOME_UNANSWERED] = '.', [SN_OUTCOME_REFUSED] = 'r',   [SN_OUTCOME_UNREACHABLE] = 'u',
    [SN_OUTCOME_HALF_OPEN] = 'h',  [SN_OUTCOME_CONNECTED] = 'c', [SN_OUTCOME_CONVERSATION] = 'T',
};

/* What a flow is for its source: nothing that speaks for or against it, or one of these. */
typedef enum { NOTHING, FAILED, CONVERSATION } counts_t;

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *script, *outcomes;
    counts_t counts; /* at the end */
} row_t;

/** What the flow alone says. */
static counts_t counts_of(const sn_flow_t *flow)
{
    if (sn_flow_reason(flow, &SN_LIMITS_DEFAULT) != SN_REASON_NONE ||
        flow->seen & SN_FLOW_FROM_RESPONSE)
        return NOTHING;
    if (sn_flow_outcome(flow) != SN_OUTCOME_CONVERSATION)
        return FAILED;
    return flow->transport == SN_TRANSPORT_ICMP ? NOTHING : CONVERSATION;
}

static const row_t rows[] = {
    /* TCP: the handshake, and where it stops */
    {"syn", TCP, "S", ".", FAILED},
    {"syn-repeated", TCP, "S S S", "...", FAILED},
    {"refused", TCP, "S RA<", ".r", FAILED},
    {"refused-without-ack", TCP, "S R<", ".r", FAILED},
    {"bare-ack-is-no-answer", TCP, "S A<", "..", FAILED},
    {"half-open", TCP, "S SA<", ".h", FAILED},
    {"half-open-by-reset", TCP, "S SA< R", ".hh", FAILED},
    {"half-open-by-reset-with-ack", TCP, "S SA< RA", ".hh", FAILED},
    {"half-open-syn-again", TCP, "S SA< S SA<", ".hhh", FAILED},
    {"half-open-then-reset-by-responder", TCP, "S SA< R<", ".hh", FAILED},
    {"connected", TCP, "S SA< A", ".hc", FAILED},
    {"connected-and-reset", TCP, "S SA< A RA", ".hcc", FAILED},
    {"connected-and-closed", TCP, "S SA< A FA FA< A", ".hcccc", FAILED},
    {"fin-completes", TCP, "S SA< FA", ".hc", FAILED},
    {"handshake-needs-ack", TCP, "S SA< F", ".hh", FAILED},
    {"handshake-needs-no-second-syn-ack", TCP, "S SA< SA", ".hh", FAILED},
    {"conversation", TCP, "S SA< A PA+", ".hcT", CONVERSATION},
    {"payload-with-the-ack", TCP, "S SA< PA+", ".hT", CONVERSATION},
    {"conversation-stays-one", TCP, "S SA< A A+ R< R", ".hcTTT", CONVERSATION},
    {"payload-without-ack-is-none", TCP, "S SA< P+", ".hh", FAILED},
    {"payload-with-syn-is-none", TCP, "S+ SA< A", ".hc", FAILED},
    {"payload-with-reset-is-none", TCP, "S SA< A RA+", ".hcc", FAILED},
    {"one-direction-captured", TCP, "S A PA+", "..T", CONVERSATION},
    {"ack-without-answer", TCP, "S A", "..", FAILED},

    /* TCP: who speaks first */
    {"listener", TCP, "S SA< A PA+<", ".hcT", CONVERSATION},
    {"listener-who-closes", TCP, "S SA< A PA+< A FA", ".hcTTT", CONVERSATION},
    {"banner-grab-cut-off", TCP, "S SA< A PA+< RA", ".hcTc", FAILED},
    {"reset-after-the-fin", TCP, "S SA< A PA+< FA R", ".hcTTT", CONVERSATION},
    {"reset-after-the-other-fin", TCP, "S SA< A PA+< FA< R", ".hcTTT", CONVERSATION},
    {"reset-after-the-other-reset", TCP, "S SA< A PA+< R< R", ".hcTTT", CONVERSATION},
    {"syn-ack-not-captured", TCP, "S PA+<", ".h", FAILED},
    {"syn-ack-not-captured-listener", TCP, "S PA+< A", ".hT", CONVERSATION},

    /* TCP: the other techniques */
    {"null-refused", TCP, "- RA<", ".r", FAILED},
    {"fin-unanswered", TCP, "F", ".", FAILED},
    {"xmas-refused", TCP, "FPU RA<", ".r", FAILED},
    {"ack-refused", TCP, "A R<", ".r", FAILED},
    {"maimon-repeated", TCP, "FA FA", "..", FAILED},
    {"tail-3-packets", TCP, "A A A", "...", FAILED},
    {"tail-4-packets", TCP, "A A A A", "....", NOTHING},
    {"tail-goes-on", TCP, "A A+", ".T", NOTHING},
    {"tail-answered-by-ack", TCP, "FA A<", ".h", NOTHING},
    {"tail-answered-by-reset", TCP, "FA R<", ".r", FAILED},
    {"probe-repeated-5-times", TCP, "F F F F F", ".....", FAILED},
    {"middle", TCP, "PA+", ".", NOTHING},
    {"middle-goes-on", TCP, "PA+ A<", ".h", NOTHING},
    {"syn-ack-first", TCP, "SA", ".", NOTHING},
    {"reset-first", TCP, "RA", ".", NOTHING},
    {"backscatter-reset", TCP, "SA R<", "..", NOTHING},

    /* SCTP */
    {"sctp-init", SCTP, "INIT", ".", FAILED},
    {"sctp-refused", SCTP, "INIT ABORT<", ".r", FAILED},
    {"sctp-half-open", SCTP, "INIT INIT-ACK<", ".h", FAILED},
    {"sctp-half-open-aborted", SCTP, "INIT INIT-ACK< ABORT", ".hh", FAILED},
    {"sctp-connected", SCTP, "INIT INIT-ACK< COOKIE COOKIE-ACK<", ".hcc", FAILED},
    {"sctp-conversation", SCTP, "INIT INIT-ACK< COOKIE COOKIE-ACK< DATA", ".hccT", CONVERSATION},
    {"sctp-data-too-early", SCTP, "INIT INIT-ACK< DATA", ".hh", FAILED},
    {"sctp-listener", SCTP, "INIT INIT-ACK< COOKIE COOKIE-ACK< DATA<", ".hccT", CONVERSATION},
    {"sctp-cookie-ack-is-no-init-ack", SCTP, "INIT COOKIE-ACK<", "..", FAILED},
    {"sctp-middle", SCTP, "DATA DATA<", "..", NOTHING},
    {"sctp-response", SCTP, "INIT-ACK", ".", NOTHING},

    /* Transports without a handshake */
    {"udp", UDP, "q", ".", FAILED},
    {"udp-answered", UDP, "q a<", ".T", CONVERSATION},
    {"udp-repeated", UDP, "q q", "..", FAILED},
    {"udp-answered-late", UDP, "q q q a<", "...T", CONVERSATION},
    {"ping", ICMP, "ping", ".", FAILED},
    {"ping-answered", ICMP, "ping pong<", ".T", NOTHING},
    {"pong", ICMP, "pong", ".", NOTHING},
    {"ip", IP, "x", ".", FAILED},
    {"ip-answered", IP, "x x<", ".T", CONVERSATION},
};

static sn_flow_t new_flow(sn_transport_t transport)
{
    return (sn_flow_t){.initiator = 1,
                       .responder = 2,
                       .sport = A_PORT,
                       .dport = B_PORT,
                       .transport = transport & 7U};
}

/** Plays a script; the flow after its n-th packet is handed to `after`, which may be NULL. */
static sn_flow_t play(sn_transport_t transport, const char *script,
                      void (*after)(const sn_flow_t *flow, guint n, const void *data),
                      const void *data)
{
    sn_flow_t flow = new_flow(transport);
    char **words = g_strsplit(script, " ", -1);
    for (guint n = 0; words[n]; n++) {
        sn_packet_t p = scripted(transport, words[n], A, A_PORT, B, B_PORT);
        if (n == 0)
            sn_flow_begin(&flow, &p);
        else
            sn_flow_continue(&flow, &p, !g_str_has_suffix(words[n], "<"));
        if (after)
            after(&flow, n, data);
    }
    g_strfreev(words);
    return flow;
}

static void append_letter(const sn_flow_t *flow, guint n, const void *data)
{
    (void)n;
    g_string_append_c((GString *)(uintptr_t)data, letters[sn_flow_outcome(flow)]);
}

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    GString *outcomes = g_string_new(NULL);
    sn_flow_t flow = play(row->transport, row->script, append_letter, outcomes);
    g_assert_cmpstr(outcomes->str, ==, row->outcomes);
    g_assert_cmpint(counts_of(&flow), ==, row->counts);
    g_string_free(outcomes, TRUE);
}

/* --- Technique ------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *script;
    sn_technique_t technique;
} technique_row_t;

static const technique_row_t techniques[] = {
    {"syn", "S SA<", SN_TECHNIQUE_TCP_SYN},
    {"syn-reset", "S SA< R", SN_TECHNIQUE_TCP_SYN},
    {"raw-connect", "S SA< A", SN_TECHNIQUE_TCP_CONNECT}, /* a SYN that is completed after all */
    {"one-direction-captured", "S PA+", SN_TECHNIQUE_TCP_CONNECT},
    {"fin-with-payload-after", "F A+", SN_TECHNIQUE_TCP_FIN},
    {"null", "-", SN_TECHNIQUE_TCP_NULL},
    {"response", "SA", SN_TECHNIQUE_NONE},
    {"middle", "A+", SN_TECHNIQUE_NONE},
};

static void check_technique(gconstpointer data)
{
    const technique_row_t *row = (const technique_row_t *)data;
    sn_flow_t flow = play(SN_TRANSPORT_TCP, row->script, NULL, NULL);
    g_assert_cmpint(flow.technique, ==, row->technique);
}

/** A tool made a probe; a response or the middle of a conversation shows no tool. */
static void check_tool(void)
{
    static const char *const beginnings[] = {"S", "F", "A", "SA", "A+"};
    for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        sn_flow_t flow = new_flow(SN_TRANSPORT_TCP);
        sn_packet_t p = tcp(A, A_PORT, B, B_PORT, beginnings[i]);
        p.ip_id = 54321;
        p.ttl = 255;
        sn_flow_begin(&flow, &p);
        g_assert_cmpint(sn_flow_tool(&flow), ==, i < 3 ? SN_TOOL_ZMAP : SN_TOOL_NONE);
    }
}

/* --- Counting and streams -------------------------------------------------------------------- */

static void check_packets(void)
{
    sn_flow_t flow = play(SN_TRANSPORT_TCP, "S SA< S SA< A A+ A+< FA", NULL, NULL);
    g_assert_cmpint(flow.packets, ==, 5); /* the initiator's */
    flow.packets = SN_FLOW_MOST_PACKETS;
    sn_packet_t p = tcp(A, A_PORT, B, B_PORT, "A");
    sn_flow_continue(&flow, &p, true);
    g_assert_cmpuint(flow.packets, ==, SN_FLOW_MOST_PACKETS);
}

typedef struct {
    const char *name;
    sn_transport_t transport;
    unsigned packets;
    bool answered, stream;
} stream_row_t;

static const stream_row_t streams[] = {
    {"udp-10", UDP, 10, false, false},      {"udp-11", UDP, 11, false, true},
    {"udp-answered", UDP, 50, true, false}, {"ip-10", IP, 10, false, false},
    {"ip-11", IP, 11, false, true},         {"tcp", TCP, 50, false, false},
    {"ping", ICMP, 50, false, false},       {"sctp", SCTP, 50, false, false},
};

static void check_stream(gconstpointer data)
{
    const stream_row_t *row = (const stream_row_t *)data;
    static const char *const probes[] = {
        [TCP] = "S", [UDP] = "q", [ICMP] = "ping", [SCTP] = "INIT", [IP] = "x"};
    sn_flow_t flow = play(row->transport, probes[row->transport], NULL, NULL);
    sn_packet_t p = scripted(row->transport, probes[row->transport], A, A_PORT, B, B_PORT);
    for (unsigned n = 1; n < row->packets; n++)
        sn_flow_continue(&flow, &p, true);
    if (row->answered)
        sn_flow_continue(&flow, &p, false);
    counts_t otherwise = row->answered ? CONVERSATION : FAILED;
    g_assert_cmpint(sn_flow_is_stream(&flow, &SN_LIMITS_DEFAULT), ==, row->stream);
    g_assert_cmpint(counts_of(&flow), ==, row->stream ? NOTHING : otherwise);
}

static void check_stream_limit(void)
{
    sn_flow_t flow = play(SN_TRANSPORT_UDP, "q q q", NULL, NULL);
    g_assert_false(sn_flow_is_stream(&flow, &(sn_limits_t){.stream_packets = 3}));
    g_assert_true(sn_flow_is_stream(&flow, &(sn_limits_t){.stream_packets = 2}));
}

/** An ICMP error tells of a failed flow, never of one that was answered. */
static void check_unreachable(void)
{
    static const struct {
        sn_transport_t transport;
        const char *script;
        sn_outcome_t want;
    } flows[] = {
        {SN_TRANSPORT_TCP, "S", SN_OUTCOME_UNREACHABLE},
        {SN_TRANSPORT_TCP, "S RA<", SN_OUTCOME_REFUSED},
        {SN_TRANSPORT_TCP, "S SA<", SN_OUTCOME_HALF_OPEN},
        {SN_TRANSPORT_TCP, "S SA< A A+", SN_OUTCOME_CONVERSATION},
        {SN_TRANSPORT_UDP, "q", SN_OUTCOME_UNREACHABLE},
        {SN_TRANSPORT_UDP, "q a<", SN_OUTCOME_CONVERSATION},
        {SN_TRANSPORT_ICMP, "ping", SN_OUTCOME_UNREACHABLE},
        {SN_TRANSPORT_SCTP, "INIT", SN_OUTCOME_UNREACHABLE},
        {SN_TRANSPORT_IP, "x", SN_OUTCOME_UNREACHABLE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(flows); i++) {
        sn_flow_t flow = play(flows[i].transport, flows[i].script, NULL, NULL);
        counts_t counts = counts_of(&flow);
        sn_flow_unreachable(&flow, false);
        g_assert_cmpint(sn_flow_outcome(&flow), ==, flows[i].want);
        g_assert_cmpint(counts_of(&flow), ==, counts);
    }
}

static void check_chatter_counts_nothing(void)
{
    sn_flow_t flow = play(SN_TRANSPORT_UDP, "q", NULL, NULL);
    flow.seen |= SN_FLOW_CHATTER;
    g_assert_cmpint(counts_of(&flow), ==, NOTHING);
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
        add("outcome", rows[i].name, &rows[i], check);
    for (size_t i = 0; i < G_N_ELEMENTS(techniques); i++)
        add("technique", techniques[i].name, &techniques[i], check_technique);
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        add("stream", streams[i].name, &streams[i], check_stream);
    g_test_add_func("/flow/tool", check_tool);
    g_test_add_func("/flow/packets", check_packets);
    g_test_add_func("/flow/stream/limit", check_stream_limit);
    g_test_add_func("/flow/unreachable", check_unreachable);
    g_test_add_func("/flow/chatter-counts-nothing", check_chatter_counts_nothing);
    return g_test_run();
}
