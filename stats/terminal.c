/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "terminal.h"

#include <wireshark.h>

#include <stdio.h>
#include <string.h>
#include <wsutil/report_message.h>

#include "columns.h"
#include "final.h"
#include "listener.h"
#include "option.h"
#include "output.h"
#include "prefs.h"
#include "sections.h"
#include "table.h"

enum { WIDTH = 100, LEAST_ITEM = 15 };

enum { RANK, ITEM, PACKETS, SHARE, SCANNERS, PORTS, TARGETS, FIRST, LAST, COLUMNS };

static const char *const headings[COLUMNS] = {
    "#", "Item", "Packets", "Share%", "Scanners", "Ports", "Targets", "First seen", "Last seen"};

/** What is printed, and how wide the columns are. */
typedef struct {
    const sn_sections_t *made;
    const char *filter; /* of the statistic; NULL: none */
    int width[COLUMNS];
} page_t;

static bool is_text(int column)
{
    return column == ITEM || column >= FIRST;
}

/* --- Cells ----------------------------------------------------------------------------------- */

static char *number(bool has, uint64_t value)
{
    return has ? g_strdup_printf("%" G_GUINT64_FORMAT, value) : g_strdup("");
}

static char *seen(const page_t *page, const sn_line_t *line, int64_t time_us)
{
    return line->has & SN_HAS_TIMES ? sn_when_local(time_us, page->made->form) : g_strdup("");
}

/** A cell behind the item. @return for the caller to free with g_free() */
static char *cell_of(const page_t *page, const sn_line_t *line, int column)
{
    const sn_count_t *count = &line->count;
    switch (column) {
    case PACKETS:
        return number(line->has & SN_HAS_PACKETS, count->packets);
    case SHARE:
        return sn_sections_share(page->made, line);
    case SCANNERS:
        return number(line->has & SN_HAS_SCANNERS, count->scanners);
    case PORTS:
        return number(line->has & SN_HAS_PORTS, count->ports);
    case TARGETS:
        return number(line->has & SN_HAS_TARGETS, count->targets);
    default:
        return seen(page, line, column == FIRST ? count->first_us : count->last_us);
    }
}

/** A cell of a section over time: its packets over IPv4 and IPv6 stand in two of the columns. */
static char *cell_over_time(const page_t *page, const sn_line_t *line, int column)
{
    if (column == PACKETS)
        return number(true, line->count.packets - line->packets_v6);
    if (column == SHARE)
        return number(true, line->packets_v6);
    return cell_of(page, line, column);
}

static char *any_cell(const page_t *page, const sn_section_t *section, guint row, int column)
{
    const sn_line_t *line = &g_array_index(section->lines, sn_line_t, row);
    if (column == RANK)
        return number(true, row + 1);
    return section->over_time ? cell_over_time(page, line, column) : cell_of(page, line, column);
}

/* --- Widths ---------------------------------------------------------------------------------- */

static void widen(page_t *page, const sn_section_t *section)
{
    for (guint row = 0; row < section->lines->len; row++) {
        for (int c = 0; c < COLUMNS; c++) {
            if (is_text(c))
                continue;
            char *cell = any_cell(page, section, row, c);
            page->width[c] = MAX(page->width[c], sn_columns_of(cell));
            g_free(cell);
        }
    }
}

/** Numbers get the room that the longest needs, times theirs, and the item what is left. */
static void find_widths(page_t *page)
{
    for (int c = 0; c < COLUMNS; c++)
        page->width[c] = sn_columns_of(headings[c]);
    page->width[FIRST] = page->width[LAST] = sn_when_width(page->made->form);
    for (guint s = 0; s < page->made->sections->len; s++)
        widen(page, &g_array_index(page->made->sections, sn_section_t, s));
    int left = WIDTH - (COLUMNS - 1);
    for (int c = 0; c < COLUMNS; c++)
        left -= c == ITEM ? 0 : page->width[c];
    page->width[ITEM] = MAX(left, LEAST_ITEM);
}

/* --- Lines ----------------------------------------------------------------------------------- */

static void end_line(GString *text)
{
    while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

static void print(GString *text)
{
    fputs(text->str, stdout);
    g_string_truncate(text, 0);
}

static void rule(GString *text)
{
    for (int i = 0; i < WIDTH; i++)
        g_string_append_c(text, '=');
    g_string_append_c(text, '\n');
}

static void append_cell(const page_t *page, GString *text, const char *cell, int column)
{
    sn_columns_append(text, cell, page->width[column], !is_text(column));
    if (column < COLUMNS - 1)
        g_string_append_c(text, '|');
}

/** Rank and item. An address must be whole, so one that is too long for its column has a line of its
 * own; what stands behind it may be cut, unless the item is to be whole. */
static void append_item(const page_t *page, GString *text, const char *rank, const char *item,
                        bool whole)
{
    append_cell(page, text, rank, RANK);
    gsize first_word = strcspn(item, " ,");
    char *word = g_strndup(item, first_word);
    bool fits = (!whole && sn_columns_of(word) < page->width[ITEM]) ||
                sn_columns_of(item) <= page->width[ITEM];
    g_free(word);
    if (fits) {
        append_cell(page, text, item, ITEM);
        return;
    }
    int room = WIDTH - page->width[RANK] - 1;
    sn_columns_append(text, item, MIN(room, sn_columns_of(item)), false);
    end_line(text);
    append_cell(page, text, "", RANK);
    append_cell(page, text, "", ITEM);
}

static uint64_t most_packets(const sn_section_t *section)
{
    uint64_t most = 0;
    for (guint i = 0; i < section->lines->len; i++)
        most = MAX(most, g_array_index(section->lines, sn_line_t, i).count.packets);
    return most;
}

/** A bar for a step of time, where other rows have numbers that it has not. */
static void append_bar(const page_t *page, GString *text, const sn_section_t *section, guint row)
{
    int room = COLUMNS - 1 - PORTS;
    for (int c = PORTS; c < COLUMNS; c++)
        room += page->width[c];
    const sn_line_t *line = &g_array_index(section->lines, sn_line_t, row);
    uint64_t most = most_packets(section);
    double part = most > 0 ? (double)line->count.packets / (double)most : 0.0;
    sn_columns_append_bar(text, part, room);
}

static void append_filter(const page_t *page, GString *text, const char *filter)
{
    if (!filter || !sn_prefs_row_filters())
        return;
    if (page->filter)
        g_string_append_printf(text, "   filter: (%s) && (%s)\n", page->filter, filter);
    else
        g_string_append_printf(text, "   filter: %s\n", filter);
}

static void print_line(const page_t *page, const sn_section_t *section, guint row, GString *text)
{
    const sn_line_t *line = &g_array_index(section->lines, sn_line_t, row);
    int end = section->over_time ? PORTS : COLUMNS;
    char *rank = any_cell(page, section, row, RANK);
    append_item(page, text, rank, line->item, section->whole);
    g_free(rank);
    for (int c = ITEM + 1; c < end; c++) {
        char *cell = any_cell(page, section, row, c);
        append_cell(page, text, cell, c);
        g_free(cell);
    }
    if (section->over_time)
        append_bar(page, text, section, row);
    end_line(text);
    append_filter(page, text, line->filter);
    print(text);
}

/** The section's title; over time also what its columns have. */
static void print_title(const page_t *page, const sn_section_t *section, GString *text)
{
    char *title =
        g_strconcat(section->title, section->caption ? ": " : NULL, section->caption, NULL);
    if (section->over_time) {
        sn_columns_append(text, title, page->width[RANK] + 1 + page->width[ITEM], false);
        g_string_append_c(text, '|');
        append_cell(page, text, "IPv4", PACKETS);
        append_cell(page, text, "IPv6", SHARE);
        append_cell(page, text, headings[SCANNERS], SCANNERS);
    } else {
        sn_columns_append(text, title, MIN(WIDTH, sn_columns_of(title)), false);
    }
    g_free(title);
    end_line(text);
    print(text);
}

static void print_page(const page_t *page)
{
    GString *text = g_string_new("\n");
    rule(text);
    g_string_append_printf(text, "Scan Noise:\nFilter for statistics: %s\n",
                           page->filter ? page->filter : "");
    for (int c = 0; c < COLUMNS; c++)
        append_cell(page, text, headings[c], c);
    end_line(text);
    print(text);
    for (guint s = 0; s < page->made->sections->len; s++) {
        const sn_section_t *section = &g_array_index(page->made->sections, sn_section_t, s);
        if (section->lines->len > 0)
            print_title(page, section, text);
        for (guint row = 0; row < section->lines->len; row++)
            print_line(page, section, row, text);
    }
    rule(text);
    print(text);
    g_string_free(text, TRUE);
}

/* --- The option ------------------------------------------------------------------------------ */

static void finish(void *state)
{
    const sn_listener_t *listener = (const sn_listener_t *)state;
    sn_final_draw();
    page_t page = {.filter = listener->filter};
    sn_sections_t *made =
        sn_sections_new(&(sn_sections_config_t){.tally = listener->tally, .rows = sn_prefs_rows()});
    page.made = made;
    find_widths(&page);
    print_page(&page);
    sn_sections_free(made);
    char *error = sn_output_flush();
    if (error)
        report_failure(SN_TABLE_OPTION ": %s", error);
    g_free(error);
}

static void start(const char *argument)
{
    sn_listener_start(SN_TABLE_OPTION, sn_listener_new(sn_listener_filter(argument)), finish);
}

void sn_terminal_register(void)
{
    if (!sn_has_windows())
        sn_option_register(SN_TABLE_OPTION, start);
}
