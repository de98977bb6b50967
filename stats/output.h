/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h: a FILE to which rows are written while a capture is read. An ordinary file gets them when
 * all are there, and keeps its mode, owner and links; until then they are in a file without a name, so
 * that nothing is left over however the program ends. Pipes, devices and descriptors are written
 * directly. */
#ifndef SN_OUTPUT_H
#define SN_OUTPUT_H

#include <glib.h>

typedef struct sn_output sn_output_t;

/** Takes a file, before anything is read: most of what could go wrong does so here. A pipe without a
 * reader is waited for, but not for long.
 * @param name as on the command line; "-" is standard output
 * @param mine what a file that may be replaced begins with; must stay valid
 * @param error a message in one line that names file and reason, for the caller to free with g_free()
 * @return NULL: it cannot or shall not be written; else it lives until sn_output_close() */
sn_output_t *sn_output_open(const char *name, const char *mine, char **error);

/** Writes. What fails is noted for sn_output_close(), and nothing is written after that. */
void sn_output_write(sn_output_t *output, const char *data, gsize size);

/** Ends it, and lets an ordinary file have its rows. When something failed, now or before, such a file
 * is what it was before, or not there.
 * @return NULL, or a message as above */
char *sn_output_close(sn_output_t *output);

/** Ends it when what was to be written cannot be had: an ordinary file is what it was before. */
void sn_output_abandon(sn_output_t *output);

/** Writes out what standard output still holds.
 * @return NULL, or a message as above when something did not arrive, now or before */
char *sn_output_flush(void);

#endif
