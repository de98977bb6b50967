/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* --- Life ------------------------------------------------------------------------------------ */

static void free_group(void *row)
{
    g_free(((sn_group_row_t *)row)->name);
}

static void free_campaign(void *row)
{
    g_array_unref(((sn_campaign_row_t *)row)->members);
    g_array_unref(((sn_campaign_row_t *)row)->services);
}

void sn_rows_init(sn_rows_t *rows)
{
    *rows = (sn_rows_t){
        .ports = g_array_new(FALSE, TRUE, sizeof(sn_port_row_t)),
        .scanners = g_array_new(FALSE, TRUE, sizeof(sn_scanner_row_t)),
        .campaigns = g_array_new(FALSE, TRUE, sizeof(sn_campaign_row_t)),
        .victims = g_array_new(FALSE, TRUE, sizeof(sn_victim_row_t)),
    };
    g_array_set_clear_func(rows->campaigns, free_campaign);
    for (int by = 0; by < SN_GROUPINGS; by++) {
        rows->groups[by] = g_array_new(FALSE, TRUE, sizeof(sn_group_row_t));
        g_array_set_clear_func(rows->groups[by], free_group);
    }
}

void sn_rows_clear(sn_rows_t *rows)
{
    g_array_unref(rows->ports);
    g_array_unref(rows->scanners);
    g_array_unref(rows->campaigns);
    g_array_unref(rows->victims);
    for (int by = 0; by < SN_GROUPINGS; by++)
        g_array_unref(rows->groups[by]);
    memset(rows, 0, sizeof *rows);
}

/* --- Ranking --------------------------------------------------------------------------------- */

static int by_packets(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int compare_ports(const void *a, const void *b)
{
    const sn_port_row_t *x = (const sn_port_row_t *)a, *y = (const sn_port_row_t *)b;
    if (x->count.packets != y->count.packets)
        return by_packets(x->count.packets, y->count.packets);
    if (x->transport != y->transport)
        return (int)x->transport - (int)y->transport;
    return x->port - y->port;
}

static int compare_scanners(const void *a, const void *b)
{
    const sn_scanner_row_t *x = (const sn_scanner_row_t *)a, *y = (const sn_scanner_row_t *)b;
    if (x->count.packets != y->count.packets)
        return by_packets(x->count.packets, y->count.packets);
    return sn_addr_compare(&x->address, &y->address);
}

static int compare_groups(const void *a, const void *b)
{
    const sn_group_row_t *x = (const sn_group_row_t *)a, *y = (const sn_group_row_t *)b;
    if (x->count.packets != y->count.packets)
        return by_packets(x->count.packets, y->count.packets);
    return strcmp(x->name, y->name);
}

static int compare_networks(const void *a, const void *b)
{
    const sn_group_row_t *x = (const sn_group_row_t *)a, *y = (const sn_group_row_t *)b;
    if (x->count.scanners != y->count.scanners)
        return x->count.scanners < y->count.scanners ? 1 : -1;
    return compare_groups(a, b);
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort(GArray *rows, size_t size, int (*compare)(const void *, const void *))
{
    if (rows->len > 0)
        qsort(rows->data, rows->len, size, compare);
}

static void swap(char *a, char *b, size_t size)
{
    char kept[MAX(sizeof(sn_port_row_t), sizeof(sn_scanner_row_t))];
    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

/** Brings the first rows to the front, in order, and leaves the others in none: the lists of most captures are long,
 * and a table shows some lines of them.
 * @param size   of a row, of ports or scanners
 * @param wanted how many; 0: all */
static void sort_first(GArray *rows, size_t size, guint wanted,
                       int (*compare)(const void *, const void *))
{
    if (wanted == 0 || wanted >= rows->len / 2) {
        sort(rows, size, compare);
        return;
    }
    guint room = 2 * wanted, next = wanted; /* from next on there is room for candidates */
    qsort(rows->data, room, size, compare);
    const char *last = rows->data + (wanted - 1) * size;
    for (guint i = room; i < rows->len; i++) {
        char *row = rows->data + i * size;
        if (compare(row, last) > 0)
            continue;
        swap(row, rows->data + next++ * size, size);
        if (next < room)
            continue;
        qsort(rows->data, room, size, compare);
        next = wanted;
    }
    qsort(rows->data, next, size, compare);
}

/** Orders networks, and drops those of one scanner, which are that scanner's row. */
static void rank_networks(GArray *rows)
{
    sort(rows, sizeof(sn_group_row_t), compare_networks);
    guint many = 0;
    while (many < rows->len && g_array_index(rows, sn_group_row_t, many).count.scanners > 1)
        many++;
    g_array_set_size(rows, many);
}

static uint32_t count_prefixes(const GArray *scanners)
{
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < scanners->len; i++) {
        const sn_addr_t *a = &g_array_index(scanners, sn_scanner_row_t, i).address;
        if (a->version == 6)
            g_array_append_val(prefixes, a->words[0]);
    }
    sort(prefixes, sizeof(uint64_t), compare_words);
    uint32_t count = 0;
    for (guint i = 0; i < prefixes->len; i++)
        count += i == 0 ||
                 g_array_index(prefixes, uint64_t, i) != g_array_index(prefixes, uint64_t, i - 1);
    g_array_unref(prefixes);
    return count;
}

static int compare_traits(const void *a, const void *b)
{
    const sn_trait_row_t *x = (const sn_trait_row_t *)a, *y = (const sn_trait_row_t *)b;
    if (x->count->packets != y->count->packets)
        return by_packets(x->count->packets, y->count->packets);
    return (x->count > y->count) - (x->count < y->count); /* as the enumeration has them */
}

static const char *label_of_trait(unsigned trait)
{
    if (trait >= SN_TRAIT_ASKED)
        return sn_asked_label((sn_asked_t)(trait - SN_TRAIT_ASKED));
    if (trait >= SN_TRAIT_KINDS)
        return sn_organisation_label((sn_organisation_t)(trait - SN_TRAIT_KINDS));
    if (trait >= SN_TRAIT_REASONS)
        return sn_reason_label((sn_reason_t)(SN_SCAN_REASON_FIRST + trait - SN_TRAIT_REASONS));
    if (trait >= SN_TRAIT_TOOLS)
        return sn_tool_label((sn_tool_t)(trait - SN_TRAIT_TOOLS));
    if (trait >= SN_TRAIT_OUTCOMES)
        return sn_outcome_label((sn_outcome_t)(trait - SN_TRAIT_OUTCOMES));
    return sn_technique_label((sn_technique_t)trait);
}

size_t sn_rows_rank_traits(const sn_rows_t *rows, sn_trait_t kind, sn_trait_row_t ranked[SN_TRAITS])
{
    static const unsigned begin[] = {0,
                                     SN_TRAIT_OUTCOMES,
                                     SN_TRAIT_TOOLS,
                                     SN_TRAIT_REASONS,
                                     SN_TRAIT_KINDS,
                                     SN_TRAIT_ASKED,
                                     SN_TRAITS};
    size_t n = 0;
    for (unsigned trait = begin[kind]; trait < begin[kind + 1]; trait++)
        if (rows->trait[trait].packets > 0 && *label_of_trait(trait))
            ranked[n++] = (sn_trait_row_t){label_of_trait(trait), &rows->trait[trait]};
    qsort(ranked, n, sizeof ranked[0], compare_traits);
    return n;
}

sn_count_t sn_rows_labelled(const sn_rows_t *rows)
{
    sn_count_t sum = {0};
    const GArray *groups = rows->groups[SN_GROUP_ORGANISATION];
    for (guint i = 0; i < groups->len; i++) {
        const sn_count_t *count = &g_array_index(groups, sn_group_row_t, i).count;
        sum.packets += count->packets;
        sum.scanners += count->scanners;
    }
    return sum;
}

void sn_rows_rank(sn_rows_t *rows, guint wanted)
{
    for (int by = 0; by < SN_GROUPINGS; by++)
        if (by != SN_GROUP_NETWORK)
            sort(rows->groups[by], sizeof(sn_group_row_t), compare_groups);
    rank_networks(rows->groups[SN_GROUP_NETWORK]);
    rows->scan.ports = rows->ports->len;
    rows->ipv6_scanner_prefixes = count_prefixes(rows->scanners);
    sort_first(rows->ports, sizeof(sn_port_row_t), wanted, compare_ports);
    sort_first(rows->scanners, sizeof(sn_scanner_row_t), wanted, compare_scanners);
}
