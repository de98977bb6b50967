/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "program.h"

#include <gmodule.h>
#include <wireshark.h>

#include <epan/plugin_if.h>

/* Wireshark fills in the information; tshark and sharkd leave it as zeros or absent. To ask costs a table
 * of what is asked, and here it is asked for each packet; no program gets windows later on. */
bool sn_has_windows(void)
{
    static enum { UNKNOWN, NO, YES } answer;
    if (answer == UNKNOWN) {
        ws_info_t *info = NULL;
        plugin_if_get_ws_info(&info);
        answer = info && info->ws_info_supported ? YES : NO;
    }
    return answer == YES;
}

/* No header of Wireshark's that is installed has this function, and Wireshark may be built without it. */
bool sn_has_scripts(void)
{
    int (*count)(void) = NULL;
    GModule *all = g_module_open(NULL, 0);
    if (!all)
        return false;
    bool found = g_module_symbol(all, "wslua_count_plugins", (gpointer *)&count);
    bool any = found && count && count() > 0;
    g_module_close(all);
    return any;
}
