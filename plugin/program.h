/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: which of Wireshark's programs has loaded us, and what else it has loaded. */
#ifndef SN_PROGRAM_H
#define SN_PROGRAM_H

#include <stdbool.h>

/** True when the program has windows: Wireshark and not tshark or sharkd. */
bool sn_has_windows(void);

/** True when the user has scripts in Lua, which may listen to anything and look at every packet. */
bool sn_has_scripts(void);

#endif
