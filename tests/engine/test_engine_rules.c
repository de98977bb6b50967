/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_rules.c: the rules of the verdict that are no innocent reasons: responses and reflections, what
 * is made by hand, what goes outward, what lasts, dark networks, and what is pending while packets come. */
#include "lab.h"

/* --- Responses ------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *flags;
    uint16_t from, to; /* ports */
    const char *want;
} response_row_t;

static const response_row_t response_rows[] = {
    {"service-to-client", "SA", 80, 40000, "response"},
    {"32768-to-9999", "SA", 32768, 9999, "old connection"},
    {"32767-to-9999", "SA", 32767, 9999, "response"},
    {"32768-to-10000", "SA", 32768, 10000, "response"},
    {"1024-to-1023", "RA", 1024, 1023, "old connection"},
    {"1023-to-1023", "RA", 1023, 1023, "response"},
    {"1024-to-1024", "R", 1024, 1024, "response"},
};

static void check_response(gconstpointer data)
{
    const response_row_t *row = (const response_row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, tcp(SCANNER, row->from, TARGET, row->to, row->flags));
    assert_reason(&lab, flow, row->want);
    lab_free(&lab);
}

/** The target has begun a flow with the source, or with others at the same ports. */
static void check_talking(void)
{
    lab_t lab = lab_new();
    uint32_t response = feed(&lab, tcp(SCANNER, 80, TARGET, 40000, "SA"));
    feed(&lab, tcp(TARGET, 40000, OTHER, 81, "S"));
    assert_reason(&lab, response, "response");
    feed(&lab, tcp(TARGET, 40000, OTHER, 80, "S"));
    assert_reason(&lab, response, "talking");
    uint32_t other = feed(&lab, tcp(SCANNER, 80, ROUTER, 40000, "SA"));
    assert_reason(&lab, other, "response");
    feed(&lab, icmp(ROUTER, SCANNER, ECHO, 1));
    assert_reason(&lab, other, "talking");
    lab_free(&lab);
}

/** Sends a RST scan's packets: from one port to so many of the target. @return the last flow */
static uint32_t odd(lab_t *lab, uint16_t sport, uint16_t from, uint16_t to)
{
    uint32_t flow = 0;
    for (uint16_t port = from; port <= to; port++)
        flow = feed(lab, tcp(SCANNER, sport, TARGET, port, "R"));
    return flow;
}

static void check_odd_responses(void)
{
    lab_t lab = lab_new();
    uint32_t flow = odd(&lab, 40000, 1, 3);
    odd(&lab, 40001, 4, 6); /* each from one port */
    odd(&lab, 40000, 3, 3); /* a contact counts once */
    assert_reason(&lab, flow, "old connection");
    odd(&lab, 40000, 4, 4);
    assert_reason(&lab, flow, "odd responses");
    sn_flow_view_t view = view_of(&lab, flow);
    g_assert_cmpint(view.verdict, ==, SN_VERDICT_SCAN);
    g_assert_cmpstr(sn_technique_label(view.technique), ==, "TCP other flags");
    lab_free(&lab);
}

/** What one source has sent does not count for another. */
static void check_odd_of_two_sources(void)
{
    lab_t lab = lab_new();
    uint32_t flow = odd(&lab, 40000, 1, 4), other = 0;
    for (uint16_t port = 11; port <= 13; port++)
        other = feed(&lab, tcp(ROUTER, 40000, TARGET, port, "R"));
    assert_reason(&lab, flow, "odd responses");
    assert_reason(&lab, other, "old connection");
    lab_free(&lab);
}

/** Who sends as many responses as a server does is one that answers. */
static void check_odd_among_responses(void)
{
    lab_t lab = lab_new();
    for (uint16_t port = 50000; port < 50004; port++)
        feed(&lab, tcp(SCANNER, 80, TARGET, port, "SA"));
    uint32_t flow = odd(&lab, 40000, 1, 4);
    assert_reason(&lab, flow, "old connection"); /* 4 to 4 */
    odd(&lab, 40000, 5, 5);
    assert_reason(&lab, flow, "odd responses");
    lab_free(&lab);
}

/* --- Reflections ----------------------------------------------------------------------------- */

static const char *const crowd[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3"};

typedef struct {
    const char *name;
    uint16_t from, to[3];    /* ports; those of the target for each source */
    const char *bytes;       /* the last source's first ones */
    const char *want_of_two; /* what is said of the first before the last source comes */
    const char *want;
} crowd_row_t;

static const crowd_row_t crowd_rows[] = {
    {"three", 20000, {4000, 4001, 4000}, "ab", "stranger", "reflection"},
    {"one-port", 20000, {4000, 4000, 4000}, "ab", "stranger", "stranger"},
    {"other-bytes", 20000, {4000, 4001, 4002}, "ac", "stranger", "stranger"},
    {"from-32767", 32767, {4000, 4001, 4002}, "ab", "stranger", "reflection"},
    {"from-32768", 32768, {4000, 4001, 4002}, "ab", "stranger", "stranger"},
    {"to-1024", 20000, {1024, 1025, 1026}, "ab", "stranger", "reflection"},
    {"to-1023", 20000, {1021, 1022, 1023}, "ab", "stranger", "stranger"},
    {"tails", 1000, {4000, 4001, 4002}, "ab", "too few tails", "reflection"},
};

static void check_crowd(gconstpointer data)
{
    const crowd_row_t *row = (const crowd_row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, udp_bytes(crowd[0], row->from, TARGET, row->to[0], "ab", 2));
    feed(&lab, udp_bytes(crowd[1], row->from, TARGET, row->to[1], "ab", 2));
    assert_reason(&lab, flow, row->want_of_two);
    feed(&lab, udp_bytes(crowd[2], row->from, TARGET, row->to[2], row->bytes, 2));
    assert_reason(&lab, flow, row->want);
    lab_free(&lab);
}

/** Who asked somebody at that port, or the source anything, has asked for it. */
static void check_crowd_that_was_asked(void)
{
    lab_t lab = lab_new();
    uint32_t flow[3];
    for (uint16_t n = 0; n < 3; n++)
        flow[n] = feed(&lab, udp_bytes(crowd[n], 20000, TARGET, (uint16_t)(4000 + n), "ab", 2));
    feed(&lab, tcp(TARGET, 5000, crowd[0], 80, "S"));
    feed(&lab, udp(TARGET, 4001, OTHER, 20000));
    assert_reason(&lab, flow[0], "talking");
    assert_reason(&lab, flow[1], "talking");
    assert_reason(&lab, flow[2], "reflection");
    lab_free(&lab);
}

/** Payload that only met a RST, from the same port of three sources to several ports of the target. */
static void check_tcp_crowd(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t n = 0; n < 3; n++) {
        if (flow != 0)
            assert_reason(&lab, flow, "from the middle");
        flow = play(&lab, TCP, "A+ R<", crowd[n], 80, TARGET, (uint16_t)(4000 + n));
    }
    assert_reason(&lab, flow, "reflection");
    g_assert_cmpint(verdict_of(&lab, flow), ==, SN_VERDICT_BACKSCATTER);
    uint32_t open = play(&lab, TCP, "A+ A<", SCANNER, 80, TARGET, 4005);
    uint32_t elsewhere = play(&lab, TCP, "A+ R<", SCANNER, 80, OTHER, 4005);
    assert_reason(&lab, open, "from the middle");
    assert_reason(&lab, elsewhere, "from the middle");
    lab_free(&lab);
}

/** From different ports it is no crowd, as it is none over UDP. */
static void check_tcp_without_a_crowd(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (uint16_t n = 0; n < 3; n++)
        flow = play(&lab, TCP, "A+ R<", crowd[n], (uint16_t)(80 + n), TARGET, (uint16_t)(4000 + n));
    assert_reason(&lab, flow, "from the middle");
    lab_free(&lab);
}

/* --- By hand --------------------------------------------------------------------------------- */

/** A RST without ACK straight after the SYN/ACK: without timestamps nobody had asked. */
static void check_given_up(void)
{
    lab_t lab = lab_new();
    uint32_t raw = play(&lab, TCP, "S SA< R", SCANNER, 4000, TARGET, 80);
    assert_reason(&lab, raw, "made by hand");
    uint32_t acked = play(&lab, TCP, "S SA< RA", OTHER, 4000, TARGET, 80);
    assert_reason(&lab, acked, "stranger");
    uint32_t stamped = feed(&lab, os_syn(CLIENT, 4000, TARGET, 80));
    play(&lab, TCP, "SA< R", CLIENT, 4000, TARGET, 80);
    assert_reason(&lab, stamped, "stranger");
    g_assert_cmpuint(facts_of(&lab, stamped).aborted, ==, 0);
    g_assert_cmpuint(facts_of(&lab, acked).aborted, ==, 1);
    lab_free(&lab);
}

/** Its innocent reasons count, as a client may have given up; those of other probes made by hand do not. */
static void check_given_up_by_name(void)
{
    lab_t lab = lab_new();
    sn_addr_t client = addr(CLIENT), target = addr(TARGET);
    sn_engine_note_name(lab.engine, &client, &target, lab.time_us);
    uint32_t given_up = play(&lab, TCP, "S SA< R", CLIENT, 4000, TARGET, 80);
    uint32_t bare = feed(&lab, bare_syn(CLIENT, 4000, TARGET, 81));
    assert_reason(&lab, given_up, "asked by name");
    assert_reason(&lab, bare, "made by hand");
    lab_free(&lab);
}

/** Payload in a SYN is payload where the SYN/ACK acknowledges it (RFC 7413). */
static void check_fast_open(gconstpointer data)
{
    bool acknowledged = data != NULL;
    lab_t lab = lab_new();
    sn_packet_t syn = os_syn(CLIENT, 4000, TARGET, 80);
    syn.tcp_seq = UINT32_MAX; /* where numbers wrap */
    syn.payload = 10;
    uint32_t flow = feed(&lab, syn);
    sn_packet_t answer = tcp(TARGET, 80, CLIENT, 4000, "SA");
    answer.tcp_ack = acknowledged ? 10 : 0;
    feed(&lab, answer);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, "half-open");
    play(&lab, TCP, "A", CLIENT, 4000, TARGET, 80);
    g_assert_cmpstr(outcome_of(&lab, flow), ==, acknowledged ? "conversation" : "connected");
    lab_free(&lab);
}

/** RFC 792's information request is a query like the others. */
static void check_information_request(void)
{
    enum { REQUEST = 15, REPLY = 16 };
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, icmp(SCANNER, TARGET, REQUEST, 1));
    assert_reason(&lab, flow, "stranger");
    g_assert_cmpstr(sn_technique_label(view_of(&lab, flow).technique), ==, "ICMP information");
    feed(&lab, icmp(TARGET, SCANNER, REPLY, 1));
    assert_reason(&lab, flow, "conversation");
    assert_reason(&lab, feed(&lab, icmp(OTHER, SCANNER, REPLY, 1)), "response");
    lab_free(&lab);
}

/* --- Outward --------------------------------------------------------------------------------- */

static const char PRIVATE[] = "192.168.7.7";

static void check_outward(void)
{
    lab_t lab = lab_new();
    uint32_t failed = sweep(&lab, PRIVATE, 80, 24);
    uint32_t talk = play(&lab, TCP, "S SA< A A+", PRIVATE, 4000, TARGET, 25);
    assert_reason(&lab, failed, "outward");
    assert_reason(&lab, talk, "outward");
    sweep(&lab, PRIVATE, 80, 25);
    assert_reason(&lab, failed, "scanning source");
    lab_free(&lab);
}

static void check_outward_by_hand(void)
{
    lab_t lab = lab_new();
    uint32_t failed = sweep(&lab, PRIVATE, 80, 4);
    assert_reason(&lab, failed, "outward");
    assert_reason(&lab, feed(&lab, tcp(PRIVATE, 4000, TARGET, 80, "F")), "made by hand");
    assert_reason(&lab, failed, "scanning source");
    lab_free(&lab);
}

static void check_outward_resets(void)
{
    lab_t lab = lab_new();
    uint32_t failed = play(&lab, TCP, "S SA< A R", PRIVATE, 4000, TARGET, 80);
    assert_reason(&lab, failed, "outward");
    play(&lab, TCP, "S SA< A R", PRIVATE, 4000, OTHER, 80);
    assert_reason(&lab, failed, "scanning source");
    lab_free(&lab);
}

/** From a private address to another one, and within a /64. */
static void check_local(void)
{
    static const char *const pairs[][2] = {
        {PRIVATE, "10.0.0.1"}, {"2001:db8::1", "2001:db8::2"}, {"fd00::1", "fd00:0:0:1::1"}};
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        lab_t lab = lab_new();
        uint32_t failed = fail_at(&lab, pairs[i][0], pairs[i][1], 3);
        assert_reason(&lab, failed, "local");
        fail_at(&lab, pairs[i][0], pairs[i][1], 4);
        assert_reason(&lab, failed, "scanning source");
        lab_free(&lab);
    }
    lab_t lab = lab_new();
    assert_reason(&lab, fail_at(&lab, "2001:db8::1", "2001:db8:0:1::2", 3), "stranger");
    lab_free(&lab);
}

/* --- Conversations --------------------------------------------------------------------------- */

/** 30 packets of a scanning source follow what failed there, 31 are more than a scanner says. */
static void check_lasting(void)
{
    lab_t lab = lab_new();
    sweep(&lab, SCANNER, 99, 4);
    play(&lab, TCP, "S SA< A R", SCANNER, 4000, OTHER, 80);
    uint32_t talk = play(&lab, TCP, "S SA< A", SCANNER, 4001, OTHER, 80);
    for (int packets = 2; packets < 30; packets++)
        feed(&lab, tcp(SCANNER, 4001, OTHER, 80, "A+"));
    g_assert_cmpuint(view_of(&lab, talk).packets, ==, 30);
    assert_reason(&lab, talk, "follow-up");
    feed(&lab, tcp(SCANNER, 4001, OTHER, 80, "A+"));
    assert_reason(&lab, talk, "conversation");
    lab_free(&lab);
}

/** A ping follows any failure at its target. */
static void check_ping_that_follows(void)
{
    lab_t lab = lab_new();
    sweep(&lab, SCANNER, 99, 4);
    uint32_t elsewhere = play(&lab, ICMP, "ping pong<", SCANNER, 1, OTHER, 0);
    uint32_t ping = play(&lab, ICMP, "ping pong<", SCANNER, 1, "198.51.100.4", 0);
    assert_reason(&lab, ping, "follow-up");
    assert_reason(&lab, elsewhere, "conversation");
    lab_free(&lab);
}

/** A banner that was read and cut off is a conversation, but a scanning source's. */
static void check_banner(void)
{
    lab_t lab = lab_new();
    uint32_t banner = play(&lab, TCP, "S SA< A A+< R", SCANNER, 4000, TARGET, 22);
    g_assert_cmpstr(outcome_of(&lab, banner), ==, "connected");
    assert_reason(&lab, banner, "conversation");
    sweep(&lab, SCANNER, 99, 4);
    assert_reason(&lab, banner, "scanning source");
    lab_free(&lab);
}

/** In a dark network nothing is asked by name or visited again, but old connections are old. */
static void check_dark(gconstpointer data)
{
    bool dark = data != NULL;
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    config.home = sn_prefixes_parse("192.0.2.0/24", NULL);
    config.limits.dark = dark;
    lab_t lab = lab_with(&config);
    g_array_unref(config.home);
    uint32_t repeated = 0;
    for (uint16_t port = 4000; port < 4003; port++)
        repeated = feed(&lab, tcp(SCANNER, port, TARGET, 80, "S"));
    sn_addr_t client = addr(CLIENT), target = addr(TARGET);
    sn_engine_note_name(lab.engine, &client, &target, lab.time_us);
    uint32_t named = feed(&lab, tcp(CLIENT, 4000, TARGET, 80, "S"));
    uint32_t old = feed(&lab, tcp(ROUTER, 80, TARGET, 40000, "A"));
    assert_reason(&lab, repeated, dark ? "stranger" : "repetition");
    assert_reason(&lab, named, dark ? "stranger" : "asked by name");
    assert_reason(&lab, old, "old connection");
    lab_free(&lab);
}

/* --- While packets come ---------------------------------------------------------------------- */

static void check_pending(void)
{
    lab_t lab = lab_new();
    sn_engine_set_reading(lab.engine, true);
    uint32_t early = feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "S"));
    assert_reason(&lab, early, "stranger"); /* nobody was answered there yet */
    play(&lab, TCP, "S SA<", CLIENT, 4000, TARGET, 80);
    uint32_t other = feed(&lab, udp(OTHER, 4000, TARGET, 80));
    assert_reason(&lab, early, "pending");
    g_assert_cmpint(verdict_of(&lab, early), ==, SN_VERDICT_NOT_NOISE);
    assert_reason(&lab, other, "stranger"); /* another transport */
    sn_engine_set_reading(lab.engine, false);
    assert_reason(&lab, early, "stranger");
    sn_engine_set_reading(lab.engine, true);
    play(&lab, TCP, "RA<", SCANNER, 4000, TARGET, 80);
    assert_reason(&lab, early, "stranger"); /* answered: nothing is to come */
    lab_free(&lab);
}

/** When reading ends, what is said of a source with many flows is of all of them. */
static void check_final(void)
{
    lab_t lab = lab_new();
    sn_engine_set_reading(lab.engine, true);
    uint32_t flow = 0;
    for (uint16_t port = 1; port <= 100; port++) {
        flow = feed(&lab, tcp(SCANNER, 4000, TARGET, port, "S"));
        verdict_of(&lab, flow);
    }
    sn_engine_set_reading(lab.engine, false);
    g_assert_cmpuint(facts_of(&lab, flow).failed, >=, 33); /* more make no difference */
    assert_reason(&lab, 1, "scanning source");
    assert_reason(&lab, flow, "scanning source");
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(response_rows); i++)
        add_row("rule/response", response_rows[i].name, &response_rows[i], check_response);
    for (size_t i = 0; i < G_N_ELEMENTS(crowd_rows); i++)
        add_row("rule/crowd", crowd_rows[i].name, &crowd_rows[i], check_crowd);
    g_test_add_func("/rule/talking", check_talking);
    g_test_add_func("/rule/odd/contacts", check_odd_responses);
    g_test_add_func("/rule/odd/of-two-sources", check_odd_of_two_sources);
    g_test_add_func("/rule/odd/among-responses", check_odd_among_responses);
    g_test_add_func("/rule/crowd/asked", check_crowd_that_was_asked);
    g_test_add_func("/rule/crowd/tcp", check_tcp_crowd);
    g_test_add_func("/rule/crowd/tcp-of-other-ports", check_tcp_without_a_crowd);
    g_test_add_func("/rule/given-up/timestamps", check_given_up);
    g_test_add_func("/rule/given-up/by-name", check_given_up_by_name);
    add_row("rule/fast-open", "acknowledged", "yes", check_fast_open);
    add_row("rule/fast-open", "not-acknowledged", NULL, check_fast_open);
    g_test_add_func("/rule/information-request", check_information_request);
    g_test_add_func("/rule/outward/line", check_outward);
    g_test_add_func("/rule/outward/by-hand", check_outward_by_hand);
    g_test_add_func("/rule/outward/resets", check_outward_resets);
    g_test_add_func("/rule/local", check_local);
    g_test_add_func("/rule/lasting", check_lasting);
    g_test_add_func("/rule/ping-that-follows", check_ping_that_follows);
    g_test_add_func("/rule/banner", check_banner);
    add_row("rule/dark", "dark", "dark", check_dark);
    add_row("rule/dark", "not-dark", NULL, check_dark);
    g_test_add_func("/rule/pending", check_pending);
    g_test_add_func("/rule/final", check_final);
    return g_test_run();
}
