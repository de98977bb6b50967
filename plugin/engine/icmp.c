/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "icmp.h"

#include <stddef.h>

typedef struct {
    uint8_t version, type;
    sn_icmp_role_t role;
    uint16_t kind; /* of a query and its reply, or of an error */
} row_t;

/* Redirects and ICMPv6 "packet too big" are missing on purpose: they tell a working sender how to
 * send better and say nothing about whether anything listens. */
static const row_t rows[] = {
    {4, 8, SN_ICMP_QUERY, SN_ICMP_ECHO},
    {4, 0, SN_ICMP_REPLY, SN_ICMP_ECHO},
    {4, 13, SN_ICMP_QUERY, SN_ICMP_TIMESTAMP},
    {4, 14, SN_ICMP_REPLY, SN_ICMP_TIMESTAMP},
    {4, 15, SN_ICMP_QUERY, SN_ICMP_INFORMATION},
    {4, 16, SN_ICMP_REPLY, SN_ICMP_INFORMATION},
    {4, 17, SN_ICMP_QUERY, SN_ICMP_ADDRESS_MASK},
    {4, 18, SN_ICMP_REPLY, SN_ICMP_ADDRESS_MASK},
    {4, 3, SN_ICMP_ERROR, SN_ICMP_UNREACHABLE},        /* destination unreachable */
    {4, 11, SN_ICMP_ERROR, SN_ICMP_TIME_EXCEEDED},     /* time exceeded */
    {4, 12, SN_ICMP_ERROR, SN_ICMP_PARAMETER_PROBLEM}, /* parameter problem */
    {6, 128, SN_ICMP_QUERY, SN_ICMP_ECHO},
    {6, 129, SN_ICMP_REPLY, SN_ICMP_ECHO},
    {6, 1, SN_ICMP_ERROR, SN_ICMP_UNREACHABLE},       /* destination unreachable */
    {6, 3, SN_ICMP_ERROR, SN_ICMP_TIME_EXCEEDED},     /* time exceeded */
    {6, 4, SN_ICMP_ERROR, SN_ICMP_PARAMETER_PROBLEM}, /* parameter problem */
};

static const row_t *find(uint8_t version, uint8_t type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].version == version && rows[i].type == type)
            return &rows[i];
    return NULL;
}

sn_icmp_role_t sn_icmp_role(uint8_t version, uint8_t type)
{
    const row_t *row = find(version, type);
    return row ? row->role : SN_ICMP_OTHER;
}

uint16_t sn_icmp_kind(uint8_t version, uint8_t type)
{
    const row_t *row = find(version, type);
    return row && row->role != SN_ICMP_ERROR ? row->kind : 0;
}

uint16_t sn_icmp_error(uint8_t version, uint8_t type)
{
    const row_t *row = find(version, type);
    return row && row->role == SN_ICMP_ERROR ? row->kind : 0;
}

bool sn_icmp_is_time_exceeded(uint8_t version, uint8_t type)
{
    return type == (version == 4 ? 11 : 3); /* RFC 792, RFC 4443 */
}
