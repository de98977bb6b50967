/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* labels.h: the label files: where they are, when they are read, and what they say. */
#ifndef SN_LABEL_FILES_H
#define SN_LABEL_FILES_H

#include "engine/label.h"

/** Reads the label files, if any of them has changed since the last time: those that the plugin
 * carries, then those of the folder "scannoise" in the personal configuration folder, then those of
 * the preference. Of two that name the same prefix the later one counts. What is wrong with a file
 * is reported to the user in one message of a few lines, and the rest of it used.
 * @param preference a file or folder, may be NULL or empty */
void sn_labels_refresh(const char *preference);

/** The organisation that an address belongs to. @return NULL: unknown; else valid until the files
 * are read again. By its prefix, or else its autonomous system where the user's databases know it, or else
 * the name that Wireshark has for it now; nothing is asked of a name server */
const char *sn_label_of(const sn_addr_t *address);

/** The kind of that organisation. SN_ORGANISATION_UNKNOWN without a label, too. */
sn_organisation_t sn_label_kind(const sn_addr_t *address);

/** The number of an address' autonomous system; 0: it is not known, or not yet. */
typedef uint32_t (*sn_as_number_t)(const sn_addr_t *address);

/** Says who knows the autonomous systems. It is asked only where a label file has a rule for one. */
void sn_labels_ask_systems(sn_as_number_t number_of);

#endif
