/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <errno.h>
#include <string.h>

#include "system.h"

enum { MOST_LINKS = 40 }; /* one after another, as in Linux */

/* --- Names ----------------------------------------------------------------------------------- */

/** The number behind a folder of this program's descriptors. @return -1: it is no such name */
static int number_in(const char *folder, const char *path)
{
    if (!g_str_has_prefix(path, folder))
        return -1;
    guint64 number;
    return g_ascii_string_to_unsigned(path + strlen(folder), 10, 0, G_MAXINT, &number, NULL)
               ? (int)number
               : -1;
}

static int descriptor_of(const char *path)
{
    char *number = g_file_read_link("/proc/self", NULL); /* this process's, where there is /proc */
    char *own = g_strdup_printf("/proc/%s/fd/", number ? number : "self");
    g_free(number);
    const char *folders[] = {"/dev/fd/", "/proc/self/fd/", own};
    int found = -1;
    for (size_t i = 0; i < G_N_ELEMENTS(folders) && found < 0; i++)
        found = number_in(folders[i], path);
    g_free(own);
    return found;
}

/** A name whose link tells no path, or one that leads to another file than opening it would. */
static bool is_magic(const char *path)
{
    char *plain = g_canonicalize_filename(path, NULL);
    bool magic = g_str_has_prefix(plain, "/proc/") || g_str_has_prefix(plain, "/dev/fd/");
    g_free(plain);
    return magic;
}

/** Where a link leads. @return NULL: the path is no link */
static char *one_link(const char *path)
{
    char *to = g_file_read_link(path, NULL);
    if (!to || g_path_is_absolute(to))
        return to;
    char *folder = g_path_get_dirname(path);
    char *next = g_build_filename(folder, to, NULL);
    g_free(folder);
    g_free(to);
    return next;
}

static char *follow(const char *name)
{
    char *path = g_strdup(name);
    for (int links = 0; links < MOST_LINKS && !is_magic(path); links++) {
        char *next = one_link(path);
        if (!next)
            break;
        g_free(path);
        path = next;
    }
    if (!is_magic(path))
        return path;
    char *plain = g_canonicalize_filename(path, NULL);
    g_free(path);
    return plain;
}

/* --- What it is ------------------------------------------------------------------------------ */

static int look_at_descriptor(sn_target_t *target)
{
    target->kind = SN_TARGET_DESCRIPTOR;
    return sn_system_is_writable(target->descriptor) ? 0 : EBADF;
}

static int look_at_path(sn_target_t *target)
{
    target->exists = g_stat(target->path, &target->status) == 0;
    if (!target->exists) {
        target->kind = SN_TARGET_FILE;
        return errno == ENOENT ? 0 : errno;
    }
    sn_system_kind_t kind = sn_system_kind(&target->status);
    bool ordinary = kind == SN_SYSTEM_FILE && !is_magic(target->path);
    target->kind = ordinary ? SN_TARGET_FILE : SN_TARGET_SPECIAL;
    if (kind == SN_SYSTEM_FOLDER)
        return EISDIR;
    return sn_system_may_write(target->path) ? 0 : errno;
}

int sn_target_look(const char *name, sn_target_t *target)
{
    *target = (sn_target_t){.descriptor = -1};
    if (g_str_equal(name, "-"))
        target->descriptor = SN_SYSTEM_STDOUT;
    target->path = target->descriptor < 0 ? follow(name) : g_strdup(name);
    if (target->descriptor < 0)
        target->descriptor = descriptor_of(target->path);
    return target->descriptor < 0 ? look_at_path(target) : look_at_descriptor(target);
}

void sn_target_clear(sn_target_t *target)
{
    g_clear_pointer(&target->path, g_free);
}

/* --- Comparing ------------------------------------------------------------------------------- */

/** Two files that are not there yet: they will be one in the same folder under the same name. */
static bool is_same_place(const char *a, const char *b)
{
    char *folders[] = {g_path_get_dirname(a), g_path_get_dirname(b)};
    char *names[] = {g_path_get_basename(a), g_path_get_basename(b)};
    GStatBuf status[2];
    bool same = g_str_equal(names[0], names[1]) && g_stat(folders[0], &status[0]) == 0 &&
                g_stat(folders[1], &status[1]) == 0 && sn_system_is_same(&status[0], &status[1]);
    for (int i = 0; i < 2; i++) {
        g_free(folders[i]);
        g_free(names[i]);
    }
    return same;
}

bool sn_target_equal(const sn_target_t *a, const sn_target_t *b)
{
    if (a->descriptor >= 0 || b->descriptor >= 0)
        return a->descriptor == b->descriptor;
    if (a->exists != b->exists)
        return false;
    if (!a->exists)
        return is_same_place(a->path, b->path);
    return sn_system_is_same(&a->status, &b->status) &&
           sn_system_kind(&a->status) != SN_SYSTEM_DEVICE;
}

/* --- Objections ------------------------------------------------------------------------------ */

/** Whether this program has the file open: the capture that it reads, or where its output goes. */
static bool is_open_here(const GStatBuf *wanted)
{
    static const char folder[] = "/dev/fd";
    GDir *dir = g_dir_open(folder, 0, NULL);
    bool found = false;
    for (const char *name; dir && !found && (name = g_dir_read_name(dir));) {
        char *path = g_build_filename(folder, name, NULL);
        GStatBuf status;
        found = g_stat(path, &status) == 0 && sn_system_is_same(&status, wanted);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    return found;
}

/** @return NULL: the file begins like that or is empty; else what is wrong */
static char *beginning_that_is_not(const char *path, const char *mine)
{
    FILE *file = g_fopen(path, "rb");
    if (!file)
        return g_strdup_printf("what it has cannot be seen: %s", g_strerror(errno));
    size_t wanted = strlen(mine);
    char *begins = (char *)g_malloc0(wanted + 1);
    size_t size = fread(begins, 1, wanted, file);
    bool replaceable = size == 0 || (size == wanted && memcmp(begins, mine, wanted) == 0);
    fclose(file);
    g_free(begins);
    return replaceable ? NULL
                       : g_strdup("it has something else in it; remove it or name another file");
}

char *sn_target_objection(const sn_target_t *target, const char *mine)
{
    if (!target->exists)
        return NULL;
    sn_system_kind_t kind = sn_system_kind(&target->status);
    if (kind == SN_SYSTEM_DISK)
        return g_strdup("it is a disk");
    bool shared = kind == SN_SYSTEM_DEVICE || (is_magic(target->path) && kind != SN_SYSTEM_FILE);
    if (!shared && is_open_here(&target->status))
        return g_strdup("this run has it open, as its capture or an output");
    return target->kind == SN_TARGET_FILE ? beginning_that_is_not(target->path, mine) : NULL;
}
