/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* vacated.h: rows of Wireshark's tables of end points and conversations that have no packet any more. */
#ifndef SN_VACATED_H
#define SN_VACATED_H

#include <epan/packet.h>
#include <epan/conversation_table.h>

/** Takes them out. Wireshark never does, but asks how many rows there are whenever it shows one.
 * @param conversations what the table has; else it has end points */
void sn_vacated_remove(conv_hash_t *table, bool conversations);

#endif
