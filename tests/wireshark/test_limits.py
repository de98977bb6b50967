# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits on what is remembered: beyond them packets are counted and said to be so, never silently wrong."""
import json

import pytest

from builders import World, line, pcap
from suite import TABLE
from table import parse

V4 = World(4)
STRANGERS = 12
NOT_JUDGED = "Not judged: limit reached"
LIMITS = [("max_flows", 5, 5), ("max_hosts", 6, 5)]     # preference, its value, flows that fit: hosts and a target


@pytest.fixture
def crowd(workdir):
    """Twelve strangers probe one address, and then each probes it once more at the same port."""
    probes = [V4.tcp(V4.scanner(n), V4.router, "S") for n in range(1, STRANGERS + 1)]
    path = workdir / "crowd.pcap"
    path.write_bytes(pcap([(n, bytes(line(packet))) for n, packet in enumerate(probes + probes)]))
    return path


@pytest.mark.parametrize("name, value, fit", LIMITS)
def test_table_says_how_many_packets_were_not_judged(tshark, crowd, name, value, fit):
    prefs = {f"scannoise.{name}": value, "scannoise.rows": 0}
    for passes in ([], ["-2"]):
        table = parse(tshark(*passes, "-q", "-r", crowd, *TABLE, prefs=prefs).stdout)
        assert table.packets("All packets") == 2 * STRANGERS
        assert table.packets("Unsolicited scans") == 2 * fit
        assert table.packets(NOT_JUDGED) == 2 * (STRANGERS - fit)


@pytest.mark.parametrize("name, value, fit", LIMITS)
def test_first_frame_without_room_says_so(fields, crowd, name, value, fit):
    prefs = {f"scannoise.{name}": value}
    said = fields(crowd, "scannoise.expert.limit", "frame.number", "_ws.expert.message", prefs=prefs)
    assert [number for number, _ in said] == [str(fit + 1)]
    assert "scannoise.max_flows" in said[0][1] and "scannoise.max_hosts" in said[0][1]
    assert len(fields(crowd, "scannoise.scan", "frame.number", prefs=prefs)) == 2 * fit


@pytest.mark.parametrize("name", ["max_flows", "max_hosts"])
def test_a_limit_that_just_fits_and_none_at_all_say_nothing(tshark, fields, crowd, name):
    for value in (STRANGERS + 1, 0):
        prefs = {f"scannoise.{name}": value}
        table = parse(tshark("-q", "-r", crowd, *TABLE, prefs=prefs).stdout)
        assert table.packets("Unsolicited scans") == 2 * STRANGERS
        assert NOT_JUDGED not in [row.item for row in table["Capture"]]
        assert fields(crowd, "scannoise.expert.limit", "frame.number", prefs=prefs) == []


def test_json_says_so_too(tshark, crowd):
    said = json.loads(tshark("-q", "-r", crowd, "-z", "scannoise,json", prefs={"scannoise.max_flows": 5}).stdout)
    assert said["noise"]["scan"] == 10
    assert said["not_judged"] == 2 * STRANGERS - 10
