/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "told.h"

#include "pool.h"

/* An answer has the level below, and then what the engine says. */
enum {
    NOT_ASKED = 0, /* as new records are */
    ANSWERED = 1,  /* set in every answer */
    LEVEL_SHIFT = 1,
    LEVEL_MASK = 3,
    VERDICT_SHIFT = 3,
    REASON_SHIFT = 5,
    TECHNIQUE_SHIFT = 13,
    OUTCOME_SHIFT = 18,
    TOOL_SHIFT = 22,
    DIFFERENT = ANSWERED | LEVEL_MASK
                               << LEVEL_SHIFT, /* was told one thing, and another one later */
};
G_STATIC_ASSERT((int)SN_TOLD_REASON < (int)LEVEL_MASK && SN_REASONS <= 1 << 8);
G_STATIC_ASSERT(SN_TECHNIQUES <= 1 << 5 && SN_OUTCOMES <= 1 << 4 && SN_TOOLS <= 1 << 10);

/** A frame that a read filter has left out: its number is another frame's now. */
typedef struct {
    uint32_t flow; /* 0: not the initiator's, or of no flow */
    uint32_t answer;
} left_out_t;

struct sn_told {
    sn_pool_t frames; /* uint32_t: the answer, by the frame's number */
    GArray *left_out; /* left_out_t */
    left_out_t newest;
    uint32_t newest_frame;
    bool totals;
};

/* --- Life ------------------------------------------------------------------------------------ */

sn_told_t *sn_told_new(void)
{
    sn_told_t *shown = g_new0(sn_told_t, 1);
    sn_pool_init(&shown->frames, sizeof(uint32_t), true);
    shown->left_out = g_array_new(FALSE, FALSE, sizeof(left_out_t));
    return shown;
}

void sn_told_free(sn_told_t *shown)
{
    if (!shown)
        return;
    sn_pool_clear(&shown->frames);
    g_array_unref(shown->left_out);
    g_free(shown);
}

/* --- Answers --------------------------------------------------------------------------------- */

static uint32_t flow_of(const sn_engine_t *engine, uint32_t frame)
{
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(engine, frame, &from_initiator);
    return from_initiator ? flow : 0;
}

/** What fields of a level say of a packet of this flow, but for what follows from all packets. */
static uint32_t answer_of(const sn_engine_t *engine, uint32_t flow, sn_told_level_t level)
{
    uint32_t answer = ANSWERED | (uint32_t)level << LEVEL_SHIFT;
    if (flow == 0)
        return answer;
    sn_flow_view_t v;
    sn_engine_view(engine, flow, &v);
    answer |= (uint32_t)v.verdict << VERDICT_SHIFT;
    if (level == SN_TOLD_REASON)
        answer |= (uint32_t)v.reason << REASON_SHIFT;
    if (v.verdict != SN_VERDICT_SCAN || level == SN_TOLD_VERDICT)
        return answer;
    return answer | (uint32_t)v.technique << TECHNIQUE_SHIFT |
           (uint32_t)v.outcome << OUTCOME_SHIFT | (uint32_t)v.tool << TOOL_SHIFT;
}

static sn_told_level_t level_of(uint32_t answer)
{
    return (sn_told_level_t)(answer >> LEVEL_SHIFT & LEVEL_MASK);
}

/** Whether an answer that was given before would not be given now. */
static bool is_outdated(const sn_engine_t *engine, uint32_t flow, uint32_t answer)
{
    if (answer == NOT_ASKED || answer == DIFFERENT)
        return answer == DIFFERENT;
    return answer != answer_of(engine, flow, level_of(answer));
}

void sn_told_note(sn_told_t *shown, const sn_engine_t *engine, uint32_t frame,
                  sn_told_level_t level, bool first_pass)
{
    sn_pool_reach(&shown->frames, frame);
    uint32_t *noted = (uint32_t *)sn_pool_at(&shown->frames, frame, sizeof *noted);
    if (first_pass && *noted != NOT_ASKED && frame == shown->newest_frame) {
        g_array_append_val(shown->left_out, shown->newest);
        *noted = NOT_ASKED;
    }
    uint32_t flow = flow_of(engine, frame), answer = answer_of(engine, flow, level);
    if (is_outdated(engine, flow, *noted))
        *noted = DIFFERENT;
    else if (*noted == NOT_ASKED || level > level_of(*noted))
        *noted = answer;
    shown->newest = (left_out_t){flow, answer};
    shown->newest_frame = frame;
}

void sn_told_note_totals(sn_told_t *shown)
{
    shown->totals = true;
}

/* --- Questions ------------------------------------------------------------------------------- */

bool sn_told_is_empty(const sn_told_t *shown)
{
    return shown->frames.count == 0;
}

bool sn_told_left_out(const sn_told_t *shown)
{
    return shown->left_out->len > 0;
}

bool sn_told_is_outdated(const sn_told_t *shown, const sn_engine_t *engine, uint32_t frame)
{
    if (frame == 0 || frame > shown->frames.count)
        return false;
    uint32_t noted = *(const uint32_t *)sn_pool_at(&shown->frames, frame, sizeof noted);
    return is_outdated(engine, flow_of(engine, frame), noted);
}

uint64_t sn_told_count_outdated(const sn_told_t *shown, const sn_engine_t *engine)
{
    uint64_t count = 0;
    for (uint32_t frame = 1; frame <= shown->frames.count; frame++)
        count += sn_told_is_outdated(shown, engine, frame);
    for (guint i = 0; i < shown->left_out->len; i++) {
        const left_out_t *left_out = &g_array_index(shown->left_out, left_out_t, i);
        count += is_outdated(engine, left_out->flow, left_out->answer);
    }
    return count;
}

bool sn_told_holds(const sn_told_t *shown, const sn_engine_t *engine)
{
    if (shown->totals)
        return false;
    for (uint32_t frame = 1; frame <= shown->frames.count; frame++)
        if (sn_told_is_outdated(shown, engine, frame))
            return false;
    return shown->left_out->len == 0 || sn_told_count_outdated(shown, engine) == 0;
}
