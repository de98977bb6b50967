/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_answer.c: what a flow of backscatter answers with, and from which service. */
#include "lab.h"

#include "engine/answer.h"

enum { FROM = 80, TO = 40000 };

/** Packets of one side that nobody here had asked, as scripts of packets.h. */
static const struct {
    const char *name;
    sn_transport_t transport;
    const char *script, *want; /* labels, a comma behind each */
    uint32_t service;
} scripts[] = {
    {"syn-ack", TCP, "SA", "SYN/ACK,", (uint32_t)TCP << 16 | FROM},
    {"syn-ack-and-rst", TCP, "SA R", "SYN/ACK,RST,", (uint32_t)TCP << 16 | FROM},
    /* whoever gets the SYN/ACK says so, which is not this side's */
    {"syn-ack-and-rst-back", TCP, "SA R<", "SYN/ACK,", (uint32_t)TCP << 16 | FROM},
    {"rst", TCP, "RA", "RST,", (uint32_t)TCP << 16 | FROM},
    {"rst-twice", TCP, "R R", "RST,", (uint32_t)TCP << 16 | FROM},
    {"middle", TCP, "PA+", "TCP data,", (uint32_t)TCP << 16 | FROM},
    {"udp", UDP, "answer", "UDP answer,", (uint32_t)UDP << 16 | FROM},
    {"init-ack", SCTP, "INIT-ACK", "SCTP INIT ACK,", (uint32_t)SCTP << 16 | FROM},
    {"abort", SCTP, "ABORT", "SCTP ABORT,", (uint32_t)SCTP << 16 | FROM},
    {"shutdown", SCTP, "COMPLETE", "SCTP SHUTDOWN COMPLETE,", (uint32_t)SCTP << 16 | FROM},
    {"other", IP, "any", "", (uint32_t)IP << 16},
};

/** ICMP messages, each alone. */
static const struct {
    const char *name;
    const char *from, *to;
    uint8_t type;
    const char *want;
} messages[] = {
    {"echo", SCANNER, TARGET, 0, "ICMP echo reply,"},
    {"echo-v6", "2001:db8:a::9", "2001:db8:b::1", 129, "ICMP echo reply,"},
    {"timestamp", SCANNER, TARGET, 14, "ICMP timestamp reply,"},
    {"information", SCANNER, TARGET, 16, "ICMP information reply,"},
    {"address-mask", SCANNER, TARGET, 18, "ICMP address mask reply,"},
    {"unreachable", SCANNER, TARGET, 3, "ICMP unreachable,"},
    {"unreachable-v6", "2001:db8:a::9", "2001:db8:b::1", 1, "ICMP unreachable,"},
    {"time-exceeded", SCANNER, TARGET, 11, "ICMP time exceeded,"},
    {"time-exceeded-v6", "2001:db8:a::9", "2001:db8:b::1", 3, "ICMP time exceeded,"},
    {"parameter-problem", SCANNER, TARGET, 12, "ICMP parameter problem,"},
};

static void assert_answers(const lab_t *lab, uint32_t flow, const char *want, uint32_t want_service)
{
    GString *labels = g_string_new(NULL);
    uint32_t service = 0;
    unsigned bits = sn_engine_answers(lab->engine, flow, &service);
    for (int answer = 0; answer < SN_ANSWERS; answer++)
        if (bits >> answer & 1)
            g_string_append_printf(labels, "%s,", sn_answer_label((sn_answer_t)answer));
    g_assert_cmpuint(bits >> SN_ANSWERS, ==, 0);
    g_assert_cmpstr(labels->str, ==, want);
    g_assert_cmphex(service, ==, want_service);
    g_string_free(labels, TRUE);
}

static void check_script(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    lab_t lab = lab_new();
    uint32_t flow = play(&lab, scripts[i].transport, scripts[i].script, SCANNER, FROM, TARGET, TO);
    assert_answers(&lab, flow, scripts[i].want, scripts[i].service);
    lab_free(&lab);
}

static void check_message(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    lab_t lab = lab_new();
    uint32_t flow = feed(&lab, icmp(messages[i].from, messages[i].to, messages[i].type, 7));
    assert_answers(&lab, flow, messages[i].want, (uint32_t)ICMP << 16);
    lab_free(&lab);
}

/** Errors of several kinds between two hosts are one flow. */
static void check_errors(void)
{
    lab_t lab = lab_new();
    feed(&lab, icmp(SCANNER, TARGET, 3, 0));
    uint32_t flow = feed(&lab, icmp(SCANNER, TARGET, 12, 0));
    assert_answers(&lab, flow, "ICMP unreachable,ICMP parameter problem,", (uint32_t)ICMP << 16);
    lab_free(&lab);
}

static void check_labels(void)
{
    for (int answer = 0; answer < SN_ANSWERS; answer++)
        g_assert_cmpstr(sn_answer_label((sn_answer_t)answer), !=, "");
    g_assert_cmpstr(sn_answer_label(SN_ANSWERS), ==, "");
}

static void add_case(const char *group, const char *name, size_t i, GTestDataFunc check)
{
    char *path = g_strdup_printf("/answer/%s/%s", group, name);
    g_test_add_data_func(path, GSIZE_TO_POINTER(i), check);
    g_free(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++)
        add_case("of", scripts[i].name, i, check_script);
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
        add_case("of", messages[i].name, i, check_message);
    g_test_add_func("/answer/errors", check_errors);
    g_test_add_func("/answer/labels", check_labels);
    return g_test_run();
}
