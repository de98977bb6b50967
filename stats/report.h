/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h: tshark -z scannoise,report,FILE[,filter]: one HTML page that shows what the JSON says, and has
 * it in it. The page itself, without numbers, is stats/report/. */
#ifndef SN_REPORT_H
#define SN_REPORT_H

#include "listener.h"

/** Registers the option; called once, when protocols are registered. */
void sn_report_register(void);

/** Makes what counts for a report. @param filter NULL or empty: all packets
 * @return for sn_report_write(), then sn_listener_free() */
sn_listener_t *sn_report_count(const char *filter);

/** Writes the report of what was counted to a file, all of it or nothing.
 * @param name of the file: new, empty, or a report
 * @return NULL, or a message in one line, for the caller to free with g_free() */
char *sn_report_write(const sn_listener_t *counted, const char *name);

#endif
