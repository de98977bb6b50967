/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include "capture_time.h"
#include "icmp.h"

enum {
    /* A probe that looks like a tail is repeated a few times at most; more of it is one direction
     * of an open connection. Nmap repeats a probe once as a rule. */
    TAIL_PACKETS = 3,
    SCTP_CHUNK_DATA = 0, /* RFC 9260 */
    SCTP_CHUNK_INIT_ACK = 2,
    SCTP_CHUNK_ABORT = 6,
    SCTP_CHUNK_COOKIE_ECHO = 10,
};

static bool has(const sn_flow_t *flow, unsigned bits)
{
    return (flow->seen & bits) != 0;
}

static void note(sn_flow_t *flow, unsigned bits)
{
    flow->seen = (uint16_t)(flow->seen | bits);
}

static uint32_t second_of(const sn_packet_t *p)
{
    return (uint32_t)(p->time_us / SN_SECOND_US);
}

/** What a response says about the flow it answers. */
static unsigned answer_of(const sn_packet_t *p)
{
    if (p->transport == SN_TRANSPORT_TCP)
        return p->tcp_flags & SN_TCP_SYN ? SN_FLOW_ANSWERED : SN_FLOW_REFUSED;
    if (p->transport == SN_TRANSPORT_SCTP)
        return p->sctp_chunk == SCTP_CHUNK_INIT_ACK ? SN_FLOW_ANSWERED : SN_FLOW_REFUSED;
    return SN_FLOW_ANSWERED;
}

void sn_flow_begin(sn_flow_t *flow, const sn_packet_t *p)
{
    sn_technique_t technique;
    sn_opening_t opening = sn_opening(p, &technique);
    flow->technique = technique & 0x1f;
    flow->first_frame = p->frame;
    flow->last_second = second_of(p);
    flow->packets = 1;
    if (opening == SN_OPENING_RESPONSE)
        note(flow, SN_FLOW_FROM_RESPONSE);
    else if (opening == SN_OPENING_MIDDLE)
        note(flow, SN_FLOW_FROM_MIDDLE);
    else
        flow->tool = (uint8_t)sn_tool_of(p);
    if (opening == SN_OPENING_TAIL)
        note(flow, SN_FLOW_TAIL);
    if (opening == SN_OPENING_RESPONSE)
        note(flow, answer_of(p));
}

static void tcp_from_initiator(sn_flow_t *flow, const sn_packet_t *p)
{
    bool reset = p->tcp_flags & SN_TCP_RST;
    if (reset && !has(flow, SN_FLOW_CLOSED))
        note(flow, SN_FLOW_RESET);
    if (reset || p->tcp_flags & SN_TCP_FIN)
        note(flow, SN_FLOW_CLOSED);
    if (reset || !(p->tcp_flags & SN_TCP_ACK) || p->tcp_flags & SN_TCP_SYN)
        return;
    /* Payload with ACK and no answer in sight: the capture shows one direction only. */
    if (has(flow, SN_FLOW_ANSWERED) || p->payload > 0)
        note(flow, SN_FLOW_COMPLETED);
    if (p->payload > 0)
        note(flow, SN_FLOW_USED);
}

static void tcp_from_responder(sn_flow_t *flow, const sn_packet_t *p)
{
    if (p->tcp_flags & SN_TCP_RST) {
        note(flow, SN_FLOW_REFUSED | SN_FLOW_CLOSED);
        return;
    }
    if (p->tcp_flags & SN_TCP_FIN)
        note(flow, SN_FLOW_CLOSED);
    /* A SYN/ACK answers; so does payload, when the SYN/ACK was not captured. */
    bool syn_ack = p->tcp_flags & SN_TCP_SYN && p->tcp_flags & SN_TCP_ACK;
    if (syn_ack || p->payload > 0)
        note(flow, SN_FLOW_ANSWERED);
    if (p->payload > 0)
        note(flow, SN_FLOW_SERVED);
}

/* A tail that goes on, or gets any answer but a RST, was the tail of something real. */
static void tail_continues(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    bool real = flow->transport == SN_TRANSPORT_TCP &&
                (from_initiator ? p->payload > 0 || flow->packets > TAIL_PACKETS
                                : !(p->tcp_flags & SN_TCP_RST));
    if (real)
        note(flow, SN_FLOW_FROM_MIDDLE);
}

static void sctp_continues(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    if (from_initiator) {
        if (p->sctp_chunk == SCTP_CHUNK_COOKIE_ECHO)
            note(flow, SN_FLOW_COMPLETED);
        if (p->sctp_chunk == SCTP_CHUNK_DATA && has(flow, SN_FLOW_COMPLETED))
            note(flow, SN_FLOW_USED);
    } else if (p->sctp_chunk == SCTP_CHUNK_INIT_ACK) {
        note(flow, SN_FLOW_ANSWERED);
    } else if (p->sctp_chunk == SCTP_CHUNK_ABORT) {
        note(flow, SN_FLOW_REFUSED);
    } else if (p->sctp_chunk == SCTP_CHUNK_DATA) {
        note(flow, SN_FLOW_SERVED);
    }
}

void sn_flow_continue(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    flow->last_second = second_of(p);
    if (from_initiator && flow->packets < UINT32_MAX)
        flow->packets++;
    if (has(flow, SN_FLOW_TAIL))
        tail_continues(flow, p, from_initiator);
    if (flow->transport == SN_TRANSPORT_TCP && from_initiator)
        tcp_from_initiator(flow, p);
    else if (flow->transport == SN_TRANSPORT_TCP)
        tcp_from_responder(flow, p);
    else if (flow->transport == SN_TRANSPORT_SCTP)
        sctp_continues(flow, p, from_initiator);
    else if (!from_initiator)
        note(flow, SN_FLOW_ANSWERED);
    if (flow->technique == SN_TECHNIQUE_TCP_SYN && has(flow, SN_FLOW_COMPLETED))
        flow->technique = SN_TECHNIQUE_TCP_CONNECT;
}

void sn_flow_carries(sn_flow_t *flow, const sn_packet_t *p)
{
    flow->last_second = second_of(p);
    note(flow, SN_FLOW_CHATTER);
}

void sn_flow_unreachable(sn_flow_t *flow)
{
    note(flow, SN_FLOW_UNREACHABLE);
}

static bool is_first_syn(const sn_packet_t *p)
{
    return p->transport == SN_TRANSPORT_TCP && p->tcp_flags & SN_TCP_SYN &&
           !(p->tcp_flags & (SN_TCP_ACK | SN_TCP_RST));
}

bool sn_flow_follows_silence(const sn_flow_t *flow, const sn_packet_t *p, uint32_t reuse_seconds)
{
    /* An idle connection may be silent for days, so only a SYN begins a new one. */
    if (p->transport == SN_TRANSPORT_TCP && !is_first_syn(p))
        return false;
    /* Signed difference: capture time may run backwards, and the second count may wrap. */
    int32_t silence = (int32_t)(second_of(p) - flow->last_second);
    return silence > 0 && (uint32_t)silence > reuse_seconds;
}

bool sn_flow_begins_anew(const sn_flow_t *flow, const sn_packet_t *p, uint32_t reuse_seconds)
{
    bool tcp = p->transport == SN_TRANSPORT_TCP;
    if (tcp && !is_first_syn(p))
        return false;
    if (tcp && has(flow, SN_FLOW_CLOSED) && has(flow, SN_FLOW_COMPLETED))
        return true;
    if (tcp && has(flow, SN_FLOW_FROM_MIDDLE | SN_FLOW_TAIL | SN_FLOW_FROM_RESPONSE))
        return true;
    return sn_flow_follows_silence(flow, p, reuse_seconds);
}

bool sn_flow_was_asked_for(const sn_flow_t *flow, const sn_packet_t *p)
{
    if (!has(flow, SN_FLOW_FROM_RESPONSE))
        return false;
    if (p->transport == SN_TRANSPORT_TCP)
        return !(p->tcp_flags & SN_TCP_RST);
    if (p->transport == SN_TRANSPORT_SCTP)
        return p->sctp_chunk != SCTP_CHUNK_ABORT;
    if (p->transport == SN_TRANSPORT_ICMP)
        return sn_icmp_role(p->src.version, p->icmp_type) == SN_ICMP_QUERY;
    return true;
}

/* Packets swap places on their way, or a capture misses the first: the request comes after its
 * answer, or never. */
void sn_flow_take_over(sn_flow_t *flow, sn_flow_t *response, const sn_packet_t *p)
{
    sn_flow_begin(flow, p);
    flow->seen = flow->seen & SN_FLOW_TAIL;
    bool request_seen =
        p->transport == SN_TRANSPORT_TCP ? is_first_syn(p) : flow->technique != SN_TECHNIQUE_NONE;
    if (request_seen)
        note(flow, response->seen & (SN_FLOW_ANSWERED | SN_FLOW_REFUSED));
    else
        note(flow, SN_FLOW_FROM_MIDDLE);
    note(response, SN_FLOW_CHATTER);
}

sn_outcome_t sn_flow_outcome(const sn_flow_t *flow)
{
    if (has(flow, SN_FLOW_FROM_RESPONSE))
        return SN_OUTCOME_UNANSWERED; /* its bits tell what it answers */
    bool handshake = flow->transport == SN_TRANSPORT_TCP || flow->transport == SN_TRANSPORT_SCTP;
    if (!handshake && has(flow, SN_FLOW_ANSWERED))
        return SN_OUTCOME_CONVERSATION;
    if (has(flow, SN_FLOW_USED))
        return SN_OUTCOME_CONVERSATION;
    if (has(flow, SN_FLOW_COMPLETED)) {
        /* The server spoke first, and was not cut off: used too, by who only listens. */
        bool listened = has(flow, SN_FLOW_SERVED) && !has(flow, SN_FLOW_RESET);
        return listened ? SN_OUTCOME_CONVERSATION : SN_OUTCOME_CONNECTED;
    }
    if (has(flow, SN_FLOW_ANSWERED))
        return SN_OUTCOME_HALF_OPEN;
    if (has(flow, SN_FLOW_REFUSED))
        return SN_OUTCOME_REFUSED;
    return has(flow, SN_FLOW_UNREACHABLE) ? SN_OUTCOME_UNREACHABLE : SN_OUTCOME_UNANSWERED;
}

bool sn_flow_was_aborted(const sn_flow_t *flow)
{
    return flow->transport == SN_TRANSPORT_TCP && has(flow, SN_FLOW_ANSWERED) &&
           has(flow, SN_FLOW_RESET) &&
           !has(flow, SN_FLOW_USED | SN_FLOW_FROM_RESPONSE | SN_FLOW_FROM_MIDDLE | SN_FLOW_TAIL);
}

bool sn_flow_is_stream(const sn_flow_t *flow, const sn_limits_t *limits)
{
    bool may_stream = flow->transport == SN_TRANSPORT_UDP || flow->transport == SN_TRANSPORT_IP;
    return may_stream && !has(flow, SN_FLOW_ANSWERED) && flow->packets > limits->stream_packets;
}

sn_counts_t sn_flow_counts(const sn_flow_t *flow, const sn_limits_t *limits)
{
    if (has(flow, SN_FLOW_CHATTER | SN_FLOW_FROM_MIDDLE | SN_FLOW_FROM_RESPONSE) ||
        sn_flow_is_stream(flow, limits))
        return SN_COUNTS_NOTHING;
    if (!has(flow, SN_FLOW_ANSWERED | SN_FLOW_USED | SN_FLOW_COMPLETED))
        return SN_COUNTS_FAILED; /* as most are */
    if (sn_flow_outcome(flow) != SN_OUTCOME_CONVERSATION)
        return SN_COUNTS_FAILED;
    return flow->transport == SN_TRANSPORT_ICMP ? SN_COUNTS_NOTHING : SN_COUNTS_CONVERSATION;
}
