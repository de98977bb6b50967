# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of scannoise.reason are those of README's page on judging: no rule without a name, no name without one."""
import re

import pytest

from suite import REPO

PAGE = "## How a packet is judged"


@pytest.fixture(scope="module")
def page():
    """README's page, up to the next one."""
    return (REPO / "README.md").read_text().partition(f"{PAGE}\n")[2].partition("\n## ")[0]


@pytest.fixture
def reasons(suite):
    """The reasons that a filter can ask for, as Wireshark lists them."""
    return {label for (field, _), label in suite.labels.names.items() if field == "scannoise.reason" and label}


def test_every_reason_is_on_the_page(page, reasons):
    assert len(reasons) > 30
    assert {reason for reason in reasons if f"`{reason}`" not in page} == set()


def test_every_reason_of_the_page_can_be_asked_for(page, reasons):
    """The rows of the innocent ones, and each rule's word in brackets."""
    rows = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    rules = page.partition("### The verdict")[2].partition("*Scan packets*")[0]
    words = re.findall(r"`([^`]+)`", " ".join(re.findall(r"\((`[^)]*`)\)", rules)))
    assert len(rows) == 14 and len(words) > 10
    assert {*rows, *words} - reasons == set()
    assert reasons - {*rows, *words} <= {"pending"}
