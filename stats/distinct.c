/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "distinct.h"

/* The values are brought together by key with a counting sort. Then a mark for each value holds the
 * key that was last seen with it: another key means that the pair is new. So distinct pairs are
 * counted without a set of pairs. */
uint32_t *sn_distinct(const sn_pair_t *pairs, size_t count, uint32_t keys, uint32_t values)
{
    size_t *next = g_new0(size_t, (gsize)keys + 1);
    uint32_t *sorted = g_new0(uint32_t, count);
    uint32_t *mark = g_new0(uint32_t, values);
    uint32_t *distinct = g_new0(uint32_t, keys);
    for (size_t i = 0; i < count; i++)
        next[pairs[i].key + 1]++;
    for (uint32_t key = 0; key < keys; key++)
        next[key + 1] += next[key];
    for (size_t i = 0; i < count; i++)
        sorted[next[pairs[i].key]++] = pairs[i].value;
    size_t at = 0; /* next[key] is now the end of the key's values */
    for (uint32_t key = 0; key < keys; key++) {
        for (; at < next[key]; at++) {
            distinct[key] += mark[sorted[at]] != key + 1;
            mark[sorted[at]] = key + 1;
        }
    }
    g_free(next);
    g_free(sorted);
    g_free(mark);
    return distinct;
}
