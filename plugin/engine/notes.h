/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.h: what the engine puts on record while packets pass, so that innocent reasons are found later: who has conversed
 * with whom, what answers, which addresses are leased, what many send alike. */
#ifndef SN_NOTES_H
#define SN_NOTES_H

#include "state.h"

/** Whether a flow is a conversation that counts as one. */
bool sn_is_conversation(const sn_engine_t *e, const sn_flow_t *f);

/** Notes what is on record of a flow that has become a conversation. */
void sn_note_conversation(sn_engine_t *e, const sn_flow_t *f);

/** Notes that a flow's target answers, and that both know each other who are in the middle of something.
 * @param before what had been seen of the flow before its last packet */
void sn_note_answer(sn_engine_t *e, const sn_flow_t *f, unsigned before);

/** Notes that others may have sent the target the like, as soon as the flow is one of which there may be a crowd. */
void sn_note_like(sn_engine_t *e, const sn_flow_t *f);

/** Whether it is a ping between a DHCP server and an address that it leases: servers look whether an address is free
 * (RFC 2131, 4.3.1). */
bool sn_is_of_lease(const sn_engine_t *e, const sn_flow_t *f);

/** Notes the lease that a DHCP packet tells of. RFC 2131: a server sends from port 67, to the address that it leases or says
 * in yiaddr. */
void sn_note_dhcp(sn_engine_t *e, const sn_packet_t *p);

/** Notes the probe description URI that a packet of the flow's initiator carries: a flow has its first one. */
void sn_note_probe_uri(sn_engine_t *e, uint32_t flow, const sn_packet_t *p);

/** See sn_engine_note_name(); no packet waits. */
void sn_note_name(sn_engine_t *e, const sn_addr_t *client, const sn_addr_t *named, int64_t time_us);

#endif
