/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "complaints.h"

#include <wsutil/report_message.h>

#include "engine/shown.h"

enum {
    OF_ONE_FILE = 5, /* lines of the message */
    OF_ALL = 25,
};

void sn_complaints_init(sn_complaints_t *complaints)
{
    *complaints = (sn_complaints_t){.text = g_string_new(NULL)};
}

/** Says how many complaints about the present file are not shown. */
static void end_file(sn_complaints_t *c)
{
    if (c->of_file > OF_ONE_FILE)
        g_string_append_printf(c->text, "\n%s: %u more", c->path, c->of_file - OF_ONE_FILE);
    c->of_file = 0;
}

void sn_complaints_about(sn_complaints_t *complaints, const char *path)
{
    end_file(complaints);
    g_free(complaints->path);
    complaints->path = sn_shown(path, SN_SHOWN_WHOLE);
}

void sn_complain(void *context, unsigned line, const char *problem)
{
    sn_complaints_t *c = (sn_complaints_t *)context;
    if (c->of_file == 0 && c->lines >= OF_ALL) {
        c->left_out++;
        return;
    }
    if (c->of_file++ >= OF_ONE_FILE)
        return;
    c->lines++;
    g_string_append_printf(c->text, "\n%s:", c->path);
    if (line > 0)
        g_string_append_printf(c->text, "%u:", line);
    g_string_append_printf(c->text, " %s", problem);
}

void sn_complaints_clear(sn_complaints_t *complaints)
{
    g_string_free(complaints->text, TRUE);
    g_free(complaints->path);
    *complaints = (sn_complaints_t){0};
}

void sn_complaints_report(sn_complaints_t *complaints, const char *title)
{
    end_file(complaints);
    if (complaints->left_out > 0)
        g_string_append_printf(complaints->text, "\nand %u more in other files",
                               complaints->left_out);
    if (complaints->text->len > 0)
        report_failure("%s:%s", title, complaints->text->str);
    sn_complaints_clear(complaints);
}
