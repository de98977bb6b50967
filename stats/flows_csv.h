/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* flows_csv.h: tshark -z scannoise,flows,FILE[,filter]: one line of CSV for each flow that is noise. */
#ifndef SN_FLOWS_CSV_H
#define SN_FLOWS_CSV_H

/** Registers the option; called once, when protocols are registered. */
void sn_flows_csv_register(void);

#endif
