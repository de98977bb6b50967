/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_reasons.c: the innocent reasons that a flow and what is on record give, each with both sides of its
 * numbers. The rest are in test_engine_habits.c. */
#include "lab.h"

/** The reason of a source's first flow at another port, failed now. */
static const char *next_reason(lab_t *lab, const char *source, const char *target, uint16_t port)
{
    return reason_of(lab, feed(lab, tcp(source, 6000, target, port, "S")));
}

/* --- What one flow says ---------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *script;
    uint16_t from, to; /* ports */
    const char *want;
} flow_row_t;

static const flow_row_t flow_rows[] = {
    {"payload-first", TCP, "A+", 4000, 80, "from the middle"},
    {"tail-answered", TCP, "A A<", 4000, 80, "from the middle"},
    {"tail-refused", TCP, "A R<", 4000, 80, "too few tails"},
    {"tail-goes-on", TCP, "A A+", 4000, 80, "from the middle"},
    {"tail-of-3", TCP, "A A A", 4000, 80, "too few tails"},
    {"tail-of-4", TCP, "A A A A", 4000, 80, "from the middle"},
    {"response-goes-on", TCP, "SA A", 80, 4000, "from the middle"},
    {"response-again", TCP, "SA SA", 80, 4000, "response"},
    {"response-refused", TCP, "SA R<", 80, 4000, "response"},
    {"pong-answered-by-pong", ICMP, "pong pong<", 1, 0, "response"},
    {"abort-of-response", SCTP, "INIT-ACK ABORT<", 80, 4000, "response"},
    {"old-tcp", TCP, "A", 1023, 32768, "old connection"},
    {"old-tcp-fin", TCP, "FA", 1023, 32768, "old connection"},
    {"not-old-from-1024", TCP, "A", 1024, 32768, "too few tails"},
    {"not-old-to-32767", TCP, "A", 1023, 32767, "too few tails"},
    {"old-udp", UDP, "q", 1023, 32768, "old connection"},
    {"not-old-udp-to-32767", UDP, "q", 1023, 32767, "too few tails"},
    {"not-old-udp-from-1024", UDP, "q", 1024, 32768, "stranger"},
    {"not-old-syn", TCP, "S", 1023, 32768, "stranger"},
};

static void check_flow(gconstpointer data)
{
    const flow_row_t *row = (const flow_row_t *)data;
    lab_t lab = lab_new();
    play(&lab, row->transport, row->script, SCANNER, row->from, TARGET, row->to);
    assert_reason(&lab, 1, row->want);
    lab_free(&lab);
}

static void check_timestamps_of_a_tail(void)
{
    lab_t lab = lab_new();
    sn_packet_t p = tcp(SCANNER, 4000, TARGET, 80, "A");
    p.tcp_options = SN_TCPOPT_TIMESTAMPS;
    assert_reason(&lab, feed(&lab, p), "old connection");
    assert_reason(&lab, feed(&lab, tcp(SCANNER, 4000, OTHER, 80, "A")), "too few tails");
    lab_free(&lab);
}

/** What nobody made by hand for somebody else. */
static void check_to_itself(void)
{
    lab_t lab = lab_new();
    assert_reason(&lab, feed(&lab, tcp(TARGET, 4000, TARGET, 80, "F")), "to itself");
    assert_reason(&lab, feed(&lab, tcp(TARGET, 4000, OTHER, 80, "F")), "made by hand");
    lab_free(&lab);
}

static void check_not_inward(void)
{
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    config.home = sn_prefixes_parse("192.0.2.0/24", NULL);
    lab_t lab = lab_with(&config);
    g_array_unref(config.home);
    assert_reason(&lab, feed(&lab, tcp(TARGET, 4000, SCANNER, 80, "F")), "not inward");
    assert_reason(&lab, feed(&lab, tcp(SCANNER, 4000, TARGET, 80, "F")), "made by hand");
    lab_free(&lab);
}

/* --- Streams --------------------------------------------------------------------------------- */

/** More than ten packets, however fast and alike. */
static void check_stream_of_packets(gconstpointer data)
{
    bool datagrams = data != NULL;
    lab_t lab = lab_new();
    sn_packet_t p = datagrams ? udp(SCANNER, 4000, TARGET, 514) : other_ip(SCANNER, TARGET, 99);
    uint32_t flow = 0;
    for (int n = 0; n < 10; n++)
        flow = feed_at_once(&lab, p);
    assert_reason(&lab, flow, datagrams ? "stranger" : "too few tails");
    feed_at_once(&lab, p);
    assert_reason(&lab, flow, "stream");
    if (datagrams) {
        feed(&lab, udp(TARGET, 514, SCANNER, 4000));
        assert_reason(&lab, flow, "conversation");
    }
    lab_free(&lab);
}

static const char *const traps[] = {"trap 1", "trap 22", "trap 333"};

/** Three that differ and come a second apart tell something; Nmap sends as many at once. */
static void check_stream_that_differs(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++) {
        if (flow != 0)
            assert_reason(&lab, flow, "stranger");
        flow =
            feed(&lab, udp_bytes(SCANNER, 4000, TARGET, 162, traps[i], (uint32_t)strlen(traps[i])));
    }
    assert_reason(&lab, flow, "stream");
    lab_free(&lab);
}

/** Three packets within a second are not a second apart on average, whatever they say. */
static void check_no_stream_at_once(void)
{
    lab_t lab = lab_new();
    uint32_t flow = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++) {
        lab.time_us -= i == 1 ? 0 : SECOND; /* the second one comes a second later */
        flow =
            feed(&lab, udp_bytes(SCANNER, 4000, TARGET, 162, traps[i], (uint32_t)strlen(traps[i])));
    }
    assert_reason(&lab, flow, "stranger");
    lab_free(&lab);
}

/* --- The link -------------------------------------------------------------------------------- */

static void check_broadcast_ping(void)
{
    lab_t lab = lab_new();
    feed(&lab, icmp(CLIENT, "255.255.255.255", ECHO, 7));
    assert_reason(&lab, feed(&lab, icmp(OTHER, CLIENT, ECHO_REPLY, 7)), "link traffic");
    assert_reason(&lab, feed(&lab, icmp(OTHER, CLIENT, ECHO_REPLY, 8)), "response");
    assert_reason(&lab, feed(&lab, icmp(OTHER, TARGET, ECHO_REPLY, 7)), "response");
    lab_free(&lab);
}

/** A DHCP server's pings before it leases an address, and after; those to others are pings like any. */
static void check_lease(gconstpointer data)
{
    bool broadcast = data != NULL;
    lab_t lab = lab_new();
    uint32_t before = feed(&lab, icmp(ROUTER, CLIENT, ECHO, 1));
    uint32_t elsewhere = feed(&lab, icmp(ROUTER, TARGET, ECHO, 1));
    assert_reason(&lab, before, "stranger");
    sn_packet_t offer = udp(ROUTER, 67, CLIENT, 68);
    if (broadcast) { /* RFC 2131: yiaddr */
        uint8_t head[20] = {2};
        sn_addr_t leased = addr(CLIENT);
        memcpy(head + 16, leased.bytes, 4);
        offer = udp_bytes(ROUTER, 67, "255.255.255.255", 68, head, sizeof head);
    }
    g_assert_cmpuint(feed(&lab, offer), ==, 0);
    assert_reason(&lab, before, "link traffic");
    assert_reason(&lab, feed(&lab, icmp(ROUTER, CLIENT, ECHO, 2)), "link traffic");
    assert_reason(&lab, elsewhere, "stranger");
    assert_reason(&lab, feed(&lab, icmp(ROUTER, TARGET, ECHO, 2)), "stranger");
    assert_reason(&lab, feed(&lab, icmp(SCANNER, CLIENT, ECHO, 2)), "stranger");
    lab_free(&lab);
}

/** A DHCP client leases nothing, and an offer that is cut, or offers no address, says nothing. */
static void check_no_lease(void)
{
    static const uint8_t nothing[20] = {2};
    lab_t lab = lab_new();
    uint32_t ping = feed(&lab, icmp(ROUTER, CLIENT, ECHO, 1));
    feed(&lab, udp(ROUTER, 68, CLIENT, 67));
    feed(&lab, udp_bytes(ROUTER, 67, "255.255.255.255", 68, nothing, sizeof nothing));
    feed(&lab, udp_bytes(ROUTER, 67, "255.255.255.255", 68, "\2\1\6", 3));
    assert_reason(&lab, ping, "stranger");
    lab_free(&lab);
}

/* --- Answered from elsewhere ------------------------------------------------------------------ */

typedef struct {
    const char *name;
    const char *answerer;
    uint16_t request_from, request_to, answer_from, answer_to;
    const char *answer;
    int64_t seconds; /* between them */
    const char *want_request, *want_answer;
} answer_row_t;

#define REQUEST "\x12\x34\1\0"

static const answer_row_t answer_rows[] = {
    {"tftp", TARGET, 4000, 69, 5000, 4000, "data", 60, "conversation", "answered from elsewhere"},
    {"tftp-late", TARGET, 4000, 69, 5000, 4000, "data", 61, "stranger", "stranger"},
    {"tftp-to-another-port", TARGET, 4000, 69, 5000, 4001, "data", 1, "stranger", "stranger"},
    {"tftp-of-another-host", OTHER, 4000, 69, 5000, 4000, "data", 1, "stranger", "stranger"},
    {"multihomed", OTHER, 4000, 5300, 5300, 4000, REQUEST, 60, "conversation",
     "answered from elsewhere"},
    {"multihomed-late", OTHER, 4000, 5300, 5300, 4000, REQUEST, 61, "stranger", "stranger"},
    {"multihomed-other-bytes", OTHER, 4000, 5300, 5300, 4000, "\x12\x35\1\0", 1, "stranger",
     "stranger"},
    {"multihomed-other-port", OTHER, 4000, 5300, 5301, 4000, REQUEST, 1, "stranger", "stranger"},
    {"bfd", TARGET, 49152, 3784, 49153, 3784, "data", 60, "conversation",
     "answered from elsewhere"},
    {"bfd-other-port", TARGET, 49152, 3784, 49153, 3785, "data", 1, "stranger", "stranger"},
    {"bfd-of-another-host", OTHER, 49152, 3784, 49153, 3784, "data", 1, "stranger", "stranger"},
};

static void check_answer(gconstpointer data)
{
    const answer_row_t *row = (const answer_row_t *)data;
    lab_t lab = lab_new();
    uint32_t request =
        feed(&lab, udp_bytes(CLIENT, row->request_from, TARGET, row->request_to, REQUEST, 4));
    lab.time_us += (row->seconds - 1) * SECOND;
    uint32_t answer = feed(
        &lab, udp_bytes(row->answerer, row->answer_from, CLIENT, row->answer_to, row->answer, 4));
    assert_reason(&lab, request, row->want_request);
    assert_reason(&lab, answer, row->want_answer);
    lab_free(&lab);
}

/* --- Callback and acquaintance ---------------------------------------------------------------- */

/** Whom the target called may call back, at any number of ports. */
static void check_callback(void)
{
    lab_t lab = lab_new();
    uint32_t ident = feed(&lab, tcp(TARGET, 4000, CLIENT, 113, "S"));
    assert_reason(&lab, ident, "stranger");
    play(&lab, TCP, "S SA< A", CLIENT, 5000, TARGET, 25);
    assert_reason(&lab, ident, "stranger"); /* no conversation yet */
    play(&lab, TCP, "A+", CLIENT, 5000, TARGET, 25);
    assert_reason(&lab, ident, "callback");
    assert_reason(&lab, fail_at(&lab, TARGET, CLIENT, 12), "callback");
    g_assert_cmpstr(next_reason(&lab, TARGET, OTHER, 113), ==, "stranger");
    lab_free(&lab);
}

/** At a target that a client knows it may fail at 9 ports, and not at 10. */
static void check_acquainted(void)
{
    lab_t lab = lab_new();
    talk_to(&lab, CLIENT, TARGET, 1);
    uint32_t failed = fail_at(&lab, CLIENT, TARGET, 9);
    assert_reason(&lab, failed, "acquainted");
    fail_at(&lab, CLIENT, TARGET, 10);
    assert_reason(&lab, failed, "scanning source");
    lab_free(&lab);
}

/** Who fails first and talks later was not acquainted then, but at the same port of another transport. */
static void check_acquainted_later(void)
{
    lab_t lab = lab_new();
    uint32_t quic = feed(&lab, udp(CLIENT, 4000, TARGET, 443));
    uint32_t other = feed(&lab, udp(CLIENT, 4000, TARGET, 444));
    assert_reason(&lab, quic, "stranger");
    lab.time_us += SECOND;
    play(&lab, TCP, "S SA< A A+", CLIENT, 4001, TARGET, 443);
    assert_reason(&lab, quic, "acquainted");
    assert_reason(&lab, other, "client");
    assert_reason(&lab, feed(&lab, udp(CLIENT, 4000, TARGET, 445)), "acquainted");
    g_assert_cmpstr(next_reason(&lab, CLIENT, OTHER, 443), ==, "client"); /* knows one target */
    lab_free(&lab);
}

/** Ports that race each other: the slower one is reset when the other already talks. */
static void check_acquainted_race(void)
{
    lab_t lab = lab_new();
    uint32_t slower = feed(&lab, udp(CLIENT, 4000, TARGET, 139));
    lab.time_us -= SECOND / 2;
    play(&lab, TCP, "S SA< A A+", CLIENT, 4001, TARGET, 445);
    assert_reason(&lab, slower, "acquainted");
    lab_free(&lab);
}

/** Who looked before it talked is not known for that. */
static void check_acquainted_without_credit(void)
{
    lab_t lab = lab_new();
    play(&lab, TCP, "S SA< A R", SCANNER, 4000, TARGET, 80);
    play(&lab, TCP, "S SA< A A+", SCANNER, 4001, TARGET, 80);
    g_assert_cmpstr(next_reason(&lab, SCANNER, TARGET, 81), ==, "stranger");
    lab_free(&lab);
}

static void check_acquainted_in_the_middle(void)
{
    lab_t lab = lab_new();
    uint32_t failed = feed(&lab, tcp(CLIENT, 4000, TARGET, 81, "S"));
    play(&lab, TCP, "A+", CLIENT, 4000, TARGET, 80);
    assert_reason(&lab, failed, "stranger"); /* nobody has answered */
    play(&lab, TCP, "A<", CLIENT, 4000, TARGET, 80);
    assert_reason(&lab, failed, "acquainted");
    lab_free(&lab);
}

/* --- Names ----------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *asker, *named, *source;
    int64_t seconds; /* after the answer */
    const char *want;
} name_row_t;

#define CLIENT6 "2001:db8:a::9"
#define TARGET6 "2001:db8:b::1"

static const name_row_t name_rows[] = {
    {"now", CLIENT, TARGET, CLIENT, 0, "asked by name"},
    {"an-hour", CLIENT, TARGET, CLIENT, 3600, "asked by name"},
    {"more-than-an-hour", CLIENT, TARGET, CLIENT, 3601, "stranger"},
    {"before", CLIENT, TARGET, CLIENT, -1, "stranger"},
    {"somebody-else", OTHER, TARGET, CLIENT, 1, "stranger"},
    {"something-else", CLIENT, OTHER, CLIENT, 1, "stranger"},
    {"family-4", CLIENT6, TARGET, CLIENT, 1, "stranger"},
    {"family-6", CLIENT, TARGET6, CLIENT6, 60, "asked by name"},
    {"family-6-late", CLIENT, TARGET6, CLIENT6, 61, "stranger"},
    {"same-6", CLIENT6, TARGET6, CLIENT6, 3600, "asked by name"},
};

static void note_name(lab_t *lab, const char *asker, const char *named)
{
    sn_addr_t client = addr(asker), other = addr(named);
    sn_engine_note_name(lab->engine, &client, &other, lab->time_us);
}

static void check_name(gconstpointer data)
{
    const name_row_t *row = (const name_row_t *)data;
    lab_t lab = lab_new();
    note_name(&lab, row->asker, row->named);
    lab.time_us += (row->seconds - 1) * SECOND;
    const char *target = addr(row->source).version == 6 ? TARGET6 : TARGET;
    g_assert_cmpstr(next_reason(&lab, row->source, target, 443), ==, row->want);
    lab_free(&lab);
}

/** Asked again, an hour counts from then on. And 9 ports are few. */
static void check_name_again(void)
{
    lab_t lab = lab_new();
    note_name(&lab, CLIENT, TARGET);
    lab.time_us += (int64_t)3000 * SECOND;
    note_name(&lab, CLIENT, TARGET);
    lab.time_us += (int64_t)3000 * SECOND;
    uint32_t failed = fail_at(&lab, CLIENT, TARGET, 9);
    assert_reason(&lab, failed, "asked by name");
    fail_at(&lab, CLIENT, TARGET, 10);
    assert_reason(&lab, failed, "scanning source");
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(flow_rows); i++)
        add_row("reason/flow", flow_rows[i].name, &flow_rows[i], check_flow);
    for (size_t i = 0; i < G_N_ELEMENTS(answer_rows); i++)
        add_row("reason/elsewhere", answer_rows[i].name, &answer_rows[i], check_answer);
    for (size_t i = 0; i < G_N_ELEMENTS(name_rows); i++)
        add_row("reason/named", name_rows[i].name, &name_rows[i], check_name);
    g_test_add_func("/reason/old/timestamps", check_timestamps_of_a_tail);
    g_test_add_func("/reason/to-itself", check_to_itself);
    g_test_add_func("/reason/not-inward", check_not_inward);
    g_test_add_data_func("/reason/stream/udp", "udp", check_stream_of_packets);
    g_test_add_data_func("/reason/stream/ip", NULL, check_stream_of_packets);
    g_test_add_func("/reason/stream/differs", check_stream_that_differs);
    g_test_add_func("/reason/stream/not-at-once", check_no_stream_at_once);
    g_test_add_func("/reason/link/broadcast-ping", check_broadcast_ping);
    g_test_add_data_func("/reason/link/lease", NULL, check_lease);
    g_test_add_data_func("/reason/link/lease-broadcast", "broadcast", check_lease);
    g_test_add_func("/reason/link/no-lease", check_no_lease);
    g_test_add_func("/reason/callback", check_callback);
    g_test_add_func("/reason/acquainted/ports", check_acquainted);
    g_test_add_func("/reason/acquainted/later", check_acquainted_later);
    g_test_add_func("/reason/acquainted/race", check_acquainted_race);
    g_test_add_func("/reason/acquainted/without-credit", check_acquainted_without_credit);
    g_test_add_func("/reason/acquainted/in-the-middle", check_acquainted_in_the_middle);
    g_test_add_func("/reason/named/again", check_name_again);
    return g_test_run();
}
