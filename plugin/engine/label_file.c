/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "label_file.h"

/** Where the file is read, and who hears of mistakes. */
typedef struct {
    sn_labels_t *labels;
    unsigned line;
    sn_label_report_t report;
    void *context;
} reader_t;

/** What a line says. Its texts are parts of the line. */
typedef struct {
    char *rule, *label;
    sn_organisation_t kind;
} line_t;

static void complain(const reader_t *r, const char *problem)
{
    r->report(r->context, r->line, problem);
}

/** @param what behind "is" */
static void complain_of(const reader_t *r, const char *text, const char *what)
{
    char *shown = sn_label_clean(text);
    char *problem = g_strdup_printf("\"%s\" is %s", shown, what);
    complain(r, problem);
    g_free(problem);
    g_free(shown);
}

static void complain_of_room(const reader_t *r)
{
    complain(r, "there are 1048576 prefixes and rules already");
}

/** @return false: it is no prefix */
static bool add_prefix(const reader_t *r, const line_t *line)
{
    sn_prefix_t prefix;
    bool one = sn_prefix_parse(line->rule, &prefix);
    if (one && !sn_labels_add(r->labels, &prefix, line->label, line->kind))
        complain_of_room(r);
    return one;
}

void sn_labels_add_text(sn_labels_t *labels, const char *prefix, const char *text, unsigned line,
                        sn_label_report_t report, void *context)
{
    const reader_t r = {labels, line, report, context};
    char *rule = g_strdup(prefix), *label = g_strdup(text);
    if (!add_prefix(&r, &(line_t){rule, label, SN_ORGANISATION_UNKNOWN}))
        complain_of(&r, prefix, "neither an address nor a CIDR prefix");
    g_free(rule);
    g_free(label);
}

/* Lists have tens of thousands of lines and are read whenever tshark starts: g_strstrip() would measure and
 * move each of their texts. */

static char *behind_space(char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return text;
}

/** Ends a text, and takes the white space from around it, in place. @return where it begins */
static char *strip(char *text, char *end)
{
    *end = '\0';
    text = behind_space(text);
    while (end > text && g_ascii_isspace(end[-1]))
        *--end = '\0';
    return text;
}

/** Takes the quotes of RFC 4180 from around a field, in place.
 * @return what stands behind the closing one; NULL: it has no quotes, or they do not end */
static char *unquote(char *field)
{
    if (*field != '"')
        return NULL;
    char *from = field + 1;
    for (; *from && (*from != '"' || from[1] == '"'); from++)
        from += *from == '"';
    if (*from == '\0')
        return NULL;
    char *behind = from + 1, *to = field;
    for (const char *at = field + 1; at < from; at++) {
        *to++ = *at;
        at += *at == '"';
    }
    *to = '\0';
    return behind;
}

/** Takes the kind from behind a label. @return false: what stands behind the quotes is none, as reported */
static bool split_kind(const reader_t *r, line_t *line)
{
    char *behind = unquote(line->label);
    if (!behind) { /* a label without quotes may have commas */
        char *comma = strrchr(line->label, ',');
        if (comma && sn_organisation_parse(behind_space(comma + 1), &line->kind))
            *comma = '\0';
        return true;
    }
    g_strstrip(behind);
    bool right = *behind == '\0' ||
                 (*behind == ',' && sn_organisation_parse(g_strchug(behind + 1), &line->kind));
    if (!right)
        complain_of(r, *behind == ',' ? behind + 1 : behind,
                    "no kind of organisation: research, commercial, government, unknown");
    return right;
}

static bool is_heading(const char *text)
{
    return g_ascii_tolower(*text) == 'p' && (g_ascii_strcasecmp(text, "prefix,label") == 0 ||
                                             g_ascii_strcasecmp(text, "prefix,label,kind") == 0);
}

/** @param end of the text, which is changed in place */
static void add_line(const reader_t *r, char *text, char *end)
{
    text = strip(text, end);
    if (*text == '\0' || *text == '#' || is_heading(text))
        return;
    char *comma = strchr(text, ',');
    if (!comma) {
        complain(r, "no comma between prefix and label");
        return;
    }
    line_t line = {.rule = strip(text, comma), .label = behind_space(comma + 1)};
    unquote(line.rule);
    if (!split_kind(r, &line) || add_prefix(r, &line))
        return;
    switch (sn_labels_add_rule(r->labels, line.rule, line.label, line.kind)) {
    case SN_LABEL_NO_RULE:
        complain_of(r, line.rule, "no address, CIDR prefix, host name or AS number");
        break;
    case SN_LABEL_NO_ROOM:
        complain_of_room(r);
        break;
    case SN_LABEL_ADDED:
        break;
    }
}

void sn_labels_add_csv(sn_labels_t *labels, const char *text, size_t size, sn_label_report_t report,
                       void *context)
{
    static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};
    GString *copy = g_string_new_len(text, (gssize)size); /* lines are taken apart in place */
    char *at = copy->str, *end = at + size;
    if (size >= sizeof byte_order_mark && memcmp(at, byte_order_mark, sizeof byte_order_mark) == 0)
        at += sizeof byte_order_mark;
    for (reader_t r = {labels, 1, report, context}; at < end; r.line++) {
        char *newline = (char *)memchr(at, '\n', (size_t)(end - at));
        char *behind = newline ? newline : end;
        if (memchr(at, '\0', (size_t)(behind - at)))
            complain(&r, "a zero byte: this is no text in UTF-8");
        else
            add_line(&r, at, behind);
        at = newline ? newline + 1 : end;
    }
    g_string_free(copy, TRUE);
}
