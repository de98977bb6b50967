# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What does not change while a program runs is asked for once, not for each packet."""
import subprocess

import pytest

# Put before Wireshark's library, it counts the questions and says how many there were.
COUNTER = r"""
#include <stdio.h>
static unsigned asked;
void plugin_if_get_ws_info(void **info) { *info = NULL; asked++; }
__attribute__((destructor)) static void say(void) { fprintf(stderr, "asked %u times\n", asked); }
"""


@pytest.fixture
def counter(workdir):
    """A library for LD_PRELOAD."""
    library = workdir / "counter.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=COUNTER, text=True, check=True)
    return library


@pytest.mark.parametrize("statistic", ["endpoints,scannoise", "conv,scannoise", "scannoise,json"])
def test_whether_there_are_windows(programs, suite, counter, statistic):
    path = suite.path("captures/home-line.pcapng")
    done = programs.run(["env", f"LD_PRELOAD={counter}", "tshark", "-n", "-q", "-M", "1000", "-r", path, "-z", statistic])
    assert done.returncode == 0 and done.stdout
    assert done.stderr.splitlines()[-1] in ("asked 0 times", "asked 1 times")
