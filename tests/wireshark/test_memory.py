# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""No memory is kept of a file that was closed, whoever has looked at it meanwhile.

sharkd 4.0 itself keeps 12 MB of each file it has opened, so what is looked at is the difference that our
plugin makes.
"""
import ipaddress
import json
import subprocess
from itertools import pairwise
from statistics import median

import pytest

from builders import World, line, pcap

TWIN = "captures/home-line.pcapng"
TIMES = 20
V4 = World(4)
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


# --- A statistic that somebody asked for ----------------------------------------------------------

PROBES = 80_000            # each a flow and a host of its own
LEAST_ENGINE_KB = 4_000     # what the engine has of them is three times as much


@pytest.fixture(scope="module")
def crowd(session_dir):
    """Many strangers probe one address."""
    before, after = bytes(line(V4.tcp(V4.scanner(1), V4.router, "S"))).split(ipaddress.ip_address(V4.scanner(1)).packed)
    first = int(ipaddress.ip_address("198.18.0.0"))
    path = session_dir / "strangers.pcap"
    path.write_bytes(pcap([(n / 1000, before + (first + n % 131_072).to_bytes(4, "big") + after) for n in range(PROBES)]))
    path.chmod(0o644)
    return path


@pytest.fixture
def resident(programs, suite, crowd):
    """resident(*requests) -> kB that sharkd has, after it has opened the crowd, answered these and opened another
    file. Memory that is freed goes back to the system."""
    def run(*requests):
        asked = [("load", {"file": str(crowd)}), *requests, ("load", {"file": str(suite.path("one_probe"))})]
        env = {**programs.environment(), "MALLOC_MMAP_THRESHOLD_": "16384", "MALLOC_TRIM_THRESHOLD_": "16384"}
        with subprocess.Popen(["sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, env=env, cwd=programs.workdir, **programs.account.credentials) as sharkd:
            for method, params in asked:
                sharkd.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
                sharkd.stdin.flush()
                assert "result" in json.loads(sharkd.stdout.readline())
            with open(f"/proc/{sharkd.pid}/status") as status:
                size = next(int(text.split()[1]) for text in status if text.startswith("VmRSS"))
            sharkd.stdin.close()
        return size
    return run


def test_a_statistic_keeps_no_closed_capture(resident):
    """In sharkd, which tells no statistic that nobody wants it any more."""
    unasked, asked = resident(), resident(("tap", {"tap0": "nstat:scannoise,stat"}))
    print(f"{asked} kB, {unasked} kB when nobody asked")
    assert asked - unasked < LEAST_ENGINE_KB
