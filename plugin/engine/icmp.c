/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "icmp.h"

typedef struct {
    uint8_t role;  /* sn_icmp_role_t */
    uint16_t kind; /* of a query and its reply, or of an error */
} row_t;

/* By version and type, as each ICMP packet is looked up several times. Redirects and ICMPv6 "packet too big" are missing on
 * purpose: they tell a working sender how to send better and say nothing about whether anything listens. */
static const row_t rows_v4[UINT8_MAX + 1] = {
    [8] = {SN_ICMP_QUERY, SN_ICMP_ECHO},
    [0] = {SN_ICMP_REPLY, SN_ICMP_ECHO},
    [13] = {SN_ICMP_QUERY, SN_ICMP_TIMESTAMP},
    [14] = {SN_ICMP_REPLY, SN_ICMP_TIMESTAMP},
    [15] = {SN_ICMP_QUERY, SN_ICMP_INFORMATION},
    [16] = {SN_ICMP_REPLY, SN_ICMP_INFORMATION},
    [17] = {SN_ICMP_QUERY, SN_ICMP_ADDRESS_MASK},
    [18] = {SN_ICMP_REPLY, SN_ICMP_ADDRESS_MASK},
    [3] = {SN_ICMP_ERROR, SN_ICMP_UNREACHABLE},        /* destination unreachable */
    [11] = {SN_ICMP_ERROR, SN_ICMP_TIME_EXCEEDED},     /* time exceeded */
    [12] = {SN_ICMP_ERROR, SN_ICMP_PARAMETER_PROBLEM}, /* parameter problem */
};
static const row_t rows_v6[UINT8_MAX + 1] = {
    [128] = {SN_ICMP_QUERY, SN_ICMP_ECHO},
    [129] = {SN_ICMP_REPLY, SN_ICMP_ECHO},
    [1] = {SN_ICMP_ERROR, SN_ICMP_UNREACHABLE},       /* destination unreachable */
    [3] = {SN_ICMP_ERROR, SN_ICMP_TIME_EXCEEDED},     /* time exceeded */
    [4] = {SN_ICMP_ERROR, SN_ICMP_PARAMETER_PROBLEM}, /* parameter problem */
};

static const row_t *find(uint8_t version, uint8_t type)
{
    static const row_t none = {SN_ICMP_OTHER, 0};
    if (version == 4)
        return &rows_v4[type];
    return version == 6 ? &rows_v6[type] : &none;
}

sn_icmp_role_t sn_icmp_role(uint8_t version, uint8_t type)
{
    return (sn_icmp_role_t)find(version, type)->role;
}

uint16_t sn_icmp_kind(uint8_t version, uint8_t type)
{
    const row_t *row = find(version, type);
    return row->role != SN_ICMP_ERROR ? row->kind : 0;
}

uint16_t sn_icmp_error(uint8_t version, uint8_t type)
{
    const row_t *row = find(version, type);
    return row->role == SN_ICMP_ERROR ? row->kind : 0;
}

bool sn_icmp_is_time_exceeded(uint8_t version, uint8_t type)
{
    return type == (version == 4 ? 11 : 3); /* RFC 792, RFC 4443 */
}
