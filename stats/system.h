/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* system.h: what POSIX and Windows do each in a way of its own with files, pipes and descriptors. system.c
 * is for POSIX; system_windows.c says what Windows cannot promise. */
#ifndef SN_SYSTEM_H
#define SN_SYSTEM_H

#include <stdbool.h>

#include "target.h"

/** The descriptor that is standard output, for POSIX as for Windows' C library. */
enum { SN_SYSTEM_STDOUT = 1 };

/** What a file is. */
typedef enum {
    SN_SYSTEM_FILE, /* an ordinary one */
    SN_SYSTEM_FOLDER,
    SN_SYSTEM_PIPE,
    SN_SYSTEM_SOCKET,
    SN_SYSTEM_DEVICE, /* a terminal and the like */
    SN_SYSTEM_DISK,
    SN_SYSTEM_OTHER,
} sn_system_kind_t;

/** What a file is that was looked at. */
sn_system_kind_t sn_system_kind(const GStatBuf *status);

/** Whether a file that is there may be written. @return false, with errno set, if not */
bool sn_system_may_write(const char *path);

/** Makes an empty file.
 * @param name ends in XXXXXX, which is overwritten so that no file has the name
 * @param mode less the user's umask
 * @return a descriptor to read and write, or -1 with errno set */
int sn_system_create(char *name, int mode);

/** Makes an empty file that is gone as soon as it is closed, however the program ends.
 * @param name ends in XXXXXX, which is overwritten
 * @param mode less the user's umask
 * @return a descriptor to read and write, or -1 with errno set */
int sn_system_scratch(char *name, int mode);

/** Opens an ordinary file that is there. @return a descriptor to write, or -1 with errno set */
int sn_system_open(const char *path);

/** Makes another descriptor of what one has open. @return it, or -1 with errno set */
int sn_system_duplicate(int descriptor);

/** Reads from a place in the file, wherever the descriptor is.
 * @param at bytes from the beginning
 * @return how many bytes, 0 at the end, or -1 with errno set */
gssize sn_system_read_at(int descriptor, void *data, gsize size, goffset at);

/** Gives a new file owner and mode of another. @return 0 or an errno */
int sn_system_take_after(int descriptor, const GStatBuf *old);

/** Makes sure that there is room for so many bytes, on disks that can say so. @return 0 or an errno */
int sn_system_reserve(int descriptor, goffset size);

/** Makes a file as long as that. @return 0 or an errno */
int sn_system_resize(int descriptor, goffset size);

/** Opens a pipe, device or socket without waiting for the other side, but for a pipe's reader, which may
 * have been started together with us. @return a descriptor to write, or -1 with errno set */
int sn_system_open_special(const sn_target_t *target);

/** Waits until a pipe, device, socket or file takes some bytes, and writes as many as it takes at once.
 * A signal ends the waiting. @return how many, or -1 with errno set */
gssize sn_system_write(int descriptor, const char *data, gsize size);

/** Whether this program has the descriptor open to write. */
bool sn_system_is_writable(int descriptor);

/** Whether two files that were looked at are one. */
bool sn_system_is_same(const GStatBuf *a, const GStatBuf *b);

#endif
