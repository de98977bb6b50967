/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_csv.c: cells that a reader of CSV gets back, and that a spreadsheet does not run. */
#include "stats/csv.h"

static const struct {
    const char *text, *cell;
} rows[] = {
    {"", ""},
    {"Example University", "Example University"},
    {"Other, Inc.", "\"Other, Inc.\""},
    {"a \"b\" c", "\"a \"\"b\"\" c\""},
    {"two\nlines", "\"two\nlines\""},
    {"=1+1", "'=1+1"},
    {"+1", "'+1"},
    {"-1", "'-1"},
    {"@SUM(1)", "'@SUM(1)"},
    {"\t=1", "'\t=1"},
    {"\r=1", "\"'\r=1\""},
    {"=HYPERLINK(\"x\",A1)", "\"'=HYPERLINK(\"\"x\"\",A1)\""},
    {"x;=1+1", "x;'=1+1"}, /* the next cell where semicolons are between cells */
    {"2001:db8::1", "2001:db8::1"},
    {"a=b - c", "a=b - c"},
    {"'=", "'="},
};

static void check_cells(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GString *row = g_string_new("before,");
        char *want = g_strconcat("before,", rows[i].cell, NULL);
        sn_csv_append(row, rows[i].text);
        g_assert_cmpstr(row->str, ==, want);
        g_string_free(row, TRUE);
        g_free(want);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/cells", check_cells);
    return g_test_run();
}
