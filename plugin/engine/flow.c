/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include "capture_time.h"
#include "icmp.h"

enum {
    /* A probe that looks like a tail is repeated a few times at most; more of it is one direction
     * of an open connection. Nmap repeats a probe once as a rule. */
    TAIL_PACKETS = 3,
    /* Of the initiator. Nmap's version and script scans send up to 12 in a connection, a log-in attempt over
     * SSH about 20 (OpenSSH 9.2). */
    BRIEF_PACKETS = 30,
    STREAM_DATAGRAMS =
        3, /* that differ; Nmap and onesixtyone send as many at once, so a second apart */
    EPHEMERAL_PORT = 32768, /* from there on Linux takes clients' ports; IANA's begin at 49152 */
    SERVICE_PORT = 10000,   /* most services listen below */
    SYSTEM_PORT = 1024,     /* RFC 6335 */
    SCTP_CHUNK_DATA = 0,    /* RFC 9260 */
    SCTP_CHUNK_INIT_ACK = 2,
    SCTP_CHUNK_HEARTBEAT = 4,
    SCTP_CHUNK_HEARTBEAT_ACK = 5,
    SCTP_CHUNK_ABORT = 6,
    SCTP_CHUNK_COOKIE_ECHO = 10,
};

static bool has(const sn_flow_t *flow, unsigned bits)
{
    return (flow->seen & bits) != 0;
}

static void note(sn_flow_t *flow, unsigned bits)
{
    flow->seen |= bits;
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
    if (p->transport != SN_TRANSPORT_SCTP || p->sctp_chunk == SCTP_CHUNK_INIT_ACK)
        return SN_FLOW_ANSWERED;
    return p->sctp_chunk == SCTP_CHUNK_ABORT ? SN_FLOW_REFUSED : 0;
}

/** The same for datagrams that are alike as far as it was looked at: length and beginning. */
static uint16_t digest_of(const sn_packet_t *p)
{
    uint32_t sum = p->payload;
    for (unsigned i = 0; i < p->head_len; i++)
        sum = sum * 31 + p->head[i];
    return (uint16_t)(sum ^ sum >> 16);
}

/** From a client's port to a service's, where responses go the other way. */
static bool goes_to_service(const sn_packet_t *p)
{
    return (p->sport >= EPHEMERAL_PORT && p->dport < SERVICE_PORT) ||
           (p->sport >= SYSTEM_PORT && p->dport < SYSTEM_PORT);
}

static bool is_old(const sn_packet_t *p)
{
    bool from_service =
        sn_has_port(p->transport) && p->sport < SYSTEM_PORT && p->dport >= EPHEMERAL_PORT;
    bool stamped = p->transport == SN_TRANSPORT_TCP && p->tcp_options & SN_TCPOPT_TIMESTAMPS;
    return from_service || stamped;
}

/** Knuth's multiplicative hash (6.4) of what sn_flow_traits() says, but for the TTL; odd, so never 0. */
static uint16_t digest_of_header(const sn_packet_t *p)
{
    const uint32_t golden = 2654435769;
    uint32_t sizes = (uint32_t)p->tcp_mss << 16 | p->tcp_window;
    uint32_t options = (uint32_t)p->tcp_header_len << 8 | p->tcp_options;
    return (uint16_t)((sizes * golden ^ options) * golden >> 16 | 1);
}

static void begin_tcp(sn_flow_t *flow, const sn_packet_t *p)
{
    flow->digest = digest_of_header(p);
    if (p->tcp_options & SN_TCPOPT_TIMESTAMPS)
        note(flow, SN_FLOW_TIMESTAMPS);
    if (sn_is_impossible(p))
        note(flow, SN_FLOW_IMPOSSIBLE | SN_FLOW_HANDMADE);
    if (sn_is_bare_syn(p))
        note(flow, SN_FLOW_HANDMADE);
    if (p->payload > 0 && p->tcp_flags & SN_TCP_SYN) {
        note(flow, SN_FLOW_SYN_PAYLOAD);
        flow->mark = (uint16_t)(p->tcp_seq + 1 + p->payload);
    }
}

static void begin_datagrams(sn_flow_t *flow, const sn_packet_t *p)
{
    flow->digest = digest_of(p);
    if (p->head_len >= 2)
        flow->mark = (uint16_t)(p->head[0] << 8 | p->head[1]);
}

/** Traceroute's pings are one flow, so it notes each TTL as a bit, of the near half of a path. Errors that answer
 * nothing are one flow, too, and it notes their kinds. */
static void note_icmp(sn_flow_t *flow, const sn_packet_t *p)
{
    enum { NEAR = 16 };
    if (flow->dport == 0)
        flow->digest |= sn_icmp_error(p->src.version, p->icmp_type);
    if (p->ttl >= 1 && p->ttl <= NEAR)
        flow->mark = (uint16_t)(flow->mark | 1U << (p->ttl - 1));
}

static unsigned bits_of_opening(sn_opening_t opening, const sn_packet_t *p)
{
    switch (opening) {
    case SN_OPENING_RESPONSE:
        return SN_FLOW_FROM_RESPONSE | answer_of(p) |
               (p->transport == SN_TRANSPORT_TCP && goes_to_service(p) ? SN_FLOW_ODD_RESPONSE : 0U);
    case SN_OPENING_MIDDLE:
        return SN_FLOW_FROM_MIDDLE;
    case SN_OPENING_TAIL:
        return SN_FLOW_TAIL | (is_old(p) ? SN_FLOW_OLD : 0U);
    case SN_OPENING_PROBE:
        break;
    }
    return 0;
}

void sn_flow_begin(sn_flow_t *flow, const sn_packet_t *p)
{
    sn_technique_t technique;
    sn_opening_t opening = sn_opening(p, &technique);
    flow->technique = technique & 0x1f;
    flow->first_frame = p->frame;
    flow->first_second = flow->last_second = second_of(p);
    flow->packets = 1;
    flow->ttl = p->ttl;
    note(flow, bits_of_opening(opening, p));
    if (p->transport == SN_TRANSPORT_TCP && opening == SN_OPENING_PROBE)
        begin_tcp(flow, p);
    else if (p->transport == SN_TRANSPORT_UDP || p->transport == SN_TRANSPORT_IP)
        begin_datagrams(flow, p);
    else if (p->transport == SN_TRANSPORT_ICMP)
        note_icmp(flow, p);
    if (opening == SN_OPENING_PROBE || opening == SN_OPENING_TAIL)
        sn_flow_set_tool(flow, sn_tool_of(p));
    if (flow->technique == SN_TECHNIQUE_UDP)
        flow->asked = sn_asked_of(p) & 0x1f;
}

/* A host answers so to a SYN/ACK of a connection that it does not know (RFC 9293, 3.10.7.1): it never asked for one,
 * or has given up meanwhile, as Happy Eyeballs does (RFC 8305). Linux, macOS and the BSDs send timestamps when they
 * ask, so without them nobody did. */
static void given_up(sn_flow_t *flow)
{
    note(flow, SN_FLOW_GIVEN_UP);
    if (flow->technique == SN_TECHNIQUE_TCP_CONNECT)
        flow->technique = SN_TECHNIQUE_TCP_SYN;
}

static void tcp_from_initiator(sn_flow_t *flow, const sn_packet_t *p)
{
    bool reset = p->tcp_flags & SN_TCP_RST;
    bool half_open = has(flow, SN_FLOW_ANSWERED) && !has(flow, SN_FLOW_COMPLETED | SN_FLOW_CLOSED);
    if (reset && half_open && !(p->tcp_flags & SN_TCP_ACK))
        given_up(flow);
    if (reset && has(flow, SN_FLOW_ANSWERED) && !has(flow, SN_FLOW_CLOSED))
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
    /* A SYN/ACK answers; so does payload, when the SYN/ACK was not captured; and whatever began before. */
    bool syn_ack = p->tcp_flags & SN_TCP_SYN && p->tcp_flags & SN_TCP_ACK;
    if (syn_ack || p->payload > 0 || has(flow, SN_FLOW_FROM_MIDDLE))
        note(flow, SN_FLOW_ANSWERED);
    if (syn_ack && has(flow, SN_FLOW_SYN_PAYLOAD) && (uint16_t)p->tcp_ack == flow->mark)
        note(flow, SN_FLOW_USED); /* TCP Fast Open, RFC 7413 */
    if (p->payload > 0)
        note(flow, SN_FLOW_SERVED);
}

/* A tail that goes on, or gets any answer but a RST, was the tail of something real; and a response that goes on with
 * more than responses was one direction of a connection. */
static void is_it_real(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    bool reset = p->tcp_flags & SN_TCP_RST, goes_on = p->payload > 0;
    if (has(flow, SN_FLOW_FROM_RESPONSE) && from_initiator)
        goes_on |= !reset && !(p->tcp_flags & SN_TCP_SYN);
    else if (has(flow, SN_FLOW_TAIL))
        goes_on = from_initiator ? goes_on || flow->packets > TAIL_PACKETS : !reset;
    else
        goes_on = false;
    if (goes_on)
        note(flow, SN_FLOW_FROM_MIDDLE);
}

/** Payload, or a heartbeat and its answer (RFC 9260, 8.3). */
static bool sctp_uses(const sn_packet_t *p)
{
    return p->sctp_chunk == SCTP_CHUNK_DATA || p->sctp_chunk == SCTP_CHUNK_HEARTBEAT ||
           p->sctp_chunk == SCTP_CHUNK_HEARTBEAT_ACK;
}

static void sctp_continues(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    if (from_initiator) {
        if (p->sctp_chunk == SCTP_CHUNK_COOKIE_ECHO)
            note(flow, SN_FLOW_COMPLETED);
        if (sctp_uses(p) && has(flow, SN_FLOW_COMPLETED))
            note(flow, SN_FLOW_USED);
        if (sctp_uses(p) && has(flow, SN_FLOW_FROM_RESPONSE))
            note(flow, SN_FLOW_FROM_MIDDLE);
    } else if (p->sctp_chunk == SCTP_CHUNK_INIT_ACK) {
        note(flow, SN_FLOW_ANSWERED);
    } else if (p->sctp_chunk == SCTP_CHUNK_ABORT) {
        note(flow, SN_FLOW_REFUSED);
    } else if (sctp_uses(p)) {
        note(flow, SN_FLOW_SERVED);
    }
}

void sn_flow_continue(sn_flow_t *flow, const sn_packet_t *p, bool from_initiator)
{
    flow->last_second = second_of(p);
    if (from_initiator && flow->packets < SN_FLOW_MOST_PACKETS)
        flow->packets++;
    if (flow->transport == SN_TRANSPORT_TCP && has(flow, SN_FLOW_TAIL | SN_FLOW_FROM_RESPONSE))
        is_it_real(flow, p, from_initiator);
    bool datagram = flow->transport == SN_TRANSPORT_UDP || flow->transport == SN_TRANSPORT_IP;
    if (datagram && from_initiator && digest_of(p) != flow->digest)
        note(flow, SN_FLOW_DIFFERS);
    if (flow->transport == SN_TRANSPORT_ICMP && from_initiator)
        note_icmp(flow, p);
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

void sn_flow_unreachable(sn_flow_t *flow, bool expired)
{
    note(flow, expired ? SN_FLOW_UNREACHABLE | SN_FLOW_EXPIRED : SN_FLOW_UNREACHABLE);
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
    flow->seen &= ~(uint32_t)(SN_FLOW_FROM_RESPONSE | SN_FLOW_FROM_MIDDLE | SN_FLOW_ANSWERED |
                              SN_FLOW_REFUSED); /* what a response is at first */
    bool request_seen =
        p->transport == SN_TRANSPORT_TCP ? is_first_syn(p) : flow->technique != SN_TECHNIQUE_NONE;
    if (request_seen)
        note(flow, response->seen & (SN_FLOW_ANSWERED | SN_FLOW_REFUSED));
    else
        note(flow, SN_FLOW_FROM_MIDDLE);
    note(response, SN_FLOW_FROM_MIDDLE);
}

uint16_t sn_flow_traits(const sn_flow_t *flow)
{
    enum { BEGIN_SHIFT = 14 };
    static const uint8_t begins[] = {32, 64, 128}; /* and 255 */
    unsigned begin = 0;
    if (flow->transport != SN_TRANSPORT_TCP || flow->digest == 0)
        return 0;
    while (begin < G_N_ELEMENTS(begins) && flow->ttl > begins[begin])
        begin++;
    return (uint16_t)(flow->digest ^ begin << BEGIN_SHIFT);
}

sn_outcome_t sn_flow_outcome(const sn_flow_t *flow)
{
    if (has(flow, SN_FLOW_FROM_RESPONSE))
        return SN_OUTCOME_UNANSWERED; /* its bits tell what it answers */
    bool handshake = flow->transport == SN_TRANSPORT_TCP || flow->transport == SN_TRANSPORT_SCTP;
    if (!handshake && has(flow, SN_FLOW_ANSWERED))
        return SN_OUTCOME_CONVERSATION;
    if (has(flow, SN_FLOW_COMPLETED)) {
        if (has(flow, SN_FLOW_USED)) /* a SYN's payload is, before the handshake is completed */
            return SN_OUTCOME_CONVERSATION;
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
           !has(flow, SN_FLOW_GIVEN_UP | SN_FLOW_USED | SN_FLOW_FROM_RESPONSE |
                          SN_FLOW_FROM_MIDDLE | SN_FLOW_TAIL);
}

bool sn_flow_is_handmade(const sn_flow_t *flow)
{
    bool never_asked = has(flow, SN_FLOW_GIVEN_UP) && !has(flow, SN_FLOW_TIMESTAMPS) &&
                       !has(flow, SN_FLOW_FROM_RESPONSE | SN_FLOW_FROM_MIDDLE | SN_FLOW_TAIL);
    return has(flow, SN_FLOW_HANDMADE) || (never_asked && sn_flow_context(flow) == SN_REASON_NONE);
}

bool sn_flow_is_paced(const sn_flow_t *flow)
{
    int32_t lasted = (int32_t)(flow->last_second - flow->first_second);
    return flow->packets > 1 && lasted >= 0 && (uint32_t)lasted >= flow->packets - 1U;
}

bool sn_flow_is_stream(const sn_flow_t *flow, const sn_limits_t *limits)
{
    bool may_stream = flow->transport == SN_TRANSPORT_UDP || flow->transport == SN_TRANSPORT_IP;
    if (!may_stream || has(flow, SN_FLOW_ANSWERED))
        return false;
    bool tells =
        has(flow, SN_FLOW_DIFFERS) && flow->packets >= STREAM_DATAGRAMS && sn_flow_is_paced(flow);
    return tells || flow->packets > limits->stream_packets;
}

bool sn_flow_is_lasting(const sn_flow_t *flow)
{
    return flow->packets > BRIEF_PACKETS && sn_flow_outcome(flow) == SN_OUTCOME_CONVERSATION;
}

sn_reason_t sn_flow_reason(const sn_flow_t *flow, const sn_limits_t *limits)
{
    if (flow->initiator == flow->responder)
        return SN_REASON_TO_ITSELF;
    if (has(flow, SN_FLOW_CHATTER))
        return SN_REASON_LINK_TRAFFIC;
    if (sn_flow_is_stream(flow, limits))
        return SN_REASON_STREAM;
    if (has(flow, SN_FLOW_FROM_MIDDLE))
        return SN_REASON_FROM_MIDDLE;
    if (has(flow, SN_FLOW_ELSEWHERE))
        return SN_REASON_ELSEWHERE;
    return has(flow, SN_FLOW_OLD) ? SN_REASON_OLD_CONNECTION : SN_REASON_NONE;
}
