/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "option.h"

#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#include "dissector.h"
#include "engine/shown.h"
#include "frames.h"
#include "wireshark-compat.h"

/** What all of our options begin with, and what is none of them. */
#define FAMILY "scannoise"

/* An option's start callback returns nothing, and a plugin does not exit as tshark's own taps do
 * there. But tshark lets the owner of a table reject its argument, and then prints the owner's
 * message and exits. So there is a table that rejects whatever it gets, and what cannot start puts it
 * into tshark's queue of statistics to start. */
static char *failure;

/** Names of options that there are, for who got one wrong. */
static GString *names;

void sn_option_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *message = sn_shown(text, SN_SHOWN_WHOLE); /* it names files and filters */
    g_free(text);
    if (!sn_has_windows() && process_stat_cmd_arg(FAMILY)) {
        g_free(failure);
        failure = message;
        return;
    }
    report_failure("%s", message);
    g_free(message);
}

/** @return what to say of a name that we do not have, for the caller to free */
static char *not_one_of_ours(const char *argument)
{
    return g_strdup_printf("-z %s: no such statistic; there are %s", argument,
                           names ? names->str : "none");
}

/** The parameters are those of stat_filter_check_cb. */
static void reject(const char *argument, const char **filter, char **error)
{
    (void)filter;
    *error = failure ? g_strdup(failure) : not_one_of_ours(argument);
}

static void no_table(stat_tap_table_ui *ui)
{
    (void)ui;
}

void sn_option_reject_others(void)
{
    static stat_tap_table_ui nothing = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "Scan Noise",
        .tap_name = SN_TAP_NAME,
        .cli_string = FAMILY,
        .stat_tap_init_cb = no_table,
        .stat_filter_check_cb = reject,
    };
    if (!sn_has_windows())
        register_stat_tap_table_ui(&nothing);
}

static void note_name(const char *name)
{
    if (!names)
        names = g_string_new("endpoints," FAMILY ", conv," FAMILY);
    g_string_append_printf(names, ", %s", name);
}

/** Wireshark looks only whether an argument begins like the option.
 * @return what is wrong with one that goes on otherwise, for the caller to free; NULL: nothing */
static char *check_name(const char *argument, const char *name)
{
    char next = argument[strlen(name)];
    if (next == '\0' || next == ',')
        return NULL;
    return not_one_of_ours(argument);
}

/** Who listens to some frames only. */
typedef struct {
    sn_frames_t frames;
    void *state;
    tap_packet_cb count;
    tap_draw_cb finish;
} part_t;

static tap_packet_status count_part(void *state, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *data, tap_flags_t flags)
{
    const part_t *part = (const part_t *)state;
    if (pinfo->num < part->frames.first || pinfo->num > part->frames.last)
        return TAP_PACKET_DONT_REDRAW;
    return part->count(part->state, pinfo, edt, data, flags);
}

static void finish_part(void *state)
{
    const part_t *part = (const part_t *)state;
    part->finish(part->state);
}

void sn_option_listen(const char *name, void *state, const char *filter, tap_packet_cb count,
                      tap_draw_cb finish)
{
    sn_frames_t frames;
    GString *error = NULL;
    if (sn_frames_parse(filter, &frames)) {
        part_t *part = g_new(part_t, 1); /* lives as long as the program, as tap listeners do */
        *part = (part_t){frames, state, count, finish};
        error = register_tap_listener(SN_TAP_NAME, part, NULL, TL_REQUIRES_NOTHING, NULL,
                                      count_part, finish_part, NULL);
    } else {
        error = register_tap_listener(SN_TAP_NAME, state, filter, TL_REQUIRES_NOTHING, NULL, count,
                                      finish, NULL);
    }
    if (!error)
        return;
    sn_option_fail("%s: %s", name, error->str);
    g_string_free(error, TRUE);
}

typedef struct {
    const char *name;
    void (*start)(const char *argument);
} option_t;

/* That an option could not start is told by sn_option_fail(), in all versions of Wireshark alike. */
static sn_ws_started_t start_option(const char *argument, void *data)
{
    const option_t *option = (const option_t *)data;
    char *problem = check_name(argument, option->name);
    if (problem)
        sn_option_fail("%s", problem);
    else if (sn_has_windows())
        sn_option_fail("-z %s is for tshark.", option->name);
    else
        option->start(argument + strlen(option->name));
    g_free(problem);
    return SN_WS_STARTED;
}

void sn_option_register(const char *name, void (*start)(const char *))
{
    option_t *option = g_new(option_t, 1); /* Wireshark keeps it as long as the program runs */
    *option = (option_t){name, start};
    stat_tap_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .cli_string = name,
        .tap_init_cb = start_option,
    };
    register_stat_tap_ui(&ui, option);
    note_name(name);
}
