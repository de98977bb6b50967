/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "aside.h"

/** What one dialog shows, or has shown. */
typedef struct {
    const void *dialog; /* NULL: no packet passed its filter, so nobody told */
    GPtrArray *rows;    /* of stat_tap_table_item_type[ui->nfields] */
} shown_t;

struct sn_aside {
    const stat_tap_table_ui *ui;
    GPtrArray *shown;   /* of shown_t */
    const void *dialog; /* whose rows are in the tables; NULL: not known yet */
};

sn_aside_t *sn_aside_new(const stat_tap_table_ui *ui)
{
    sn_aside_t *aside = g_new0(sn_aside_t, 1);
    aside->ui = ui;
    aside->shown = g_ptr_array_new();
    return aside;
}

void sn_aside_put(sn_aside_t *aside, guint *rows)
{
    shown_t *shown = g_new(shown_t, 1);
    shown->dialog = aside->dialog;
    shown->rows = g_ptr_array_new();
    for (guint t = 0; t < aside->ui->tables->len; t++) {
        stat_tap_table *table = g_array_index(aside->ui->tables, stat_tap_table *, t);
        for (guint row = 0; row < rows[t]; row++)
            g_ptr_array_add(shown->rows, table->elements[row]);
        g_free(table->elements);
        table->elements = NULL;
        table->num_elements = rows[t] = 0;
    }
    g_ptr_array_add(aside->shown, shown);
    aside->dialog = NULL;
}

static void free_shown(const sn_aside_t *aside, shown_t *shown)
{
    for (guint row = 0; row < shown->rows->len; row++) {
        stat_tap_table_item_type *cells =
            (stat_tap_table_item_type *)g_ptr_array_index(shown->rows, row);
        for (guint column = 0; column < aside->ui->nfields; column++)
            aside->ui->stat_tap_free_table_item_cb(NULL, row, column, &cells[column]);
        g_free(cells);
    }
    g_ptr_array_unref(shown->rows);
    g_free(shown);
}

void sn_aside_show(sn_aside_t *aside, const void *dialog)
{
    aside->dialog = dialog;
    for (guint i = aside->shown->len; i-- > 0;) {
        shown_t *shown = (shown_t *)g_ptr_array_index(aside->shown, i);
        if (shown->dialog != dialog)
            continue;
        free_shown(aside, shown);
        g_ptr_array_remove_index_fast(aside->shown, i);
    }
}

void sn_aside_clear(sn_aside_t *aside)
{
    for (guint i = 0; i < aside->shown->len; i++)
        free_shown(aside, (shown_t *)g_ptr_array_index(aside->shown, i));
    g_ptr_array_set_size(aside->shown, 0);
    aside->dialog = NULL;
}
