/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: the statistics as a table of Wireshark's: the dialog of the Statistics menu, which
 * wireshark -z scannoise,stat opens too, and sharkd's tap "nstat:scannoise,stat". What tshark prints
 * is terminal.h. */
#ifndef SN_TABLE_H
#define SN_TABLE_H

#include <epan/epan_dissect.h>

/** The option, as it stands behind -z. */
#define SN_TABLE_OPTION "scannoise,stat"

/** Registers the table with Wireshark; called once, when protocols are registered. */
void sn_table_register(void);

/** Makes the rows when the pass that counted packets for one of Wireshark's dialogs is over, which asks
 * for nothing else before it shows them. Call when a dissection is freed. */
void sn_table_end_pass(const epan_dissect_t *dissection);

#endif
