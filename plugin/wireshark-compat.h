/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wireshark-compat.h: what differs between Wireshark 4.0, 4.4 and 4.6, gathered in one place. */
#ifndef SN_WIRESHARK_COMPAT_H
#define SN_WIRESHARK_COMPAT_H

#include <ws_version.h>

#define SN_WIRESHARK (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)

#endif
