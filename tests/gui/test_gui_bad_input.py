# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Garbled lines in the profile: Wireshark says which file and line, in its own words, and the rest works."""
import pytest

from test_gui_life import set_preference
from test_gui_profile import BUTTONS
from waiting import settles
from windows import Statistics
from wireshark import PROFILE, REPO

BAD_PREFERENCES = "scannoise.no_such_preference: 1\nscannoise.rows: many\nthis line is no preference\n"
BAD_NETWORKS = "scannoise.home_networks: 192.0.2.0/24, 300.1.2.3\n"
BAD_COLOUR = "@No such field@scannoise.nosuch@[0,0,0][1,1,1]\n"
BAD_BUTTON = '"TRUE","Half a button\n'
BAD_GRAPH = '"Enabled","Half a graph","scannoise.scan"\n'


@pytest.fixture
def garbled(start, twin):
    """garbled(file, lines) -> Wireshark with the twin and these lines at the end of that file of the profile."""
    def begin(name, lines):
        ours = (REPO / "plugin/profile" / PROFILE / name).read_text()
        return start("-r", twin, files={name: ours + lines}), len(ours.splitlines())
    return begin


def works(wireshark, twin_packets, count):
    """Packets, columns, filter buttons and the statistics are as ever."""
    wireshark.shows(twin_packets)
    assert "Scanner" in wireshark.packets().headings()
    assert Statistics.open(wireshark).rows()
    label, display_filter = next(iter(BUTTONS.items()))
    wireshark.main.get("tool bar", "Display Filter Toolbar").get("push button", label).press()
    wireshark.shows(count(display_filter))


def warned(wireshark, packets):
    """What it says while it opens the file: Wireshark 4.0 in its log, 4.6 some of it in a message box."""
    return "\n".join((*wireshark.opens(packets), wireshark.said()))


def test_preferences(garbled, twin_packets, count):
    wireshark, lines = garbled("preferences", BAD_PREFERENCES)
    said = warned(wireshark, twin_packets)
    for number, words in enumerate(('No such preference "scannoise.no_such_preference"',
                                    'Syntax error in preference "scannoise.rows"', "Incomplete preference"), 1):
        assert f"{words} at line {lines + number} of" in said
    works(wireshark, twin_packets, count)


def test_home_networks(garbled, twin_packets, count):
    wireshark, _ = garbled("preferences", BAD_NETWORKS)
    assert wireshark.complaint() == \
        "Scan Noise: preference scannoise.home_networks: \"300.1.2.3\" is neither an address nor a CIDR prefix"
    works(wireshark, twin_packets, count)


def saved(wireshark):
    """What the profile's file says of our preferences, by name."""
    lines = (wireshark.profile_folder / "preferences").read_text().splitlines()
    return dict(line.removeprefix("scannoise.").split(": ") for line in lines if line.startswith("scannoise."))


@pytest.mark.parametrize("label, name, bad, reason", [
    ("Home networks", "home_networks", "192.0.2.0/33", "192.0.2.0/33"),
    ("Scanners that expose a target", "exposing_sources", "9", "9 is more than 8"),
    ("Label files", "labels", "/no/such/file", "there is no file or folder /no/such/file")])
def test_what_cannot_be_used_is_taken_back(start, twin, twin_packets, label, name, bad, reason):
    """Whoever sets it first is told, and it is neither in force nor saved; the same of what is set again."""
    wireshark = start("-r", twin, files={"preferences": "scannoise.stream_packets: 7\n"})
    wireshark.shows(twin_packets)
    for _ in range(2):
        set_preference(wireshark, "Scan Noise", label, bad)
        said = wireshark.complaint()
        assert f"Scan Noise: preference scannoise.{name}: " in said and reason in said
        settles("it is saved", lambda: saved(wireshark), {"stream_packets": "7"})
    set_preference(wireshark, "Scan Noise", "Home networks", "192.0.2.0/24")
    settles("it is not saved", lambda: saved(wireshark), {"stream_packets": "7", "home_networks": "192.0.2.0/24"})


def test_colouring_rules(garbled, twin_packets, count):
    wireshark, _ = garbled("colorfilters", BAD_COLOUR)
    assert 'Could not compile "No such field" in colorfilters file' in warned(wireshark, twin_packets)
    works(wireshark, twin_packets, count)


def test_filter_buttons(garbled, twin_packets, count):
    wireshark, lines = garbled("dfilter_buttons", BAD_BUTTON)
    assert f"dfilter_buttons:{lines + 1}: unexpected char" in wireshark.complaint()
    works(wireshark, twin_packets, count)


def test_graphs(garbled, twin_packets, count):
    wireshark, lines = garbled("io_graphs", BAD_GRAPH)
    wireshark.shows(twin_packets)
    wireshark.menu("Statistics", "I/O Graphs")
    assert f"io_graphs:{lines + 1}: expecting field color" in wireshark.complaint()
    works(wireshark, twin_packets, count)
