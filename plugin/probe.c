/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

#include "engine/capture_time.h"
#include <wiretap/wtap.h>

#include "run.h"
#include "wireshark-compat.h"

enum { /* where a source address stands in its header */
       IPV4_SOURCE = 12,
       IPV6_SOURCE = 8,
};

enum {
    CARRIER = 20 + 8
}; /* headers of IPv4 and UDP: no packet is carried nearer to a frame's start */

/** Where the packet is going in the end, which a source route may say instead of the header. */
static void read_destination(const address *from, sn_packet_t *packet)
{
    const uint8_t *bytes = (const uint8_t *)from->data;
    bool v6 = from->type == AT_IPv6;
    if (memcmp(packet->dst.bytes, bytes, v6 ? 16 : 4) != 0)
        packet->dst = v6 ? sn_addr_v6(bytes) : sn_addr_v4(bytes);
}

/** What was captured of a buffer, and what there was. */
static sn_bytes_t bytes_of(tvbuff_t *tvb, uint32_t captured, uint32_t length)
{
    const uint8_t *at = captured > 0 ? tvb_get_ptr(tvb, 0, (int)captured) : NULL;
    return (sn_bytes_t){at, captured, MAX(captured, length)};
}

static sn_bytes_t bytes_of_all(tvbuff_t *tvb)
{
    return bytes_of(tvb, tvb_captured_length(tvb), tvb_reported_length(tvb));
}

sn_bytes_t sn_probe_frame(tvbuff_t *frame, const packet_info *pinfo)
{
    /* Where IP is all there is, Wireshark has cut the frame itself to IP's length. */
    return bytes_of(frame, tvb_captured_length(frame), pinfo->fd->pkt_len);
}

/** Narrows bytes to those from a place on. @return false when that is not among them */
static bool begin_at(sn_bytes_t *bytes, uintptr_t place)
{
    uintptr_t offset = place - (uintptr_t)bytes->at;
    if (place < (uintptr_t)bytes->at || offset >= bytes->captured)
        return false;
    bytes->at += offset;
    bytes->captured -= (uint32_t)offset;
    bytes->length -= (uint32_t)offset;
    return true;
}

/** The protocols that is_in_udp() and count_headers() look for among a frame's. */
typedef struct {
    int udp, ip, ipv6, icmp, icmpv6;
} protocols_t;

static const protocols_t *protocols(void)
{
    static protocols_t p;
    if (p.udp == 0)
        p = (protocols_t){
            .udp = proto_get_id_by_filter_name("udp"),
            .ip = proto_get_id_by_filter_name("ip"),
            .ipv6 = proto_get_id_by_filter_name("ipv6"),
            .icmp = proto_get_id_by_filter_name("icmp"),
            .icmpv6 = proto_get_id_by_filter_name("icmpv6"),
        };
    return &p;
}

static int protocol_of(wmem_list_frame_t *layer)
{
    return GPOINTER_TO_INT(wmem_list_frame_data(layer));
}

/** How many IP headers of the innermost packet's version there are, one in the other. What ICMP quotes
 * is none of them. */
static unsigned count_headers(const packet_info *pinfo)
{
    const protocols_t *known = protocols();
    int wanted = pinfo->net_src.type == AT_IPv6 ? known->ipv6 : known->ip;
    unsigned count = 0;
    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer)) {
        int protocol = protocol_of(layer);
        if (protocol == known->icmp || protocol == known->icmpv6)
            break;
        count += protocol == wanted;
    }
    return count;
}

/** Whether UDP stands before the innermost IP among the frame's protocols. */
static bool is_in_udp(const packet_info *pinfo)
{
    const protocols_t *known = protocols();
    bool seen_udp = false;
    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer)) {
        int protocol = protocol_of(layer);
        if (seen_udp && (protocol == known->ip || protocol == known->ipv6))
            return true;
        seen_udp |= protocol == known->udp;
    }
    return false;
}

/** A search for the innermost header of a frame's addresses, by their bytes, in one buffer after the
 * other. Where tunnels have the same ends as what they carry, the headers before it look like it. So many are
 * wanted as Wireshark has dissected, as long as one may carry the next: what looks like a header behind them
 * is payload. */
typedef struct {
    const packet_info *pinfo;
    bool v6;
    uint32_t source_at, size; /* of an address */
    unsigned wanted, exact, sources;
    sn_bytes_t innermost; /* of those with both addresses */
    sn_bytes_t
        routed; /* of those with the source alone: a source route leaves another destination in
                           * the header */
} search_t;

static search_t search_for(const packet_info *pinfo)
{
    bool v6 = pinfo->net_src.type == AT_IPv6;
    return (search_t){
        .pinfo = pinfo,
        .v6 = v6,
        .source_at = v6 ? IPV6_SOURCE : IPV4_SOURCE,
        .size = v6 ? 16 : 4,
        .wanted = MAX(count_headers(pinfo), 1U),
    };
}

/** Whether the packet with this header may carry the innermost one. */
static bool may_carry(const search_t *s, sn_bytes_t at)
{
    unsigned protocol;
    if (sn_wire_ip(&at, &protocol, NULL) == SN_WIRE_NOTHING)
        return true;
    sn_transport_t transport = sn_wire_transport_of(s->v6 ? 6 : 4, protocol);
    return transport == SN_TRANSPORT_IP || (transport == SN_TRANSPORT_UDP && is_in_udp(s->pinfo));
}

/** Looks at one place. @return true: a header of the frame's source begins there */
static bool look(search_t *s, const sn_bytes_t *at)
{
    const uint8_t *source = at->at + s->source_at;
    if (at->at[0] >> 4 != (s->v6 ? 6 : 4) || memcmp(source, s->pinfo->net_src.data, s->size) != 0)
        return false;
    if (s->sources++ < s->wanted)
        s->routed = *at;
    if (memcmp(source + s->size, s->pinfo->net_dst.data, s->size) == 0) {
        s->innermost = *at;
        s->exact = may_carry(s, *at) ? s->exact + 1 : s->wanted;
    }
    return true;
}

static void search(search_t *s, sn_bytes_t bytes)
{
    uint32_t header = s->source_at + 2 * s->size;
    while (bytes.at && bytes.captured >= header && s->exact < s->wanted) {
        uint32_t step = look(s, &bytes) ? header : 1;
        bytes.at += step;
        bytes.captured -= step;
        bytes.length -= step;
    }
}

/** Where the header of the frame's addresses is, if they point to it. */
static uintptr_t place_of_header(const packet_info *pinfo)
{
    int source_at = pinfo->net_src.type == AT_IPv6 ? IPV6_SOURCE : IPV4_SOURCE;
    return (uintptr_t)pinfo->net_src.data - (unsigned)source_at;
}

/** Looks for the header outside the frame, and then by the addresses' bytes: IPv6 addresses are copies,
 * which point to no buffer. Not inlined: IPv4 seldom comes here. */
static G_GNUC_NO_INLINE bool find_elsewhere(const packet_info *pinfo, sn_bytes_t *bytes)
{
    sn_bytes_t frame = *bytes;
    for (GSList *other = pinfo->data_src; other; other = other->next) {
        *bytes = bytes_of_all(get_data_source_tvb((const struct data_source *)other->data));
        if (begin_at(bytes, place_of_header(pinfo)))
            return true;
    }
    search_t s = search_for(pinfo);
    search(&s, frame);
    for (GSList *other = pinfo->data_src; other; other = other->next) {
        sn_bytes_t buffer =
            bytes_of_all(get_data_source_tvb((const struct data_source *)other->data));
        if (buffer.at != frame.at)
            search(&s, buffer);
    }
    *bytes = s.exact > 0 ? s.innermost : s.routed;
    return s.sources > 0;
}

/** The packet from the IP header on that the frame's addresses were read from. */
static bool find_ip(tvbuff_t *frame, const packet_info *pinfo, sn_bytes_t *bytes)
{
    *bytes = sn_probe_frame(frame, pinfo);
    return begin_at(bytes, place_of_header(pinfo)) || find_elsewhere(pinfo, bytes);
}

/** Whether Wireshark has dissected the transport of a first fragment, as it does when it is told not
 * to reassemble. */
static bool is_transport_dissected(const packet_info *pinfo)
{
    return pinfo->ptype == PT_TCP || pinfo->ptype == PT_UDP || pinfo->ptype == PT_SCTP ||
           proto_is_frame_protocol(pinfo->layers, "icmp") ||
           proto_is_frame_protocol(pinfo->layers, "icmpv6");
}

/** Reads the transport of a fragment: of the packet that it completes, or of its own.
 * @param bytes what follows the IP header
 * @param found which fragment it is */
static bool read_fragment(packet_info *pinfo, sn_bytes_t bytes, sn_wire_t found, unsigned protocol,
                          sn_packet_t *packet)
{
    bool v6 = packet->src.version == 6;
    tvbuff_t *whole = sn_data_source_tvb(pinfo, v6 ? "Reassembled IPv6" : "Reassembled IPv4");
    if (whole) {
        sn_bytes_t payload = bytes_of_all(whole);
        if (v6 && sn_wire_extensions(&payload, &protocol) != SN_WIRE_WHOLE)
            return false;
        return sn_wire_transport(payload, protocol, packet);
    }
    return found == SN_WIRE_FIRST && is_transport_dissected(pinfo) &&
           sn_wire_transport(bytes, protocol, packet);
}

/** Linux's cooked captures say whom a frame was for, in a byte that is 1 for all and 2 for a group. */
static bool is_cooked_for_group(tvbuff_t *frame, const packet_info *pinfo)
{
    enum { SLL_TYPE = 1, SLL2_TYPE = 10, BROADCAST = 1, MULTICAST = 2 };
    int encapsulation = pinfo->rec->rec_header.packet_header.pkt_encap;
    if (encapsulation != WTAP_ENCAP_SLL && encapsulation != WTAP_ENCAP_SLL2)
        return false;
    int at = encapsulation == WTAP_ENCAP_SLL ? SLL_TYPE : SLL2_TYPE;
    if (!tvb_bytes_exist(frame, at, 1))
        return false;
    uint8_t type;
    tvb_memcpy(frame, &type, at, sizeof type);
    return type == BROADCAST || type == MULTICAST;
}

/** A broadcast to the addresses of a subnet, which only its hosts know to be one, shows in the link layer. In a tunnel the
 * innermost frame's address stands there in the end. Other addresses with the group bit are those of clusters that share
 * one (Microsoft's network load balancing), or made up by who took the real ones out; multicast shows in IP. */
static bool is_for_all(tvbuff_t *frame, const packet_info *pinfo)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const address *to = &pinfo->dl_dst;
    if (to->type == AT_ETHER)
        return memcmp(to->data, all, sizeof all) == 0;
    return is_cooked_for_group(frame, pinfo);
}

/** What may be a DNS answer: of a UDP packet from the port of DNS. */
static sn_bytes_t dns_of(sn_bytes_t transport, const sn_packet_t *packet)
{
    enum { DNS = 53 };
    return packet->transport == SN_TRANSPORT_UDP && packet->sport == DNS
               ? sn_wire_udp_payload(transport)
               : (sn_bytes_t){0};
}

void sn_probe_begin(const packet_info *pinfo, sn_packet_t *packet)
{
    sn_packet_clear_transport(packet);
    packet->frame = sn_run_frame(pinfo);
    packet->time_us = sn_capture_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);
}

bool sn_probe_read(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *packet, sn_probe_more_t *more)
{
    sn_bytes_t bytes;
    unsigned protocol;
    bool is_ip = pinfo->net_src.type == AT_IPv4 || pinfo->net_src.type == AT_IPv6;
    if (!is_ip || pinfo->net_dst.type != pinfo->net_src.type || !find_ip(frame, pinfo, &bytes))
        return false;
    more->in_udp = pinfo->fd->cap_len - bytes.captured >= CARRIER && is_in_udp(pinfo);
    sn_probe_begin(pinfo, packet);
    sn_wire_t found = sn_wire_ip(&bytes, &protocol, packet);
    uint8_t version = pinfo->net_src.type == AT_IPv6 ? 6 : 4;
    if (found == SN_WIRE_NOTHING || packet->src.version != version)
        return false;
    read_destination(&pinfo->net_dst, packet);
    more->dns = (sn_bytes_t){0};
    bool read = found == SN_WIRE_WHOLE ? sn_wire_transport(bytes, protocol, packet)
                                       : read_fragment(pinfo, bytes, found, protocol, packet);
    if (read && found == SN_WIRE_WHOLE)
        more->dns = dns_of(bytes, packet);
    /* TCP is never to a group (RFC 9293, 3.9.2.3). */
    packet->to_all = packet->transport != SN_TRANSPORT_TCP && is_for_all(frame, pinfo);
    return read;
}

bool sn_probe_carrier(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *carrier)
{
    sn_bytes_t inner, all = sn_probe_frame(frame, pinfo);
    if (!find_ip(frame, pinfo, &inner))
        return false;
    /* What was decrypted or put together elsewhere has its carrier somewhere in the frame. */
    bool in_frame = inner.at >= all.at && inner.at < all.at + all.captured;
    return sn_wire_carrier(all, in_frame ? inner.at : all.at + all.captured - 1, carrier);
}
