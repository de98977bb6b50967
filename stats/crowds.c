/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "crowds.h"

#include "engine/hash.h"

/* Two bits for each of many cells, and a network is hashed to one: who comes to a cell first sets the one bit,
 * who comes later the other. Two networks that share a cell look like one with two scanners. */
enum {
    CELLS_FOR_EACH = 16, /* so one network in seventeen shares its cell */
    CELLS_IN_BYTE = 4,
    ONE = 1, /* bits of a cell */
    MORE = 2,
};

struct sn_crowds {
    sn_hash_key_t key; /* strangers choose the networks */
    uint32_t mask;     /* of a cell's number */
    uint8_t cells[];
};

sn_crowds_t *sn_crowds_new(size_t scanners)
{
    enum { LEAST = 1 << 8, MOST = 1 << 30 };
    size_t cells = LEAST;
    while (cells < scanners * CELLS_FOR_EACH && cells < MOST)
        cells *= 2;
    sn_crowds_t *c = (sn_crowds_t *)g_malloc0(sizeof(sn_crowds_t) + cells / CELLS_IN_BYTE);
    c->key = sn_hash_random_key();
    c->mask = (uint32_t)(cells - 1);
    return c;
}

void sn_crowds_free(sn_crowds_t *crowds)
{
    g_free(crowds);
}

static uint32_t cell_of(const sn_crowds_t *c, const sn_addr_t *scanner)
{
    sn_addr_t site = sn_addr_site(scanner);
    return sn_hash(&c->key, site.words[0], site.version) & c->mask;
}

void sn_crowds_note(sn_crowds_t *crowds, const sn_addr_t *scanner)
{
    uint32_t cell = cell_of(crowds, scanner);
    unsigned shift = cell % CELLS_IN_BYTE * 2;
    uint8_t *byte = &crowds->cells[cell / CELLS_IN_BYTE];
    unsigned bit = *byte >> shift & ONE ? MORE : ONE;
    *byte = (uint8_t)(*byte | bit << shift);
}

bool sn_crowds_may_have(const sn_crowds_t *crowds, const sn_addr_t *scanner)
{
    uint32_t cell = cell_of(crowds, scanner);
    return crowds->cells[cell / CELLS_IN_BYTE] >> (cell % CELLS_IN_BYTE * 2) & MORE;
}
