/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h: one flow, and how its packets change what is known of it. A flow knows nothing of other
 * flows: engine.c finds it, and source.c adds up what flows mean for their initiator. */
#ifndef SN_FLOW_H
#define SN_FLOW_H

#include "asked.h"
#include "judge.h"
#include "technique.h"
#include "tool.h"

enum {                                   /* what has been seen, as bits */
       SN_FLOW_CHATTER = 0x000001,       /* never noise, whatever follows */
       SN_FLOW_FROM_MIDDLE = 0x000002,   /* began before the capture */
       SN_FLOW_FROM_RESPONSE = 0x000004, /* first packet is a response */
       SN_FLOW_TAIL = 0x000008,          /* see SN_OPENING_TAIL */
       SN_FLOW_ANSWERED = 0x000010,    /* handshake's answer; or any answer, without a handshake */
       SN_FLOW_COMPLETED = 0x000020,   /* handshake completed by the initiator */
       SN_FLOW_USED = 0x000040,        /* payload from the initiator after that */
       SN_FLOW_SERVED = 0x000080,      /* payload from the responder */
       SN_FLOW_REFUSED = 0x000100,     /* RST, or ABORT, from the responder */
       SN_FLOW_UNREACHABLE = 0x000200, /* an ICMP error quotes it */
       SN_FLOW_RESET = 0x000400,    /* by the initiator, after an answer and without a FIN before */
       SN_FLOW_CLOSED = 0x000800,   /* RST or FIN from either side */
       SN_FLOW_GIVEN_UP = 0x001000, /* RST without ACK straight after the SYN/ACK */
       SN_FLOW_NOTE = 0x002000,     /* no flow but a note about its end points, see observe.c */
       SN_FLOW_HANDMADE = 0x004000, /* no operating system's connect() made it */
       SN_FLOW_IMPOSSIBLE = 0x008000,   /* nor does any stack send its first packet */
       SN_FLOW_TIMESTAMPS = 0x010000,   /* its first packet carries TCP timestamps */
       SN_FLOW_OLD = 0x020000,          /* what is left of an exchange before the capture */
       SN_FLOW_ELSEWHERE = 0x040000,    /* answered from elsewhere, or such an answer */
       SN_FLOW_EXPIRED = 0x080000,      /* an ICMP time exceeded quotes it */
       SN_FLOW_DIFFERS = 0x100000,      /* its datagrams are not all alike */
       SN_FLOW_SYN_PAYLOAD = 0x200000,  /* its SYN carries payload */
       SN_FLOW_ODD_RESPONSE = 0x400000, /* a TCP response from a client's port to a service's */
       SN_FLOW_FOLLOWS = 0x800000,      /* see sn_source_t: it follows what failed before */
       SN_FLOW_CONTEXT = 0x0f000000,    /* see sn_flow_context() */
       SN_FLOW_CONTEXT_SHIFT = 24,
       SN_FLOW_TOOL_SHIFT = 28,
};

enum {
    SN_FLOW_PACKETS_BITS = 27,
    SN_FLOW_MOST_PACKETS = (1 << SN_FLOW_PACKETS_BITS) - 1,
};

/** One flow, 44 bytes. Numbers of hosts and flows are those of the engine's pools. */
typedef struct {
    uint32_t initiator, responder;
    uint32_t previous; /* the initiator's flow before this one; 0: this is its first */
    uint32_t first_frame;
    uint32_t first_second, last_second;      /* of its packets' capture times, modulo 2^32 */
    uint32_t packets : SN_FLOW_PACKETS_BITS; /* the initiator's, or as many as can be said */
    uint32_t asked : 5;                      /* sn_asked_t, of a UDP probe */
    uint32_t seen;                           /* SN_FLOW_ bits; on top the context, and the tool */
    uint16_t sport, dport; /* the initiator's, the responder's; ICMP: identifier and kind */
    uint16_t
        mark; /* UDP: the first two bytes; a SYN's payload: acknowledgement, low bits; ICMP: TTLs */
    uint16_t
        digest; /* of the first datagram; TCP: see sn_flow_traits(); ICMP errors: SN_ICMP_ bits */
    uint8_t transport : 3; /* sn_transport_t */
    uint8_t technique : 5; /* sn_technique_t */
    uint8_t ttl;           /* of the first packet, or hop limit */
} sn_flow_t;
G_STATIC_ASSERT(sizeof(sn_flow_t) == 44 && SN_ASKEDS <= 1 << 5);

/** The tool that made the flow's first packet. */
static inline sn_tool_t sn_flow_tool(const sn_flow_t *flow)
{
    return (sn_tool_t)(flow->seen >> SN_FLOW_TOOL_SHIFT);
}

/** Names the flow's tool; whatever a tool makes is made by hand. */
static inline void sn_flow_set_tool(sn_flow_t *flow, sn_tool_t tool)
{
    flow->seen &= (1U << SN_FLOW_TOOL_SHIFT) - 1;
    flow->seen |= (uint32_t)tool << SN_FLOW_TOOL_SHIFT;
    if (tool != SN_TOOL_NONE)
        flow->seen |= SN_FLOW_HANDMADE;
}

/** The innocent reason that follows from other flows, as source.c found when it last added up. */
static inline sn_reason_t sn_flow_context(const sn_flow_t *flow)
{
    return (sn_reason_t)((flow->seen & SN_FLOW_CONTEXT) >> SN_FLOW_CONTEXT_SHIFT);
}

/** Starts a zeroed flow with its first packet: technique, tool, what it asks for, and what kind of beginning it is.
 * The caller has filled in hosts, ports and transport. */
void sn_flow_begin(sn_flow_t *flow, const sn_packet_t *p);

/** Notes a packet that is not the first. @param from_initiator whose packet it is */
void sn_flow_continue(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator);

/** Notes that a packet of the flow carried another one: it is a tunnel, and never noise. */
void sn_flow_carries(sn_flow_t *flow, const sn_packet_t *p);

/** Notes an ICMP error that quotes a packet of the initiator. @param expired time exceeded */
void sn_flow_unreachable(sn_flow_t *flow, bool expired);

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
 * @param response the flow that sn_flow_was_asked_for(); it is one from the middle from now on */
void sn_flow_take_over(sn_flow_t *flow, sn_flow_t *response, const sn_packet_t *p);

/** What the header of a TCP probe tells of who made it, digested: its window, its options and their length, its segment
 * size, and the TTL that it began with, as far as what is left of that tells (32, 64, 128 or 255). The same for the like;
 * different ones are the same once in 2^15 times.
 * @return 0: the flow does not begin with a TCP probe */
uint16_t sn_flow_traits(const sn_flow_t *flow);

/** The outcome as known now. */
sn_outcome_t sn_flow_outcome(const sn_flow_t *flow);

/** True when the initiator got the handshake's answer and reset the connection without having sent
 * a byte: a port scan by hand or by connect(). A client does that hardly ever. Once true, true. */
bool sn_flow_was_aborted(const sn_flow_t *flow);

/** True for more one-way packets than a probe has, or for a few that tell something new each. */
bool sn_flow_is_stream(const sn_flow_t *flow, const sn_limits_t *limits);

/** True for a probe that no operating system's connect() made. The context may say that it was one that gave up, where a
 * RST alone speaks for it. */
bool sn_flow_is_handmade(const sn_flow_t *flow);

/** True when the initiator's packets came a second apart or more on average. */
bool sn_flow_is_paced(const sn_flow_t *flow);

/** True for an ordinary, long exchange: no banner, request or log-in attempt. */
bool sn_flow_is_lasting(const sn_flow_t *flow);

/** What the flow alone says of its verdict; SN_REASON_NONE: it is to be judged with its source. */
sn_reason_t sn_flow_reason(const sn_flow_t *flow, const sn_limits_t *limits);

/** Transport and port in one number, which orders by transport first: "service". Where a transport has no ports, what stands
 * for one in the flow. */
static inline uint32_t sn_service(unsigned transport, uint16_t port)
{
    return (uint32_t)transport << 16 | port;
}

/** True for TCP, UDP and SCTP. */
static inline bool sn_has_port(sn_transport_t transport)
{
    return transport != SN_TRANSPORT_ICMP && transport != SN_TRANSPORT_IP;
}

#endif
