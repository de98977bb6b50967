/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_technique.c: what the first packet of a flow is taken for, flag by flag and type by type. */
#include "packets.h"

#include "engine/technique.h"

static const char A[] = "203.0.113.9", B[] = "192.0.2.1";
static const char A6[] = "2001:db8:a::9", B6[] = "2001:db8:b::1";

/** "probe TCP SYN", "response": how a packet opens a flow, in words. */
static char *words_of(const sn_packet_t *p)
{
    static const char *const openings[] = {
        [SN_OPENING_PROBE] = "probe",
        [SN_OPENING_TAIL] = "tail",
        [SN_OPENING_RESPONSE] = "response",
        [SN_OPENING_MIDDLE] = "middle",
    };
    sn_technique_t technique = SN_TECHNIQUES; /* must be written */
    sn_opening_t opening = sn_opening(p, &technique);
    g_assert_cmpint(technique, <, SN_TECHNIQUES);
    const char *label = sn_technique_label(technique);
    return g_strconcat(openings[opening], *label ? " " : "", label, NULL);
}

static void assert_opening(const sn_packet_t *p, const char *want)
{
    char *words = words_of(p);
    g_assert_cmpstr(words, ==, want);
    g_free(words);
}

/* --- TCP ------------------------------------------------------------------------------------- */

typedef struct {
    const char *flags, *bare, *with_payload;
} tcp_row_t;

static const tcp_row_t tcp_rows[] = {
    {"-", "probe TCP NULL", "probe TCP NULL"},
    {"F", "probe TCP FIN", "probe TCP FIN"},
    {"S", "probe TCP SYN", "probe TCP SYN"},
    {"FS", "probe TCP other flags", "probe TCP other flags"},
    {"R", "response", "response"},
    {"FR", "probe TCP other flags", "probe TCP other flags"},
    {"SR", "probe TCP other flags", "probe TCP other flags"},
    {"FSR", "probe TCP other flags", "probe TCP other flags"},
    {"P", "probe TCP other flags", "probe TCP other flags"},
    {"FP", "probe TCP other flags", "probe TCP other flags"},
    {"SP", "probe TCP other flags", "probe TCP other flags"},
    {"FSP", "probe TCP other flags", "probe TCP other flags"},
    {"RP", "response", "response"},
    {"FRP", "probe TCP other flags", "probe TCP other flags"},
    {"SRP", "probe TCP other flags", "probe TCP other flags"},
    {"FSRP", "probe TCP other flags", "probe TCP other flags"},
    {"A", "tail TCP ACK", "middle"},
    {"FA", "tail TCP Maimon", "middle"},
    {"SA", "response", "response"},
    {"FSA", "probe TCP other flags", "probe TCP other flags"},
    {"RA", "response", "response"},
    {"FRA", "probe TCP other flags", "probe TCP other flags"},
    {"SRA", "probe TCP other flags", "probe TCP other flags"},
    {"FSRA", "probe TCP other flags", "probe TCP other flags"},
    {"PA", "tail TCP other flags", "middle"},
    {"FPA", "tail TCP other flags", "middle"},
    {"SPA", "response", "response"},
    {"FSPA", "probe TCP other flags", "probe TCP other flags"},
    {"RPA", "response", "response"},
    {"FRPA", "probe TCP other flags", "probe TCP other flags"},
    {"SRPA", "probe TCP other flags", "probe TCP other flags"},
    {"FSRPA", "probe TCP other flags", "probe TCP other flags"},
    {"U", "probe TCP other flags", "probe TCP other flags"},
    {"FU", "probe TCP other flags", "probe TCP other flags"},
    {"SU", "probe TCP other flags", "probe TCP other flags"},
    {"FSU", "probe TCP other flags", "probe TCP other flags"},
    {"RU", "probe TCP other flags", "probe TCP other flags"},
    {"FRU", "probe TCP other flags", "probe TCP other flags"},
    {"SRU", "probe TCP other flags", "probe TCP other flags"},
    {"FSRU", "probe TCP other flags", "probe TCP other flags"},
    {"PU", "probe TCP other flags", "probe TCP other flags"},
    {"FPU", "probe TCP Xmas", "probe TCP Xmas"},
    {"SPU", "probe TCP other flags", "probe TCP other flags"},
    {"FSPU", "probe TCP other flags", "probe TCP other flags"},
    {"RPU", "probe TCP other flags", "probe TCP other flags"},
    {"FRPU", "probe TCP other flags", "probe TCP other flags"},
    {"SRPU", "probe TCP other flags", "probe TCP other flags"},
    {"FSRPU", "probe TCP other flags", "probe TCP other flags"},
    {"AU", "probe TCP other flags", "middle"},
    {"FAU", "probe TCP other flags", "middle"},
    {"SAU", "probe TCP other flags", "probe TCP other flags"},
    {"FSAU", "probe TCP other flags", "probe TCP other flags"},
    {"RAU", "probe TCP other flags", "probe TCP other flags"},
    {"FRAU", "probe TCP other flags", "probe TCP other flags"},
    {"SRAU", "probe TCP other flags", "probe TCP other flags"},
    {"FSRAU", "probe TCP other flags", "probe TCP other flags"},
    {"PAU", "probe TCP other flags", "middle"},
    {"FPAU", "probe TCP other flags", "middle"},
    {"SPAU", "probe TCP other flags", "probe TCP other flags"},
    {"FSPAU", "probe TCP other flags", "probe TCP other flags"},
    {"RPAU", "probe TCP other flags", "probe TCP other flags"},
    {"FRPAU", "probe TCP other flags", "probe TCP other flags"},
    {"SRPAU", "probe TCP other flags", "probe TCP other flags"},
    {"FSRPAU", "probe TCP other flags", "probe TCP other flags"},
};

static void check_tcp(gconstpointer data)
{
    const tcp_row_t *row = (const tcp_row_t *)data;
    sn_packet_t p = tcp(A, 4000, B, 80, row->flags);
    assert_opening(&p, row->bare);
    p.payload = 1;
    assert_opening(&p, row->with_payload);
}

static void check_tcp_is_complete(void)
{
    g_assert_cmpint(G_N_ELEMENTS(tcp_rows), ==, 64);
    for (unsigned flags = 0; flags < 64; flags++)
        g_assert_cmpint(flags_of(tcp_rows[flags].flags), ==, flags);
}

/** Flags with an ECN flag among them: only a SYN may have it (RFC 3168) and stay what it is. */
static const tcp_row_t ecn_rows[] = {
    {"SEC", "probe TCP SYN", "probe TCP SYN"},
    {"SE", "probe TCP SYN", "probe TCP SYN"},
    {"SC", "probe TCP SYN", "probe TCP SYN"},
    {"SAE", "response", "response"},
    {"RE", "response", "response"},
    {"E", "probe TCP other flags", "probe TCP other flags"},
    {"FC", "probe TCP other flags", "probe TCP other flags"},
    {"FPUE", "probe TCP other flags", "probe TCP other flags"},
    {"FAE", "tail TCP other flags", "middle"},
    {"AE", "tail TCP other flags", "middle"},
    {"AC", "tail TCP other flags", "middle"},
};

static void check_accurate_ecn(void)
{
    sn_packet_t p = tcp(A, 4000, B, 80, "SEC");
    p.tcp_flags |= SN_TCP_AE; /* draft-ietf-tcpm-accurate-ecn: all three in the SYN */
    assert_opening(&p, "probe TCP SYN");
    p.tcp_flags = SN_TCP_AE;
    assert_opening(&p, "probe TCP other flags");
}

typedef struct {
    const char *name, *flags;
    unsigned options;
    const char *want;
} connect_row_t;

static const connect_row_t connect_rows[] = {
    {"no-options", "S", 0, "probe TCP SYN"},
    {"mss", "S", SN_TCPOPT_MSS, "probe TCP SYN"},
    {"mss-and-scale", "S", SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE, "probe TCP SYN"},
    {"other", "S", SN_TCPOPT_OTHER, "probe TCP SYN"},
    {"sack", "S", SN_TCPOPT_SACK_PERMITTED, "probe TCP connect"},
    {"timestamps", "S", SN_TCPOPT_TIMESTAMPS, "probe TCP connect"},
    {"everything", "S", 0x1f, "probe TCP connect"},
    {"ecn", "SEC", SN_TCPOPT_MSS | SN_TCPOPT_SACK_PERMITTED, "probe TCP connect"},
    {"fin-with-sack", "F", SN_TCPOPT_SACK_PERMITTED, "probe TCP FIN"},
    {"syn-psh-with-sack", "SP", SN_TCPOPT_SACK_PERMITTED, "probe TCP other flags"},
};

static void check_connect(gconstpointer data)
{
    const connect_row_t *row = (const connect_row_t *)data;
    sn_packet_t p = tcp(A, 4000, B, 80, row->flags);
    p.tcp_options = (uint8_t)row->options;
    assert_opening(&p, row->want);
}

/* --- The other transports -------------------------------------------------------------------- */

static void check_sctp(void)
{
    for (unsigned chunk = 0; chunk <= UINT8_MAX; chunk++) {
        const char *want = "middle";
        if (chunk == CHUNK_INIT)
            want = "probe SCTP INIT";
        if (chunk == CHUNK_INIT_ACK || chunk == CHUNK_ABORT || chunk == CHUNK_SHUTDOWN_COMPLETE)
            want = "response";
        sn_packet_t p = sctp(A, 4000, B, 80, (uint8_t)chunk);
        assert_opening(&p, want);
    }
}

typedef struct {
    const char *name;
    unsigned version;
    uint8_t type;
    const char *want;
} icmp_row_t;

static const icmp_row_t icmp_rows[] = {
    {"echo", 4, 8, "probe ICMP echo"},
    {"echo-reply", 4, 0, "response"},
    {"timestamp", 4, 13, "probe ICMP timestamp"},
    {"timestamp-reply", 4, 14, "response"},
    {"address-mask", 4, 17, "probe ICMP address mask"},
    {"address-mask-reply", 4, 18, "response"},
    {"unreachable", 4, 3, "response"},
    {"time-exceeded", 4, 11, "response"},
    {"parameter-problem", 4, 12, "response"},
    {"echo6", 6, 128, "probe ICMP echo"},
    {"echo6-reply", 6, 129, "response"},
    {"unreachable6", 6, 1, "response"},
    {"time-exceeded6", 6, 3, "response"},
    {"parameter-problem6", 6, 4, "response"},
    {"type-8-over-v6", 6, 8, "response"},
    {"type-128-over-v4", 4, 128, "response"},
};

static void check_icmp(gconstpointer data)
{
    const icmp_row_t *row = (const icmp_row_t *)data;
    bool v6 = row->version == 6;
    sn_packet_t p = icmp(v6 ? A6 : A, v6 ? B6 : B, row->type, 1);
    assert_opening(&p, row->want);
}

static void check_udp(void)
{
    sn_packet_t p = udp(A, 4000, B, 53);
    assert_opening(&p, "probe UDP");
    p = udp_bytes(A, 4000, B, 53, "", 0);
    assert_opening(&p, "probe UDP");
    p = udp_bytes(A, 53, B, 4000, "\x12\x34\x81\x80", 4);
    assert_opening(&p, "response");
    p = udp_bytes(A, 53, B, 4000, "\x12\x34\x01\x00", 4);
    assert_opening(&p, "tail UDP"); /* from a service's port to a client's */
    p = udp(A, 1023, B, 1024);
    assert_opening(&p, "tail UDP");
    p = udp(A, 1024, B, 1024);
    assert_opening(&p, "probe UDP");
    p = udp(A, 1023, B, 1023);
    assert_opening(&p, "probe UDP");
}

typedef struct {
    const char *flags;
    uint8_t options;
    uint32_t payload;
    bool impossible;
} hand_row_t;

static const hand_row_t hand_rows[] = {
    {"S", 0, 0, false},
    {"SF", 0, 0, true},
    {"SFA", 0, 0, true},
    {"SA", SN_TCPOPT_MSS, 0, false},
    {"SP", 0, 0, true},
    {"SU", 0, 0, true},
    {"-", 0, 0, true},
    {"F", 0, 0, true},
    {"FPU", 0, 0, true},
    {"P", 0, 1, true},
    {"R", 0, 0, false},
    {"FR", 0, 0, false},
    {"RU", 0, 0, false},
    {"A", 0, 0, false},
    {"FA", 0, 0, false},
    {"AU", 0, 0, true},
    {"AU", 0, 1, false},
    {"A", SN_TCPOPT_TIMESTAMPS, 0, false},
    {"A", SN_TCPOPT_MSS, 0, true},
    {"A", SN_TCPOPT_WINDOW_SCALE, 0, true},
    {"A", SN_TCPOPT_SACK_PERMITTED, 1, true},
    {"A", SN_TCPOPT_OTHER, 0, false},
};

static void check_impossible(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hand_rows); i++) {
        sn_packet_t p = tcp(A, 4000, B, 80, hand_rows[i].flags);
        p.tcp_options = hand_rows[i].options;
        p.payload = hand_rows[i].payload;
        g_assert_cmpint(sn_is_impossible(&p), ==, hand_rows[i].impossible);
    }
}

static void check_bare_syn(void)
{
    sn_packet_t p = tcp(A, 4000, B, 80, "S");
    g_assert_false(sn_is_bare_syn(&p));
    p.tcp_header_len = 20;
    g_assert_true(sn_is_bare_syn(&p));
    p = tcp(A, 4000, B, 80, "A");
    g_assert_false(sn_is_bare_syn(&p));
}

static void check_ip(void)
{
    sn_packet_t p = other_ip(A, B, 47);
    assert_opening(&p, "tail IP protocol");
    p = other_ip(A6, B6, 50);
    assert_opening(&p, "tail IP protocol");
}

/* --- Labels ---------------------------------------------------------------------------------- */

static void check_labels(void)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (int t = SN_TECHNIQUE_NONE + 1; t < SN_TECHNIQUES; t++) {
        const char *label = sn_technique_label((sn_technique_t)t);
        g_assert_cmpstr(label, !=, "");
        g_assert_true(g_hash_table_add(seen, (gpointer)(uintptr_t)label));
    }
    g_hash_table_unref(seen);
    g_assert_cmpstr(sn_technique_label(SN_TECHNIQUE_NONE), ==, "");
    g_assert_cmpstr(sn_technique_label(SN_TECHNIQUES), ==, "");
}

static void add_tcp_rows(const char *where, const tcp_row_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *path = g_strdup_printf("/technique/%s/%s", where, rows[i].flags);
        g_test_add_data_func(path, &rows[i], check_tcp);
        g_free(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    add_tcp_rows("flags", tcp_rows, G_N_ELEMENTS(tcp_rows));
    add_tcp_rows("ecn", ecn_rows, G_N_ELEMENTS(ecn_rows));
    for (size_t i = 0; i < G_N_ELEMENTS(connect_rows); i++) {
        char *path = g_strdup_printf("/technique/connect/%s", connect_rows[i].name);
        g_test_add_data_func(path, &connect_rows[i], check_connect);
        g_free(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(icmp_rows); i++) {
        char *path = g_strdup_printf("/technique/icmp/%s", icmp_rows[i].name);
        g_test_add_data_func(path, &icmp_rows[i], check_icmp);
        g_free(path);
    }
    g_test_add_func("/technique/flags-are-complete", check_tcp_is_complete);
    g_test_add_func("/technique/accurate-ecn", check_accurate_ecn);
    g_test_add_func("/technique/sctp", check_sctp);
    g_test_add_func("/technique/udp", check_udp);
    g_test_add_func("/technique/impossible", check_impossible);
    g_test_add_func("/technique/bare-syn", check_bare_syn);
    g_test_add_func("/technique/ip", check_ip);
    g_test_add_func("/technique/labels", check_labels);
    return g_test_run();
}
