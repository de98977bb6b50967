# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture that has every technique, several tools and outcomes, and odd addresses."""
from ipaddress import IPv4Address

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Raw
from scapy.utils import wrpcap

START, HOURS_30 = 1_705_400_000, 30 * 60 * 60
LINUX = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("WScale", 7)]
TARGETS = [f"198.51.100.{n}" for n in range(1, 6)]
ODD_SOURCES = ("::ffff:192.0.2.1",      # IPv4 mapped, yet sent over IPv6
               "2001:db8::1", "2001:db8:0:1::1", "2001:db8::2", "2001:db8:0:0:1::", "2001:0:0:1:0:0:0:1",
               "1:0:2:0:3:0:4:0", "fd00::192.0.2.1")


def number_of(address):
    return int(IPv4Address(address))


def sweep(number, payload, sport=40000):
    """One of the scanners tries all targets."""
    for target in TARGETS:
        packet = IP(src=f"192.0.2.{number}", dst=target) / payload
        if packet.haslayer(TCP) or packet.haslayer(UDP):
            packet.payload.sport = sport
        yield packet


def probes():
    yield from sweep(1, TCP(dport=23, flags="S"))
    yield from sweep(2, TCP(dport=22, flags="S", options=LINUX))
    for number, flags in enumerate(("", "F", "FPU", "FA", "A", "SF"), 3):
        yield from sweep(number, TCP(dport=80, flags=flags))
    yield from sweep(9, UDP(dport=5060) / b"x")
    for number, kind in enumerate((8, 13, 17), 10):
        yield from sweep(number, ICMP(type=kind, id=7))
    yield from sweep(10, ICMP(type=13, id=8))               # the same contacts but for the kind
    yield from sweep(18, ICMP(type=15, id=7))
    yield from sweep(13, SCTP(sport=40000, dport=80) / SCTPChunkInit())
    for target in TARGETS:
        yield IP(src="192.0.2.14", dst=target, proto=99) / Raw(b"x" * 20)
    for target in TARGETS:
        yield IP(src="192.0.2.15", dst=target, id=54321) / TCP(sport=40000, dport=80, flags="S", window=65535)
        yield IP(src="192.0.2.17", dst=target) / TCP(sport=40000, dport=23, flags="S", seq=number_of(target))
    for target in TARGETS[:3]:
        yield IP(src="192.0.2.16", dst=target) / TCP(sport=40000, dport=25, flags="S")
        yield IP(src=target, dst="192.0.2.16") / TCP(sport=25, dport=40000, flags="RA", ack=1)
    for target in TARGETS[3:]:
        yield IP(src="192.0.2.16", dst=target) / TCP(sport=40000, dport=25, flags="S")
        yield IP(src=target, dst="192.0.2.16") / TCP(sport=25, dport=40000, flags="SA", ack=1)
    for source in ODD_SOURCES:
        yield IPv6(src=source, dst="2001:db8:ffff::1") / TCP(sport=40000, dport=443, flags="S")
    yield IP(src="203.0.113.1", dst=TARGETS[0]) / TCP(sport=80, dport=4711, flags="SA")


def write(path):
    """The capture, of thirty hours, which anybody can read. @return its path"""
    packets = [Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet for packet in probes()]
    for number, packet in enumerate(packets):
        packet.time = START + HOURS_30 * number / len(packets)
    wrpcap(str(path), packets)
    path.chmod(0o644)
    return path
