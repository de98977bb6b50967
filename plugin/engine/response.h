/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* response.h: which UDP packets are answers by their content, so that one nobody asked for is
 * backscatter: the answer to a request with a forged source, or an amplification attack. */
#ifndef SN_RESPONSE_H
#define SN_RESPONSE_H

#include "packet.h"

/** True when the packet comes from the port of a service that answers over UDP and reads like its
 * answer. @param p a UDP packet */
bool sn_is_udp_response(const sn_packet_t *p);

#endif
