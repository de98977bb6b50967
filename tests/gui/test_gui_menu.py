# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools → Scan Noise in the running Wireshark; its entry README is in test_gui_install.py."""
FILTERS = {"Show only scans": "scannoise.scan", "Hide noise": "!scannoise"}


def test_entries_apply_their_filter(wireshark, count):
    for entry, display_filter in FILTERS.items():
        wireshark.menu("Tools", "Scan Noise", entry)
        wireshark.shows(count(display_filter))
        assert wireshark.filter_entry().text() == display_filter


def test_without_a_page_there_is_no_entry_for_it(wireshark):
    """The shared Wireshark has the plugin alone."""
    entries = [node for node in wireshark.entry("Tools", "Scan Noise").children() if node.role == "menu item"]
    assert [node.name for node in entries] == list(FILTERS)
