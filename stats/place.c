/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "place.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "system.h"

enum {
    ANYBODY = 0666,  /* less the user's umask */
    BLOCK = 1 << 14, /* on the stack, of which Wireshark allows a function 32 KiB */
};

/** @return for the name of a new file in the folder of a path, for the caller to free */
static char *name_beside(const char *path)
{
    char *folder = g_path_get_dirname(path);
    char *name = g_build_filename(folder, ".scannoise-XXXXXX", NULL);
    g_free(folder);
    return name;
}

int sn_place_scratch(const char *path)
{
    char *name = name_beside(path);
    int descriptor = sn_system_scratch(name, ANYBODY);
    g_free(name);
    return descriptor;
}

/** @return false, with errno set, when not all of it could be written */
static bool write_all(int to, const char *data, gsize size)
{
    for (gssize written = 0; size > 0; data += written, size -= (gsize)written) {
        written = sn_system_write(to, data, size);
        if (written < 0)
            return false;
    }
    return true;
}

/** From the beginning, wherever the one descriptor is. @return 0 or an errno */
static int copy(int from, int to)
{
    char block[BLOCK];
    goffset at = 0;
    for (gssize size; (size = sn_system_read_at(from, block, sizeof block, at)) != 0; at += size)
        if (size < 0 || !write_all(to, block, (gsize)size))
            return errno;
    return 0;
}

/** Puts a new file in the place of the one that is there, if any. @return 0 or an errno */
static int exchange(int from, const sn_target_t *target)
{
    char *part = name_beside(target->path);
    int to = sn_system_create(part, ANYBODY);
    int error = to < 0 ? errno : 0;
    if (error == 0 && target->exists)
        error = sn_system_take_after(to, &target->status);
    if (error == 0)
        error = copy(from, to);
    if (to >= 0 && !g_close(to, NULL) && error == 0)
        error = errno;
    if (error == 0 && g_rename(part, target->path) != 0)
        error = errno;
    if (to >= 0 && error != 0)
        g_unlink(part);
    g_free(part);
    return error;
}

/** @return 0 or an errno */
static int overwrite(int from, goffset size, const sn_target_t *target)
{
    int to = sn_system_open(target->path);
    if (to < 0)
        return errno;
    int error = sn_system_reserve(to, size);
    bool has_room = error == 0;
    if (has_room)
        error = copy(from, to);
    int resized = sn_system_resize(to, has_room ? size : target->status.st_size);
    if (error == 0)
        error = resized;
    if (!g_close(to, NULL) && error == 0)
        error = errno;
    return error;
}

int sn_place(int from, goffset size, const sn_target_t *target)
{
    bool is_one_of_many = target->exists && target->status.st_nlink > 1;
    int error = is_one_of_many ? EPERM : exchange(from, target);
    return error == EPERM && target->exists ? overwrite(from, size, target) : error;
}
