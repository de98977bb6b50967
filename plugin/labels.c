/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "labels.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <wsutil/filesystem.h>

#include "complaints.h"
#include "engine/label_file.h"
#include "names.h"
#include "warning_list.h"

enum {
    MOST_BYTES = 64 << 20, /* of one file */
    MOST_DEPTH = 3,        /* of folders in folders */
    MOST_FILES = 4096,     /* label files in them; MISP has about a hundred lists */
    MOST_ENTRIES = 65536,  /* of all folders, label files or not */
};

static const char folder_name[] = "scannoise";

/* Made from files of plugin/data when the plugin is built. */
extern const unsigned char sn_shipped_labels[], sn_shipped_names[];
extern const size_t sn_shipped_labels_size, sn_shipped_names_size;

static sn_labels_t *labels;
static sn_as_number_t as_number; /* NULL: nobody knows systems */
static char *read_state;         /* the files that were read, with their times and sizes */

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

/** @return what is wrong with the file as a whole; NULL: nothing */
static const char *look_at(const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) != 0)
        return g_strerror(errno);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || status.st_size > MOST_BYTES)
        return "is no file of up to 64 MiB";
    return NULL;
}

static void read_file(const char *path, sn_complaints_t *complaints)
{
    sn_complaints_about(complaints, path);
    const char *problem = look_at(path);
    char *text;
    gsize size;
    GError *error = NULL;
    if (problem) {
        sn_complain(complaints, 0, problem);
    } else if (!g_file_get_contents(path, &text, &size, &error)) {
        sn_complain(complaints, 0, g_strerror(errno));
        g_error_free(error);
    } else {
        if (is_json(path))
            sn_warning_list_add(labels, text, sn_complain, complaints);
        else
            sn_labels_add_csv(labels, text, size, sn_complain, complaints);
        g_free(text);
    }
}

/* --- Folders --------------------------------------------------------------------------------- */

/** A file or folder, whatever it is called. */
typedef struct {
    guint64 device, inode;
} identity_t;

static int compare_identities(const void *a, const void *b, void *unused)
{
    (void)unused;
    const identity_t *x = (const identity_t *)a, *y = (const identity_t *)b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return (x->inode > y->inode) - (x->inode < y->inode);
}

/** A set of identities. */
static GTree *identities_new(void)
{
    return g_tree_new_full(compare_identities, NULL, g_free, NULL);
}

/** Notes what the path leads to. @return false when it was noted before, under any name */
static bool note(GTree *seen, const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) != 0 || status.st_ino == 0) /* 0: the system has no such numbers */
        return true;
    identity_t key = {status.st_dev, status.st_ino};
    if (g_tree_lookup_extended(seen, &key, NULL, NULL))
        return false;
    g_tree_insert(seen, g_memdup2(&key, sizeof key), NULL);
    return true;
}

/** Label files while they are looked for. */
typedef struct {
    GPtrArray *files;
    GTree *folders; /* identities of those that were looked into */
    unsigned entries;
    bool is_full; /* and the user is told */
    sn_complaints_t *complaints;
} search_t;

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/** What the folder has, in the order of the names, as far as there is room for it. */
static GPtrArray *entries_of(search_t *s, const char *folder)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    GDir *dir = g_dir_open(folder, 0, &error);
    if (error && !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        sn_complaints_about(s->complaints, folder);
        sn_complain(s->complaints, 0, g_strerror(errno));
    }
    g_clear_error(&error);
    for (const char *name; dir && s->entries < MOST_ENTRIES && (name = g_dir_read_name(dir));) {
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
        s->entries++;
    }
    if (dir)
        g_dir_close(dir);
    if (paths->len > 0)
        qsort(paths->pdata, paths->len, sizeof(void *), compare_paths);
    return paths;
}

/** @return true when no more is looked at, of which the user hears once */
static bool is_full(search_t *s, const char *folder)
{
    if (s->files->len < MOST_FILES && s->entries < MOST_ENTRIES)
        return false;
    if (!s->is_full) {
        sn_complaints_about(s->complaints, folder);
        sn_complain(s->complaints, 0,
                    "more than 4096 label files, or 65536 of all files, are not looked at");
    }
    s->is_full = true;
    return true;
}

/** Appends the label files of a folder and its folders, in the order of their names. A folder that links
 * lead to again is looked into once. */
static void list_folder(search_t *s, const char *folder, int depth)
{
    if (depth == 0 || !note(s->folders, folder))
        return;
    GPtrArray *paths = entries_of(s, folder);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = (const char *)g_ptr_array_index(paths, i);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            list_folder(s, path, depth - 1);
        else if (is_label_file(path) && !is_full(s, folder))
            g_ptr_array_add(s->files, g_strdup(path));
    }
    is_full(s, folder);
    g_ptr_array_unref(paths);
}

static void list_folders(GPtrArray *files, const char *folder, sn_complaints_t *complaints)
{
    search_t s = {.files = files, .folders = identities_new(), .complaints = complaints};
    list_folder(&s, folder, MOST_DEPTH);
    g_tree_unref(s.folders);
}

/** Leaves of the names of one file the last: later files count, and reading it again would change nothing. */
static void drop_repeated(GPtrArray *files)
{
    GTree *seen = identities_new();
    for (guint i = files->len; i-- > 0;)
        if (!note(seen, (const char *)g_ptr_array_index(files, i)))
            g_ptr_array_remove_index(files, i);
    g_tree_unref(seen);
}

/** All label files, in the order in which they are read. */
static GPtrArray *list_files(const char *preference, sn_complaints_t *complaints)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    char *personal = get_persconffile_path(folder_name, FALSE);
    list_folders(files, personal, complaints);
    g_free(personal);
    if (preference && g_file_test(preference, G_FILE_TEST_IS_DIR))
        list_folders(files, preference, complaints);
    else if (preference && *preference != '\0')
        g_ptr_array_add(files, g_strdup(preference));
    drop_repeated(files);
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

static void read_shipped(const char *name, const unsigned char *text, size_t size,
                         sn_complaints_t *complaints)
{
    sn_complaints_about(complaints, name);
    sn_labels_add_csv(labels, (const char *)text, size, sn_complain, complaints);
}

/** Reads them all, those first that the plugin carries. */
static void read_files(const GPtrArray *files, sn_complaints_t *complaints)
{
    sn_labels_free(labels);
    labels = sn_labels_new();
    read_shipped("labels.csv", sn_shipped_labels, sn_shipped_labels_size, complaints);
    read_shipped("names.csv", sn_shipped_names, sn_shipped_names_size, complaints);
    for (guint i = 0; i < files->len; i++)
        read_file((const char *)g_ptr_array_index(files, i), complaints);
}

void sn_labels_refresh(const char *preference)
{
    sn_complaints_t complaints;
    sn_complaints_init(&complaints);
    GPtrArray *files = list_files(preference, &complaints);
    char *state = state_of(files);
    if (!read_state || !g_str_equal(state, read_state)) {
        read_files(files, &complaints);
        sn_complaints_report(&complaints, "Scan Noise labels that cannot be used");
    } else {
        sn_complaints_clear(&complaints); /* the user has heard of it */
    }
    g_free(read_state);
    read_state = state;
    g_ptr_array_unref(files);
}

void sn_labels_ask_systems(sn_as_number_t number_of)
{
    as_number = number_of;
}

/** By prefix, by system, by name: who can forge one of these has a harder time with those before it. */
static const sn_label_t *find(const sn_addr_t *address)
{
    const sn_label_t *label = sn_labels_find(labels, address);
    if (!label && as_number && sn_labels_have_as(labels))
        label = sn_labels_find_as(labels, as_number(address));
    const char *name = label ? NULL : sn_known_name(address);
    return name ? sn_labels_find_name(labels, name) : label;
}

static sn_organisation_t look_up(const sn_addr_t *address, const char **text)
{
    const sn_label_t *label = labels ? find(address) : NULL;
    bool has = label && *label->text != '\0';
    if (text)
        *text = has ? label->text : NULL;
    return has ? label->kind : SN_ORGANISATION_UNKNOWN;
}

sn_organisation_t sn_label_kind(const sn_addr_t *address)
{
    return look_up(address, NULL);
}

const char *sn_label_of(const sn_addr_t *address)
{
    const char *text;
    look_up(address, &text);
    return text;
}
