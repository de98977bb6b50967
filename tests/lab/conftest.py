# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the lab's tests: one lab for all of them, and one check for a scan."""
import shlex
import shutil

import pytest

import lab
import runs

MISTAKES_SHOWN = 20
FIGURES = pytest.StashKey()
HEADINGS = ("scan", "packets", "recall %", "precision %", "technique %", "tool")


def pytest_configure(config):
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter, config):
    """How well each scan was found: figures for who wants to argue about the verdict."""
    rows = [HEADINGS, *config.stash[FIGURES]]
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows)]
    if len(rows) > 1:
        terminalreporter.section("real scanners")
    for row in rows[1:] and rows:
        terminalreporter.line("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)))


@pytest.fixture(scope="session")
def line(impossible):
    reason = lab.why_not()
    if reason:
        impossible(reason)
    with lab.line() as built, runs.old_session(built):
        yield built


@pytest.fixture
def check(request, line, tshark, workdir, impossible):
    """check(row): runs the scan and asserts that the plugin's verdict on every frame is the truth."""
    def run_and_judge(row):
        program = shlex.split(row.command)[0]
        if not shutil.which(program):
            impossible(f"not installed: {program}")
        found = runs.run(line, row, workdir)
        judged = runs.verdicts(tshark, found.pcap)
        request.config.stash[FIGURES].append(runs.figures(found, judged))
        wrong = runs.mistakes(found, judged)
        if wrong:
            shown = "\n".join(wrong[:MISTAKES_SHOWN])
            pytest.fail(f"{row.name}: {len(wrong)} mistakes in {len(found.frames)} frames, {len(found.scan)} of them"
                        f" the scanner's:\n{shown}", pytrace=False)
    return run_and_judge
