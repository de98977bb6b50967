# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes that say whose they are (RFC 9511): in field, JSON and report, whatever way packets take."""
import json

import pytest
from scapy.layers.inet import ICMP, UDP
from scapy.layers.inet6 import HBHOptUnknown, ICMPv6EchoRequest, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN
from scapy.packet import Raw

from builders import START, World, line, pcap
from test_json import checked

V4, V6 = World(4), World(6)
URI = "https://example.net/.well-known/probing.txt"
MAIL, PHONE = "mailto:lab@example.net", "tel:+1-201-555-0123"
LONGEST = "mailto:lab@" + 244 * "a"
PORTS = {"sport": 51234, "dport": 7077}      # no Wireshark has a dissector for either


def data(uri):
    """As RFC 9511, 4, wants it: a zero byte ends it."""
    return uri.encode() + b"\0"


def echo(world, source, target, payload):
    message = ICMP(type=8, id=7) if world.version == 4 else ICMPv6EchoRequest(id=7)
    return world.ip(source, target) / message / Raw(payload)


def syn(world, n, payload=b""):
    return world.tcp(world.scanner(n), world.target(80 + n), "S", **PORTS, payload=payload)


def optional(n, header, uri):
    """A SYN behind a header of IPv6 whose padding has it."""
    return V6.ip(V6.scanner(n), V6.target(80 + n)) / header(options=[PadN(optdata=data(uri))]) / syn(V6, n).payload


# Who carries it, and what: one probe of each scanner.
CARRIERS = [
    *((world, n, packet, uri) for world in (V4, V6) for n, packet, uri in [
        (1, syn(world, 1, data(URI)), URI),
        (2, world.udp(world.scanner(2), world.target(82), payload=data(MAIL) + b"and more"), MAIL),
        (3, echo(world, world.scanner(3), world.target(83), data(PHONE) + bytes(8)), PHONE),
        (4, syn(world, 4, data(LONGEST)), LONGEST)]),
    (V6, 5, optional(5, IPv6ExtHdrHopByHop, URI), URI),
    (V6, 6, optional(6, IPv6ExtHdrDestOpt, MAIL), MAIL),
]
NONE = [payload.encode() for payload in (
    "http://example.net/.well-known/probing.txt\0", "https://example.net/probing.txt\0", URI, MAIL, "\0" + URI + "\0",
    LONGEST + "a\0", "mailto:lab\x1b[31m@example.net\0", "mailto:lab@example.net\n\0", "mailto:<b>@example.net\0", "hello")]


def others():
    """What is none, in each kind of packet that could carry one."""
    for n, payload in enumerate(NONE):
        yield syn(V4, 10 + n, payload)
        yield V4.udp(V4.scanner(30 + n), V4.target(30 + n), payload=payload)
        yield echo(V4, V4.scanner(50 + n), V4.target(50 + n), payload)
    unknown = IPv6ExtHdrHopByHop(options=[HBHOptUnknown(otype=0x1e, optdata=data(URI))])
    yield V6.ip(V6.scanner(7), V6.target(87)) / unknown / syn(V6, 7).payload


def write(path, packets):
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in enumerate(packets)]))
    path.chmod(0o644)
    return path


@pytest.fixture
def carriers(workdir):
    return write(workdir / "carriers.pcap", [packet for _, _, packet, _ in CARRIERS])


@pytest.fixture
def scanners(tshark):
    """scanners(path, *args) -> {address: what the JSON says that its probes carry}."""
    def run(path, *args):
        said = checked(json.loads(tshark("-q", "-r", path, "-z", "scannoise,json", *args).stdout))
        return {row["address"]: row["probe_uri"] for row in said["scanners"]}
    return run


WAYS = [(), ("-o", "scannoise.short_way:FALSE"), ("-2",), ("-M", "3")]


def test_each_carrier_has_the_field(fields, carriers):
    assert fields(carriers, "scannoise.scan", "scannoise.probe_uri") == [(uri,) for _, _, _, uri in CARRIERS]


@pytest.mark.parametrize("way", WAYS)
def test_each_carrier_is_in_the_json(scanners, carriers, way):
    assert scanners(carriers, *way) == {world.scanner(n): uri for world, n, _, uri in CARRIERS}


def test_what_is_none_is_not_shown(fields, scanners, workdir):
    path = write(workdir / "others.pcap", others())
    assert set(fields(path, "scannoise.scan", "scannoise.probe_uri")) == {("",)}
    for way in WAYS:
        found = scanners(path, *way)
        assert len(found) == 3 * len(NONE) + 1 and set(found.values()) == {None}


def test_filter_and_details(fields, tshark, carriers):
    """One pass is enough, and a reader sees that it is a claim of the packet."""
    shown = tshark("-r", carriers, "-Y", 'scannoise.probe_uri contains "example.net"', "-T", "fields", "-e", "frame.number").stdout
    assert shown.split() == [str(at) for at, (_, _, _, uri) in enumerate(CARRIERS, 1) if "example.net" in uri]
    details = tshark("-r", carriers, "-O", "scannoise", "-c", "1").stdout
    assert f"[Probe description URI: {URI}]" in details


def test_the_packet_that_carries_it_has_the_field(fields, scanners, workdir):
    """And the scanner has its first one."""
    probes = [syn(V4, 1), syn(V4, 1, data(MAIL)), V4.tcp(V4.scanner(1), V4.target(90), "S", payload=data(URI)), syn(V4, 1)]
    path = write(workdir / "packets.pcap", probes)
    assert fields(path, "scannoise.scan", "scannoise.probe_uri") == [("",), (MAIL,), (URI,), ("",)]
    assert scanners(path) == scanners(path, *WAYS[1]) == {V4.scanner(1): MAIL}


def test_what_is_no_scan_has_none(fields, scanners, workdir):
    """A client's question, which is answered by the same; and the scanner's is that of its scans, not of this."""
    asked = V4.ip(V4.scanner(1), V4.server(1)) / UDP(sport=40000, dport=7) / Raw(data(MAIL))
    told = V4.ip(V4.server(1), V4.scanner(1)) / UDP(sport=7, dport=40000) / Raw(data(MAIL))
    path = write(workdir / "client.pcap", [asked, told])
    assert fields(path, "scannoise.probe_uri", "frame.number") == [] and scanners(path) == {}
    connection = [packet for _, packet in V4.dialogue(V4.scanner(1), V4.server(2), sport=50000, dport=80, request=data(PHONE))]
    path = write(workdir / "both.pcap", [*connection, asked, told, *(syn(V4, 1, payload) for payload in (b"", data(URI)))])
    assert {uri for uri, in fields(path, "scannoise.scan", "scannoise.probe_uri")} <= {"", URI}
    assert [frame for frame, in fields(path, "scannoise.probe_uri", "frame.number")] == [str(len(connection) + 4)]
    assert scanners(path) == scanners(path, *WAYS[1]) == {V4.scanner(1): URI}


def test_an_echoed_one_is_not_the_answers(fields, workdir):
    reply = V4.ip(V4.target(83), V4.scanner(3)) / ICMP(type=0, id=7) / Raw(data(PHONE))
    path = write(workdir / "echo.pcap", [echo(V4, V4.scanner(n), V4.target(83), data(PHONE)) for n in (1, 2, 4, 3)] + [reply])
    said = fields(path, None, "scannoise.probe_uri")
    assert said[-1] == ("",) and (PHONE,) in said


def test_captured_in_part(fields, scanners, workdir):
    """Without its end it is none."""
    frames = [bytes(line(syn(V4, 1, data(URI)))), bytes(line(syn(V4, 2, data(URI) + bytes(40))))]
    path = workdir / "cut.pcap"
    path.write_bytes(pcap([(START + at, frame) for at, frame in enumerate(frames)], snaplen=len(frames[0]) - 1))
    path.chmod(0o644)
    assert scanners(path) == {V4.scanner(1): None, V4.scanner(2): None}
    assert set(fields(path, "scannoise.scan", "scannoise.probe_uri")) == {("",)}
