/* SPDX-License-Identifier: GPL-2.0-or-later */
/* label.h: names of organisations by address prefix; the longest prefix that contains an address
 * names it. */
#ifndef SN_LABEL_H
#define SN_LABEL_H

#include "addr.h"

enum {
    SN_LABEL_MOST = 48,       /* characters of a label; more are cut */
    SN_LABELS_MOST = 1 << 20, /* prefixes of all files; more are not added */
};

typedef struct sn_labels sn_labels_t;

/** Makes an empty set. The caller frees it with sn_labels_free(). */
sn_labels_t *sn_labels_new(void);

/** Frees it. @param labels may be NULL */
void sn_labels_free(sn_labels_t *labels);

/** Adds a label; the same prefix again replaces its label. A new one beyond SN_LABELS_MOST is not added.
 * @param text any bytes: they are cleaned as sn_label_clean() does. Empty: addresses of this prefix
 *             have no label, whatever shorter prefixes say
 * @return false when there is no room for it */
bool sn_labels_add(sn_labels_t *labels, const sn_prefix_t *prefix, const char *text);

/** The label of an address, in a time that depends on the number of different prefix lengths only.
 * @return NULL: it has none; else valid until the set is freed or its prefix gets another label */
const char *sn_labels_find(const sn_labels_t *labels, const sn_addr_t *address);

/** Makes text from anywhere fit to be shown in one line: what does not print is escaped, and so are
 * bytes that are no UTF-8; white space around it is dropped; what is too long is cut and ends in
 * "…". @return the caller frees it with g_free() */
char *sn_label_clean(const char *text);

/** Told of each part of a file that is wrong. @param line from 1; 0: the file as a whole */
typedef void (*sn_label_report_t)(void *context, unsigned line, const char *problem);

/** Adds one prefix of a file, or reports that it is none. */
void sn_labels_add_text(sn_labels_t *labels, const char *prefix, const char *text, unsigned line,
                        sn_label_report_t report, void *context);

/** Adds what a CSV file has: lines of "prefix,label", where the label may be in quotes as in RFC
 * 4180 and else is the rest of the line. Empty lines, lines that begin with '#' and the heading
 * "prefix,label" are passed over; lines that are wrong are reported, and the others used.
 * @param size of text, in bytes */
void sn_labels_add_csv(sn_labels_t *labels, const char *text, size_t size, sn_label_report_t report,
                       void *context);

#endif
