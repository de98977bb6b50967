/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.h: what a flow of backscatter answers with. */
#ifndef SN_ANSWER_H
#define SN_ANSWER_H

#include "flow.h"

typedef enum {
    SN_ANSWER_SYN_ACK,
    SN_ANSWER_RST,
    SN_ANSWER_TCP_DATA,
    SN_ANSWER_UDP,
    SN_ANSWER_ICMP_ECHO,
    SN_ANSWER_ICMP_TIMESTAMP,
    SN_ANSWER_ICMP_INFORMATION,
    SN_ANSWER_ICMP_ADDRESS_MASK,
    SN_ANSWER_ICMP_UNREACHABLE,
    SN_ANSWER_ICMP_TIME_EXCEEDED,
    SN_ANSWER_ICMP_PARAMETER_PROBLEM,
    SN_ANSWER_SCTP_INIT_ACK,
    SN_ANSWER_SCTP_ABORT,
    SN_ANSWER_SCTP_SHUTDOWN,
    SN_ANSWERS /* how many */
} sn_answer_t;

/** The kinds of answers that a flow of backscatter is known to have, bits by sn_answer_t. Of TCP and SCTP the first
 * packet tells, and a RST that the same side sends after its SYN/ACK. */
unsigned sn_answers_of(const sn_flow_t *flow);

/** The answer's name as table and JSON show it; never NULL. */
const char *sn_answer_label(sn_answer_t answer);

#endif
