# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing is installed on a machine before whoever sits at it has agreed."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
WAIT_S = 120


@pytest.fixture(params=["plugin/try.sh", "tests/run.sh"])
def script(request, checkout, as_root):
    """Run by root, as others may not install anything."""
    as_root()
    for name in ("tests/run.sh", "tests/user.sh"):
        shutil.copy(REPO / name, checkout.folder / "tests")
    return checkout.folder / request.param


@pytest.fixture
def asked(machine):
    """asked() -> the calls of apt-get so far; the machine lacks jq."""
    notes = machine.lacks("jq")
    return lambda: notes.read_text().splitlines() if notes.exists() else []


@pytest.fixture
def at_a_terminal(machine, script):
    """at_a_terminal(answer) -> (exit status, what the script says to somebody who types the answer)"""
    ours, theirs = os.openpty()

    def run(answer):
        process = machine.start("sh", script, stdin=theirs)
        os.write(ours, answer)
        said = process.communicate(timeout=WAIT_S)[0].decode()
        return process.returncode, said
    yield run
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("answer", [b"n\n", b"\x04"], ids=("n", "end of input"))
def test_without_a_yes_nothing_is_installed(at_a_terminal, asked, answer):
    status, said = at_a_terminal(answer)
    assert status == 1 and "missing: jq\n" in said and "[Y/n]" in said and "nothing was installed" in said
    assert asked() == []


@pytest.mark.parametrize("answer", [b"\n", b"y\n"], ids=("empty", "y"))
def test_with_a_yes_it_is(at_a_terminal, asked, answer):
    """And no more than was said."""
    status, said = at_a_terminal(answer)
    assert said.index("missing: jq\n") < said.index("[Y/n]")
    assert asked()[-1].endswith(" install --no-install-recommends jq")
    assert status == 1 and "apt-get could not install" in said


def test_in_ci_nobody_is_asked(machine, at_a_terminal, asked):
    machine.environment["CI"] = "true"
    said = at_a_terminal(b"")[1]
    assert "missing: jq\n" in said and "[Y/n]" not in said and asked()[-1].endswith(" jq")


def test_without_a_terminal_nobody_is_asked(machine, script, asked):
    process = machine.start("sh", script, stdin=subprocess.DEVNULL)
    said = process.communicate(timeout=WAIT_S)[0].decode()
    assert "missing: jq\n" in said and "[Y/n]" not in said and asked()[-1].endswith(" jq")
