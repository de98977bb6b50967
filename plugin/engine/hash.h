/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h: SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) of exactly
 * two 64-bit words. Addresses and ports in a capture are chosen by strangers; with a secret random
 * key they cannot be chosen to collide. All keys here have the same length, so the word that
 * encodes the length in the general algorithm is left out. */
#ifndef SN_HASH_H
#define SN_HASH_H

#include <stdint.h>

/** A secret drawn at random for each engine. */
typedef struct {
    uint64_t k0, k1;
} sn_hash_key_t;

static inline uint64_t sn_rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sn_sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = sn_rotate(v[1], 13) ^ v[0];
    v[3] = sn_rotate(v[3], 16) ^ v[2];
    v[0] = sn_rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = sn_rotate(v[1], 17) ^ v[2];
    v[3] = sn_rotate(v[3], 21) ^ v[0];
    v[2] = sn_rotate(v[2], 32);
}

/** Hashes two words under the key. */
static inline uint32_t sn_hash(const sn_hash_key_t *key, uint64_t a, uint64_t b)
{
    uint64_t v[4] = {key->k0 ^ 0x736f6d6570736575, key->k1 ^ 0x646f72616e646f6d,
                     key->k0 ^ 0x6c7967656e657261, key->k1 ^ 0x7465646279746573};
    v[3] ^= a;
    sn_sip_round(v);
    v[0] ^= a;
    v[3] ^= b;
    sn_sip_round(v);
    v[0] ^= b;
    v[2] ^= 0xff;
    sn_sip_round(v);
    sn_sip_round(v);
    sn_sip_round(v);
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

#endif
