/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h: a file that is written under another name in the same folder and gets its own when it is
 * complete, so that nobody ever reads half of it. What is no ordinary file (a pipe, a terminal) is
 * written directly. */
#ifndef SN_OUTPUT_H
#define SN_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct {
    char *path;
    char *part; /* the other name; NULL: written directly */
    FILE *file; /* NULL: not begun */
} sn_output_t;

/** Looks whether the file can be written, and leaves nothing behind.
 * @return NULL, or a message that names file and reason; the caller frees it with g_free() */
char *sn_output_check(const char *path);

/** Begins to write; output->file is open then.
 * @param output its path is set and the rest NULL
 * @return NULL, or a message as above */
char *sn_output_begin(sn_output_t *output);

/** Ends the file and gives it its name. When something could not be written, now or before, what
 * there is of it is removed.
 * @return NULL, or a message as above */
char *sn_output_end(sn_output_t *output);

#endif
