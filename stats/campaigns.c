/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaigns.h"

#include <stdlib.h>
#include <string.h>

enum {
    MEMBERS = 3, /* at least: two that look alike may do so by chance */
    /* In common, at least. Half of the world's scanners come for Telnet and nothing else. */
    COMMON_PORTS = 2,
    SHARED_PORTS = 8, /* of each member that shares the work, at least */
};

/** What is kept of a scanner's flows. */
enum { PORTS, TARGETS, LISTS };

/** A scanner that may be of a campaign. */
typedef struct {
    sn_addr_t address;
    sn_count_t count;
    uint16_t traits, techniques;
    uint8_t tools;
    bool taken; /* is of one */
    struct {
        guint at, len;
    } list[LISTS]; /* in the set's words */
} candidate_t;

struct sn_campaigns {
    GArray *candidates;   /* candidate_t */
    GArray *words[LISTS]; /* uint32_t */
};

/** Compares two candidates with whom they would be in a campaign. */
typedef int (*compare_t)(const sn_campaigns_t *campaigns, const candidate_t *a,
                         const candidate_t *b);

/* --- Candidates ------------------------------------------------------------------------------ */

sn_campaigns_t *sn_campaigns_new(void)
{
    sn_campaigns_t *c = g_new0(sn_campaigns_t, 1);
    c->candidates = g_array_new(FALSE, FALSE, sizeof(candidate_t));
    for (int i = 0; i < LISTS; i++)
        c->words[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return c;
}

static candidate_t *candidate(const sn_campaigns_t *c, guint at)
{
    return &g_array_index(c->candidates, candidate_t, at);
}

static uint32_t *list_of(const sn_campaigns_t *c, const candidate_t *one, int list)
{
    return &g_array_index(c->words[list], uint32_t, one->list[list].at);
}

void sn_campaigns_add(sn_campaigns_t *campaigns, const sn_scanner_row_t *row, uint16_t traits)
{
    candidate_t one = {.address = row->address,
                       .count = row->count,
                       .traits = traits,
                       .techniques = row->techniques,
                       .tools = row->tools};
    for (int i = 0; i < LISTS; i++)
        one.list[i].at = campaigns->words[i]->len;
    g_array_append_val(campaigns->candidates, one);
}

void sn_campaigns_add_flow(sn_campaigns_t *campaigns, uint32_t service, uint32_t target)
{
    const uint32_t words[LISTS] = {[PORTS] = service, [TARGETS] = target};
    candidate_t *one = candidate(campaigns, campaigns->candidates->len - 1);
    for (int i = 0; i < LISTS; i++) {
        one->list[i].len++;
        g_array_append_val(campaigns->words[i], words[i]);
    }
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_words(const void *a, const void *b)
{
    return compare_numbers(*(const uint32_t *)a, *(const uint32_t *)b);
}

/** Sorts words and drops those that are there already. @return how many are left */
static guint sort_words(uint32_t *words, guint count)
{
    guint kept = 0;
    if (count > 0)
        qsort(words, count, sizeof words[0], compare_words);
    for (guint i = 0; i < count; i++)
        if (kept == 0 || words[kept - 1] != words[i])
            words[kept++] = words[i];
    return kept;
}

/* --- Who is like whom ------------------------------------------------------------------------ */

static int compare_headers(const candidate_t *a, const candidate_t *b)
{
    if (a->address.version != b->address.version)
        return a->address.version - b->address.version;
    return a->traits != b->traits ? a->traits - b->traits : a->tools - b->tools;
}

/** The same headers, and the same ports. */
static int compare_acts(const sn_campaigns_t *c, const candidate_t *a, const candidate_t *b)
{
    int headers = compare_headers(a, b);
    guint count = a->list[PORTS].len, other = b->list[PORTS].len;
    if (headers != 0 || count != other)
        return headers != 0 ? headers : compare_numbers(count, other);
    return memcmp(list_of(c, a, PORTS), list_of(c, b, PORTS), count * sizeof(uint32_t));
}

/** The same headers, and the same network: /24, or /48. */
static int compare_places(const sn_campaigns_t *c, const candidate_t *a, const candidate_t *b)
{
    (void)c;
    enum { V4_BYTES = 3, V6_BYTES = 6 };
    int headers = compare_headers(a, b);
    if (headers != 0)
        return headers;
    return memcmp(a->address.bytes, b->address.bytes,
                  a->address.version == 6 ? V6_BYTES : V4_BYTES);
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
    const candidate_t *x = candidate(choice->campaigns, *(const guint *)a);
    const candidate_t *y = candidate(choice->campaigns, *(const guint *)b);
    int alike = choice->compare(choice->campaigns, x, y);
    return alike != 0 ? alike : sn_addr_compare(&x->address, &y->address);
}

/** All that is in a list of some of the chosen, each once.
 * @param all out: how many there are, those in several lists counted in each */
static GArray *words_of(const choice_t *choice, guint begin, guint end, int list, guint *all)
{
    GArray *words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = begin; i < end; i++) {
        const candidate_t *one = chosen(choice, i);
        g_array_append_vals(words, list_of(choice->campaigns, one, list), one->list[list].len);
    }
    *all = words->len;
    g_array_set_size(words, sort_words((uint32_t *)(void *)words->data, words->len));
    return words;
}

static void add_row(const choice_t *choice, guint begin, guint end, bool shared, GArray *rows)
{
    guint all, visits;
    GArray *ports = words_of(choice, begin, end, PORTS, &all);
    if (shared &&
        ports->len < all) { /* they do not share the work, and do not do the same either */
        g_array_unref(ports);
        return;
    }
    sn_campaign_row_t row = {.services = ports,
                             .shared = shared,
                             .members = g_array_new(FALSE, FALSE, sizeof(sn_addr_t))};
    for (guint i = begin; i < end; i++) {
        candidate_t *one = chosen(choice, i);
        one->taken = true;
        g_array_append_val(row.members, one->address);
        row.techniques |= one->techniques;
        row.tools |= one->tools;
        sn_count_add(&row.count,
                     &(sn_tapped_t){one->count.packets, one->count.first_us, one->count.last_us});
    }
    row.count.scanners = row.members->len;
    row.count.ports = ports->len;
    GArray *targets = words_of(choice, begin, end, TARGETS, &visits);
    row.count.targets = targets->len;
    g_array_unref(targets);
    g_array_append_val(rows, row);
}

/** Finds the campaigns among those scanners that are of none yet and have enough ports.
 * @param shared the members of a campaign share the work: no port is two members' */
static void find(const sn_campaigns_t *c, compare_t compare, guint least_ports, bool shared,
                 GArray *rows)
{
    choice_t choice = {c, compare, g_array_new(FALSE, FALSE, sizeof(guint))};
    for (guint i = 0; i < c->candidates->len; i++)
        if (!candidate(c, i)->taken && candidate(c, i)->list[PORTS].len >= least_ports)
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
    for (guint i = 0; i < campaigns->candidates->len; i++) {
        candidate_t *one = candidate(campaigns, i);
        for (int list = 0; list < LISTS; list++)
            one->list[list].len = sort_words(list_of(campaigns, one, list), one->list[list].len);
    }
    find(campaigns, compare_acts, COMMON_PORTS, false, rows);
    find(campaigns, compare_places, SHARED_PORTS, true, rows);
    g_array_sort(rows, compare_rows);
    g_array_unref(campaigns->candidates);
    for (int i = 0; i < LISTS; i++)
        g_array_unref(campaigns->words[i]);
    g_free(campaigns);
}
