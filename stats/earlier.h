/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* earlier.h: what -z scannoise,json has printed of an earlier capture, to compare a report with. */
#ifndef SN_EARLIER_H
#define SN_EARLIER_H

#include <stdio.h>

/** Opens such a file, and looks whether it is one, and whole. What its members say is for who reads it.
 * @param path  NULL or empty: there is nothing to compare with
 * @param error NULL, or a message in one line, for the caller to free with g_free()
 * @return NULL: none, or an error; else for the caller to close */
FILE *sn_earlier_open(const char *path, char **error);

#endif
