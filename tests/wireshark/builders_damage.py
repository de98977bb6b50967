# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Capture files that are cut, empty, snapped, without IP or with headers that lie."""
import struct

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from builders import REGISTRY, START, Blob, World, add, blob, ethernet, pcap

V4, V6 = World(4), World(6)
LINKTYPE_ETHERNET = 1


def probes():
    """One failed probe of each transport and IP version, in plain Ethernet: (bytes, header bytes)."""
    for w, ip in ((V4, 20), (V6, 40)):
        yield bytes(ethernet(w.tcp(w.scanner(1), w.router, "S", options=[("MSS", 1460)]))), 14 + ip + 20
        yield bytes(ethernet(w.udp(w.scanner(2), w.router, payload=b"x" * 40))), 14 + ip + 8
        yield bytes(ethernet(w.ping(w.scanner(3), w.router))), 14 + ip + 8


SNAPLENS = range(30, 84, 4)


def judgeable(snaplen):
    """How many of those probes have their headers whole at this snap length."""
    return sum(header <= snaplen for _, header in probes())


def _snapped(snaplen):
    return Blob(f"snapped_{snaplen}", __name__, lambda: pcap(
        [(START + n, frame) for n, (frame, _) in enumerate(probes())], snaplen=snaplen))


for _length in SNAPLENS:
    add(_snapped(_length))


def block(kind, body):
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
INTERFACE = block(1, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, 0))


@blob
def empty_pcapng():
    """No frame."""
    return SECTION + INTERFACE


@blob
def empty_pcap():
    """No frame, in the older format."""
    return pcap([])


@blob
def no_timestamps():
    """pcapng's Simple Packet Blocks: frames without a time."""
    frames = [frame for frame, _ in probes()]
    return SECTION + INTERFACE + b"".join(block(3, struct.pack("<I", len(frame)) + frame) for frame in frames)


@blob
def cut_short():
    """The capturing program was killed in the middle of a packet."""
    return REGISTRY["one_probe"].file() + REGISTRY["backscatter_tcp_v4"].file()[24:-10]


@blob
def no_ip():
    """ARP only."""
    question = ARP(psrc=V4.scanner(1), pdst=V4.router)
    frame = bytes(Ether(src="00:00:5e:00:53:02", dst="ff:ff:ff:ff:ff:ff") / question)
    return pcap([(START + n, frame) for n in range(5)])


def _lies():
    """Headers whose lengths lie."""
    ends = {"src": V4.scanner(1), "dst": V4.router}
    yield IP(**ends, ihl=4) / TCP(dport=1, flags="S")
    yield IP(**ends, ihl=15) / TCP(dport=2, flags="S")
    yield IP(**ends, len=10) / TCP(dport=3, flags="S")
    yield IP(**ends, len=0) / TCP(dport=4, flags="S") / Raw(b"segmentation offload")
    yield IP(**ends, len=65535) / TCP(dport=5, flags="S")
    yield IP(**ends) / TCP(dport=6, flags="S", dataofs=0)
    yield IP(**ends) / TCP(dport=7, flags="S", dataofs=15)
    for n, options in enumerate((b"\x02\x04\x05", b"\x02\x00\x05\xb4", b"\x02\xff\x05\xb4", b"\x01\x01\x01\x02",
                                 b"\x08\x01\x00\x00")):
        yield IP(**ends) / Raw(bytes(TCP(dport=8 + n, flags="S", dataofs=6)) + options)
    yield IP(**ends, proto=17) / Raw(b"\x9c\x40\x00\x35\x00\x00\x00\x00")
    yield IP(**ends, proto=17) / Raw(b"\x9c\x40\x00\x35\xff\xff\x00\x00")
    yield IP(**ends, proto=17) / Raw(b"\x9c\x40")
    yield IP(**ends, proto=1) / Raw(b"\x08")
    yield IP(**ends, proto=1) / Raw(b"\x03\x03\x00\x00\x00\x00\x00\x00\x45")
    yield IP(**ends, proto=132) / Raw(bytes(12))
    yield IPv6(src=V6.scanner(1), dst=V6.router, nh=0) / Raw(b"\x06\xff\x00\x00")
    yield IPv6(src=V6.scanner(1), dst=V6.router, nh=6, plen=0) / Raw(bytes(TCP(dport=23, flags="S")))


@blob
def lying_headers():
    """Lengths that do not fit, options that end too late, transports of a few bytes."""
    return pcap([(START + n, bytes(ethernet(packet))) for n, packet in enumerate(_lies())])


def _with_number(data, at, size, value):
    """The bytes with a big-endian number written over a place in them."""
    return data[:at] + value.to_bytes(size, "big") + data[at + size:]


def _sweeps():
    """Each length field of a header with every value that is too small, just right, too large or the largest."""
    v4 = {"src": V4.scanner(1), "dst": V4.router}
    v6 = {"src": V6.scanner(1), "dst": V6.router}
    small = (0, 1, 2, 3, 4, 7, 8, 9, 11, 12, 13, 15, 16, 17)
    for n in range(16):
        yield IP(**v4, ihl=n) / TCP(dport=100 + n, flags="S")
        yield IP(**v4) / TCP(dport=200 + n, flags="S", dataofs=n)
        yield IPv6(**v6) / TCP(dport=200 + n, flags="S", dataofs=n)
    for n in (0, 1, 19, 20, 21, 27, 28, 39, 40, 41, 0x7FFF, 0x8000, 0xFFFF):
        yield IP(**v4, len=n) / TCP(dport=300, flags="S")
        yield IPv6(**v6, plen=n) / TCP(dport=301, flags="S")
    for n in (*small, 0x7FFF, 0x8000, 0xFFFF):
        datagram = struct.pack(">HHHH", 40000, 400, n, 0) + bytes(8)
        yield IP(**v4, proto=17) / Raw(datagram)
        yield IPv6(**v6, nh=17) / Raw(datagram)
        yield IP(**v4, proto=132) / Raw(struct.pack(">HHII", 40000, 500, 0, 0) + struct.pack(">BBH", 1, 0, n) + bytes(16))
    for n in (0, 1, 2, 3, 31, 127, 128, 254, 255):
        for header in (0, 43, 44, 51, 60, 135, 139, 140):
            # What an extension header says of its own length; and the same in what an ICMP error quotes.
            packet = IPv6(**v6, nh=header) / Raw(bytes((6, n)) + bytes(14) + bytes(TCP(dport=600, flags="S")))
            yield packet
            yield IPv6(**v6, nh=58) / Raw(bytes((1, 0, 0, 0, 0, 0, 0, 0)) + bytes(packet))
    whole = bytes(IP(**v4, proto=1) / Raw(bytes((3, 3, 0, 0, 0, 0, 0, 0))) / IP(**v4) / TCP(dport=700, flags="S"))
    for length in range(28, len(whole)):
        yield IP(_with_number(whole[:length], 2, 2, length))
    for n in range(16):
        yield IP(_with_number(whole, 28, 1, 0x40 | n))


@blob
def header_fields():
    """Zero, short and oversized lengths in the headers of IP, TCP, UDP, SCTP, of IPv6 extensions and of quotes."""
    return pcap([(START + n, bytes(ethernet(packet))) for n, packet in enumerate(_sweeps())])
