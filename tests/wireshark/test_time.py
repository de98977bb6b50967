# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Order, midnight, silence (builders_time.py); the times that the table shows; and clocks that are far away."""
import csv
import json
import struct

import pytest
from jsonschema import Draft202012Validator

import builders
from builders import START, World, line
from builders_damage import LINKTYPE_ETHERNET, SECTION, block
from builders_time import MIDNIGHT
from suite import REPO, TABLE
from table import from_sharkd, parse, shown

SCENES = builders.names("builders_time")


@pytest.fixture(scope="module", autouse=True)
def started(suite):
    suite.prefetch(SCENES, ["two_pass"])


@pytest.mark.parametrize("name", SCENES)
def test_each_frame_is_judged_right(suite, name):
    assert suite.said(name) == builders.REGISTRY[name].wants(), builders.REGISTRY[name].claim


@pytest.mark.parametrize("name, first, last", [("time_runs_backwards", 2000, 9000),
                                               ("over_midnight", MIDNIGHT - 2, MIDNIGHT + 2)])
def test_first_and_last_seen(suite, name, first, last):
    scans = suite.get("two_pass", name)[0].scans()
    assert scans.first in shown(START + first) and scans.last in shown(START + last)


def test_silence_is_a_preference(fields, suite):
    path = suite.path("used_again_soon_v4")
    outcome = [row[0] for row in fields(path, "scannoise.scan", "scannoise.outcome",
                                        prefs={"scannoise.reuse_seconds": "60"})]
    assert outcome[0] != outcome[1]


# --- Clocks that are far away --------------------------------------------------------------------

V4 = World(4)
LAST_OF_9999 = 253_402_300_799
FIRST_OF_1 = -62_135_596_800
MOST = 1 << 62          # microseconds are kept up to here, and a second less
FAR = {                 # seconds of the first and last packet, what is said of them in the table and in JSON
    "both ends of time": (-(1 << 63), (1 << 63) - 1, "before 1970", "after 2099", "before 1", "after 9999"),
    "1970 and the end": (0, (1 << 63) - 1, "no time", "after 2099", "1970-01-01T00:00:00.000000Z", "after 9999"),
    "last years that have a date": (FIRST_OF_1, LAST_OF_9999, "before 1970", "after 2099",
                                    "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"),
    "first years that have none": (FIRST_OF_1 - 1, LAST_OF_9999 + 1, "before 1970", "after 2099", "before 1", "after 9999"),
    "seconds that are no microseconds": (1 << 44, (1 << 44) + 86_400, *["after 2099"] * 2, *["after 9999"] * 2),
}


def by_the_second(path, seconds):
    """A pcapng file of SYNs whose clock counts seconds: if_tsresol 0, and if_tsoffset for times before 1970."""
    offset = min(seconds)
    options = struct.pack("<HHB3xHHqHH", 9, 1, 0, 14, 8, offset, 0, 0)
    data = SECTION + block(1, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, 0) + options)
    for n, second in enumerate(seconds):
        frame = bytes(line(V4.tcp(V4.scanner(1), V4.target(n), "S")))
        high, low = divmod(second - offset, 1 << 32)
        data += block(6, struct.pack("<IIIII", 0, high, low, len(frame), len(frame)) + frame + bytes(-len(frame) % 4))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("first, last, table_first, table_last, json_first, json_last", FAR.values(), ids=FAR)
def test_every_view_says_the_same_of_a_far_clock(tshark, sharkd, workdir, first, last, table_first, table_last,
                                                 json_first, json_last):
    path = by_the_second(workdir / "far.pcapng", [last, first, last, first])
    done = tshark("-q", "-r", path, *TABLE, "-z", "scannoise,json", "-z", f"scannoise,flows,{workdir}/n.csv")
    for table in (parse(done.stdout), from_sharkd(sharkd(path, ("tap", {"tap0": "nstat:scannoise,stat"}))[0])):
        assert (table.scans().packets, table.scans().first, table.scans().last) == (4, table_first, table_last)
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert (said["scan"]["first"], said["scan"]["last"]) == (json_first, json_last)
    assert sum(hour["ipv4"] for hour in said["hours"]) == 4 and len(said["hours"]) <= 2
    with open(workdir / "n.csv", newline="") as rows:
        for row in csv.DictReader(rows):
            assert abs(float(row["first"])) <= MOST / 1e6


def test_schema_allows_what_is_said_of_a_far_clock(tshark, workdir):
    schema = json.loads((REPO / "stats/scannoise.schema.json").read_text())
    path = by_the_second(workdir / "far.pcapng", [-(1 << 63), 0, LAST_OF_9999 + 1])
    Draft202012Validator(schema).validate(json.loads(tshark("-q", "-r", path, "-z", "scannoise,json").stdout))
