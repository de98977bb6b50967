/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "listener.h"

#include <epan/packet.h>

#include "dissector.h"
#include "engine/capture_time.h"
#include "option.h"
#include "origins.h"

static tap_packet_status count_packet(void *state, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *data, tap_flags_t flags)
{
    (void)edt;
    (void)flags;
    const sn_listener_t *listener = (const sn_listener_t *)state;
    const sn_tap_t *tap = (const sn_tap_t *)data;
    sn_tally_packet(listener->tally, tap->engine, tap->frame,
                    sn_capture_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs));
    return TAP_PACKET_REDRAW;
}

const char *sn_listener_filter(const char *argument)
{
    return *argument == ',' && argument[1] ? argument + 1 : NULL;
}

sn_listener_t *sn_listener_new(const char *filter)
{
    sn_listener_t *listener = g_new0(sn_listener_t, 1);
    listener->filter = filter && *filter ? g_strdup(filter) : NULL;
    listener->tally = sn_origins_tally_new();
    return listener;
}

void sn_listener_free(sn_listener_t *listener)
{
    sn_tally_free(listener->tally);
    g_free(listener->filter);
    g_free(listener);
}

void sn_listener_start(const char *option, sn_listener_t *listener, tap_draw_cb finish)
{
    sn_option_listen(option, listener, listener->filter, count_packet, finish);
}

static void reset(void *state)
{
    sn_tally_reset(((sn_listener_t *)state)->tally);
}

bool sn_listener_count(sn_listener_t *listener, void (*pass)(void))
{
    GString *error = register_tap_listener(SN_TAP_NAME, listener, listener->filter,
                                           TL_REQUIRES_NOTHING, reset, count_packet, NULL, NULL);
    if (error) {
        g_string_free(error, TRUE);
        return false;
    }
    pass();
    remove_tap_listener(listener);
    return true;
}
