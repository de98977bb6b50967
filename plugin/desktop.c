/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop.h"

#include <wireshark.h>

#include <epan/funnel.h>

bool sn_desktop_is_there(void)
{
    const funnel_ops_t *does = funnel_get_funnel_ops();
    return does && does->retap_packets && does->browser_open_url;
}

void sn_desktop_pass(void)
{
    const funnel_ops_t *does = funnel_get_funnel_ops();
    if (sn_desktop_is_there())
        does->retap_packets(does->ops_id);
}

bool sn_desktop_browse(const char *url)
{
    return sn_desktop_is_there() && funnel_get_funnel_ops()->browser_open_url(url);
}
