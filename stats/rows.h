/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.h: the rows of the statistics, and their order. Times are microseconds since 1970. */
#ifndef SN_ROWS_H
#define SN_ROWS_H

#include "engine/answer.h"
#include "engine/label.h"
#include "engine/scanner.h"

/** The tapped packets of a flow's initiator, or of many. */
typedef struct {
    uint64_t packets;
    int64_t first_us, last_us; /* valid when packets > 0 */
} sn_tapped_t;

/** What a row of the statistics says. */
typedef struct {
    uint64_t packets;
    uint32_t scanners, ports, targets; /* distinct */
    int64_t first_us, last_us;         /* valid when packets > 0 */
} sn_count_t;

typedef struct {
    sn_transport_t transport;
    uint16_t port;
    sn_count_t count;
} sn_port_row_t;

enum {
    SN_FIRST_PORTS = 5
}; /* of a scanner: as many as say what it does, and take no room to speak of */

/** Two million scanners have a row each in the capture of a telescope. */
typedef struct {
    sn_addr_t address;
    sn_count_t count;
    uint32_t contacts;   /* with details only (see sn_tally_want_details()), as pattern and more */
    uint16_t techniques; /* bits, by sn_technique_t */
    uint8_t tools;       /* bits, by sn_tool_t */
    uint8_t pattern : 7; /* sn_pattern_t */
    uint8_t structured : 1; /* as in sn_scanner_t */
    uint8_t first_ports;    /* how many of these are valid */
    uint32_t first_services
        [SN_FIRST_PORTS]; /* transport << 16 | port, different ones, the oldest first */
} sn_scanner_row_t;
G_STATIC_ASSERT(SN_TECHNIQUES <= 16 && SN_TOOLS <= 8 && SN_PATTERNS <= 1 << 7);

/** What scanners can be grouped by. */
typedef enum {
    SN_GROUP_ORGANISATION,
    SN_GROUP_AS,
    SN_GROUP_COUNTRY,
    SN_GROUP_NETWORK,
    SN_GROUPINGS /* how many */
} sn_grouping_t;

typedef struct {
    char *name; /* the row's own */
    sn_count_t count;
} sn_group_row_t;

/** An address that backscatter comes from, with one of its services. */
typedef struct {
    sn_addr_t address;
    uint32_t service; /* transport << 16 | port; port 0 where the transport has none */
    uint16_t answers; /* bits, by sn_answer_t */
    sn_count_t count; /* packets, targets and times */
} sn_victim_row_t;
G_STATIC_ASSERT(SN_ANSWERS <= 16);

/** Scanners that act alike, see campaigns.h. */
typedef struct {
    GArray *members;     /* sn_addr_t, ascending; the row's own, as the next */
    GArray *services;    /* uint32_t, transport << 16 | port, ascending: of all members together */
    bool shared;         /* each member has ports of its own; else all have the same ones */
    uint16_t techniques; /* bits, by sn_technique_t */
    uint8_t tools;       /* bits, by sn_tool_t */
    sn_count_t count;    /* targets: of flows to ports */
} sn_campaign_row_t;

/** Where each kind of trait begins in sn_rows_t.trait: techniques, outcomes, tools, reasons of scans, kinds
 * of the scanners' organisations, what UDP probes ask for. */
enum {
    SN_TRAIT_OUTCOMES = SN_TECHNIQUES,
    SN_TRAIT_TOOLS = SN_TRAIT_OUTCOMES + SN_OUTCOMES,
    SN_TRAIT_REASONS = SN_TRAIT_TOOLS + SN_TOOLS,
    SN_TRAIT_KINDS = SN_TRAIT_REASONS + SN_SCAN_REASONS,
    SN_TRAIT_ASKED = SN_TRAIT_KINDS + SN_ORGANISATIONS,
    SN_TRAITS = SN_TRAIT_ASKED + SN_ASKEDS,
};

/** Traffic that is no scan by the rules, or not as a whole, and can be told apart: see also.h. */
typedef enum {
    SN_ALSO_VISITORS,
    SN_ALSO_LOG_INS,
    SN_ALSO_MISDIRECTED,
    SN_ALSO_SYN_FLOOD,
    SN_ALSO_PING_FLOOD,
    SN_ALSO_KINDS /* how many */
} sn_also_kind_t;

/** The rows. */
typedef struct {
    sn_count_t all; /* every packet of the tap; no distinct counts */
    sn_count_t noise, scan, backscatter;
    sn_count_t version[2]; /* scans over IPv4 and IPv6 */
    uint32_t
        ipv6_scanner_prefixes; /* distinct /64 of IPv6 scanners: a site has that many addresses */
    union {
        struct {
            sn_count_t technique[SN_TECHNIQUES], outcome[SN_OUTCOMES], tool[SN_TOOLS],
                reason[SN_SCAN_REASONS], kind[SN_ORGANISATIONS], asked[SN_ASKEDS];
        };
        sn_count_t trait[SN_TRAITS]; /* all of these */
    };
    GArray *ports;                /* sn_port_row_t, most packets first; ties by transport, number */
    GArray *scanners;             /* sn_scanner_row_t, most packets first; ties by address */
    GArray *groups[SN_GROUPINGS]; /* sn_group_row_t, most packets first; ties by name. Networks:
                                     those of two scanners and more, most scanners first */
    GArray *campaigns; /* sn_campaign_row_t, most members first; ties by packets, first member */
    GArray *victims;   /* sn_victim_row_t, most packets first; ties by address, service */
    sn_count_t also[SN_ALSO_KINDS]; /* packets, targets, and sources as scanners */
    uint64_t forgotten;             /* packets of flows that the engine had no room for */
    uint32_t first_forgotten;       /* the frame of the first of these; 0: there is none */
} sn_rows_t;

/** A kind of trait that flows have. */
typedef enum {
    SN_TRAIT_TECHNIQUE,
    SN_TRAIT_OUTCOME,
    SN_TRAIT_TOOL,
    SN_TRAIT_REASON,
    SN_TRAIT_KIND,
    SN_TRAIT_ASKED_FOR
} sn_trait_t;

typedef struct {
    const char *label;
    const sn_count_t *count;
} sn_trait_row_t;

/** Ranks those traits of a kind that occur and have a label: most packets first.
 * @param ranked out @return how many */
size_t sn_rows_rank_traits(const sn_rows_t *rows, sn_trait_t kind,
                           sn_trait_row_t ranked[SN_TRAITS]);

/** Packets of scanners that have a label, and how many these are; no other counts. */
sn_count_t sn_rows_labelled(const sn_rows_t *rows);

/** Makes empty rows, freed with sn_rows_clear(). */
void sn_rows_init(sn_rows_t *rows);

/** Frees what the rows hold. */
void sn_rows_clear(sn_rows_t *rows);

/** Orders the rows of ports, scanners and groups, and counts what follows from all of them.
 * @param wanted ports and scanners: so many are in order, and the others behind them in none; 0: all are */
void sn_rows_rank(sn_rows_t *rows, guint wanted);

/** For the two functions below, which are called for each flow several times. */
static inline void sn_add_packets(uint64_t *packets, int64_t *first_us, int64_t *last_us,
                                  const sn_tapped_t *more)
{
    if (more->packets == 0)
        return;
    if (*packets == 0 || more->first_us < *first_us)
        *first_us = more->first_us;
    if (*packets == 0 || more->last_us > *last_us)
        *last_us = more->last_us;
    *packets += more->packets;
}

/** Adds packets to more packets. */
static inline void sn_tapped_add(sn_tapped_t *to, const sn_tapped_t *more)
{
    sn_add_packets(&to->packets, &to->first_us, &to->last_us, more);
}

/** Adds packets to a row. */
static inline void sn_count_add(sn_count_t *to, const sn_tapped_t *more)
{
    sn_add_packets(&to->packets, &to->first_us, &to->last_us, more);
}

#endif
