/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wireshark-compat.h: what differs between Wireshark 4.0, 4.4 and 4.6, gathered in one place. */
#ifndef SN_WIRESHARK_COMPAT_H
#define SN_WIRESHARK_COMPAT_H

#include <glib.h>
#include <stdbool.h>
#include <ws_version.h>

#define SN_WIRESHARK (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)

/** What a boolean preference points to: GLib's boolean until 4.2, C's since. */
#if SN_WIRESHARK < 402
typedef gboolean sn_ws_bool_t;
#else
typedef bool sn_ws_bool_t;
#endif

/** Reads one byte: the old name is deprecated since 4.4. */
#if SN_WIRESHARK < 404
#define sn_tvb_get_uint8(tvb, offset) tvb_get_guint8(tvb, offset)
#else
#define sn_tvb_get_uint8(tvb, offset) tvb_get_uint8(tvb, offset)
#endif

/** Whether the user wants addresses looked up in MaxMind databases: in 4.0, who has databases. */
#if SN_WIRESHARK < 404
#define sn_maxmind_is_wanted() true
#else
#define sn_maxmind_is_wanted() (gbl_resolv_flags.maxmind_geoip)
#endif

/** What a statistic's start callback returns: nothing before 4.6, then whether it could start. */
#if SN_WIRESHARK < 406
typedef void sn_ws_started_t;
#define SN_WS_STARTED
#else
typedef bool sn_ws_started_t;
#define SN_WS_STARTED true
#endif

#endif
