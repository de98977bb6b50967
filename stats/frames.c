/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"

/* No number begins with 0, as filters would take it for octal. */
#define FROM "frame\\.number\\s*(?:>=|ge\\b)\\s*([1-9][0-9]*)"
#define TO   "frame\\.number\\s*(?:<=|le\\b)\\s*([1-9][0-9]*)"

static bool read_number(const GMatchInfo *match, int group, uint32_t *number)
{
    guint64 value = 0;
    char *text = g_match_info_fetch(match, group);
    bool fits = g_ascii_string_to_unsigned(text, 10, 1, UINT32_MAX, &value, NULL);
    g_free(text);
    *number = (uint32_t)value;
    return fits;
}

bool sn_frames_parse(const char *filter, sn_frames_t *frames)
{
    if (!filter)
        return false;
    GMatchInfo *match = NULL;
    GRegex *pattern = g_regex_new("^\\s*" FROM "\\s*(?:&&|\\band\\b)\\s*" TO "\\s*$", G_REGEX_RAW,
                                  (GRegexMatchFlags)0, NULL);
    bool found = g_regex_match(pattern, filter, (GRegexMatchFlags)0, &match) &&
                 read_number(match, 1, &frames->first) && read_number(match, 2, &frames->last);
    g_match_info_free(match);
    g_regex_unref(pattern);
    return found;
}
