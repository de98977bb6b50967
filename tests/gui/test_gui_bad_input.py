# SPDX-License-Identifier: GPL-2.0-or-later
"""Garbled lines in the profile: Wireshark says which file and line, in its own words, and the rest works."""
import pytest

from test_gui_profile import BUTTONS
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
