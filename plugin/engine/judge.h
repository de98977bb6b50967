/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h: the verdict. It has no state: the same facts always give the same answer, and nothing
 * stores it. The idea of judging a source by its failed against its successful first contacts is
 * that of Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential
 * Hypothesis Testing" (IEEE S&P 2004). */
#ifndef SN_JUDGE_H
#define SN_JUDGE_H

#include "reason.h"

#include <stdbool.h>
#include <stdint.h>

/** What became of a flow. */
typedef enum {
    SN_OUTCOME_UNANSWERED,
    SN_OUTCOME_REFUSED,      /* RST, or SCTP ABORT */
    SN_OUTCOME_UNREACHABLE,  /* an ICMP error quotes it */
    SN_OUTCOME_HALF_OPEN,    /* the handshake was answered and never completed */
    SN_OUTCOME_CONNECTED,    /* completed and never used */
    SN_OUTCOME_CONVERSATION, /* answered and used */
    SN_OUTCOMES              /* how many */
} sn_outcome_t;

/** The numbers the verdict depends on: preferences of the user. */
typedef struct {
    uint32_t scanning_contacts; /* failed contacts that make a scanning source, at least */
    uint32_t aborted_contacts;  /* likewise, aborted contacts */
    uint32_t exposing_sources;  /* other scanners of a target that make it an exposed one */
    uint32_t stream_packets;    /* more one-way packets than this are a stream, not a probe */
    uint32_t reuse_seconds;     /* silence after which the same address and port pair begins anew */
    bool dark;                  /* the home networks offer no service */
} sn_limits_t;

enum {
    /* Failed contacts in a line of a source in somebody's own network: the threshold of Zeek's policy for scans
     * (policy/misc/scan.zeek, addr_scan_threshold). */
    SN_OUTWARD_LINE = 25,
    /* Sources that sent a target the like, unasked: one is a mistake, two may be one host's two addresses. */
    SN_CROWD = 3,
};

/** Defaults; README's page on judging says where each comes from. */
extern const sn_limits_t SN_LIMITS_DEFAULT;

/** What is known of the flow. In bits: bytes that are written one by one and read together make the
 * processor wait for all work before. */
typedef struct {
    bool inward : 1;        /* from outside into a home network, or no home networks are set */
    bool outward : 1;       /* from a private address to another one, with no home networks set */
    bool local : 1;         /* its source's address is private, or on the target's link */
    bool from_response : 1; /* its first packet is a response without a request */
    bool odd_response : 1;  /* likewise, and goes from a client's port to a service's */
    bool reflected : 1;     /* unanswered, and others sent the target the like */
    bool talking : 1;       /* its target has begun a flow with its source */
    bool handmade : 1;
    bool ping : 1;      /* an echo request */
    bool tail : 1;      /* its technique looks like the tail of ordinary traffic */
    bool served : 1;    /* connected, and the target sent payload before the initiator cut it off */
    bool follows : 1;   /* a conversation that goes on with what failed before */
    bool pending : 1;   /* more packets will come, and its target's port has answered others */
    uint32_t same_tail; /* its source's contacts with its technique, when that is a tail */
    sn_outcome_t outcome;
    sn_reason_t own;     /* what the flow alone says: sn_flow_reason() */
    sn_reason_t context; /* an innocent reason that follows from other flows: sn_flow_context() */
} sn_flow_facts_t;

/** What is known of its source, the initiator. */
typedef struct {
    uint32_t failed;   /* contacts with a failed flow that no innocent reason explains */
    uint32_t credit;   /* contacts with a conversation that speaks for it */
    uint32_t aborted;  /* contacts that were answered and that it reset without a byte sent */
    uint32_t handmade; /* contacts where a probe made by hand failed */
    uint32_t
        line; /* failed contacts in the longest line that has more of them than of its credit */
    uint32_t tails; /* contacts that met the most frequent tail of TCP, or other protocols on IP */
    uint32_t
        odd_responses; /* contacts that it sent TCP responses to from one of its ports, as no client does */
    uint32_t other_responses; /* flows that began with another response */
    bool impossible;          /* it has sent a packet that no stack sends */
} sn_source_facts_t;

/** What is known of its target, the responder. */
typedef struct {
    bool home;               /* in a home network */
    uint32_t other_scanners; /* other sources whose probes failed there, without conversations */
} sn_target_facts_t;

/** Whether the source is one that scans: README's "scanning source".
 * @param outward it does so from somebody's own network, where failures need to be many more */
bool sn_is_scanning_source(const sn_source_facts_t *s, bool outward, const sn_limits_t *l);

/** Judges a flow; the rules in the order README states them. @return the rule that fits, which has the verdict */
sn_reason_t sn_judge(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                     const sn_target_facts_t *t, const sn_limits_t *l);

/** The outcome's name as fields show it; never NULL. */
const char *sn_outcome_label(sn_outcome_t outcome);

#endif
