/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_icmp.c: every ICMP and ICMPv6 type has the role and the kind that its RFC gives it. */
#include <glib.h>

#include "engine/icmp.h"

typedef struct {
    uint8_t version, type;
    sn_icmp_role_t role;
    uint16_t kind;
} row_t;

/* All types that are not SN_ICMP_OTHER. */
static const row_t rows[] = {
    {4, 0, SN_ICMP_REPLY, SN_ICMP_ECHO},
    {4, 3, SN_ICMP_ERROR, 0},
    {4, 8, SN_ICMP_QUERY, SN_ICMP_ECHO},
    {4, 11, SN_ICMP_ERROR, 0},
    {4, 12, SN_ICMP_ERROR, 0},
    {4, 13, SN_ICMP_QUERY, SN_ICMP_TIMESTAMP},
    {4, 14, SN_ICMP_REPLY, SN_ICMP_TIMESTAMP},
    {4, 15, SN_ICMP_QUERY, SN_ICMP_INFORMATION},
    {4, 16, SN_ICMP_REPLY, SN_ICMP_INFORMATION},
    {4, 17, SN_ICMP_QUERY, SN_ICMP_ADDRESS_MASK},
    {4, 18, SN_ICMP_REPLY, SN_ICMP_ADDRESS_MASK},
    {6, 1, SN_ICMP_ERROR, 0},
    {6, 3, SN_ICMP_ERROR, 0},
    {6, 4, SN_ICMP_ERROR, 0},
    {6, 128, SN_ICMP_QUERY, SN_ICMP_ECHO},
    {6, 129, SN_ICMP_REPLY, SN_ICMP_ECHO},
};

static void check_version(gconstpointer data)
{
    uint8_t version = (uint8_t)GPOINTER_TO_UINT(data);
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        row_t want = {version, (uint8_t)type, SN_ICMP_OTHER, 0};
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
            if (rows[i].version == version && rows[i].type == type)
                want = rows[i];
        g_test_message("version %u type %u", version, type);
        g_assert_cmpint(sn_icmp_role(version, (uint8_t)type), ==, want.role);
        g_assert_cmpint(sn_icmp_kind(version, (uint8_t)type), ==, want.kind);
    }
}

/** Neighbour discovery and multicast listeners are never noise: RFC 4861, RFC 2710, RFC 3810. */
static void check_neighbours(void)
{
    static const uint8_t types[] = {130, 131, 132, 133, 134, 135, 136, 137, 143};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        g_assert_cmpint(sn_icmp_role(6, types[i]), ==, SN_ICMP_OTHER);
}

/** A router's word on the way; "unreachable" may be the target's. */
static void check_time_exceeded(void)
{
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        g_assert_cmpint(sn_icmp_is_time_exceeded(4, (uint8_t)type), ==, type == 11);
        g_assert_cmpint(sn_icmp_is_time_exceeded(6, (uint8_t)type), ==, type == 3);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_data_func("/icmp/version-4", GUINT_TO_POINTER(4), check_version);
    g_test_add_data_func("/icmp/version-6", GUINT_TO_POINTER(6), check_version);
    g_test_add_data_func("/icmp/no-version", GUINT_TO_POINTER(0), check_version);
    g_test_add_func("/icmp/neighbours", check_neighbours);
    g_test_add_func("/icmp/time-exceeded", check_time_exceeded);
    return g_test_run();
}
