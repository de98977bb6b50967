# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A probe is found in whatever it is wrapped, and the innermost addresses are who and whom."""
import re

import pytest

import builders
from builders_encapsulation import PROOF

SCENES = builders.names("builders_encapsulation")


@pytest.fixture(scope="module", autouse=True)
def started(suite):
    suite.prefetch(SCENES, ["two_pass", "bare"])


@pytest.mark.parametrize("name", SCENES)
def test_each_frame_is_judged_right(suite, name):
    assert suite.said(name) == builders.REGISTRY[name].wants(), builders.REGISTRY[name].claim


@pytest.mark.parametrize("name", PROOF)
def test_the_capture_is_what_it_claims(suite, name):
    protocols = re.findall(r"\[Protocols in frame: (\S+)\]", suite.get("bare", name))
    assert protocols and all(PROOF[name] in layers for layers in protocols), protocols
