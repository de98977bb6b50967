/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void sn_words_sort(GArray *words)
{
    if (words->len > 1)
        qsort(words->data, words->len, sizeof(uint64_t), compare_words);
}

void sn_words_add(GArray *words, uint64_t word)
{
    g_array_append_val(words, word);
}

guint sn_words_place(const GArray *words, uint64_t word)
{
    guint low = 0, high = words->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(words, uint64_t, middle) < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t sn_words_count(const GArray *words, uint64_t word)
{
    return sn_words_place(words, word + 1) - sn_words_place(words, word);
}

uint32_t sn_words_distinct(const GArray *sorted, uint64_t upper, unsigned shift)
{
    uint32_t count = 0;
    for (guint i = sn_words_place(sorted, upper << shift); i < sorted->len; i++) {
        uint64_t word = g_array_index(sorted, uint64_t, i);
        if (word >> shift != upper)
            break;
        count += i == 0 || word != g_array_index(sorted, uint64_t, i - 1);
    }
    return count;
}
