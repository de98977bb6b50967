/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"

#include "icmp.h"

static unsigned bit(sn_answer_t answer)
{
    return 1U << answer;
}

/* Whoever gets a SYN/ACK that he never asked for answers with a RST, and that is not the flow's. */
static unsigned answers_of_tcp(const sn_flow_t *f)
{
    if (!(f->seen & SN_FLOW_FROM_RESPONSE))
        return bit(SN_ANSWER_TCP_DATA);
    if (!(f->seen & SN_FLOW_ANSWERED))
        return bit(SN_ANSWER_RST);
    return bit(SN_ANSWER_SYN_ACK) | (f->seen & SN_FLOW_RESET ? bit(SN_ANSWER_RST) : 0);
}

static unsigned answers_of_sctp(const sn_flow_t *f)
{
    if (f->seen & SN_FLOW_ANSWERED)
        return bit(SN_ANSWER_SCTP_INIT_ACK);
    return bit(f->seen & SN_FLOW_REFUSED ? SN_ANSWER_SCTP_ABORT : SN_ANSWER_SCTP_SHUTDOWN);
}

static unsigned answers_of_errors(const sn_flow_t *f)
{
    unsigned bits = 0;
    if (f->digest & SN_ICMP_UNREACHABLE)
        bits |= bit(SN_ANSWER_ICMP_UNREACHABLE);
    if (f->digest & SN_ICMP_TIME_EXCEEDED)
        bits |= bit(SN_ANSWER_ICMP_TIME_EXCEEDED);
    if (f->digest & SN_ICMP_PARAMETER_PROBLEM)
        bits |= bit(SN_ANSWER_ICMP_PARAMETER_PROBLEM);
    return bits;
}

static unsigned answers_of_icmp(const sn_flow_t *f)
{
    switch (f->dport) { /* the kind of query */
    case SN_ICMP_ECHO:
        return bit(SN_ANSWER_ICMP_ECHO);
    case SN_ICMP_TIMESTAMP:
        return bit(SN_ANSWER_ICMP_TIMESTAMP);
    case SN_ICMP_INFORMATION:
        return bit(SN_ANSWER_ICMP_INFORMATION);
    case SN_ICMP_ADDRESS_MASK:
        return bit(SN_ANSWER_ICMP_ADDRESS_MASK);
    default:
        return answers_of_errors(f);
    }
}

unsigned sn_answers_of(const sn_flow_t *flow)
{
    switch ((sn_transport_t)flow->transport) {
    case SN_TRANSPORT_TCP:
        return answers_of_tcp(flow);
    case SN_TRANSPORT_UDP:
        return bit(SN_ANSWER_UDP);
    case SN_TRANSPORT_ICMP:
        return answers_of_icmp(flow);
    case SN_TRANSPORT_SCTP:
        return answers_of_sctp(flow);
    case SN_TRANSPORT_IP: /* nobody knows which protocol answers how */
        break;
    }
    return 0;
}

const char *sn_answer_label(sn_answer_t answer)
{
    static const char *const labels[SN_ANSWERS] = {
        [SN_ANSWER_SYN_ACK] = "SYN/ACK",
        [SN_ANSWER_RST] = "RST",
        [SN_ANSWER_TCP_DATA] = "TCP data",
        [SN_ANSWER_UDP] = "UDP answer",
        [SN_ANSWER_ICMP_ECHO] = "ICMP echo reply",
        [SN_ANSWER_ICMP_TIMESTAMP] = "ICMP timestamp reply",
        [SN_ANSWER_ICMP_INFORMATION] = "ICMP information reply",
        [SN_ANSWER_ICMP_ADDRESS_MASK] = "ICMP address mask reply",
        [SN_ANSWER_ICMP_UNREACHABLE] = "ICMP unreachable",
        [SN_ANSWER_ICMP_TIME_EXCEEDED] = "ICMP time exceeded",
        [SN_ANSWER_ICMP_PARAMETER_PROBLEM] = "ICMP parameter problem",
        [SN_ANSWER_SCTP_INIT_ACK] = "SCTP INIT ACK",
        [SN_ANSWER_SCTP_ABORT] = "SCTP ABORT",
        [SN_ANSWER_SCTP_SHUTDOWN] = "SCTP SHUTDOWN COMPLETE",
    };
    return answer < SN_ANSWERS ? labels[answer] : "";
}
