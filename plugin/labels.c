/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "labels.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <wsutil/filesystem.h>
#include <wsutil/report_message.h>
#include <wsutil/wsjson.h>

#include "engine/label.h"
#include "engine/shown.h"

enum {
    MOST_BYTES = 64 << 20, /* of one file */
    MOST_REPORTS = 5,      /* lines about one file */
    MOST_DEPTH = 3,        /* of folders in folders */
};

static const char folder_name[] = "scannoise";

/* Made from plugin/data/labels.csv when the plugin is built. */
extern const unsigned char sn_shipped_labels[];
extern const size_t sn_shipped_labels_size;

static sn_labels_t *labels;
static char *read_state; /* the files that were read, with their times and sizes */

/* --- Reports --------------------------------------------------------------------------------- */

/** What is wrong with one file. */
typedef struct {
    const char *path;
    GString *text;
    unsigned problems;
} problems_t;

static void report_line(void *context, unsigned line, const char *problem)
{
    problems_t *p = (problems_t *)context;
    if (p->problems++ >= MOST_REPORTS)
        return;
    char *path = sn_shown(p->path, SN_SHOWN_WHOLE);
    g_string_append_printf(p->text, "\n%s:%u: %s", path, line, problem);
    g_free(path);
}

static void report_file(const char *path, const char *problem)
{
    char *message = g_strdup_printf("Scan Noise labels: %s: %s", path, problem);
    char *shown = sn_shown(message, SN_SHOWN_WHOLE);
    report_failure("%s", shown);
    g_free(shown);
    g_free(message);
}

static void report_problems(const problems_t *p)
{
    if (p->problems == 0)
        return;
    char *path = sn_shown(p->path, SN_SHOWN_WHOLE);
    if (p->problems > MOST_REPORTS)
        g_string_append_printf(p->text, "\n%s: %u more", path, p->problems - MOST_REPORTS);
    report_failure("Scan Noise labels that cannot be used:%s", p->text->str);
    g_free(path);
}

/* --- MISP's warning lists: {"name": "…", "list": ["prefix", …]} ------------------------------- */

/** A JSON file as Wireshark's parser sees it. */
typedef struct {
    char *text;
    jsmntok_t *tokens;
    int count;
} json_t;

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

static void add_list(const json_t *json, const char *name, const jsmntok_t *list, problems_t *p)
{
    unsigned line = 1;
    int at = 0;
    for (const jsmntok_t *entry = list + 1;
         entry < json->tokens + json->count && entry->start < list->end; entry++) {
        for (; at < entry->start; at++)
            line += json->text[at] == '\n';
        char *prefix = string_of(json, entry);
        if (prefix)
            sn_labels_add_text(labels, prefix, name, line, report_line, p);
        else
            report_line(p, line, "a prefix must be a string");
        g_free(prefix);
    }
}

/** @return NULL, or what is wrong with the file as a whole */
static const char *add_warning_list(const json_t *json, problems_t *p)
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
        add_list(json, name, list, p);
    bool complete = name && list;
    g_free(name);
    return complete ? NULL : "lacks \"name\" or \"list\"";
}

static void add_json(char *text, problems_t *p)
{
    int most = json_parse(text, NULL, 0); /* that it ends too early is not seen yet */
    json_t json = {.text = text, .tokens = g_new0(jsmntok_t, (gsize)MAX(most, 0) + 1)};
    json.count = most < 0 ? most : json_parse(text, json.tokens, (unsigned)most + 1);
    const char *problem = json.count < 0 ? "is no JSON" : add_warning_list(&json, p);
    g_free(json.tokens);
    if (problem)
        report_file(p->path, problem);
}

/* --- Files ----------------------------------------------------------------------------------- */

static bool is_json(const char *path)
{
    char *lower = g_ascii_strdown(path, -1);
    bool json = g_str_has_suffix(lower, ".json");
    g_free(lower);
    return json;
}

static bool is_label_file(const char *path)
{
    char *lower = g_ascii_strdown(path, -1);
    bool csv = g_str_has_suffix(lower, ".csv");
    g_free(lower);
    return csv || is_json(path);
}

static void read_file(const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) != 0) {
        report_file(path, g_strerror(errno));
        return;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || status.st_size > MOST_BYTES) {
        report_file(path, "is no file of up to 64 MiB");
        return;
    }
    char *text;
    gsize size;
    GError *error = NULL;
    if (!g_file_get_contents(path, &text, &size, &error)) {
        report_file(path, error->message);
        g_error_free(error);
        return;
    }
    problems_t problems = {.path = path, .text = g_string_new(NULL)};
    if (is_json(path))
        add_json(text, &problems);
    else
        sn_labels_add_csv(labels, text, size, report_line, &problems);
    report_problems(&problems);
    g_string_free(problems.text, TRUE);
    g_free(text);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/** Appends the label files of a folder and its folders, in the order of their names. */
static void list_folder(GPtrArray *files, const char *folder, int depth)
{
    GDir *dir = depth > 0 ? g_dir_open(folder, 0, NULL) : NULL;
    if (!dir)
        return;
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    if (paths->len > 0)
        qsort(paths->pdata, paths->len, sizeof(void *), compare_paths);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = (const char *)g_ptr_array_index(paths, i);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            list_folder(files, path, depth - 1);
        else if (is_label_file(path))
            g_ptr_array_add(files, g_strdup(path));
    }
    g_ptr_array_unref(paths);
}

/** All label files, in the order in which they are read. */
static GPtrArray *list_files(const char *preference)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    char *personal = get_persconffile_path(folder_name, FALSE);
    list_folder(files, personal, MOST_DEPTH);
    g_free(personal);
    if (!preference || *preference == '\0')
        return files;
    if (g_file_test(preference, G_FILE_TEST_IS_DIR))
        list_folder(files, preference, MOST_DEPTH);
    else
        g_ptr_array_add(files, g_strdup(preference));
    return files;
}

/** What the files look like from outside: another look means that they have to be read. */
static char *state_of(const GPtrArray *files)
{
    GString *state = g_string_new(NULL);
    for (guint i = 0; i < files->len; i++) {
        const char *path = (const char *)g_ptr_array_index(files, i);
        GStatBuf status = {0};
        if (g_stat(path, &status) != 0)
            status.st_size = -1;
        g_string_append_printf(state, "%s\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", path,
                               (gint64)status.st_mtime, (gint64)status.st_size);
    }
    return g_string_free(state, FALSE);
}

void sn_labels_refresh(const char *preference)
{
    GPtrArray *files = list_files(preference);
    char *state = state_of(files);
    if (!read_state || !g_str_equal(state, read_state)) {
        sn_labels_free(labels);
        labels = sn_labels_new();
        problems_t none = {.path = "labels.csv"};
        sn_labels_add_csv(labels, (const char *)sn_shipped_labels, sn_shipped_labels_size,
                          report_line, &none);
        for (guint i = 0; i < files->len; i++)
            read_file((const char *)g_ptr_array_index(files, i));
    }
    g_free(read_state);
    read_state = state;
    g_ptr_array_unref(files);
}

const char *sn_label_of(const sn_addr_t *address)
{
    return labels ? sn_labels_find(labels, address) : NULL;
}
