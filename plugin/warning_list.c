/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "warning_list.h"

#include <stdlib.h>
#include <wsutil/wsjson.h>

enum {
    /* Wireshark's parser goes back over all it has read at the end of each of these, and MISP's lists have
     * a dozen. */
    MOST_PARTS = 100,
};

/** A JSON file as Wireshark's parser sees it. */
typedef struct {
    char *text;
    jsmntok_t *tokens;
    int count;
    sn_label_report_t report;
    void *context;
} json_t;

/** Steps over a string. @param at its first quote @return its last one, or the end of the text */
static const char *skip_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return at;
}

/** Looks whether the parser will get along with it. @return NULL, or what is wrong */
static const char *check_size(const char *text)
{
    unsigned parts = 0, entries = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            at = skip_string(at);
        parts += *at == '{' || *at == '[' || *at == ':';
        entries += *at == ',';
        if (parts > MOST_PARTS)
            return "is no warning list: it has more than 100 objects, lists and members";
        if (entries > SN_LABELS_MOST)
            return "has more than 1048576 entries";
        if (*at == '\0')
            break;
    }
    return NULL;
}

/** The value of a member of the outermost object. @return NULL: there is none of this type */
static jsmntok_t *member(const json_t *json, const char *name, jsmntype_t type)
{
    for (int at = 1; at + 1 < json->count;) {
        jsmntok_t *key = &json->tokens[at], *value = key + 1;
        size_t length = (size_t)(key->end - key->start);
        if (key->type == JSMN_STRING && value->type == type && length == strlen(name) &&
            memcmp(json->text + key->start, name, length) == 0)
            return value;
        for (at++; at < json->count && json->tokens[at].start < value->end; at++)
            ;
    }
    return NULL;
}

/** A token's string. @return NULL: not right; else the caller frees it */
static char *string_of(const json_t *json, const jsmntok_t *token)
{
    if (!token || token->type != JSMN_STRING)
        return NULL;
    char *text = g_strndup(json->text + token->start, (gsize)(token->end - token->start));
    if (json_decode_string_inplace(text))
        return text;
    g_free(text);
    return NULL;
}

static void add_list(sn_labels_t *labels, const json_t *json, const char *name,
                     const jsmntok_t *list)
{
    unsigned line = 1;
    int at = 0;
    for (const jsmntok_t *entry = list + 1;
         entry < json->tokens + json->count && entry->start < list->end; entry++) {
        for (; at < entry->start; at++)
            line += json->text[at] == '\n';
        char *prefix = string_of(json, entry);
        if (prefix)
            sn_labels_add_text(labels, prefix, name, line, json->report, json->context);
        else
            json->report(json->context, line, "a prefix must be a string");
        g_free(prefix);
    }
}

/** @return NULL, or what is wrong with the file as a whole */
static const char *add(sn_labels_t *labels, const json_t *json)
{
    if (json->count < 1 || json->tokens[0].type != JSMN_OBJECT)
        return "is not a JSON object";
    char *type = string_of(json, member(json, "type", JSMN_STRING));
    bool addresses = !type || g_str_equal(type, "cidr");
    g_free(type);
    if (!addresses)
        return NULL; /* MISP has lists of other things too */
    const jsmntok_t *list = member(json, "list", JSMN_ARRAY);
    char *name = string_of(json, member(json, "name", JSMN_STRING));
    if (name && list)
        add_list(labels, json, name, list);
    bool complete = name && list;
    g_free(name);
    return complete ? NULL : "lacks \"name\" or \"list\"";
}

void sn_warning_list_add(sn_labels_t *labels, char *text, sn_label_report_t report, void *context)
{
    const char *problem = check_size(text);
    if (problem) {
        report(context, 0, problem);
        return;
    }
    int most = json_parse(text, NULL, 0); /* that it ends too early is not seen yet */
    json_t json = {.text = text, .report = report, .context = context};
    json.tokens = g_new0(jsmntok_t, (gsize)MAX(most, 0) + 1);
    json.count = most < 0 ? most : json_parse(text, json.tokens, (unsigned)most + 1);
    problem = json.count < 0 ? "is no JSON" : add(labels, &json);
    g_free(json.tokens);
    if (problem)
        report(context, 0, problem);
}
