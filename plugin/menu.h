/* SPDX-License-Identifier: GPL-2.0-or-later */
/* menu.h: Wireshark's menu Tools → Scan Noise. */
#ifndef SN_MENU_H
#define SN_MENU_H

/** Registers the menu; does nothing in programs without one. Call while protocols register. */
void sn_menu_register(int proto);

#endif
