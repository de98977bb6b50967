/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "read_filter.h"

#include "run.h"

static uint32_t newest;   /* frame; 0: none yet */
static bool has_dropped;  /* frames */
static bool newest_is_in; /* it was seen again, so it was not dropped */

void sn_read_filter_open(void)
{
    newest = 0;
    has_dropped = newest_is_in = false;
}

void sn_read_filter_note(sn_engine_t *engine, const packet_info *pinfo)
{
    if (PINFO_FD_VISITED(pinfo)) {
        newest_is_in = newest_is_in || pinfo->num == newest;
        return;
    }
    if (pinfo->num <= newest) {
        sn_engine_forget_frame(engine, sn_run_frame(pinfo));
        has_dropped = true;
    }
    newest = pinfo->num;
}

bool sn_read_filter_has(uint32_t frame)
{
    return frame != newest || newest_is_in || !has_dropped;
}
