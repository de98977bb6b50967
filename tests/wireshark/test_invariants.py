# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds of every verdict, on every capture of the suite: those on disk and those that any module makes.

Whoever adds a capture, anywhere, has it checked here.
"""
import re
import zlib
from collections import Counter
from ipaddress import ip_address
from itertools import zip_longest

import pytest

import suite as every
from table import shown

NAMES = every.every_name()


def one_of_twins(name):
    """Of what is there with IPv4 and with IPv6, whether it is the one that the name's hash chooses."""
    stem, _, version = name.rpartition("_")
    twins = {f"{stem}_v4", f"{stem}_v6"}
    return not twins <= set(NAMES) or version == ("v4", "v6")[zlib.crc32(stem.encode()) & 1]


# What tshark -V says is long.
IN_DETAIL = [name for name in NAMES if one_of_twins(name)]
WITH_PORTS = re.compile("TCP|UDP|SCTP")


@pytest.fixture(scope="module", autouse=True)
def opened(request, suite):
    """One sharkd that opens every capture that was selected; result() is {name: (frames, table)}.

    All runs are started here, not one by one as the tests come.
    """
    mine = {item.name.partition("[")[2].rstrip("]") for item in request.session.items
            if item.path == request.path}
    names = [name for name in NAMES if name in mine]
    sharkd = suite.open_all(names)
    suite.prefetch(names, ["plain", "two_pass"])
    suite.prefetch([name for name in names if name in IN_DETAIL], ["everything", "bare"])
    return sharkd


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


# --- The same numbers everywhere -----------------------------------------------------------------

def test_two_passes_and_a_filter_change_no_number(suite, name):
    assert not suite.get("two_pass", name)[0].unlike(suite.get("plain", name))


@pytest.mark.parametrize("name", IN_DETAIL)
def test_details_colours_and_other_statistics_change_no_number(suite, name):
    assert not suite.get("everything", name)[0].unlike(suite.get("plain", name))


def test_sharkd_has_the_same_numbers(suite, opened, name):
    frames, table = opened.result()[name]
    assert not table.unlike(suite.get("plain", name))
    assert table.packets("All packets") == frames


# --- The filter and the table --------------------------------------------------------------------

def test_filters_match_what_the_table_counts(suite, name):
    table, frames = suite.get("two_pass", name)
    assert sum(frame.scan for frame in frames) == table.packets("Unsolicited scans")
    assert sum(frame.backscatter for frame in frames) == table.packets("Backscatter")
    assert len(frames) == table.packets("Noise")
    assert not any(frame.scan and frame.backscatter for frame in frames)


def counted(frames, key):
    """What a section of the table should say, grouped from the frames: {item: cells}."""
    groups = {}
    for frame in frames:
        if key(frame) is not None:
            groups.setdefault(key(frame), []).append(frame)
    return {item: cells(group) for item, group in groups.items()}


def transport(frame):
    return frame.technique.split()[0].lower()       # "TCP SYN", "UDP", "SCTP INIT"


def service(frame):
    return f"{transport(frame)}/{frame.port}" if frame.port else None


def cells(frames):
    """(packets, scanners, ports, targets) of a group of scan frames."""
    return (len(frames), len({frame.scanner for frame in frames}),
            len({service(frame) for frame in frames} - {None}), len({frame.target for frame in frames}))


def told(rows):
    return {row.item: (row.packets, row.scanners, row.ports, row.targets) for row in rows}


def version(frame):
    return "IPv6" if ":" in frame.scanner else "IPv4"


def test_table_says_what_the_frames_say(suite, name):
    """Every row of the table, counted again from the fields of the frames."""
    table, frames = suite.get("two_pass", name)
    scans = [frame for frame in frames if frame.scan]
    assert told([table.scans()])["Unsolicited scans"] == cells(scans)
    nothing = {"IPv4": (0, 0, 0, 0), "IPv6": (0, 0, 0, 0)}
    assert told(table.versions()) == {**nothing, **counted(scans, version)}
    networks = {int(ip_address(frame.scanner)) >> 64 for frame in scans if version(frame) == "IPv6"}
    assert table.row("IP version", "IPv6 scanners by /64").scanners == len(networks)
    assert told(table["Techniques"]) == counted(scans, lambda frame: frame.technique)
    assert told(table["Outcomes"]) == counted(scans, lambda frame: frame.outcome)
    assert told(table["Tools"]) == counted(scans, lambda frame: frame.tool or None)
    assert told(table["Asked for"]) == counted(scans, lambda frame: frame.asked_for or None)
    assert told(table["Reasons"]) == counted(scans, lambda frame: frame.reason)
    ports = {item: (packets, scanners, None, targets)       # how many ports a port is, need not be said
             for item, (packets, scanners, _, targets) in counted(scans, service).items()}
    assert told(table["Top ports"]) == ports
    assert told(table["Top scanners"]) == counted(scans, lambda frame: frame.scanner)


def test_first_and_last_seen_are_times_of_frames(suite, name):
    table, frames = suite.get("two_pass", name)
    for item, group in (("Unsolicited scans", [frame for frame in frames if frame.scan]),
                        ("Backscatter", [frame for frame in frames if frame.backscatter]), ("Noise", frames)):
        row, times = table.row("Capture", item), [frame.time for frame in group]
        if None in times:
            continue            # no time is promised for what has none
        if times:
            assert row.first in shown(min(times)) and row.last in shown(max(times))
        else:
            assert (row.first, row.last) == ("", "")


def test_scanner_totals_are_those_of_its_frames(suite, name):
    """scannoise.scanner.probes, .contacts, .ports and .targets, on each frame of the scanner."""
    by_scanner = {}
    for frame in suite.get("two_pass", name)[1]:
        if frame.scan:
            by_scanner.setdefault(frame.scanner, []).append(frame)
    for scanner, frames in by_scanner.items():
        contacts = {(frame.target, frame.port, contact_kind(frame)) for frame in frames}
        packets, _, ports, targets = cells(frames)
        assert {frame.totals for frame in frames} == {(packets, len(contacts), ports, targets)}, scanner
        assert len({frame.pattern for frame in frames}) == 1, scanner


def contact_kind(frame):
    """A contact is a target, a transport and a port: two techniques at one port are one contact.
    Without ports the kind of question stands for the port, and an IP protocol is its own transport."""
    return transport(frame) if frame.port else (frame.technique, frame.protocol)


# --- Sums within the table -----------------------------------------------------------------------

def test_sums(suite, name):
    table = suite.get("plain", name)
    scans = table.scans()
    assert table.packets("Noise") == scans.packets + table.packets("Backscatter")
    for rows in (table.versions(), table["Outcomes"], table["Techniques"], table["Reasons"], table["Top scanners"]):
        assert sum(row.packets for row in rows) == scans.packets
    portless = sum(row.packets for row in table["Techniques"] if not WITH_PORTS.match(row.item))
    assert sum(row.packets for row in table["Top ports"]) + portless == scans.packets
    assert sum(row.scanners for row in table.versions()) == scans.scanners
    assert scans.scanners == len(table["Top scanners"]) and scans.ports == len(table["Top ports"])
    assert sum(step.ipv4 + step.ipv6 for step in table.hours) in (0, scans.packets)


def test_shares_and_ranks(suite, name):
    table = suite.get("plain", name)
    whole = table.scans().packets
    for section, rows in table.items():
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1)), section
        for row in rows:
            if row.share:
                assert row.share == f"{100 * row.packets / whole if whole else 0:.2f}", row
    for section in ("Outcomes", "Techniques", "Tools", "Reasons", "Top ports", "Top scanners"):
        packets = [row.packets for row in table[section]]
        assert packets == sorted(packets, reverse=True) and 0 not in packets, section
        assert max(Counter(row.item for row in table[section]).values(), default=1) == 1, section


# --- A guest that changes nothing ----------------------------------------------------------------

OURS = re.compile(r"^\[?Scan Noise\b.*\n(?: .*\n)*", re.MULTILINE)
COLOURING = re.compile(r"^    \[Coloring Rule (?:Name|String): .*\n", re.MULTILINE)


@pytest.mark.parametrize("name", IN_DETAIL)
def test_dissection_is_the_same_without_the_plugin(suite, name):
    """Every line of -V but our own subtree, with frame.protocols in it. Colours are a matter of each
    home's rules, and here one home's rules ask for a verdict."""
    with_plugin = suite.get("everything", name)[1]
    ours, theirs = (COLOURING.sub("", text).strip().splitlines()
                    for text in (OURS.sub("", with_plugin), suite.get("bare", name)))
    assert not [pair for pair in zip_longest(ours, theirs) if pair[0] != pair[1]][:3]


def test_colouring_rules_know_the_verdict(suite):
    """The law above means something: the rules of that home did ask."""
    assert "[Coloring Rule Name: Scan]" in suite.get("everything", "one_probe")[1]


# --- One change at a time, where the combined run above would not tell which one it was -----------

VARIATIONS = {"details": ["-V"], "bytes": ["-x"], "json": ["-T", "json"], "summary": [], "colour": ["--color"],
              "filter": ["-Y", "scannoise.scan"], "other filter": ["-Y", "ip.src == 203.0.113.77"],
              "io,stat": ["-q", "-z", "io,stat,60"], "conv": ["-q", "-z", "conv,ip"],
              "endpoints": ["-q", "-z", "endpoints,ip"], "expert": ["-q", "-z", "expert"],
              "filtered tap": ["-q", "-z", "io,stat,0,scannoise.scan"]}


@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("capture", ["standing_changes_late_v4", "banner_grabber_v6"])
def test_no_single_option_changes_a_number(suite, tshark, capture, variation):
    said = tshark(*VARIATIONS[variation], *every.TABLE, "-r", suite.path(capture)).stdout
    assert not every.parse(said).unlike(suite.get("plain", capture))


@pytest.mark.parametrize("capture", ["captures/home-line.pcapng", "backscatter_amplifiers_v4", "empty_pcapng"])
def test_lines_of_a_filter_are_the_tables_packets(suite, tshark, capture):
    """As the README says it: tshark -2 -Y scannoise.scan | wc -l."""
    table, path = suite.get("plain", capture), suite.path(capture)
    for display_filter, item in (("scannoise.scan", "Unsolicited scans"), ("scannoise.backscatter", "Backscatter")):
        lines = tshark("-2", "-Y", display_filter, "-r", path).stdout.splitlines()
        assert len(lines) == table.packets(item)
