/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaigns.h"

#include <string.h>

enum {
    MEMBERS = 3, /* at least: two that look alike may do so by chance */
    /* In common, at least. Half of the world's scanners come for Telnet and nothing else. */
    COMMON_PORTS = 2,
    SHARED_PORTS = 8, /* of each member that shares the work, at least */
};

/** A scanner that may be of a campaign. */
typedef struct {
    sn_port_set_t ports;
    const sn_pair_t *flows;
    guint flow_count;
    guint scanner; /* its row */
    uint16_t traits;
    uint8_t tools; /* its row's, as the next: what is compared most lies together */
    bool v6;
    bool taken; /* is of one */
} candidate_t;

struct sn_campaigns {
    GArray *candidates;     /* candidate_t */
    const GArray *ports;    /* sn_port_row_t */
    const GArray *scanners; /* sn_scanner_row_t */
};

/** Compares two candidates with whom they would be in a campaign. */
typedef int (*compare_t)(const sn_campaigns_t *c, const candidate_t *a, const candidate_t *b);

/* --- Candidates ------------------------------------------------------------------------------ */

sn_campaigns_t *sn_campaigns_new(const GArray *ports, const GArray *scanners)
{
    sn_campaigns_t *c = g_new0(sn_campaigns_t, 1);
    c->candidates = g_array_new(FALSE, FALSE, sizeof(candidate_t));
    c->ports = ports;
    c->scanners = scanners;
    return c;
}

static candidate_t *candidate(const sn_campaigns_t *c, guint at)
{
    return &g_array_index(c->candidates, candidate_t, at);
}

static const sn_scanner_row_t *row_of(const sn_campaigns_t *c, const candidate_t *one)
{
    return &g_array_index(c->scanners, sn_scanner_row_t, one->scanner);
}

void sn_campaigns_add(sn_campaigns_t *campaigns, const sn_scanner_row_t *row, sn_port_set_t ports,
                      uint16_t traits, const sn_pair_t *flows, guint count)
{
    candidate_t one = {
        .ports = ports,
        .flows = flows,
        .flow_count = count,
        .scanner = campaigns->scanners->len,
        .traits = traits,
        .tools = row->tools,
        .v6 = row->address.version == 6,
    };
    g_array_append_val(campaigns->candidates, one);
}

/* --- Who is like whom ------------------------------------------------------------------------ */

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_headers(const candidate_t *a, const candidate_t *b)
{
    if (a->v6 != b->v6)
        return a->v6 - b->v6;
    return a->traits != b->traits ? a->traits - b->traits : a->tools - b->tools;
}

/** The same headers, and the same ports. */
static int compare_acts(const sn_campaigns_t *c, const candidate_t *a, const candidate_t *b)
{
    (void)c;
    int headers = compare_headers(a, b);
    if (headers != 0)
        return headers;
    if (a->ports.count != b->ports.count)
        return compare_numbers(a->ports.count, b->ports.count);
    return (a->ports.mark > b->ports.mark) - (a->ports.mark < b->ports.mark);
}

/** The same headers, and the same network: /24, or /48. */
static int compare_places(const sn_campaigns_t *c, const candidate_t *a, const candidate_t *b)
{
    enum { V4_BYTES = 3, V6_BYTES = 6 };
    int headers = compare_headers(a, b);
    if (headers != 0)
        return headers;
    const sn_addr_t *x = &row_of(c, a)->address, *y = &row_of(c, b)->address;
    return memcmp(x->bytes, y->bytes, x->version == 6 ? V6_BYTES : V4_BYTES);
}

/* --- Campaigns ------------------------------------------------------------------------------- */

/** Some candidates, by their numbers in the set. */
typedef struct {
    const sn_campaigns_t *campaigns;
    compare_t compare;
    GArray *numbers; /* guint */
} choice_t;

static candidate_t *chosen(const choice_t *choice, guint at)
{
    return candidate(choice->campaigns, g_array_index(choice->numbers, guint, at));
}

static int compare_chosen(const void *a, const void *b, void *data)
{
    const choice_t *choice = (const choice_t *)data;
    const sn_campaigns_t *c = choice->campaigns;
    const candidate_t *x = candidate(c, *(const guint *)a), *y = candidate(c, *(const guint *)b);
    int alike = choice->compare(c, x, y);
    return alike != 0 ? alike : sn_addr_compare(&row_of(c, x)->address, &row_of(c, y)->address);
}

static int compare_words(const void *a, const void *b)
{
    return compare_numbers(*(const uint32_t *)a, *(const uint32_t *)b);
}

/** Sorts words, and drops those that are there already. */
static void sort_words(GArray *words)
{
    guint kept = 0;
    uint32_t *all = (uint32_t *)(void *)words->data;
    g_array_sort(words, compare_words);
    for (guint i = 0; i < words->len; i++)
        if (kept == 0 || all[kept - 1] != all[i])
            all[kept++] = all[i];
    g_array_set_size(words, kept);
}

/** What some of the chosen came for, each once. @param services out @param targets out */
static void list_flows(const choice_t *choice, guint begin, guint end, GArray *services,
                       GArray *targets)
{
    for (guint i = begin; i < end; i++) {
        const candidate_t *one = chosen(choice, i);
        for (guint flow = 0; flow < one->flow_count; flow++) {
            const sn_pair_t *pair = &one->flows[flow];
            if (pair->key == 0)
                continue;
            const sn_port_row_t *port =
                &g_array_index(choice->campaigns->ports, sn_port_row_t, pair->key - 1);
            uint32_t service = sn_service(port->transport, port->port);
            g_array_append_val(services, service);
            g_array_append_val(targets, pair->value);
        }
    }
    sort_words(services);
    sort_words(targets);
}

/** Whether the ports of some of the chosen are what makes them a campaign.
 * @param ports how many different ones they have together */
static bool are_ports_right(const choice_t *choice, guint begin, guint end, bool shared,
                            guint ports)
{
    uint64_t all = 0;
    for (guint i = begin; i < end; i++)
        all += chosen(choice, i)->ports.count;
    return shared ? ports == all : ports == chosen(choice, begin)->ports.count;
}

static void add_row(const choice_t *choice, guint begin, guint end, bool shared, GArray *rows)
{
    GArray *services = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    list_flows(choice, begin, end, services, targets);
    guint target_count = targets->len;
    g_array_unref(targets);
    if (!are_ports_right(choice, begin, end, shared, services->len)) {
        g_array_unref(services);
        return;
    }
    sn_campaign_row_t row = {.services = services,
                             .shared = shared,
                             .members = g_array_new(FALSE, FALSE, sizeof(sn_addr_t))};
    for (guint i = begin; i < end; i++) {
        candidate_t *one = chosen(choice, i);
        const sn_scanner_row_t *scanner = row_of(choice->campaigns, one);
        const sn_count_t *count = &scanner->count;
        one->taken = true;
        g_array_append_val(row.members, scanner->address);
        row.techniques |= scanner->techniques;
        row.tools |= scanner->tools;
        sn_count_add(&row.count, &(sn_tapped_t){count->packets, count->first_us, count->last_us});
    }
    row.count.scanners = row.members->len;
    row.count.ports = services->len;
    row.count.targets = target_count;
    g_array_append_val(rows, row);
}

/** Finds the campaigns among those scanners that are of none yet and have enough ports.
 * @param shared the members of a campaign share the work: no port is two members' */
static void find(const sn_campaigns_t *c, compare_t compare, guint least_ports, bool shared,
                 GArray *rows)
{
    choice_t choice = {c, compare, g_array_new(FALSE, FALSE, sizeof(guint))};
    for (guint i = 0; i < c->candidates->len; i++)
        if (!candidate(c, i)->taken && candidate(c, i)->ports.count >= least_ports)
            g_array_append_val(choice.numbers, i);
    g_array_sort_with_data(choice.numbers, compare_chosen, &choice);
    for (guint begin = 0, end; begin < choice.numbers->len; begin = end) {
        end = begin + 1;
        while (end < choice.numbers->len &&
               compare(c, chosen(&choice, begin), chosen(&choice, end)) == 0)
            end++;
        if (end - begin >= MEMBERS)
            add_row(&choice, begin, end, shared, rows);
    }
    g_array_unref(choice.numbers);
}

static int compare_rows(const void *a, const void *b)
{
    const sn_campaign_row_t *x = (const sn_campaign_row_t *)a, *y = (const sn_campaign_row_t *)b;
    if (x->count.scanners != y->count.scanners)
        return compare_numbers(y->count.scanners, x->count.scanners);
    if (x->count.packets != y->count.packets)
        return x->count.packets < y->count.packets ? 1 : -1;
    return sn_addr_compare(&g_array_index(x->members, sn_addr_t, 0),
                           &g_array_index(y->members, sn_addr_t, 0));
}

void sn_campaigns_finish(sn_campaigns_t *campaigns, GArray *rows)
{
    find(campaigns, compare_acts, COMMON_PORTS, false, rows);
    find(campaigns, compare_places, SHARED_PORTS, true, rows);
    g_array_sort(rows, compare_rows);
    g_array_unref(campaigns->candidates);
    g_free(campaigns);
}
