/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include "distinct.h"

#include <stdlib.h>
#include <string.h>

enum { PORTS = 1 << 16, SERVICES = (SN_TRANSPORT_IP + 1) * PORTS };

/* A mask of what a source, port or target was seen with: bits by index in sn_rows_t.trait, and the
 * IP versions behind. */
enum {
    TRAITS = 3, /* of each flow: technique, outcome, tool */
    OUTCOME_BIT = SN_TECHNIQUES,
    TOOL_BIT = OUTCOME_BIT + SN_OUTCOMES,
    VERSION_BIT = TOOL_BIT + SN_TOOLS,
};
G_STATIC_ASSERT(VERSION_BIT + 2 <= 32);
G_STATIC_ASSERT(SN_TECHNIQUES <= 16 && SN_TOOLS <= 8 && SN_PATTERNS <= 1 << 7);

/** What a port or target was seen with. */
typedef struct {
    uint32_t source; /* the last one: another one means that the pair is new */
    uint32_t mask;
} seen_t;

/** Scanners grouped by one thing. */
typedef struct {
    sn_group_name_t name_of; /* NULL: not at all */
    GHashTable *numbers;     /* name -> index of its row + 1 */
    uint32_t present;        /* of the present scanner's group; 0: it has none */
    GArray *ports, *targets; /* sn_pair_t: a group and its port, or target, once for each flow */
} group_work_t;

struct sn_sum {
    sn_rows_t *rows;
    sn_sum_config_t config;
    uint32_t *row_of_port; /* by service: index of its row + 1; 0: none yet */
    GArray *ports;         /* seen_t by row */
    seen_t *targets;       /* by host */
    sn_pair_t *pairs;      /* a port and its target, once for each flow */
    size_t pair_count;
    group_work_t groups[SN_GROUPINGS];
    uint32_t source;         /* the present one; 0: none yet */
    uint32_t mask;           /* of the present source */
    unsigned traits[TRAITS]; /* of the present flow */
    sn_scanner_sum_t *details;
};

/* --- Counts ---------------------------------------------------------------------------------- */

void sn_tapped_add(sn_tapped_t *to, const sn_tapped_t *more)
{
    if (more->packets == 0)
        return;
    if (to->packets == 0 || more->first_us < to->first_us)
        to->first_us = more->first_us;
    if (to->packets == 0 || more->last_us > to->last_us)
        to->last_us = more->last_us;
    to->packets += more->packets;
}

void sn_count_add(sn_count_t *to, const sn_tapped_t *more)
{
    sn_tapped_t sum = {to->packets, to->first_us, to->last_us};
    sn_tapped_add(&sum, more);
    to->packets = sum.packets;
    to->first_us = sum.first_us;
    to->last_us = sum.last_us;
}

static sn_tapped_t tapped_of(const sn_count_t *count)
{
    return (sn_tapped_t){count->packets, count->first_us, count->last_us};
}

/** Sets a bit. @return true when it was not set before */
static bool set_bit(uint32_t *mask, unsigned bit)
{
    bool is_new = !(*mask >> bit & 1);
    *mask |= 1U << bit;
    return is_new;
}

/* --- Groups of scanners ---------------------------------------------------------------------- */

static uint32_t number_of_group(sn_sum_t *s, sn_grouping_t by, const sn_addr_t *scanner)
{
    group_work_t *w = &s->groups[by];
    const char *name = w->name_of(scanner);
    if (!name)
        return 0;
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(w->numbers, name));
    if (number == 0) {
        sn_group_row_t row = {.name = g_strdup(name)};
        g_array_append_val(s->rows->groups[by], row);
        number = s->rows->groups[by]->len;
        g_hash_table_insert(w->numbers, row.name, GUINT_TO_POINTER(number));
    }
    return number;
}

static void begin_groups(sn_sum_t *s, const sn_addr_t *scanner)
{
    for (int by = 0; by < SN_GROUPINGS; by++)
        if (s->groups[by].name_of)
            s->groups[by].present = number_of_group(s, (sn_grouping_t)by, scanner);
}

/** Adds a scanner's sum to its groups. */
static void close_groups(sn_sum_t *s, const sn_tapped_t *sum)
{
    for (int by = 0; by < SN_GROUPINGS; by++) {
        if (s->groups[by].present == 0)
            continue;
        guint at = s->groups[by].present - 1;
        sn_count_t *count = &g_array_index(s->rows->groups[by], sn_group_row_t, at).count;
        sn_count_add(count, sum);
        count->scanners++;
    }
}

/** @param port_row 0 when the flow has no port, else one more than its row's index */
static void add_to_groups(sn_sum_t *s, uint32_t port_row, uint32_t target)
{
    for (int by = 0; by < SN_GROUPINGS; by++) {
        group_work_t *w = &s->groups[by];
        if (w->present == 0)
            continue;
        sn_pair_t port = {w->present - 1, port_row - 1}, host = {w->present - 1, target};
        g_array_append_val(w->targets, host);
        if (port_row != 0)
            g_array_append_val(w->ports, port);
    }
}

static void finish_groups(sn_sum_t *s, sn_grouping_t by)
{
    group_work_t *w = &s->groups[by];
    if (!w->name_of)
        return;
    GArray *rows = s->rows->groups[by];
    uint32_t *ports = sn_distinct((const sn_pair_t *)w->ports->data, w->ports->len, rows->len,
                                  s->rows->ports->len);
    uint32_t *targets = sn_distinct((const sn_pair_t *)w->targets->data, w->targets->len, rows->len,
                                    s->config.hosts + 1);
    for (guint i = 0; i < rows->len; i++) {
        sn_count_t *count = &g_array_index(rows, sn_group_row_t, i).count;
        count->ports = ports[i];
        count->targets = targets[i];
    }
    g_free(ports);
    g_free(targets);
    g_array_unref(w->ports);
    g_array_unref(w->targets);
    g_hash_table_unref(w->numbers);
}

/* --- Flows ----------------------------------------------------------------------------------- */

static bool has_port(const sn_entry_t *e)
{
    uint32_t transport = e->service / PORTS;
    return transport != SN_TRANSPORT_ICMP && transport != SN_TRANSPORT_IP;
}

static uint32_t port_row(sn_sum_t *s, uint32_t service)
{
    GArray *rows = s->rows->ports;
    if (s->row_of_port[service] == 0) {
        sn_port_row_t row = {.transport = (sn_transport_t)(service / PORTS),
                             .port = (uint16_t)(service % PORTS)};
        seen_t seen = {0};
        g_array_append_val(rows, row);
        g_array_append_val(s->ports, seen);
        s->row_of_port[service] = rows->len;
    }
    return s->row_of_port[service] - 1;
}

static void note_details(sn_sum_t *s, sn_scanner_row_t *row)
{
    sn_scanner_t totals;
    sn_scanner_sum_take(s->details, &totals);
    row->contacts = totals.contacts;
    row->pattern = totals.pattern & 0x7f;
    row->structured = totals.structured;
}

/** Adds what a scanner has come to, once all its flows are in. */
static void close_scanner(sn_sum_t *s)
{
    sn_rows_t *rows = s->rows;
    if (rows->scanners->len == 0)
        return;
    sn_scanner_row_t *scanner =
        &g_array_index(rows->scanners, sn_scanner_row_t, rows->scanners->len - 1);
    sn_tapped_t sum = tapped_of(&scanner->count);
    sn_count_add(&rows->scan, &sum);
    sn_count_add(&rows->version[scanner->address.version == 6], &sum);
    scanner->techniques = (uint16_t)(s->mask & ((1U << SN_TECHNIQUES) - 1));
    scanner->tools = (uint8_t)(s->mask >> TOOL_BIT & ((1U << SN_TOOLS) - 1));
    close_groups(s, &sum);
    if (s->details)
        note_details(s, scanner);
}

static sn_scanner_row_t *present_scanner(sn_sum_t *s, const sn_entry_t *e)
{
    GArray *rows = s->rows->scanners;
    if (s->source != e->source) {
        close_scanner(s);
        sn_scanner_row_t row = {.address = s->config.address_of(s->config.context, e->source),
                                .count.scanners = 1};
        g_array_append_val(rows, row);
        s->source = e->source;
        s->mask = 0;
        s->rows->scan.scanners++;
        s->rows->version[row.address.version == 6].scanners++;
        begin_groups(s, &row.address);
    }
    return &g_array_index(rows, sn_scanner_row_t, rows->len - 1);
}

/** @return index of the port's row + 1 */
static uint32_t add_port(sn_sum_t *s, const sn_entry_t *e, sn_scanner_row_t *scanner, bool v6)
{
    uint32_t at = port_row(s, e->service);
    sn_count_t *count = &g_array_index(s->rows->ports, sn_port_row_t, at).count;
    seen_t *seen = &g_array_index(s->ports, seen_t, at);
    sn_count_add(count, &e->tapped);
    count->ports = 1;
    if (seen->source != e->source) {
        seen->source = e->source;
        count->scanners++;
        scanner->count.ports++;
    }
    for (int i = 0; i < TRAITS; i++)
        s->rows->trait[s->traits[i]].ports += set_bit(&seen->mask, s->traits[i]);
    s->rows->version[v6].ports += set_bit(&seen->mask, VERSION_BIT + v6);
    s->pairs[s->pair_count++] = (sn_pair_t){at, e->target};
    return at + 1;
}

static void add_target(sn_sum_t *s, const sn_entry_t *e, sn_scanner_row_t *scanner, bool v6)
{
    seen_t *seen = &s->targets[e->target];
    if (seen->source != e->source) {
        seen->source = e->source;
        scanner->count.targets++;
    }
    if (seen->mask == 0) {
        s->rows->scan.targets++;
        s->rows->version[v6].targets++;
    }
    for (int i = 0; i < TRAITS; i++)
        s->rows->trait[s->traits[i]].targets += set_bit(&seen->mask, s->traits[i]);
}

static void note_traits(sn_sum_t *s, const sn_entry_t *e)
{
    s->traits[0] = e->technique;
    s->traits[1] = OUTCOME_BIT + (unsigned)e->outcome;
    s->traits[2] = TOOL_BIT + (unsigned)e->tool;
    for (int i = 0; i < TRAITS; i++) {
        sn_count_t *count = &s->rows->trait[s->traits[i]];
        sn_count_add(count, &e->tapped);
        count->scanners += set_bit(&s->mask, s->traits[i]);
    }
}

void sn_sum_add(sn_sum_t *sum, const sn_entry_t *entry)
{
    sn_scanner_row_t *scanner = present_scanner(sum, entry);
    bool v6 = scanner->address.version == 6;
    sn_count_add(&scanner->count, &entry->tapped);
    note_traits(sum, entry);
    add_target(sum, entry, scanner, v6);
    uint32_t port_row = has_port(entry) ? add_port(sum, entry, scanner, v6) : 0;
    add_to_groups(sum, port_row, entry->target);
    if (sum->details)
        sn_scanner_sum_add(sum->details, entry->target, entry->service, entry->tapped.packets);
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
    if (trait >= TOOL_BIT)
        return sn_tool_label((sn_tool_t)(trait - TOOL_BIT));
    if (trait >= OUTCOME_BIT)
        return sn_outcome_label((sn_outcome_t)(trait - OUTCOME_BIT));
    return sn_technique_label((sn_technique_t)trait);
}

size_t sn_rows_rank_traits(const sn_rows_t *rows, sn_trait_t kind, sn_trait_row_t ranked[SN_TRAITS])
{
    static const unsigned begin[] = {0, OUTCOME_BIT, TOOL_BIT, SN_TRAITS};
    size_t n = 0;
    for (unsigned trait = begin[kind]; trait < begin[kind + 1]; trait++)
        if (rows->trait[trait].packets > 0 && *label_of_trait(trait))
            ranked[n++] = (sn_trait_row_t){label_of_trait(trait), &rows->trait[trait]};
    qsort(ranked, n, sizeof ranked[0], compare_traits);
    return n;
}

static void count_targets_of_ports(sn_sum_t *s)
{
    GArray *ports = s->rows->ports;
    uint32_t *targets = sn_distinct(s->pairs, s->pair_count, ports->len, s->config.hosts + 1);
    for (guint i = 0; i < ports->len; i++)
        g_array_index(ports, sn_port_row_t, i).count.targets = targets[i];
    g_free(targets);
}

static void free_work(sn_sum_t *s)
{
    g_free(s->row_of_port);
    g_array_unref(s->ports);
    g_free(s->targets);
    g_free(s->pairs);
    sn_scanner_sum_free(s->details);
    g_free(s);
}

void sn_sum_finish(sn_sum_t *sum)
{
    sn_rows_t *rows = sum->rows;
    close_scanner(sum);
    count_targets_of_ports(sum);
    for (int by = 0; by < SN_GROUPINGS; by++) {
        finish_groups(sum, (sn_grouping_t)by);
        sort(rows->groups[by], sizeof(sn_group_row_t), compare_groups);
    }
    rows->scan.ports = rows->ports->len;
    rows->ipv6_scanner_prefixes = count_prefixes(rows->scanners);
    sort(rows->ports, sizeof(sn_port_row_t), compare_ports);
    sort(rows->scanners, sizeof(sn_scanner_row_t), compare_scanners);
    free_work(sum);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void free_group(void *row)
{
    g_free(((sn_group_row_t *)row)->name);
}

void sn_rows_init(sn_rows_t *rows)
{
    *rows = (sn_rows_t){
        .ports = g_array_new(FALSE, TRUE, sizeof(sn_port_row_t)),
        .scanners = g_array_new(FALSE, TRUE, sizeof(sn_scanner_row_t)),
    };
    for (int by = 0; by < SN_GROUPINGS; by++) {
        rows->groups[by] = g_array_new(FALSE, TRUE, sizeof(sn_group_row_t));
        g_array_set_clear_func(rows->groups[by], free_group);
    }
}

void sn_rows_clear(sn_rows_t *rows)
{
    g_array_unref(rows->ports);
    g_array_unref(rows->scanners);
    for (int by = 0; by < SN_GROUPINGS; by++)
        g_array_unref(rows->groups[by]);
    memset(rows, 0, sizeof *rows);
}

sn_sum_t *sn_sum_new(sn_rows_t *rows, const sn_sum_config_t *config)
{
    sn_sum_t *s = g_new0(sn_sum_t, 1);
    s->rows = rows;
    s->config = *config;
    s->row_of_port = g_new0(uint32_t, SERVICES);
    s->ports = g_array_new(FALSE, FALSE, sizeof(seen_t));
    s->targets = g_new0(seen_t, (gsize)config->hosts + 1);
    s->pairs = g_new(sn_pair_t, config->entries);
    s->details = config->details ? sn_scanner_sum_new() : NULL;
    for (int by = 0; by < SN_GROUPINGS; by++) {
        group_work_t *w = &s->groups[by];
        w->name_of = config->groupings[by];
        if (!w->name_of)
            continue;
        w->numbers = g_hash_table_new(g_str_hash, g_str_equal);
        w->ports = g_array_new(FALSE, FALSE, sizeof(sn_pair_t));
        w->targets = g_array_new(FALSE, FALSE, sizeof(sn_pair_t));
    }
    return s;
}
