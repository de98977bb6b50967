/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* menu.h: Wireshark's menu Tools → Scan Noise. */
#ifndef SN_MENU_H
#define SN_MENU_H

#include "engine/engine.h"

/** Registers the menu; does nothing in programs without one. Call while protocols register. */
void sn_menu_register(int proto);

/** What is known of the selected packet, if it is a scan; who selected another one is told.
 * @param noun what was wanted of it, for the message
 * @return false: it is no scan */
bool sn_menu_selected_scan(const char *noun, sn_flow_view_t *view, sn_addr_t *scanner);

#endif
