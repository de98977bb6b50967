# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard: a change that makes the plugin noticeably more expensive fails. It counts instructions,
which repeat, and takes no times. The limits are a little above what bench.py measures with more
packets, because 20 000 packets have a larger share of work that is done once."""
import os
from pathlib import Path

import generate
import measure
import pytest

PACKETS = 20_000
BUILD = Path(os.environ.get("SCANNOISE_PLUGIN") or Path(__file__).resolve().parents[2] / "build/scannoise.so").parent

UNUSED = ("-Y", "tcp.port==23")
USES = {"endpoints": (("-q", "-z", "endpoints,ip"), False),
        "plain": (("-q", "-z", "smb,srt"), False),      # dissects every packet and counts none of these
        "statistic": (("-q", "-z", "scannoise,stat"), True),
        "dissected": (("-q", "-o", "scannoise.short_way:FALSE", "-z", "scannoise,stat"), True),
        "without": (UNUSED, False),
        "unused": (UNUSED, True)}


@pytest.fixture(scope="module")
def counted():
    """Instructions per packet of each use."""
    with measure.Workshop(BUILD) as workshop:
        capture, one_packet = workshop.folder / "mix.pcap", workshop.folder / "one.pcap"
        generate.write(capture, "mix", PACKETS)
        generate.write(one_packet, "mix", 1)
        costs = measure.per_packet(workshop, capture, one_packet, PACKETS, list(USES.values()), True)
        return dict(zip(USES, costs))


def test_the_short_way_costs_a_quarter_of_endpoints(counted):
    assert counted["statistic"] <= 0.25 * counted["endpoints"], counted


def test_the_statistic_costs_no_more_than_endpoints_when_all_is_dissected(counted):
    assert counted["dissected"] <= 0.97 * counted["endpoints"], counted


# The table of endpoints is itself expensive: against it alone the plugin could triple its cost unseen.
def test_the_statistic_costs_little_more_than_a_dissection_that_counts_nothing(counted):
    assert counted["dissected"] <= 1.14 * counted["plain"], counted


def test_the_plugin_costs_nearly_nothing_while_nobody_asks(counted):
    assert counted["unused"] <= 1.05 * counted["without"], counted
