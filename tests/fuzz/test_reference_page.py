# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference says of streams worked by hand what README's page says of them, and streams reach every rule."""
from collections import Counter
from random import Random

import pytest

from page_cases import AT_HOME, CASES, DARK, EAGER
from page_packets import timed
from reference import REASONS, Capture, Limits
from streams import stream

LIMITS = [Limits(), Limits(), AT_HOME, DARK, EAGER]


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    events, want, limits = (*CASES[name], Limits())[:3]
    assert Capture(timed(events), limits).judged() == want


def test_every_reason_has_a_case():
    said = {line.split("\t")[-1] for _, want, *_ in CASES.values() for line in want if "\t" in line}
    assert said == set(REASONS)


def test_streams_reach_every_reason():
    """A rule that no stream reaches is compared with nothing."""
    reached = Counter()
    for seed in range(1000):
        lines = Capture(stream(Random(seed)), LIMITS[seed % len(LIMITS)]).judged()
        reached.update({line.split("\t")[-1] for line in lines if "\t" in line})
    assert {reason for reason in REASONS if reached[reason] < 10} == set()
