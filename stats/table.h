/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: the statistics as a table of Wireshark's: the dialog of the Statistics menu, which
 * wireshark -z scannoise,stat opens too, and sharkd's tap "nstat:scannoise,stat". What tshark prints
 * is terminal.h. */
#ifndef SN_TABLE_H
#define SN_TABLE_H

/** The option, as it stands behind -z. */
#define SN_TABLE_OPTION "scannoise,stat"

/** Registers the table with Wireshark; called once, when protocols are registered. */
void sn_table_register(void);

/** Writes the rows anew if packets came since the last time. Call when a pass over a file ends. */
void sn_table_update(void);

#endif
