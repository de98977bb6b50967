/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "vacated.h"

#include <string.h>

#define GONE G_MAXUINT

static void *row_of(const GArray *rows, guint row)
{
    return rows->data + (gsize)row * g_array_get_element_size((GArray *)rows);
}

static bool is_vacated(const void *row, bool conversations)
{
    if (conversations) {
        const conv_item_t *item = (const conv_item_t *)row;
        return item->tx_frames_total == 0 && item->rx_frames_total == 0;
    }
    const endpoint_item_t *item = (const endpoint_item_t *)row;
    return item->tx_frames_total == 0 && item->rx_frames_total == 0;
}

static void clear_row(void *row, bool conversations)
{
    if (conversations) {
        conv_item_t *item = (conv_item_t *)row;
        free_address(&item->src_address);
        free_address(&item->dst_address);
        return;
    }
    free_address(&((endpoint_item_t *)row)->myaddress);
}

/** @param places out: by row, where it goes: the rows that stay close the gaps, in their order
 * @return how many stay */
static guint find_places(const GArray *rows, bool conversations, guint *places)
{
    guint stay = 0;
    for (guint row = 0; row < rows->len; row++)
        places[row] = is_vacated(row_of(rows, row), conversations) ? GONE : stay++;
    return stay;
}

/** The index has the addresses of its rows. */
static void move_in_index(GHashTable *table, const guint *places)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        guint place = places[GPOINTER_TO_UINT(value)];
        if (place == GONE)
            g_hash_table_iter_remove(&iter);
        else
            g_hash_table_iter_replace(&iter, GUINT_TO_POINTER(place));
    }
}

static void move_rows(GArray *rows, bool conversations, const guint *places)
{
    for (guint row = 0; row < rows->len; row++) {
        void *from = row_of(rows, row);
        if (places[row] == GONE)
            clear_row(from, conversations);
        else if (places[row] != row)
            memcpy(row_of(rows, places[row]), from, g_array_get_element_size(rows));
    }
}

void sn_vacated_remove(conv_hash_t *table, bool conversations)
{
    GArray *rows = table->conv_array;
    if (!rows || rows->len == 0)
        return;
    guint *places = g_new(guint, rows->len);
    guint stay = find_places(rows, conversations, places);
    if (stay < rows->len) {
        move_in_index(table->hashtable, places);
        move_rows(rows, conversations, places);
        g_array_set_size(rows, stay);
    }
    g_free(places);
}
