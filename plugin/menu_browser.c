/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "menu_browser.h"

#include <wireshark.h>

#include <glib/gstdio.h>
#include <wsutil/report_message.h>

#include "desktop.h"
#include "menu.h"
#include "stats/lookups.h"
#include "stats/report.h"
#include "gui_windows.h"

static void browse(const char *url)
{
    if (!sn_desktop_browse(url))
        report_warning("Scan Noise: Wireshark could not open a browser for %s", url);
}

/* --- The report ------------------------------------------------------------------------------ */

/** A file for the report, where nobody else can read it. @return NULL: there is none, as was told */
static char *temporary_file(void)
{
    char *path = NULL;
    GError *error = NULL;
    int descriptor = g_file_open_tmp("scannoise-XXXXXX.html", &path, &error);
    if (descriptor >= 0) {
        g_close(descriptor, NULL);
        return path;
    }
    report_failure("Scan Noise: no temporary file for the report: %s", error->message);
    g_error_free(error);
    return NULL;
}

static void show_counted(const sn_listener_t *counted)
{
    char *path = temporary_file();
    if (!path)
        return;
    char *error = sn_report_write(counted, path);
    char *url = error ? NULL : g_filename_to_uri(path, NULL, NULL);
    if (url)
        browse(url);
    if (error) {
        report_failure("Scan Noise: %s", error);
        g_unlink(path);
    }
    g_free(url);
    g_free(error);
    g_free(path);
}

static void show_report(ext_menubar_gui_type gui, void *object, void *data)
{
    (void)gui;
    (void)object;
    (void)data;
    if (!sn_windows_are_idle()) {
        report_warning("Scan Noise: there is no capture to report on, or it is still being read.");
        return;
    }
    sn_listener_t *counted = sn_report_count(NULL);
    bool whole = sn_listener_count(counted, sn_desktop_pass) && !sn_windows_are_stopped();
    if (whole)
        show_counted(counted);
    else
        report_warning("Scan Noise: the counting was stopped, so there is no report.");
    sn_listener_free(counted);
}

/* --- Who else knows the scanner -------------------------------------------------------------- */

/** @param data of sn_lookup_t */
static void look_up(ext_menubar_gui_type gui, void *object, void *data)
{
    (void)gui;
    (void)object;
    sn_flow_view_t view;
    sn_addr_t scanner;
    if (!sn_menu_selected_scan("scanner", &view, &scanner))
        return;
    char *url = sn_lookup_url((const sn_lookup_t *)data, &scanner);
    browse(url);
    g_free(url);
}

void sn_menu_add_browser(ext_menu_t *menu)
{
    ext_menubar_add_separator(menu);
    ext_menubar_add_entry(menu, "Report in the browser",
                          "All statistics of the open file on one page, with charts", show_report,
                          NULL);
    ext_menubar_add_separator(menu);
    unsigned count;
    const sn_lookup_t *lookups = sn_lookups(&count);
    for (unsigned i = 0; i < count; i++) {
        char *entry = g_strdup_printf("This scanner at %s", lookups[i].name);
        char *tooltip = g_strdup_printf(
            "Opens %s's page about the sender of the selected scan packet", lookups[i].name);
        ext_menubar_add_entry(menu, entry, tooltip, look_up, (void *)&lookups[i]);
        g_free(entry);
        g_free(tooltip);
    }
}
