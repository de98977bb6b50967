/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_judge.c: DESIGN.md's verdict, a row for each rule and a near miss for each row. Links the
 * judge and nothing that remembers anything. */
#include <glib.h>

#include "engine/judge.h"

typedef struct {
    const char *name;
    sn_flow_facts_t flow;
    sn_source_facts_t source;
    sn_target_facts_t target;
    bool dark;
    sn_verdict_t want;
} row_t;

#define NOT_NOISE   SN_VERDICT_NOT_NOISE
#define SCAN        SN_VERDICT_SCAN
#define BACKSCATTER SN_VERDICT_BACKSCATTER
#define TALK        SN_OUTCOME_CONVERSATION

/* The numbers of the test's own limits: four contacts, twice the conversations, three sources. */
static const sn_limits_t limits = {.scanning_contacts = 4,
                                   .aborted_contacts = 2,
                                   .scanning_ratio = 2,
                                   .exposing_sources = 3,
                                   .stream_packets = 10};

/** A flow's facts: what is named, and inward. */
#define FLOW(...)                                                                                  \
    {                                                                                              \
        .inward = true, __VA_ARGS__                                                                \
    }

/** A source's: failed contacts, conversations, contacts of the same tail. */
#define BY(failures, talks, tails)                                                                 \
    {                                                                                              \
        .failed = failures, .conversations = talks, .same_tail = tails                             \
    }

/** Another's: aborted contacts among the failed ones, conversations. */
#define ABORTING(aborts, talks)                                                                    \
    {                                                                                              \
        .failed = aborts, .aborted = aborts, .conversations = talks                                \
    }

static const row_t rows[] = {
    /* 1: a response without a request */
    {"1/response", FLOW(.from_response = true), BY(0, 0, 0), .want = BACKSCATTER},
    {"1/response-of-a-scanner", FLOW(.from_response = true), BY(9, 0, 0), .want = BACKSCATTER},
    {"1/response-of-a-client", FLOW(.from_response = true), BY(0, 9, 0), .want = BACKSCATTER},
    {"1/response-outward", {.from_response = true}, BY(0, 0, 0), .want = NOT_NOISE},
    {"1/response-chatter", FLOW(.from_response = true, .chatter = true), BY(0, 0, 0),
     .want = NOT_NOISE},
    {"1/request", FLOW(.from_response = false), BY(1, 0, 0), .want = SCAN},

    /* 2: a conversation */
    {"2/conversation", FLOW(.outcome = TALK), BY(0, 1, 0), .want = NOT_NOISE},
    {"2/conversation-some-failed", FLOW(.outcome = TALK), BY(3, 1, 0), .want = NOT_NOISE},
    {"2/connected-is-none", FLOW(.outcome = SN_OUTCOME_CONNECTED), BY(1, 0, 0), .want = SCAN},

    /* 2: an answered ping */
    {"2/ping", FLOW(.outcome = TALK, .icmp_query = true), BY(0, 0, 0), .want = NOT_NOISE},
    {"2/ping-2-others", FLOW(.outcome = TALK, .icmp_query = true), BY(0, 0, 0),
     .target = {.other_scanners = 2}, .want = NOT_NOISE},
    {"2/ping-3-others", FLOW(.outcome = TALK, .icmp_query = true), BY(0, 0, 0),
     .target = {.other_scanners = 3}, .want = SCAN},
    {"2/ping-home", FLOW(.outcome = TALK, .icmp_query = true), BY(0, 0, 0),
     .target = {.home = true}, .want = SCAN},
    {"2/ping-by-client-home", FLOW(.outcome = TALK, .icmp_query = true), BY(1, 1, 0),
     .target = {.home = true, .other_scanners = 9}, .want = NOT_NOISE},
    {"2/ping-by-failing-client-home", FLOW(.outcome = TALK, .icmp_query = true), BY(2, 1, 0),
     .target = {.home = true}, .want = SCAN},
    {"2/other-than-ping-exposed", FLOW(.outcome = TALK), BY(0, 1, 0),
     .target = {.home = true, .other_scanners = 9}, .want = NOT_NOISE},
    {"2/ping-by-scanner", FLOW(.outcome = TALK, .icmp_query = true), BY(4, 0, 0), .want = SCAN},

    /* 3: a failed flow */
    {"3/unanswered", FLOW(.outcome = SN_OUTCOME_UNANSWERED), BY(1, 0, 0), .want = SCAN},
    {"3/refused", FLOW(.outcome = SN_OUTCOME_REFUSED), BY(1, 0, 0), .want = SCAN},
    {"3/unreachable", FLOW(.outcome = SN_OUTCOME_UNREACHABLE), BY(1, 0, 0), .want = SCAN},
    {"3/half-open", FLOW(.outcome = SN_OUTCOME_HALF_OPEN), BY(1, 0, 0), .want = SCAN},
    {"3/unanswered-ping", FLOW(.icmp_query = true), BY(1, 0, 0), .want = SCAN},
    {"3/client-1-1", FLOW(.outcome = SN_OUTCOME_REFUSED), BY(1, 1, 0), .want = NOT_NOISE},
    {"3/client-2-1", FLOW(.outcome = SN_OUTCOME_REFUSED), BY(2, 1, 0), .want = SCAN},
    {"3/client-2-2", FLOW(.outcome = SN_OUTCOME_REFUSED), BY(2, 2, 0), .want = NOT_NOISE},
    {"3/client-7-7", FLOW(.outcome = SN_OUTCOME_UNANSWERED), BY(7, 7, 0), .want = NOT_NOISE},
    {"3/client-8-7", FLOW(.outcome = SN_OUTCOME_UNANSWERED), BY(8, 7, 0), .want = SCAN},
    {"3/nobody", FLOW(.outcome = SN_OUTCOME_UNANSWERED), BY(0, 0, 0), .want = SCAN},

    /* 4: a scanning source */
    {"4/3-failed", FLOW(.outcome = TALK), BY(3, 0, 0), .want = NOT_NOISE},
    {"4/4-failed", FLOW(.outcome = TALK), BY(4, 0, 0), .want = SCAN},
    {"4/4-failed-2-talks", FLOW(.outcome = TALK), BY(4, 2, 0), .want = SCAN},
    {"4/4-failed-3-talks", FLOW(.outcome = TALK), BY(4, 3, 0), .want = NOT_NOISE},
    {"4/5-failed-3-talks", FLOW(.outcome = TALK), BY(5, 3, 0), .want = NOT_NOISE},
    {"4/6-failed-3-talks", FLOW(.outcome = TALK), BY(6, 3, 0), .want = SCAN},
    {"4/huge", FLOW(.outcome = TALK), BY(UINT32_MAX, UINT32_MAX, 0), .want = NOT_NOISE},
    {"4/huge-half", FLOW(.outcome = TALK), BY(0x7fffffff, 0x80000001, 0), .want = NOT_NOISE},
    {"4/outward", {.outcome = TALK}, BY(9, 0, 0), .want = NOT_NOISE},
    {"4/served", FLOW(.outcome = SN_OUTCOME_CONNECTED, .served = true), BY(4, 0, 0), .want = SCAN},
    {"4/tail", FLOW(.tail = true), BY(4, 0, 1), .want = SCAN},

    /* 5: never noise, and tails without evidence */
    {"5/served", FLOW(.outcome = SN_OUTCOME_CONNECTED, .served = true), BY(1, 0, 0),
     .want = NOT_NOISE},
    {"5/chatter", FLOW(.chatter = true), BY(9, 0, 9), .want = NOT_NOISE},
    {"5/from-middle", FLOW(.from_middle = true), BY(9, 0, 9), .want = NOT_NOISE},
    {"5/tail-3", FLOW(.tail = true), BY(0, 0, 3), .want = NOT_NOISE},
    {"5/tail-4", FLOW(.tail = true), BY(0, 0, 4), .want = SCAN},
    {"5/tail-3-refused", FLOW(.tail = true, .outcome = SN_OUTCOME_REFUSED), BY(3, 0, 3),
     .want = NOT_NOISE},
    {"5/no-tail-needs-none", FLOW(.tail = false), BY(0, 0, 0), .want = SCAN},
    {"5/tail-of-a-client", FLOW(.tail = true), BY(0, 1, 4), .want = NOT_NOISE},

    /* home networks and dark */
    {"home/outward", {.outcome = SN_OUTCOME_UNANSWERED}, BY(1, 0, 0), .want = NOT_NOISE},
    {"home/dark", FLOW(.outcome = TALK), BY(0, 1, 0), .target = {.home = true}, .dark = true,
     .want = SCAN},
    {"home/not-dark", FLOW(.outcome = TALK), BY(0, 1, 0), .target = {.home = true},
     .want = NOT_NOISE},
    {"home/dark-elsewhere", FLOW(.outcome = TALK), BY(0, 1, 0), .dark = true, .want = NOT_NOISE},
    /* 4: a source that aborts what answers */
    {"4/aborted-once", FLOW(.outcome = TALK), ABORTING(1, 0), .want = NOT_NOISE},
    {"4/aborted-twice", FLOW(.outcome = TALK), ABORTING(2, 1), .want = SCAN},
    {"4/aborted-but-talks-more", FLOW(.outcome = TALK), ABORTING(2, 2), .want = NOT_NOISE},
    {"4/aborted-thrice-talks-twice", FLOW(.outcome = TALK), ABORTING(3, 2), .want = NOT_NOISE},
    {"4/aborted-four-times", FLOW(.outcome = TALK), ABORTING(4, 2), .want = SCAN},

    {"home/dark-outward",
     {.outcome = TALK},
     BY(0, 1, 0),
     .target = {.home = true},
     .dark = true,
     .want = NOT_NOISE},
    {"home/dark-ping-2-others", FLOW(.outcome = TALK, .icmp_query = true), BY(0, 0, 0),
     .target = {.other_scanners = 2}, .dark = true, .want = NOT_NOISE},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_limits_t l = limits;
    l.dark = row->dark;
    g_assert_cmpint(sn_judge(&row->flow, &row->source, &row->target, &l), ==, row->want);
}

/** The edges move with the limits. */
static void check_limits_are_used(void)
{
    sn_limits_t l = {.scanning_contacts = 7, .scanning_ratio = 3, .exposing_sources = 5};
    g_assert_false(sn_is_scanning_source(&(sn_source_facts_t){.failed = 6}, &l));
    g_assert_true(sn_is_scanning_source(&(sn_source_facts_t){.failed = 7}, &l));
    sn_source_facts_t five_talks = {.failed = 14, .conversations = 5};
    g_assert_false(sn_is_scanning_source(&five_talks, &l));
    five_talks.failed = 15;
    g_assert_true(sn_is_scanning_source(&five_talks, &l));

    sn_flow_facts_t ping = FLOW(.outcome = TALK, .icmp_query = true);
    sn_source_facts_t nobody = {0};
    sn_target_facts_t target = {.other_scanners = 4};
    g_assert_cmpint(sn_judge(&ping, &nobody, &target, &l), ==, NOT_NOISE);
    target.other_scanners = 5;
    g_assert_cmpint(sn_judge(&ping, &nobody, &target, &l), ==, SCAN);

    sn_flow_facts_t tail = FLOW(.tail = true);
    sn_source_facts_t six = {.same_tail = 6}, seven = {.same_tail = 7};
    g_assert_cmpint(sn_judge(&tail, &six, &target, &l), ==, NOT_NOISE);
    g_assert_cmpint(sn_judge(&tail, &seven, &target, &l), ==, SCAN);
}

static void check_working_client(void)
{
    static const struct {
        uint32_t failed, talks;
        bool working;
    } sources[] = {{0, 0, false}, {0, 1, true}, {1, 1, true}, {2, 1, false}, {1, 0, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        sn_source_facts_t s = {.failed = sources[i].failed, .conversations = sources[i].talks};
        g_assert_cmpint(sn_is_working_client(&s), ==, sources[i].working);
    }
}

/** A working client is never a scanning source while the ratio asks for more than one to one. */
static void check_standings_exclude_each_other(void)
{
    for (uint32_t failed = 0; failed < 40; failed++) {
        for (uint32_t talks = 0; talks < 40; talks++) {
            sn_source_facts_t s = {.failed = failed, .conversations = talks};
            g_assert_false(sn_is_working_client(&s) && sn_is_scanning_source(&s, &limits));
        }
    }
}

static void check_outcome_labels(void)
{
    static const char *const labels[] = {"unanswered", "refused",   "unreachable",
                                         "half-open",  "connected", "conversation"};
    g_assert_cmpint(G_N_ELEMENTS(labels), ==, SN_OUTCOMES);
    for (int i = 0; i < SN_OUTCOMES; i++)
        g_assert_cmpstr(sn_outcome_label((sn_outcome_t)i), ==, labels[i]);
    g_assert_cmpstr(sn_outcome_label(SN_OUTCOMES), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/judge/rule-", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_func("/judge/limits-are-used", check_limits_are_used);
    g_test_add_func("/judge/working-client", check_working_client);
    g_test_add_func("/judge/standings-exclude-each-other", check_standings_exclude_each_other);
    g_test_add_func("/judge/outcome-labels", check_outcome_labels);
    return g_test_run();
}
