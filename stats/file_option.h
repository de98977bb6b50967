/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* file_option.h: the argument of a tshark -z option that writes a file: ",FILE[,filter]". */
#ifndef SN_FILE_OPTION_H
#define SN_FILE_OPTION_H

#include "output.h"

#include <stdbool.h>

/** What the argument says. */
typedef struct {
    sn_output_t *output; /* FILE, for sn_output_close() */
    char *name;          /* of FILE, as it may be shown; for the caller to free with g_free() */
    const char *filter;  /* part of the argument; NULL: none */
} sn_file_option_t;

/** Takes the argument apart and opens FILE.
 * @param name     of the option, without arguments, for messages
 * @param argument what follows the name
 * @param mine     what a file that may be replaced begins with; must stay valid
 * @return false: it is wrong, and sn_option_fail() has been told */
bool sn_file_option_open(const char *name, const char *argument, const char *mine,
                         sn_file_option_t *option);

#endif
