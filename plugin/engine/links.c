/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "links.h"

#include <string.h>

struct sn_links {
    uint64_t observed; /* sn_engine_observed() at the time of the walk */
    uint32_t frames;
    uint32_t *previous, *next; /* by frame number */
};

sn_links_t *sn_links_new(void)
{
    return g_new0(sn_links_t, 1);
}

static void clear(sn_links_t *links)
{
    g_free(links->previous);
    g_free(links->next);
    memset(links, 0, sizeof *links);
}

void sn_links_free(sn_links_t *links)
{
    if (!links)
        return;
    clear(links);
    g_free(links);
}

/** The source of each flow that is a scan; 0 for the others. */
static uint32_t *scanners_by_flow(const sn_engine_t *engine)
{
    uint32_t flows = sn_engine_flows(engine);
    uint32_t *scanner = g_new0(uint32_t, (gsize)flows + 1);
    for (uint32_t flow = 1; flow <= flows; flow++) {
        sn_flow_view_t v;
        sn_engine_view(engine, flow, &v);
        if (v.verdict == SN_VERDICT_SCAN)
            scanner[flow] = v.source;
    }
    return scanner;
}

static void walk(sn_links_t *links, const sn_engine_t *engine)
{
    clear(links);
    links->observed = sn_engine_observed(engine);
    links->frames = sn_engine_frames(engine);
    links->previous = g_new0(uint32_t, (gsize)links->frames + 1);
    links->next = g_new0(uint32_t, (gsize)links->frames + 1);
    uint32_t *scanner = scanners_by_flow(engine);
    uint32_t *last = g_new0(uint32_t, (gsize)sn_engine_hosts(engine) + 1); /* probe of each */
    for (uint32_t frame = 1; frame <= links->frames; frame++) {
        bool from_initiator;
        uint32_t host = scanner[sn_engine_flow_of(engine, frame, &from_initiator)];
        if (host == 0 || !from_initiator)
            continue;
        links->previous[frame] = last[host];
        links->next[last[host]] = frame;
        last[host] = frame;
    }
    g_free(scanner);
    g_free(last);
}

void sn_links_get(sn_links_t *links, const sn_engine_t *engine, uint32_t frame, uint32_t *previous,
                  uint32_t *next)
{
    if (links->observed != sn_engine_observed(engine))
        walk(links, engine);
    bool known = frame <= links->frames;
    *previous = known ? links->previous[frame] : 0;
    *next = known ? links->next[frame] : 0;
}
