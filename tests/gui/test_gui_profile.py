# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile "Scan Noise" in the running Wireshark: columns, filter buttons, colours, graphs."""
import csv
import io
import re
from xml.etree import ElementTree

import pytest

from accessible import Grid
from waiting import settles, until
from wireshark import PROFILE, REPO

BUTTONS = {"Scans": "scannoise.scan", "Backscatter": "scannoise.backscatter", "IPv6 scans": "scannoise.scanner6",
           "Hide noise": "!scannoise"}
COLUMNS = ["No.", "Time of day", "Scanner", "Technique", "Target port", "Outcome", "Tool", "Label", "Source",
           "Destination", "Protocol", "Length", "Info"]
OURS = COLUMNS[2:8]
GRAPHS = {"IPv4 scans": "scannoise.scanner", "IPv6 scans": "scannoise.scanner6",
          "Backscatter": "scannoise.backscatter"}
MINUTE_S = 60


def test_the_profile_is_in_use(wireshark, keep):
    assert wireshark.profile() == PROFILE
    assert wireshark.packets().headings() == COLUMNS
    keep("profile", wireshark.main)


def test_info_is_seen_as_columns_of_noise_are_narrow(wireshark):
    """In a window of 1280 pixels, a common screen's; ordinary rows have nothing in our columns."""
    grid = wireshark.packets()
    width = {name: grid.header(number).place().width for number, name in enumerate(grid.headings())}
    assert sum(width[name] for name in OURS) <= 520
    assert sum(width[name] for name in COLUMNS[:-1]) <= 1280 - 200


def test_backscatter_says_what_it_comes_from(ask, twin):
    """In the column that has the port of a scan."""
    only = ("-Y", "scannoise.backscatter", "-T")
    packets = ElementTree.fromstring(ask(twin, *only, "psml")).findall("packet")
    shown = [packet.findall("section")[COLUMNS.index("Target port")].text for packet in packets]
    frames = ask(twin, *only, "fields", "-e", "tcp.srcport", "-e", "icmp.type", "-e", "scannoise.answers").splitlines()
    told = [(column, *line.split("\t")) for column, line in zip(shown, frames, strict=True)]
    assert len(told) == 258 and all(column == answers for column, *_, answers in told)
    assert {answers == f"tcp/{port}" for _, port, icmp, answers in told if port and not icmp} == {True}
    assert {answers for *_, icmp, answers in told if icmp} == {"icmp"}


def luminance(colour):
    """Relative luminance of WCAG 2, of Wireshark's 16 bits for each of red, green and blue."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 65535 for value in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_rules_are_readable_whatever_the_theme():
    """Each has a colour of its own for text as well: a theme's light text would not be seen."""
    rules = [line for line in (REPO / "plugin/profile" / PROFILE / "colorfilters").read_text().splitlines()
             if line.startswith("@")]
    for rule in rules:
        light, dark = (luminance(map(int, part.split(","))) for part in re.findall(r"\[([\d,]+)\]", rule))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, rule


def test_columns_are_tsharks(wireshark, ask, twin):
    said = ElementTree.fromstring(ask(twin, "-T", "psml")).findall("packet")
    grid = wireshark.packets()
    for row in (0, 8, 17, 500, 5000, len(said) - 1):
        settles(f"row {row}", lambda: [cell.strip() for cell in grid.row(row)],
                [(section.text or "").strip() for section in said[row]])


@pytest.mark.parametrize("label", BUTTONS)
def test_a_filter_button_shows_what_tshark_finds(wireshark, count, label):
    toolbar = wireshark.main.get("tool bar", "Display Filter Toolbar")
    toolbar.get("push button", label).press()
    wireshark.shows(count(BUTTONS[label]))
    assert wireshark.filter_entry().text() == BUTTONS[label]


def test_colouring_rules_are_found_in_every_noise_packet(ask, twin, count):
    """tshark applies the rules of the same file."""
    names = ask(twin, "--color", "-T", "fields", "-e", "frame.coloring_rule.name", "-e", "scannoise.technique",
                "-e", "scannoise.backscatter").splitlines()
    rules = [line.split("\t") for line in names]
    assert sum(bool(rule) for rule, *_ in rules) == count("scannoise")
    assert all(rule.startswith("Scan: ") for rule, technique, _ in rules if technique)
    assert all(rule == "Backscatter" for rule, _, backscatter in rules if backscatter)


def test_graphs_count_per_minute_what_tshark_counts(wireshark, ask, twin, keep):
    dialog = wireshark.new_dialog(lambda: wireshark.menu("Statistics", "I/O Graphs"), "· I/O Graphs ·")
    grid = Grid(dialog.get("tree"))
    rows = [dict(zip(grid.headings(), row)) for row in grid.rows()]
    assert {row["Graph Name"]: row["Display Filter"] for row in rows} == GRAPHS
    choose_interval(wireshark, dialog, "1 min")
    settles("other graphs", lambda: points(wireshark, dialog), per_minute(ask, twin))
    keep("graphs", dialog)


def choose_interval(wireshark, dialog, name):
    box = next(box for box in dialog.all("combo box") if box.name.endswith("sec"))
    wireshark.bring_up(dialog, (1000, 700))
    wireshark.desktop.click(*box.middle())
    until("the intervals do not unfold", lambda: box.get("list").place().width)     # Qt 5 always has it "showing"
    names = [item.name for item in box.all("list item")]
    wireshark.desktop.key("End", *["Up"] * (len(names) - 1 - names.index(name)), "Return")
    until(f"the interval is {box.name}", lambda: box.name == name)


def points(wireshark, dialog):
    """The graphs, as Copy has them: {name: [packets of each minute]}, without trailing zeros."""
    wireshark.desktop.forget_copied()
    dialog.get("push button", "Copy").press()
    table = list(csv.reader(io.StringIO(until("nothing was copied", wireshark.desktop.copied))))
    columns = {name: [float(row[at]) for row in table[1:] if row] for at, name in enumerate(table[0]) if name in GRAPHS}
    return {name: trimmed(values) for name, values in columns.items()}


def trimmed(values):
    while values and values[-1] == 0:
        values.pop()
    return values


def per_minute(ask, twin):
    """The same from tshark's list of packets."""
    listing = ask(twin, "-T", "fields", "-e", "frame.time_relative", *(word for f in GRAPHS.values() for word in ("-e", f)))
    counts = {name: [] for name in GRAPHS}
    for line in listing.splitlines():
        time, *fields = line.split("\t")
        minute = int(float(time) // MINUTE_S)
        for name, field in zip(GRAPHS, fields):
            if field:
                values = counts[name]
                values += [0.0] * (minute + 1 - len(values))
                values[minute] += 1
    return counts
