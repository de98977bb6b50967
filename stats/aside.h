/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* aside.h: rows that a statistic's tables have no more, for the dialogs that still show them.
 *
 * Wireshark has one set of tables for all dialogs of a statistic, but each dialog sorts, copies and
 * saves by pointers to the rows that it showed. While several are open, rows are put aside before
 * the tables are filled anew, and freed when their dialog shows others. */
#ifndef SN_ASIDE_H
#define SN_ASIDE_H

#include <wireshark.h>

#include <epan/stat_tap_ui.h>

typedef struct sn_aside sn_aside_t;

/** Makes an empty one, which lasts as long as Wireshark.
 * @param ui borrowed; frees its cells with stat_tap_free_table_item_cb */
sn_aside_t *sn_aside_new(const stat_tap_table_ui *ui);

/** Takes all rows out of the statistic's tables, which are empty then.
 * @param rows for each of the tables in turn: how many rows exist, shown or not; 0 afterwards */
void sn_aside_put(sn_aside_t *aside, guint *rows);

/** Notes whose rows are in the tables now, and frees those that this dialog showed before.
 * @param dialog user_data of Wireshark's stat_data_t; only compared */
void sn_aside_show(sn_aside_t *aside, const void *dialog);

/** Frees every row. No dialog that showed them may be open. */
void sn_aside_clear(sn_aside_t *aside);

#endif
