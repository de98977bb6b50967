/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "groups.h"

#include "crowds.h"
#include "engine/hash.h"
#include "engine/index.h"
#include "engine/pool.h"

/** Scanners grouped by one thing. */
typedef struct {
    sn_group_name_t name_of; /* NULL: not at all */
    sn_pool_t names;         /* const char *, of the rows: index + 1 */
    sn_index_t by_name;      /* strangers choose the names: its hash has a key */
    sn_hash_key_t key;
    uint32_t present;        /* of the present scanner's group; 0: it has none */
    GArray *ports, *targets; /* sn_pair_t: a group and its port, or target, once for each flow */
} group_work_t;

struct sn_groups {
    sn_rows_t *rows;
    group_work_t by[SN_GROUPINGS];
    sn_crowds_t *crowds; /* NULL: not grouped by network */
};

static const char *name_at(const void *context, uint32_t id)
{
    return *(const char *const *)sn_pool_get(&((const group_work_t *)context)->names, id);
}

static bool name_matches(const void *context, uint32_t id, const void *key)
{
    return g_str_equal(name_at(context, id), key);
}

static uint32_t name_hash(const void *context, uint32_t id)
{
    return sn_hash_text(&((const group_work_t *)context)->key, name_at(context, id));
}

sn_groups_t *sn_groups_new(sn_rows_t *rows, const sn_group_name_t *names)
{
    sn_groups_t *g = g_new0(sn_groups_t, 1);
    g->rows = rows;
    for (int by = 0; by < SN_GROUPINGS; by++) {
        group_work_t *w = &g->by[by];
        w->name_of = names[by];
        if (!w->name_of)
            continue;
        w->key = sn_hash_random_key();
        sn_pool_init(&w->names, sizeof(char *), false);
        sn_index_init(&w->by_name, &w->names, name_hash, w);
        w->ports = g_array_new(FALSE, FALSE, sizeof(sn_pair_t));
        w->targets = g_array_new(FALSE, FALSE, sizeof(sn_pair_t));
    }
    return g;
}

bool sn_groups_look(sn_groups_t *groups, uint32_t scanners)
{
    if (groups->by[SN_GROUP_NETWORK].name_of)
        groups->crowds = sn_crowds_new(scanners);
    return groups->crowds != NULL;
}

void sn_groups_see(sn_groups_t *groups, const sn_addr_t *scanner)
{
    sn_crowds_note(groups->crowds, scanner);
}

static uint32_t number_of_group(sn_groups_t *g, sn_grouping_t by, const sn_addr_t *scanner)
{
    group_work_t *w = &g->by[by];
    const char *name = w->name_of(scanner);
    if (!name)
        return 0;
    sn_index_place_t place =
        sn_index_place(&w->by_name, sn_hash_text(&w->key, name), name, name_matches);
    if (place.id != 0)
        return place.id;
    sn_group_row_t row = {.name = g_strdup(name)};
    g_array_append_val(g->rows->groups[by], row);
    uint32_t number = sn_pool_add(&w->names);
    *(char **)sn_pool_get(&w->names, number) = row.name;
    sn_index_put(&w->by_name, place, number);
    return number;
}

void sn_groups_begin(sn_groups_t *g, const sn_addr_t *scanner)
{
    for (int by = 0; by < SN_GROUPINGS; by++) {
        if (!g->by[by].name_of)
            continue;
        bool alone = by == SN_GROUP_NETWORK && !sn_crowds_may_have(g->crowds, scanner);
        g->by[by].present = alone ? 0 : number_of_group(g, (sn_grouping_t)by, scanner);
    }
}

void sn_groups_end(sn_groups_t *g, const sn_tapped_t *sum)
{
    for (int by = 0; by < SN_GROUPINGS; by++) {
        if (g->by[by].present == 0)
            continue;
        guint at = g->by[by].present - 1;
        sn_count_t *count = &g_array_index(g->rows->groups[by], sn_group_row_t, at).count;
        sn_count_add(count, sum);
        count->scanners++;
    }
}

void sn_groups_add(sn_groups_t *g, const sn_pair_t *pairs, guint count)
{
    for (int by = 0; by < SN_GROUPINGS; by++) {
        group_work_t *w = &g->by[by];
        if (w->present == 0)
            continue;
        guint targets = w->targets->len, ports = w->ports->len;
        g_array_set_size(w->targets, targets + count);
        g_array_set_size(w->ports, ports + count);
        for (guint i = 0; i < count; i++) {
            sn_pair_t *port = &g_array_index(w->ports, sn_pair_t, ports);
            g_array_index(w->targets, sn_pair_t, targets + i) =
                (sn_pair_t){w->present - 1, pairs[i].value};
            *port = (sn_pair_t){w->present - 1, pairs[i].key - 1};
            ports += pairs[i].key != 0;
        }
        g_array_set_size(w->ports, ports);
    }
}

static void finish(sn_groups_t *g, sn_grouping_t by, uint32_t hosts)
{
    group_work_t *w = &g->by[by];
    if (!w->name_of)
        return;
    GArray *rows = g->rows->groups[by];
    uint32_t *ports = sn_distinct((const sn_pair_t *)w->ports->data, w->ports->len, rows->len,
                                  g->rows->ports->len);
    uint32_t *targets =
        sn_distinct((const sn_pair_t *)w->targets->data, w->targets->len, rows->len, hosts + 1);
    for (guint i = 0; i < rows->len; i++) {
        sn_count_t *count = &g_array_index(rows, sn_group_row_t, i).count;
        count->ports = ports[i];
        count->targets = targets[i];
    }
    g_free(ports);
    g_free(targets);
    g_array_unref(w->ports);
    g_array_unref(w->targets);
    sn_pool_clear(&w->names);
    sn_index_clear(&w->by_name);
}

void sn_groups_finish(sn_groups_t *groups, uint32_t hosts)
{
    sn_crowds_free(groups->crowds);
    for (int by = 0; by < SN_GROUPINGS; by++)
        finish(groups, (sn_grouping_t)by, hosts);
    g_free(groups);
}
