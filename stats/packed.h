/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* packed.h: data in a text file, in little room: compressed (gzip) and in base64, whose characters mean
 * nothing in any markup. */
#ifndef SN_PACKED_H
#define SN_PACKED_H

#include <stdio.h>

#include "output.h"

/** Writes all of a file, packed.
 * @param from open for reading; read from its beginning
 * @return NULL, or why it could not be read, for the caller to free with g_free(). What goes wrong with the
 *         output is for sn_output_close() */
char *sn_packed_write(sn_output_t *output, FILE *from);

#endif
