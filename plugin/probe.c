/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

#include <epan/dissectors/packet-ip.h>
#include <epan/ipproto.h>

#include "engine/icmp.h"
#include "quote.h"
#include "wireshark-compat.h"

enum {
    PROTOCOLS = 256,
    TCP_HEADER = 20,
    TCP_WITH_FLAGS = 14, /* enough of it to see the flags */
    UDP_HEADER = 8,
    PORTS_LENGTH = 4, /* both ports of TCP, UDP and SCTP */
    SCTP_HEADER = 12,
    ICMP_HEADER = 8,
    ICMP_WITH_TYPE = 2,
    ICMP_WITH_IDENTIFIER = 6,
};

static int proto_probe;
static dissector_handle_t original[PROTOCOLS]; /* NULL: Wireshark knows no dissector */

/* --- Headers to facts ------------------------------------------------------------------------ */

static bool read_address(const address *from, sn_addr_t *to)
{
    if (from->type == AT_IPv4)
        *to = sn_addr_v4((const uint8_t *)from->data);
    else if (from->type == AT_IPv6)
        *to = sn_addr_v6((const uint8_t *)from->data);
    else
        return false;
    return true;
}

static void read_ip_header(const void *header, sn_packet_t *p)
{
    if (!header)
        return;
    if (p->src.version == 4 && WS_IP4_PTR(header)) {
        const ws_ip4 *ip = (const ws_ip4 *)header;
        p->ip_id = ip->ip_id;
        p->ttl = ip->ip_ttl;
    } else if (p->src.version == 6 && WS_IP6_PTR(header)) {
        p->ttl = ((const ws_ip6 *)header)->ip6_hop;
    }
}

static uint16_t number16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t number32(const uint8_t *at)
{
    return (uint32_t)number16(at) << 16 | number16(at + 2);
}

/** The head of a transport header. One access to the buffer; its single numbers would cost a check
 * each. @param need how much of it must be there @return NULL when less was captured */
static const uint8_t *head_of(tvbuff_t *tvb, unsigned captured, unsigned need)
{
    return captured >= need ? tvb_get_ptr(tvb, 0, (int)need) : NULL;
}

static void read_ports(const uint8_t *header, sn_packet_t *p)
{
    p->sport = number16(header);
    p->dport = number16(header + 2);
}

/* RFC 9293, 3.2 and the registry of TCP options. Stops at the first option that does not fit. */
static void read_tcp_options(const uint8_t *at, const uint8_t *end, sn_packet_t *p)
{
    enum { END = 0, NOP = 1, MSS = 2, WINDOW_SCALE = 3, SACK_PERMITTED = 4, TIMESTAMPS = 8 };
    while (at < end && *at != END) {
        if (*at == NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return;
        uint8_t bit = SN_TCPOPT_OTHER;
        if (at[0] == MSS && at[1] == 4) {
            bit = SN_TCPOPT_MSS;
            p->tcp_mss = (uint16_t)(at[2] << 8 | at[3]);
        } else if (at[0] == WINDOW_SCALE) {
            bit = SN_TCPOPT_WINDOW_SCALE;
        } else if (at[0] == SACK_PERMITTED) {
            bit = SN_TCPOPT_SACK_PERMITTED;
        } else if (at[0] == TIMESTAMPS) {
            bit = SN_TCPOPT_TIMESTAMPS;
        }
        p->tcp_options |= bit;
        at += at[1];
    }
}

static bool read_tcp(tvbuff_t *tvb, sn_packet_t *p)
{
    unsigned captured = tvb_captured_length(tvb), length = tvb_reported_length(tvb);
    const uint8_t *header = head_of(tvb, captured, TCP_WITH_FLAGS);
    if (!header)
        return false;
    read_ports(header, p);
    p->tcp_seq = number32(header + 4);
    p->tcp_ack = number32(header + 8);
    p->tcp_flags = number16(header + 12) & 0x1ff;
    p->tcp_header_len = (uint8_t)(header[12] >> 4 << 2);
    if (p->tcp_header_len >= TCP_HEADER && p->tcp_header_len < length)
        p->payload = length - p->tcp_header_len;
    if (captured < TCP_HEADER)
        return true;
    p->tcp_window = number16(header + 14);
    unsigned options_end = MIN(captured, p->tcp_header_len);
    if (options_end > TCP_HEADER) {
        header = tvb_get_ptr(tvb, 0, (int)options_end);
        read_tcp_options(header + TCP_HEADER, header + options_end, p);
    }
    return true;
}

static bool read_udp(tvbuff_t *tvb, sn_packet_t *p)
{
    unsigned captured = tvb_captured_length(tvb), length = tvb_reported_length(tvb);
    const uint8_t *header = head_of(tvb, captured, PORTS_LENGTH);
    if (!header)
        return false;
    read_ports(header, p);
    p->payload = length > UDP_HEADER ? length - UDP_HEADER : 0;
    if (captured > UDP_HEADER) {
        p->head_len = (uint8_t)MIN(captured - UDP_HEADER, SN_HEAD_BYTES);
        tvb_memcpy(tvb, p->head, UDP_HEADER, p->head_len);
    }
    return true;
}

static bool read_icmp(tvbuff_t *tvb, sn_packet_t *p)
{
    unsigned captured = tvb_captured_length(tvb);
    const uint8_t *header = head_of(tvb, captured, ICMP_WITH_TYPE);
    if (!header)
        return false;
    p->icmp_type = header[0];
    p->icmp_code = header[1];
    if (sn_icmp_kind(p->src.version, p->icmp_type) != 0) {
        header = head_of(tvb, captured, ICMP_WITH_IDENTIFIER);
        if (!header)
            return false;
        p->sport = number16(header + 4);
    }
    if (sn_icmp_role(p->src.version, p->icmp_type) == SN_ICMP_ERROR)
        p->has_quote = sn_quote_read(tvb, ICMP_HEADER, &p->quote);
    return true;
}

static bool read_sctp(tvbuff_t *tvb, sn_packet_t *p)
{
    const uint8_t *header = head_of(tvb, tvb_captured_length(tvb), SCTP_HEADER + 1);
    if (!header)
        return false;
    read_ports(header, p);
    p->sctp_chunk = header[SCTP_HEADER];
    return true;
}

static bool read_transport(tvbuff_t *tvb, unsigned protocol, sn_packet_t *p)
{
    p->transport = sn_transport_of(p->src.version, protocol);
    switch (p->transport) {
    case SN_TRANSPORT_TCP:
        return read_tcp(tvb, p);
    case SN_TRANSPORT_UDP:
        return read_udp(tvb, p);
    case SN_TRANSPORT_ICMP:
        return read_icmp(tvb, p);
    case SN_TRANSPORT_SCTP:
        return read_sctp(tvb, p);
    case SN_TRANSPORT_IP:
        p->dport = (uint16_t)protocol;
        break;
    }
    return true;
}

/* Headers that belong to IP itself, and what stands between it and the transport: the transport
 * comes behind them. */
static bool is_no_transport(unsigned protocol)
{
    switch (protocol) {
    case IP_PROTO_HOPOPTS:
    case IP_PROTO_ROUTING:
    case IP_PROTO_FRAGMENT:
    case IP_PROTO_AH:
    case IP_PROTO_NONE:
    case IP_PROTO_DSTOPTS:
    case IP_PROTO_MIPV6:
    case IP_PROTO_HIP:
    case IP_PROTO_SHIM6:
        return true;
    default:
        return false;
    }
}

/* --- Noting ---------------------------------------------------------------------------------- */

/* The facts of the frame that is being dissected. Wireshark dissects one frame at a time; its own
 * place for such things costs an allocation and two list walks for each packet. */
static struct {
    const packet_info *pinfo; /* whose facts they are; NULL: nobody's */
    sn_packet_t packet;
} noted;

/** Makes room for a frame's facts, with the addresses in it. @return false: it is no IP packet */
static bool begin_noting(packet_info *pinfo)
{
    sn_packet_t *p = &noted.packet;
    noted.pinfo = NULL;
    memset(p, 0, SN_PACKET_ALWAYS);
    p->frame = pinfo->num;
    p->time_us = (int64_t)pinfo->abs_ts.secs * 1000000 + pinfo->abs_ts.nsecs / 1000;
    return read_address(&pinfo->net_src, &p->src) && read_address(&pinfo->net_dst, &p->dst);
}

static void note_packet(tvbuff_t *tvb, packet_info *pinfo, unsigned protocol, const void *header)
{
    if (!begin_noting(pinfo))
        return;
    read_ip_header(header, &noted.packet);
    if (read_transport(tvb, protocol, &noted.packet))
        noted.pinfo = pinfo;
}

static int note_and_dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    unsigned protocol = pinfo->match_uint;
    if (protocol >= PROTOCOLS)
        return 0;
    /* What an error quotes is no packet of this line. */
    if (!PINFO_FD_VISITED(pinfo) && !pinfo->flags.in_error_pkt)
        note_packet(tvb, pinfo, protocol, data);
    /* 0: rejected, and the IP dissector goes on as if nobody had been asked. */
    return original[protocol] ? call_dissector_only(original[protocol], tvb, pinfo, tree, data) : 0;
}

/** The IP header that the frame's addresses were read from. Wireshark's addresses point into the
 * frame, as long as no reassembly or decryption put the packet together elsewhere.
 * @param source_at where the source address stands in a header of this version and length */
static const uint8_t *header_in_frame(tvbuff_t *frame, const address *source, int source_at,
                                      int length)
{
    int captured = (int)tvb_captured_length(frame);
    if (captured < length)
        return NULL;
    const uint8_t *start = tvb_get_ptr(frame, 0, captured);
    uintptr_t first = (uintptr_t)start + (unsigned)source_at;
    uintptr_t at = (uintptr_t)source->data;
    if (at < first || at - first > (unsigned)(captured - length))
        return NULL;
    return start + (at - first);
}

/** An IP packet that ends with its header reaches no transport's dissector. Nmap's IP protocol scan
 * sends such packets. @return whether the frame is one, and its protocol */
static bool is_bare_header(tvbuff_t *frame, const address *source, unsigned *protocol)
{
    bool v6 = source->type == AT_IPv6;
    const uint8_t *ip =
        v6 ? header_in_frame(frame, source, 8, 40) : header_in_frame(frame, source, 12, 20);
    if (!ip || ip[0] >> 4 != (v6 ? 6 : 4))
        return false;
    *protocol = v6 ? ip[6] : ip[9];
    if (v6)
        return (ip[4] | ip[5]) == 0;
    bool fragment = (ip[6] & 0x3f) != 0 || ip[7] != 0;
    return !fragment && (ip[2] << 8 | ip[3]) == (ip[0] & 0xf) * 4;
}

static void note_bare_header(tvbuff_t *frame, packet_info *pinfo)
{
    unsigned protocol;
    if (!begin_noting(pinfo) || !is_bare_header(frame, &pinfo->net_src, &protocol))
        return;
    if (noted.packet.src.version == 6 && is_no_transport(protocol))
        return;
    noted.packet.transport = SN_TRANSPORT_IP;
    noted.packet.dport = (uint16_t)protocol;
    noted.pinfo = pinfo;
}

/** A broadcast to the addresses of a subnet, which only its hosts know to be one, shows in Ethernet.
 * In a tunnel the innermost frame's address stands there in the end. */
static bool is_link_group(const address *destination)
{
    return destination->type == AT_ETHER && *(const uint8_t *)destination->data & 1;
}

const sn_packet_t *sn_probe_take(tvbuff_t *frame, packet_info *pinfo)
{
    bool known = noted.pinfo == pinfo && noted.packet.frame == pinfo->num;
    if (!known)
        note_bare_header(frame, pinfo);
    known = noted.pinfo == pinfo;
    noted.pinfo = NULL;
    noted.packet.to_all = is_link_group(&pinfo->dl_dst);
    return known ? &noted.packet : NULL;
}

/* --- Registration ---------------------------------------------------------------------------- */

void sn_probe_register(void)
{
    int parent = proto_get_id_by_filter_name("scannoise");
    proto_probe = proto_register_protocol_in_name_only("Scan Noise observer", "Observer",
                                                       "scannoise.observer", parent, FT_PROTOCOL);
}

void sn_probe_handoff(void)
{
    static bool done = false;
    if (done)
        return;
    done = true;
    dissector_table_t table = find_dissector_table("ip.proto");
    dissector_handle_t wrapper = create_dissector_handle(note_and_dissect, proto_probe);
    for (unsigned protocol = 0; protocol < PROTOCOLS; protocol++) {
        if (is_no_transport(protocol))
            continue;
        original[protocol] = dissector_get_uint_handle(table, protocol);
        dissector_add_uint("ip.proto", protocol, wrapper);
    }
}
