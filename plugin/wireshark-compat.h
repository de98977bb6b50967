/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* wireshark-compat.h: what differs between Wireshark 4.0, 4.4 and 4.6, gathered in one place. */
#ifndef SN_WIRESHARK_COMPAT_H
#define SN_WIRESHARK_COMPAT_H

#include <glib.h>
#include <stdbool.h>
#include <ws_version.h>

#include <epan/dfilter/dfilter.h>
#include <epan/packet.h>

#define SN_WIRESHARK (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)

/** What a boolean preference points to: GLib's boolean until 4.2, C's since. */
#if SN_WIRESHARK < 402
typedef gboolean sn_ws_bool_t;
#else
typedef bool sn_ws_bool_t;
#endif

/** Bytes that a packet was put together to, such as "Reassembled IPv4"; NULL when it has none of that
 * name. Wireshark owns them, for the packet's life. Since 4.6 it gives out what holds them. */
static inline tvbuff_t *sn_data_source_tvb(packet_info *pinfo, const char *name)
{
#if SN_WIRESHARK < 406
    return get_data_source_tvb_by_name(pinfo, name);
#else
    const struct data_source *source = get_data_source_by_name(pinfo, name);
    return source ? get_data_source_tvb(source) : NULL;
#endif
}

/** Whether the user wants addresses looked up in MaxMind databases: in 4.0, who has databases. */
#if SN_WIRESHARK < 404
#define sn_maxmind_is_wanted() true
#else
#define sn_maxmind_is_wanted() (gbl_resolv_flags.maxmind_geoip)
#endif

/** Whether text is a display filter that is not empty. The reason why not has a type of its own since
 * 4.2. */
static inline bool sn_is_display_filter(const char *text)
{
    dfilter_t *filter = NULL;
#if SN_WIRESHARK < 402
    char *error = NULL;
    dfilter_compile(text, &filter, &error);
    g_free(error);
#else
    df_error_t *error = NULL;
    dfilter_compile(text, &filter, &error);
    df_error_free(&error);
#endif
    bool is_one = filter != NULL;
    dfilter_free(filter);
    return is_one;
}

/** What a statistic's start callback returns: nothing before 4.6, then whether it could start. */
#if SN_WIRESHARK < 406
typedef void sn_ws_started_t;
#define SN_WS_STARTED
#else
typedef bool sn_ws_started_t;
#define SN_WS_STARTED true
#endif

#endif
