# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Backscatter's victims: who is attacked elsewhere, at which service, and what came of it here, as table and JSON have it."""
import json
from datetime import datetime, timezone

import pytest
from scapy.layers.inet import ICMP
from scapy.packet import Raw

import suite as every
from builders import START, World, line, pcap
from suite import TABLE
from table import from_sharkd, parse, shown

TWIN = "captures/home-line.pcapng"
V4, V6 = World(4), World(6)
INIT_ACK, ABORT = 2, 6        # chunks of SCTP, RFC 9260


def icmp(source, target, kind, **more):
    """A message of ICMP; an error quotes a SYN that nobody here has sent."""
    quoted = bytes(V4.tcp(V4.router, V4.server(9), "S"))[:28] if kind in (3, 11, 12) else b"abcdefgh"
    return V4.ip(source, target) / ICMP(type=kind, **more) / Raw(quoted)


def attack():
    """(packet, the victim's number, port and answer), a second apart."""
    web, more, dns, gone, pinged, sctp, six = V4.server(1), V4.server(2), V4.server(3), V4.server(4), V4.server(5), V4.server(6), V6.server(1)
    answer = bytes.fromhex("123481800001000000000000") + b"\x07example\x03com\x00\x00\xff\x00\x01"
    tcp = [(web, V4.target(100), "SA", 80, 4001), (web, V4.target(101), "SA", 80, 4002), (web, V4.target(100), "SA", 80, 4001),
           (web, V4.target(100), "R", 80, 4001), (web, V4.target(102), "RA", 443, 4003), (more, V4.target(100), "R", 80, 4001)]
    for source, target, flags, port, back in tcp:
        yield V4.tcp(source, target, flags, sport=port, dport=back)
    yield V4.tcp(V4.target(101), web, "R", sport=4002, dport=80)      # what a host says to that is nobody's attack
    yield V4.udp(dns, V4.target(100), sport=53, dport=4001, payload=answer)
    yield V4.udp(dns, V4.target(101), sport=53, dport=4001, payload=answer)
    for kind in (3, 3, 11):
        yield icmp(gone, V4.target(100), kind, code=1 if kind == 3 else 0)
    yield icmp(gone, V4.target(100), 12)
    for kind, target in ((0, 100), (0, 101), (14, 100)):
        yield icmp(pinged, V4.target(target), kind, id=7)
    yield V4.sctp(sctp, V4.target(100), INIT_ACK, sport=2905, dport=4001)
    yield V4.sctp(sctp, V4.target(101), ABORT, sport=2905, dport=4001)
    yield V6.tcp(six, V6.target(100), "SA", sport=80, dport=4001)
    yield V4.tcp(V4.scanner(1), V4.target(100), "S", dport=23)        # no backscatter


# address, port, answers, packets, targets, and of which packet of attack() its first and last are
VICTIMS = [
    (V4.server(1), "tcp/80", ["SYN/ACK", "RST"], 4, 2, 0, 3),
    (V4.server(4), None, ["ICMP unreachable", "ICMP time exceeded", "ICMP parameter problem"], 4, 1, 9, 12),
    (V4.server(5), None, ["ICMP echo reply", "ICMP timestamp reply"], 3, 2, 13, 15),
    (V4.server(3), "udp/53", ["UDP answer"], 2, 2, 7, 8),
    (V4.server(6), "sctp/2905", ["SCTP INIT ACK", "SCTP ABORT"], 2, 2, 16, 17),
    (V4.server(1), "tcp/443", ["RST"], 1, 1, 4, 4),
    (V4.server(2), "tcp/80", ["RST"], 1, 1, 5, 5),
    (V6.server(1), "tcp/80", ["SYN/ACK"], 1, 1, 18, 18),
]


@pytest.fixture(scope="module")
def attacked(session_dir):
    path = session_dir / "attacked.pcap"
    path.write_bytes(pcap([(START + n, bytes(line(packet))) for n, packet in enumerate(attack())]))
    return path


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").replace(tzinfo=timezone.utc).timestamp()


def said_of(row):
    return (row["address"], row["port"], row["answers"], row["packets"], row["targets"], seconds(row["first"]) - START,
            seconds(row["last"]) - START)


def item(row):
    return ", ".join([row["address"], *([row["port"]] if row["port"] else []), *row["answers"]])


def as_rows(victims):
    """What the table has of the JSON's rows."""
    return [(item(row), row["packets"], "", 0, None, row["targets"]) for row in victims]


def cells(row):
    return row.item, row.packets, row.share, row.scanners, row.ports, row.targets


@pytest.mark.parametrize("args", [(), ("-2",), ("-o", "scannoise.short_way:FALSE"), ("-M", "9"), ("-M", "2")],
                         ids=["short way", "two passes", "long way", "-M 9", "-M 2"])
def test_victims(tshark, attacked, args):
    """Sessions that end between the packets of a flow change nothing but what a RST after its SYN/ACK is."""
    said = tshark(*args, "-q", "-r", attacked, *TABLE, "-z", "scannoise,json", prefs={"scannoise.rows": "0"}).stdout
    victims = json.loads(next(text for text in said.splitlines() if text.startswith("{")))["victims"]
    assert [said_of(row) for row in victims] == VICTIMS
    table = parse(said)["Backscatter"]
    assert [cells(row) for row in table] == as_rows(victims)
    assert all(row.first in shown(START + at) for row, (*_, at, _) in zip(table, VICTIMS))


def test_the_filter_of_each_row_finds_its_packets(tshark, attacked):
    table = parse(tshark("-q", "-r", attacked, *TABLE, prefs={"scannoise.row_filters": "TRUE"}).stdout)
    for row in table["Backscatter"]:
        found = tshark("-2", "-r", attacked, "-Y", table.filters["Backscatter", row.item], "-T", "fields", "-e", "frame.number")
        assert len(found.stdout.split()) == row.packets, row.item


def test_a_list_that_is_cut_says_so(tshark, attacked):
    table = parse(tshark("-q", "-r", attacked, *TABLE, prefs={"scannoise.rows": "3"}).stdout)
    assert len(table["Backscatter"]) == 3 and table.captions["Backscatter"] == "3 of 8, those with most packets"


def test_sharkd_has_the_same_rows(sharkd, attacked):
    table = from_sharkd(sharkd(attacked, ("tap", {"tap0": "nstat:scannoise,stat"}))[0])
    assert [(row.packets, row.targets) for row in table["Backscatter"]] == [(packets, targets) for _, _, _, packets, targets, *_ in VICTIMS]
    assert table["Backscatter"][0].item == f"{V4.server(1)}, tcp/80, SYN/ACK, RST"


@pytest.mark.parametrize("name", every.every_name())
def test_their_packets_are_all_backscatter_there_is(suite, name):
    table = suite.get("plain", name)
    victims = table.json["victims"]
    assert sum(row["packets"] for row in victims) == table.packets("Backscatter")
    assert all(row["answers"] for row in victims)
    assert [cells(row) for row in table["Backscatter"]] == as_rows(victims)


def test_the_twins(suite):
    """Of its generator's kinds: how many sources send which."""
    victims = suite.get("plain", TWIN).json["victims"]
    answers = {}
    for row in victims:
        for answer in row["answers"]:
            answers.setdefault(answer, set()).add(row["address"])
    assert {answer: len(sources) for answer, sources in answers.items()} == \
        {"SYN/ACK": 15, "RST": 14, "ICMP unreachable": 4, "ICMP time exceeded": 3, "UDP answer": 4}
