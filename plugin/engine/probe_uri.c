/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe_uri.h"

#include <string.h>

#define WELL_KNOWN "/.well-known/probing.txt"

/** Whether a text begins so, in small letters or capitals, as schemes and hosts may. */
static bool has_scheme(const char *text, size_t length, const char *scheme)
{
    size_t n = strlen(scheme);
    return length > n && g_ascii_strncasecmp(text, scheme, n) == 0;
}

/** RFC 3986, 2: the characters that a URI is made of. */
static bool is_of_uri(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c));
}

/** RFC 9110, 4.2.2: an authority, here followed by the one path and nothing else. */
static bool is_https(const char *text, size_t length)
{
    static const char scheme[] = "https://";
    size_t before = strlen(scheme), path = strlen(WELL_KNOWN);
    if (!has_scheme(text, length, scheme) || length <= before + path)
        return false;
    size_t authority = length - before - path;
    return memcmp(text + length - path, WELL_KNOWN, path) == 0 &&
           strcspn(text + before, "/?#") == authority;
}

/** RFC 6068, 2: somebody to write to. */
static bool is_mailto(const char *text, size_t length)
{
    static const char scheme[] = "mailto:";
    if (!has_scheme(text, length, scheme))
        return false;
    size_t before = strlen(scheme), name = strcspn(text + before, "@?");
    return name > 0 && text[before + name] == '@' && before + name + 1 < length;
}

/** RFC 3966, 3: a global number, or a local one. */
static bool is_tel(const char *text, size_t length)
{
    static const char scheme[] = "tel:";
    if (!has_scheme(text, length, scheme))
        return false;
    const char *number = text + strlen(scheme);
    return g_ascii_isdigit(number[*number == '+']);
}

uint8_t sn_probe_uri_length(sn_bytes_t data)
{
    if (data.captured == 0 || !sn_probe_uri_may_begin(data.at[0]))
        return 0;
    const char *text = (const char *)data.at;
    size_t most = MIN(data.captured, (uint32_t)SN_PROBE_URI_MOST + 1), length = 0;
    while (length < most && is_of_uri(text[length]))
        length++;
    if (length == most || text[length] != '\0')
        return 0;
    bool is_one = is_https(text, length) || is_mailto(text, length) || is_tel(text, length);
    return is_one ? (uint8_t)length : 0;
}

uint8_t sn_probe_uri_in_options(sn_bytes_t *header)
{
    enum { BEFORE_OPTIONS = 2, PAD1 = 0, PADN = 1 };
    sn_bytes_t rest = *header;
    sn_bytes_skip(&rest, BEFORE_OPTIONS);
    while (rest.captured > 1) {
        bool alone = rest.at[0] == PAD1; /* the only one without a length */
        bool is_padding = rest.at[0] == PADN;
        sn_bytes_t option = rest;
        uint32_t size = alone ? 1 : rest.at[1] + 2U;
        if (!sn_bytes_skip(&rest, size))
            return 0;
        sn_bytes_cut(&option, size);
        uint8_t length = 0;
        if (is_padding && sn_bytes_skip(&option, 2))
            length = sn_probe_uri_length(option);
        if (length > 0) {
            *header = option;
            return length;
        }
    }
    return 0;
}
