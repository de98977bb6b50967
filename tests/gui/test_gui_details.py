# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packet details and Analyze → Expert Information in the running Wireshark say what tshark says."""
import re

import pytest

from accessible import Grid
from waiting import settles, until

EXPERT = ("Unsolicited scan", "Backscatter")


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
    said = ask(twin, "-V", "-Y", f"frame.number in {{{', '.join(map(str, samples))}}}")
    frames = re.split(r"^(?=Frame \d+:)", said, flags=re.MULTILINE)[1:]
    assert len(frames) == len(samples)
    wireshark.unfold_noise(samples[0])
    for frame, text in zip(samples, frames):
        wireshark.go_to(frame)
        settles(f"frame {frame}", lambda: ours(wireshark.details()),
                ours([line.strip() for line in text.splitlines() if line.strip()]))
    wireshark.go_to(samples[0])
    keep("details", wireshark.main)


def test_the_first_line_is_a_sentence(wireshark, ask, twin):
    scan = int(ask(twin, "-Y", "scannoise.tool == \"Masscan\"", "-T", "fields", "-e", "frame.number").split()[0])
    values = "port", "scanner", "scanner.ports", "scanner.targets", "source.failed", "source.conversations"
    port, scanner, ports, targets, failed, answered = map(str.strip, ask(
        twin, "-Y", f"frame.number == {scan}", "-T", "fields", *(word for v in values for word in (
            "-e", f"scannoise.{v}"))).split("\t"))
    wireshark.go_to(scan)
    sentence = ours(wireshark.details())[0]
    assert re.fullmatch(rf"\[Scan Noise: Unsolicited scan: TCP \w+ to {port}, \w+; scanner {scanner}, {ports} ports?"
                        rf" on {targets} targets?, Masscan(, .+)? \(made by hand; source: {failed} failed contacts?,"
                        rf" {answered} with conversations\)\]", sentence), sentence


def test_a_link_jumps_to_the_next_probe_and_back(wireshark, ask, twin):
    first = int(ask(twin, "-Y", "scannoise.scanner.next_probe", "-T", "fields", "-e", "frame.number").split()[0])
    wireshark.unfold_noise(first)
    following = follow(wireshark, "Next probe")
    assert following > first
    assert follow(wireshark, "Previous probe") == first


def test_a_link_jumps_to_the_first_frame_of_the_flow(wireshark, ask, twin):
    frame, first = map(int, ask(twin, "-Y", "scannoise.flow.first_frame", "-T", "fields", "-e", "frame.number",
                                "-e", "scannoise.flow.first_frame").splitlines()[0].split())
    wireshark.unfold_noise(frame)
    assert follow(wireshark, "First frame of the flow") == first


def follow(wireshark, name):
    """Double-clicks a link of our tree; returns the frame that is shown then."""
    grid = Grid(wireshark.main.get("tree", "Packet details"))
    line = until(f"no {name}", lambda: next((n for n, text in enumerate(grid.column(0))
                                              if text.startswith(f"[{name}: ")), None))
    frame = int(re.search(r": (\d+)\]", grid.text(line))[1])
    wireshark.bring_up(wireshark.main)
    wireshark.desktop.click(*grid.middle(line), times=2)
    until(f"{name} does not lead to {frame}", lambda: wireshark.selected() == frame)
    return frame


def test_expert_information_groups_our_packets(wireshark, count, keep):
    dialog = wireshark.new_dialog(lambda: wireshark.menu("Analyze", "Expert Information"), "· Expert Information ·")
    grid = Grid(dialog.get("tree"))
    expected = {("Note", "Unsolicited scan", "Scan Noise"): count("scannoise.scan"),
                ("Chat", "Backscatter", "Scan Noise"): count("scannoise.backscatter")}

    def shown():
        rows = [dict(zip(grid.headings(), row)) for row in grid.rows()]
        return {(row["Severity"], row["Summary"], row["Protocol"]): int(row["Count"])
                for row in rows if row["Summary"] in EXPERT}
    settles("other expert information", shown, expected)
    wireshark.bring_up(dialog, (900, 500))
    keep("expert", dialog)
