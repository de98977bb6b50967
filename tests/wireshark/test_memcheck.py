# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Valgrind's memcheck on Wireshark's programs with the plugin: nothing that passes through our code is read
or written where it must not be, or lost. What Wireshark does alone is Wireshark's matter."""
import json
from xml.etree import ElementTree

import pytest

from builders import names

SCENES = [*names("builders_damage"), *names("builders_time"), "banner_grabber_v4", "standing_changes_late_v6",
          "backscatter_amplifiers_v4", "extension_headers", "fragmented_probe", "in_vxlan_v6", "in_gre_v4"]
VALGRIND = ["valgrind", "--tool=memcheck", "--keep-debuginfo=yes", "--num-callers=40",
            "--child-silent-after-fork=yes", "--xml=yes", "--leak-check=full", "--show-leak-kinds=definite"]


def ours(report, leaks):
    """The errors that have a function of the plugin in their stacks, in a few words each."""
    found = []
    for error in ElementTree.parse(report).getroot().iter("error"):
        if error.findtext("kind").startswith("Leak_") and not leaks:
            continue
        frames = [frame for frame in error.iter("frame") if "scannoise" in frame.findtext("obj", "")]
        if frames:
            what = error.findtext("what") or error.findtext("xwhat/text")
            found.append(f"{error.findtext('kind')}: {what} in {', '.join(f.findtext('fn', '?') for f in frames[:4])}")
    return found


@pytest.fixture
def memcheck(programs, workdir):
    """memcheck(command, stdin, leaks) -> (what the program said, errors of ours)."""
    page = programs.with_plugin / ".config/wireshark/scannoise/README.html"
    page.parent.mkdir(parents=True)
    page.touch()                        # the menu's entry for it is registered as well

    def run(command, stdin="", leaks=True):
        report = workdir / "memcheck.xml"
        done = programs.run([*VALGRIND, f"--xml-file={report}", *command], stdin=stdin)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout, ours(report, leaks)
    return run


def test_sharkd_opens_many_captures(memcheck, suite):
    """Each is opened in place of the one before, judged, and asked for its statistics."""
    scenes = [name for name in SCENES if name != "cut_short"]
    requests = [request for name in scenes for request in (
        ("load", {"file": str(suite.path(name))}), ("tap", {"tap0": "nstat:scannoise,stat"}),
        ("frames", {"filter": "scannoise"}))]
    lines = [json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": params})
             for n, (method, params) in enumerate(requests, 1)]
    said, errors = memcheck(["sharkd", "-"], "\n".join(lines) + "\n")
    assert len(said.splitlines()) >= len(scenes)
    assert errors == []


@pytest.mark.parametrize("options", [
    ["-2", "-V", "-z", "expert"],
    ["-M", "3", "-q", "-z", "scannoise,json", "-z", "conv,scannoise", "-z", "endpoints,scannoise"],
], ids=["details", "sessions"])
def test_tshark_with_all_that_the_plugin_has(memcheck, suite, workdir, options):
    """Not its leaks: tshark unloads plugins, and what they keep until the program ends looks lost then."""
    flows = ["-z", f"scannoise,flows,{workdir / 'flows.csv'}"]
    said, errors = memcheck(["tshark", "-n", "-r", suite.path("banner_grabber_v4"), *options,
                             "-z", "scannoise,stat", *flows], leaks=False)
    assert "Unsolicited scans" in said
    assert errors == []
