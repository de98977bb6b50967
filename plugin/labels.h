/* SPDX-License-Identifier: GPL-2.0-or-later */
/* labels.h: the label files: where they are, when they are read, and what they say. */
#ifndef SN_LABEL_FILES_H
#define SN_LABEL_FILES_H

#include "engine/addr.h"

/** Reads the label files, if any of them has changed since the last time: those that the plugin
 * carries, then those of the folder "scannoise" in the personal configuration folder, then those of
 * the preference. Of two that name the same prefix the later one counts. What is wrong with a file
 * is reported to the user in one message of a few lines, and the rest of it used.
 * @param preference a file or folder, may be NULL or empty */
void sn_labels_refresh(const char *preference);

/** The organisation that an address belongs to. @return NULL: unknown; else valid until the files
 * are read again */
const char *sn_label_of(const sn_addr_t *address);

#endif
