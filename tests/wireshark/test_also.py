# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Also seen: what no rule judges and can be told apart, as table and JSON have it."""
import json

import pytest

from builders import START, World, line, pcap
from suite import TABLE
from table import parse
from test_json import checked

V4 = World(4)
HOME = {"scannoise.home_networks": "203.0.113.0/24"}


def a_second_apart(begin, packets):
    return [(begin + n, packet) for n, packet in enumerate(packets)]


def visits(hosts=3):
    return [packet for n in range(hosts) for _, packet in V4.dialogue(V4.scanner(1), V4.target(n + 1), dport=80)]


def log_ins(times=30):
    return [packet for n in range(times)
            for _, packet in V4.dialogue(V4.scanner(2), V4.target(22), sport=50000 + n, dport=22)]


def misdirected(sources=5):
    return [V4.connect(V4.scanner(n + 10), V4.target(8), sport=50000 + visit, dport=8333)
            for n in range(sources) for visit in range(3)]


def flood(syns=100):
    return [V4.tcp(V4.scanner(n + 20), V4.target(9), "S", dport=80) for n in range(syns)]


def pings(count=10000):
    return [V4.ping(V4.scanner(3), V4.target(10))] * count


def everything():
    """One after the other, each a thousand seconds and more behind the one before."""
    frames = []
    for n, packets in enumerate((visits(), log_ins(), misdirected())):
        frames += a_second_apart(1000 * n, packets)
    frames += [(3000 + n / 1000, packet) for n, packet in enumerate(flood())]
    return frames + [(4000 + n / 1000, packet) for n, packet in enumerate(pings())]


WANT = [("brief visitors", 3 * 5, 1, 3), ("log-in attempts", 30 * 5, 1, 1), ("misdirected", 15, 5, 1),
        ("SYN flood", 100, 100, 1), ("ping flood", 10000, 1, 1)]


@pytest.fixture
def seen(tshark, workdir):
    """seen(frames, ...) -> the rows, which are the same in table and object, and the object."""
    def run(frames, *args, **keywords):
        path, raw = workdir / "also.pcap", {}
        path.write_bytes(pcap([(START + at, raw.setdefault(id(packet), bytes(line(packet)))) for at, packet in frames]))
        said = tshark(*args, "-q", "-r", path, *TABLE, "-z", "scannoise,json", **keywords).stdout
        found = checked(json.loads(next(text for text in said.splitlines() if text.startswith("{"))))
        rows = [(row["name"], row["packets"], row["sources"], row["targets"]) for row in found["also_seen"]]
        table = parse(said)["Also seen"]
        assert [(row.item, row.packets, row.scanners, row.targets) for row in table] == rows
        assert {(row.ports, row.share, row.first, row.last) for row in table} <= {(None, "", "", "")}
        return rows, found
    return run


def test_each_kind(seen):
    rows, found = seen(everything(), prefs=HOME)
    assert rows == WANT
    assert found["scan"]["packets"] == 100 + 10000      # the floods; the others are no scan packets


def test_nothing_below_the_numbers(seen):
    frames = [*a_second_apart(0, visits(2)), *a_second_apart(1000, log_ins(29)), *a_second_apart(2000, misdirected(4)),
              *((3000 + n / 1000, packet) for n, packet in enumerate(flood(99))),
              *((4000 + n / 1000, packet) for n, packet in enumerate(pings(9999)))]
    assert seen(frames, prefs=HOME)[0] == []


def test_visitors_need_home_networks(seen):
    assert seen(a_second_apart(0, visits()))[0] == []


def test_a_reset_adds_up(seen):
    """Two floods, each whole in a part of the capture."""
    frames = [(start + n / 1000, packet) for start in (0, 5000) for n, packet in enumerate(flood())]
    assert seen(frames, "-M", "100")[0] == [("SYN flood", 200, 200, 2)]
