/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h: the verdict. It has no state: the same facts always give the same answer, and nothing
 * stores it. The idea of judging a source by its failed against its successful first contacts is
 * that of Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential
 * Hypothesis Testing" (IEEE S&P 2004). */
#ifndef SN_JUDGE_H
#define SN_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SN_VERDICT_NOT_NOISE,
    SN_VERDICT_SCAN,
    SN_VERDICT_BACKSCATTER,
} sn_verdict_t;

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
    uint32_t scanning_ratio;    /* of either for each contact with a conversation, at least */
    uint32_t exposing_sources;  /* other scanners of a target that make it an exposed one */
    uint32_t stream_packets;    /* more one-way packets than this are a stream, not a probe */
    uint32_t reuse_seconds;     /* silence after which the same address and port pair begins anew */
    bool dark;                  /* the home networks offer no service */
} sn_limits_t;

/** Defaults; README's page on judging says where each comes from. */
extern const sn_limits_t SN_LIMITS_DEFAULT;

/** What is known of the flow. In bits: bytes that are written one by one and read together make the
 * processor wait for all work before. */
typedef struct {
    bool chatter : 1;       /* multicast and its answers, DHCP, a one-way stream */
    bool from_middle : 1;   /* began before the capture */
    bool from_response : 1; /* its first packet is a response without a request */
    bool inward : 1;        /* from outside into a home network, or no home networks are set */
    bool icmp_query : 1;
    bool tail : 1;   /* its technique looks like the tail of ordinary traffic */
    bool served : 1; /* connected, and the target sent payload before the initiator cut it off */
    sn_outcome_t outcome;
} sn_flow_facts_t;

/** What is known of its source, the initiator. */
typedef struct {
    uint32_t failed;        /* contacts with a failed flow */
    uint32_t conversations; /* contacts with a conversation */
    uint32_t aborted;       /* contacts that were answered and that it reset without a byte sent */
    uint32_t same_tail;     /* contacts with the flow's technique, when that is a tail */
} sn_source_facts_t;

/** What is known of its target, the responder. */
typedef struct {
    bool home;               /* in a home network */
    uint32_t other_scanners; /* other sources whose probes failed there, no working clients */
} sn_target_facts_t;

/** Several failed contacts, and clearly more of them than contacts with a conversation. Fewer are
 * enough of those that it aborted: failing happens to a client, aborting is done on purpose. */
bool sn_is_scanning_source(const sn_source_facts_t *s, const sn_limits_t *l);

/** Has conversations, and no more failed contacts than those. */
bool sn_is_working_client(const sn_source_facts_t *s);

/** Judges a flow; the five rules in the order README states them. */
sn_verdict_t sn_judge(const sn_flow_facts_t *f, const sn_source_facts_t *s,
                      const sn_target_facts_t *t, const sn_limits_t *l);

/** The outcome's name as fields show it; never NULL. */
const char *sn_outcome_label(sn_outcome_t outcome);

#endif
