/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

#include "hash.h"
#include "index.h"
#include "name_rules.h"
#include "pool.h"
#include "shown.h"

enum {
    LENGTHS = 129,
    START_BITS = 16, /* of an address */
    STARTS = 1 << START_BITS,
    TEXTS = 1 << 14, /* bytes of texts that are allocated together */
};

typedef struct {
    sn_prefix_t prefix; /* bits behind its length are zero */
    sn_label_t label;   /* its text is one of the set's */
} record_t;

/** The prefix lengths that occur, longest first. */
typedef struct {
    uint8_t bits[LENGTHS];
    unsigned count;
    uint8_t starts[STARTS / 8]; /* a bit for each beginning of an address that a prefix may have */
} lengths_t;

/* An address can lie in one prefix of each length, so it is looked up once for each length there is:
 * a dozen times in lists of any size. Most scanners lie in none, and their first bits tell so at once. */
struct sn_labels {
    sn_pool_t records; /* of record_t */
    sn_index_t by_prefix;
    GStringChunk *texts; /* of them */
    sn_hash_key_t key;
    lengths_t lengths[2]; /* of IPv4 and IPv6 */
    sn_name_rules_t *rules;
};

/* --- Kinds of organisation ------------------------------------------------------------------- */

static const char *const organisations[SN_ORGANISATIONS] = {
    [SN_ORGANISATION_UNKNOWN] = "unknown",
    [SN_ORGANISATION_RESEARCH] = "research",
    [SN_ORGANISATION_COMMERCIAL] = "commercial",
    [SN_ORGANISATION_GOVERNMENT] = "government",
};

const char *sn_organisation_label(sn_organisation_t kind)
{
    return organisations[kind];
}

bool sn_organisation_parse(const char *text, sn_organisation_t *kind)
{
    for (unsigned i = 0; i < SN_ORGANISATIONS; i++) {
        const char *word = organisations[i];
        /* GLib's comparison is slow, and long lists have a kind in each line */
        if (!g_str_equal(text, word) && g_ascii_strcasecmp(text, word) != 0)
            continue;
        *kind = (sn_organisation_t)i;
        return true;
    }
    return false;
}

/* --- Text ------------------------------------------------------------------------------------ */

/** A text without the white space around it. @param length out, of what is returned */
static const char *strip(const char *text, size_t *length)
{
    while (g_ascii_isspace(*text))
        text++;
    *length = strlen(text);
    while (*length > 0 && g_ascii_isspace(text[*length - 1]))
        --*length;
    return text;
}

/** Whether it is fit to be shown as it is: most labels are, and long lists have thousands. */
static bool is_clean(const char *text, size_t length)
{
    size_t clean = 0;
    while (clean < length && text[clean] >= ' ' && text[clean] <= '~')
        clean++;
    return clean == length && length <= SN_LABEL_MOST;
}

char *sn_label_clean(const char *text)
{
    size_t length;
    text = strip(text, &length);
    char *copy = g_strndup(text, length);
    if (is_clean(copy, length))
        return copy;
    char *clean = sn_shown(copy, SN_LABEL_MOST);
    g_free(copy);
    return clean;
}

/** What sn_label_clean() makes of a text, as one of the set's. */
static char *keep_text(sn_labels_t *labels, const char *text)
{
    size_t length;
    const char *stripped = strip(text, &length);
    if (is_clean(stripped, length))
        return g_string_chunk_insert_len(labels->texts, stripped, (gssize)length);
    char *clean = sn_label_clean(text), *kept = g_string_chunk_insert(labels->texts, clean);
    g_free(clean);
    return kept;
}

/* --- The set --------------------------------------------------------------------------------- */

static uint32_t hash_prefix(const sn_hash_key_t *key, const sn_prefix_t *p)
{
    return sn_hash(key, p->base.words[0] ^ p->bits, p->base.words[1] ^ p->base.version);
}

static const record_t *record_at(const sn_labels_t *labels, uint32_t id)
{
    return (const record_t *)sn_pool_get(&labels->records, id);
}

static bool matches(const void *context, uint32_t id, const void *key)
{
    const sn_prefix_t *p = &record_at((const sn_labels_t *)context, id)->prefix;
    const sn_prefix_t *wanted = (const sn_prefix_t *)key;
    return p->bits == wanted->bits && sn_addr_equal(&p->base, &wanted->base);
}

static uint32_t hash_record(const void *context, uint32_t id)
{
    const sn_labels_t *labels = (const sn_labels_t *)context;
    return hash_prefix(&labels->key, &record_at(labels, id)->prefix);
}

sn_labels_t *sn_labels_new(void)
{
    sn_labels_t *labels = g_new0(sn_labels_t, 1);
    labels->key = sn_hash_random_key();
    sn_pool_init(&labels->records, sizeof(record_t), false);
    sn_index_init(&labels->by_prefix, &labels->records, hash_record, labels);
    labels->texts = g_string_chunk_new(TEXTS);
    labels->rules = sn_name_rules_new();
    return labels;
}

void sn_labels_free(sn_labels_t *labels)
{
    if (!labels)
        return;
    g_string_chunk_free(labels->texts);
    sn_pool_clear(&labels->records);
    sn_index_clear(&labels->by_prefix);
    sn_name_rules_free(labels->rules);
    g_free(labels);
}

/** The prefix of this length that contains the address. */
static sn_prefix_t prefix_of(const sn_addr_t *address, unsigned bits)
{
    sn_prefix_t p = {.base = *address, .bits = (uint8_t)bits};
    unsigned whole = bits / 8;
    if (bits % 8 != 0) {
        p.base.bytes[whole] &= (uint8_t)(0xff00 >> bits % 8);
        whole++;
    }
    memset(p.base.bytes + whole, 0, sizeof p.base.bytes - whole);
    return p;
}

static void note_length(lengths_t *lengths, uint8_t bits)
{
    unsigned at = 0;
    while (at < lengths->count && lengths->bits[at] > bits)
        at++;
    if (at < lengths->count && lengths->bits[at] == bits)
        return;
    memmove(lengths->bits + at + 1, lengths->bits + at, lengths->count - at);
    lengths->bits[at] = bits;
    lengths->count++;
}

static unsigned start_of(const sn_addr_t *address)
{
    return (unsigned)address->bytes[0] << 8 | address->bytes[1];
}

static void note_starts(lengths_t *lengths, const sn_prefix_t *p)
{
    unsigned first = start_of(&p->base);
    unsigned count = p->bits < START_BITS ? 1U << (START_BITS - p->bits) : 1;
    for (unsigned start = first; start < first + count; start++)
        lengths->starts[start / 8] |= (uint8_t)(1U << start % 8);
}

static bool may_lie_in_one(const lengths_t *lengths, const sn_addr_t *address)
{
    unsigned start = start_of(address);
    return lengths->starts[start / 8] >> start % 8 & 1;
}

/** Prefixes and rules share the room. */
static bool is_full(const sn_labels_t *labels)
{
    return labels->records.count + sn_name_rules_count(labels->rules) >= SN_LABELS_MOST;
}

bool sn_labels_add(sn_labels_t *labels, const sn_prefix_t *prefix, const char *text,
                   sn_organisation_t kind)
{
    sn_prefix_t p = prefix_of(&prefix->base, prefix->bits);
    sn_index_place_t place =
        sn_index_place(&labels->by_prefix, hash_prefix(&labels->key, &p), &p, matches);
    uint32_t id = place.id;
    if (id == 0 && is_full(labels))
        return false;
    if (id == 0) {
        id = sn_pool_add(&labels->records);
        *(record_t *)sn_pool_get(&labels->records, id) = (record_t){.prefix = p};
        sn_index_put(&labels->by_prefix, place, id);
    }
    record_t *record = (record_t *)sn_pool_get(&labels->records, id);
    record->label = (sn_label_t){keep_text(labels, text), kind};
    lengths_t *lengths = &labels->lengths[p.base.version == 6];
    note_length(lengths, p.bits);
    note_starts(lengths, &p);
    return true;
}

const sn_label_t *sn_labels_find(const sn_labels_t *labels, const sn_addr_t *address)
{
    const lengths_t *lengths = &labels->lengths[address->version == 6];
    if (!may_lie_in_one(lengths, address))
        return NULL;
    for (unsigned i = 0; i < lengths->count; i++) {
        sn_prefix_t p = prefix_of(address, lengths->bits[i]);
        uint32_t id = sn_index_find(&labels->by_prefix, hash_prefix(&labels->key, &p), &p, matches);
        if (id != 0)
            return &record_at(labels, id)->label;
    }
    return NULL;
}

sn_label_added_t sn_labels_add_rule(sn_labels_t *labels, const char *rule, const char *text,
                                    sn_organisation_t kind)
{
    if (!sn_name_rules_is_one(rule))
        return SN_LABEL_NO_RULE;
    if (is_full(labels) && !sn_name_rules_has(labels->rules, rule))
        return SN_LABEL_NO_ROOM;
    sn_name_rules_add(labels->rules, rule, text, kind);
    return SN_LABEL_ADDED;
}

const sn_label_t *sn_labels_find_name(const sn_labels_t *labels, const char *name)
{
    return sn_name_rules_find(labels->rules, name);
}

const sn_label_t *sn_labels_find_as(const sn_labels_t *labels, uint32_t number)
{
    return sn_name_rules_find_as(labels->rules, number);
}

bool sn_labels_have_as(const sn_labels_t *labels)
{
    return sn_name_rules_have_as(labels->rules);
}
