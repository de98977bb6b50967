/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* label.h: names of organisations: by address prefix, of which the longest that contains an address names
 * it; by the name that an address has; by the number of its autonomous system. */
#ifndef SN_LABEL_H
#define SN_LABEL_H

#include "addr.h"

enum {
    SN_LABEL_MOST = 48,       /* characters of a label; more are cut */
    SN_LABELS_MOST = 1 << 20, /* prefixes and rules of all files; more are not added */
};

/** What kind of organisation scans. Ties of the statistics go by this order. */
typedef enum {
    SN_ORGANISATION_UNKNOWN,
    SN_ORGANISATION_RESEARCH,
    SN_ORGANISATION_COMMERCIAL,
    SN_ORGANISATION_GOVERNMENT,
    SN_ORGANISATIONS /* how many */
} sn_organisation_t;

/** A kind as a word: "research". */
const char *sn_organisation_label(sn_organisation_t kind);

/** Reads such a word, in small letters or capitals. @return false, and kind is left alone: it is none */
bool sn_organisation_parse(const char *text, sn_organisation_t *kind);

typedef struct {
    char *text; /* clean, as sn_label_clean() makes it; empty: it takes its prefix or rule out */
    sn_organisation_t kind;
} sn_label_t;

typedef struct sn_labels sn_labels_t;

/** Makes an empty set. The caller frees it with sn_labels_free(). */
sn_labels_t *sn_labels_new(void);

/** Frees it. @param labels may be NULL */
void sn_labels_free(sn_labels_t *labels);

/** Adds a label; the same prefix again replaces its label. A new one beyond SN_LABELS_MOST is not added.
 * @param text any bytes: they are cleaned as sn_label_clean() does. Empty: addresses of this prefix
 *             have no label, whatever shorter prefixes, or rules, say
 * @return false when there is no room for it */
bool sn_labels_add(sn_labels_t *labels, const sn_prefix_t *prefix, const char *text,
                   sn_organisation_t kind);

typedef enum { SN_LABEL_ADDED, SN_LABEL_NO_RULE, SN_LABEL_NO_ROOM } sn_label_added_t;

/** Adds a label by a rule; the same rule again replaces its label.
 * @param rule a host name ("scan.example.net"), all names below one ("*.example.net"), those with a number
 *             behind the beginning ("probe*.example.net"), or an autonomous system ("AS64496")
 * @param text as above */
sn_label_added_t sn_labels_add_rule(sn_labels_t *labels, const char *rule, const char *text,
                                    sn_organisation_t kind);

/** The label of an address by prefix, in a time that depends on the number of different prefix lengths
 * only. @return NULL: no prefix has it; else valid until the set is freed or the prefix gets another label;
 * its text is empty where the address shall have none */
const sn_label_t *sn_labels_find(const sn_labels_t *labels, const sn_addr_t *address);

/** The label of a host name, in a time that depends on the name's length only. The rule with most of the
 * name in it counts. The text says that it is by name. @return as above */
const sn_label_t *sn_labels_find_name(const sn_labels_t *labels, const char *name);

/** The label of an autonomous system. @return as above */
const sn_label_t *sn_labels_find_as(const sn_labels_t *labels, uint32_t number);

/** Whether there are rules for autonomous systems at all. */
bool sn_labels_have_as(const sn_labels_t *labels);

/** Makes text from anywhere fit to be shown in one line: what does not print is escaped, and so are
 * bytes that are no UTF-8; white space around it is dropped; what is too long is cut and ends in
 * "…". @return the caller frees it with g_free() */
char *sn_label_clean(const char *text);

#endif
