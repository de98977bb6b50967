/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "menu.h"

#include <epan/plugin_if.h>

/** @param filter the display filter, from the entry's registration */
static void apply_filter(ext_menubar_gui_type gui, void *object, void *filter)
{
    (void)gui;
    (void)object;
    plugin_if_apply_filter((const char *)filter, true);
}

void sn_menu_register(int proto)
{
    static char only_scans[] = "scannoise.scan", no_noise[] = "!scannoise";
    ext_menu_t *menu = ext_menubar_register_menu(proto, "Scan Noise", true);
    ext_menubar_set_parentmenu(menu, "Tools");
    ext_menubar_add_entry(menu, "Show only scans", "Apply the display filter scannoise.scan",
                          apply_filter, only_scans);
    ext_menubar_add_entry(menu, "Hide noise", "Apply the display filter !scannoise", apply_filter,
                          no_noise);
    ext_menubar_add_separator(menu);
    ext_menubar_add_website(menu, "About \"Internet's Noise\"",
                            "The article that Scan Noise was born from",
                            "https://weberblog.net/internets-noise/");
}
