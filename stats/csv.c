/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv.h"

#include <string.h>

/* What OWASP's page on CSV injection has a cell begin with that shall be text. Some spreadsheets
 * begin a cell after a semicolon as well. */
static const char formula[] = "=+-@\t\r";

static void append_cell(GString *row, const char *text)
{
    char before = ';';
    for (; *text; before = *text++) {
        if (before == ';' && strchr(formula, *text))
            g_string_append_c(row, '\'');
        if (*text == '"')
            g_string_append_c(row, '"');
        g_string_append_c(row, *text);
    }
}

void sn_csv_append(GString *row, const char *text)
{
    const char *quote = strpbrk(text, ",\"\r\n") ? "\"" : "";
    g_string_append(row, quote);
    append_cell(row, text);
    g_string_append(row, quote);
}
