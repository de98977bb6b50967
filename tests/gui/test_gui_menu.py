# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools → Scan Noise in the running Wireshark; its entry README is in test_gui_install.py."""
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from waiting import until

sys.path.append(str(Path(__file__).resolve().parents[1] / "report"))

from packed import packed                               # noqa: E402

FILTERS = {"Show only scans": "scannoise.scan", "Show only backscatter": "scannoise.backscatter",
           "Hide noise": "!scannoise"}
LOOKUPS = {"GreyNoise": "https://viz.greynoise.io/ip/", "DShield": "https://isc.sans.edu/ipinfo/",
           "RIPEstat": "https://stat.ripe.net/", "Shodan": "https://www.shodan.io/host/"}
IN_THE_BROWSER = ["Report in the browser", *(f"This scanner at {name}" for name in LOOKUPS)]
OF_THE_SELECTED = ["Show only this scanner", "Show only this port", "Show only this technique"]


def test_entries_apply_their_filter(wireshark, count):
    for entry, display_filter in FILTERS.items():
        wireshark.menu("Tools", "Scan Noise", entry)
        wireshark.shows(count(display_filter))
        assert wireshark.filter_entry().text() == display_filter


def test_without_a_page_there_is_no_entry_for_it(wireshark):
    """The shared Wireshark has the plugin alone."""
    entries = [node for node in wireshark.entry("Tools", "Scan Noise").children() if node.role == "menu item"]
    assert [node.name for node in entries if node.name] == [*FILTERS, *OF_THE_SELECTED, *IN_THE_BROWSER]


@pytest.fixture(scope="module")
def first(ask, twin):
    """first(filter) -> the number of the first frame that matches."""
    return lambda display_filter: int(ask(twin, "-Y", display_filter, "-T", "fields", "-e", "frame.number").split()[0])


def test_the_selected_packets_scanner_port_and_technique(wireshark, ask, twin, first, count):
    """Each shows all that has the same value as the selected packet, by fields and not by the packet's headers."""
    selected = first("scannoise.port == 22")
    scanner, technique = ask(twin, "-Y", f"frame.number == {selected}", "-T", "fields", "-e", "scannoise.scanner",
                             "-e", "scannoise.technique").split()
    for entry, same in zip(OF_THE_SELECTED, (f"scannoise.scanner == {scanner}", "scannoise.port == 22 && tcp",
                                             f"scannoise.technique == {technique}")):
        wireshark.apply_filter("")
        wireshark.shows(count("frame"))
        wireshark.go_to(selected)
        wireshark.menu("Tools", "Scan Noise", entry)
        wireshark.shows(count(same))
        assert 0 < count(same) < count("scannoise.scan")


@pytest.mark.parametrize("what, entry, says", [
    ("!scannoise", "Show only this scanner", "is no noise, so there is no scanner to show"),
    ("scannoise.backscatter", "Show only this technique", "is backscatter and no scan"),
    ('scannoise.technique == "ICMP echo"', "Show only this port", "is a scan without a port")])
def test_a_packet_that_has_none_is_told(wireshark, first, twin_packets, what, entry, says):
    selected = first(what)
    wireshark.go_to(selected)
    until("no such entry", lambda: wireshark.entry("Tools", "Scan Noise", entry))
    wireshark.menu("Tools", "Scan Noise", entry)
    assert f"packet {selected} {says}" in wireshark.complaint()
    wireshark.shows(twin_packets)


def test_the_report_is_that_of_tshark(wireshark, ask, twin, browsed):
    """Of all packets, whatever the display filter shows; in a file of its own that nobody else can read."""
    wireshark.apply_filter("udp")
    before = len(browsed())
    wireshark.menu("Tools", "Scan Noise", "Report in the browser")
    until("no browser was asked", lambda: len(browsed()) > before)
    path = Path(unquote(urlsplit(browsed()[-1]).path))
    try:
        assert path.stat().st_mode & 0o077 == 0
        assert packed(path, "numbers") == ask(twin, "-q", "-z", "scannoise,json")
    finally:
        path.unlink()


def test_who_else_knows_the_selected_packets_scanner(wireshark, ask, twin, first, browsed):
    """Nothing is asked before the click."""
    selected = first("scannoise.port == 22")
    scanner = ask(twin, "-Y", f"frame.number == {selected}", "-T", "fields", "-e", "scannoise.scanner").strip()
    wireshark.go_to(selected)
    before = browsed()
    for name in LOOKUPS:
        wireshark.menu("Tools", "Scan Noise", f"This scanner at {name}")
    until("not all were opened", lambda: len(browsed()) == len(before) + len(LOOKUPS))
    assert browsed()[len(before):] == [url + scanner for url in LOOKUPS.values()]


def test_only_a_scan_has_a_scanner_to_look_up(wireshark, first, browsed):
    selected = first("!scannoise")
    wireshark.go_to(selected)
    before = browsed()
    wireshark.menu("Tools", "Scan Noise", "This scanner at Shodan")
    assert f"packet {selected} is no noise, so there is no scanner to show" in wireshark.complaint()
    assert browsed() == before
