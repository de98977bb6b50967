/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* prefs.h: Scan Noise's preferences, as Wireshark stores and shows them. */
#ifndef SN_PREFS_H
#define SN_PREFS_H

#include "engine/engine.h"

/** Registers the preferences of the protocol. Call while Wireshark registers protocols. */
void sn_prefs_register(int proto);

/** The engine's configuration from the preferences as they are now. A value out of its range counts
 * as the nearest one in range.
 * @return valid until the preferences change */
const sn_config_t *sn_prefs_config(void);

/** The user's label file or folder; NULL or empty: none. */
const char *sn_prefs_labels(void);

/** The JSON of an earlier capture that reports are compared with; NULL or empty: none. */
const char *sn_prefs_compare_with(void);

/** Whether frames that were judged and are not noise have a tree, too. */
bool sn_prefs_explain(void);

/** How many rows the top lists show; 0: all. */
unsigned sn_prefs_rows(void);

/** Whether frames may take the short way, see short_way.h. */
bool sn_prefs_short_way(void);

/** Whether each row of the table in a terminal is followed by a display filter for its packets. */
bool sn_prefs_row_filters(void);

#endif
