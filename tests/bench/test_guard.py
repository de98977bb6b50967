# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard: a change that makes the plugin noticeably more expensive fails. It counts instructions,
which repeat, and takes no times. The limits are a little above the bars that bench.py measures with
more packets, because 20 000 packets have a larger share of work that is done once."""
import os
import shutil
from pathlib import Path

import generate
import measure
import pytest

PACKETS = 20_000
BUILD = Path(os.environ.get("SCANNOISE_PLUGIN") or Path(__file__).resolve().parents[2] / "build/scannoise.so").parent

pytestmark = pytest.mark.skipif(not shutil.which("valgrind"), reason="needs valgrind")

UNUSED = ("-Y", "tcp.port==23")


@pytest.fixture(scope="module")
def counted():
    """Instructions per packet."""
    with measure.Workshop(BUILD) as workshop:
        capture, one_packet = workshop.folder / "mix.pcap", workshop.folder / "one.pcap"
        generate.write(capture, "mix", PACKETS)
        generate.write(one_packet, "mix", 1)
        uses = {"endpoints": (("-q", "-z", "endpoints,ip"), False),
                "statistic": (("-q", "-z", "scannoise,stat"), True),
                "without": (UNUSED, False),
                "unused": (UNUSED, True)}
        costs = measure.per_packet(workshop, capture, one_packet, PACKETS, list(uses.values()), True)
        return dict(zip(uses, costs))


def test_the_statistic_costs_little_more_than_endpoints(counted):
    assert counted["statistic"] <= 1.08 * counted["endpoints"], counted


def test_the_plugin_costs_nearly_nothing_while_nobody_asks(counted):
    assert counted["unused"] <= 1.05 * counted["without"], counted
