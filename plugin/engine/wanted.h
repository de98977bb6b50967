/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* wanted.h: what attackers look for at a port where IANA's name for it misleads. */
#ifndef SN_WANTED_H
#define SN_WANTED_H

#include "packet.h"

/** What scanners want at a port: "Android Debug Bridge". @return NULL: what the service's name says */
const char *sn_wanted_at(sn_transport_t transport, uint16_t port);

#endif
