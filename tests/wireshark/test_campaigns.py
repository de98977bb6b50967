# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Campaigns: scanners whose probes have the same header traits and who want the same ports, or share a network's work."""
import json
import sys
from dataclasses import dataclass
from datetime import datetime

import pytest

import suite as every
from builders import START, SYSTEM, World, line, pcap
from suite import COMMITTED, TABLE
from table import from_sharkd, parse

TWIN = "captures/home-line.pcapng"
V4, V6 = World(4), World(6)
NEIGHBOURS = [f"198.51.100.{n}" for n in (1, 2, 3)]
STRANGERS = ["198.51.100.1", "192.0.2.9", "198.18.7.7"]


@dataclass(frozen=True)
class Scanner:
    """One source, and what is peculiar to its probes."""
    address: str
    ports: tuple = (80, 443)
    window: int = 4321
    ttl: int = 240
    options: tuple = (("MSS", 1400),)
    udp: tuple = ()
    target: str = ""

    def probes(self, w):
        ttl, target = "ttl" if w is V4 else "hlim", self.target or w.router
        for port in self.ports:
            packet = w.tcp(self.address, target, "S", dport=port, window=self.window, options=list(self.options))
            setattr(packet, ttl, self.ttl)
            yield packet
        for port in self.udp:
            packet = w.udp(self.address, target, dport=port)
            setattr(packet, ttl, self.ttl)
            yield packet


def like(addresses, **more):
    return [Scanner(address, **more) for address in addresses]


def write(path, scanners, w=V4):
    packets = [packet for scanner in scanners for packet in scanner.probes(w)]
    path.write_bytes(pcap([(START + n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    return path


@pytest.fixture
def found(tshark, workdir):
    """found(scanners) -> (the JSON's campaigns, the table's), which must say the same."""
    def run(scanners, *args, w=V4):
        said = tshark(*args, "-q", "-r", write(workdir / "alike.pcap", scanners, w), *TABLE, "-z", "scannoise,json").stdout
        rows = json.loads(next(text for text in said.splitlines() if text.startswith("{")))["campaigns"]
        assert_same(rows, parse(said)["Campaigns"])
        return rows
    return run


def assert_same(rows, table):
    assert [(row["number"], len(row["members"]), len(row["ports"]), row["packets"]) for row in rows] == \
        [(row.rank, row.scanners, row.ports, row.packets) for row in table]
    for said, row in zip(rows, table):
        what = [f"{said['members'][0]} and {len(said['members']) - 1} more", *said["techniques"], *said["tools"]]
        assert (row.item, row.targets) == (", ".join(what), said["targets"])


def brief(rows):
    return [(row["members"], row["ports"], row["shared"]) for row in rows]


def in_order(addresses):
    return sorted(addresses, key=lambda address: [int(part) for part in address.split(".")])


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


@pytest.mark.parametrize("args", [(), ("-2",), ("-o", "scannoise.short_way:FALSE"), ("-M", "4"), ("-M", "1")],
                         ids=["short way", "two passes", "long way", "-M 4", "-M 1"])
def test_a_campaign_to_the_letter(found, args):
    """Three that want the same two ports, in whatever order, among others."""
    others = [Scanner("192.0.2.50", window=1), Scanner("192.0.2.51", ports=(80,)), Scanner("192.0.2.52", ports=(80, 443, 8080))]
    mine = [Scanner(STRANGERS[0]), Scanner(STRANGERS[1], ports=(443, 80, 443)), Scanner(STRANGERS[2])]
    [row] = found([*others, *mine], *args)
    begin = 2 + 1 + 3
    assert (seconds(row.pop("first")) - START, seconds(row.pop("last")) - START) == (begin, begin + 6)
    assert row == {"number": 1, "members": ["192.0.2.9", "198.18.7.7", "198.51.100.1"], "ports": ["tcp/80", "tcp/443"], "shared": False,
                   "techniques": ["TCP SYN"], "tools": [], "packets": 7, "targets": 1}


@pytest.mark.parametrize("unlike", [
    {"window": 4322}, {"options": (("MSS", 1401),)}, {"options": (("MSS", 1400), ("NOP", None), ("WScale", 8))}, {"ttl": 120},
    {"ttl": 60}, {"ttl": 30}, {"ports": (80, 444)}, {"ports": (80, 443, 22)}, {"ports": (80,)}, {"udp": (443,)}], ids=str)
def test_one_that_differs_is_none_of_them(found, unlike):
    """Two that are alike are no campaign, and the third is left out of one of three."""
    odd = Scanner(STRANGERS[2], **unlike)
    assert found([*like(STRANGERS[:2]), odd]) == []
    assert brief(found([*like([*STRANGERS[:2], "198.18.9.9"]), odd])) == [(in_order([*STRANGERS[:2], "198.18.9.9"]), ["tcp/80", "tcp/443"], False)]


@pytest.mark.parametrize("ttls", [(255, 230, 129), (128, 100, 65), (64, 50, 33), (32, 20, 12)], ids=str)
def test_distance_makes_no_difference(found, ttls):
    """All that a TTL tells is what it began with."""
    assert len(found([Scanner(address, ttl=ttl) for address, ttl in zip(STRANGERS, ttls)])) == 1


def test_one_port_is_no_evidence(found):
    assert found(like(STRANGERS, ports=(23,))) == []
    assert found(like(STRANGERS, ports=(23,), udp=(23,)))[0]["ports"] == ["tcp/23", "udp/23"]


def test_who_has_two_ways_is_in_none(found):
    """Of one whose TCP probes are not all alike nobody can tell what he is like."""
    both = [Scanner(STRANGERS[2], ports=(80,)), Scanner(STRANGERS[2], ports=(443,), window=9)]
    assert found([*like(STRANGERS[:2]), *both]) == []


def test_datagrams_alone_have_no_traits(found):
    assert found(like(STRANGERS, ports=(), udp=(53, 161, 1900))) == []


def test_most_members_come_first(found):
    many = [f"192.0.2.{n}" for n in range(100, 104)]
    rows = found([*like(STRANGERS, ports=(1, 2, 3)), *like(many, options=tuple(SYSTEM)), *like(["198.18.1.1", "198.18.2.1", "198.18.3.1"], window=7)])
    assert [(row["number"], len(row["members"]), row["packets"], row["techniques"]) for row in rows] == \
        [(1, 4, 8, ["TCP connect"]), (2, 3, 9, ["TCP SYN"]), (3, 3, 6, ["TCP SYN"])]


def test_ipv6(found):
    addresses = ["2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"]
    assert brief(found(like(addresses, options=tuple(SYSTEM)), w=V6)) == [(addresses, ["tcp/80", "tcp/443"], False)]


def test_each_target_counts_once(found):
    targets = [V4.target(100), V4.target(101), V4.target(100)]
    [row] = found([Scanner(address, target=target) for address, target in zip(STRANGERS, targets)])
    assert (row["targets"], row["packets"]) == (2, 6)


# --- Shared work -----------------------------------------------------------------------------------

def shares(addresses, each=8, **more):
    return [Scanner(address, ports=tuple(range(1000 + n * each, 1000 + (n + 1) * each)), **more) for n, address in enumerate(addresses)]


def test_neighbours_that_share_the_work(found):
    assert brief(found(shares(NEIGHBOURS))) == [(NEIGHBOURS, [f"tcp/{port}" for port in range(1000, 1024)], True)]
    assert brief(found(shares(NEIGHBOURS), "-M", "5")) == brief(found(shares(NEIGHBOURS)))


@pytest.mark.parametrize("scanners", [
    shares(NEIGHBOURS, each=7), shares(NEIGHBOURS[:2]), shares(STRANGERS), [*shares(NEIGHBOURS[:2]), *shares(NEIGHBOURS[2:], window=1)],
    [*shares(NEIGHBOURS[:2]), Scanner(NEIGHBOURS[2], ports=tuple(range(1007, 1030)))]],
    ids=["seven ports each", "two", "not of one network", "another window", "a port of two"])
def test_no_shared_work(found, scanners):
    assert found(scanners) == []


def test_the_twins_organisation(suite):
    """The article's twelve neighbours, and nobody else."""
    sys.path.insert(0, str(COMMITTED))
    import make_home_line
    table = suite.get("plain", TWIN)
    truth = make_home_line.truth()["organisation"]["scanners"]
    [row] = table.json["campaigns"]
    assert row["members"] == in_order(truth) and row["shared"] and len(truth) == 12
    assert row["packets"] == sum(scanner["packets"] for scanner in table.json["scanners"] if scanner["address"] in truth)
    assert_same([row], table["Campaigns"])


# --- Everywhere ------------------------------------------------------------------------------------

def test_the_filter_finds_the_packets(tshark, workdir):
    path = write(workdir / "alike.pcap", [*like(STRANGERS), Scanner("192.0.2.50", window=1)])
    table = parse(tshark("-q", "-r", path, *TABLE, prefs={"scannoise.row_filters": "TRUE"}).stdout)
    [text] = [text for (section, _), text in table.filters.items() if section == "Campaigns"]
    found = tshark("-2", "-r", path, "-Y", text, "-T", "fields", "-e", "frame.number").stdout.split()
    assert found == ["1", "2", "3", "4", "5", "6"]


def test_sharkd_has_the_same_row(sharkd, workdir):
    path = write(workdir / "alike.pcap", like(STRANGERS))
    [row] = from_sharkd(sharkd(path, ("tap", {"tap0": "nstat:scannoise,stat"}))[0])["Campaigns"]
    assert (row.item, row.packets, row.scanners, row.ports) == ("192.0.2.9 and 2 more, TCP SYN", 6, 3, 2)


@pytest.mark.parametrize("name", every.every_name())
def test_nobody_is_in_two_and_all_are_scanners(suite, name):
    said = suite.get("plain", name).json
    members = [address for row in said["campaigns"] for address in row["members"]]
    packets = {row["address"]: row["packets"] for row in said["scanners"]}
    assert len(members) == len(set(members)) and set(members) <= set(packets)
    assert [row["packets"] for row in said["campaigns"]] == \
        [sum(packets[address] for address in row["members"]) for row in said["campaigns"]]
    assert_same(said["campaigns"], suite.get("plain", name)["Campaigns"])
