/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* warning_list.h: MISP's warning lists: {"name": "…", "list": ["prefix", …]}. */
#ifndef SN_WARNING_LIST_H
#define SN_WARNING_LIST_H

#include "engine/label_file.h"

/** Adds a list's prefixes to the labels, with its name, or reports what is wrong. Lists of other things than
 * addresses are passed over.
 * @param text the file, which ends in a zero byte; changed meanwhile
 * @param report, context told of each mistake; line 0: the file as a whole */
void sn_warning_list_add(sn_labels_t *labels, char *text, sn_label_report_t report, void *context);

#endif
