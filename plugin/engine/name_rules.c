/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "name_rules.h"

#include <stdio.h>

#include "hash.h"
#include "index.h"
#include "pool.h"

enum { MOST_NAME = 253 }; /* characters of a host name, RFC 1035 */

typedef struct {
    char *rule; /* in small letters */
    sn_label_t label;
} record_t;

struct sn_name_rules {
    sn_pool_t records;  /* of record_t */
    sn_index_t by_rule; /* by rule */
    sn_hash_key_t key;
    bool have_as;
};

/* --- The set --------------------------------------------------------------------------------- */

static record_t *record_at(const sn_name_rules_t *rules, uint32_t id)
{
    return (record_t *)sn_pool_get(&rules->records, id);
}

static bool matches(const void *context, uint32_t id, const void *key)
{
    return g_str_equal(record_at((const sn_name_rules_t *)context, id)->rule, key);
}

static uint32_t hash_record(const void *context, uint32_t id)
{
    const sn_name_rules_t *rules = (const sn_name_rules_t *)context;
    return sn_hash_text(&rules->key, record_at(rules, id)->rule);
}

sn_name_rules_t *sn_name_rules_new(void)
{
    sn_name_rules_t *rules = g_new0(sn_name_rules_t, 1);
    rules->key = sn_hash_random_key();
    sn_pool_init(&rules->records, sizeof(record_t), false);
    sn_index_init(&rules->by_rule, &rules->records, hash_record, rules);
    return rules;
}

void sn_name_rules_free(sn_name_rules_t *rules)
{
    for (uint32_t id = 1; id <= rules->records.count; id++) {
        g_free(record_at(rules, id)->rule);
        g_free(record_at(rules, id)->label.text);
    }
    sn_pool_clear(&rules->records);
    sn_index_clear(&rules->by_rule);
    g_free(rules);
}

uint32_t sn_name_rules_count(const sn_name_rules_t *rules)
{
    return rules->records.count;
}

static const sn_label_t *find(const sn_name_rules_t *rules, const char *rule)
{
    uint32_t id = sn_index_find(&rules->by_rule, sn_hash_text(&rules->key, rule), rule, matches);
    return id == 0 ? NULL : &record_at(rules, id)->label;
}

/* --- Rules ----------------------------------------------------------------------------------- */

/** @return whether it is "AS" and a number of 32 bits above 0; the number */
static bool parse_as(const char *rule, uint32_t *number)
{
    guint64 value;
    if (g_ascii_strncasecmp(rule, "AS", 2) != 0 ||
        !g_ascii_string_to_unsigned(rule + 2, 10, 1, G_MAXUINT32, &value, NULL))
        return false;
    *number = (uint32_t)value;
    return true;
}

static bool is_part(const char *part)
{
    return *part != '\0' &&
           strspn(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               strlen(part);
}

/** "*", or what a number may follow: "probe*". */
static bool is_pattern(const char *part)
{
    size_t length = strlen(part);
    if (length == 0 || part[length - 1] != '*')
        return false;
    char *before = g_strndup(part, length - 1);
    bool right = length == 1 || is_part(before);
    g_free(before);
    return right;
}

bool sn_name_rules_is_one(const char *rule)
{
    uint32_t number;
    if (parse_as(rule, &number))
        return true;
    if (strlen(rule) > MOST_NAME)
        return false;
    char **parts = g_strsplit(rule, ".", -1);
    guint count = g_strv_length(parts);
    bool right = count >= 2 && (is_part(parts[0]) || is_pattern(parts[0])) &&
                 g_ascii_isalpha(*parts[count - 1]);
    for (guint i = 1; i < count; i++)
        right = right && is_part(parts[i]);
    g_strfreev(parts);
    return right;
}

/** The form in which rules are kept: small letters, and no zeros before an AS number. */
static char *canonical(const char *rule)
{
    uint32_t number;
    return parse_as(rule, &number) ? g_strdup_printf("as%u", number) : g_ascii_strdown(rule, -1);
}

bool sn_name_rules_has(const sn_name_rules_t *rules, const char *rule)
{
    char *key = canonical(rule);
    bool has = find(rules, key) != NULL;
    g_free(key);
    return has;
}

static char *text_of(const char *text, bool by_name)
{
    char *clean = sn_label_clean(text);
    if (!by_name || *clean == '\0')
        return clean;
    char *shown = g_strconcat(clean, " (by name)", NULL);
    g_free(clean);
    return shown;
}

void sn_name_rules_add(sn_name_rules_t *rules, const char *rule, const char *text,
                       sn_organisation_t kind)
{
    uint32_t number;
    bool is_as = parse_as(rule, &number);
    char *key = canonical(rule);
    sn_index_place_t place =
        sn_index_place(&rules->by_rule, sn_hash_text(&rules->key, key), key, matches);
    uint32_t id = place.id;
    if (id == 0) {
        id = sn_pool_add(&rules->records);
        *record_at(rules, id) = (record_t){.rule = g_strdup(key)};
        sn_index_put(&rules->by_rule, place, id);
    }
    g_free(record_at(rules, id)->label.text);
    record_at(rules, id)->label = (sn_label_t){text_of(text, !is_as), kind};
    rules->have_as = rules->have_as || is_as;
    g_free(key);
}

/* --- Looking up ------------------------------------------------------------------------------ */

/** The rule for names with a number behind the beginning: "probe*.example.net" of "probe12.example.net". */
static const sn_label_t *find_numbered(const sn_name_rules_t *rules, const char *name)
{
    size_t part = strcspn(name, "."), digits = 0;
    while (digits < part && g_ascii_isdigit(name[part - digits - 1]))
        digits++;
    if (digits == 0)
        return NULL;
    char *rule = g_strdup_printf("%.*s*%s", (int)(part - digits), name, name + part);
    const sn_label_t *label = find(rules, rule);
    g_free(rule);
    return label;
}

const sn_label_t *sn_name_rules_find(const sn_name_rules_t *rules, const char *name)
{
    char *small = g_ascii_strdown(name, -1);
    size_t length = strlen(small);
    if (length > 0 && small[length - 1] == '.')
        small[length - 1] = '\0';
    const sn_label_t *label = strchr(small, '.') ? find(rules, small) : NULL; /* no AS number */
    if (!label)
        label = find_numbered(rules, small);
    for (char *dot = strchr(small, '.'); dot && dot > small && !label; dot = strchr(dot + 1, '.')) {
        dot[-1] = '*';
        label = find(rules, dot - 1);
    }
    g_free(small);
    return label;
}

const sn_label_t *sn_name_rules_find_as(const sn_name_rules_t *rules, uint32_t number)
{
    char key[sizeof "as4294967295"];
    if (number == 0) /* what most addresses are asked with: nobody knows their system */
        return NULL;
    snprintf(key, sizeof key, "as%u", number);
    return find(rules, key);
}

bool sn_name_rules_have_as(const sn_name_rules_t *rules)
{
    return rules->have_as;
}
