/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* observe.h: what a packet means for its flow, and the flow for its source and its target. */
#ifndef SN_OBSERVE_H
#define SN_OBSERVE_H

#include "state.h"

/** Gives the hosts of a packet of SN_KIND_FLOW their numbers, and prepares the search for its flow. */
void sn_observe_prepare(sn_engine_t *e, sn_waiting_t *w);

/** Notes a packet, prepared when it is of SN_KIND_FLOW, and remembers its frame's flow. */
void sn_observe(sn_engine_t *e, sn_waiting_t *w);

/** See sn_engine_forget_frame(); no packet waits. */
void sn_observe_forget(sn_engine_t *e, uint32_t frame);

/** See sn_engine_note_tunnel(); no packet waits. */
void sn_observe_tunnel(sn_engine_t *e, const sn_packet_t *carrier);

#endif
