/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_engine_credit.c: which contacts are to a source's credit, and which conversations follow what failed. */
#include "lab.h"

/* --- Credit ---------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sn_transport_t transport;
    const char *first, *second; /* two flows of one contact; NULL: one flow only */
    uint32_t credit;
} credit_row_t;

static const credit_row_t credits[] = {
    {"talk", TCP, "S SA< A A+", NULL, 1},
    {"twice-one-contact", TCP, "S SA< A A+ R", "S SA< A A+", 1},
    {"talk-after-refusal", TCP, "S RA<", "S SA< A A+", 1},
    {"talk-after-silence", TCP, "S", "S SA< A A+", 1},
    {"looked-half-open", TCP, "S SA<", "S SA< A A+", 0},
    {"looked-connected", TCP, "S SA< A", "S SA< A A+", 0},
    {"looked-and-lasted", TCP, "S SA< A R",
     "S SA< A A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ "
     "A+",
     1},
    {"looked-and-not-quite-lasted", TCP, "S SA< A R",
     "S SA< A A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+ A+",
     0},
    {"ping", ICMP, "ping pong<", NULL, 0},
    {"udp", UDP, "q a<", NULL, 1},
    {"sctp", SCTP, "INIT INIT-ACK< COOKIE COOKIE-ACK< DATA", NULL, 1},
};

static void check_credit(gconstpointer data)
{
    const credit_row_t *row = (const credit_row_t *)data;
    lab_t lab = lab_new();
    uint32_t flow = play(&lab, row->transport, row->first, CLIENT, 4000, TARGET, 80);
    if (row->second)
        flow = play(&lab, row->transport, row->second, CLIENT, 4001, TARGET, 80);
    g_assert_cmpuint(facts_of(&lab, flow).credit, ==, row->credit);
    lab_free(&lab);
}

/* --- Follow-ups ------------------------------------------------------------------------------ */

/** A conversation of a scanning source follows where its port failed at four targets, or its target at four ports. */
static void check_follow_up_of_a_line(void)
{
    lab_t lab = lab_new();
    uint32_t grab = play(&lab, TCP, "S SA< A A+ A+<", SCANNER, 4000, OTHER, 80);
    uint32_t elsewhere = play(&lab, TCP, "S SA< A A+ A+<", SCANNER, 4000, OTHER, 443);
    sweep(&lab, SCANNER, 80, 3);
    g_assert_cmpstr(reason_of(&lab, grab), ==, "conversation");
    sweep(&lab, SCANNER, 80, 4);
    /* A handshake makes a connect of a SYN, so the technique is another one than that of the failures. */
    for (unsigned n = 1; n <= 4; n++) {
        g_assert_cmpstr(reason_of(&lab, grab), ==, "conversation");
        char *target = g_strdup_printf("198.51.100.%u", 100 + n);
        sn_packet_t p = tcp(SCANNER, 4000, target, 80, "S");
        p.tcp_options |= SN_TCPOPT_SACK_PERMITTED;
        feed(&lab, p);
        g_free(target);
    }
    g_assert_cmpstr(reason_of(&lab, grab), ==, "follow-up");
    g_assert_cmpstr(outcome_of(&lab, grab), ==, "conversation");
    g_assert_cmpstr(reason_of(&lab, elsewhere), ==, "conversation");
    lab_free(&lab);
}

/** And where an earlier flow of its contact failed. */
static void check_follow_up_of_a_failure(void)
{
    lab_t lab = lab_new();
    sweep(&lab, SCANNER, 99, 4);
    play(&lab, TCP, "S SA< A R", SCANNER, 4000, OTHER, 80);
    uint32_t grab = play(&lab, TCP, "S SA< A A+ A+<", SCANNER, 4001, OTHER, 80);
    uint32_t other = play(&lab, TCP, "S SA< A A+ A+<", SCANNER, 4001, OTHER, 81);
    g_assert_cmpstr(reason_of(&lab, grab), ==, "follow-up");
    g_assert_cmpstr(reason_of(&lab, other), ==, "conversation");
    lab_free(&lab);
}

/** And where four contacts met tails of its technique. */
static void check_follow_up_of_tails(void)
{
    lab_t lab = lab_new();
    sweep(&lab, SCANNER, 99, 4);
    for (uint16_t n = 1024; n < 1027; n++)
        feed(&lab, udp(SCANNER, 1023, TARGET, n));
    uint32_t talk = play(&lab, UDP, "question answer<", SCANNER, 4000, OTHER, 5000);
    g_assert_cmpstr(reason_of(&lab, talk), ==, "conversation");
    feed(&lab, udp(SCANNER, 1023, TARGET, 1027));
    g_assert_cmpstr(reason_of(&lab, talk), ==, "follow-up");
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(credits); i++)
        add_row("engine/credit", credits[i].name, &credits[i], check_credit);
    g_test_add_func("/engine/follow-up/line", check_follow_up_of_a_line);
    g_test_add_func("/engine/follow-up/failure", check_follow_up_of_a_failure);
    g_test_add_func("/engine/follow-up/tails", check_follow_up_of_tails);
    return g_test_run();
}
