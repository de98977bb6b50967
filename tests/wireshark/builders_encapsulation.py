# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same play in every encapsulation: a refused probe, one that is unreachable, and ordinary talk.

In a tunnel the innermost addresses and transport are judged; the tunnel itself is nobody's scan.
"""
from scapy.contrib.erspan import ERSPAN_II
from scapy.contrib.mpls import MPLS
from scapy.layers.dot11 import Dot11, Dot11QoS, RadioTap
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, GRE, LLC, SNAP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Ether
from scapy.layers.ppp import PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

from builders import ETHERNET, World, backscatter, both, capture, ethernet, line, quiet, register, scan

NULL, PPP_LINK, RAW, IEEE802_11, LOOP, RADIOTAP, SLL, IPV4, IPV6, SLL2 = \
    0, 9, 101, 105, 108, 127, 113, 228, 229, 276         # LINKTYPE_ numbers
V4, V6 = World(4), World(6)
FROM_DS = 2                                              # a flag that Scapy 2.7 gave another name
MACS = {"src": "00:00:5e:00:53:02", "dst": "00:00:5e:00:53:01"}
NEAR, FAR = "192.0.2.251", "192.0.2.252"                 # ends of the tunnels
NEAR6, FAR6 = "2001:db8:f::1", "2001:db8:f::2"


def play(w):
    """Packets and what is right to say of them, whatever they are wrapped in."""
    yield scan(w.tcp(w.scanner(1), w.router, "S"), outcome="refused")
    yield quiet(w.tcp(w.router, w.scanner(1), "RA", sport=23, dport=40000))
    lost = w.udp(w.scanner(2), w.router)
    yield scan(lost, "UDP", "unreachable")
    yield quiet(w.unreachable(w.router, lost))
    yield scan(w.ping(w.scanner(3), w.router), "ICMP echo")
    yield backscatter(w.tcp(w.server(3), w.router, "SA", sport=80))
    yield from w.conversation(w.router, w.server(1))
    yield quiet(w.udp(w.router, w.server(2), dport=4500))
    yield quiet(w.udp(w.server(2), w.router, sport=4500, dport=40000))


def outer(packet):
    """The tunnel's IPv4 header, from the end that the packet comes from."""
    inner = packet[IP] if IP in packet else packet[IPv6]
    leaves = inner.src in (V4.router, V6.router)
    return ethernet(IP(src=NEAR if leaves else FAR, dst=FAR if leaves else NEAR))


def same_ends(packet, between=(), inside=None):
    """A packet in a tunnel that has the packet's own ends; in between, or `inside` that, may be something else."""
    ip = packet[IP] if IP in packet else packet[IPv6]
    header = type(ip)(src=ip.src, dst=ip.dst)
    for layer in between:
        header = header / layer
    return header / (inside or packet)


def ether_type(packet):
    return 0x0800 if IP in packet else 0x86DD


def null(packet):
    """BSD's loopback: the address family, in the byte order of the capturing host."""
    return (2 if packet.version == 4 else 30).to_bytes(4, "little") + bytes(packet)


def loop(packet):
    """OpenBSD's: in network byte order."""
    return (2 if packet.version == 4 else 24).to_bytes(4, "big") + bytes(packet)


def wlan(packet):
    to_router = {"addr1": MACS["dst"], "addr2": "00:00:5e:00:53:03", "addr3": MACS["src"]}
    return (Dot11(type=2, subtype=8, FCfield=FROM_DS, **to_router) / Dot11QoS() / LLC(dsap=0xAA, ssap=0xAA, ctrl=3)
            / SNAP(code=ether_type(packet)) / packet)


def erspan(packet):
    return outer(packet) / GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II(ver=1) / Ether(**MACS) / packet


def vxlan(packet):
    return outer(packet) / UDP(sport=49152, dport=4789) / VXLAN(vni=7, flags="Instance") / Ether(**MACS) / packet


def in_ipv6(packet):
    return ethernet(IPv6(src=NEAR6, dst=FAR6, nh=4 if IP in packet else 41)) / packet


VXLAN_PORT = [UDP(sport=49152, dport=4789), VXLAN(vni=7, flags="Instance")]

# name: (wrap, link type, layers in tshark's frame.protocols that prove it; {} is ip or ipv6).
ENCAPSULATIONS = {
    "ethernet": (ethernet, ETHERNET, "eth:ethertype:{}"),
    "vlan": (lambda p: Ether(**MACS) / Dot1Q(vlan=7) / p, ETHERNET, "ethertype:vlan:ethertype:{}"),
    "qinq": (lambda p: Ether(**MACS) / Dot1AD(vlan=5) / Dot1Q(vlan=7) / p, ETHERNET,
             "ethertype:ieee8021ad:ethertype:vlan:ethertype:{}"),
    "qinq_8100": (lambda p: Ether(**MACS) / Dot1Q(vlan=5) / Dot1Q(vlan=7) / p, ETHERNET,
                  "ethertype:vlan:ethertype:vlan:ethertype:{}"),
    "vlan_pppoe": (line, ETHERNET, "vlan:ethertype:pppoes:ppp:{}"),
    "pppoe": (lambda p: Ether(**MACS) / PPPoE(sessionid=1) / PPP() / p, ETHERNET, "pppoes:ppp:{}"),
    "ppp": (lambda p: b"\xff\x03" + bytes(PPP() / p), PPP_LINK, "ppp:{}"),
    "sll": (lambda p: CookedLinux(src=bytes(8), proto=ether_type(p)) / p, SLL, "sll:ethertype:{}"),
    "sll2": (lambda p: CookedLinuxV2(src=bytes(8), proto=ether_type(p)) / p, SLL2, "sll:ethertype:{}"),
    "raw": (lambda p: p, RAW, "raw:{}"),
    "null": (null, NULL, "null:{}"),
    "loop": (loop, LOOP, "null:{}"),
    "gre": (lambda p: outer(p) / GRE() / p, ETHERNET, "ip:gre:{}"),
    "erspan": (erspan, ETHERNET, "gre:erspan:eth:ethertype:{}"),
    "vxlan": (vxlan, ETHERNET, "udp:vxlan:eth:ethertype:{}"),
    "ip_in_ipv4": (lambda p: outer(p) / p, ETHERNET, "ethertype:ip:{}"),
    "ip_in_ipv6": (in_ipv6, ETHERNET, "ethertype:ipv6:{}"),
    "ip_in_ip_same_ends": (lambda p: ethernet(same_ends(p)), ETHERNET, "ethertype:{}:{}"),
    "three_ip_same_ends": (lambda p: ethernet(same_ends(same_ends(p))), ETHERNET, "ethertype:{}:{}:{}"),
    "gre_same_ends": (lambda p: ethernet(same_ends(p, [GRE()])), ETHERNET, "ethertype:{}:gre:{}"),
    "vxlan_same_ends": (lambda p: ethernet(same_ends(p, VXLAN_PORT, Ether(**MACS) / p)), ETHERNET,
                        "ethertype:{}:udp:vxlan:eth:ethertype:{}"),
    "tunnel_between_same_ends": (lambda p: ethernet(same_ends(p, inside=in_ipv6(p)[IPv6])), ETHERNET, "ethertype:{}:ipv6:{}"),
    "mpls": (lambda p: Ether(**MACS, type=0x8847) / MPLS(label=16, s=0, ttl=64) / MPLS(label=17, s=1, ttl=64) / p,
             ETHERNET, "ethertype:mpls:"),      # Wireshark 4.4 leaves out IP there
    "wlan": (wlan, IEEE802_11, "wlan:llc:{}"),
    "wlan_radiotap": (lambda p: RadioTap() / wlan(p), RADIOTAP, "radiotap:wlan_radio:wlan:llc:{}"),
    "vxlan_in_gre": (lambda p: outer(p) / GRE(proto=0x6558) / vxlan(p), ETHERNET, "gre:eth:ethertype:ip:udp:vxlan:eth"),
}
PROOF = {}                              # name of a capture: what its frame.protocols must contain


def _register(name, wrap, link, layers, worlds=(V4, V6)):
    for w in worlds:
        def scene(w=w):
            return play(w)
        scene.__module__, scene.__doc__ = __name__, f"The play inside {name}, IPv{w.version}"
        register(scene, f"in_{name}_v{w.version}", wrap, link)
        PROOF[f"in_{name}_v{w.version}"] = layers.replace("{}", "ip" if w.version == 4 else "ipv6")


for _name, _how in ENCAPSULATIONS.items():
    _register(_name, *_how)
_register("ipv4_link", lambda p: p, IPV4, "{}:", [V4])
_register("ipv6_link", lambda p: p, IPV6, "{}:", [V6])


def tunnelled(packet):
    """VXLAN around a frame without IP; everything else as it is."""
    if ARP not in packet:
        return ethernet(packet)
    return (ethernet(IP(src=NEAR, dst=FAR)) / UDP(sport=49153, dport=4789) / VXLAN(vni=7, flags="Instance") / packet)


@capture(wrap=tunnelled)
def arp_in_a_tunnel():
    """A tunnel that carries a frame without IP is no UDP scan: nobody asks the tunnel's other end."""
    frame = Ether(src=MACS["src"], dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=V4.router, pdst=V4.target(1))
    for _ in range(3):
        yield quiet(frame)


def in_gre(packet):
    """GRE around everything but the error of a router on the tunnel's way."""
    return ethernet(packet) if packet.src == "192.0.2.250" else outer(packet) / GRE() / packet


@capture(wrap=in_gre)
def error_about_a_tunnel():
    """An ICMP error that quotes a tunnel's packet of this capture is an answer, no backscatter."""
    dialogue = [packet for _, packet in V4.dialogue(V4.router, V4.server(1))]
    yield from map(quiet, dialogue)
    yield quiet(V4.unreachable("192.0.2.250", (outer(dialogue[3]) / GRE() / dialogue[3])[IP]))


def with_copy(packet):
    """A payload that looks like the header of another packet with the same ends."""
    ip = packet[IP] if IP in packet else packet[IPv6]
    return packet / Raw(bytes(type(ip)(src=ip.src, dst=ip.dst) / UDP(dport=9) / Raw(b"x" * 20)))


def _with_copies(wrap):
    def scene(w):
        yield scan(with_copy(w.tcp(w.scanner(1), w.router, "S")))
        yield scan(with_copy(w.udp(w.scanner(2), w.router)), "UDP")
        yield scan(with_copy(w.ping(w.scanner(3), w.router)), "ICMP echo")
    scene.__doc__, scene.__module__, scene.__name__ = "A copy of the header in the payload is no header", __name__, wrap
    return scene


for _name, _wrap in {"plain": ethernet, "tunnelled": in_ipv6, "same_ends": lambda p: ethernet(same_ends(p))}.items():
    both(_with_copies(f"header_copied_{_name}"), wrap=_wrap)


@both
def error_on_one_host(w):
    """An ICMP error from a host to itself quotes a packet that looks like its own header, and is judged as
    what it is: no scan, and neither is what a host sends to itself."""
    lost = w.udp(w.router, w.router, sport=40000)
    yield quiet(lost)
    yield quiet(w.unreachable(w.router, lost))
