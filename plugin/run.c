/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

static bool is_the_only_one;

static struct {
    uint32_t before;   /* frames of the files before the open one */
    uint32_t newest;   /* frame of the run; 0: none yet */
    nstime_t begin;    /* of the run's first frame */
    bool is_closed;    /* the newest file is */
    unsigned reopened; /* how often a file was opened since */
} run;

void sn_run_is_the_only_one(void)
{
    is_the_only_one = true;
}

bool sn_run_open(void)
{
    if (run.is_closed)
        run.reopened++;
    return !run.is_closed;
}

static void forget(void)
{
    memset(&run, 0, sizeof run);
}

bool sn_run_close(void)
{
    run.is_closed = is_the_only_one && run.newest > 0;
    if (!run.is_closed)
        forget();
    return !run.is_closed;
}

bool sn_run_is_in_doubt(void)
{
    return run.is_closed;
}

/* tshark -M makes a new session out of the old one. A capture's next file has two: tshark makes one when it
 * has closed the file before, and another one when it has opened the next. */
bool sn_run_goes_on(bool has_room)
{
    bool goes_on = has_room && run.reopened > 1;
    if (goes_on) {
        run.before = run.newest;
        run.is_closed = false;
        run.reopened = 0;
    } else {
        forget();
    }
    return goes_on;
}

void sn_run_note(const packet_info *pinfo)
{
    if (run.newest == 0)
        nstime_delta(&run.begin, &pinfo->abs_ts, &pinfo->rel_ts);
    run.newest = MAX(run.newest, sn_run_frame(pinfo));
}

uint32_t sn_run_frame(const packet_info *pinfo)
{
    return run.before + pinfo->num;
}

uint32_t sn_run_frame_in_file(uint32_t frame)
{
    return frame > run.before ? frame - run.before : 0;
}

nstime_t sn_run_time(const packet_info *pinfo)
{
    if (run.before == 0)
        return pinfo->rel_ts;
    nstime_t since;
    nstime_delta(&since, &pinfo->abs_ts, &run.begin);
    return since;
}
