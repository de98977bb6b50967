/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "addr.h"

#include <string.h>

#include "inet.h"

int sn_addr_compare(const sn_addr_t *a, const sn_addr_t *b)
{
    if (a->version != b->version)
        return a->version < b->version ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool sn_addr_is_group(const sn_addr_t *a)
{
    if (a->version == 6)
        return a->bytes[0] == 0xff;
    return (a->bytes[0] & 0xf0) == 0xe0 || sn_addr_v4_number(a) == 0xffffffff;
}

static bool is_unspecified(const sn_addr_t *a)
{
    return a->words[0] == 0 && a->words[1] == 0;
}

static bool is_link_local(const sn_addr_t *a)
{
    if (a->version == 6)
        return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
    return a->bytes[0] == 169 && a->bytes[1] == 254;
}

bool sn_addr_is_link_scoped_at_all(const sn_addr_t *a)
{
    return sn_addr_is_group(a) || is_link_local(a) || is_unspecified(a);
}

bool sn_addr_is_private(const sn_addr_t *a)
{
    if (a->version == 6) {
        static const uint8_t loopback[16] = {[15] = 1};
        return (a->bytes[0] & 0xfe) == 0xfc || memcmp(a->bytes, loopback, sizeof loopback) == 0;
    }
    uint8_t first = a->bytes[0], second = a->bytes[1];
    return first == 10 || first == 127 || (first == 172 && (second & 0xf0) == 16) ||
           (first == 192 && second == 168) || (first == 100 && (second & 0xc0) == 64);
}

bool sn_addr_same_link(const sn_addr_t *a, const sn_addr_t *b)
{
    return a->version == 6 && b->version == 6 && a->words[0] == b->words[0];
}

bool sn_prefix_contains(const sn_prefix_t *prefix, const sn_addr_t *a)
{
    if (prefix->base.version != a->version)
        return false;
    unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
    if (memcmp(prefix->base.bytes, a->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return ((prefix->base.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

static bool parse_address(const char *text, sn_addr_t *address)
{
    uint8_t raw[16];
    if (inet_pton(AF_INET, text, raw) == 1)
        *address = sn_addr_v4(raw);
    else if (inet_pton(AF_INET6, text, raw) == 1)
        *address = sn_addr_v6(raw);
    else
        return false;
    return true;
}

static bool parse_bits(const char *text, unsigned most, uint8_t *bits)
{
    unsigned value = 0;
    const char *at = text;
    for (; g_ascii_isdigit(*at) && value <= most; at++)
        value = value * 10 + (unsigned)(*at - '0');
    *bits = (uint8_t)value;
    return at > text && *at == '\0' && value <= most;
}

bool sn_prefix_parse(char *text, sn_prefix_t *prefix)
{
    char *slash = strchr(text, '/');
    if (slash)
        *slash = '\0';
    bool is_address = parse_address(text, &prefix->base);
    if (slash)
        *slash = '/';
    if (!is_address)
        return false;
    unsigned most = prefix->base.version == 4 ? 32 : 128;
    prefix->bits = (uint8_t)most;
    return !slash || parse_bits(slash + 1, most, &prefix->bits);
}

GArray *sn_prefixes_parse(const char *text, char **error)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(sn_prefix_t));
    char **entries = g_strsplit_set(text ? text : "", ", \t\r\n", -1);
    for (char **e = entries; *e && list; e++) {
        if (**e == '\0')
            continue;
        char *copy = g_strdup(*e);
        sn_prefix_t prefix;
        if (sn_prefix_parse(copy, &prefix)) {
            g_array_append_val(list, prefix);
        } else {
            if (error)
                *error = g_strdup_printf("\"%.64s\" is neither an address nor a CIDR prefix", *e);
            g_array_unref(list);
            list = NULL;
        }
        g_free(copy);
    }
    g_strfreev(entries);
    return list;
}

bool sn_prefixes_contain(const GArray *prefixes, const sn_addr_t *a)
{
    for (guint i = 0; prefixes && i < prefixes->len; i++)
        if (sn_prefix_contains(&g_array_index(prefixes, sn_prefix_t, i), a))
            return true;
    return false;
}
