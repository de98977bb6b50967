/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* refusal.h: takes back what a user has set in Wireshark's windows and cannot be used. Wireshark asks no
 * plugin before it saves preferences, so the former ones are saved over them. */
#ifndef SN_REFUSAL_H
#define SN_REFUSAL_H

#include <stdbool.h>

#include <epan/prefs.h>

#include "wireshark-compat.h"

/** Guards a preference, once it is registered. @param value where Wireshark keeps it */
void sn_refusal_guard_number(unsigned *value);
void sn_refusal_guard_switch(sn_ws_bool_t *value);
void sn_refusal_guard_text(module_t *module, const char *name);

/** Notes all values as ones that can be used. */
void sn_refusal_accept(void);

/** Notes that Wireshark has set what its user's profile begins with. */
void sn_refusal_begin(void);

/** Takes all values back to what was accepted last in this profile, and saves them.
 * @return false: they stay, as they come from the profile's file or the command line, and are no change that
 * the user has just made */
bool sn_refusal_take_back(void);

#endif
