# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools → Scan Noise in the running Wireshark."""
from waiting import settles

FILTERS = {"Show only scans": "scannoise.scan", "Hide noise": "!scannoise"}
BROWSER = "xdg-open"                # what Qt asks to open a web page


def test_entries_apply_their_filter(wireshark, count):
    for entry, display_filter in FILTERS.items():
        wireshark.menu("Tools", "Scan Noise", entry)
        wireshark.shows(count(display_filter))
        assert wireshark.filter_entry().text() == display_filter


def test_the_last_entry_opens_the_web_page(wireshark, browsed):
    entries = [node for node in wireshark.entry("Tools", "Scan Noise").children() if node.role == "menu item"]
    page = next(node for node in entries if node.name not in FILTERS)
    page.press()
    settles("no web page was asked for", lambda: [line.partition("://")[0] for line in browsed()], ["https"])
