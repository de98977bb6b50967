/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* desktop.h: what Wireshark's window does for scripts, and for us. Programs without windows do none of it,
 * and a Wireshark built without scripts neither. */
#ifndef SN_DESKTOP_H
#define SN_DESKTOP_H

#include <stdbool.h>

/** Whether this Wireshark does the next two. */
bool sn_desktop_is_there(void);

/** Lets all tap listeners see every packet of the open file again, and returns when that is over. */
void sn_desktop_pass(void);

/** Opens a page in the user's browser. @return false: there is none */
bool sn_desktop_browse(const char *url);

#endif
