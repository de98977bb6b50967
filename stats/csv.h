/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* csv.h: cells of CSV as RFC 4180 has them, which no spreadsheet takes for a formula. */
#ifndef SN_CSV_H
#define SN_CSV_H

#include <glib.h>

/** Appends text as one cell, in quotes where it needs them. Where a spreadsheet would begin a formula
 * an apostrophe goes before it.
 * @param text any text */
void sn_csv_append(GString *row, const char *text);

#endif
