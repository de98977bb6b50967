/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: tshark -z scannoise,stat: the statistics as a table of at most 100 columns. */
#ifndef SN_TERMINAL_H
#define SN_TERMINAL_H

/** Registers the option, in a program without windows only: in Wireshark it opens the dialog of
 * table.h. Call when taps are registered, before the program registers tables as options. */
void sn_terminal_register(void);

#endif
