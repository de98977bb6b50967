/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* told.h: what was said of frames while their verdicts could still change, so that it can be found out
 * afterwards which of it holds no more. Four bytes for each frame up to the last one that was asked
 * for; nothing while nobody asks. */
#ifndef SN_TOLD_H
#define SN_TOLD_H

#include "engine.h"

typedef struct sn_told sn_told_t;

/** How much was said of a frame; each has what is before it. */
typedef enum {
    SN_TOLD_VERDICT,
    SN_TOLD_DETAILS, /* technique, outcome and tool */
    SN_TOLD_REASON,
} sn_told_level_t;

/** Makes an empty record. The caller frees it with sn_told_free(). */
sn_told_t *sn_told_new(void);

/** Frees it. @param shown may be NULL */
void sn_told_free(sn_told_t *shown);

/** Notes that somebody is told now what the engine says of a frame: a filter, a column, a colour, the
 * details.
 * @param first_pass the frame is new. If it was noted before, a read filter has left out the frame
 *                   that had this number, which was the last one to be noted */
void sn_told_note(sn_told_t *shown, const sn_engine_t *engine, uint32_t frame,
                  sn_told_level_t level, bool first_pass);

/** Notes that something was said that follows from all packets, such as a scanner's totals. */
void sn_told_note_totals(sn_told_t *shown);

/** Whether anything was noted. */
bool sn_told_is_empty(const sn_told_t *shown);

/** Whether a read filter has left frames out. */
bool sn_told_left_out(const sn_told_t *shown);

/** Whether the engine says something else of this frame now, or something else was said of it at
 * different times. */
bool sn_told_is_outdated(const sn_told_t *shown, const sn_engine_t *engine, uint32_t frame);

/** Of how many frames something was said that holds no more, those that were left out included. */
uint64_t sn_told_count_outdated(const sn_told_t *shown, const sn_engine_t *engine);

/** Whether all that was noted still holds. Totals that were told do not. */
bool sn_told_holds(const sn_told_t *shown, const sn_engine_t *engine);

#endif
