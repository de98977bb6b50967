/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: multisets of 64-bit words, as sorted arrays: put all in, sort, then ask. */
#ifndef SN_WORDS_H
#define SN_WORDS_H

#include <glib.h>
#include <stdint.h>

/** @param words an array of uint64_t, as those of all functions here */
void sn_words_add(GArray *words, uint64_t word);

/** The others want them sorted. */
void sn_words_sort(GArray *words);

/** The first place of a word, or of the next larger one. */
guint sn_words_place(const GArray *words, uint64_t word);

/** How often a word is among them. @param word not the largest that there is */
uint32_t sn_words_count(const GArray *words, uint64_t word);

/** How many different ones there are whose bits from shift on are these. */
uint32_t sn_words_distinct(const GArray *words, uint64_t upper, unsigned shift);

#endif
