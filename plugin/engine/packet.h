/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.h: what the engine wants to know of one packet: facts that a header states, nothing
 * judged. Addresses are in network byte order, all numbers in host byte order. */
#ifndef SN_PACKET_H
#define SN_PACKET_H

#include "addr.h"

#include <stddef.h>

typedef enum {
    SN_TRANSPORT_TCP,
    SN_TRANSPORT_UDP,
    SN_TRANSPORT_ICMP, /* ICMP and ICMPv6 */
    SN_TRANSPORT_SCTP,
    SN_TRANSPORT_IP, /* any other IP protocol; dport is its number */
} sn_transport_t;

enum { /* TCP flags, RFC 9293 */
       SN_TCP_FIN = 0x001,
       SN_TCP_SYN = 0x002,
       SN_TCP_RST = 0x004,
       SN_TCP_PSH = 0x008,
       SN_TCP_ACK = 0x010,
       SN_TCP_URG = 0x020,
       SN_TCP_ECE = 0x040,
       SN_TCP_CWR = 0x080,
       SN_TCP_AE = 0x100,
};

enum { /* TCP options that were present, as bits */
       SN_TCPOPT_MSS = 0x01,
       SN_TCPOPT_WINDOW_SCALE = 0x02,
       SN_TCPOPT_SACK_PERMITTED = 0x04,
       SN_TCPOPT_TIMESTAMPS = 0x08,
       SN_TCPOPT_OTHER = 0x10,
};

enum { SN_HEAD_BYTES = 24 };

/** The packet that an ICMP error quotes, as far as its header was quoted. */
typedef struct {
    sn_addr_t src, dst;
    sn_transport_t transport;
    uint16_t sport, dport; /* as in sn_packet_t */
    uint8_t icmp_type;
} sn_quote_t;

typedef struct {
    int64_t time_us; /* capture time since 1970; may run backwards */
    uint32_t frame;  /* Wireshark's frame number, from 1 */
    sn_addr_t src, dst;
    uint16_t ip_id; /* IPv4 only */
    uint8_t ttl;    /* or hop limit */
    bool to_all; /* no TCP, and the frame that carries it goes to all or to a group of its link */
    sn_transport_t transport;
    uint16_t sport, dport;                /* ICMP queries: sport is the identifier, dport is 0 */
    uint32_t payload;                     /* bytes after the transport header, on the wire */
    uint32_t tcp_seq, tcp_ack, tcp_tsval; /* tcp_tsval: of the timestamps option */
    uint16_t tcp_flags, tcp_window;
    uint16_t tcp_mss;       /* 0: no such option */
    uint8_t tcp_options;    /* SN_TCPOPT_ bits */
    uint8_t tcp_header_len; /* bytes, options included */
    uint8_t icmp_type, icmp_code;
    uint8_t sctp_chunk;          /* type of the first chunk */
    uint8_t head_len;            /* valid bytes in head */
    uint8_t head[SN_HEAD_BYTES]; /* start of a UDP payload */
    uint8_t probe_uri_len;       /* characters of probe_uri; 0: it carries none */
    const uint8_t *probe_uri;    /* see probe_uri.h; borrowed until the packet is taken */
    bool has_quote;              /* an ICMP error, and quote is valid */
    sn_quote_t quote;
} sn_packet_t;

/** Clears the transport's facts, of which each transport has its own. The quote stays as it is: it is
 * read only when has_quote. */
static inline void sn_packet_clear_transport(sn_packet_t *p)
{
    memset(&p->transport, 0, offsetof(sn_packet_t, quote) - offsetof(sn_packet_t, transport));
}

#endif
