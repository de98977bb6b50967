/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "shown.h"

#include <glib.h>
#include <stdbool.h>

static bool prints(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return g_unichar_isprint(c) && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/** Appends the first character of the text, or byte that is none, as it is shown.
 * @return the rest of the text */
static const char *append(GString *to, const char *text)
{
    gunichar c = g_utf8_get_char_validated(text, -1);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        g_string_append_printf(to, "\\x%02x", (unsigned)(guchar)*text);
        return text + 1;
    }
    if (prints(c))
        g_string_append_unichar(to, c);
    else
        g_string_append_printf(to, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
    return g_utf8_next_char(text);
}

char *sn_shown(const char *text, unsigned most)
{
    GString *shown = g_string_new(NULL);
    while (*text && (most == SN_SHOWN_WHOLE || g_utf8_strlen(shown->str, -1) <= (glong)most))
        text = append(shown, text);
    if (most != SN_SHOWN_WHOLE && g_utf8_strlen(shown->str, -1) > (glong)most) {
        const char *end = g_utf8_offset_to_pointer(shown->str, (glong)most);
        g_string_truncate(shown, (gsize)(end - shown->str));
        g_string_append(shown, "…");
    }
    return g_string_free(shown, FALSE);
}
