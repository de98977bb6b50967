# SPDX-License-Identifier: GPL-2.0-or-later
"""Packet details and Analyze → Expert Information in the running Wireshark say what tshark says."""
import re

import pytest

from accessible import Grid
from waiting import settles, until

EXPERT = {"Unsolicited scan": "scannoise.scan", "Backscatter": "scannoise.backscatter"}


@pytest.fixture(scope="module")
def samples(ask, twin):
    """The first frame of each technique, of each tool, of each outcome, and of backscatter."""
    found = {}
    listing = ask(twin, "-Y", "scannoise", "-T", "fields", "-e", "frame.number", "-e", "scannoise.technique",
                  "-e", "scannoise.tool", "-e", "scannoise.outcome")
    for line in listing.splitlines():
        number, *kinds = line.split("\t")
        for kind in enumerate(kinds):
            found.setdefault(kind, int(number))
    return sorted(set(found.values()))


def ours(lines):
    """From our tree's line on."""
    begin = next(number for number, line in enumerate(lines) if line.startswith("[Scan Noise"))
    return lines[begin:]


def test_details_are_tsharks(wireshark, ask, twin, samples, keep):
    assert len(samples) >= 4
    for frame in samples:
        said = ask(twin, "-V", "-Y", f"frame.number == {frame}")
        wireshark.go_to(frame)
        wireshark.menu("View", "Expand All")
        settles(f"frame {frame}", lambda: ours(wireshark.details()),
                ours([line.strip() for line in said.splitlines() if line.strip()]))
    keep("details", wireshark.main)


def test_a_link_jumps_to_the_next_probe_and_back(wireshark, ask, twin):
    first = int(ask(twin, "-Y", "scannoise.scanner.next_probe", "-T", "fields", "-e", "frame.number").split()[0])
    wireshark.go_to(first)
    wireshark.menu("View", "Expand All")
    following = follow(wireshark, "Next probe")
    assert following > first
    assert follow(wireshark, "Previous probe") == first


def follow(wireshark, name):
    """Double-clicks a link of our tree; returns the frame that is shown then."""
    grid = Grid(wireshark.main.get("tree", "Packet details"))
    line = until(f"no {name}", lambda: next((n for n, text in enumerate(grid.column(0))
                                              if text.startswith(f"[{name}: ")), None))
    frame = int(re.search(r": (\d+)\]", grid.text(line))[1])
    wireshark.desktop.bring_up(wireshark.main.name)
    wireshark.desktop.click(*grid.cell(line).middle(), times=2)
    until(f"{name} does not lead to {frame}", lambda: wireshark.selected() == frame)
    return frame


def test_expert_information_groups_our_packets(wireshark, count, keep):
    dialog = wireshark.new_dialog(lambda: wireshark.menu("Analyze", "Expert Information"), "· Expert Information ·")
    grid = Grid(dialog.get("tree"))
    expected = {("Note", "Unsolicited scan"): count("scannoise.scan"),
                ("Chat", "Backscatter"): count("scannoise.backscatter")}

    def shown():
        rows = [dict(zip(grid.headings(), row)) for row in grid.rows()]
        return {(row["Severity"], row["Summary"]): int(row["Count"]) for row in rows if row["Summary"] in EXPERT}
    settles("other expert information", shown, expected)
    wireshark.desktop.bring_up(dialog.name, (900, 500))
    keep("expert", dialog)
