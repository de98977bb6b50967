/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_asked.c: what UDP probes ask for, and next to each one that which is nearly so. What Wireshark says of such
 * probes is in tests/wireshark/test_asked_for.py. */
#include "packets.h"

#include "engine/asked.h"

#define LEN(text) (sizeof(text) - 1)
/** A row whose payload is as long as what is written. */
#define ROW(name, port, text, want)                                                                \
    {                                                                                              \
        name, port, text, LEN(text), LEN(text), want                                               \
    }

typedef struct {
    const char *name;
    uint16_t port;
    const char *head;
    size_t head_len, payload;
    sn_asked_t want;
} row_t;

#define DNS     "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
#define RPC     "\1\2\3\4\0\0\0\0\0\0\0\2\0\1\x86\xa0"
#define COOKIE  "12345678"
#define NOBODY  "\0\0\0\0\0\0\0\0"
#define STUN    "\0\1\0\0\x21\x12\xa4\x42"
#define RADIUS  "\1\1\0\x14" COOKIE COOKIE
#define COMMAND "\0\0\0\0\0\1\0\0"

static const row_t rows[] = {
    ROW("nothing", 53, "", SN_ASKED_NONE),
    ROW("dns", 53, DNS, SN_ASKED_DNS),
    ROW("dns-elsewhere", 54, DNS, SN_ASKED_NONE),
    ROW("dns-response", 53, "\x12\x34\x81\0\0\1\0\0\0\0\0\0", SN_ASKED_NONE),
    ROW("dns-many", 53, "\x12\x34\x01\0\1\0\0\0\0\0\0\0", SN_ASKED_NONE),
    ROW("dns-cut", 53, "\x12\x34\x01\0\0\1\0\0\0\0\0", SN_ASKED_NONE),
    ROW("dns-opcode-8", 53, "\x12\x34\x40\0\0\1\0\0\0\0\0\0", SN_ASKED_DNS),
    ROW("dns-opcode-9", 53, "\x12\x34\x48\0\0\1\0\0\0\0\0\0", SN_ASKED_NONE),
    ROW("nbns", 137, DNS, SN_ASKED_NBNS),
    ROW("mdns", 5353, DNS, SN_ASKED_MDNS),
    ROW("tftp", 69, "\0\1a\0octet", SN_ASKED_TFTP),
    ROW("tftp-data", 69, "\0\3a\0octet", SN_ASKED_NONE),
    ROW("tftp-no-name", 69, "\0\1\0\0octet", SN_ASKED_NONE),
    ROW("portmap", 111, RPC, SN_ASKED_PORTMAP),
    ROW("portmap-reply", 111, "\1\2\3\4\0\0\0\1\0\0\0\2\0\1\x86\xa0", SN_ASKED_NONE),
    ROW("rpc-of-another-program", 111, "\1\2\3\4\0\0\0\0\0\0\0\2\0\1\x86\xa3", SN_ASKED_NONE),
    {"ntp", 123, "\xe3\0\4\xfa\0\1\0\0", 8, 48, SN_ASKED_NTP},
    {"ntp-too-short", 123, "\xe3\0\4\xfa\0\1\0\0", 8, 47, SN_ASKED_NONE},
    {"ntp-server", 123, "\xe4\0\4\xfa\0\1\0\0", 8, 48, SN_ASKED_NONE},
    {"ntp-version-5", 123, "\x2b\0\4\xfa\0\1\0\0", 8, 48, SN_ASKED_NONE},
    ROW("ntp-control", 123, "\x16\2\0\1\0\0\0\0\0\0\0\0", SN_ASKED_NTP),
    ROW("ntp-control-answer", 123, "\x16\x82\0\1\0\0\0\0\0\0\0\0", SN_ASKED_NONE),
    ROW("ntp-monlist", 123, "\x17\0\3\x2a\0\0\0\0", SN_ASKED_NTP),
    ROW("ntp-monlist-answer", 123, "\x97\0\3\x2a\0\0\0\0", SN_ASKED_NONE),
    ROW("snmp", 161, "\x30\x26\2\1\1\4\6public", SN_ASKED_SNMP),
    ROW("snmp-long-length", 161, "\x30\x82\0\x2f\2\1\0\4\6public", SN_ASKED_SNMP),
    ROW("snmp-3", 161, "\x30\x3a\2\1\3\x30\x0f", SN_ASKED_SNMP),
    ROW("snmp-2-is-no-version", 161, "\x30\x26\2\1\2\4\6public", SN_ASKED_NONE),
    ROW("snmp-no-integer", 161, "\x30\x26\4\1\1\4\6public", SN_ASKED_NONE),
    ROW("snmp-length-beyond", 161, "\x30\xff\2\1\1\4\6public", SN_ASKED_NONE),
    ROW("cldap", 389, "\x30\x84\0\0\0\x2d\2\1\7\x63", SN_ASKED_CLDAP),
    ROW("cldap-result", 389, "\x30\x84\0\0\0\x2d\2\1\7\x64", SN_ASKED_NONE),
    {"quic", 443, "\xc3\0\0\0\1", 5, 1200, SN_ASKED_QUIC},
    {"quic-too-short", 443, "\xc3\0\0\0\1", 5, 1199, SN_ASKED_NONE},
    {"quic-handshake", 443, "\xe3\0\0\0\1", 5, 1200, SN_ASKED_NONE},
    {"isakmp", 500, COOKIE NOBODY "\1\x10\2\0", 20, 28, SN_ASKED_ISAKMP},
    {"isakmp-2", 500, COOKIE NOBODY "\x21\x20\x22\x08", 20, 28, SN_ASKED_ISAKMP},
    {"isakmp-further", 500, COOKIE COOKIE "\1\x10\2\0", 20, 28, SN_ASKED_NONE},
    {"isakmp-too-short", 500, COOKIE NOBODY "\1\x10\2\0", 20, 27, SN_ASKED_NONE},
    ROW("asf", 623, "\6\0\xff\6\0\0\x11\xbe\x80\0\0\0", SN_ASKED_ASF),
    ROW("asf-pong", 623, "\6\0\xff\6\0\0\x11\xbe\x40\0\0\0", SN_ASKED_NONE),
    ROW("radius", 1812, RADIUS, SN_ASKED_RADIUS),
    ROW("radius-accept", 1812, "\2\1\0\x14" COOKIE COOKIE, SN_ASKED_NONE),
    ROW("radius-longer-than-it-is", 1812, "\1\1\0\x15" COOKIE COOKIE, SN_ASKED_NONE),
    ROW("ssdp", 1900, "M-SEARCH * HTTP/1.1\r\n", SN_ASKED_SSDP),
    ROW("ssdp-notify", 1900, "NOTIFY * HTTP/1.1\r\n", SN_ASKED_NONE),
    ROW("stun", 3478, STUN COOKIE "1234", SN_ASKED_STUN),
    ROW("stun-success", 3478, "\1\1\0\0\x21\x12\xa4\x42" COOKIE "1234", SN_ASKED_NONE),
    ROW("sip", 5060, "OPTIONS sip:nm SIP/2.0", SN_ASKED_SIP),
    ROW("sip-anywhere", 5083, "REGISTER sip:192.0.2.1", SN_ASKED_SIP),
    ROW("sip-answer", 5060, "SIP/2.0 200 OK", SN_ASKED_NONE),
    ROW("options-of-http", 5060, "OPTIONS / HTTP/1.0", SN_ASKED_NONE),
    ROW("coap", 5683, "\x40\1\1\xce", SN_ASKED_COAP),
    ROW("coap-delete", 5683, "\x40\4\1\xce", SN_ASKED_COAP),
    ROW("coap-fetch", 5683, "\x40\5\1\xce", SN_ASKED_NONE),
    ROW("coap-content", 5683, "\x40\x45\1\xce", SN_ASKED_NONE),
    ROW("coap-reset", 5683, "\x70\1\1\xce", SN_ASKED_NONE),
    ROW("coap-token-of-9", 5683, "\x49\1\1\xce", SN_ASKED_NONE),
    ROW("memcache", 11211, COMMAND "stats\r\n", SN_ASKED_MEMCACHE),
    ROW("memcache-answer", 11211, COMMAND "STAT pid", SN_ASKED_NONE),
    ROW("memcache-without-header", 11211, "stats\r\n", SN_ASKED_NONE),
};

static void check(gconstpointer data)
{
    const row_t *row = data;
    sn_packet_t p = udp_bytes("203.0.113.9", 40000, "192.0.2.77", row->port, row->head,
                              (uint32_t)row->head_len);
    p.payload = (uint32_t)row->payload;
    g_assert_cmpstr(sn_asked_label(sn_asked_of(&p)), ==, sn_asked_label(row->want));
}

/** Whatever the beginning of a payload is cut to, nothing behind it is looked at. */
static void check_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (size_t length = 0; length < rows[i].head_len; length++) {
            uint8_t *head = g_memdup2(rows[i].head, length); /* for the sanitizer to see */
            sn_packet_t p =
                udp_bytes("203.0.113.9", 40000, "192.0.2.77", rows[i].port, head, (uint32_t)length);
            g_assert_cmpint(sn_asked_of(&p), <, SN_ASKEDS);
            g_free(head);
        }
    }
}

static void check_labels(void)
{
    for (int i = SN_ASKED_NONE + 1; i < SN_ASKEDS; i++)
        g_assert_cmpstr(sn_asked_label((sn_asked_t)i), !=, "");
    g_assert_cmpstr(sn_asked_label(SN_ASKED_NONE), ==, "");
    g_assert_cmpstr(sn_asked_label(SN_ASKEDS), ==, "");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strdup_printf("/asked/%s", rows[i].name);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_func("/asked/cut", check_cut);
    g_test_add_func("/asked/labels", check_labels);
    return g_test_run();
}
