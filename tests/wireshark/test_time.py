# SPDX-License-Identifier: GPL-2.0-or-later
"""Order, midnight, silence (builders_time.py); and the times that the table shows."""
import pytest

import builders
from builders import START
from builders_time import MIDNIGHT
from table import shown

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
