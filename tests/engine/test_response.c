/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_response.c: UDP packets that read like an answer, and for each service a near miss. */
#include "packets.h"

#include "engine/response.h"

typedef struct {
    const char *name;
    uint16_t sport, dport;
    const char *payload;
    uint32_t size;
    bool response;
} row_t;

/** A row with its payload as a string, which may contain zeros. */
#define ROW(name, sport, dport, text, response)                                                    \
    {                                                                                              \
        name, sport, dport, text, (uint32_t)sizeof text - 1, response                              \
    }

static const row_t rows[] = {
    ROW("dns-answer", 53, 4000, "\x12\x34\x81\x80", true),
    ROW("dns-answer-of-any-port", 53, 53, "\x12\x34\x80", true),
    ROW("dns-question", 53, 4000, "\x12\x34\x01\x00", false),
    ROW("dns-cut", 53, 4000, "\x12\x34", false),
    ROW("dns-empty", 53, 4000, "", false),
    ROW("dns-answer-from-another-port", 54, 4000, "\x12\x34\x81\x80", false),
    ROW("dns-answer-to-port-53", 4000, 53, "\x12\x34\x81\x80", false),
    ROW("mdns-answer", 5353, 5353, "\0\0\x84\0", true),
    ROW("mdns-question", 5353, 5353, "\0\0\0\0", false),
    ROW("netbios-answer", 137, 137, "\x12\x34\x85\0", true),
    ROW("netbios-question", 137, 137, "\x12\x34\x01\x10", false),

    ROW("ntp-server", 123, 4000, "\x24\x02\x03\xe8", true),
    ROW("ntp-symmetric-passive", 123, 123, "\x22\x02", true),
    ROW("ntp-broadcast", 123, 4000, "\x25\x02", true),
    ROW("ntp-client", 123, 123, "\x23\0\x06\x20", false),
    ROW("ntp-symmetric-active", 123, 123, "\x21\x02", false),
    ROW("ntp-reserved-mode", 123, 4000, "\x20\x02", false),
    ROW("ntp-control-response", 123, 4000, "\x16\x82", true),
    ROW("ntp-control-request", 123, 4000, "\x16\x02", false),
    ROW("ntp-control-request-status", 123, 4000, "\x16\x01", false),
    ROW("ntp-private-response", 123, 4000, "\x97\0\x03\x2a", true),
    ROW("ntp-private-request", 123, 4000, "\x17\0\x03\x2a", false),
    ROW("ntp-private-request-with-sequence", 123, 4000, "\x17\x80\x03\x2a", false),
    ROW("ntp-control-response-of-old-version", 123, 4000, "\x8e\x02", false),
    ROW("ntp-cut", 123, 4000, "\x24", false),

    ROW("ssdp-answer", 1900, 4000, "HTTP/1.1 200 OK\r\n", true),
    ROW("ssdp-search", 1900, 4000, "M-SEARCH * HTTP/1.1\r\n", false),
    ROW("ssdp-notify", 1900, 1900, "NOTIFY * HTTP/1.1\r\n", false),
    ROW("ssdp-answer-cut", 1900, 4000, "HTTP/1.", true),
    ROW("ssdp-cut", 1900, 4000, "HTTP/1", false),
    ROW("sip-answer", 5060, 5060, "SIP/2.0 200 OK\r\n", true),
    ROW("sip-request", 5060, 5060, "OPTIONS sip:100@192.0.2.1 SIP/2.0\r\n", false),
    ROW("sip-cut", 5060, 5060, "SIP/2.0", false),

    ROW("memcached-stat", 11211, 4000, "\0\1\0\0\0\1\0\0STAT pid 1\r\n", true),
    ROW("memcached-value", 11211, 4000, "\0\1\0\0\0\1\0\0VALUE x 0 1\r\n", true),
    ROW("memcached-end", 11211, 4000, "\0\1\0\0\0\1\0\0END\r\n", true),
    ROW("memcached-version", 11211, 4000, "\0\1\0\0\0\1\0\0VERSION 1.6\r\n", true),
    ROW("memcached-error", 11211, 4000, "\0\1\0\0\0\1\0\0ERROR\r\n", true),
    ROW("memcached-request", 11211, 4000, "\0\1\0\0\0\1\0\0stats\r\n", false),
    ROW("memcached-get", 11211, 4000, "\0\1\0\0\0\1\0\0get x\r\n", false),
    ROW("memcached-cut", 11211, 4000, "\0\1\0\0\0\1\0\0STA", false),
    ROW("memcached-text-too-early", 11211, 4000, "STAT pid 123456", false),

    ROW("dns-opcode-8", 53, 4000, "\x12\x34\xc0\0", true),
    ROW("dns-opcode-9", 53, 4000, "\x12\x34\xc8\0", false),

    ROW("tftp-data", 69, 4000, "\0\3\0\1x", true),
    ROW("tftp-error", 69, 4000, "\0\5\0\1no\0", true),
    ROW("tftp-options", 69, 4000, "\0\6blksize\0", true),
    ROW("tftp-read-request", 69, 4000, "\0\1x\0octet\0", false),
    ROW("tftp-acknowledgement", 69, 4000, "\0\4\0\1", false),
    ROW("tftp-cut", 69, 4000, "\0", false),
    ROW("kerberos", 88, 1024, "\x7e", true),
    ROW("kerberos-to-low-port", 88, 1023, "\x7e", false),
    ROW("slp-reply", 427, 4000, "\2\2\0", true),
    ROW("slp-attributes", 427, 4000, "\2\7\0", true),
    ROW("slp-types", 427, 4000, "\2\12\0", true),
    ROW("slp-advertisement", 427, 427, "\2\13\0", true),
    ROW("slp-request", 427, 427, "\2\1\0", false),
    ROW("slp-types-request", 427, 4000, "\2\11\0", false),
    ROW("slp-version-1", 427, 4000, "\1\2\0", false),
    ROW("rip-response", 520, 520, "\2\2\0\0", true),
    ROW("rip-request", 520, 520, "\1\2\0\0", false),
    ROW("ipmi-answer", 623, 1024, "\6\0\xff\7", true),
    ROW("ipmi-to-low-port", 623, 623, "\6\0\xff\7", false),
    ROW("ipmi-other-version", 623, 4000, "\5\0\xff\7", false),

    ROW("dtls-hello", 443, 4000, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x30\2", true),
    ROW("dtls-hello-verify", 443, 4000, "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x30\3", true),
    ROW("dtls-client-hello", 443, 4000, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x30\1", false),
    ROW("dtls-cut", 443, 4000, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x30", false),
    ROW("quic-long-header", 443, 1024, "\xc0\0\0\0\1", true),
    ROW("quic-of-the-other-port", 8443, 4000, "\xc0\0\0\0\1", true),
    ROW("quic-short-header", 443, 4000, "\x40\0\0\0\1", false),
    ROW("quic-short-header-odd", 443, 4000, "\x41\0\0\0\1", false),
    ROW("quic-to-low-port", 443, 443, "\xc0\0\0\0\1", false),
    ROW("quic-empty", 443, 4000, "", false),

    ROW("isakmp-answer", 500, 4000, "12345678abcdefgh\0\x20\0\0\0\0\0\x1c\0\0\0\0", true),
    ROW("isakmp-to-low-port", 500, 500, "12345678abcdefgh\0\x20\0\0\0\0\0\x1c\0\0\0\0", false),
    ROW("isakmp-cut", 4500, 4000, "12345678abcdefgh\0\x20\0\0\0\0\0\x1c\0\0\0", false),
    ROW("openvpn-server-reset", 1194, 4000, "\x40", true),
    ROW("openvpn-acknowledgement", 1194, 4000, "\x28", true),
    ROW("openvpn-client-reset", 1194, 4000, "\x38", false),
    ROW("openvpn-empty", 1194, 4000, "", false),
    ROW("sql-browser-answer", 1434, 4000, "\5\x10\0Server", true),
    ROW("sql-browser-request", 1434, 4000, "\2", false),
    ROW("citrix", 1604, 4000, "x", true),
    ROW("l2tp-control", 1701, 4000, "\xc8\2\0\x14", true),
    ROW("l2tp-two-bytes", 1701, 4000, "\xc8\2", true),
    ROW("l2tp-data", 1701, 4000, "\x48\2\0\x14", false),
    ROW("l2tp-version-3", 1701, 4000, "\xc8\3\0\x14", false),
    ROW("l2tp-to-low-port", 1701, 80, "\xc8\2\0\x14", false),
    ROW("l2tp-cut", 1701, 4000, "\xc8", false),
    ROW("apple-desktop-answer", 3283, 4000, "\0\1\0\0\0\0", true),
    ROW("apple-desktop-request", 3283, 4000, "\0\x14\0\0\0", false),

    ROW("stun-success", 3478, 4000, "\1\1\0\0\x21\x12\xa4\x42", true),
    ROW("stun-error", 3478, 4000, "\1\x11\0\0\x21\x12\xa4\x42", true),
    ROW("stun-request", 3478, 4000, "\0\1\0\0\x21\x12\xa4\x42", false),
    ROW("stun-without-cookie", 3478, 4000, "\1\1\0\0\x21\x12\xa4\x43", false),
    ROW("stun-other-channel", 3478, 4000, "\x41\1\0\0\x21\x12\xa4\x42", false),
    ROW("stun-cut", 3478, 4000, "\1\1\0\0\x21\x12\xa4", false),
    ROW("coap-content", 5683, 4000, "\x60\x45\0\1", true),
    ROW("coap-not-found", 5683, 4000, "\x60\x84\0\1", true),
    ROW("coap-server-error", 5683, 4000, "\x60\xa0\0\1", true),
    ROW("coap-get", 5683, 5683, "\x40\1\0\1", false),
    ROW("coap-other-version", 5683, 4000, "\xa0\x45\0\1", false),
    ROW("coap-cut", 5683, 4000, "\x60\x45\0", false),
    ROW("bittorrent-response", 6881, 6881, "d1:rd2:id20:", true),
    ROW("bittorrent-error", 6881, 6881, "d1:eli201e", true),
    ROW("bittorrent-response-with-address", 6881, 6881, "d2:ip6:", true),
    ROW("bittorrent-query", 6881, 6881, "d1:ad2:id20:", false),
    ROW("ubiquiti-answer", 10001, 4000, "\1\0\0\x9b\2", true),
    ROW("ubiquiti-answer-2", 10001, 4000, "\2\6\0\x9b\2", true),
    ROW("ubiquiti-request", 10001, 4000, "\1\0\0\0", false),
    ROW("ubiquiti-other", 10001, 4000, "\3\0\0\0\0", false),

    ROW("game-info", 27015, 4000, "\xff\xff\xff\xffI\x11", true),
    ROW("game-old-info", 27015, 4000, "\xff\xff\xff\xffm", true),
    ROW("game-challenge", 27015, 4000, "\xff\xff\xff\xff\x41", true),
    ROW("game-question", 27015, 4000, "\xff\xff\xff\xffTSource", false),
    ROW("game-status", 27960, 4000, "\xff\xff\xff\xffstatusResponse\n", true),
    ROW("game-status-question", 27960, 4000, "\xff\xff\xff\xffgetstatus", false),
    ROW("game-cut", 27960, 4000, "\xff\xff\xff\xff", false),
    ROW("game-of-no-kind", 27960, 4000, "\xff\xff\xff\xfeI", false),
    ROW("plex", 32414, 4000, "HTTP/1.0 200 OK\r\n", true),
    ROW("jenkins", 33848, 4000, "<hudson><version>", true),
    ROW("jenkins-request", 33848, 4000, "\n", false),
    ROW("dvr-answer", 37810, 4000, "\x20\0\0\0DHIP", true),
    ROW("dvr-other", 37810, 4000, "\x20\0\0\0DHIQ", false),
    ROW("dvr-cut", 37810, 4000, "\x20\0\0\0DHI", false),

    ROW("qotd", 17, 1, "x", true),
    ROW("qotd-empty", 17, 4000, "", false),
    ROW("chargen", 19, 19, "!\"#$", true),
    ROW("chargen-empty", 19, 4000, "", false),
    ROW("discard", 9, 4000, "x", false),
    ROW("portmap", 111, 1024, "x", true),
    ROW("portmap-to-low-port", 111, 1023, "\0\0\0\1", false),
    ROW("portmap-empty", 111, 1024, "", false),
    ROW("snmp", 161, 1024, "\x30\x29", true),
    ROW("snmp-to-low-port", 161, 161, "\x30\x29", false),
    ROW("cldap", 389, 65535, "\x30\x84", true),
    ROW("cldap-to-low-port", 389, 389, "\x30\x84", false),
    ROW("ws-discovery", 3702, 3702, "<?xml", true),
    ROW("ws-discovery-to-low-port", 3702, 80, "<?xml", false),
    ROW("ws-discovery-empty", 3702, 3702, "", false),
    ROW("snmp-trap-port", 162, 4000, "\x30\x29", false),
    ROW("unknown-port", 4001, 4000, "HTTP/1.1 200 OK\r\n", false),
    ROW("port-0", 0, 4000, "\x12\x34\x81\x80", false),
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_packet_t p =
        udp_bytes("203.0.113.9", row->sport, "192.0.2.1", row->dport, row->payload, row->size);
    g_assert_cmpint(sn_is_udp_response(&p), ==, row->response);
}

/** Bytes that a cut packet does not have must not be read as facts, whatever lies behind them. */
static void check_only_valid_bytes_count(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        sn_packet_t p = udp_bytes("203.0.113.9", rows[i].sport, "192.0.2.1", rows[i].dport,
                                  rows[i].payload, rows[i].size);
        memset(p.head + p.head_len, 0xff, (size_t)(SN_HEAD_BYTES - p.head_len));
        g_test_message("%s", rows[i].name);
        g_assert_cmpint(sn_is_udp_response(&p), ==, rows[i].response);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/response/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_func("/response/only-valid-bytes-count", check_only_valid_bytes_count);
    return g_test_run();
}
