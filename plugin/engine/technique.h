/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* technique.h: the ways to scan, with Nmap's names, and how the first packet of a flow tells them
 * apart. */
#ifndef SN_TECHNIQUE_H
#define SN_TECHNIQUE_H

#include "packet.h"

typedef enum {
    SN_TECHNIQUE_NONE, /* no probe: a response, or the middle of a conversation */
    SN_TECHNIQUE_TCP_SYN,
    SN_TECHNIQUE_TCP_CONNECT,
    SN_TECHNIQUE_TCP_NULL,
    SN_TECHNIQUE_TCP_FIN,
    SN_TECHNIQUE_TCP_XMAS,
    SN_TECHNIQUE_TCP_MAIMON,
    SN_TECHNIQUE_TCP_ACK,
    SN_TECHNIQUE_TCP_OTHER,
    SN_TECHNIQUE_UDP,
    SN_TECHNIQUE_ICMP_ECHO,
    SN_TECHNIQUE_ICMP_TIMESTAMP,
    SN_TECHNIQUE_ICMP_INFORMATION,
    SN_TECHNIQUE_ICMP_ADDRESS_MASK,
    SN_TECHNIQUE_SCTP_INIT,
    SN_TECHNIQUE_IP_PROTOCOL,
    SN_TECHNIQUES /* how many */
} sn_technique_t;

/** How the first packet of a flow presents itself. */
typedef enum {
    SN_OPENING_PROBE,    /* asks for something */
    SN_OPENING_TAIL,     /* a technique, but ordinary traffic has the same packets: the tail of a
                          * connection, or routing. Needs the source's behaviour as evidence */
    SN_OPENING_RESPONSE, /* answers something */
    SN_OPENING_MIDDLE,   /* a conversation that began before the capture */
} sn_opening_t;

/** Classifies the first packet of a flow.
 * @param technique out: the technique of a probe or tail, else SN_TECHNIQUE_NONE */
sn_opening_t sn_opening(const sn_packet_t *p, sn_technique_t *technique);

/** True for a TCP packet that no stack sends: without RST, with neither ACK nor just SYN, or with SYN and FIN, or with
 * urgent data of no length, or with options of a SYN (RFC 9293, RFC 7323, RFC 2018) and no SYN, as Nmap's probes for
 * operating systems. @param p any TCP packet */
bool sn_is_impossible(const sn_packet_t *p);

/** True for a SYN without any option. Every stack's connect() sends one at least, the maximum segment size (RFC 9293,
 * 3.7.1). @param p any TCP packet */
bool sn_is_bare_syn(const sn_packet_t *p);

/** The technique's name, as fields and tables show it; never NULL. */
const char *sn_technique_label(sn_technique_t technique);

#endif
