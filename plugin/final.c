/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "final.h"

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "dissector.h"
#include "program.h"
#include "run.h"
#include "gui_windows.h"

/* The open file. */
static struct {
    sn_engine_t *engine; /* NULL: there is none */
    sn_told_t *shown;
    bool in_windows;
    bool reached;
    bool partial;
    bool recolours;
} file;

/** No verdict will change from now on. */
static void reach(void)
{
    sn_engine_set_reading(file.engine, false);
    file.reached = true;
}

/* --- Wireshark ------------------------------------------------------------------------------- */

/* At the end of loading Wireshark takes orders for a rescan. At the end of a live capture, or when the
 * packets were judged anew for a changed preference, it does not, and the latter it tells nobody. But
 * every few seconds it has those drawn who listen to a tap and got a packet, or have just begun to
 * listen, mostly at a time when rescans are safe. So whoever was shown something makes us listen until
 * all is said. */

/* There are two, as one cannot begin anew while it is drawn. */
static struct {
    int names[2]; /* their addresses are what Wireshark knows the listeners by */
    bool registered[2];
    int newest;
    bool looking;
} listeners;

static tap_packet_status wait(void *name, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                              tap_flags_t flags)
{
    (void)name;
    (void)pinfo;
    (void)edt;
    (void)data;
    (void)flags;
    return file.reached ? TAP_PACKET_DONT_REDRAW : TAP_PACKET_REDRAW;
}

static void look(void *name);

static void forget(int which)
{
    if (listeners.registered[which])
        remove_tap_listener(&listeners.names[which]);
    listeners.registered[which] = false;
}

static void listen_anew(void)
{
    listeners.newest = !listeners.newest;
    forget(listeners.newest);
    GString *error = register_tap_listener(SN_TAP_NAME, &listeners.names[listeners.newest], NULL,
                                           TL_REQUIRES_NOTHING, NULL, wait, look, NULL);
    listeners.registered[listeners.newest] = error == NULL;
    if (error)
        g_string_free(error, TRUE);
}

static void look(void *name)
{
    if (name != &listeners.names[listeners.newest] || !file.engine || file.reached)
        return;
    if (!sn_windows_are_idle()) {
        listen_anew();
        return;
    }
    reach();
    if (sn_told_holds(file.shown, file.engine))
        return;
    listeners.looking = file.recolours = true;
    sn_windows_rescan(true);
    listeners.looking = file.recolours = false;
}

static void stop_listening(void)
{
    for (int i = 0; i < 2 && !listeners.looking; i++) /* who is drawn now leads to the next one */
        forget(i);
}

static void end_in_windows(void)
{
    file.partial = sn_windows_are_stopped();
    sn_engine_set_reading(file.engine, false);
    if (sn_told_holds(file.shown, file.engine) || sn_windows_rescan_later())
        reach();
    else
        listen_anew();
}

/* --- tshark ---------------------------------------------------------------------------------- */

static struct {
    uint64_t packets;
    bool by_read_filter;
} outdated; /* what was said, and holds no more */

/* A second pass follows. What the first one knew does not matter, but for a read filter, which has left
 * packets out for good. */
static void end_first_pass(void)
{
    reach();
    if (!sn_told_left_out(file.shown))
        return;
    outdated.packets += sn_told_count_outdated(file.shown, file.engine);
    outdated.by_read_filter = true;
}

void sn_final_report(void)
{
    if (outdated.packets == 0)
        return;
    report_warning(
        "Scan Noise: %" G_GUINT64_FORMAT " packet%s %s", outdated.packets,
        outdated.packets == 1 ? "" : "s",
        outdated.by_read_filter
            ? "filtered in the first pass, as -R does, by what has changed since; -2 with "
              "-Y alone goes by final verdicts"
            : "shown or filtered by what has changed since; -2 goes by final verdicts");
}

/* --- The file -------------------------------------------------------------------------------- */

static void end_of_reading(void)
{
    if (!file.engine || file.reached)
        return;
    if (file.in_windows)
        end_in_windows();
    else
        end_first_pass();
}

void sn_final_register(void)
{
    register_postseq_cleanup_routine(end_of_reading);
}

void sn_final_open(sn_engine_t *engine)
{
    sn_engine_set_reading(engine, true);
    file.engine = engine;
    file.shown = sn_told_new();
    file.in_windows = sn_has_windows();
    file.reached = false;
    file.partial = file.partial && sn_windows_are_redissecting();
}

void sn_final_close(void)
{
    if (!file.engine)
        return;
    sn_engine_set_reading(file.engine, false); /* statistics may keep it */
    if (!file.in_windows && !file.reached)
        outdated.packets += sn_told_count_outdated(file.shown, file.engine);
    stop_listening();
    sn_told_free(file.shown);
    file.shown = NULL;
    file.engine = NULL;
}

void sn_final_note(packet_info *pinfo, sn_told_level_t level)
{
    if (file.reached)
        return;
    sn_told_note(file.shown, file.engine, sn_run_frame(pinfo), level, !PINFO_FD_VISITED(pinfo));
    if (file.in_windows && !listeners.registered[listeners.newest])
        listen_anew();
}

void sn_final_note_totals(void)
{
    if (!file.reached)
        sn_told_note_totals(file.shown);
}

void sn_final_draw(void)
{
    if (file.engine && (!file.in_windows || sn_windows_have_read()))
        sn_engine_set_reading(file.engine, false);
}

bool sn_final_is_reached(void)
{
    return file.reached;
}

bool sn_final_is_partial(void)
{
    return file.partial;
}

void sn_final_colour(const packet_info *pinfo)
{
    if (file.recolours && sn_told_is_outdated(file.shown, file.engine, sn_run_frame(pinfo)))
        pinfo->fd->need_colorize = 1;
}
