/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.h: bytes of a packet, as far as they were captured, and the numbers in them. Packets are hostile:
 * who reads asks first how many bytes there are. */
#ifndef SN_BYTES_H
#define SN_BYTES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** Bytes of a packet, borrowed. */
typedef struct {
    const uint8_t *at;
    uint32_t captured; /* how many there are */
    uint32_t length;   /* how many there were on the wire, at least `captured` */
} sn_bytes_t;

/** A number in network byte order, of which all bytes are there. */
static inline uint16_t sn_number16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/** Likewise, of four bytes. */
static inline uint32_t sn_number32(const uint8_t *at)
{
    return (uint32_t)sn_number16(at) << 16 | sn_number16(at + 2);
}

/** Leaves out bytes at the start. @return false: there are not so many, and nothing is left out */
static inline bool sn_bytes_skip(sn_bytes_t *b, uint32_t count)
{
    if (count > b->captured)
        return false;
    b->at += count;
    b->captured -= count;
    b->length -= count;
    return true;
}

/** Leaves out bytes at the end, so that at most `length` of them stay on the wire. */
static inline void sn_bytes_cut(sn_bytes_t *b, uint32_t length)
{
    b->length = MIN(b->length, length);
    b->captured = MIN(b->captured, b->length);
}

#endif
