/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* frames.h: display filters that name frames by their numbers, and nothing else. To know whether such a filter matches
 * takes no dissection. */
#ifndef SN_FRAMES_H
#define SN_FRAMES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** Frames from the first to the last, by number; none when the last is less. */
typedef struct {
    uint32_t first, last;
} sn_frames_t;

/** Reads a filter such as "frame.number >= 10 && frame.number <= 20".
 * @param filter NULL: none
 * @return false: it is another one, whatever that says */
bool sn_frames_parse(const char *filter, sn_frames_t *frames);

#endif
