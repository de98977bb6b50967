# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The limit on what is remembered: beyond it packets are counted and said to be so, never silently wrong."""
import csv
import ipaddress
import json

import pytest

from builders import World, line, pcap
from suite import TABLE
from table import from_sharkd, parse

V4 = World(4)
STRANGERS = 6000
LITTLE = {"scannoise.max_memory": "1"}      # MB: room for some thousands of them
NOT_JUDGED = "Not judged: limit reached"
SINCE = "Not judged: from frame "


@pytest.fixture(scope="module")
def crowd(session_dir):
    """Strangers probe one address, and then each probes it once more at the same port."""
    probe = bytes(line(V4.tcp(V4.scanner(1), V4.router, "S")))
    first = int(ipaddress.ip_address("198.18.0.0"))
    before, after = probe.split(ipaddress.ip_address(V4.scanner(1)).packed)
    frames = [before + (first + n).to_bytes(4, "big") + after for n in range(STRANGERS)]
    path = session_dir / "crowd.pcap"
    path.write_bytes(pcap([(n / 100, frame) for n, frame in enumerate(frames + frames)]))
    path.chmod(0o644)
    return path


def limit(table):
    """(packets that were not judged, from which frame on), as the table says it."""
    packets, since = (row for row in table["Capture"] if row.item.startswith("Not judged"))
    assert packets.item == NOT_JUDGED and since.item.startswith(SINCE)
    return packets.packets, int(since.item.removeprefix(SINCE))


def test_every_program_stops_at_the_same_packet(tshark, sharkd, crowd):
    """However often somebody asks meanwhile, and in whatever view."""
    unasked, asked, twice = (parse(tshark(*how, "-r", crowd, *TABLE, prefs=LITTLE).stdout)
                             for how in (["-q"], ["-Y", "scannoise.technique"], ["-2", "-q"]))
    little = [("setconf", {"name": name, "value": value}) for name, value in LITTLE.items()]
    said = sharkd(None, *little, ("load", {"file": str(crowd)}), ("tap", {"tap0": "nstat:scannoise,stat"}))[-1]
    packets, first = limit(unasked)
    assert 2000 < first < 5000
    assert packets == 2 * (STRANGERS - (first - 1))
    for table in (unasked, asked, twice, from_sharkd(said)):
        assert table.packets("All packets") == 2 * STRANGERS
        assert table.packets("Unsolicited scans") == 2 * STRANGERS - packets
        assert limit(table) == (packets, first)


def test_first_frame_without_room_says_so(tshark, fields, crowd):
    said = fields(crowd, "scannoise.expert.limit", "frame.number", "_ws.expert.message", prefs=LITTLE)
    table = parse(tshark("-q", "-r", crowd, *TABLE, prefs=LITTLE).stdout)
    assert [int(number) for number, _ in said] == [limit(table)[1]]
    assert "scannoise.max_memory" in said[0][1]


def test_json_says_so_too(tshark, crowd):
    done = tshark("-q", "-r", crowd, "-z", "scannoise,json", *TABLE, prefs=LITTLE)
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert (said["not_judged"], said["not_judged_from"]) == limit(parse(done.stdout))
    assert said["noise"]["scan"] == 2 * STRANGERS - said["not_judged"]


@pytest.mark.parametrize("condition", ["", ",frame.number > 11990"])
def test_csv_says_so_on_the_terminal(tshark, crowd, workdir, condition):
    """In one line, when the file is complete; also of a file that has none of the packets before the limit."""
    done = tshark("-q", "-r", crowd, "-z", f"scannoise,flows,{workdir}/n.csv{condition}", *TABLE, prefs=LITTLE)
    packets, first = limit(parse(done.stdout))
    assert done.stderr == (f"tshark: scannoise,flows: {workdir}/n.csv: from frame {first} on {packets} packets were not "
                           "judged, as scannoise.max_memory is reached\n")
    with open(workdir / "n.csv", newline="") as rows:
        assert sum(int(row["packets"]) for row in csv.DictReader(rows)) == \
            (0 if condition else 2 * STRANGERS - packets)


@pytest.mark.parametrize("value", ["2", "0", "4096"])
def test_a_limit_that_is_not_reached_and_none_at_all_say_nothing(tshark, fields, crowd, workdir, value):
    prefs = {"scannoise.max_memory": value}
    done = tshark("-q", "-r", crowd, *TABLE, "-z", "scannoise,json", "-z", f"scannoise,flows,{workdir}/n.csv", prefs=prefs)
    table = parse(done.stdout)
    assert table.packets("Unsolicited scans") == 2 * STRANGERS
    assert not any(row.item.startswith("Not judged") for row in table["Capture"])
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert (said["not_judged"], said["not_judged_from"]) == (0, None)
    assert done.stderr == ""
    assert fields(crowd, "scannoise.expert.limit", "frame.number", prefs=prefs) == []


def test_sessions_each_have_the_memory_for_themselves(tshark, crowd):
    """tshark -M forgets, and what it forgets takes no room."""
    table = parse(tshark("-M", "2000", "-q", "-r", crowd, *TABLE, prefs=LITTLE).stdout)
    assert table.packets("Unsolicited scans") == 2 * STRANGERS
