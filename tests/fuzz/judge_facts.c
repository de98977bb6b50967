/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_facts: the engine as a program. Reads packet facts as text, one packet in a line, and prints
 * what a user would see of each frame once all are read. Lines on standard input:
 *
 *   engine [NAME=VALUE]...   begins anew, with limits, "home" (a list of prefixes) and "max_memory"
 *   packet [NAME=VALUE]...   the facts of one packet; what is not named is zero
 *   tunnel [NAME=VALUE]...   the facts of a UDP packet that carries the next one
 *   name CLIENT ADDRESS TIME a DNS answer has named an address to a client, in microseconds
 *   judge                    prints a line for each packet since "engine", and a line "end"
 *
 * A line of the answer is "-" for a packet that no initiator sent, else "-<TAB>reason" or
 * "backscatter<TAB>reason" or "scan<TAB>technique<TAB>outcome<TAB>reason". A line that is wrong ends
 * the program with status 1 and a message that names it. */
#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/inet.h"
#include "engine/reason.h"

/** A number that a line may set. */
typedef struct {
    const char *name;
    size_t offset, size;
} number_t;

#define NUMBER(type, member)                                                                       \
    {                                                                                              \
#member, offsetof(type, member), sizeof(((type *)0)->member)                               \
    }
#define NAMED(type, name, member)                                                                  \
    {                                                                                              \
        name, offsetof(type, member), sizeof(((type *)0)->member)                                  \
    }

static const number_t packet_numbers[] = {
    NUMBER(sn_packet_t, time_us),
    NUMBER(sn_packet_t, sport),
    NUMBER(sn_packet_t, dport),
    NUMBER(sn_packet_t, payload),
    NUMBER(sn_packet_t, ip_id),
    NUMBER(sn_packet_t, ttl),
    NUMBER(sn_packet_t, tcp_seq),
    NUMBER(sn_packet_t, tcp_ack),
    NUMBER(sn_packet_t, tcp_flags),
    NUMBER(sn_packet_t, tcp_window),
    NUMBER(sn_packet_t, tcp_mss),
    NUMBER(sn_packet_t, tcp_options),
    NUMBER(sn_packet_t, tcp_header_len),
    NUMBER(sn_packet_t, icmp_type),
    NUMBER(sn_packet_t, icmp_code),
    NUMBER(sn_packet_t, sctp_chunk),
    NUMBER(sn_packet_t, to_all),
    NUMBER(sn_packet_t, has_quote),
    NAMED(sn_packet_t, "quote_sport", quote.sport),
    NAMED(sn_packet_t, "quote_dport", quote.dport),
    NAMED(sn_packet_t, "quote_icmp_type", quote.icmp_type),
    {NULL, 0, 0},
};

static const number_t config_numbers[] = {
    NAMED(sn_config_t, "scanning_contacts", limits.scanning_contacts),
    NAMED(sn_config_t, "aborted_contacts", limits.aborted_contacts),
    NAMED(sn_config_t, "exposing_sources", limits.exposing_sources),
    NAMED(sn_config_t, "stream_packets", limits.stream_packets),
    NAMED(sn_config_t, "reuse_seconds", limits.reuse_seconds),
    NAMED(sn_config_t, "dark", limits.dark),
    NUMBER(sn_config_t, max_memory),
    {NULL, 0, 0},
};

/* --- Words of a line ------------------------------------------------------------------------- */

/** Stores a value in the member that the table has under this name. */
static bool set_number(void *record, const number_t *numbers, const char *name, const char *value)
{
    while (numbers->name && strcmp(numbers->name, name) != 0)
        numbers++;
    char *end;
    gint64 number = g_ascii_strtoll(value, &end, 0);
    if (!numbers->name || end == value || *end != '\0')
        return false;
    void *member = (char *)record + numbers->offset;
    if (numbers->size == 8)
        *(int64_t *)member = number;
    else if (numbers->size == 4)
        *(uint32_t *)member = (uint32_t)number;
    else if (numbers->size == 2)
        *(uint16_t *)member = (uint16_t)number;
    else
        *(uint8_t *)member = (uint8_t)number;
    return true;
}

static bool set_address(sn_addr_t *address, const char *value)
{
    uint8_t raw[16];
    if (inet_pton(AF_INET, value, raw) == 1)
        *address = sn_addr_v4(raw);
    else if (inet_pton(AF_INET6, value, raw) == 1)
        *address = sn_addr_v6(raw);
    else
        return false;
    return true;
}

static bool set_transport(sn_transport_t *transport, const char *value)
{
    static const char *const names[] = {
        [SN_TRANSPORT_TCP] = "tcp",   [SN_TRANSPORT_UDP] = "udp", [SN_TRANSPORT_ICMP] = "icmp",
        [SN_TRANSPORT_SCTP] = "sctp", [SN_TRANSPORT_IP] = "ip",
    };
    for (unsigned t = 0; t < G_N_ELEMENTS(names); t++) {
        if (strcmp(names[t], value) == 0) {
            *transport = (sn_transport_t)t;
            return true;
        }
    }
    return false;
}

/** The head of a UDP payload, in hexadecimal digits. */
static bool set_head(sn_packet_t *p, const char *value)
{
    p->head_len = 0;
    for (; value[0] && value[1] && p->head_len < SN_HEAD_BYTES; value += 2) {
        if (!g_ascii_isxdigit(value[0]) || !g_ascii_isxdigit(value[1]))
            return false;
        p->head[p->head_len++] =
            (uint8_t)(g_ascii_xdigit_value(value[0]) << 4 | g_ascii_xdigit_value(value[1]));
    }
    return *value == '\0';
}

static bool set_packet(void *record, const char *name, const char *value)
{
    sn_packet_t *p = (sn_packet_t *)record;
    if (strcmp(name, "src") == 0)
        return set_address(&p->src, value);
    if (strcmp(name, "dst") == 0)
        return set_address(&p->dst, value);
    if (strcmp(name, "quote_src") == 0)
        return set_address(&p->quote.src, value);
    if (strcmp(name, "quote_dst") == 0)
        return set_address(&p->quote.dst, value);
    if (strcmp(name, "transport") == 0)
        return set_transport(&p->transport, value);
    if (strcmp(name, "quote_transport") == 0)
        return set_transport(&p->quote.transport, value);
    if (strcmp(name, "head") == 0)
        return set_head(p, value);
    return set_number(p, packet_numbers, name, value);
}

static bool set_config(void *record, const char *name, const char *value)
{
    sn_config_t *config = (sn_config_t *)record;
    if (strcmp(name, "home") != 0)
        return set_number(config, config_numbers, name, value);
    g_clear_pointer(&config->home, g_array_unref);
    config->home = sn_prefixes_parse(value, NULL);
    return config->home != NULL;
}

/** Reads the NAME=VALUE words behind the first one. */
static bool read_words(char **words, void *record,
                       bool (*set)(void *record, const char *name, const char *value))
{
    for (words++; *words; words++) {
        char *value = strchr(*words, '=');
        if (!value)
            return false;
        *value = '\0';
        if (!set(record, *words, value + 1))
            return false;
    }
    return true;
}

/* --- Lines ----------------------------------------------------------------------------------- */

typedef struct {
    sn_engine_t *engine;
    uint32_t frames;
} session_t;

static bool begin(session_t *session, char **words)
{
    sn_config_t config = {.limits = SN_LIMITS_DEFAULT};
    bool right = read_words(words, &config, set_config);
    sn_engine_unref(session->engine);
    *session = (session_t){.engine = right ? sn_engine_new(&config) : NULL};
    if (config.home)
        g_array_unref(config.home);
    return right;
}

static bool observe(session_t *session, char **words)
{
    sn_packet_t p = {.frame = session->frames + 1};
    if (!session->engine || !read_words(words, &p, set_packet))
        return false;
    session->frames++;
    bool from_initiator;
    sn_engine_observe(session->engine, &p, &from_initiator);
    return true;
}

static bool note_tunnel(session_t *session, char **words)
{
    sn_packet_t carrier = {0};
    if (!session->engine || !read_words(words, &carrier, set_packet))
        return false;
    sn_engine_note_tunnel(session->engine, &carrier);
    return true;
}

static bool note_name(session_t *session, char **words)
{
    enum { CLIENT = 1, ADDRESS, TIME, WORDS };
    sn_addr_t client, named;
    if (!session->engine || g_strv_length(words) != WORDS || !set_address(&client, words[CLIENT]) ||
        !set_address(&named, words[ADDRESS]))
        return false;
    char *end;
    gint64 time_us = g_ascii_strtoll(words[TIME], &end, 10);
    if (end == words[TIME] || *end != '\0')
        return false;
    sn_engine_note_name(session->engine, &client, &named, time_us);
    return true;
}

static void print_frame(const session_t *session, uint32_t frame)
{
    bool from_initiator = false;
    uint32_t flow = sn_engine_flow_of(session->engine, frame, &from_initiator);
    if (flow == 0 || !from_initiator) {
        puts("-");
        return;
    }
    sn_flow_view_t view;
    sn_engine_view(session->engine, flow, &view);
    const char *reason = sn_reason_label(view.reason);
    if (view.verdict == SN_VERDICT_SCAN)
        printf("scan\t%s\t%s\t%s\n", sn_technique_label(view.technique),
               sn_outcome_label(view.outcome), reason);
    else
        printf("%s\t%s\n", view.verdict == SN_VERDICT_BACKSCATTER ? "backscatter" : "-", reason);
}

static bool judge(const session_t *session)
{
    if (!session->engine)
        return false;
    for (uint32_t frame = 1; frame <= session->frames; frame++)
        print_frame(session, frame);
    puts("end");
    return fflush(stdout) == 0;
}

static bool obey(session_t *session, char **words)
{
    if (!words[0])
        return false;
    if (strcmp(words[0], "engine") == 0)
        return begin(session, words);
    if (strcmp(words[0], "packet") == 0)
        return observe(session, words);
    if (strcmp(words[0], "tunnel") == 0)
        return note_tunnel(session, words);
    if (strcmp(words[0], "name") == 0)
        return note_name(session, words);
    return strcmp(words[0], "judge") == 0 && judge(session);
}

int main(void)
{
    enum { LONGEST = 4096 };
    char line[LONGEST];
    session_t session = {0};
    unsigned number = 0;
    bool right = true;
    while (right && fgets(line, sizeof line, stdin)) {
        number++;
        char **words = g_strsplit(g_strstrip(line), " ", -1);
        right = obey(&session, words);
        g_strfreev(words);
    }
    if (!right)
        fprintf(stderr, "judge_facts: line %u is wrong\n", number);
    sn_engine_unref(session.engine);
    return right ? 0 : 1;
}
