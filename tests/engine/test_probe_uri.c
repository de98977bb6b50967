/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_probe_uri.c: which data begin with a probe description URI, where packets carry it, and what is remembered of it. */
#include "hex.h"
#include "lab.h"

#include "engine/probe_uri.h"
#include "engine/record.h"
#include "engine/uris.h"
#include "engine/wire.h"
#include "stats/tally.h"

#define LEN(text) (sizeof(text) - 1)
#define PATH      "/.well-known/probing.txt"
#define URI       "https://example.net" PATH

/* --- What is one ----------------------------------------------------------------------------- */

typedef struct {
    const char *name, *data;
    size_t size, want;
} row_t;

/** Data of which as many bytes are the URI. */
#define ROW(name, text, want)                                                                      \
    {                                                                                              \
        name, text, LEN(text), want                                                                \
    }
/** Data that are one, with the zero byte behind it. */
#define ONE(name, text)  ROW(name, text "\0", LEN(text))
#define NONE(name, text) ROW(name, text, 0)

static const row_t rows[] = {
    ONE("https", URI),
    ONE("https-address", "https://[2001:db8::1]" PATH),
    ONE("https-port", "https://example.net:8443" PATH),
    ONE("https-capitals", "HTTPS://Example.NET" PATH),
    ONE("mailto", "mailto:lab@example.net"),
    ONE("mailto-subject", "mailto:lab@example.net?subject=a%20scan"),
    ONE("tel", "tel:+1-201-555-0123"),
    ONE("tel-local", "tel:7042;phone-context=example.com"),
    ROW("data-behind-it", URI "\0what follows", LEN(URI)),
    NONE("nothing", ""),
    NONE("not-ended", URI),
    NONE("ended-otherwise", URI "\n"),
    NONE("not-at-the-beginning", "\0" URI "\0"),
    NONE("http", "http://example.net" PATH "\0"),
    NONE("another-path", "https://example.net/probing.txt\0"),
    NONE("path-below-another", "https://example.net/a" PATH "\0"),
    NONE("path-in-a-query", "https://example.net?" PATH "\0"),
    NONE("path-and-more", URI "?a\0"),
    NONE("path-in-capitals", "https://example.net/.WELL-KNOWN/PROBING.TXT\0"),
    NONE("no-host", "https://" PATH "\0"),
    NONE("no-path", "https://example.net\0"),
    NONE("scheme-alone", "https:\0"),
    NONE("mailto-nobody", "mailto:\0"),
    NONE("mailto-no-name", "mailto:@example.net\0"),
    NONE("mailto-no-host", "mailto:lab@\0"),
    NONE("mailto-query-alone", "mailto:?to=lab@example.net\0"),
    NONE("tel-nobody", "tel:\0"),
    NONE("tel-word", "tel:none\0"),
    NONE("telnet", "telnet://example.net\0"),
    NONE("control-character", "mailto:lab\x1b[2J@example.net\0"),
    NONE("line-feed", "mailto:lab@example.net\nscanner\0"),
    NONE("space", "mailto:my lab@example.net\0"),
    NONE("markup", "mailto:<b>lab@example.net\0"),
    NONE("not-ascii", "mailto:l\xc3\xa4"
                      "b@example.net\0"),
    NONE("request", "HEAD / HTTP/1.0\r\n\r\n\0"),
};

/** A copy in memory of just that size, for the sanitizer to see a byte too many. */
static sn_bytes_t copy_of(const char *data, size_t size)
{
    return (sn_bytes_t){g_memdup2(data, size), (uint32_t)size, (uint32_t)size};
}

static void check(gconstpointer data)
{
    const row_t *row = data;
    sn_bytes_t bytes = copy_of(row->data, row->size);
    g_assert_cmpuint(sn_probe_uri_length(bytes), ==, row->want);
    g_free((gpointer)bytes.at);
}

/** Of a URI that was not captured to its end nothing is said. */
static void check_cut(void)
{
    for (size_t size = 0; size <= LEN(URI); size++) {
        sn_bytes_t bytes = copy_of(URI, size);
        bytes.length = LEN(URI) + 1;
        g_assert_cmpuint(sn_probe_uri_length(bytes), ==, 0);
        g_free((gpointer)bytes.at);
    }
}

static void check_length(void)
{
    for (size_t size = SN_PROBE_URI_MOST - 1; size <= 1000; size++) {
        char *uri = g_strnfill(size, 'a');
        memcpy(uri, "mailto:lab@", LEN("mailto:lab@"));
        sn_bytes_t bytes = copy_of(uri, size + 1);
        g_assert_cmpuint(sn_probe_uri_length(bytes), ==, size <= SN_PROBE_URI_MOST ? size : 0);
        g_free((gpointer)bytes.at);
        g_free(uri);
    }
}

/* --- Where packets carry it ------------------------------------------------------------------ */

#define TEL     "74656c3a313200" /* tel:12 and its end */
#define TCP23   "9c40 0017 01020304 00000000 50 02 0400 0000 0000 "
#define UDP53   "9c40 0035 000f 0000 "
#define PADN    "0107" TEL
#define PADDING "0103000000 "
#define OPTIONS "01 " PADN PADDING /* 16 bytes, with the next header's number before them */

typedef struct {
    const char *name, *hex;
    bool carries;
} carrier_t;

static const carrier_t carriers[] = {
    {"syn", V4("002f", "0001", "0000", "06") TCP23 TEL, true},
    {"syn-v6", V6("001b", "06") TCP23 TEL, true},
    {"syn-without-payload", V4("0028", "0001", "0000", "06") TCP23 TEL, false},
    {"udp", V4("0023", "0001", "0000", "11") UDP53 TEL, true},
    {"udp-v6", V6("000f", "11") UDP53 TEL, true},
    {"echo", V4("0023", "0001", "0000", "01") "0800 0000 0007 0001 " TEL, true},
    {"echo-v6", V6("000f", "3a") "8000 0000 0007 0001 " TEL, true},
    {"echo-reply", V4("0023", "0001", "0000", "01") "0000 0000 0007 0001 " TEL, false},
    {"echo-reply-v6", V6("000f", "3a") "8100 0000 0007 0001 " TEL, false},
    {"timestamp", V4("0023", "0001", "0000", "01") "0d00 0000 0007 0001 " TEL, false},
    {"another-protocol", V4("001b", "0001", "0000", "32") TEL, false},
    {"end-behind-the-packet", V4("0022", "0001", "0000", "11") UDP53 TEL, false},
    {"hop-by-hop", V6("0024", "00") "06 " OPTIONS TCP23, true},
    {"destination", V6("0024", "3c") "06 " OPTIONS TCP23, true},
    {"second-header", V6("002c", "00") "3c 00 0104 00000000 06 " OPTIONS TCP23, true},
    {"second-option", V6("0024", "00") "06 01 00 05020000 " PADN TCP23, true},
    {"padding-alone", V6("0024", "00") "06 01 010c 000000000000000000000000 " TCP23, false},
    {"routing", V6("0024", "2b") "06 " OPTIONS TCP23, false},
    {"not-padding", V6("0024", "00") "06 01 1e07" TEL PADDING TCP23, false},
    {"option-too-long", V6("0024", "00") "06 01 01ff" TEL PADDING TCP23, false},
    {"end-in-the-next-option", V6("0024", "00") "06 01 0106 74656c3a3132 0004 00000000 " TCP23,
     false},
};

static void assert_uri(const sn_packet_t *p, const char *want)
{
    char *found = g_strndup((const char *)p->probe_uri, p->probe_uri_len);
    g_assert_cmpstr(found, ==, want);
    g_free(found);
}

/** What is read of a packet, and of what was captured of it. */
static void check_carrier(gconstpointer data)
{
    const carrier_t *row = data;
    sn_bytes_t all = bytes_of(row->hex);
    for (uint32_t captured = 0; captured <= all.captured; captured++) {
        sn_bytes_t rest = {g_memdup2(all.at, captured), captured, all.length};
        gpointer copy = (gpointer)rest.at;
        sn_packet_t p = {0};
        unsigned protocol;
        if (sn_wire_ip(&rest, &protocol, &p) == SN_WIRE_WHOLE)
            sn_wire_transport(rest, protocol, &p);
        if (captured == all.captured)
            g_assert_cmpint(p.probe_uri_len > 0, ==, row->carries);
        if (p.probe_uri_len > 0)
            assert_uri(&p, "tel:12");
        g_free(copy);
    }
    g_free((gpointer)all.at);
}

/** The one before the transport is the packet's; an earlier packet's is not. */
static void check_two(void)
{
    sn_bytes_t all = bytes_of(V6("0031", "00") "06 " OPTIONS TCP23 "74656c3a3433313233343500 00");
    sn_bytes_t rest = all;
    sn_packet_t p = {0};
    unsigned protocol;
    g_assert_cmpint(sn_wire_ip(&rest, &protocol, &p), ==, SN_WIRE_WHOLE);
    g_assert_true(sn_wire_transport(rest, protocol, &p));
    assert_uri(&p, "tel:12");
    sn_packet_clear_transport(&p);
    g_assert_cmpuint(p.probe_uri_len, ==, 0);
    g_free((gpointer)all.at);
}

/* --- What is remembered ---------------------------------------------------------------------- */

static sn_packet_t saying(sn_packet_t p, const char *uri)
{
    p.probe_uri = (const uint8_t *)uri;
    p.probe_uri_len = (uint8_t)strlen(uri);
    return p;
}

/** A flow has its initiator's first. */
static void check_flows(void)
{
    lab_t lab = lab_new();
    uint32_t silent = feed(&lab, tcp(SCANNER, 4000, TARGET, 22, "S"));
    uint32_t echo = feed(&lab, saying(icmp(SCANNER, TARGET, ECHO, 1), "tel:1"));
    feed(&lab, saying(icmp(TARGET, SCANNER, ECHO_REPLY, 1), "tel:2"));
    uint32_t later = feed(&lab, udp(SCANNER, 4000, TARGET, 53));
    feed(&lab, saying(udp(SCANNER, 4000, TARGET, 53), "tel:3"));
    feed(&lab, saying(udp(SCANNER, 4000, TARGET, 53), "tel:4"));
    uint32_t answered = feed(&lab, udp(SCANNER, 4001, TARGET, 53));
    feed(&lab, saying(udp(TARGET, 53, SCANNER, 4001), "tel:5"));
    g_assert_null(sn_engine_probe_uri(lab.engine, silent));
    g_assert_cmpstr(sn_engine_probe_uri(lab.engine, echo), ==, "tel:1");
    g_assert_cmpstr(sn_engine_probe_uri(lab.engine, later), ==, "tel:3");
    g_assert_null(sn_engine_probe_uri(lab.engine, answered));
    lab_free(&lab);
}

/** Packets wait for each other, and the URI is borrowed until then. */
static void check_borrowed(void)
{
    lab_t lab = lab_new();
    char uri[] = "tel:1";
    for (uint32_t frame = 1; frame <= 40; frame++) {
        sn_packet_t p = tcp(SCANNER, (uint16_t)(4000 + frame), TARGET, 23, "S");
        p.frame = frame;
        *sn_engine_next(lab.engine) = frame % 3 == 0 ? saying(p, uri) : p;
        sn_engine_take(lab.engine);
        uri[4] = (char)('0' + frame % 10);
    }
    g_assert_cmpuint(sn_engine_flows(lab.engine), ==, 40);
    for (uint32_t flow = 1; flow <= 40; flow++) {
        char want[] = {'t', 'e', 'l', ':', (char)('0' + (flow - 1) % 10), '\0'};
        const char *said = sn_engine_probe_uri(lab.engine, flow);
        g_assert_cmpstr(said, ==, flow % 3 == 0 ? want : NULL);
    }
    lab_free(&lab);
}

/** Each different one is kept once, and all that is kept is counted. */
static void check_memory(void)
{
    sn_hash_key_t key = sn_hash_random_key();
    sn_uris_t uris;
    sn_uris_init(&uris, &key);
    g_assert_cmpuint(sn_uris_memory(&uris), ==, 0);
    enum { DIFFERENT = 100000 };
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= DIFFERENT; i++) {
            char text[16];
            g_snprintf(text, sizeof text, "tel:%u", i);
            g_assert_cmpuint(sn_uris_number(&uris, text, strlen(text)), ==, i);
        }
    }
    g_assert_cmpstr(sn_uris_text(&uris, DIFFERENT), ==, "tel:100000");
    g_assert_cmpuint(sn_uris_memory(&uris), >, DIFFERENT * (sizeof(char *) + LEN("tel:1000")));
    sn_uris_clear(&uris);
}

static void check_engine_memory(void)
{
    lab_t lab = lab_new();
    feed(&lab, tcp(SCANNER, 4000, TARGET, 23, "S"));
    uint64_t before = sn_engine_memory(lab.engine);
    feed(&lab, saying(tcp(SCANNER, 4000, TARGET, 23, "S"), "tel:1"));
    uint64_t first = sn_engine_memory(lab.engine);
    feed(&lab, saying(tcp(SCANNER, 4000, TARGET, 23, "S"), "tel:2")); /* not the flow's first */
    g_assert_cmpuint(first - before, >, 4 + sizeof(sn_note_t) + LEN("tel:1"));
    g_assert_cmpuint(sn_engine_memory(lab.engine) - first, ==, 4); /* the frame */
    lab_free(&lab);
}

/* --- Scanners -------------------------------------------------------------------------------- */

static void tap(sn_tally_t *tally, lab_t *lab, sn_packet_t p)
{
    feed(lab, p);
    sn_tally_packet(tally, lab->engine, lab->frame, lab->time_us);
}

static const char *said_by(sn_tally_t *tally, const char *scanner)
{
    sn_addr_t address = addr(scanner);
    sn_tally_count(tally);
    return sn_tally_probe_uri(tally, &address);
}

/** A scanner's is that of its first scan with one, whatever it says elsewhere. */
static void check_scanners(void)
{
    lab_t lab = lab_new();
    sn_tally_t *tally = sn_tally_new();
    g_assert_null(said_by(tally, SCANNER));
    tap(tally, &lab, saying(udp(CLIENT, 4000, TARGET, 53), "tel:1"));
    tap(tally, &lab, udp(TARGET, 53, CLIENT, 4000));
    tap(tally, &lab, tcp(SCANNER, 4000, TARGET, 22, "S"));
    tap(tally, &lab, saying(tcp(SCANNER, 4000, TARGET, 23, "S"), "tel:2"));
    tap(tally, &lab, saying(tcp(SCANNER, 4000, TARGET, 24, "S"), "tel:3"));
    tap(tally, &lab, saying(tcp("2001:db8:a::9", 4000, "2001:db8:b::1", 23, "S"), "tel:4"));
    g_assert_null(said_by(tally, CLIENT));
    g_assert_cmpstr(said_by(tally, SCANNER), ==, "tel:2");
    g_assert_cmpstr(said_by(tally, "2001:db8:a::9"), ==, "tel:4");
    lab_t next = lab_new(); /* another session */
    tap(tally, &next, saying(tcp(SCANNER, 4000, TARGET, 25, "S"), "tel:5"));
    tap(tally, &next, saying(tcp(ROUTER, 4000, TARGET, 25, "S"), "tel:6"));
    lab_free(&lab);
    g_assert_cmpstr(said_by(tally, SCANNER), ==, "tel:2");
    g_assert_cmpstr(said_by(tally, ROUTER), ==, "tel:6");
    sn_tally_close_session(tally);
    g_assert_cmpstr(said_by(tally, ROUTER), ==, "tel:6");
    sn_tally_reset(tally);
    g_assert_null(said_by(tally, SCANNER));
    sn_tally_free(tally);
    lab_free(&next);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strdup_printf("/probe-uri/is/%s", rows[i].name);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(carriers); i++) {
        char *path = g_strdup_printf("/probe-uri/carried/%s", carriers[i].name);
        g_test_add_data_func(path, &carriers[i], check_carrier);
        g_free(path);
    }
    g_test_add_func("/probe-uri/is/cut", check_cut);
    g_test_add_func("/probe-uri/is/length", check_length);
    g_test_add_func("/probe-uri/carried/two", check_two);
    g_test_add_func("/probe-uri/remembered/flows", check_flows);
    g_test_add_func("/probe-uri/remembered/borrowed", check_borrowed);
    g_test_add_func("/probe-uri/remembered/memory", check_memory);
    g_test_add_func("/probe-uri/remembered/engine-memory", check_engine_memory);
    g_test_add_func("/probe-uri/scanners", check_scanners);
    return g_test_run();
}
