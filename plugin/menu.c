/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "menu.h"

#include <wireshark.h>

#include <epan/plugin_if.h>
#include <wsutil/filesystem.h>
#include <wsutil/report_message.h>

#include "dissector.h"
#include "menu_browser.h"
#include "names.h"
#include "gui_windows.h"

#define README_PAGE "scannoise" G_DIR_SEPARATOR_S "README.html"

/** @param filter the display filter, from the entry's registration */
static void apply_filter(ext_menubar_gui_type gui, void *object, void *filter)
{
    (void)gui;
    (void)object;
    plugin_if_apply_filter((const char *)filter, true);
}

/* --- What the selected packet is one of ------------------------------------------------------- */

/** @return the filter for all packets that have something in common with a scan packet, which the caller
 * frees; NULL: it does not have that */
typedef char *(*filter_of_t)(const sn_flow_view_t *view, const sn_addr_t *scanner);

typedef struct {
    const char *noun, *entry, *tooltip;
    filter_of_t filter_of;
} common_t;

static char *filter_of_scanner(const sn_flow_view_t *view, const sn_addr_t *scanner)
{
    (void)view;
    char *number = sn_address_number(NULL, scanner);
    char *filter =
        g_strdup_printf("scannoise.scanner%s == %s", scanner->version == 6 ? "6" : "", number);
    wmem_free(NULL, number);
    return filter;
}

static char *filter_of_port(const sn_flow_view_t *view, const sn_addr_t *scanner)
{
    (void)scanner;
    if (!view->has_port)
        return NULL;
    return g_strdup_printf("scannoise.port == %u && %s", view->port,
                           sn_transport_text(view->transport));
}

static char *filter_of_technique(const sn_flow_view_t *view, const sn_addr_t *scanner)
{
    (void)scanner;
    return g_strdup_printf("scannoise.technique == \"%s\"", sn_technique_label(view->technique));
}

static void complain(uint32_t frame, const char *noun, sn_verdict_t verdict)
{
    if (frame == 0)
        report_warning("Scan Noise: no packet is selected, so there is no %s to show.", noun);
    else if (verdict == SN_VERDICT_SCAN)
        report_warning("Scan Noise: packet %u is a scan without a %s.", frame, noun);
    else
        report_warning("Scan Noise: packet %u is %s, so there is no %s to show.", frame,
                       verdict == SN_VERDICT_BACKSCATTER ? "backscatter and no scan" : "no noise",
                       noun);
}

bool sn_menu_selected_scan(const char *noun, sn_flow_view_t *view, sn_addr_t *scanner)
{
    uint32_t frame = sn_windows_selected_frame();
    sn_verdict_t verdict = sn_dissector_judge(frame, view, scanner);
    if (verdict != SN_VERDICT_SCAN)
        complain(frame, noun, verdict);
    return verdict == SN_VERDICT_SCAN;
}

static void show_common(ext_menubar_gui_type gui, void *object, void *data)
{
    (void)gui;
    (void)object;
    const common_t *common = (const common_t *)data;
    sn_flow_view_t view;
    sn_addr_t scanner;
    if (!sn_menu_selected_scan(common->noun, &view, &scanner))
        return;
    char *filter = common->filter_of(&view, &scanner);
    if (filter)
        plugin_if_apply_filter(filter, true);
    else
        complain(sn_windows_selected_frame(), common->noun, SN_VERDICT_SCAN);
    g_free(filter);
}

static void add_common(ext_menu_t *menu)
{
    static common_t commons[] = {
        {"scanner", "Show only this scanner", "All scan packets of the selected packet's sender",
         filter_of_scanner},
        {"port", "Show only this port", "All scan packets to the selected packet's port",
         filter_of_port},
        {"technique", "Show only this technique",
         "All scan packets of the selected one's technique", filter_of_technique},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(commons); i++)
        ext_menubar_add_entry(menu, commons[i].entry, commons[i].tooltip, show_common, &commons[i]);
}

/* --- The menu -------------------------------------------------------------------------------- */

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
    static char only_scans[] = "scannoise.scan", no_noise[] = "!scannoise",
                only_backscatter[] = "scannoise.backscatter";
    ext_menu_t *menu = ext_menubar_register_menu(proto, "Scan Noise", true);
    ext_menubar_set_parentmenu(menu, "Tools");
    ext_menubar_add_entry(menu, "Show only scans", "Apply the display filter scannoise.scan",
                          apply_filter, only_scans);
    ext_menubar_add_entry(menu, "Show only backscatter",
                          "Apply the display filter scannoise.backscatter", apply_filter,
                          only_backscatter);
    ext_menubar_add_entry(menu, "Hide noise", "Apply the display filter !scannoise", apply_filter,
                          no_noise);
    ext_menubar_add_separator(menu);
    add_common(menu);
    sn_menu_add_browser(menu);
    char *url = readme_url();
    if (!url)
        return;
    ext_menubar_add_separator(menu);
    ext_menubar_add_website(menu, "README", "How packets are judged, fields and preferences", url);
    g_free(url);
}
