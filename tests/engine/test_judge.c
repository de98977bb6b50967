/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_judge.c: the rules of the verdict, one by one and in their order, with each number's both sides. Links nothing of
 * the engine but judge.c and reason.c. */
#include "engine/judge.h"

#include <glib.h>

typedef struct {
    const char *name;
    sn_flow_facts_t flow;
    sn_source_facts_t source;
    sn_target_facts_t target;
    sn_reason_t want;
    bool dark;
} row_t;

/* A flow that failed, or talked, between hosts of which nothing else is known. */
#define FAILED(...)                                                                                \
    {                                                                                              \
        .inward = true, .outcome = SN_OUTCOME_UNANSWERED, __VA_ARGS__                              \
    }
#define TALK(...)                                                                                  \
    {                                                                                              \
        .inward = true, .outcome = SN_OUTCOME_CONVERSATION, __VA_ARGS__                            \
    }
#define ANSWER(...)                                                                                \
    {                                                                                              \
        .inward = true, .from_response = true, __VA_ARGS__                                         \
    }

static const row_t rows[] = {
    /* 1: whatever its source and whoever made it */
    {"to-itself",
     FAILED(.own = SN_REASON_TO_ITSELF, .handmade = true),
     {0},
     {0},
     SN_REASON_TO_ITSELF,
     false},
    {"to-itself-outward", {.own = SN_REASON_TO_ITSELF}, {0}, {0}, SN_REASON_TO_ITSELF, false},
    {"not-inward", {.handmade = true}, {.impossible = true}, {0}, SN_REASON_NOT_INWARD, false},
    {"not-inward-link", {.own = SN_REASON_LINK_TRAFFIC}, {0}, {0}, SN_REASON_NOT_INWARD, false},
    {"link",
     FAILED(.own = SN_REASON_LINK_TRAFFIC, .handmade = true),
     {0},
     {0},
     SN_REASON_LINK_TRAFFIC,
     false},
    {"stream", FAILED(.own = SN_REASON_STREAM), {.failed = 9}, {0}, SN_REASON_STREAM, false},
    {"middle",
     FAILED(.own = SN_REASON_FROM_MIDDLE),
     {.failed = 9},
     {0},
     SN_REASON_FROM_MIDDLE,
     false},
    {"link-answer", ANSWER(.own = SN_REASON_LINK_TRAFFIC), {0}, {0}, SN_REASON_LINK_TRAFFIC, false},

    /* 2: responses */
    {"response", ANSWER(), {0}, {0}, SN_REASON_RESPONSE, false},
    {"response-of-a-scanner", ANSWER(), {.failed = 9}, {0}, SN_REASON_RESPONSE, false},
    {"response-talking", ANSWER(.talking = true), {0}, {0}, SN_REASON_TALKING, false},
    {"response-of-middle",
     ANSWER(.own = SN_REASON_FROM_MIDDLE),
     {0},
     {0},
     SN_REASON_FROM_MIDDLE,
     false},
    {"response-elsewhere",
     ANSWER(.own = SN_REASON_ELSEWHERE),
     {0},
     {0},
     SN_REASON_ELSEWHERE,
     false},
    {"reflection", FAILED(.reflected = true), {0}, {0}, SN_REASON_REFLECTION, false},
    {"reflection-middle",
     FAILED(.reflected = true, .own = SN_REASON_FROM_MIDDLE),
     {0},
     {0},
     SN_REASON_REFLECTION,
     false},
    {"reflection-link",
     FAILED(.reflected = true, .own = SN_REASON_LINK_TRAFFIC),
     {0},
     {0},
     SN_REASON_LINK_TRAFFIC,
     false},
    {"reflection-talking",
     FAILED(.reflected = true, .talking = true),
     {0},
     {0},
     SN_REASON_TALKING,
     false},
    {"odd-few",
     ANSWER(.odd_response = true),
     {.odd_responses = 3},
     {0},
     SN_REASON_OLD_CONNECTION,
     false},
    {"odd",
     ANSWER(.odd_response = true),
     {.odd_responses = 4, .other_responses = 3},
     {0},
     SN_REASON_ODD_RESPONSES,
     false},
    {"odd-as-many-others",
     ANSWER(.odd_response = true),
     {.odd_responses = 4, .other_responses = 4},
     {0},
     SN_REASON_OLD_CONNECTION,
     false},

    /* 3: made by hand; then 4: innocent reasons */
    {"by-hand",
     FAILED(.handmade = true),
     {.handmade = 1, .failed = 1},
     {0},
     SN_REASON_HANDMADE,
     false},
    {"by-hand-excused",
     FAILED(.handmade = true, .context = SN_REASON_NAMED),
     {0},
     {0},
     SN_REASON_HANDMADE,
     false},
    {"by-hand-outward",
     FAILED(.handmade = true, .outward = true),
     {0},
     {0},
     SN_REASON_HANDMADE,
     false},
    {"by-hand-talk", TALK(.handmade = true), {.handmade = 1}, {0}, SN_REASON_CONVERSATION, false},
    {"old",
     FAILED(.own = SN_REASON_OLD_CONNECTION),
     {.failed = 9},
     {0},
     SN_REASON_OLD_CONNECTION,
     false},
    {"elsewhere",
     FAILED(.own = SN_REASON_ELSEWHERE),
     {.failed = 9},
     {0},
     SN_REASON_ELSEWHERE,
     false},
    {"named", FAILED(.context = SN_REASON_NAMED), {.failed = 9}, {0}, SN_REASON_NAMED, false},

    /* 5: outward */
    {"outward", FAILED(.outward = true), {.failed = 90, .line = 24}, {0}, SN_REASON_OUTWARD, false},
    {"outward-line",
     FAILED(.outward = true),
     {.failed = 25, .line = 25},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"outward-aborts",
     FAILED(.outward = true),
     {.failed = 2, .aborted = 2},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"outward-talk", TALK(.outward = true), {.credit = 1}, {0}, SN_REASON_OUTWARD, false},

    /* 6: tails */
    {"tails-few",
     FAILED(.tail = true, .same_tail = 3),
     {.failed = 3},
     {0},
     SN_REASON_FEW_TAILS,
     false},
    {"tails", FAILED(.tail = true, .same_tail = 4), {0}, {0}, SN_REASON_TAILS, false},

    /* 7: scanning sources */
    {"failed-4", FAILED(), {.failed = 4}, {0}, SN_REASON_SCANNING_SOURCE, false},
    {"failed-3", FAILED(), {.failed = 3}, {0}, SN_REASON_STRANGER, false},
    {"failed-4-credit",
     FAILED(),
     {.failed = 4, .credit = 1, .line = 3},
     {0},
     SN_REASON_CLIENT,
     false},
    {"line-4-credit",
     FAILED(),
     {.failed = 4, .credit = 1, .line = 4},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"impossible",
     FAILED(),
     {.failed = 1, .credit = 9, .impossible = true},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"handmade-4",
     FAILED(),
     {.failed = 5, .credit = 12, .handmade = 4},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"handmade-3",
     FAILED(),
     {.failed = 4, .credit = 12, .handmade = 3},
     {0},
     SN_REASON_CLIENT,
     false},
    {"aborted-2",
     FAILED(),
     {.failed = 2, .aborted = 2, .credit = 1},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"aborted-1", FAILED(), {.failed = 1, .aborted = 1}, {0}, SN_REASON_STRANGER, false},
    {"aborted-2-credit-2",
     FAILED(),
     {.failed = 2, .aborted = 2, .credit = 2},
     {0},
     SN_REASON_CLIENT,
     false},

    /* 8: its conversations */
    {"follow-up", TALK(.follows = true), {.failed = 4}, {0}, SN_REASON_FOLLOW_UP, false},
    {"follow-up-of-nobody",
     TALK(.follows = true),
     {.failed = 3},
     {0},
     SN_REASON_CONVERSATION,
     false},
    {"scanner-talks", TALK(), {.failed = 4}, {0}, SN_REASON_CONVERSATION, false},

    /* 9: pings */
    {"ping", TALK(.ping = true), {0}, {.other_scanners = 2}, SN_REASON_CONVERSATION, false},
    {"ping-exposed", TALK(.ping = true), {0}, {.other_scanners = 3}, SN_REASON_EXPOSED_PING, false},
    {"ping-home", TALK(.ping = true), {0}, {.home = true}, SN_REASON_EXPOSED_PING, false},
    {"ping-of-client",
     TALK(.ping = true),
     {.credit = 1},
     {.home = true},
     SN_REASON_CONVERSATION,
     false},
    {"ping-of-scanner",
     TALK(.ping = true),
     {.credit = 1, .impossible = true},
     {.home = true},
     SN_REASON_EXPOSED_PING,
     false},

    /* 10: other conversations */
    {"talk", TALK(), {.credit = 1}, {0}, SN_REASON_CONVERSATION, false},
    {"talk-home", TALK(), {.credit = 1}, {.home = true}, SN_REASON_CONVERSATION, false},
    {"dark", TALK(), {.credit = 1}, {.home = true}, SN_REASON_DARK, true},
    {"dark-elsewhere", TALK(), {.credit = 1}, {0}, SN_REASON_CONVERSATION, true},
    {"served",
     {.inward = true, .served = true, .outcome = SN_OUTCOME_CONNECTED},
     {.failed = 1},
     {0},
     SN_REASON_CONVERSATION,
     false},
    {"served-scanner",
     {.inward = true, .served = true, .outcome = SN_OUTCOME_CONNECTED},
     {.failed = 4},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"served-dark",
     {.inward = true, .served = true, .outcome = SN_OUTCOME_CONNECTED},
     {.failed = 1},
     {.home = true},
     SN_REASON_DARK,
     true},

    /* 11 and 12 */
    {"client", FAILED(), {.failed = 1, .credit = 1}, {0}, SN_REASON_CLIENT, false},
    {"local", FAILED(.local = true), {.failed = 3}, {0}, SN_REASON_LOCAL, false},
    {"local-scanner", FAILED(.local = true), {.failed = 4}, {0}, SN_REASON_SCANNING_SOURCE, false},
    {"stranger", FAILED(), {.failed = 1}, {0}, SN_REASON_STRANGER, false},

    /* While a file is read */
    {"pending", FAILED(.pending = true), {.failed = 1}, {0}, SN_REASON_PENDING, false},
    {"pending-scanner",
     FAILED(.pending = true),
     {.failed = 4},
     {0},
     SN_REASON_SCANNING_SOURCE,
     false},
    {"pending-by-hand",
     FAILED(.pending = true, .handmade = true),
     {0},
     {0},
     SN_REASON_HANDMADE,
     false},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    sn_limits_t limits = SN_LIMITS_DEFAULT;
    limits.dark = row->dark;
    sn_reason_t said = sn_judge(&row->flow, &row->source, &row->target, &limits);
    g_assert_cmpstr(sn_reason_label(said), ==, sn_reason_label(row->want));
}

/** Each limit is the user's to set. */
static void check_limits(void)
{
    sn_limits_t l = {.scanning_contacts = 7, .aborted_contacts = 5, .exposing_sources = 2};
    g_assert_false(sn_is_scanning_source(&(sn_source_facts_t){.failed = 6}, false, &l));
    g_assert_true(sn_is_scanning_source(&(sn_source_facts_t){.failed = 7}, false, &l));
    g_assert_false(sn_is_scanning_source(&(sn_source_facts_t){.aborted = 4}, false, &l));
    g_assert_true(sn_is_scanning_source(&(sn_source_facts_t){.aborted = 5}, false, &l));
    sn_flow_facts_t ping = TALK(.ping = true);
    sn_source_facts_t nobody = {0};
    g_assert_cmpint(sn_judge(&ping, &nobody, &(sn_target_facts_t){.other_scanners = 2}, &l), ==,
                    SN_REASON_EXPOSED_PING);
}

/** Every reason has a name of its own and a verdict, and the innocent ones are no noise. */
static void check_reasons(void)
{
    g_assert_cmpstr(sn_reason_label(SN_REASON_NONE), ==, "");
    g_assert_cmpstr(sn_reason_label(SN_REASONS), ==, "");
    for (int i = 1; i < SN_REASONS; i++) {
        g_assert_cmpstr(sn_reason_label((sn_reason_t)i), !=, "");
        for (int j = 1; j < i; j++)
            g_assert_cmpstr(sn_reason_label((sn_reason_t)i), !=, sn_reason_label((sn_reason_t)j));
        if (i <= SN_REASON_REPETITION)
            g_assert_cmpint(sn_reason_verdict((sn_reason_t)i), ==, SN_VERDICT_NOT_NOISE);
    }
    g_assert_cmpint(sn_reason_verdict(SN_REASON_HANDMADE), ==, SN_VERDICT_SCAN);
    g_assert_cmpint(sn_reason_verdict(SN_REASON_RESPONSE), ==, SN_VERDICT_BACKSCATTER);
}

static void check_outcome_labels(void)
{
    for (int i = 0; i < SN_OUTCOMES; i++)
        g_assert_cmpstr(sn_outcome_label((sn_outcome_t)i), !=, "");
    g_assert_cmpstr(sn_outcome_label(SN_OUTCOMES), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/judge/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_free(path);
    }
    g_test_add_func("/judge/limits", check_limits);
    g_test_add_func("/judge/reasons", check_reasons);
    g_test_add_func("/judge/outcome-labels", check_outcome_labels);
    return g_test_run();
}
