/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_told.c: what was said of frames, and which of it holds no more. */
#include "lab.h"

#include "engine/told.h"

/** Feeds a packet that somebody looks at. */
static void show(lab_t *lab, sn_told_t *shown, sn_packet_t p)
{
    feed(lab, p);
    sn_told_note(shown, lab->engine, lab->frame, SN_TOLD_DETAILS, true);
}

static void check_nobody_asked(lab_t *lab, sn_told_t *shown)
{
    feed(lab, tcp(CLIENT, 4000, TARGET, 443, "S"));
    g_assert_true(sn_told_is_empty(shown));
    g_assert_true(sn_told_holds(shown, lab->engine));
    g_assert_cmpuint(sn_told_count_outdated(shown, lab->engine), ==, 0);
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 1));
}

/** A SYN is a scan until its answer comes; the SYN of a scan stays one. */
static void check_verdict_changes(lab_t *lab, sn_told_t *shown)
{
    show(lab, shown, tcp(SCANNER, 4000, TARGET, 1, "S"));
    show(lab, shown, tcp(CLIENT, 4000, TARGET, 443, "S"));
    g_assert_false(sn_told_is_empty(shown));
    g_assert_true(sn_told_holds(shown, lab->engine));
    show(lab, shown, tcp(TARGET, 443, CLIENT, 4000, "SA"));
    show(lab, shown, tcp(CLIENT, 4000, TARGET, 443, "A"));
    show(lab, shown, tcp(CLIENT, 4000, TARGET, 443, "A+"));
    g_assert_false(sn_told_holds(shown, lab->engine));
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 1));
    g_assert_true(sn_told_is_outdated(shown, lab->engine, 2));
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 3)); /* an answer is never noise */
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 5)); /* known to be none when it came */
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 0));
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 6));
}

/** A scan all the time, but unanswered at first and refused later. */
static void check_outcome_changes(lab_t *lab, sn_told_t *shown)
{
    show(lab, shown, tcp(SCANNER, 4000, TARGET, 1, "S"));
    show(lab, shown, tcp(TARGET, 1, SCANNER, 4000, "RA"));
    g_assert_true(sn_told_is_outdated(shown, lab->engine, 1));
    g_assert_cmpuint(sn_told_count_outdated(shown, lab->engine), ==, 1);
    g_assert_false(sn_told_holds(shown, lab->engine));
}

/** The same for who looks at the verdict alone: it is what it was. */
static void check_verdict_alone(lab_t *lab, sn_told_t *shown)
{
    feed(lab, tcp(SCANNER, 4000, TARGET, 1, "S"));
    sn_told_note(shown, lab->engine, 1, SN_TOLD_VERDICT, true);
    feed(lab, tcp(TARGET, 1, SCANNER, 4000, "RA"));
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 1));
    sn_told_note(shown, lab->engine, 1, SN_TOLD_DETAILS,
                 false); /* the details are looked at later only */
    g_assert_true(sn_told_holds(shown, lab->engine));
}

/** Asked for twice, a frame counts once; the first answer is not forgotten for the second. */
static void check_asked_again(lab_t *lab, sn_told_t *shown)
{
    show(lab, shown, tcp(SCANNER, 4000, TARGET, 1, "S"));
    sn_told_note(shown, lab->engine, 1, SN_TOLD_DETAILS, false);
    g_assert_true(sn_told_holds(shown, lab->engine));
    feed(lab, tcp(TARGET, 1, SCANNER, 4000, "RA"));
    sn_told_note(shown, lab->engine, 1, SN_TOLD_DETAILS, false);
    g_assert_cmpuint(sn_told_count_outdated(shown, lab->engine), ==, 1);
    g_assert_false(sn_told_left_out(shown));
}

/** A read filter gives the number of a frame that it leaves out to the next one. */
static void check_left_out(lab_t *lab, sn_told_t *shown)
{
    show(lab, shown, tcp(SCANNER, 4000, TARGET, 1, "S"));
    lab->frame--;
    show(lab, shown, tcp(TARGET, 1, SCANNER, 4000, "RA"));
    g_assert_true(sn_told_left_out(shown));
    g_assert_false(sn_told_is_outdated(shown, lab->engine, 1));
    g_assert_cmpuint(sn_told_count_outdated(shown, lab->engine), ==, 1);
    g_assert_false(sn_told_holds(shown, lab->engine));
}

static void check_totals(lab_t *lab, sn_told_t *shown)
{
    show(lab, shown, tcp(SCANNER, 4000, TARGET, 1, "S"));
    sn_told_note_totals(shown);
    g_assert_cmpuint(sn_told_count_outdated(shown, lab->engine), ==, 0);
    g_assert_false(sn_told_holds(shown, lab->engine));
}

typedef struct {
    const char *name;
    void (*check)(lab_t *lab, sn_told_t *shown);
} row_t;

static const row_t rows[] = {
    {"/told/nobody-asked", check_nobody_asked},
    {"/told/verdict-changes", check_verdict_changes},
    {"/told/outcome-changes", check_outcome_changes},
    {"/told/verdict-alone", check_verdict_alone},
    {"/told/asked-again", check_asked_again},
    {"/told/left-out", check_left_out},
    {"/told/totals", check_totals},
};

static void check(gconstpointer data)
{
    lab_t lab = lab_new();
    sn_told_t *shown = sn_told_new();
    ((const row_t *)data)->check(&lab, shown);
    sn_told_free(shown);
    sn_told_free(NULL);
    lab_free(&lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_test_add_data_func(rows[i].name, &rows[i], check);
    return g_test_run();
}
