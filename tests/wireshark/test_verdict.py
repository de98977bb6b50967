# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""README's page on judging, on scenes that say themselves what is right (builders_verdict.py, builders_chatter.py)."""
import pytest

import builders
from builders import World, line, pcap

SCENES = [*builders.names("builders_verdict"), *builders.names("builders_chatter")]
V4, V6 = World(4), World(6)
HOME = {"scannoise.home_networks": "203.0.113.0/24, 2001:db8:77::/48"}
SAYS = ("frame.number", "scannoise.scan", "scannoise.backscatter")


@pytest.fixture(scope="module", autouse=True)
def started(suite):
    suite.prefetch(SCENES, ["two_pass"])


@pytest.mark.parametrize("name", SCENES)
def test_each_frame_is_judged_right(suite, name):
    assert suite.said(name) == builders.REGISTRY[name].wants(), builders.REGISTRY[name].claim


@pytest.fixture
def verdicts(fields, workdir):
    """verdicts(packets, prefs) -> "scan", "backscatter" or "" for each packet; `apart` in seconds."""
    def judge(packets, prefs=None, apart=1):
        path = workdir / "made.pcap"
        path.write_bytes(pcap([(n * apart, bytes(line(packet))) for n, packet in enumerate(packets)]))
        said = {int(number): "scan" if scan else "backscatter" if back else ""
                for number, scan, back in fields(path, "scannoise", *SAYS, prefs=prefs)}
        return [said.get(n, "") for n in range(1, len(packets) + 1)]
    return judge


# --- Preferences ---------------------------------------------------------------------------------

@pytest.mark.parametrize("w", [V4, V6], ids=["v4", "v6"])
def test_home_networks_let_only_inward_flows_be_noise(verdicts, w):
    inside, outside = w.target(5), w.scanner(5)
    packets = [w.tcp(outside, inside, "S"), w.tcp(inside, outside, "S", dport=24),
               w.tcp(inside, w.target(6), "S", dport=25), w.tcp(outside, w.scanner(6), "S", dport=26),
               w.tcp(w.server(1), inside, "SA", sport=80, dport=50000),
               w.tcp(inside, w.server(2), "SA", sport=80, dport=50000)]
    assert verdicts(packets) == ["scan", "scan", "scan", "scan", "backscatter", "backscatter"]
    assert verdicts(packets, HOME) == ["scan", "", "", "", "backscatter", ""]


def test_home_networks_may_be_single_addresses(verdicts):
    packets = [V4.tcp(V4.scanner(1), V4.target(n), "S") for n in (5, 6)]
    assert verdicts(packets, {"scannoise.home_networks": "203.0.113.5"}) == ["scan", ""]


@pytest.mark.parametrize("w", [V4, V6], ids=["v4", "v6"])
def test_answered_ping_into_a_home_network_is_a_scan(verdicts, w):
    packets = [w.ping(w.scanner(1), w.router), w.pong(w.router, w.scanner(1))]
    assert verdicts(packets) == ["", ""]
    assert verdicts(packets, HOME) == ["scan", ""]


@pytest.mark.parametrize("w", [V4, V6], ids=["v4", "v6"])
def test_dark_networks_turn_conversations_into_scans(verdicts, w):
    inward = w.dialogue(w.scanner(1), w.router, dport=22)
    packets = [packet for _, packet in inward + w.dialogue(w.router, w.server(1))]
    assert verdicts(packets, HOME) == [""] * 16
    from_scanner = ["scan" if from_client else "" for from_client, _ in inward]
    assert verdicts(packets, {**HOME, "scannoise.dark": "TRUE"}) == from_scanner + [""] * 8


def test_preferences_set_the_limits(verdicts):
    w = V4
    grabbed = [packet for _, packet in w.dialogue(w.scanner(1), w.router, dport=22)]
    packets = [w.connect(w.scanner(1), w.target(n), dport=22) for n in range(1, 4)] + grabbed
    assert verdicts(packets) == [""] * 11
    assert verdicts(packets, {"scannoise.scanning_contacts": "3"}).count("scan") == 3 + 5
    stream = [w.udp(w.scanner(1), w.router)] * 4
    assert verdicts(stream, apart=0.1) == ["scan"] * 4
    assert verdicts(stream, {"scannoise.stream_packets": "3"}, apart=0.1) == [""] * 4
    exposed = [w.connect(w.scanner(n), w.router, dport=22) for n in (1, 2)]
    exposed += [w.ping(w.scanner(9), w.router), w.pong(w.router, w.scanner(9))]
    assert verdicts(exposed) == ["scan"] * 2 + [""] * 2
    assert verdicts(exposed, {"scannoise.exposing_sources": "2"}) == ["scan"] * 3 + [""]


# --- Fragments, without Wireshark's reassembly -----------------------------------------------------

@pytest.mark.parametrize("name, scans", [("fragmented_probe", 1), ("later_fragment_alone", 0),
                                         ("extension_headers", 5)])
def test_without_defragmentation(fields, suite, name, scans):
    off = {"ip.defragment": "FALSE", "ipv6.defragment": "FALSE"}
    assert len(fields(suite.path(name), "scannoise.scan", "frame.number", prefs=off)) == scans
