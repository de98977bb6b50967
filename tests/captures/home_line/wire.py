# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames of a DSL line, byte by byte: Ethernet / 802.1Q / PPPoE session / PPP / IP / transport.

Standard library only, and no state: the same arguments always give the same bytes. Addresses are
ipaddress objects, ports and sequence numbers plain integers, times microseconds since the epoch.
"""
import struct

ROUTER_MAC = bytes.fromhex("00005e005301")      # RFC 7042 documentation MAC addresses
CARRIER_MAC = bytes.fromhex("00005e005302")     # the other end of the PPPoE session
VLAN = 7
PPPOE_SESSION = 0x0A17
ETHERNET_MINIMUM = 60                           # octets, without the frame check sequence

ETHERTYPE_VLAN, ETHERTYPE_PPPOE_SESSION = 0x8100, 0x8864
PPPOE_VERSION_TYPE, PPPOE_SESSION_DATA = 0x11, 0x00
PPP_IPV4, PPP_IPV6, PPP_LCP = 0x0021, 0x0057, 0xC021
LCP_ECHO_REQUEST, LCP_ECHO_REPLY = 9, 10

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
TCP_MSS_1460 = bytes.fromhex("020405b4")       # the option that allows 1460 octets per segment
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
IPV4_DONT_FRAGMENT = 0x4000


def checksum(data):
    """The Internet checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(message, offset, pseudo=b""):
    """The message with its checksum, so far zero, filled in at the offset."""
    value = checksum(pseudo + message)
    return message[:offset] + struct.pack("!H", value) + message[offset + 2:]


def pseudo_header(src, dst, protocol, length):
    """What a transport checksum covers besides the segment: RFC 9293, RFC 8200."""
    if src.version == 4:
        return src.packed + dst.packed + struct.pack("!BBH", 0, protocol, length)
    return src.packed + dst.packed + struct.pack("!IHBB", length, 0, 0, protocol)


def tcp(src, dst, sport, dport, *, seq, ack=0, flags, window, options=b"", payload=b""):
    """A TCP segment; the options come padded to a multiple of four octets."""
    offset_and_flags = (5 + len(options) // 4) << 12 | flags
    segment = struct.pack("!HHIIHHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                          offset_and_flags, window, 0, 0) + options + payload
    return with_checksum(segment, 16, pseudo_header(src, dst, TCP, len(segment)))


def udp(src, dst, sport, dport, payload):
    """A UDP datagram. A checksum of zero would mean "none", so it is sent as all ones."""
    length = 8 + len(payload)
    datagram = struct.pack("!HHHH", sport, dport, length, 0) + payload
    pseudo = pseudo_header(src, dst, UDP, length)
    value = checksum(pseudo + datagram) or 0xFFFF
    return datagram[:6] + struct.pack("!H", value) + payload


def icmp(kind, code, rest, body=b""):
    """An ICMP message; rest is the second word of its header, four octets."""
    return with_checksum(struct.pack("!BBH", kind, code, 0) + rest + body, 2)


def icmpv6(src, dst, kind, code, body):
    """An ICMPv6 message; body is everything behind the checksum."""
    message = struct.pack("!BBH", kind, code, 0) + body
    return with_checksum(message, 2, pseudo_header(src, dst, ICMPV6, len(message)))


def ipv4(src, dst, protocol, payload, *, ttl, ident, df=False):
    """An IPv4 datagram without options."""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident,
                         IPV4_DONT_FRAGMENT if df else 0, ttl, protocol, 0)
    return with_checksum(header + src.packed + dst.packed, 10) + payload


def ipv6(src, dst, protocol, payload, *, hop_limit):
    """An IPv6 packet without extension headers."""
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, hop_limit) \
        + src.packed + dst.packed + payload


def frame(ppp_protocol, payload, *, outbound):
    """The frame on the line; outbound means sent by the home router."""
    dst, src = (CARRIER_MAC, ROUTER_MAC) if outbound else (ROUTER_MAC, CARRIER_MAC)
    headers = dst + src + struct.pack(
        "!HHHBBHHH", ETHERTYPE_VLAN, VLAN, ETHERTYPE_PPPOE_SESSION, PPPOE_VERSION_TYPE,
        PPPOE_SESSION_DATA, PPPOE_SESSION, 2 + len(payload), ppp_protocol)
    return (headers + payload).ljust(ETHERNET_MINIMUM, b"\0")


def ip_frame(packet, *, outbound):
    """The frame of an IPv4 or IPv6 packet, told apart by its version nibble."""
    protocol = PPP_IPV4 if packet[0] >> 4 == 4 else PPP_IPV6
    return frame(protocol, packet, outbound=outbound)


def lcp_echo_frame(code, ident, magic, *, outbound):
    """PPP's own heartbeat, RFC 1661."""
    return frame(PPP_LCP, struct.pack("!BBHI", code, ident, 8, magic), outbound=outbound)


SECTION_HEADER, INTERFACE, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
BYTE_ORDER_MAGIC = 0x1A2B3C4D
LINKTYPE_ETHERNET = 1
SNAPLEN = 262144
LENGTH_UNKNOWN = 0xFFFFFFFFFFFFFFFF


def pcapng_block(kind, body):
    """One block: its length stands on both sides, its body is padded to four octets."""
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def pcapng(frames):
    """A pcapng file of (time, frame) pairs.

    Its headers carry no option at all: who made it, where and with what would change its bytes.
    Microseconds are what pcapng takes a time for when no option says otherwise.
    """
    blocks = [
        pcapng_block(SECTION_HEADER, struct.pack("<IHHQ", BYTE_ORDER_MAGIC, 1, 0, LENGTH_UNKNOWN)),
        pcapng_block(INTERFACE, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, SNAPLEN)),
    ]
    for time, data in frames:
        header = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
        blocks.append(pcapng_block(ENHANCED_PACKET, header + data))
    return b"".join(blocks)
