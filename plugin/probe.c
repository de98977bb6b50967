/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

#include "engine/capture_time.h"
#include "engine/wire.h"
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

/** Narrows bytes to those from the first header of these addresses on. A source route leaves another
 * destination in the header, so a header with the right source alone is the second choice. */
static bool search(sn_bytes_t *bytes, const packet_info *pinfo)
{
    bool v6 = pinfo->net_src.type == AT_IPv6;
    uint32_t source_at = v6 ? IPV6_SOURCE : IPV4_SOURCE, size = v6 ? 16 : 4;
    uint32_t header = source_at + 2 * size;
    const uint8_t *second_choice = NULL;
    if (!bytes->at)
        return false;
    for (const uint8_t *ip = bytes->at; bytes->captured - (ip - bytes->at) >= header; ip++) {
        const uint8_t *source = ip + source_at;
        if (ip[0] >> 4 != (v6 ? 6 : 4) || memcmp(source, pinfo->net_src.data, size) != 0)
            continue;
        if (memcmp(source + size, pinfo->net_dst.data, size) == 0)
            return begin_at(bytes, (uintptr_t)ip);
        if (!second_choice)
            second_choice = ip;
    }
    return second_choice && begin_at(bytes, (uintptr_t)second_choice);
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
    *bytes = frame;
    if (search(bytes, pinfo))
        return true;
    for (GSList *other = pinfo->data_src; other; other = other->next) {
        *bytes = bytes_of_all(get_data_source_tvb((const struct data_source *)other->data));
        if (search(bytes, pinfo))
            return true;
    }
    return false;
}

/** The packet from the IP header on that the frame's addresses were read from. */
static bool find_ip(tvbuff_t *frame, const packet_info *pinfo, sn_bytes_t *bytes)
{
    *bytes = bytes_of(frame, pinfo->fd->cap_len, pinfo->fd->pkt_len);
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

/** A broadcast to the addresses of a subnet, which only its hosts know to be one, shows in Ethernet.
 * In a tunnel the innermost frame's address stands there in the end. */
static bool is_link_group(const address *destination)
{
    return destination->type == AT_ETHER && *(const uint8_t *)destination->data & 1;
}

/** Whether UDP stands before the innermost IP among the frame's protocols. */
static bool is_in_udp(const packet_info *pinfo)
{
    static int udp, ip, ipv6;
    if (udp == 0) {
        udp = proto_get_id_by_filter_name("udp");
        ip = proto_get_id_by_filter_name("ip");
        ipv6 = proto_get_id_by_filter_name("ipv6");
    }
    bool seen_udp = false;
    for (wmem_list_frame_t *layer = wmem_list_head(pinfo->layers); layer;
         layer = wmem_list_frame_next(layer)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(layer));
        if (seen_udp && (proto == ip || proto == ipv6))
            return true;
        seen_udp |= proto == udp;
    }
    return false;
}

bool sn_probe_read(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *packet, bool *in_udp)
{
    sn_bytes_t bytes;
    unsigned protocol;
    bool is_ip = pinfo->net_src.type == AT_IPv4 || pinfo->net_src.type == AT_IPv6;
    if (!is_ip || pinfo->net_dst.type != pinfo->net_src.type || !find_ip(frame, pinfo, &bytes))
        return false;
    *in_udp = pinfo->fd->cap_len - bytes.captured >= CARRIER && is_in_udp(pinfo);
    sn_packet_clear_transport(packet);
    packet->frame = pinfo->num;
    packet->time_us = sn_capture_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);
    packet->to_all = is_link_group(&pinfo->dl_dst);
    sn_wire_t found = sn_wire_ip(&bytes, &protocol, packet);
    uint8_t version = pinfo->net_src.type == AT_IPv6 ? 6 : 4;
    if (found == SN_WIRE_NOTHING || packet->src.version != version)
        return false;
    read_destination(&pinfo->net_dst, packet);
    if (found != SN_WIRE_WHOLE)
        return read_fragment(pinfo, bytes, found, protocol, packet);
    return sn_wire_transport(bytes, protocol, packet);
}

bool sn_probe_carrier(tvbuff_t *frame, packet_info *pinfo, sn_packet_t *carrier)
{
    sn_bytes_t inner, all = bytes_of(frame, pinfo->fd->cap_len, pinfo->fd->pkt_len);
    if (!find_ip(frame, pinfo, &inner))
        return false;
    /* What was decrypted or put together elsewhere has its carrier somewhere in the frame. */
    bool in_frame = inner.at >= all.at && inner.at < all.at + all.captured;
    return sn_wire_carrier(all, in_frame ? inner.at : all.at + all.captured - 1, carrier);
}
