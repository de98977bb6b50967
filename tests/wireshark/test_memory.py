# SPDX-License-Identifier: GPL-2.0-or-later
"""No memory is kept of a file that was closed.

sharkd 4.0 itself keeps 12 MB of each file it has opened, so what is looked at is the difference that our
plugin makes.
"""
import json
import subprocess
from itertools import pairwise
from statistics import median

import pytest

TWIN = "captures/home-line.pcapng"
TIMES = 20
LEAST_LEAK_KB = 250     # of a file, if it were kept: a tenth of what the engine has of the twin


@pytest.fixture
def grown(programs, suite):
    """grown(plugin) -> by how many kB a file more makes sharkd grow: the median, as its heap grows in leaps."""
    def run(plugin):
        home = programs.with_plugin if plugin else programs.without_plugin
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "load", "params": {"file": str(suite.path(TWIN))}})
        sizes = []
        env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TZ": "UTC", "WIRESHARK_PLUGIN_DIR": str(home / "none")}
        with subprocess.Popen(["sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, env=env, cwd=programs.workdir, **programs.account.credentials) as sharkd:
            for _ in range(TIMES):
                sharkd.stdin.write(request + "\n")
                sharkd.stdin.flush()
                assert json.loads(sharkd.stdout.readline())["result"] == {"status": "OK"}
                with open(f"/proc/{sharkd.pid}/status") as status:
                    sizes += [int(line.split()[1]) for line in status if line.startswith("VmRSS")]
            sharkd.stdin.close()
        return median(after - before for before, after in pairwise(sizes))
    return run


def test_twin_opened_twenty_times(grown):
    ours, theirs = grown(plugin=True), grown(plugin=False)
    print(f"grows by {ours:.0f} kB for each file with the plugin, {theirs:.0f} kB without")
    assert ours - theirs < LEAST_LEAK_KB
