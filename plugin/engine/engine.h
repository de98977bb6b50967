/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* engine.h: remembers flows and sources while packets pass, and judges a flow when asked.
 *
 * A frame remembers its flow and nothing else. The answer about a frame is worked out at the time
 * of asking, so it is the knowledge so far while a file is being read, and final afterwards. */
#ifndef SN_ENGINE_H
#define SN_ENGINE_H

#include "answer.h"

typedef struct sn_engine sn_engine_t;

/** What an engine is made with. */
typedef struct {
    sn_limits_t limits;
    GArray *home; /* sn_prefix_t; NULL or empty: every flow can be noise */
    uint64_t
        max_memory; /* bytes, as sn_engine_memory() counts them; 0: no limit. Packets of flows beyond
                          * are counted and forgotten */
} sn_config_t;

/** What is known of one flow, judged now. */
typedef struct {
    uint32_t flow; /* its number, from 1 to sn_engine_flows() */
    sn_verdict_t verdict;
    sn_reason_t reason;
    sn_technique_t technique;
    sn_tool_t tool;
    sn_asked_t asked; /* of a UDP probe */
    sn_outcome_t outcome;
    sn_transport_t transport;
    uint32_t source, target; /* numbers of the initiator and the responder */
    uint16_t port;           /* the responder's; meaningful when has_port */
    uint16_t traits;         /* see sn_flow_traits() */
    bool has_port;           /* TCP, UDP and SCTP */
    bool to_home;            /* the responder is in a home network */
    bool lasting;            /* see sn_flow_is_lasting() */
    uint32_t first_frame;
    uint32_t first_second; /* of the first packet's capture time, modulo 2^32 */
    uint32_t packets;      /* the initiator's, see sn_flow_t */
} sn_flow_view_t;

/** Makes an empty engine. @param config copied; the list of home networks is shared (referenced).
 * @return owned by the caller, who drops it with sn_engine_unref(); never NULL */
sn_engine_t *sn_engine_new(const sn_config_t *config);

/** Takes another reference, for who must outlive the file the engine was made for. */
sn_engine_t *sn_engine_ref(sn_engine_t *engine);

/** Drops a reference; the last one frees everything. @param engine may be NULL */
void sn_engine_unref(sn_engine_t *engine);

/** The place of the next packet, to be filled in whole for sn_engine_take(): an earlier one is left in
 * it. Without that call it is the next packet's. */
sn_packet_t *sn_engine_next(sn_engine_t *engine);

/** Takes the packet that was filled in, once for each frame at most, in the order of the capture. It is
 * observed with others that follow, or when somebody asks. */
void sn_engine_take(sn_engine_t *engine);

/** Takes one packet and asks for its flow.
 * @param from_initiator out, as for sn_engine_flow_of()
 * @return what sn_engine_flow_of() says of the frame */
uint32_t sn_engine_observe(sn_engine_t *engine, const sn_packet_t *packet, bool *from_initiator);

/** Takes back what is noted of the newest frame: a read filter has dropped it, and the number is the next
 * frame's. What its packet says of flows and hosts stays known, as Wireshark's own analysis keeps it, but it
 * counts as no packet. @param frame has been observed, or had no packet */
void sn_engine_forget_frame(sn_engine_t *engine, uint32_t frame);

/** Notes that a UDP packet carried another IP packet, which is the one that is observed: the flow of its
 * own end points is a tunnel and never noise, whatever else it carries (keep-alives, say).
 * @param carrier addresses, ports and time are read */
void sn_engine_note_tunnel(sn_engine_t *engine, const sn_packet_t *carrier);

/** Notes that a DNS answer to a client named an address, at that time. @param client, named borrowed for the call */
void sn_engine_note_name(sn_engine_t *engine, const sn_addr_t *client, const sn_addr_t *named,
                         int64_t time_us);

/** Says whether more packets will come: then a flow without an answer is not judged where its target's port has
 * answered others, and what is said of a source with many flows may lag behind by a fourth of them. A new engine's
 * answers are those of a capture that has been read. */
void sn_engine_set_reading(sn_engine_t *engine, bool reading);

/** What was added up of a host's flows: the counts behind the verdict. @param source 1 to sn_engine_hosts() */
sn_source_facts_t sn_engine_source_facts(const sn_engine_t *engine, uint32_t source);

/** The flow that a frame belongs to, with all packets that were taken observed. All questions below are
 * answered so.
 * @param from_initiator out, may be NULL: whether the initiator sent this frame
 * @return its number, or 0 when the frame belongs to none */
uint32_t sn_engine_flow_of(const sn_engine_t *engine, uint32_t frame, bool *from_initiator);

/** The host that initiated a flow. @param flow 1 to sn_engine_flows() */
uint32_t sn_engine_source(const sn_engine_t *engine, uint32_t flow);

/** The host that a flow was sent to. @param flow 1 to sn_engine_flows() */
uint32_t sn_engine_target(const sn_engine_t *engine, uint32_t flow);

/** What a flow is sent to: its transport's number in the upper 16 bits, its target's port in the lower ones. */
uint32_t sn_engine_service(const sn_engine_t *engine, uint32_t flow);

/** What a flow of backscatter answers with.
 * @param service out: its transport's number in the upper 16 bits, its source's port in the lower ones, 0 where it has
 *                none
 * @return bits, by sn_answer_t */
unsigned sn_engine_answers(const sn_engine_t *engine, uint32_t flow, uint32_t *service);

/** The first probe description URI that a packet of the flow's initiator carried, see probe_uri.h.
 * @param flow 1 to sn_engine_flows() @return the engine's own; NULL: none did */
const char *sn_engine_probe_uri(const sn_engine_t *engine, uint32_t flow);

/** Fetches a host into the processor's caches, for who will soon view a flow that it initiated. */
void sn_engine_prefetch(const sn_engine_t *engine, uint32_t host);

/** Judges a flow with the knowledge so far. @param flow 1 to sn_engine_flows() */
void sn_engine_view(const sn_engine_t *engine, uint32_t flow, sn_flow_view_t *view);

/** How many flows there are: numbers run from 1. */
uint32_t sn_engine_flows(const sn_engine_t *engine);

/** How many hosts there are: numbers run from 1. */
uint32_t sn_engine_hosts(const sn_engine_t *engine);

/** The highest number of a frame that belongs to a flow. */
uint32_t sn_engine_frames(const sn_engine_t *engine);

/** How many packets were observed or forgotten again: whoever keeps results can see by it whether they are old. */
uint64_t sn_engine_observed(const sn_engine_t *engine);

/** How many packets belong to flows that were not remembered because of max_memory. */
uint64_t sn_engine_forgotten(const sn_engine_t *engine);

/** The bytes of all records: of flows, hosts and frames, with their indexes. */
uint64_t sn_engine_memory(const sn_engine_t *engine);

/** The frame of the first such packet, as far as packets were observed; 0: there is none. */
uint32_t sn_engine_first_forgotten(const sn_engine_t *engine);

/** Whether a host has an IPv6 address. @param host 1 to sn_engine_hosts() */
bool sn_engine_is_v6(const sn_engine_t *engine, uint32_t host);

/** The address of a host. @param host 1 to sn_engine_hosts() */
sn_addr_t sn_engine_address(const sn_engine_t *engine, uint32_t host);

/** The newest flow that a host initiated, and the one before a flow; 0: there is none. Some are only
 * notes, and no noise. */
uint32_t sn_engine_newest_flow(const sn_engine_t *engine, uint32_t host);
uint32_t sn_engine_previous_flow(const sn_engine_t *engine, uint32_t flow);

#endif
