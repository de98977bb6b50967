/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "gui_windows.h"

#include <wireshark.h>

#include <epan/color_filters.h>
#include <epan/plugin_if.h>
#include <epan/tap.h>

#include "dissector.h"

/* --- Questions ------------------------------------------------------------------------------- */

static void *number_of(frame_data *frame, void *data)
{
    *(uint32_t *)data = frame->num;
    return NULL;
}

uint32_t sn_windows_selected_frame(void)
{
    uint32_t number = 0;
    plugin_if_get_frame_data(number_of, &number);
    return number;
}

typedef struct {
    bool read, idle, redissecting, stopped;
} state_t;

static void *read_state(capture_file *cf, void *data)
{
    bool read = cf->state == FILE_READ_DONE && !cf->redissecting;
    *(state_t *)data = (state_t){
        .read = read,
        .idle = read && !cf->read_lock,
        .redissecting = cf->redissecting,
        .stopped = cf->stop_flag,
    };
    return NULL;
}

static state_t state_of_file(void)
{
    state_t state = {0};
    plugin_if_get_capture_file(read_state, &state);
    return state;
}

bool sn_windows_have_read(void)
{
    return state_of_file().read;
}

bool sn_windows_are_idle(void)
{
    return state_of_file().idle;
}

bool sn_windows_are_redissecting(void)
{
    return state_of_file().redissecting;
}

bool sn_windows_are_stopped(void)
{
    return state_of_file().stopped;
}

/* --- Once more over the packets -------------------------------------------------------------- */

/* What Wireshark itself does with a filter that is applied while a file is read. A rescan forgets that
 * the user has stopped the reading, which Wireshark tells only afterwards. */
static void *queue_rescan(capture_file *cf, void *data)
{
    bool *queued = (bool *)data;
    *queued = cf->read_lock && !cf->stop_flag;
    if (*queued && cf->redissection_queued == RESCAN_NONE)
        cf->redissection_queued = RESCAN_SCAN;
    return NULL;
}

bool sn_windows_rescan_later(void)
{
    bool queued = false;
    plugin_if_get_capture_file(queue_rescan, &queued);
    return queued;
}

/* Wireshark does nothing when the filter that is applied is the one in force. So what is in force is
 * made to differ by a blank, and then the user's text is applied. */
static void *apply_again(capture_file *cf, void *data)
{
    (void)data;
    char *filter = cf->dfilter ? g_strdup(cf->dfilter) : g_strdup("");
    g_free(cf->dfilter);
    cf->dfilter = g_strconcat(filter, " ", NULL);
    plugin_if_apply_filter(filter, true);
    g_free(filter);
    return NULL;
}

static void add_rule(color_filter_t *rule, void *data)
{
    GString *rules = (GString *)data;
    if (!rule->disabled)
        g_string_append_printf(rules, "%s(%s)", rules->len > 0 ? " || " : "", rule->filter_text);
    color_filter_delete(rule);
}

/** Listens to a tap with all colouring rules as its filter, so that Wireshark finds the values of their
 * fields in each packet. @return whether it does, and remove_tap_listener() is needed */
static bool find_colours(void *listener)
{
    if (!color_filters_used())
        return false;
    GString *rules = g_string_new(NULL);
    color_filters_clone(rules, add_rule);
    GString *error = register_tap_listener(SN_TAP_NAME, listener, rules->str, TL_REQUIRES_NOTHING,
                                           NULL, NULL, NULL, NULL);
    g_string_free(rules, TRUE);
    if (!error)
        return true;
    g_string_free(error, TRUE);
    return false;
}

void sn_windows_rescan(bool colours)
{
    static int listener;
    bool listens = colours && find_colours(&listener);
    plugin_if_get_capture_file(apply_again, NULL);
    if (listens)
        remove_tap_listener(&listener);
}
