/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* menu_browser.h: the entries of the menu Scan Noise that open a page in the user's browser. */
#ifndef SN_MENU_BROWSER_H
#define SN_MENU_BROWSER_H

#include <epan/plugin_if.h>

/** Adds them: the report of the open file, and what others know of the selected packet's scanner. */
void sn_menu_add_browser(ext_menu_t *menu);

#endif
