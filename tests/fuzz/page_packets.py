# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of the page's cases (page_cases.py), made in a few words, and the hosts between which they go."""
from dataclasses import replace
from ipaddress import ip_address

from reference_packet import ACK, PSH, RST, SYN, TIMESTAMPS, Packet
from streams import LINUX, QUESTION, at, back

SECOND = 1_000_000
BEGIN = 1_568_700_000 * SECOND

A, A2, A3, A4 = map(ip_address, ("203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"))
B, C, D, E, F = map(ip_address, ("192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"))
PRIVATE, CARRIER, LOOP = map(ip_address, ("10.0.0.1", "100.64.0.1", "127.0.0.1"))
MDNS, ALL, LINK = map(ip_address, ("224.0.0.251", "255.255.255.255", "169.254.3.4"))
ROUTER = ip_address("198.51.100.254")
V6, V6_NEAR, V6_FAR, ULA = map(ip_address, ("2001:db8:a::1", "2001:db8:a::2", "2001:db8:b::1", "fd00::1"))
SYN_ACK = SYN | ACK


def tcp(flags, dport=443, src=A, dst=B, sport=50000, **facts):
    return Packet(src, dst, "tcp", sport=sport, dport=dport, tcp_flags=flags, **{"tcp_header_len": 20, **facts})


def syn(dport=443, made=LINUX, **facts):
    return tcp(SYN, dport, tcp_seq=1000, **{**made, **facts})


def seg(p, flags=ACK, payload=0):
    """What the sender of a SYN sends later."""
    return replace(p, tcp_flags=flags, payload=payload, tcp_options=p.tcp_options & TIMESTAMPS, tcp_header_len=32)


def syn_ack(p, taken=0):
    return replace(back(p), tcp_flags=SYN_ACK, payload=0, tcp_ack=1001 + taken)


def reset(p):
    return seg(back(p), RST | ACK)


def talk(p, times=1):
    """A connection that was used."""
    return [p, syn_ack(p), seg(p)] + [seg(p, PSH | ACK, 5)] * times


def unused(p, flags=RST | ACK):
    """A connection that is cut off without a byte."""
    return [p, syn_ack(p), seg(p), seg(p, flags)]


def banner(p):
    """A connection that is cut off when it has been served."""
    return [p, syn_ack(p), seg(p), seg(back(p), PSH | ACK, 20), seg(p, RST | ACK)]


def udp(dport=4001, src=A, dst=B, sport=4000, head=QUESTION, payload=40, **facts):
    return Packet(src, dst, "udp", sport=sport, dport=dport, payload=payload, head=head, **facts)


def ping(src=A, dst=B, kind=8, identifier=7, **facts):
    return Packet(src, dst, "icmp", sport=identifier, icmp_type=kind, **facts)


def reply(p):
    return replace(back(p), icmp_type=p.icmp_type + 1 if p.icmp_type > 8 else 0)


def sctp(chunk, src=A, dst=B, dport=4001):
    return Packet(src, dst, "sctp", sport=4000, dport=dport, sctp_chunk=chunk)


def ip(protocol=50, dst=B, src=A):
    return Packet(src, dst, "ip", dport=protocol)


def error(about, kind=3, src=ROUTER):
    return Packet(src, about.src, "icmp", icmp_type=kind, quote=about)


def offer(dst=ALL, yiaddr=E):
    return Packet(B, dst, "udp", sport=67, dport=68, payload=300, head=bytes(16) + yiaddr.packed + bytes(4))


def after(seconds, event):
    """The event so long after the stream's begin."""
    return at(event, round(seconds * SECOND) + BEGIN)


def timed(events):
    return [event if event.time_us else after(n, event) for n, event in enumerate(events)]
