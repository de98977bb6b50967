/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* target.h: what a FILE on the command line stands for, and why it shall not be written. */
#ifndef SN_TARGET_H
#define SN_TARGET_H

#include <glib/gstdio.h>
#include <stdbool.h>

typedef enum {
    SN_TARGET_DESCRIPTOR, /* one that this program has open: "-", /dev/stdout, /dev/fd/3 */
    SN_TARGET_SPECIAL, /* a pipe, device or socket; another program's descriptor: written directly */
    SN_TARGET_FILE,    /* an ordinary file, or none yet */
} sn_target_kind_t;

typedef struct {
    sn_target_kind_t kind;
    char *path;     /* with symbolic links followed */
    int descriptor; /* of that kind; else -1 */
    bool exists;    /* then status is what it is like */
    GStatBuf status;
} sn_target_t;

/** Looks at what a name stands for now.
 * @param target is filled in; sn_target_clear() frees what it has
 * @return 0, or the errno that tells why it cannot be seen */
int sn_target_look(const char *name, sn_target_t *target);

/** Frees what it has. */
void sn_target_clear(sn_target_t *target);

/** Whether two targets are one file, pipe or descriptor, or will be when they exist. Devices never are,
 * as they may well be written by two. */
bool sn_target_equal(const sn_target_t *a, const sn_target_t *b);

/** Why this target shall not be written, although it can be seen.
 * @param mine what a file that may be replaced begins with
 * @return NULL: nothing speaks against it; else what follows its name in a message, for the caller to
 *         free with g_free() */
char *sn_target_objection(const sn_target_t *target, const char *mine);

#endif
