/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "told.h"

#include "pool.h"

enum {
    NOT_ASKED = 0, /* as new records are */
    DIFFERENT = 1, /* was told one thing, and another one later */
    ANSWERED = 2,  /* set in every answer */
    DETAILED = 4,  /* set in one that has more than the verdict */
};

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

/** What fields say of a packet of this flow, but for what follows from all packets. */
static uint32_t answer_of(const sn_engine_t *engine, uint32_t flow, bool detailed)
{
    uint32_t answer = ANSWERED | (detailed ? (uint32_t)DETAILED : 0U);
    if (flow == 0)
        return answer;
    sn_flow_view_t v;
    sn_engine_view(engine, flow, &v);
    answer |= (uint32_t)v.verdict << 3;
    if (v.verdict != SN_VERDICT_SCAN || !detailed)
        return answer;
    return answer | (uint32_t)v.technique << 8 | (uint32_t)v.outcome << 16 | (uint32_t)v.tool << 24;
}

/** Whether an answer that was given before would not be given now. */
static bool is_outdated(const sn_engine_t *engine, uint32_t flow, uint32_t answer)
{
    return answer != NOT_ASKED && answer != answer_of(engine, flow, answer & DETAILED);
}

void sn_told_note(sn_told_t *shown, const sn_engine_t *engine, uint32_t frame, bool detailed,
                   bool first_pass)
{
    sn_pool_reach(&shown->frames, frame);
    uint32_t *noted = (uint32_t *)sn_pool_at(&shown->frames, frame, sizeof *noted);
    if (first_pass && *noted != NOT_ASKED && frame == shown->newest_frame) {
        g_array_append_val(shown->left_out, shown->newest);
        *noted = NOT_ASKED;
    }
    uint32_t flow = flow_of(engine, frame), answer = answer_of(engine, flow, detailed);
    if (is_outdated(engine, flow, *noted))
        *noted = DIFFERENT;
    else if (*noted == NOT_ASKED || detailed)
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
