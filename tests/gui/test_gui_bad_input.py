# SPDX-License-Identifier: GPL-2.0-or-later
"""Garbled lines in the profile: Wireshark says which file, in its own words, and the rest works."""
import pytest

from waiting import until
from wireshark import PROFILE, REPO

GARBLED = {
    "preferences": "scannoise.no_such_preference: 1\nscannoise.rows: many\nthis line is no preference\n",
    "colorfilters": "@Broken@scannoise.technique == @[1,2][3]\n@No such field@scannoise.nosuch@[0,0,0][1,1,1]\n",
    "dfilter_buttons": '"TRUE","Half a button\n',
    "io_graphs": '"Enabled","Half a graph","scannoise.scan"\n',
}


def with_bad_line(name):
    return (REPO / "plugin/profile" / PROFILE / name).read_text() + GARBLED[name]


@pytest.mark.parametrize("name", GARBLED)
def test_a_garbled_line_is_reported_and_the_rest_works(start, twin, twin_packets, count, name, keep):
    wireshark = start("-r", twin, files={name: with_bad_line(name)})
    print(name, [n.name for n in wireshark.windows()])
    wireshark.shows(twin_packets)
