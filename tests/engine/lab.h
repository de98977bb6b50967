/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* lab.h: an engine that packets are fed to one after the other, a frame and a second each. */
#ifndef SN_TEST_LAB_H
#define SN_TEST_LAB_H

#include "packets.h"

#include "engine/engine.h"

/* Who is who in the tests. */
#define SCANNER "203.0.113.9"
#define CLIENT  "203.0.113.80"
#define ROUTER  "198.51.100.254"
#define TARGET  "192.0.2.1"
#define OTHER   "192.0.2.2"

typedef struct {
    sn_engine_t *engine;
    uint32_t frame;
    int64_t time_us;
    bool from_initiator; /* whether the last packet was the initiator's */
} lab_t;

static inline lab_t lab_with(const sn_config_t *config)
{
    return (lab_t){.engine = sn_engine_new(config), .time_us = INT64_C(1568700000) * SECOND};
}

/** An engine with the default limits and no home networks. */
static inline lab_t lab_new(void)
{
    return lab_with(&(sn_config_t){.limits = SN_LIMITS_DEFAULT});
}

static inline void lab_free(lab_t *lab)
{
    sn_engine_unref(lab->engine);
}

/** The memory of an engine that has seen nothing. */
static inline uint64_t empty_memory(void)
{
    lab_t lab = lab_new();
    uint64_t bytes = sn_engine_memory(lab.engine);
    lab_free(&lab);
    return bytes;
}

/** Feeds one packet. @return its flow */
static inline uint32_t feed(lab_t *lab, sn_packet_t p)
{
    lab->frame++;
    lab->time_us += SECOND;
    p.frame = lab->frame;
    p.time_us = lab->time_us;
    bool from_initiator, remembered;
    uint32_t flow = sn_engine_observe(lab->engine, &p, &from_initiator);
    g_assert_cmpuint(sn_engine_flow_of(lab->engine, p.frame, &remembered), ==, flow);
    g_assert_cmpint(remembered, ==, from_initiator);
    return sn_engine_flow_of(lab->engine, lab->frame, &lab->from_initiator);
}

/** Feeds a script (packets.h). @return the flow of its last packet */
static inline uint32_t play(lab_t *lab, sn_transport_t transport, const char *script, const char *a,
                            uint16_t a_port, const char *b, uint16_t b_port)
{
    uint32_t flow = 0;
    char **words = g_strsplit(script, " ", -1);
    for (guint n = 0; words[n]; n++)
        flow = feed(lab, scripted(transport, words[n], a, a_port, b, b_port));
    g_strfreev(words);
    return flow;
}

static inline sn_flow_view_t view_of(const lab_t *lab, uint32_t flow)
{
    sn_flow_view_t v;
    g_assert_cmpuint(flow, !=, 0);
    sn_engine_view(lab->engine, flow, &v);
    return v;
}

static inline sn_verdict_t verdict_of(const lab_t *lab, uint32_t flow)
{
    return view_of(lab, flow).verdict;
}

static inline const char *outcome_of(const lab_t *lab, uint32_t flow)
{
    return sn_outcome_label(view_of(lab, flow).outcome);
}

/** The name of the rule that fits. */
static inline const char *reason_of(const lab_t *lab, uint32_t flow)
{
    return sn_reason_label(view_of(lab, flow).reason);
}

/** A macro, so that a failure names the test's line. */
#define assert_reason(lab, flow, want) g_assert_cmpstr(reason_of(lab, flow), ==, want)

/** What was added up of a flow's source. */
static inline sn_source_facts_t facts_of(const lab_t *lab, uint32_t flow)
{
    return sn_engine_source_facts(lab->engine, sn_engine_source(lab->engine, flow));
}

/** Feeds a packet at the time of the one before. @return its flow */
static inline uint32_t feed_at_once(lab_t *lab, sn_packet_t p)
{
    lab->time_us -= SECOND;
    return feed(lab, p);
}

/** A SYN with the options that an operating system sends. */
static inline sn_packet_t os_syn(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    sn_packet_t p = tcp(src, sport, dst, dport, "S");
    p.tcp_options |= SN_TCPOPT_SACK_PERMITTED | SN_TCPOPT_TIMESTAMPS;
    p.tcp_header_len = 40;
    return p;
}

/** A SYN without any option, which no operating system sends. */
static inline sn_packet_t bare_syn(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    sn_packet_t p = tcp(src, sport, dst, dport, "S");
    p.tcp_options = 0;
    p.tcp_header_len = 20;
    p.tcp_mss = 0;
    return p;
}

/** Lets a source fail at one TCP port of so many targets, 198.51.100.1 and on. @return the last flow */
static inline uint32_t sweep(lab_t *lab, const char *source, uint16_t port, unsigned targets)
{
    uint32_t flow = 0;
    for (unsigned n = 1; n <= targets; n++) {
        char *target = g_strdup_printf("198.51.100.%u", n);
        flow = feed(lab, tcp(source, 6000, target, port, "S"));
        g_free(target);
    }
    return flow;
}

/** Lets a source fail at `contacts` ports of a target, from port 1 on. @return the last flow */
static inline uint32_t fail_at(lab_t *lab, const char *source, const char *target,
                               uint16_t contacts)
{
    uint32_t flow = 0;
    for (uint16_t port = 1; port <= contacts; port++)
        flow = feed(lab, tcp(source, 6000, target, port, "S"));
    return flow;
}

/** Lets a source talk to `contacts` UDP services of a target, from port 1001 on.
 * @return the last flow */
static inline uint32_t talk_to(lab_t *lab, const char *source, const char *target,
                               uint16_t contacts)
{
    uint32_t flow = 0;
    for (uint16_t n = 1; n <= contacts; n++)
        flow = play(lab, SN_TRANSPORT_UDP, "q a<", source, 7000, target, (uint16_t)(1000 + n));
    return flow;
}

/** Adds a row of a table as the test /group/name. */
static inline void add_row(const char *group, const char *name, const void *row,
                           GTestDataFunc check)
{
    char *path = g_strconcat("/", group, "/", name, NULL);
    g_test_add_data_func(path, row, check);
    g_free(path);
}

#endif
