# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams of packets for hypothesis: a world so small that flows meet, answers come, and sources repeat."""
from dataclasses import replace
from ipaddress import ip_address

from hypothesis import strategies as st

from reference import (ABORT, ACK, COOKIE_ACK, COOKIE_ECHO, DATA, ERRORS, FIN, INIT, INIT_ACK, PSH, QUERIES, RST, SYN,
                       URG, Packet)

HOSTS = {4: ["203.0.113.1", "203.0.113.2", "192.0.2.1", "192.0.2.2", "192.0.2.3"],
         6: ["2001:db8:a::1", "2001:db8:a::2", "2001:db8:b::1", "2001:db8:b::2"]}
GROUPS = {4: ["224.0.0.251", "255.255.255.255", "169.254.3.4"], 6: ["ff02::fb", "fe80::1"]}
PORTS = [53, 443, 4000, 4001, 4002, 4003]
FLAGS = [SYN, SYN | ACK, ACK, RST, RST | ACK, FIN, FIN | ACK, FIN | PSH | URG, 0, PSH | ACK, FIN | PSH]
CHUNKS = [INIT, INIT_ACK, ABORT, COOKIE_ECHO, COOKIE_ACK, DATA]
ANSWER, QUESTION = bytes.fromhex("1234818000010001"), bytes.fromhex("1234010000010000")


@st.composite
def fresh(draw):
    version = draw(st.sampled_from([4, 4, 6]))
    src = ip_address(draw(st.sampled_from(HOSTS[version])))
    everyone = HOSTS[version] * 4 + GROUPS[version]
    dst = ip_address(draw(st.sampled_from([host for host in everyone if ip_address(host) != src])))
    transport = draw(st.sampled_from(["tcp", "tcp", "tcp", "udp", "udp", "icmp", "sctp", "ip"]))
    sport, dport = draw(st.sampled_from(PORTS)), draw(st.sampled_from(PORTS))
    if transport == "ip":
        sport, dport = 0, draw(st.sampled_from([47, 89, 50, 4, 41]))
    if transport == "icmp":
        dport = 0
    return draw(something(Packet(src, dst, transport, sport=sport, dport=dport)))


@st.composite
def something(draw, p):
    """What these two ends might send at any time."""
    if p.transport == "tcp":
        flags = draw(st.sampled_from(FLAGS))
        payload = draw(st.sampled_from([0, 0, 5])) if flags in (ACK, PSH | ACK) else 0
        options = draw(st.sampled_from([0, 0, 1, 5, 13])) if flags == SYN else 0
        return replace(p, tcp_flags=flags, payload=payload, tcp_options=options)
    if p.transport == "udp":
        return replace(p, payload=40, head=draw(st.sampled_from([ANSWER, QUESTION])))
    if p.transport == "sctp":
        return replace(p, sctp_chunk=draw(st.sampled_from(CHUNKS)))
    if p.transport == "icmp":
        return replace(p, icmp_type=draw(st.sampled_from([t for pair in QUERIES[p.src.version].values() for t in pair])))
    return p


def turned(p):
    """From the other end of an earlier packet."""
    p = replace(p, src=p.dst, dst=p.src)
    return p if p.transport in ("icmp", "ip") else replace(p, sport=p.dport, dport=p.sport)


@st.composite
def following(draw, before):
    """A packet like an earlier one, or about it, or the next step of the same scanner."""
    kind = draw(st.integers(0, 9))
    if kind == 0 and not before.quote:
        version = before.src.version
        router = ip_address({4: "198.51.100.254", 6: "2001:db8:c::1"}[version])
        return Packet(router, before.src, "icmp", icmp_type=draw(st.sampled_from(sorted(ERRORS[version]))), quote=before)
    if kind == 1 or before.quote:
        return before
    if kind < 5:
        return draw(something(turned(before)))
    if kind < 7:
        return draw(something(before))
    if before.transport in ("tcp", "udp", "sctp"):
        return replace(before, dport=draw(st.sampled_from(PORTS)))
    others = [ip_address(host) for host in HOSTS[before.src.version]]
    return replace(before, dst=draw(st.sampled_from([host for host in others if host != before.src])))


@st.composite
def streams(draw, most=40):
    packets, now = [], 1_568_700_000
    for _ in range(draw(st.integers(1, most))):
        if packets and draw(st.integers(0, 3)):
            p = draw(following(draw(st.sampled_from(packets[-8:]))))
        else:
            p = draw(fresh())
        now += draw(st.sampled_from([0, 1, 1, 1, 1, 1, 1, 60, 1700, 1900]))
        packets.append(replace(p, time=now))
    return packets
