/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h: one flow, and how its packets change what is known of it. A flow knows nothing of other
 * flows: engine.c finds it, and source.c adds up what flows mean for their initiator. */
#ifndef SN_FLOW_H
#define SN_FLOW_H

#include "judge.h"
#include "technique.h"
#include "tool.h"

enum {                                 /* what has been seen, as bits */
       SN_FLOW_CHATTER = 0x0001,       /* never noise, whatever follows */
       SN_FLOW_FROM_MIDDLE = 0x0002,   /* began before the capture */
       SN_FLOW_FROM_RESPONSE = 0x0004, /* first packet is a response */
       SN_FLOW_TAIL = 0x0008,          /* see SN_OPENING_TAIL */
       SN_FLOW_ANSWERED = 0x0010,      /* handshake's answer; or any answer, without a handshake */
       SN_FLOW_COMPLETED = 0x0020,     /* handshake completed by the initiator */
       SN_FLOW_USED = 0x0040,          /* payload from the initiator after that */
       SN_FLOW_SERVED = 0x0080,        /* payload from the responder */
       SN_FLOW_REFUSED = 0x0100,
       SN_FLOW_UNREACHABLE = 0x0200,
       SN_FLOW_RESET = 0x0400,           /* by the initiator, without a FIN before */
       SN_FLOW_CLOSED = 0x0800,          /* RST or FIN from either side */
       SN_FLOW_CONTACT_ABORTED = 0x1000, /* in the contact's first flow: one of its was aborted */
       SN_FLOW_NOTE = 0x2000, /* no flow but a note about its end points, see observe.c */
};

/** One flow, 40 bytes. Numbers of hosts and flows are those of the engine's pools. */
typedef struct {
    uint32_t initiator, responder;
    uint32_t previous; /* the initiator's flow before this one; 0: this is its first */
    uint32_t contact;  /* the first flow of the same contact, often this one; 0: not joined */
    uint32_t first_frame;
    uint32_t last_second;    /* of the last packet's capture time, modulo 2^32 */
    uint32_t packets;        /* the initiator's */
    uint16_t sport, dport;   /* the initiator's, the responder's; ICMP: identifier and kind */
    uint16_t seen;           /* SN_FLOW_ bits */
    uint16_t contact_failed; /* in the contact's first flow: failed flows of the contact */
    uint16_t contact_used;   /* likewise: conversations */
    uint8_t transport : 3;   /* sn_transport_t */
    uint8_t technique : 5;   /* sn_technique_t */
    uint8_t tool;            /* sn_tool_t */
} sn_flow_t;

/** What a flow counts as for its source's standing. */
typedef enum {
    SN_COUNTS_NOTHING, /* not judged by it: chatter, backscatter, answered ping */
    SN_COUNTS_FAILED,
    SN_COUNTS_CONVERSATION,
} sn_counts_t;

/** Starts a zeroed flow with its first packet: technique, tool, and what kind of beginning it is.
 * The caller has filled in hosts, ports and transport. */
void sn_flow_begin(sn_flow_t *flow, const sn_packet_t *p);

/** Notes a packet that is not the first. @param from_initiator whose packet it is */
void sn_flow_continue(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator);

/** Notes that a packet of the flow carried another one: it is a tunnel, and never noise. */
void sn_flow_carries(sn_flow_t *flow, const sn_packet_t *p);

/** Notes an ICMP error that quotes a packet of the initiator. */
void sn_flow_unreachable(sn_flow_t *flow);

/** True when the packet comes so long after the flow's last one that it begins something new.
 * @param reuse_seconds see sn_limits_t */
bool sn_flow_follows_silence(const sn_flow_t *flow, const sn_packet_t *p, uint32_t reuse_seconds);

/** True when the packet cannot belong to this flow although address and port pair are the same:
 * a new connection after the old one was closed, or a long silence.
 * @param reuse_seconds see sn_limits_t */
bool sn_flow_begins_anew(const sn_flow_t *flow, const sn_packet_t *p, uint32_t reuse_seconds);

/** True when a flow that began with a response turns out to have been asked for after all: the
 * packet, from the other side, is a request or goes on with the conversation. */
bool sn_flow_was_asked_for(const sn_flow_t *flow, const sn_packet_t *p);

/** Starts a zeroed flow as sn_flow_begin() does, for the side that had asked all along.
 * @param response the flow that sn_flow_was_asked_for(); it is chatter from now on */
void sn_flow_take_over(sn_flow_t *flow, sn_flow_t *response, const sn_packet_t *p);

/** The outcome as known now. */
sn_outcome_t sn_flow_outcome(const sn_flow_t *flow);

/** True when the initiator got the handshake's answer and reset the connection without having sent
 * a byte: a port scan by hand or by connect(). A client does that hardly ever. Once true, true. */
bool sn_flow_was_aborted(const sn_flow_t *flow);

/** True for more one-way packets than a probe has: a stream. */
bool sn_flow_is_stream(const sn_flow_t *flow, const sn_limits_t *limits);

/** What the flow counts as now. */
sn_counts_t sn_flow_counts(const sn_flow_t *flow, const sn_limits_t *limits);

#endif
