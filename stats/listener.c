/* SPDX-License-Identifier: GPL-2.0-or-later */
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

sn_listener_t *sn_listener_new(const char *argument)
{
    sn_listener_t *listener = g_new0(sn_listener_t, 1);
    listener->filter = *argument == ',' && argument[1] ? g_strdup(argument + 1) : NULL;
    listener->tally = sn_origins_tally_new();
    return listener;
}

void sn_listener_start(const char *option, sn_listener_t *listener, tap_draw_cb finish)
{
    sn_option_listen(option, listener, listener->filter, count_packet, finish);
}
