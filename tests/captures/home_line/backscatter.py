# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Backscatter: answers to packets that somebody else sent with the router's address."""
from ipaddress import IPv4Network

from . import payloads, wire
from .line import LAST_PROBE, MINUTE, ROUTER, SECOND
from .wire import ACK, RST, SYN

# Somebody else's network, which packets forged with the router's address went to.
FORGED_TARGETS = IPv4Network("198.19.200.0/24")


def tcp_answer(line, source, time, services, flags):
    """A victim answers a forged SYN: with SYN/ACKs until it gives up, or with one reset."""
    dice, port = line.dice, line.own_port()
    service = dice.pick(services)
    seq = 0 if flags == RST | ACK else dice.u32()
    ack = dice.u32() if flags & ACK else 0
    attempts = dice.between(2, 5) if flags & SYN else 1
    for k in range(attempts):
        segment = wire.tcp(source, ROUTER, service, port, seq=seq, ack=ack, flags=flags,
                           window=29200 if flags & SYN else 0,
                           options=wire.TCP_MSS_1460 if flags & SYN else b"")
        line.receive(time + ((1 << k) - 1) * SECOND,
                     line.transport_packet(source, ROUTER, wire.TCP, segment, ttl=64 - 14),
                     backscatter_from=source)


def icmp_error(line, source, time, kind, code):
    """An ICMP error that quotes the start of a SYN the router never sent."""
    dice = line.dice
    # Host unreachable and time exceeded come from a router on the way to somebody else.
    victim = source if code == 3 else FORGED_TARGETS[dice.below(256)]
    segment = wire.tcp(ROUTER, victim, line.own_port(), 80, seq=dice.u32(), flags=SYN, window=512)
    quoted = wire.ipv4(ROUTER, victim, wire.TCP, segment, ttl=1, ident=dice.u16())[:28]
    error = wire.icmp(kind, code, bytes(4), quoted)
    line.receive(time, wire.ipv4(source, ROUTER, wire.ICMP, error, ttl=240, ident=dice.u16()),
                 backscatter_from=source)


def dns_answer(line, source, time):
    """A resolver answers a question that was asked in the router's name."""
    dice = line.dice
    answer = payloads.dns_answer(dice.u16(), "example.com", payloads.DNS_A, payloads.DNS_A_EXAMPLE)
    datagram = wire.udp(source, ROUTER, 53, line.own_port(), answer)
    line.receive(time, line.transport_packet(source, ROUTER, wire.UDP, datagram, ttl=50),
                 backscatter_from=source)


# How many sources of each kind, and what they send.
KINDS = (
    (15, tcp_answer, {"services": (80, 443, 25565), "flags": SYN | ACK}),
    (8, tcp_answer, {"services": (80, 443, 22), "flags": RST | ACK}),
    (6, tcp_answer, {"services": (80, 30120), "flags": RST}),
    (2, icmp_error, {"kind": 3, "code": 3}),
    (2, icmp_error, {"kind": 3, "code": 1}),
    (3, icmp_error, {"kind": 11, "code": 0}),
    (4, dns_answer, {}),
)


def backscatter(line, addresses):
    """Each source is under attack at some time of the day and answers a few times."""
    dice = line.dice
    for sources, answer, details in KINDS:
        for _ in range(sources):
            source, start = addresses.take(), dice.below(LAST_PROBE - 10 * MINUTE)
            for _ in range(dice.between(1, 6)):
                answer(line, source, start + dice.below(9 * MINUTE), **details)
