# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics → Endpoints and → Conversations: the tab of scanners has tshark's numbers, and its rows filter."""
import re
import subprocess
from pathlib import Path

import pytest
from scapy.all import IP, TCP, IPv6, raw
from scapy.utils import PcapWriter

from waiting import settles, until
from windows import Traffic
from wireshark import PROFILE, REPO

ADDRESS = r"[0-9a-f.:]+"


def endpoints_of(text):
    """{address: packets sent} of -z endpoints,scannoise. Wireshark 4.6 writes sizes with a unit."""
    size = r"\d+(?: (?:bytes|[kMG]B))?"
    return {found[1]: int(found[2])
            for found in re.finditer(rf"^({ADDRESS}) +\d+ +{size} +(\d+) ", text, re.MULTILINE)}


def conversations_of(text):
    """{(scanner, target): packets} of -z conv,scannoise."""
    rows = (re.match(rf"({ADDRESS}) +<-> ({ADDRESS}) .*", line) for line in text.splitlines())
    size = r"[\d.,]+ (?:bytes|kB|MB)"
    return {(row[1], row[2]): int(re.search(rf"{size} +(\d+) {size} +\d+ {size}", row[0])[1]) for row in rows if row}


@pytest.fixture
def endpoints(wireshark):
    if not hasattr(wireshark, "endpoints"):
        wireshark.endpoints = Traffic(wireshark, "Endpoints")
    return wireshark.endpoints


@pytest.fixture
def conversations(wireshark):
    if not hasattr(wireshark, "conversations"):
        wireshark.conversations = Traffic(wireshark, "Conversations")
    return wireshark.conversations


@pytest.mark.parametrize("window", ["endpoints", "conversations"])
def test_it_opens_with_our_tab_in_front(window, request):
    assert list(request.getfixturevalue(window).tabs()) == ["Scan Noise"]


def test_endpoints_are_tsharks(endpoints, ask, twin, keep):
    expected = endpoints_of(ask(twin, "-q", "-z", "endpoints,scannoise"))
    assert endpoints.count() == len(expected) == len(endpoints.grid) > 1000
    shown = zip(endpoints.column("Address"), map(int, endpoints.column("Tx Packets")))
    assert dict(shown) == expected
    keep("endpoints", endpoints.dialog)


def test_endpoints_are_the_statistics_scanners(endpoints, count):
    assert sum(map(int, endpoints.column("Packets"))) == count("scannoise.scan")


def test_an_endpoint_filters_its_noise(endpoints, wireshark, count):
    for row in (0, 5, 12):
        scanner, packets = endpoints.grid.text(row), int(endpoints.column("Packets")[row])
        display_filter = endpoints.apply_as_filter(row)
        assert count(f"scannoise.scan && ip.src == {scanner}") == count(display_filter) == packets
        wireshark.shows(packets)


def test_conversations_are_tsharks(conversations, ask, twin, keep):
    expected = conversations_of(ask(twin, "-q", "-z", "conv,scannoise"))
    assert conversations.count() == len(expected) == len(conversations.grid) > 1000
    pairs = zip(conversations.column("Address A"), conversations.column("Address B"))
    assert dict(zip(pairs, map(int, conversations.column("Packets A → B")))) == expected
    keep("conversations", conversations.dialog)


def test_a_conversation_filters_its_noise(conversations, wireshark, count):
    for row in (0, 5):
        scanner, target = conversations.grid.row(row)[:2]
        packets = int(conversations.column("Packets")[row])
        display_filter = conversations.apply_as_filter(row, "Right")
        assert count(f"scannoise.scan && ip.src == {scanner} && ip.dst == {target}") == packets
        assert count(display_filter) == packets
        wireshark.shows(packets)


# --- Both IP versions ----------------------------------------------------------------------------

@pytest.fixture
def both_versions(session_dir):
    path = session_dir / "both-versions.pcap"
    with PcapWriter(str(path), linktype=101) as out:
        for port in range(1, 8):
            for packet in (IP(src="198.51.100.9", dst="192.0.2.1"), IPv6(src="2001:db8:9::9", dst="2001:db8::1"),
                           IPv6(src="2001:db8:9::a", dst="2001:db8::1")):
                out.write(raw(packet / TCP(sport=40000, dport=port, flags="S")))
    path.chmod(0o644)
    return path


def test_both_ip_versions_are_listed_and_filter(start, both_versions, ask):
    wireshark = start("-r", both_versions)
    wireshark.shows(21)
    window = Traffic(wireshark, "Endpoints")
    addresses = ["198.51.100.9", "2001:db8:9::9", "2001:db8:9::a"]
    settles("other endpoints", lambda: sorted(window.column("Address")), addresses)
    for address in addresses:
        display_filter = window.apply_as_filter(window.column("Address").index(address))
        assert len(ask(both_versions, "-Y", display_filter).splitlines()) == 7, display_filter
        wireshark.shows(7)


# --- Countries -----------------------------------------------------------------------------------

@pytest.fixture
def database(session_dir):
    """The folder of a MaxMind database that knows two networks of the twin's scanners: see geoip.pl."""
    folder = session_dir / "GeoIP"
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run(["perl", Path(__file__).with_name("geoip.pl"), folder / "test.mmdb"], check=True, timeout=60)
    (folder / "test.mmdb").chmod(0o644)
    return folder


def test_scanners_have_countries_where_a_database_is_configured(start, twin, twin_packets, count, database, ask,
                                                                keep):
    """Wireshark 4.0 has the columns in the tabs of IP alone, and there for the packets that a filter leaves."""
    recent = (REPO / "plugin/profile" / PROFILE / "recent").read_text().replace('"Scan Noise"', '"Scan Noise", "IPv4"')
    wireshark = start("-r", twin, names=True, files={"../../maxmind_db_paths": f'"{database}"\n', "recent": recent})
    wireshark.shows(twin_packets)
    wireshark.apply_filter("scannoise.scan")
    wireshark.shows(count("scannoise.scan"))
    window = Traffic(wireshark, "Endpoints", "IPv4")
    limit = window.dialog.get("check box", "Limit to display filter")
    if not limit.is_checked():
        limit.do("Toggle")
    scanners = endpoints_of(ask(twin, "-q", "-z", "endpoints,scannoise"))
    until(lambda: f"{window.count()} addresses", lambda: window.count() == len(scanners) + 1)       # one target
    until(lambda: f"no totals: {window.headings()}", lambda: "Total Packets" in window.headings())
    for network, place in {"198.18.": ("Testland", "64496", "First test system"),
                           "198.19.": ("Otherland", "64497", "Second test system")}.items():
        row = next(n for n, address in enumerate(window.column("Address")) if address.startswith(network))

        def shown():            # Wireshark has addresses looked up meanwhile
            cells = dict(zip(window.grid.headings(), window.grid.row(row)))
            return cells["Country"], cells["AS Number"], cells["AS Organization"], int(cells["Tx Packets"])
        settles(f"{network} is somewhere else", shown, (*place, scanners[window.grid.text(row)]))
    keep("countries", window.dialog)
