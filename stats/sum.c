/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sum.h"

#include "campaigns.h"
#include "distinct.h"
#include "engine/pool.h"
#include "groups.h"

enum { PORTS = 1 << 16, SERVICES = (SN_TRANSPORT_SCTP + 1) * PORTS }; /* of transports with ports */

/* A mask of what a source, port or target was seen with: bits by index in sn_rows_t.trait, and the
 * IP versions behind. */
enum {
    TRAITS = 6, /* of each flow: technique, outcome, tool, reason, asked; of its source: kind */
    VERSION_BIT = SN_TRAITS,
};
G_STATIC_ASSERT(VERSION_BIT + 2 <= 64);

/** What a source has come to so far. */
typedef struct {
    sn_tapped_t tapped;
    uint64_t mask;   /* what it was seen with; 0: nothing so far */
    uint32_t at;     /* where its newest pair is; before the first flow, where its pairs end */
    uint16_t traits; /* of its TCP probes; 0: none so far */
    bool mixed;      /* not all have the same ones */
    uint8_t kind;    /* sn_organisation_t, once it was seen */
} source_t;

/** What a port or target was seen with. */
typedef struct {
    uint64_t mask;
    uint32_t source; /* the last one in the walk by source: another one makes a new pair */
} seen_t;

/** A flow's traits, as indexes in sn_rows_t.trait. */
typedef struct {
    unsigned at[TRAITS];
    uint64_t mask; /* the same as bits */
} traits_t;

/** Packets of flows that have all traits in common, not yet counted for each trait: there are few such
 * combinations in a capture. */
typedef struct {
    uint64_t key; /* see key_of(); 0: no flows so far */
    traits_t traits;
    sn_tapped_t tapped;
} alike_t;

enum { ALIKE_BITS = 6, ALIKE = 1 << ALIKE_BITS }; /* combinations at a time */

struct sn_sum {
    sn_rows_t *rows;
    sn_sum_config_t config;
    uint32_t *row_of_port; /* by service: index of its row + 1; 0: none yet */
    seen_t *ports;         /* by row; as long as there are services, of which few are touched */
    seen_t *targets;       /* by host */
    source_t *sources;     /* by host, and one more: where the last one's pairs end */
    /* A service and its target for each flow, by source; those of a source from the newest to the oldest.
     * Target 0: no flow, as one of the source's was announced and not added. NULL before the first. */
    sn_pair_t *pairs;
    size_t pair_count;
    sn_groups_t *groups;
    sn_scanner_sum_t *details;
    sn_campaigns_t *campaigns;
    alike_t alike[ALIKE];
};

/** @param kind of its source */
static traits_t traits_of(const sn_entry_t *e, unsigned kind)
{
    traits_t traits = {.at = {e->technique, SN_TRAIT_OUTCOMES + (unsigned)e->outcome,
                              SN_TRAIT_TOOLS + (unsigned)e->tool,
                              SN_TRAIT_REASONS + (unsigned)e->reason, SN_TRAIT_KINDS + kind,
                              SN_TRAIT_ASKED + (unsigned)e->asked}};
    for (int i = 0; i < TRAITS; i++)
        traits.mask |= UINT64_C(1) << traits.at[i];
    return traits;
}

/** The same in one word, cheaply, as each flow needs it. @return never 0 */
static uint64_t key_of(const sn_entry_t *e, uint8_t kind)
{
    return UINT64_C(1) << 48 | (uint64_t)e->technique << 40 | (uint64_t)e->outcome << 32 |
           (uint64_t)e->tool << 24 | (uint64_t)e->reason << 16 | (uint64_t)e->asked << 8 | kind;
}

static bool has_bit(uint64_t mask, unsigned bit)
{
    return (mask >> bit & 1) != 0;
}

/** Sets a bit. @return true when it was not set before */
static bool set_bit(uint64_t *mask, unsigned bit)
{
    bool is_new = !has_bit(*mask, bit);
    *mask |= UINT64_C(1) << bit;
    return is_new;
}

/* --- Flows, in any order of their sources ------------------------------------------------------ */

void sn_sum_announce(sn_sum_t *sum, uint32_t source)
{
    sum->sources[source].at++;
    sum->pair_count++;
}

/** Makes room for the pairs of all sources, one source after the other. */
static void begin(sn_sum_t *s)
{
    for (uint32_t host = 1; host <= s->config.hosts + 1; host++)
        s->sources[host].at += s->sources[host - 1].at;
    s->pairs = g_new0(sn_pair_t, s->pair_count);
}

static bool has_port(uint32_t service)
{
    return sn_has_port((sn_transport_t)(service / PORTS));
}

static uint32_t row_of_port(sn_sum_t *s, uint32_t service)
{
    GArray *rows = s->rows->ports;
    if (s->row_of_port[service] == 0) {
        g_array_set_size(rows, rows->len + 1);
        sn_port_row_t *row = &g_array_index(rows, sn_port_row_t, rows->len - 1);
        row->transport = (sn_transport_t)(service / PORTS);
        row->port = (uint16_t)(service % PORTS);
        row->count.ports = 1;
        s->row_of_port[service] = rows->len;
    }
    return s->row_of_port[service] - 1;
}

static void add_port(sn_sum_t *s, const sn_entry_t *e, const traits_t *traits, bool v6)
{
    uint32_t at = row_of_port(s, e->service);
    uint64_t *mask = &s->ports[at].mask, fresh = traits->mask & ~*mask;
    sn_count_add(&g_array_index(s->rows->ports, sn_port_row_t, at).count, &e->tapped);
    for (int i = 0; i < TRAITS && fresh; i++)
        s->rows->trait[traits->at[i]].ports += has_bit(fresh, traits->at[i]);
    *mask |= fresh;
    s->rows->version[v6].ports += set_bit(mask, VERSION_BIT + v6);
}

static void add_target(sn_sum_t *s, const sn_entry_t *e, const traits_t *traits, bool v6)
{
    uint64_t *mask = &s->targets[e->target].mask, fresh = traits->mask & ~*mask;
    if (*mask == 0) {
        s->rows->scan.targets++;
        s->rows->version[v6].targets++;
    }
    for (int i = 0; i < TRAITS && fresh; i++)
        s->rows->trait[traits->at[i]].targets += has_bit(fresh, traits->at[i]);
    *mask |= fresh;
}

static void add_source(sn_sum_t *s, source_t *source, const sn_entry_t *e, const traits_t *traits)
{
    uint64_t fresh = traits->mask & ~source->mask;
    for (int i = 0; i < TRAITS && fresh; i++)
        s->rows->trait[traits->at[i]].scanners += has_bit(fresh, traits->at[i]);
    source->mask |= fresh;
    sn_tapped_add(&source->tapped, &e->tapped);
}

static void count_alike(sn_sum_t *s, alike_t *alike)
{
    for (int i = 0; i < TRAITS; i++)
        sn_count_add(&s->rows->trait[alike->traits.at[i]], &alike->tapped);
    alike->tapped = (sn_tapped_t){0};
}

/** Adds a flow to those that are like it. @return their traits, valid until the next flow */
static const traits_t *add_to_alike(sn_sum_t *s, const sn_entry_t *e, uint8_t kind)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* Knuth, 6.4: multiplicative hashing */
    uint64_t key = key_of(e, kind);
    alike_t *alike = &s->alike[key * golden >> (64 - ALIKE_BITS)];
    if (alike->key != key) {
        count_alike(s, alike);
        alike->key = key;
        alike->traits = traits_of(e, kind);
    }
    sn_tapped_add(&alike->tapped, &e->tapped);
    return &alike->traits;
}

/** Notes the first that a flow tells of its source. */
static void see_source(const sn_sum_t *s, source_t *source, uint32_t number)
{
    sn_addr_t address = s->config.address_of(s->config.context, number);
    source->mask = UINT64_C(1) << (VERSION_BIT + (address.version == 6));
    source->kind =
        s->config.kind_of ? (uint8_t)s->config.kind_of(&address) : SN_ORGANISATION_UNKNOWN;
}

static void note_traits(source_t *source, uint16_t traits)
{
    if (traits == 0 || traits == source->traits)
        return;
    source->mixed |= source->traits != 0;
    source->traits = traits;
}

static void prefetch_pair(const sn_sum_t *s, uint32_t service, uint32_t target)
{
    sn_prefetch(&s->targets[target]);
    if (has_port(service))
        sn_prefetch(&s->row_of_port[service]);
}

void sn_sum_prefetch(const sn_sum_t *sum, uint32_t source, uint32_t target, uint32_t service)
{
    sn_prefetch(&sum->sources[source]);
    prefetch_pair(sum, service, target);
}

void sn_sum_prefetch_port(const sn_sum_t *sum, uint32_t service)
{
    uint32_t row = has_port(service) ? sum->row_of_port[service] : 0;
    if (row == 0)
        return;
    sn_prefetch(&sum->ports[row - 1]);
    sn_prefetch(&g_array_index(sum->rows->ports, sn_port_row_t, row - 1));
}

void sn_sum_add(sn_sum_t *sum, const sn_entry_t *entry)
{
    if (!sum->pairs)
        begin(sum);
    source_t *source = &sum->sources[entry->source];
    if (source->mask == 0)
        see_source(sum, source, entry->source);
    bool v6 = source->mask >> (VERSION_BIT + 1) & 1;
    const traits_t *traits = add_to_alike(sum, entry, source->kind);
    note_traits(source, entry->traits);
    add_source(sum, source, entry, traits);
    add_target(sum, entry, traits, v6);
    if (has_port(entry->service))
        add_port(sum, entry, traits, v6);
    sum->pairs[--source->at] = (sn_pair_t){entry->service, entry->target};
}

/* --- Source by source -------------------------------------------------------------------------- */

/** Counts one flow of a scanner where it is the first to that port, or target.
 * @param ports it is added to these
 * @param pair  its service becomes the index of the port's row + 1, or 0 */
static void count_pair(sn_sum_t *s, uint32_t source, sn_scanner_row_t *row, sn_port_set_t *ports,
                       sn_pair_t *pair)
{
    seen_t *target = &s->targets[pair->value];
    row->count.targets += target->source != source;
    target->source = source;
    if (s->details)
        sn_scanner_sum_add(s->details, pair->value, pair->key);
    uint32_t service = pair->key;
    pair->key = has_port(service) ? s->row_of_port[service] : 0;
    if (pair->key == 0)
        return;
    seen_t *port = &s->ports[pair->key - 1];
    if (port->source != source) {
        row->count.ports++;
        sn_port_set_add(ports, service);
        g_array_index(s->rows->ports, sn_port_row_t, pair->key - 1).count.scanners++;
    }
    port->source = source;
}

/** Fetches what the pairs need that come after this one. */
static void prefetch_pairs(const sn_sum_t *s, uint32_t at)
{
    enum { AHEAD = 16 };
    if (at + AHEAD >= s->pair_count)
        return;
    const sn_pair_t *later = &s->pairs[at + AHEAD];
    prefetch_pair(s, later->key, later->value);
    sn_sum_prefetch_port(s, s->pairs[at + AHEAD / 2].key);
}

static void note_details(sn_sum_t *s, sn_scanner_row_t *row)
{
    sn_scanner_t totals;
    sn_scanner_sum_take(s->details, &totals);
    row->contacts = totals.contacts;
    row->pattern = totals.pattern & 0x7f;
    row->structured = totals.structured;
}

static bool has_first(const sn_scanner_row_t *row, uint32_t service)
{
    for (unsigned i = 0; i < row->first_ports; i++)
        if (row->first_services[i] == service)
            return true;
    return false;
}

/** Notes the ports that a scanner came to first.
 * @param begin, end its pairs, from the newest to the oldest */
static void note_first_ports(const sn_sum_t *s, sn_scanner_row_t *row, uint32_t begin, uint32_t end)
{
    for (uint32_t at = end; at > begin && row->first_ports < SN_FIRST_PORTS; at--) {
        uint32_t number = s->pairs[at - 1].key;
        if (number == 0)
            continue;
        const sn_port_row_t *port = &g_array_index(s->rows->ports, sn_port_row_t, number - 1);
        uint32_t service = sn_service(port->transport, port->port);
        if (!has_first(row, service))
            row->first_services[row->first_ports++] = service;
    }
}

/** Offers the scanner of the next row, if it has more than one port, as one of a campaign.
 * @param end where its pairs end */
static void note_campaign(sn_sum_t *s, uint32_t number, const sn_scanner_row_t *row,
                          sn_port_set_t ports, uint32_t end)
{
    const source_t *source = &s->sources[number];
    if (source->traits == 0 || source->mixed || ports.count < 2)
        return;
    sn_campaigns_add(s->campaigns, row, ports, source->traits, &s->pairs[source->at],
                     end - source->at);
}

static bool is_scanner(const sn_sum_t *s, uint32_t host)
{
    return s->sources[host].tapped.packets > 0;
}

/** Lets the groups see all scanners before the first is added to them. */
static void show_scanners(const sn_sum_t *s)
{
    uint32_t count = 0;
    for (uint32_t host = 1; host <= s->config.hosts; host++)
        count += is_scanner(s, host);
    if (!sn_groups_look(s->groups, count))
        return;
    for (uint32_t host = 1; host <= s->config.hosts; host++) {
        if (!is_scanner(s, host))
            continue;
        sn_addr_t address = s->config.address_of(s->config.context, host);
        sn_groups_see(s->groups, &address);
    }
}

/** Makes the row of a scanner, and adds it to the rows of many. */
static void add_scanner(sn_sum_t *s, uint32_t number)
{
    const source_t *source = &s->sources[number];
    sn_rows_t *rows = s->rows;
    sn_count_t *version = &rows->version[source->mask >> (VERSION_BIT + 1) & 1];
    sn_scanner_row_t row = {
        .address = s->config.address_of(s->config.context, number),
        .techniques = (uint16_t)(source->mask & ((1U << SN_TECHNIQUES) - 1)),
        .tools = (uint8_t)(source->mask >> SN_TRAIT_TOOLS & ((1U << SN_TOOLS) - 1)),
        .count.scanners = 1,
    };
    sn_port_set_t ports = {0};
    sn_groups_begin(s->groups, &row.address);
    uint32_t next = source[1].at, at = source->at;
    for (; at < next && s->pairs[at].value != 0; at++) {
        prefetch_pairs(s, at);
        count_pair(s, number, &row, &ports, &s->pairs[at]);
    }
    sn_groups_add(s->groups, &s->pairs[source->at], at - source->at);
    sn_count_add(&row.count, &source->tapped);
    sn_count_add(&rows->scan, &source->tapped);
    sn_count_add(version, &source->tapped);
    rows->scan.scanners++;
    version->scanners++;
    sn_groups_end(s->groups, &source->tapped);
    note_campaign(s, number, &row, ports, at);
    if (s->details) {
        note_details(s, &row);
        note_first_ports(s, &row, source->at, at);
    }
    g_array_append_val(rows->scanners, row);
}

/* --- Life ------------------------------------------------------------------------------------ */

sn_sum_t *sn_sum_new(sn_rows_t *rows, const sn_sum_config_t *config)
{
    sn_sum_t *s = g_new0(sn_sum_t, 1);
    s->rows = rows;
    s->config = *config;
    s->row_of_port = g_new0(uint32_t, SERVICES);
    s->ports = g_new0(seen_t, SERVICES);
    s->targets = g_new0(seen_t, (gsize)config->hosts + 1);
    s->sources = g_new0(source_t, (gsize)config->hosts + 2);
    s->campaigns = sn_campaigns_new(rows->ports, rows->scanners);
    s->details = config->details ? sn_scanner_sum_new() : NULL;
    s->groups = sn_groups_new(rows, config->groupings);
    return s;
}

static void count_targets_of_ports(sn_sum_t *s)
{
    GArray *ports = s->rows->ports;
    uint32_t *targets = sn_distinct(s->pairs, s->pair_count, ports->len + 1, s->config.hosts + 1);
    for (guint i = 0; i < ports->len; i++)
        g_array_index(ports, sn_port_row_t, i).count.targets = targets[i + 1];
    g_free(targets);
}

void sn_sum_finish(sn_sum_t *sum)
{
    if (!sum->pairs)
        begin(sum);
    for (int i = 0; i < ALIKE; i++)
        count_alike(sum, &sum->alike[i]);
    show_scanners(sum);
    for (uint32_t host = 1; host <= sum->config.hosts; host++)
        if (is_scanner(sum, host))
            add_scanner(sum, host);
    /* The rest needs memory of its own. */
    g_free(sum->sources);
    g_free(sum->row_of_port);
    g_free(sum->targets);
    g_free(sum->ports);
    sn_scanner_sum_free(sum->details);
    count_targets_of_ports(sum);
    sn_campaigns_finish(sum->campaigns, sum->rows->campaigns);
    g_free(sum->pairs);
    sn_groups_finish(sum->groups, sum->config.hosts);
    sn_rows_rank(sum->rows, sum->config.ranked);
    g_free(sum);
}
