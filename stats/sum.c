/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sum.h"

#include "distinct.h"

enum { PORTS = 1 << 16, SERVICES = (SN_TRANSPORT_IP + 1) * PORTS };

/* A mask of what a source, port or target was seen with: bits by index in sn_rows_t.trait, and the
 * IP versions behind. */
enum {
    TRAITS = 3, /* of each flow: technique, outcome, tool */
    VERSION_BIT = SN_TRAITS,
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
    scanner->tools = (uint8_t)(s->mask >> SN_TRAIT_TOOLS & ((1U << SN_TOOLS) - 1));
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
    s->traits[1] = SN_TRAIT_OUTCOMES + (unsigned)e->outcome;
    s->traits[2] = SN_TRAIT_TOOLS + (unsigned)e->tool;
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

/* --- Life ------------------------------------------------------------------------------------ */

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
    close_scanner(sum);
    count_targets_of_ports(sum);
    for (int by = 0; by < SN_GROUPINGS; by++)
        finish_groups(sum, (sn_grouping_t)by);
    sn_rows_rank(sum->rows);
    free_work(sum);
}
