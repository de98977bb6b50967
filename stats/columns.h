/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h: text in the columns of a terminal, where one character takes none, one or two of them. */
#ifndef SN_COLUMNS_H
#define SN_COLUMNS_H

#include <glib.h>
#include <stdbool.h>

/** How many columns a text takes. @param text UTF-8; a byte that is none counts as one column */
int sn_columns_of(const char *text);

/** Appends a text in so many columns: filled up with spaces, or cut, with an ellipsis at its end.
 * @param to_the_right the spaces stand before the text */
void sn_columns_append(GString *line, const char *text, int columns, bool to_the_right);

/** Appends a bar of a part of the most columns, to an eighth of one, without spaces behind it. A part
 * that is not zero is seen.
 * @param part 0 to 1 */
void sn_columns_append_bar(GString *line, double part, int columns);

#endif
