# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the lab's tests: one lab for all of them, and one check for a scan."""
import os
import shlex
import shutil

import pytest

import lab
import runs

MISTAKES_SHOWN = 20


def _impossible(reason):
    """A machine without namespaces or scanners skips; CI has them, so there it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run the lab: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def line():
    reason = lab.why_not()
    if reason:
        _impossible(reason)
    with lab.line() as built, runs.old_session(built):
        yield built


@pytest.fixture
def check(line, tshark, workdir):
    """check(row): runs the scan and asserts that the plugin's verdict on every frame is the truth."""
    def run_and_judge(row):
        program = shlex.split(row.command)[0]
        if not shutil.which(program):
            _impossible(f"not installed: {program}")
        found = runs.run(line, row, workdir)
        wrong = runs.mistakes(found, runs.verdicts(tshark, found.pcap))
        if wrong:
            shown = "\n".join(wrong[:MISTAKES_SHOWN])
            pytest.fail(f"{row.name}: {len(wrong)} mistakes in {len(found.frames)} frames, {len(found.scan)} of them"
                        f" the scanner's:\n{shown}", pytrace=False)
    return run_and_judge
