# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of -z scannoise,stat on the twin of the article's capture: its figures and how it looks."""
import re
import sys
from collections import Counter

import pytest

from builders import World, pcap, line
from suite import COMMITTED, TABLE
from table import ORIGINS, SECTIONS, parse, shown

sys.path.insert(0, str(COMMITTED))
import make_home_line  # noqa: E402  (the line above makes it importable)

TWIN = "captures/home-line.pcapng"
MOST_COLUMNS = 100
V4, V6 = World(4), World(6)


@pytest.fixture(scope="module")
def twin(suite):
    """The twin's table with every row."""
    return suite.get("plain", TWIN)


@pytest.fixture(scope="module")
def truth():
    """What the generator put into it."""
    return make_home_line.truth()


# --- The article's figures -----------------------------------------------------------------------

def test_published_figures(twin):
    assert twin.row("Capture", "Scanners").scanners == 1018
    assert twin.row("Capture", "Ports").ports == 1167
    assert twin.row("IP version", "IPv4").scanners == 1018
    six = twin.row("IP version", "IPv6")
    assert (six.packets, six.scanners, six.ports, six.targets, six.share) == (0, 0, 0, 0, "0.00")
    assert [row.item for row in twin["Top ports"][:3]] == ["tcp/23", "tcp/1433", "tcp/22"]


def test_universities_ping(twin, suite, truth):
    assert twin.row("Techniques", "ICMP echo").scanners == 2
    frames = suite.get("two_pass", TWIN)[1]
    assert sorted({frame.scanner for frame in frames if frame.technique == "ICMP echo"}) == sorted(truth["ping"])


def test_an_organisation_stands_out(suite, truth):
    """Its scanners sweep many ports of one target."""
    mine = [frame for frame in suite.get("two_pass", TWIN)[1] if frame.scanner in truth["organisation"]["scanners"]]
    assert {frame.scanner for frame in mine} == set(truth["organisation"]["scanners"])
    assert {frame.pattern for frame in mine} == {"vertical"}


def test_totals(twin, truth):
    scans = twin.scans()
    assert twin.packets("All packets") == truth["frames"]
    assert twin.packets("Backscatter") == truth["backscatter"]["packets"]
    assert (scans.packets, scans.scanners, scans.ports, scans.targets) == \
        (truth["scan"]["packets"], truth["scan"]["scanners"], truth["scan"]["ports"], 1)
    for row in twin.versions():
        figures = truth["ip_version"][row.item]
        assert (row.packets, row.scanners) == (figures["packets"], figures["scanners"])


def test_every_port(twin, truth):
    assert [[row.item, row.packets, row.scanners] for row in twin["Top ports"]][:50] == truth["scan"]["by_port"][:50]
    assert {(row.item, row.packets, row.scanners) for row in twin["Top ports"]} == \
        {tuple(row) for row in truth["scan"]["by_port"]}


def test_top_scanners(twin, truth):
    rows = twin["Top scanners"][:len(truth["top_scanners"])]
    assert [{"address": row.item, "packets": row.packets, "ports": row.ports} for row in rows] == truth["top_scanners"]


def test_techniques(twin, truth):
    said = {row.item: row.packets for row in twin["Techniques"]}
    said["TCP SYN"] += said.pop("TCP connect")      # the twin's truth does not tell who made a SYN
    assert said == truth["scan"]["by_technique"]


def test_tools(twin, suite, truth):
    tools = Counter(frame.tool for frame in suite.get("two_pass", TWIN)[1] if frame.scan and frame.tool)
    assert tools == truth["scan"]["by_tool"] == {row.item: row.packets for row in twin["Tools"]}


# --- Looks -------------------------------------------------------------------------------------------

def table_lines(text):
    """The lines of our table between tshark's two rulers."""
    return text.partition("Scan Noise:\n")[2].partition("\n=====")[0].splitlines()


@pytest.fixture
def show(tshark, suite):
    """show(name, ...) -> the table's lines for a capture of the suite, with the default preferences."""
    def run(name, *args, **keywords):
        return table_lines(tshark("-q", "-r", suite.path(name), *(args or TABLE), **keywords).stdout)
    return run


@pytest.mark.parametrize("name", [TWIN, "banner_grabber_v6", "empty_pcapng"])
def test_columns_are_aligned(show, name):
    rows = [text for text in show(name) if "|" in text]
    assert len({len(text) for text in rows}) == 1
    assert len({tuple(found.start() for found in re.finditer(r"\|", text)) for text in rows}) == 1


def test_twin_fits_a_terminal(show):
    assert max(map(len, show(TWIN))) <= MOST_COLUMNS


@pytest.mark.parametrize("name", [TWIN, "empty_pcapng", "no_ip", "one_probe"])
def test_sections_are_always_there(suite, name):
    table = suite.get("plain", name)
    assert tuple(table) == SECTIONS
    assert list(SECTIONS + ORIGINS) == sorted(SECTIONS + ORIGINS)       # as Wireshark's dialog sorts them
    assert [row.item for row in table["IP version"]] == ["IPv4", "IPv6", "IPv6 scanners by /64"]
    assert [row.item for row in table["Capture"]] == ["All packets", "Noise", "Unsolicited scans", "Backscatter",
                                                      "Scanners", "Ports"]


@pytest.mark.parametrize("prefs, rows", [(None, 20), ({"scannoise.rows": "5"}, 5), ({"scannoise.rows": "0"}, None)],
                         ids=["default", "5", "all"])
def test_rows_preference(tshark, suite, twin, prefs, rows):
    table = parse(tshark("-q", "-r", suite.path(TWIN), *TABLE, prefs=prefs).stdout)
    assert table["Top ports"] == twin["Top ports"][:rows]
    assert table["Top scanners"] == twin["Top scanners"][:rows]
    for section in ("Capture", "IP version", "Outcomes", "Techniques", "Tools"):
        assert table[section] == twin[section]


# --- Ranking ---------------------------------------------------------------------------------------

@pytest.fixture
def table_of(tshark, workdir):
    """table_of(packets) -> the table of a capture made of them, in this order, a second apart."""
    def run(packets, *args, **keywords):
        path = workdir / "made.pcap"
        path.write_bytes(pcap([(n, bytes(line(packet))) for n, packet in enumerate(packets)]))
        return parse(tshark("-q", "-r", path, *(args or TABLE), **keywords).stdout)
    return run


def test_ties_are_ranked_by_name_whatever_came_first(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port)
               for n, port in ((9, 80), (10, 23), (2, 443))]
    packets += [V4.udp(V4.scanner(1), V4.router, dport=53), V6.tcp(V6.scanner(1), V6.router, "S", dport=8)]
    want_ports = ["tcp/8", "tcp/23", "tcp/80", "tcp/443", "udp/53"]
    want_scanners = [V4.scanner(1), V4.scanner(2), V4.scanner(9), V4.scanner(10), V6.scanner(1)]
    for order in (packets, packets[::-1]):
        table = table_of(order)
        assert [row.item for row in table["Top ports"]] == want_ports
        assert [row.item for row in table["Top scanners"]] == want_scanners


def test_more_packets_come_first(table_of):
    packets = [V4.tcp(V4.scanner(1), V4.router, "S", dport=10)]
    packets += [V4.tcp(V4.scanner(2), V4.router, "S", sport=n, dport=20) for n in (1, 2)]
    table = table_of(packets)
    assert [(row.item, row.packets, row.share) for row in table["Top ports"]] == \
        [("tcp/20", 2, "66.67"), ("tcp/10", 1, "33.33")]
    assert [row.item for row in table["Top scanners"]] == [V4.scanner(2), V4.scanner(1)]


def test_one_port_over_two_transports_and_versions(table_of):
    """tcp/53 and udp/53 are two ports; the same port over IPv4 and IPv6 is one."""
    packets = [w.tcp(w.scanner(1), w.router, "S", dport=53) for w in (V4, V6)]
    packets += [w.udp(w.scanner(1), w.router, dport=53) for w in (V4, V6)]
    table = table_of(packets)
    assert {row.item: (row.packets, row.scanners, row.targets) for row in table["Top ports"]} == \
        {"tcp/53": (2, 2, 2), "udp/53": (2, 2, 2)}
    assert (table.scans().ports, table.scans().scanners, table.scans().targets) == (2, 2, 2)
    assert [(row.ports, row.scanners) for row in table.versions()] == [(2, 1), (2, 1)]


def test_a_network_of_addresses_is_one_ipv6_scanner(table_of):
    """Who has a /64 can scan from any of its addresses."""
    scanners = ["2001:db8:1::1", "2001:db8:1::ffff:2", "2001:db8:1:1::1", "2001:db8:2::1"]
    table = table_of([V6.tcp(address, V6.router, "S") for address in scanners])
    assert table.row("IP version", "IPv6").scanners == table.scans().scanners == 4
    assert table.row("IP version", "IPv6 scanners by /64").scanners == 3


def test_first_and_last_seen_of_each_row(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port, sport=50 + at)
               for at, (n, port) in enumerate([(1, 10), (2, 20), (1, 20), (2, 10)])]
    table = table_of(packets)
    times = {row.item: (row.first, row.last) for row in table["Top ports"] + table["Top scanners"]}
    want = {"tcp/10": (0, 3), "tcp/20": (1, 2), V4.scanner(1): (0, 2), V4.scanner(2): (1, 3)}
    for item, (first, last) in want.items():
        assert times[item][0] in shown(first) and times[item][1] in shown(last)


# --- Names -------------------------------------------------------------------------------------------

def test_services_are_named_when_names_are_resolved(table_of):
    packets = [V4.tcp(V4.scanner(1), V4.router, "S", dport=23), V4.tcp(V4.scanner(1), V4.router, "S", dport=64999)]
    named = table_of(packets, "-N", "t", *TABLE, resolve=True)
    assert [row.item for row in named["Top ports"]] == ["tcp/23 (telnet)", "tcp/64999"]
    assert [row.item for row in table_of(packets)["Top ports"]] == ["tcp/23", "tcp/64999"]


# --- A filter on the statistic -----------------------------------------------------------------------

def test_filter_counts_packets_that_match(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port) for n in (1, 2) for port in (10, 20)]
    table = table_of(packets, "-z", f"scannoise,stat,ip.src=={V4.scanner(1)}")
    assert table.packets("All packets") == table.packets("Unsolicited scans") == 2
    assert [row.item for row in table["Top scanners"]] == [V4.scanner(1)]


def test_filter_does_not_blind_the_verdict(table_of):
    """What the filter hides is still known: the SYN was refused, and the source still scans elsewhere."""
    packets = [V4.tcp(V4.scanner(1), V4.target(n), "S") for n in range(100, 106)]
    packets += [packet for _, packet in V4.dialogue(V4.scanner(1), V4.router, dport=22)]
    table = table_of(packets, "-z", "scannoise,stat,tcp.port==22")
    assert table.packets("All packets") == 8
    assert table.packets("Unsolicited scans") == 5      # the packets that the scanner sent


def test_filter_on_our_own_fields(tshark, suite):
    said = tshark("-2", "-q", "-r", suite.path(TWIN), "-z", "scannoise,stat,scannoise.port==23", prefs=None).stdout
    assert [(row.item, row.packets) for row in parse(said)["Top ports"]] == [("tcp/23", 1698)]


def test_filter_is_named(show):
    assert any("ip.src==203.0.113.77" in text for text in show(TWIN, "-z", "scannoise,stat,ip.src==203.0.113.77"))
