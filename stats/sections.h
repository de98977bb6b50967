/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* sections.h: what the statistics say to people, section by section and row by row, before anybody
 * decides how it looks. terminal.c prints it, and table.c hands it to Wireshark. */
#ifndef SN_SECTIONS_H
#define SN_SECTIONS_H

#include "tally.h"
#include "when.h"

/** Which numbers of a row have a meaning. Packets come with the times of the first and the last. */
enum {
    SN_HAS_PACKETS = 1,
    SN_HAS_SHARE = 2,
    SN_HAS_SCANNERS = 4,
    SN_HAS_PORTS = 8,
    SN_HAS_TARGETS = 16,
    SN_HAS_TIMES = 32,
    SN_HAS_ALL = 63,
};

typedef struct {
    char *item;   /* what the row is about */
    char *filter; /* display filter that shows its packets; NULL: there is none */
    sn_count_t count;
    uint64_t packets_v6; /* of count.packets, in a section by IP version */
    unsigned has;        /* SN_HAS_ bits */
} sn_line_t;

typedef struct {
    const char *title;
    char *caption;  /* what there is to say about all of its rows; NULL: nothing */
    GArray *lines;  /* of sn_line_t; empty: there is nothing to show */
    bool whole;     /* items are lists, of which nothing should be cut off */
    bool over_time; /* a row for each step of time, with packets over IPv4 and IPv6 */
} sn_section_t;

typedef struct {
    GArray *sections;    /* of sn_section_t: always the same ones, in the order to show them */
    uint64_t all_scans;  /* of which shares are a part */
    sn_when_form_t form; /* of times in this capture */
} sn_sections_t;

/** What the sections are made of. */
typedef struct {
    sn_tally_t *tally;
    unsigned rows;  /* of lists; 0: all */
    bool in_window; /* what matters most fits into a small window, and the lists follow below */
    const char *const
        *notes; /* rows of the first section, for what readers must know; ends with NULL */
} sn_sections_config_t;

/** How many sections there are in sn_sections_t. */
unsigned sn_sections_count(bool in_window);

/** Makes the sections, with the names that Wireshark knows now.
 * @return freed with sn_sections_free() */
sn_sections_t *sn_sections_new(const sn_sections_config_t *config);

/** Frees the sections. */
void sn_sections_free(sn_sections_t *sections);

/** A line's part of all scans, in percent: " 5.80". Five characters, or six for "100.00": so texts
 * sort as numbers, as where one row has everything the others have nothing.
 * @return for the caller to free with g_free() */
char *sn_sections_share(const sn_sections_t *sections, const sn_line_t *line);

#endif
