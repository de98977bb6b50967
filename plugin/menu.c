/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "menu.h"

#include <wireshark.h>

#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>

#define README_PAGE "scannoise" G_DIR_SEPARATOR_S "README.html"

/** @param filter the display filter, from the entry's registration */
static void apply_filter(ext_menubar_gui_type gui, void *object, void *filter)
{
    (void)gui;
    (void)object;
    plugin_if_apply_filter((const char *)filter, true);
}

/** The page that was installed with the plugin: the user's own, or else everybody's, as Wireshark
 * prefers files. @return its URL for the caller to free, or NULL when there is none */
static char *readme_url(void)
{
    char *paths[] = {get_persconffile_path(README_PAGE, false), get_datafile_path(README_PAGE)};
    char *url = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (!url && g_file_test(paths[i], G_FILE_TEST_IS_REGULAR))
            url = g_filename_to_uri(paths[i], NULL, NULL);
        g_free(paths[i]);
    }
    return url;
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
    char *url = readme_url();
    if (!url)
        return;
    ext_menubar_add_separator(menu);
    ext_menubar_add_website(menu, "README", "How packets are judged, fields and preferences", url);
    g_free(url);
}
