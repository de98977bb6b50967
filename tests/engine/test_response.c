/* SPDX-License-Identifier: GPL-2.0-or-later */
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
