/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

#include "hash.h"
#include "index.h"
#include "pool.h"
#include "shown.h"

enum { LENGTHS = 129 };

typedef struct {
    sn_prefix_t prefix; /* bits behind its length are zero */
    char *text;
} record_t;

/** The prefix lengths that occur, longest first. */
typedef struct {
    uint8_t bits[LENGTHS];
    unsigned count;
} lengths_t;

/* An address can lie in one prefix of each length, so it is looked up once for each length there is:
 * a dozen times in lists of any size. */
struct sn_labels {
    sn_pool_t records; /* of record_t */
    sn_index_t index;  /* by prefix */
    sn_hash_key_t key;
    lengths_t lengths[2]; /* of IPv4 and IPv6 */
};

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
    sn_index_init(&labels->index, &labels->records, hash_record, labels);
    return labels;
}

void sn_labels_free(sn_labels_t *labels)
{
    if (!labels)
        return;
    for (uint32_t id = 1; id <= labels->records.count; id++)
        g_free(((record_t *)sn_pool_get(&labels->records, id))->text);
    sn_pool_clear(&labels->records);
    sn_index_clear(&labels->index);
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

bool sn_labels_add(sn_labels_t *labels, const sn_prefix_t *prefix, const char *text)
{
    sn_prefix_t p = prefix_of(&prefix->base, prefix->bits);
    sn_index_place_t place =
        sn_index_place(&labels->index, hash_prefix(&labels->key, &p), &p, matches);
    uint32_t id = place.id;
    if (id == 0 && labels->records.count >= SN_LABELS_MOST)
        return false;
    if (id == 0) {
        id = sn_pool_add(&labels->records);
        *(record_t *)sn_pool_get(&labels->records, id) = (record_t){.prefix = p};
        sn_index_put(&labels->index, place, id);
    }
    record_t *record = (record_t *)sn_pool_get(&labels->records, id);
    g_free(record->text);
    record->text = sn_label_clean(text);
    note_length(&labels->lengths[p.base.version == 6], p.bits);
    return true;
}

const char *sn_labels_find(const sn_labels_t *labels, const sn_addr_t *address)
{
    const lengths_t *lengths = &labels->lengths[address->version == 6];
    for (unsigned i = 0; i < lengths->count; i++) {
        sn_prefix_t p = prefix_of(address, lengths->bits[i]);
        uint32_t id = sn_index_find(&labels->index, hash_prefix(&labels->key, &p), &p, matches);
        if (id == 0)
            continue;
        const char *text = record_at(labels, id)->text;
        return *text ? text : NULL;
    }
    return NULL;
}

/* --- Text ------------------------------------------------------------------------------------ */

char *sn_label_clean(const char *text)
{
    char *copy = g_strstrip(g_strdup(text));
    char *clean = sn_shown(copy, SN_LABEL_MOST);
    g_free(copy);
    return clean;
}

/* --- Files ----------------------------------------------------------------------------------- */

void sn_labels_add_text(sn_labels_t *labels, const char *prefix, const char *text, unsigned line,
                        sn_label_report_t report, void *context)
{
    GArray *list = sn_prefixes_parse(prefix, NULL);
    if (list && list->len == 1) {
        if (!sn_labels_add(labels, &g_array_index(list, sn_prefix_t, 0), text))
            report(context, line, "there are 1048576 prefixes already");
    } else {
        char *shown = sn_label_clean(prefix);
        char *problem = g_strdup_printf("\"%s\" is neither an address nor a CIDR prefix", shown);
        report(context, line, problem);
        g_free(problem);
        g_free(shown);
    }
    if (list)
        g_array_unref(list);
}

/** Takes the quotes of RFC 4180 from around a field, in place. */
static char *unquote(char *field)
{
    size_t length = strlen(field);
    if (length < 2 || field[0] != '"' || field[length - 1] != '"')
        return field;
    field[length - 1] = '\0';
    char *to = field;
    for (const char *from = field + 1; *from; from++) {
        if (from[0] == '"' && from[1] == '"')
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return field;
}

static void add_line(sn_labels_t *labels, char *text, unsigned line, sn_label_report_t report,
                     void *context)
{
    g_strstrip(text);
    if (*text == '\0' || *text == '#' || g_ascii_strcasecmp(text, "prefix,label") == 0)
        return;
    char *comma = strchr(text, ',');
    if (!comma) {
        report(context, line, "no comma between prefix and label");
        return;
    }
    *comma = '\0';
    sn_labels_add_text(labels, unquote(g_strstrip(text)), unquote(g_strstrip(comma + 1)), line,
                       report, context);
}

void sn_labels_add_csv(sn_labels_t *labels, const char *text, size_t size, sn_label_report_t report,
                       void *context)
{
    static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};
    const char *end = text + size;
    if (size >= sizeof byte_order_mark &&
        memcmp(text, byte_order_mark, sizeof byte_order_mark) == 0)
        text += sizeof byte_order_mark;
    for (unsigned line = 1; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);
        if (memchr(text, '\0', length)) {
            report(context, line, "a zero byte: this is no text in UTF-8");
        } else {
            char *copy = g_strndup(text, length);
            add_line(labels, copy, line, report, context);
            g_free(copy);
        }
        text = newline ? newline + 1 : end;
    }
}
