/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: the statistics as a table: tshark -z scannoise,stat, Wireshark's Statistics menu, and
 * sharkd's tap "nstat:scannoise,stat". */
#ifndef SN_TABLE_H
#define SN_TABLE_H

/** The option, as it stands behind -z. */
#define SN_TABLE_OPTION "scannoise,stat"

/** Registers the table with Wireshark; called once, when protocols are registered. */
void sn_table_register(void);

/** Writes the rows anew if packets came since the last time. Call when a pass over a file ends. */
void sn_table_update(void);

#endif
