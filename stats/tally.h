/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h: counts the packets that pass a tap, and adds them up into the rows of the statistics.
 *
 * While packets pass, only a counter for each flow is kept, because the verdict on a flow may still
 * change. The rows are made from those counters by sn_tally_count(), in one walk over the flows. */
#ifndef SN_TALLY_H
#define SN_TALLY_H

#include "engine/engine.h"

/** What a row of the statistics says. Times are microseconds since 1970. */
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

typedef struct {
    sn_addr_t address;
    sn_count_t count;
} sn_scanner_row_t;

/** The rows. */
typedef struct {
    sn_count_t all; /* every packet of the tap; no distinct counts */
    sn_count_t noise, scan, backscatter;
    sn_count_t version[2]; /* scans over IPv4 and IPv6 */
    uint32_t
        ipv6_scanner_prefixes; /* distinct /64 of IPv6 scanners: a site has that many addresses */
    sn_count_t technique[SN_TECHNIQUES];
    GArray *ports;      /* sn_port_row_t, most packets first; ties by transport and number */
    GArray *scanners;   /* sn_scanner_row_t, most packets first; ties by address */
    uint64_t forgotten; /* packets of flows that the engine had no room for */
} sn_rows_t;

typedef struct sn_tally sn_tally_t;

/** Makes an empty tally, freed with sn_tally_free(). */
sn_tally_t *sn_tally_new(void);

/** Frees it and drops its reference to the engine. @param tally may be NULL */
void sn_tally_free(sn_tally_t *tally);

/** Forgets all packets. */
void sn_tally_reset(sn_tally_t *tally);

/** Counts one packet.
 * @param engine knows the flow; referenced until reset. Another engine than before means that
 *               Wireshark began a new session (tshark -M): what was counted is kept
 * @param flow   0: the packet belongs to no flow */
void sn_tally_packet(sn_tally_t *tally, sn_engine_t *engine, uint32_t flow, bool from_initiator,
                     int64_t time_us);

/** True when packets came since the last sn_tally_count(). */
bool sn_tally_is_stale(const sn_tally_t *tally);

/** Makes the rows up to date. Costs nothing when no packet came since the last call.
 * @return the rows, valid until the next call with this tally */
const sn_rows_t *sn_tally_count(sn_tally_t *tally);

#endif
