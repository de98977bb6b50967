/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* distinct.h: how many different values go with each key, such as the targets of each port. */
#ifndef SN_DISTINCT_H
#define SN_DISTINCT_H

#include <glib.h>
#include <stdint.h>

/** A key and a value that goes with it; both count from 0. */
typedef struct {
    uint32_t key, value;
} sn_pair_t;

/** Counts the distinct values of each key, in time proportional to pairs, keys and values.
 * @param keys, values one more than the highest there is
 * @return a count for each key; the caller frees it with g_free() */
uint32_t *sn_distinct(const sn_pair_t *pairs, size_t count, uint32_t keys, uint32_t values);

#endif
