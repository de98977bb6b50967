/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <epan/packet.h>
#include <epan/stat_tap_ui.h>

#include "aside.h"
#include "dissector.h"
#include "engine/capture_time.h"
#include "drawing.h"
#include "final.h"
#include "labels.h"
#include "names.h"
#include "option.h"
#include "origins.h"
#include "prefs.h"
#include "when.h"
#include "program.h"
#include "windows.h"

/* Every cell is text, padded to its column: tshark prints cells as they are, and Wireshark 4.0
 * shows floats with six digits. Padded with spaces in front, numbers also sort as numbers when the
 * user clicks a column. */
enum { RANK, NAME, PACKETS, SHARE, SCANNERS, PORTS, TARGETS, FIRST, LAST, COLUMNS };

static stat_tap_table_item columns[COLUMNS] = {
    [RANK] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, " #", "%s"},
    [NAME] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Item                    ", "%s"},
    [PACKETS] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Packets", "%s"},
    [SHARE] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Share%", "%s"},
    [SCANNERS] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Scanners", "%s"},
    [PORTS] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Ports", "%s"},
    [TARGETS] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Targets", "%s"},
    [FIRST] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "First seen ", "%s"},
    [LAST] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Last seen  ", "%s"},
};

/* Wireshark's dialog sorts sections by title, and finds a section by its number all the same: the
 * titles must be in alphabetical order. The last two are there when there is something to show. */
typedef enum {
    CAPTURE,
    IP_VERSION,
    ORGANISATIONS,
    OUTCOMES,
    TECHNIQUES,
    TOOLS,
    TOP_PORTS,
    TOP_SCANNERS,
    ALWAYS, /* how many are always there */
    FROM_AS = ALWAYS,
    FROM_COUNTRY,
    SECTIONS
} section_t;

static const char *const titles[SECTIONS] = {
    [CAPTURE] = "Capture",
    [IP_VERSION] = "IP version",
    [ORGANISATIONS] = "Organisations",
    [OUTCOMES] = "Outcomes",
    [TECHNIQUES] = "Techniques",
    [TOOLS] = "Tools",
    [TOP_PORTS] = "Top ports",
    [TOP_SCANNERS] = "Top scanners",
    [FROM_AS] = "Where from: autonomous systems",
    [FROM_COUNTRY] = "Where from: countries",
};

/* Which columns of a row have a meaning. */
enum {
    HAS_PACKETS = 1 << PACKETS | 1 << FIRST | 1 << LAST,
    HAS_SHARE = 1 << SHARE,
    HAS_SCANNERS = 1 << SCANNERS,
    HAS_PORTS = 1 << PORTS,
    HAS_TARGETS = 1 << TARGETS,
    HAS_ALL = HAS_PACKETS | HAS_SHARE | HAS_SCANNERS | HAS_PORTS | HAS_TARGETS,
};

/* One table serves all dialogs and options of this name, and so does the tally behind it. */
static sn_tally_t *tally;
static const void *listener;      /* whose packets the tally counts; NULL: the next one's to come */
static bool in_windows;           /* as found out when the first packet came */
static bool is_shared;            /* others listen too, and see the numbers of that one */
static guint rows_made[SECTIONS]; /* rows that exist, shown or not: dialogs may point to them */
static sn_aside_t *aside;         /* rows of dialogs that another one took the tables from */
static stat_tap_table_ui ui;

/* --- Cells ----------------------------------------------------------------------------------- */

static int width_of(int column)
{
    return (int)strlen(columns[column].column_name);
}

static char *padded_number(uint64_t value, int column)
{
    return g_strdup_printf("%*" G_GUINT64_FORMAT, width_of(column), value);
}

static char *padded_text(const char *text, int column)
{
    return g_strdup_printf("%-*s", width_of(column), text);
}

/** A time of day, with the date when the capture is longer than a day. */
static char *padded_time(int64_t time_us, bool with_date, int column)
{
    char *text = sn_when_local(time_us, with_date);
    char *cell = padded_text(text, column);
    g_free(text);
    return cell;
}

static char *padded_share(uint64_t part, uint64_t whole)
{
    double percent = whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
    return g_strdup_printf("%*.2f", width_of(SHARE), percent);
}

/* --- Rows ------------------------------------------------------------------------------------ */

/** The section's rows while they are written. */
typedef struct {
    section_t section;
    stat_tap_table *table;
    guint row;
    uint64_t all_scans;
    bool with_dates;
} writer_t;

static char *cell_of(const writer_t *w, const sn_count_t *count, int column)
{
    switch (column) {
    case PACKETS:
        return padded_number(count->packets, column);
    case SHARE:
        return padded_share(count->packets, w->all_scans);
    case SCANNERS:
        return padded_number(count->scanners, column);
    case PORTS:
        return padded_number(count->ports, column);
    case TARGETS:
        return padded_number(count->targets, column);
    default:
        if (count->packets == 0)
            return padded_text("", column);
        return padded_time(column == FIRST ? count->first_us : count->last_us, w->with_dates,
                           column);
    }
}

static stat_tap_table_item_type *next_row(writer_t *w)
{
    guint row = w->row++;
    if (row < rows_made[w->section]) {
        w->table->num_elements = MAX(w->table->num_elements, row + 1);
    } else {
        stat_tap_table_item_type empty[COLUMNS] = {0};
        w->table->num_elements = row; /* so that exactly this one is made */
        stat_tap_init_table_row(w->table, row, COLUMNS, empty);
        rows_made[w->section] = row + 1;
    }
    return w->table->elements[row];
}

/** Puts text into a cell, which owns it. */
static void set_cell(stat_tap_table_item_type *cell, char *text)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_STRING;
    cell->value.string_value = text;
}

static void write_row(writer_t *w, const char *name, const sn_count_t *count, unsigned has)
{
    stat_tap_table_item_type *cells = next_row(w);
    set_cell(&cells[RANK], padded_number(w->row, RANK));
    set_cell(&cells[NAME], padded_text(name, NAME));
    for (int c = PACKETS; c < COLUMNS; c++)
        set_cell(&cells[c], has & 1U << c ? cell_of(w, count, c) : padded_text("", c));
}

static writer_t begin_section(section_t section, const sn_rows_t *rows)
{
    const int64_t day_us = INT64_C(24) * 60 * 60 * G_USEC_PER_SEC;
    return (writer_t){.section = section,
                      .table = stat_tap_find_table(&ui, titles[section]),
                      .all_scans = rows->scan.packets,
                      .with_dates = rows->all.last_us - rows->all.first_us >= day_us};
}

/** Hides rows that were needed before and are not now; they stay in memory for later. */
static void end_section(writer_t *w)
{
    w->table->num_elements = w->row;
}

/* --- Sections -------------------------------------------------------------------------------- */

static void write_capture(const sn_rows_t *rows)
{
    writer_t w = begin_section(CAPTURE, rows);
    write_row(&w, "All packets", &rows->all, HAS_PACKETS);
    write_row(&w, "Noise", &rows->noise, HAS_PACKETS);
    write_row(&w, "Unsolicited scans", &rows->scan, HAS_ALL);
    write_row(&w, "Backscatter", &rows->backscatter, HAS_PACKETS);
    write_row(&w, "Scanners", &rows->scan, HAS_SCANNERS);
    write_row(&w, "Ports", &rows->scan, HAS_PORTS);
    if (rows->forgotten > 0) {
        sn_count_t forgotten = {.packets = rows->forgotten};
        write_row(&w, "Not judged: limit reached", &forgotten, 1 << PACKETS);
        char *since = g_strdup_printf("Not judged: from frame %u", rows->first_forgotten);
        write_row(&w, since, &forgotten, 0);
        g_free(since);
    }
    if (in_windows && (sn_final_is_partial() || sn_windows_are_stopped()))
        write_row(&w, "Partial: reading was stopped", &rows->all, 0);
    if (is_shared)
        write_row(&w, "Opened twice: filter of one counts", &rows->all, 0);
    end_section(&w);
}

static void write_versions(const sn_rows_t *rows)
{
    writer_t w = begin_section(IP_VERSION, rows);
    write_row(&w, "IPv4", &rows->version[0], HAS_ALL);
    write_row(&w, "IPv6", &rows->version[1], HAS_ALL);
    sn_count_t prefixes = {.scanners = rows->ipv6_scanner_prefixes};
    write_row(&w, "IPv6 scanners by /64", &prefixes, HAS_SCANNERS);
    end_section(&w);
}

static void write_traits(const sn_rows_t *rows, section_t section, sn_trait_t kind)
{
    sn_trait_row_t ranked[SN_TRAITS];
    size_t n = sn_rows_rank_traits(rows, kind, ranked);
    writer_t w = begin_section(section, rows);
    for (size_t i = 0; i < n; i++)
        write_row(&w, ranked[i].label, ranked[i].count, HAS_ALL);
    end_section(&w);
}

static guint shown(guint rows)
{
    return sn_prefs_rows() == 0 ? rows : MIN(rows, sn_prefs_rows());
}

static void write_ports(const sn_rows_t *rows)
{
    writer_t w = begin_section(TOP_PORTS, rows);
    for (guint i = 0; i < shown(rows->ports->len); i++) {
        const sn_port_row_t *row = &g_array_index(rows->ports, sn_port_row_t, i);
        char *port = sn_port_text(NULL, row->transport, row->port);
        char *name = g_strdup_printf("%s/%s", sn_transport_text(row->transport), port);
        write_row(&w, name, &row->count, HAS_ALL);
        g_free(name);
        wmem_free(NULL, port);
    }
    end_section(&w);
}

static void write_scanners(const sn_rows_t *rows)
{
    writer_t w = begin_section(TOP_SCANNERS, rows);
    for (guint i = 0; i < shown(rows->scanners->len); i++) {
        const sn_scanner_row_t *row = &g_array_index(rows->scanners, sn_scanner_row_t, i);
        const char *label = sn_label_of(&row->address);
        char *address = sn_address_text(NULL, &row->address);
        char *name = label ? g_strdup_printf("%s, %s", address, label) : NULL;
        write_row(&w, name ? name : address, &row->count, HAS_ALL);
        wmem_free(NULL, address);
        g_free(name);
    }
    end_section(&w);
}

static void write_groups(const sn_rows_t *rows, section_t section, sn_grouping_t by)
{
    writer_t w = begin_section(section, rows);
    for (guint i = 0; i < shown(rows->groups[by]->len); i++) {
        const sn_group_row_t *row = &g_array_index(rows->groups[by], sn_group_row_t, i);
        write_row(&w, row->name, &row->count, HAS_ALL);
    }
    end_section(&w);
}

static void add_table(stat_tap_table_ui *stat, section_t section)
{
    if (stat_tap_find_table(stat, titles[section]))
        return;
    rows_made[section] = 0;
    stat_tap_add_table(stat, stat_tap_init_table(titles[section], COLUMNS, 0, NULL));
}

/** Both sections of origins or none: see the order of titles. */
static void write_origins(const sn_rows_t *rows)
{
    bool known = rows->groups[SN_GROUP_AS]->len > 0 || rows->groups[SN_GROUP_COUNTRY]->len > 0;
    if (!known && !stat_tap_find_table(&ui, titles[FROM_AS]))
        return;
    add_table(&ui, FROM_AS);
    add_table(&ui, FROM_COUNTRY);
    write_groups(rows, FROM_AS, SN_GROUP_AS);
    write_groups(rows, FROM_COUNTRY, SN_GROUP_COUNTRY);
}

/** Widens a column for its longest cell, heading included. */
static void align(int column, bool to_the_right)
{
    static char *headings[COLUMNS];
    int width = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int s = 0; s < SECTIONS; s++) {
            stat_tap_table *table = stat_tap_find_table(&ui, titles[s]);
            for (guint row = 0; table && row < table->num_elements; row++) {
                stat_tap_table_item_type *cell = &table->elements[row][column];
                const char *text = cell->value.string_value;
                if (pass == 0)
                    width = MAX(width, (int)g_utf8_strlen(text, -1));
                else
                    set_cell(cell, g_strdup_printf("%*s", to_the_right ? width : -width, text));
            }
        }
    }
    if (width <= width_of(column))
        return;
    const char *heading = columns[column].column_name;
    char *wider = g_strdup_printf("%*s", to_the_right ? width : -width, heading);
    g_free(headings[column]);
    columns[column].column_name = headings[column] = wider;
}

static void write_table(void)
{
    const sn_rows_t *rows = sn_origins_count(tally);
    write_capture(rows);
    write_versions(rows);
    write_groups(rows, ORGANISATIONS, SN_GROUP_ORGANISATION);
    write_traits(rows, OUTCOMES, SN_TRAIT_OUTCOME);
    write_traits(rows, TECHNIQUES, SN_TRAIT_TECHNIQUE);
    write_traits(rows, TOOLS, SN_TRAIT_TOOL);
    write_ports(rows);
    write_scanners(rows);
    write_origins(rows);
    align(RANK, true);
    align(NAME, false);
}

/* When nobody asks for them, rows are not made: in a live capture there is a pass for each batch of
 * packets, and with tshark -M for each session, and to add everything up each time would take a time
 * that grows with the square of their number. */

static bool in_windows;                  /* as found out when the first packet came */
static const epan_dissect_t *counted_by; /* of the newest packet; only compared */

static void make_rows(void)
{
    if (!tally || !sn_tally_is_stale(tally) || !ui.tables || ui.tables->len == 0)
        return;
    sn_final_draw();
    write_table();
}

void sn_table_end_pass(const epan_dissect_t *dissection)
{
    if (in_windows && dissection == counted_by)
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
    leave_rows_to_their_dialog(new_stat);
    if (tally)
        sn_tally_reset(tally);
    else
        tally = sn_origins_tally_new();
    listener = NULL;
    is_shared = false;
    for (int s = 0; s < ALWAYS; s++)
        add_table(new_stat, (section_t)s);
    write_table();
}

static tap_packet_status count_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *data, tap_flags_t flags)
{
    (void)flags;
    const sn_tap_t *tap = (const sn_tap_t *)data;
    if (!listener) {
        listener = tapdata;
        in_windows = sn_has_windows();
        if (!in_windows)
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
 * begins with none: Wireshark's dialogs, and sharkd, which has taken its listener away by now. But tshark -M
 * closes the capture in between, and goes on counting. */
static void close_capture(void)
{
    if (!tally)
        return;
    sn_drawing_end();
    if (sn_has_windows() || !have_tap_listener(find_tap_id(SN_TAP_NAME))) {
        sn_tally_reset(tally);
        return;
    }
    sn_final_draw();
    sn_tally_close_session(tally);
    sn_drawing_before(make_rows);
}

/* Wireshark calls this for each section in turn; the first call does it for all. */
static void reset_table(stat_tap_table *table)
{
    if (!g_str_equal(table->title, titles[0]))
        return;
    listener = NULL;
    is_shared = false;
    sn_tally_reset(tally);
    write_table();
}

static void free_cell(stat_tap_table *table, guint row, guint column,
                      stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)column;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

/** tshark asks this of each -z of our name. All of them would share one table, and show one count
 * under several filters. */
static void check_option(const char *argument, const char **filter, char **error)
{
    static bool given;
    sn_option_check(argument, filter, error);
    if (!*error && given)
        *error = g_strdup(SN_TABLE_OPTION " can be given once only, as Wireshark has one table for "
                                          "each name; scannoise,json can be given many times");
    given = true;
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
    .stat_filter_check_cb = check_option,
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
