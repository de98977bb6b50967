/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* name_rules.h: labels by host name and by the number of an autonomous system. For label.c, which says what the
 * functions below mean. */
#ifndef SN_NAME_RULES_H
#define SN_NAME_RULES_H

#include "label.h"

typedef struct sn_name_rules sn_name_rules_t;

/** Makes an empty set, freed with sn_name_rules_free(). */
sn_name_rules_t *sn_name_rules_new(void);

/** Frees it and its labels. */
void sn_name_rules_free(sn_name_rules_t *rules);

/** How many rules there are. */
uint32_t sn_name_rules_count(const sn_name_rules_t *rules);

/** Whether text is a rule as in sn_labels_add_rule(). A host name has two parts at least, and the last one is
 * no number: so that an address with a mistake is none. */
bool sn_name_rules_is_one(const char *rule);

/** Whether that rule is there. @param rule is one */
bool sn_name_rules_has(const sn_name_rules_t *rules, const char *rule);

/** Adds a rule, or gives it another label. @param rule is one */
void sn_name_rules_add(sn_name_rules_t *rules, const char *rule, const char *text,
                       sn_organisation_t kind);

/** See sn_labels_find_name(). */
const sn_label_t *sn_name_rules_find(const sn_name_rules_t *rules, const char *name);

/** See sn_labels_find_as(). */
const sn_label_t *sn_name_rules_find_as(const sn_name_rules_t *rules, uint32_t number);

/** See sn_labels_have_as(). */
bool sn_name_rules_have_as(const sn_name_rules_t *rules);

#endif
