/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <epan/packet.h>
#include <epan/stat_tap_ui.h>

#include "aside.h"
#include "dissector.h"
#include "drawing.h"
#include "engine/capture_time.h"
#include "final.h"
#include "option.h"
#include "origins.h"
#include "prefs.h"
#include "sections.h"
#include "gui_windows.h"

/* Wireshark sorts and copies a cell by its type, and a cell of the type "none" is blank, but Copy
 * leaves it out and what follows moves up. So numbers are numbers, in the columns to the right those
 * that not every row has, and Packets and Scanners are in all rows. */
enum { RANK, ITEM, PACKETS, SHARE, SCANNERS, FIRST, LAST, SECTION, TARGETS, PORTS, COLUMNS };

static stat_tap_table_item columns[COLUMNS] = {
    [RANK] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "#", "%u"},
    [ITEM] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Item", "%s"},
    [PACKETS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Packets", "%u"},
    [SHARE] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Share%", "%s"},
    [SCANNERS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Scanners", "%u"},
    [FIRST] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "First seen", "%s"},
    [LAST] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Last seen", "%s"},
    [SECTION] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Section", "%s"},
    [TARGETS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Targets", "%u"},
    [PORTS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Ports", "%u"},
};

enum { MOST_SECTIONS = 32 };

/* One table serves all dialogs and options of this name, and so does the tally behind it. */
static sn_tally_t *tally;
static const void *listener; /* whose packets the tally counts; NULL: the next one's to come */
static bool is_shared;       /* others listen too, and see the numbers of that one */
static bool is_hidden;       /* a pass over the file is going on, and nobody sees the rows */
static stat_tap_table *tables[MOST_SECTIONS]; /* whether Wireshark sees them or not */
static char *titles[MOST_SECTIONS];
static guint
    rows_made[MOST_SECTIONS]; /* rows that exist, shown or not: dialogs may point to them */
static sn_aside_t *aside;     /* rows of dialogs that another one took the tables from */
static stat_tap_table_ui ui;

/* --- Cells ----------------------------------------------------------------------------------- */

static void clear_cell(stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    *cell = (stat_tap_table_item_type){.type = TABLE_ITEM_NONE};
}

/** Puts text into a cell, which owns it. */
static void set_text(stat_tap_table_item_type *cell, char *text)
{
    clear_cell(cell);
    cell->type = TABLE_ITEM_STRING;
    cell->value.string_value = text;
}

static void set_number(stat_tap_table_item_type *cell, uint64_t number)
{
    clear_cell(cell);
    cell->type = TABLE_ITEM_UINT;
    cell->value.uint_value = (unsigned)MIN(number, UINT_MAX);
}

static void set_number_if(stat_tap_table_item_type *cell, bool has, uint64_t number)
{
    if (has)
        set_number(cell, number);
    else
        clear_cell(cell);
}

static char *time_text(const sn_sections_t *made, const sn_line_t *line, int64_t time_us)
{
    return line->has & SN_HAS_TIMES ? sn_when_local(time_us, made->form) : g_strdup("");
}

static char *item_text(const sn_section_t *section, const sn_line_t *line)
{
    if (!section->over_time)
        return g_strdup(line->item);
    return g_strdup_printf("%s, IPv4 %" G_GUINT64_FORMAT ", IPv6 %" G_GUINT64_FORMAT, line->item,
                           line->count.packets - line->packets_v6, line->packets_v6);
}

/* --- Rows ------------------------------------------------------------------------------------ */

/** A row of a table: one that exists, or a new one. */
static stat_tap_table_item_type *row_of(unsigned number, guint row)
{
    stat_tap_table *table = tables[number];
    if (row < rows_made[number]) {
        table->num_elements = MAX(table->num_elements, row + 1);
    } else {
        stat_tap_table_item_type empty[COLUMNS] = {0};
        table->num_elements = row; /* so that exactly this one is made */
        stat_tap_init_table_row(table, row, COLUMNS, empty);
        rows_made[number] = row + 1;
    }
    return table->elements[row];
}

static void write_row(const sn_sections_t *made, const sn_section_t *section, guint row,
                      stat_tap_table_item_type *cells)
{
    const sn_line_t *line = &g_array_index(section->lines, sn_line_t, row);
    set_number(&cells[RANK], row + 1);
    set_text(&cells[ITEM], item_text(section, line));
    set_number(&cells[PACKETS], line->count.packets);
    set_text(&cells[SHARE], sn_sections_share(made, line));
    set_number(&cells[SCANNERS], line->count.scanners);
    set_text(&cells[FIRST], time_text(made, line, line->count.first_us));
    set_text(&cells[LAST], time_text(made, line, line->count.last_us));
    set_text(&cells[SECTION], g_strdup(section->title));
    set_number_if(&cells[TARGETS], line->has & SN_HAS_TARGETS, line->count.targets);
    set_number_if(&cells[PORTS], line->has & SN_HAS_PORTS, line->count.ports);
}

/** Whether more rows may come. A dialog takes a section's title when it draws the section first, so until all is counted
 * a title says nothing of the rows. */
static bool may_grow(void)
{
    return sn_has_windows() && (!listener || !sn_final_is_reached());
}

/** Wireshark's dialog sorts sections by title, character by character, and finds a section by its
 * number all the same. So in a window titles begin with characters that sort behind all others and
 * are not seen, one more of them for each section. */
static char *title_of(unsigned number, const sn_section_t *section)
{
    GString *title = g_string_new(NULL);
    for (unsigned i = 0; sn_has_windows() && i < number; i++)
        g_string_append(title, "\u200b"); /* zero width space */
    g_string_append(title, section->title);
    const char *caption = section->lines->len == 0 ? "none" : section->caption;
    if (caption && !may_grow())
        g_string_append_printf(title, ": %s", caption);
    return g_string_free(title, FALSE);
}

static void write_section(const sn_sections_t *made, unsigned number)
{
    const sn_section_t *section = &g_array_index(made->sections, sn_section_t, number);
    char *before = titles[number];
    tables[number]->title = titles[number] = title_of(number, section);
    g_free(before);
    for (guint row = 0; row < section->lines->len; row++)
        write_row(made, section, row, row_of(number, row));
    tables[number]->num_elements = section->lines->len; /* the others stay in memory for later */
}

static void write_table(void)
{
    const char *notes[3] = {NULL};
    unsigned noted = 0;
    if (sn_has_windows() && (sn_final_is_partial() || sn_windows_are_stopped()))
        notes[noted++] = "Partial: reading was stopped";
    if (is_shared)
        notes[noted++] = "Opened twice: filter of one counts";
    sn_sections_t *made = sn_sections_new(&(sn_sections_config_t){
        .tally = tally,
        .rows = sn_prefs_rows(),
        .in_window = sn_has_windows(),
        .notes = notes,
    });
    for (unsigned number = 0; number < made->sections->len; number++)
        write_section(made, number);
    sn_sections_free(made);
}

/* --- Tables ---------------------------------------------------------------------------------- */

static unsigned table_count(void)
{
    return sn_sections_count(sn_has_windows());
}

/* A dialog takes a section's title when it draws the section first, and that may be in the middle of
 * a pass. So nobody sees a section before all is counted. */
static void hide_tables(void)
{
    g_array_set_size(ui.tables, 0);
    is_hidden = true;
}

static void show_tables(void)
{
    if (!is_hidden)
        return;
    for (unsigned number = 0; number < table_count(); number++)
        stat_tap_add_table(&ui, tables[number]);
    is_hidden = false;
}

static void make_tables(stat_tap_table_ui *new_stat)
{
    for (unsigned number = 0; number < table_count(); number++) {
        rows_made[number] = 0;
        tables[number] = stat_tap_init_table("", COLUMNS, 0, NULL);
        stat_tap_add_table(new_stat, tables[number]);
    }
}

/* When nobody asks for them, rows are not made: in a live capture there is a pass for each batch of
 * packets, and to add everything up each time would take a time that grows with the square of their number. */

static const epan_dissect_t *counted_by; /* of the newest packet; only compared */

static void make_rows(void)
{
    if (!tally || !(is_hidden || sn_tally_is_stale(tally)))
        return;
    if (!is_hidden && (!ui.tables || ui.tables->len == 0)) /* nobody has a dialog open any more */
        return;
    sn_final_draw();
    write_table();
    show_tables();
}

void sn_table_end_pass(const epan_dissect_t *dissection)
{
    if (sn_has_windows() && (is_hidden || dissection == counted_by))
        make_rows();
}

/* --- Wireshark's callbacks ------------------------------------------------------------------- */

/** Keeps the rows of other dialogs; with the last dialog, Wireshark has freed the tables. */
static void leave_rows_to_their_dialog(stat_tap_table_ui *new_stat)
{
    if (!aside)
        aside = sn_aside_new(new_stat);
    if (!new_stat->tables) /* not one has been made so far */
        return;
    if (new_stat->refcount > 1)
        sn_aside_put(aside, rows_made);
    else if (new_stat->tables->len == 0)
        sn_aside_clear(aside);
}

/* Who starts a statistic wants it from the beginning, whoever had the table before: sharkd resets
 * nothing between two files. */
static void init_table(stat_tap_table_ui *new_stat)
{
    show_tables();
    leave_rows_to_their_dialog(new_stat);
    if (tally)
        sn_tally_reset(tally);
    else
        tally = sn_origins_tally_new();
    listener = NULL;
    is_shared = false;
    if (!new_stat->tables || new_stat->tables->len == 0)
        make_tables(new_stat);
    write_table();
}

static tap_packet_status count_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *data, tap_flags_t flags)
{
    (void)flags;
    const sn_tap_t *tap = (const sn_tap_t *)data;
    if (!listener) {
        listener = tapdata;
        if (!sn_has_windows())
            sn_drawing_before(make_rows);
        sn_aside_show(aside, ((const stat_data_t *)tapdata)->user_data);
    }
    if (listener != tapdata) {
        is_shared = true;
        return TAP_PACKET_DONT_REDRAW;
    }
    sn_tally_packet(tally, tap->engine, tap->frame,
                    sn_capture_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs));
    counted_by = edt;
    return TAP_PACKET_REDRAW;
}

/* What is known of a capture goes with it. Rows that are shown stay, as they are text, and who counts anew
 * begins with none: Wireshark's dialogs, and sharkd, which has taken its listener away by now. */
static void close_capture(void)
{
    if (!tally)
        return;
    sn_drawing_end();
    sn_tally_reset(tally);
}

/* Wireshark calls this for each section in turn; the first call does it for all. */
static void reset_table(stat_tap_table *table)
{
    (void)table;
    if (is_hidden)
        return;
    listener = NULL;
    is_shared = false;
    sn_tally_reset(tally);
    hide_tables();
}

static void free_cell(stat_tap_table *table, guint row, guint column,
                      stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)column;
    clear_cell(cell);
}

static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};

static stat_tap_table_ui ui = {
    .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
    .title = "Scan Noise",
    .tap_name = SN_TAP_NAME,
    .cli_string = SN_TABLE_OPTION,
    .stat_tap_init_cb = init_table,
    .packet_func = count_packet,
    .stat_tap_reset_table_cb = reset_table,
    .stat_tap_free_table_item_cb = free_cell,
    .nfields = COLUMNS,
    .fields = columns,
    .nparams = G_N_ELEMENTS(parameters),
    .params = parameters,
};

void sn_table_register(void)
{
    register_stat_tap_table_ui(&ui);
    register_cleanup_routine(close_capture);
}
