/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* innocent.h: the innocent reasons of README's page on judging that follow from what else a source does and from what is
 * on record. Those that a flow has by itself are in flow.c. */
#ifndef SN_INNOCENT_H
#define SN_INNOCENT_H

#include "visits.h"

enum {
    SN_REPEATED_CONTACTS = 32, /* a monitor's, at most */
    SN_REPEATED_VISITS = 3,    /* of each of them, at least */
    SN_PATH_TTL = 30,          /* of a path's measurement: traceroute's largest by default */
    SN_SYSTEM_PORT = 1024,     /* RFC 6335: lower ports are system ports */
};

/** Finds the innocent reasons of a source's failed flows, and notes them in visits and flows. Where there are several, the
 * first counts. */
void sn_visits_excuse(const sn_visits_t *s);

/** Whether the UDP port that a flow goes to works, as far as it asks others. */
bool sn_goes_to_working_socket(const sn_record_t *record, const sn_flow_t *f);

/** Whether each packet of a flow is a visit: UDP and ICMP have no retransmissions of their own, so what comes slowly was
 * sent anew. */
bool sn_visits_with_each_packet(const sn_flow_t *f);

#endif
