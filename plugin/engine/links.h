/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* links.h: each probe's neighbours: the probe of the same scanner before it and the one after it. */
#ifndef SN_LINKS_H
#define SN_LINKS_H

#include "engine.h"

/** The neighbours of all probes of one engine, found in one walk over its frames when first asked
 * and again when packets have come since. */
typedef struct sn_links sn_links_t;

/** Makes an empty one. The caller frees it with sn_links_free(). */
sn_links_t *sn_links_new(void);

/** Frees it. @param links may be NULL */
void sn_links_free(sn_links_t *links);

/** The neighbours of a probe. Worth asking once a file has been read: each call after new packets
 * costs a walk.
 * @param previous, next out: frame numbers; 0: there is none */
void sn_links_get(sn_links_t *links, const sn_engine_t *engine, uint32_t frame, uint32_t *previous,
                  uint32_t *next);

#endif
