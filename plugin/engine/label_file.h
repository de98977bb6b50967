/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* label_file.h: label files in CSV. */
#ifndef SN_LABEL_FILE_H
#define SN_LABEL_FILE_H

#include "label.h"

/** Told of each part of a file that is wrong. @param line from 1; 0: the file as a whole */
typedef void (*sn_label_report_t)(void *context, unsigned line, const char *problem);

/** Adds one prefix of a file, of an organisation of unknown kind, or reports that it is none. */
void sn_labels_add_text(sn_labels_t *labels, const char *prefix, const char *text, unsigned line,
                        sn_label_report_t report, void *context);

/** Adds what a CSV file has: lines of "rule,label" or "rule,label,kind". The rule is a prefix, or one of
 * sn_labels_add_rule(). The label may be in quotes as in RFC 4180 and else is the rest of the line, less a
 * kind of organisation behind its last comma. Empty lines, lines that begin with '#' and the headings
 * "prefix,label" and "prefix,label,kind" are passed over; lines that are wrong are reported, and the others
 * used.
 * @param size of text, in bytes */
void sn_labels_add_csv(sn_labels_t *labels, const char *text, size_t size, sn_label_report_t report,
                       void *context);

#endif
