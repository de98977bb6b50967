# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine and a reference written from README judge the same packets alike.

SCANNOISE_FUZZ_STREAMS says how many random streams to try.
"""
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts import Engine
from page_cases import AT_HOME, CASES, DARK, EAGER
from page_packets import timed
from reference import Capture, Limits
from streams import stream

STREAMS = int(os.environ.get("SCANNOISE_FUZZ_STREAMS") or 1000)
PLUGIN = Path(os.environ.get("SCANNOISE_PLUGIN") or Path(__file__).resolve().parents[2] / "build/scannoise.so")
LIMITS = [Limits(), AT_HOME, DARK, EAGER]


@pytest.fixture(scope="module")
def engine():
    process = Engine(PLUGIN.parent / "judge_facts")
    yield process
    assert process.close() == 0


@settings(max_examples=STREAMS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), limits=st.sampled_from(LIMITS))
def test_engine_agrees_with_the_reference(engine, random, limits):
    events = stream(random)
    assert engine.judged(events, limits) == Capture(events, limits).judged()


@pytest.mark.parametrize("name", CASES)
def test_engine_says_what_the_page_says(engine, name):
    events, want, limits = (*CASES[name], Limits())[:3]
    assert engine.judged(timed(events), limits) == want


def test_wrong_facts_are_refused():
    """The program between the two does not guess."""
    other = Engine(PLUGIN.parent / "judge_facts")
    other.process.stdin.write("engine\npacket src=nowhere\n")
    assert other.close() == 1
