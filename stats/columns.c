/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "columns.h"

#define ELLIPSIS "…"

static int columns_of(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

/** The character at a place, which is moved behind it. */
static gunichar next(const char **at)
{
    gunichar c = g_utf8_get_char_validated(*at, -1);
    bool valid = c != (gunichar)-1 && c != (gunichar)-2;
    *at = valid ? g_utf8_next_char(*at) : *at + 1;
    return valid ? c : '?';
}

int sn_columns_of(const char *text)
{
    int columns = 0;
    while (*text)
        columns += columns_of(next(&text));
    return columns;
}

/** The beginning of a text that fits. @return its end; @param columns is what is left over */
static const char *fitting(const char *text, int *columns)
{
    for (const char *at = text; *at; text = at) {
        int taken = columns_of(next(&at));
        if (taken > *columns)
            break;
        *columns -= taken;
    }
    return text;
}

void sn_columns_append(GString *line, const char *text, int columns, bool to_the_right)
{
    int left = columns - sn_columns_of(text);
    if (left < 0) {
        left = columns - 1;
        g_string_append_len(line, text, fitting(text, &left) - text);
        g_string_append(line, ELLIPSIS);
        text = "";
        to_the_right = false;
    }
    if (!to_the_right)
        g_string_append(line, text);
    for (int i = 0; i < left; i++)
        g_string_append_c(line, ' ');
    if (to_the_right)
        g_string_append(line, text);
}

void sn_columns_append_bar(GString *line, double part, int columns)
{
    enum { FULL_BLOCK = 0x2588, EIGHTHS = 8 }; /* U+2589 is 7/8 of it, to U+258F */
    int eighths = (int)(part * columns * EIGHTHS + 0.5);
    if (part > 0 && eighths == 0)
        eighths = 1;
    for (; eighths >= EIGHTHS; eighths -= EIGHTHS)
        g_string_append_unichar(line, FULL_BLOCK);
    if (eighths > 0)
        g_string_append_unichar(line, (gunichar)(FULL_BLOCK + EIGHTHS - eighths));
}
