# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine and a reference written from README judge the same packets alike.

Where they ever disagreed, the stream stays here, cut to what matters, with what README says of it.
SCANNOISE_FUZZ_STREAMS says how many random streams to try.
"""
import os
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts import Engine
from reference import (ABORT, ACK, COOKIE_ECHO, FIN, INIT, INIT_ACK, PSH, RST, SYN, URG, Capture, Limits, Packet)
from streams import ANSWER, QUESTION, streams

STREAMS = int(os.environ.get("SCANNOISE_FUZZ_STREAMS") or 1000)
PLUGIN = Path(os.environ.get("SCANNOISE_PLUGIN") or Path(__file__).resolve().parents[2] / "build/scannoise.so")

HOME = ("192.0.2.0/24", "2001:db8:b::/48")
EAGER = Limits(scanning_contacts=2, exposing_sources=1, stream_packets=2)
LIMITS = [Limits(), Limits(home=HOME), Limits(home=HOME, dark=True), EAGER]


@pytest.fixture(scope="module")
def engine():
    process = Engine(PLUGIN.parent / "judge_facts")
    yield process
    assert process.close() == 0


@settings(max_examples=STREAMS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(packets=streams(), limits=st.sampled_from(LIMITS))
def test_engine_agrees_with_the_reference(engine, packets, limits):
    assert engine.judged(packets, limits) == Capture(packets, limits).judged()


# --- Streams they disagreed about -----------------------------------------------------------------

A, B, ROUTER = map(ip_address, ("203.0.113.1", "192.0.2.2", "198.51.100.254"))
MDNS = ip_address("224.0.0.251")


def tcp(flags, src=A, dst=B, dport=80, sport=4000, **facts):
    return Packet(src, dst, "tcp", sport=sport, dport=dport, tcp_flags=flags, **facts)


def udp(src=A, dst=B, sport=4000, dport=4001, head=QUESTION):
    return Packet(src, dst, "udp", sport=sport, dport=dport, payload=40, head=head)


def sctp(chunk, src=A, dst=B):
    return Packet(src, dst, "sctp", sport=4000, dport=4001, sctp_chunk=chunk)


def ping(kind, src=A, dst=B):
    return Packet(src, dst, "icmp", sport=7, icmp_type=kind)


def error(about, kind=3, src=ROUTER):
    return Packet(src, about.src, "icmp", icmp_type=kind, quote=about)


def back(p):
    """The same from the other end."""
    p = replace(p, src=p.dst, dst=p.src)
    return p if p.transport == "icmp" else replace(p, sport=p.dport, dport=p.sport)


def scan(technique, outcome):
    return f"scan\t{technique}\t{outcome}"


NOT, BACK = "-", "backscatter"
SYN_ACK = SYN | ACK
# name: (packets, a second apart unless they say when; what README says of each; limits)
CASES = {
    "rest of a conversation": ([tcp(SYN_ACK), back(tcp(ACK))], [NOT, NOT]),
    "reset is no rest of a conversation": ([tcp(SYN_ACK), back(tcp(RST))], [BACK, NOT]),
    "syn from who only answered": ([tcp(SYN_ACK), tcp(SYN)], [BACK, scan("TCP SYN", "unanswered")]),
    "refusal before its request": ([tcp(RST | ACK), back(tcp(SYN))], [NOT, scan("TCP SYN", "refused")]),
    "fin, then syn: no connection was closed": (
        [tcp(FIN), tcp(SYN)], [scan("TCP FIN", "unanswered")] * 2),
    "connection that was idle for long": (
        [tcp(SYN), back(tcp(SYN_ACK)), tcp(ACK), replace(tcp(ACK | PSH, payload=5), time=9000)], [NOT] * 4),
    "payload on a segment without ack is a probe": (
        [tcp(FIN | PSH, payload=5)], [scan("TCP other flags", "unanswered")]),
    "payload with ack is the middle": ([tcp(PSH | ACK, payload=5)], [NOT]),
    "push and ack are a tail": (
        [tcp(PSH | ACK, dport=n) for n in range(4)], [scan("TCP other flags", "unanswered")] * 4),
    "repeated tail": (
        [tcp(ACK), tcp(ACK), tcp(ACK, dport=81)], [scan("TCP ACK", "unanswered")] * 3, EAGER),
    "tail that goes on": ([tcp(ACK)] * 4 + [tcp(ACK, dport=81)], [NOT] * 5, EAGER),
    "one direction of a connection": ([tcp(SYN), tcp(ACK, payload=5)], [NOT, NOT]),
    "one direction of an association": (
        [sctp(INIT), sctp(COOKIE_ECHO)], [scan("SCTP INIT", "connected")] * 2),
    "answers of SCTP": ([sctp(INIT_ACK), sctp(ABORT, dst=ROUTER)], [BACK, BACK]),
    "request of another ping long after a reply": (
        [ping(0), replace(back(ping(8)), time=9000)], [BACK, scan("ICMP echo", "unanswered")]),
    "replies in both directions": ([ping(14), back(ping(14))], [BACK, NOT]),
    "errors in both directions": (
        [error(tcp(SYN, src=B, dst=ROUTER), src=A), error(tcp(SYN, src=A, dst=ROUTER), src=B)], [BACK, BACK]),
    "error about a packet to a group": ([udp(dst=MDNS), error(udp(dst=MDNS))], [NOT, NOT]),
    "error about a tunnel": ([error(Packet(A, B, "ip", dport=47))], [NOT]),
    "too big is no error": (
        [tcp(SYN), error(tcp(SYN), kind=4)], [scan("TCP SYN", "unanswered"), NOT]),
    "answer to a question to a group": (
        [udp(src=B, dst=MDNS, sport=4000), udp(dport=4000, sport=53)], [NOT, NOT]),
    "question to who asked a group before": (
        [udp(dst=MDNS, sport=53), ping(8, src=B, dst=A), udp(sport=53, head=ANSWER), back(udp(sport=53))],
        [NOT, scan("ICMP echo", "unanswered"), NOT, NOT]),
    "stream of another IP protocol": (
        [Packet(A, B, "ip", dport=50)] * 3 + [Packet(A, ROUTER, "ip", dport=50)], [NOT] * 4, EAGER),
    "amplification is no stream": ([udp(sport=53, head=ANSWER)] * 3, [BACK] * 3, EAGER),
    "banner after a probe by other flags": (
        [tcp(FIN | PSH), back(tcp(ACK, payload=5)), tcp(ACK)], [NOT] * 3),
    "initiator's reset after the responder's": (
        [tcp(SYN), back(tcp(SYN_ACK)), tcp(ACK), back(tcp(ACK, payload=5)), back(tcp(FIN | ACK)), tcp(RST)],
        [NOT] * 6),
    "dark network answers a working client's ping": (
        [udp(dst=ip_address("192.0.2.9")), back(udp(dst=ip_address("192.0.2.9"))), ping(8), back(ping(0))],
        [scan("UDP", "conversation"), NOT, scan("ICMP echo", "conversation"), NOT], Limits(home=HOME, dark=True)),
    "pings do not expose a target": (
        [ping(8, src=ROUTER), ping(8), back(ping(0))], [scan("ICMP echo", "unanswered"), NOT, NOT], EAGER),
    "xmas in answer to a reset": (
        [tcp(RST), back(tcp(FIN | PSH | URG)), back(tcp(SYN))], [NOT, NOT, scan("TCP SYN", "unanswered")]),
}


@pytest.mark.parametrize("name", CASES)
def test_stream_they_disagreed_about(engine, name):
    packets, want, limits = (*CASES[name], Limits())[:3]
    packets = [replace(p, time=1_568_700_000 + (p.time or n)) for n, p in enumerate(packets)]
    assert engine.judged(packets, limits) == want
    assert Capture(packets, limits).judged() == want


def test_wrong_facts_are_refused():
    """The program between the two does not guess."""
    other = Engine(PLUGIN.parent / "judge_facts")
    other.process.stdin.write("engine\npacket src=nowhere\n")
    assert other.close() == 1
