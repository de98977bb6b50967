/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* scanner.h: what a scanner has tried altogether, added up over its flows when somebody asks. */
#ifndef SN_SCANNER_H
#define SN_SCANNER_H

#include "engine.h"

typedef enum {
    SN_PATTERN_SINGLE,     /* one contact */
    SN_PATTERN_VERTICAL,   /* many ports of one target */
    SN_PATTERN_HORIZONTAL, /* one port of many targets */
    SN_PATTERN_BLOCK,      /* many ports of many targets */
    SN_PATTERNS            /* how many */
} sn_pattern_t;

/** A scanner's totals, over its flows that are judged scans. */
typedef struct {
    uint64_t probes;   /* packets it sent; only from sn_scanners_get() */
    uint32_t contacts; /* distinct target, transport and port */
    uint32_t ports;    /* distinct transport and port */
    uint32_t targets;
    sn_pattern_t pattern;
    bool structured; /* walks the ports in ascending order */
} sn_scanner_t;

/** Adds up the flows of one scanner. */
typedef struct sn_scanner_sum sn_scanner_sum_t;

/** Makes an empty sum. The caller frees it with sn_scanner_sum_free(). */
sn_scanner_sum_t *sn_scanner_sum_new(void);

/** Frees it. @param sum may be NULL */
void sn_scanner_sum_free(sn_scanner_sum_t *sum);

/** Adds a flow that is a scan; flows come newest first.
 * @param service transport << 16 | port, as in a flow's view */
void sn_scanner_sum_add(sn_scanner_sum_t *sum, uint32_t target, uint32_t service);

/** The totals of the flows since the last time, except probes. */
void sn_scanner_sum_take(sn_scanner_sum_t *sum, sn_scanner_t *totals);

/** Remembers totals, so that asking about every packet of a file costs a walk for each scanner and
 * not for each packet. Belongs to one engine. */
typedef struct sn_scanners sn_scanners_t;

/** Makes an empty memory of totals. The caller frees it with sn_scanners_free(). */
sn_scanners_t *sn_scanners_new(void);

/** Frees it. @param scanners may be NULL */
void sn_scanners_free(sn_scanners_t *scanners);

/** A scanner's totals.
 * @param host  its number in the engine
 * @param exact false: the file is being read, and the question is asked once for each packet of the
 *              scanner. The totals of a scanner with many flows may then lag behind by a fourth of
 *              its flows, which keeps the cost of each answer constant on average
 * @return valid until the next call */
const sn_scanner_t *sn_scanners_get(sn_scanners_t *scanners, const sn_engine_t *engine,
                                    uint32_t host, bool exact);

/** The pattern's name as fields and tables show it; never NULL. */
const char *sn_pattern_label(sn_pattern_t pattern);

#endif
