# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenes about time: order, midnight, and the same addresses and ports used again."""
from builders import START, World, both, capture, quiet, scan

V4 = World(4)
REUSE_S = 1800                          # default of scannoise.reuse_seconds
MIDNIGHT = 86_400 - START % 86_400      # in seconds after START


@both
def answer_before_question(w):
    """A capture on two ports: the answer stands before what it answers, in the file and by its time."""
    dialogue = [packet for _, packet in w.dialogue(w.router, w.server(1))]
    yield from map(quiet, [dialogue[1], dialogue[0], *dialogue[2:]])
    yield quiet(w.udp(w.server(2), w.router, sport=4500, dport=40000))
    yield quiet(w.udp(w.router, w.server(2), dport=4500))
    yield quiet(w.pong(w.server(3), w.router))
    yield quiet(w.ping(w.router, w.server(3)))
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"
    answer = question[:2] + b"\x81\x80" + question[4:]
    yield quiet(w.udp(w.server(4), w.router, sport=53, dport=40000, payload=answer))
    yield quiet(w.udp(w.router, w.server(4), dport=53, payload=question))


@both
def refusal_before_probe(w):
    """The same for a refused probe: one scan, and its RST is no backscatter."""
    yield quiet(w.tcp(w.router, w.scanner(1), "RA", sport=23, dport=40000), at=1)
    yield scan(w.tcp(w.scanner(1), w.router, "S"), outcome="refused", at=1.000_010)


@capture
def time_runs_backwards():
    """Merged files, or a clock that was set: each packet is older than the one before."""
    for n in range(8):
        yield scan(V4.tcp(V4.scanner(1), V4.target(n), "S"), at=9000 - 1000 * n)
    dialogue = [packet for _, packet in V4.dialogue(V4.router, V4.server(1))]
    for n, packet in enumerate(dialogue):
        yield quiet(packet, at=900 - 100 * n)


@capture
def over_midnight():
    """A scan and a conversation that begin on one day and end on the next."""
    for n in range(-2, 3):
        yield scan(V4.tcp(V4.scanner(1), V4.target(5 + n), "S"), at=MIDNIGHT + n)
    for n, (_, packet) in enumerate(V4.dialogue(V4.router, V4.server(1))):
        yield quiet(packet, at=MIDNIGHT - 4 + n)


@both
def used_again_after_silence(w):
    """The same five numbers after a long silence are a new flow, with an outcome of its own."""
    probe, refusal = w.tcp(w.scanner(1), w.router, "S"), w.tcp(w.router, w.scanner(1), "RA", sport=23, dport=40000)
    yield scan(probe, outcome="refused", at=0)
    yield quiet(refusal, at=0.01)
    yield scan(probe, outcome="unanswered", at=REUSE_S + 10)


@both
def used_again_soon(w):
    """Near miss: before that silence is over it is the same flow, a SYN sent again."""
    probe, refusal = w.tcp(w.scanner(1), w.router, "S"), w.tcp(w.router, w.scanner(1), "RA", sport=23, dport=40000)
    yield scan(probe, outcome="refused", at=0)
    yield quiet(refusal, at=0.01)
    yield scan(probe, outcome="refused", at=REUSE_S - 10)


@both
def port_used_again_at_once(w):
    """A client takes the same port for its next connection: two conversations."""
    yield from w.conversation(w.router, w.server(1))
    yield from w.conversation(w.router, w.server(1))


@capture
def one_probe():
    """A capture of one frame."""
    yield scan(V4.tcp(V4.scanner(1), V4.router, "S"))


@capture
def one_answer():
    """A capture of one frame which is no noise."""
    yield quiet(V4.tcp(V4.server(1), V4.router, "A", sport=443))
