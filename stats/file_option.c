/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "file_option.h"

#include "engine/shown.h"
#include "option.h"
#include "wireshark-compat.h"

#include <string.h>

/** Somebody who writes a filter where FILE belongs shall not get a file of that name. */
static bool looks_like_filter(const char *text)
{
    static const char *const operators[] = {"==", "!=", "<", ">", "&&", "||"};
    if (*text == '/' || *text == '.') /* a path: the way to name such a file */
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (strstr(text, operators[i]))
            return true;
    return sn_is_display_filter(text);
}

/** @param all what follows the option, of which file is the first part
 * @return NULL, or why no file is named there; the caller frees it */
static char *objection(const char *name, const char *all, const char *file)
{
    if (*file == '\0')
        return g_strdup_printf("no file named: -z %s,FILE[,filter]", name);
    if (looks_like_filter(file) || sn_is_display_filter(all))
        return g_strdup_printf("%s is a display filter, and no file named: -z %s,FILE[,filter]",
                               all, name);
    return NULL;
}

bool sn_file_option_open(const char *name, const char *argument, const char *mine,
                         sn_file_option_t *option)
{
    const char *all = *argument == ',' ? argument + 1 : argument;
    const char *comma = strchr(all, ',');
    char *file = comma ? g_strndup(all, (gsize)(comma - all)) : g_strdup(all);
    char *error = objection(name, all, file);
    *option = (sn_file_option_t){.filter = comma ? comma + 1 : NULL};
    option->output = error ? NULL : sn_output_open(file, mine, &error);
    if (option->output)
        option->name = sn_shown(file, SN_SHOWN_WHOLE);
    else
        sn_option_fail("%s: %s", name, error);
    g_free(error);
    g_free(file);
    return option->output != NULL;
}
