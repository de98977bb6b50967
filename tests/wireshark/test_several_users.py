# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Several statistics at once: in one run of tshark, in one request to sharkd, and together with each other."""
import re

import pytest

from table import from_sharkd

TWIN = "captures/home-line.pcapng"
NSTAT, CONV, ENDPOINTS = "nstat:scannoise,stat", "conv:Scan Noise", "endpt:Scan Noise"
UNITS = {"bytes": 1, "kB": 1000, "MB": 1000_000}


def conversations(text):
    """The tables of -z conv,scannoise: [(filter, {(scanner, target): packets}), ...]."""
    tables = []
    for table in re.findall(r"^Scan Noise Conversations\nFilter:(.*)\n((?:.*\n)*?)=====", text, re.MULTILINE):
        rows = re.findall(r"^(\S+) +<-> (\S+) +0 0 bytes +\d+ [\d.]+ \w+ +(\d+) ", table[1], re.MULTILINE)
        tables.append((table[0], {(scanner, target): int(packets) for scanner, target, packets in rows}))
    return tables


def endpoints(text):
    """The table of -z endpoints,scannoise: {scanner: packets}."""
    table = re.search(r"^Scan Noise Endpoints\n((?:.*\n)*?)=====", text, re.MULTILINE)[1]
    return {row[0]: int(row[1]) for row in re.findall(r"^([0-9a-f.:]+) +(\d+) ", table, re.MULTILINE)}


def by_pair(tap):
    return {(row["saddr"], row["daddr"]): row["txf"] for row in tap["convs"]}


def by_scanner(tap):
    return {row["host"]: row["txf"] for row in tap["hosts"]}


def tap(*names):
    return "tap", {f"tap{number}": name for number, name in enumerate(names)}


def taps(answer):
    return {one["tap"]: one for one in answer["taps"]}


@pytest.fixture(scope="module")
def scanners(suite):
    """Of the twin: {scanner: scan packets} as the statistics say."""
    return {row.item: row.packets for row in suite.get("plain", TWIN)["Top scanners"]}


# --- tshark --------------------------------------------------------------------------------------

@pytest.mark.parametrize("passes", [[], ["-2"], ["-M", "2000"]])
def test_tables_agree_in_one_run(tshark, suite, scanners, passes):
    """Scanners of the statistics, the end points and the conversations have the same packets."""
    said = tshark(*passes, "-q", "-r", suite.path(TWIN), "-z", "endpoints,scannoise", "-z", "scannoise,stat",
                  "-z", "conv,scannoise").stdout
    [(_, pairs)] = conversations(said)
    assert endpoints(said) == scanners
    by_source = {}
    for (scanner, _), packets in pairs.items():
        by_source[scanner] = by_source.get(scanner, 0) + packets
    assert by_source == scanners


def test_conversations_twice_with_different_filters(tshark, suite):
    path, filters = suite.path(TWIN), ("udp", "tcp.dstport == 23")
    together = conversations(tshark("-q", "-r", path, *(
        word for text in filters for word in ("-z", f"conv,scannoise,{text}"))).stdout)
    assert sorted(text for text, _ in together) == sorted(filters)
    for text, pairs in together:
        assert [(text, pairs)] == conversations(tshark("-q", "-r", path, "-z", f"conv,scannoise,{text}").stdout)
        assert pairs


# --- sharkd --------------------------------------------------------------------------------------

def test_several_taps_in_one_request(sharkd, suite, scanners):
    path, ours = suite.path(TWIN), (NSTAT, CONV, ENDPOINTS)
    together, *alone = sharkd(path, tap(*ours, "conv:TCP", "endpt:IPv4"), *(tap(name) for name in ours))
    together, alone = taps(together), {name: taps(answer)[name] for name, answer in zip(ours, alone)}
    assert not from_sharkd({"taps": [together[NSTAT]]}).unlike(from_sharkd({"taps": [alone[NSTAT]]}))
    assert by_pair(together[CONV]) == by_pair(alone[CONV])
    assert by_scanner(together[ENDPOINTS]) == by_scanner(alone[ENDPOINTS]) == scanners


@pytest.mark.parametrize("name", ["one_probe", "banner_grabber_v4", "banner_grabber_v6"])
def test_filters_of_rows_find_their_packets(sharkd, suite, name):
    """What "Apply as Filter" makes of a row: the fields of both ends."""
    path = suite.path(name)
    [answer] = sharkd(path, tap(CONV))
    rows = taps(answer)[CONV]["convs"]
    assert rows
    frames = sharkd(path, *(("frames", {"filter": row["filter"]}) for row in rows))
    for row, found in zip(rows, frames, strict=True):
        assert "scannoise." in row["filter"] and len(found) == row["txf"], row


def test_files_and_taps_in_turn(sharkd, suite):
    """No statistic has packets of the file before, whichever was asked of it."""
    small = ("load", {"file": str(suite.path("one_probe"))})
    large = ("load", {"file": str(suite.path(TWIN))})
    answers = sharkd(suite.path(TWIN), tap(CONV, NSTAT), small, tap(NSTAT, CONV), large, tap(ENDPOINTS), small,
                     tap(ENDPOINTS, NSTAT, CONV))
    last, before = taps(answers[-1]), taps(answers[2])
    assert len(by_scanner(last[ENDPOINTS])) == len(by_pair(last[CONV])) == len(by_pair(before[CONV])) == 1
    for one in (last, before):
        assert from_sharkd({"taps": [one[NSTAT]]}).packets("All packets") == 1
