# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenes of what hosts say on their own: neighbour discovery, multicast, broadcast. Never noise.

Also the headers that tools leave in their probes.
"""
import ipaddress

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Solicit
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6MLQuery, ICMPv6MLReport, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                                ICMPv6ND_RS, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrHopByHop, RouterAlert)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from builders import World, capture, ethernet, quiet, scan

V4, V6 = World(4), World(6)
LINK_LOCAL = "fe80::1"
BROADCAST_MAC = "ff:ff:ff:ff:ff:ff"


@capture(wrap=ethernet)
def neighbour_discovery():
    """ND and MLD, between link-local and global addresses; ARP."""
    there, ours = V6.scanner(1), V6.router
    yield quiet(IPv6(src=there, dst="ff02::1:ff00:77") / ICMPv6ND_NS(tgt=ours))
    yield quiet(IPv6(src=ours, dst=there) / ICMPv6ND_NA(tgt=ours))
    yield quiet(IPv6(src=there, dst=ours) / ICMPv6ND_NS(tgt=ours))
    yield quiet(IPv6(src="::", dst="ff02::1:ff00:77") / ICMPv6ND_NS(tgt=ours))
    yield quiet(IPv6(src=LINK_LOCAL, dst="ff02::2") / ICMPv6ND_RS())
    yield quiet(IPv6(src=LINK_LOCAL, dst="ff02::1") / ICMPv6ND_RA())
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert()])
    yield quiet(IPv6(src=LINK_LOCAL, dst="ff02::1") / alert / ICMPv6MLQuery())
    yield quiet(IPv6(src=LINK_LOCAL, dst="ff02::fb") / alert / ICMPv6MLReport(mladdr="ff02::fb"))
    yield quiet(Ether(src="00:00:5e:00:53:02", dst=BROADCAST_MAC) / ARP(psrc=V4.scanner(1), pdst=V4.router))


@capture
def errors_of_working_paths():
    """Redirect and Packet Too Big tell a working sender how to send better."""
    quoted = V4.tcp(V4.router, V4.server(9), "S")
    yield quiet(V4.ip(V4.server(1), V4.router) / ICMP(type=5, code=1, gw=V4.server(2)) / Raw(bytes(quoted)[:28]))
    quoted = V6.tcp(V6.router, V6.server(9), "S")
    yield quiet(V6.ip(V6.server(1), V6.router) / ICMPv6PacketTooBig() / Raw(bytes(quoted)))


@capture
def fragmentation_needed():
    """A line's smaller MTU (PPPoE's 1492) makes routers ask senders of working connections for less."""
    dialogue = [packet for _, packet in V4.dialogue(V4.router, V4.server(1))]
    yield from map(quiet, dialogue)
    error = ICMP(type=3, code=4, nexthopmtu=1492) / Raw(bytes(dialogue[3])[:28])
    yield quiet(V4.ip(V4.server(2), V4.router) / error)


MDNS_QUERY = bytes.fromhex("000000000001000000000000") + b"\x04host\x05local\x00\x00\x01\x00\x01"
MDNS_ANSWER = (bytes.fromhex("000084000000000100000000") + b"\x04host\x05local\x00\x00\x01\x00\x01"
               + bytes.fromhex("000000780004cb00714d"))
SEARCH = b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n"
FOUND = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"


@capture(wrap=ethernet)
def multicast_discovery():
    """mDNS, SSDP, LLMNR, IGMP, and the answers that come back from ordinary addresses."""
    asker = V4.target(10)
    yield quiet(V4.udp(asker, "224.0.0.251", 5353, 5353, MDNS_QUERY))
    yield quiet(V4.udp(V4.target(11), asker, 5353, 5353, MDNS_ANSWER))
    yield quiet(V6.udp(V6.target(10), "ff02::fb", 5353, 5353, MDNS_QUERY))
    yield quiet(V4.udp(asker, "239.255.255.250", 50000, 1900, SEARCH))
    for n in range(12, 15):
        yield quiet(V4.udp(V4.target(n), asker, 1900, 50000, FOUND))
    yield quiet(V4.udp(asker, "224.0.0.252", 50001, 5355, MDNS_QUERY))
    yield quiet(IP(src=asker, dst="224.0.0.22", proto=2) / Raw(bytes.fromhex("2200f9020000000104000000e00000fb")))
    yield quiet(V4.udp("169.254.1.2", V4.target(10), 50000, 9999))


@capture(wrap=ethernet)
def address_assignment():
    """DHCP from 0.0.0.0 to everybody, its renewal by unicast, and DHCPv6."""
    lease = BOOTP(chaddr=b"\0\0\x5e\0\x53\1") / DHCP(options=[("message-type", "discover"), "end"])
    yield quiet(IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / lease)
    yield quiet(V4.ip(V4.target(1), "255.255.255.255") / UDP(sport=67, dport=68) / lease)
    yield quiet(V4.ip(V4.target(10), V4.target(1)) / UDP(sport=68, dport=67) / lease)
    yield quiet(IPv6(src=LINK_LOCAL, dst="ff02::1:2") / UDP(sport=546, dport=547) / DHCP6_Solicit())
    yield quiet(V6.ip(V6.target(10), V6.target(1)) / UDP(sport=546, dport=547) / DHCP6_Solicit())


@capture(wrap=ethernet)
def subnet_broadcast():
    """NetBIOS and other discovery to the subnet's broadcast address: Ethernet says that it is one."""
    name_query = bytes.fromhex("123401100001000000000000") + b"\x20" + b"CA" * 16 + b"\x00\x00\x20\x00\x01"
    link = Ether(src="00:00:5e:00:53:02", dst=BROADCAST_MAC)
    for _ in range(3):
        yield quiet(link / V4.udp(V4.target(10), V4.target(255), 137, 137, name_query))
    yield quiet(link / V4.udp(V4.target(11), V4.target(255), 17500, 17500, b"{\"host_int\": 1}"))


# --- Tools: facts about their headers are in plugin/engine/tools.c ---------------------------------------------

def _number(address):
    return int(ipaddress.ip_address(address))


def _syn(n, ident=1, **tcp):
    return IP(src=V4.scanner(n), dst=V4.router, id=ident, ttl=240) / TCP(sport=40000, dport=23, flags="S", **tcp)


@capture
def tools():
    """ZMap, Masscan, Mirai and Nmap by the header that gives each away."""
    mss = [("MSS", 1460)]
    yield scan(_syn(1, ident=54321, window=65535), tool="ZMap")
    seq = 0x12345678
    mix = (_number(V4.router) ^ 23 ^ seq) & 0xFFFF
    yield scan(_syn(2, ident=mix, seq=seq, window=1024), tool="Masscan")
    yield scan(_syn(3, ident=4711, seq=_number(V4.router), window=14600), tool="Mirai")
    for n, window in enumerate([1024, 2048, 3072, 4096], 4):
        yield scan(_syn(n, ident=4711, seq=1, window=window, options=mss), tool="Nmap")


@capture
def no_tool():
    """Near misses: no name is better than a wrong one."""
    mss = [("MSS", 1460)]
    yield scan(_syn(1, ident=54322, window=65535))
    mix = (_number(V4.router) ^ 23 ^ 1) & 0xFFFF
    yield scan(_syn(2, ident=mix ^ 1, seq=1, window=1024))
    yield scan(_syn(3, ident=4711, seq=_number(V4.router) + 1, window=14600))
    yield scan(_syn(4, ident=4711, seq=1, window=5120, options=mss))
    yield scan(_syn(5, ident=4711, seq=1, window=1024, options=[("MSS", 1440)]))
    yield scan(_syn(6, ident=4711, seq=1, window=29200))
