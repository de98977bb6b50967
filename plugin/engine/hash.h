/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h: a keyed hash of two 64-bit words, in a dozen instructions.
 *
 * Addresses and ports in a capture are chosen by strangers. The words are masked with secret random
 * words before they are multiplied, so who does not know the secret cannot choose words that
 * collide; and a capture is written before the secret is drawn. (Multiplying to 128 bits and
 * folding is the step of Wang Yi's wyhash, which Go and Zig use for their hash tables with such a
 * seed.) */
#ifndef SN_HASH_H
#define SN_HASH_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

/** A secret drawn at random for each engine. */
typedef struct {
    uint64_t k0, k1, k2;
} sn_hash_key_t;

/** Draws a secret from GLib's generator, which the operating system seeds. */
static inline sn_hash_key_t sn_hash_random_key(void)
{
    uint64_t k[3];
    for (int i = 0; i < 3; i++)
        k[i] = (uint64_t)g_random_int() << 32 | g_random_int();
    return (sn_hash_key_t){k[0], k[1], k[2]};
}

/** Multiplies to 128 bits and folds the halves. */
static inline uint64_t sn_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide_t;
    wide_t product = (wide_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (a & 0xffffffff) * (b & 0xffffffff), high = (a >> 32) * (b >> 32);
    uint64_t middle = (a >> 32) * (b & 0xffffffff) + (low >> 32);
    uint64_t other = (a & 0xffffffff) * (b >> 32) + (middle & 0xffffffff);
    return (other << 32 | (low & 0xffffffff)) ^ (high + (middle >> 32) + (other >> 32));
#endif
}

/** Hashes two words under the key. */
static inline uint32_t sn_hash(const sn_hash_key_t *key, uint64_t a, uint64_t b)
{
    /* The second product spreads the key into the low bits, which choose the slot. */
    uint64_t first = sn_fold(a ^ key->k0, b ^ key->k1);
    return (uint32_t)sn_fold(first ^ key->k2, 0x9e3779b97f4a7c15);
}

/** Hashes text under the key. */
static inline uint32_t sn_hash_text(const sn_hash_key_t *key, const char *text)
{
    size_t length = strlen(text), at = 0;
    uint64_t state = key->k2;
    for (; at < length; at += 16) {
        uint64_t words[2] = {0, 0};
        memcpy(words, text + at, MIN(length - at, sizeof words));
        state = sn_fold(words[0] ^ key->k0 ^ state, words[1] ^ key->k1);
    }
    return sn_hash(key, state, length);
}

#endif
