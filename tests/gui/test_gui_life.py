# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to an open file: the numbers are those of a fresh open of what is there then."""
import pytest

from accessible import Grid
from captures import RECORD, telescope
from test_gui_endpoints import endpoints_of
from table import UNSEEN
from waiting import settles, until
from windows import TABLE, Statistics, Traffic, in_window, told


@pytest.fixture
def capture(session_dir, request):
    """capture(bytes, name) -> a file that the user may read."""
    def write(content, name):
        path = session_dir / f"{request.node.name}-{name}.pcap"
        path.write_bytes(content)
        path.chmod(0o644)
        return path
    return write


# --- Files ---------------------------------------------------------------------------------------

def test_another_file_is_opened(start, twin, twin_packets, capture, ask):
    """Nothing of the first file is left in the second, nor of that in the first when it comes again."""
    other = capture(telescope(300), "other")
    wireshark = start("-r", twin)
    wireshark.shows(twin_packets)
    Statistics.open(wireshark).settles_to(ask(twin, *TABLE))
    for path, packets in ((other, 300), (twin, twin_packets)):
        wireshark.open_file(path)
        until(lambda: f"{wireshark.main!r} is not {path}", lambda: wireshark.main.name == path.name)
        wireshark.shows(packets)
        Statistics.open(wireshark).settles_to(ask(path, *TABLE))


def test_dialogs_of_one_file_stay_while_another_is_opened(start, twin, twin_packets, capture, ask):
    """Wireshark keeps one table for all of them. Each is sorted in turn, and none has rows of another."""
    other = capture(telescope(20000), "other")
    wireshark = start("-r", twin)
    wireshark.shows(twin_packets)
    first, second = Statistics.open(wireshark), Statistics.open(wireshark)
    first.settles_to(ask(twin, *TABLE))
    second.apply("udp")
    second.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    first.sort_by("Packets")
    kept = [sorted(dialog.rows()) for dialog in (first, second)]
    wireshark.open_file(other)
    until("the other file is not opened", lambda: wireshark.main.name == other.name)
    third = Statistics.open(wireshark)
    wireshark.shows(20000)
    third.settles_to(ask(other, *TABLE))
    for dialog in (second, first, second):
        dialog.sort_by("Packets")
    assert [sorted(dialog.rows()) for dialog in (first, second)] == kept
    third.sort_by("Packets")
    third.restore()
    third.settles_to(ask(other, *TABLE))


def test_reload(start, twin, twin_packets, ask):
    wireshark = start("-r", twin)
    opened(wireshark, twin_packets, ask(twin, *TABLE))
    wireshark.menu("View", "Reload")
    wireshark.shows(twin_packets)
    Statistics.open(wireshark).settles_to(ask(twin, *TABLE))


def test_a_file_that_has_grown_is_reloaded(start, capture, ask):
    whole = telescope(500)
    growing, grown = capture(whole[:len(whole) - 200 * RECORD], "growing"), capture(whole, "grown")
    wireshark = start("-r", growing)
    opened(wireshark, 300, ask(growing, *TABLE))
    growing.write_bytes(whole)
    wireshark.menu("View", "Reload")
    wireshark.shows(500)
    Statistics.open(wireshark).settles_to(ask(grown, *TABLE))


def opened(wireshark, packets, text):
    wireshark.shows(packets)
    statistics = Statistics.open(wireshark)
    statistics.settles_to(text)
    return statistics


# --- Judged anew ---------------------------------------------------------------------------------

def set_preference(wireshark, module, label, text):
    """Edit → Preferences → Protocols → module: types text into the field with that label."""
    desktop = wireshark.desktop
    dialog = wireshark.new_dialog(lambda: wireshark.menu("Edit", "Preferences…"), "· Preferences")
    wireshark.bring_up(dialog)
    pages = next(grid for grid in map(Grid, dialog.all("tree")) if grid.column(0)[:1] == ["Appearance"])
    desktop.click(*pages.middle(pages.column(0).index("Protocols")))
    desktop.key("Right")
    until("the protocols do not unfold", lambda: len(pages) > 100)
    desktop.key("Right")
    desktop.type(module)                # chooses the page with that name
    name = dialog.get("label", label)
    until(f"no {label}", name.is_showing)
    beside = name.parent().children()
    field = next(node for node in beside[beside.index(name):] if node.role == "text")
    desktop.click(*field.middle(), times=3)
    desktop.key("BackSpace")
    desktop.type(text)
    until(f"{label} is {field.text()!r}", lambda: field.text() == text)
    dialog.get("push button", "OK").press()


def test_a_preference_is_changed(start, twin, twin_packets, ask):
    wireshark = start("-r", twin)
    before = ask(twin, *TABLE)
    statistics = opened(wireshark, twin_packets, before)
    for networks in ("198.51.100.0/24", ""):
        set_preference(wireshark, "Scan Noise", "Home networks", networks)
        fresh = ask(twin, "-o", f"scannoise.home_networks:{networks}", *TABLE)
        assert (fresh == before) == (networks == "")
        judged_anew(statistics, fresh)


def judged_anew(statistics, text):
    """Applies until the dialog, which Wireshark does not fill anew by itself, shows this."""
    def read():
        statistics.apply("")
        return told(statistics.read())
    settles("the dialog shows another table", read, in_window(text))


def test_a_display_filter_hides_packets(start, twin, twin_packets, count, ask):
    """The dialog counts all packets, whatever the list shows."""
    wireshark = start("-r", twin)
    statistics = opened(wireshark, twin_packets, ask(twin, *TABLE))
    for display_filter in ("scannoise.backscatter", "udp", ""):
        wireshark.apply_filter(display_filter)
        wireshark.shows(count(display_filter or "frame"))
        statistics.apply("")
        statistics.settles_to(ask(twin, *TABLE))


def test_ignored_packets_are_no_noise(start, twin, twin_packets, session_dir, count, ask):
    """As if they were not in the file, and back again."""
    rest = without(twin, "scannoise.technique == 1", session_dir, ask)
    wireshark = start("-r", twin)
    statistics = opened(wireshark, twin_packets, ask(twin, *TABLE))
    wireshark.apply_filter("scannoise.technique == 1")
    wireshark.shows(count("scannoise.technique == 1"))
    wireshark.menu("Edit", "Ignore All Displayed")
    judged_anew(statistics, ask(rest, *TABLE))
    wireshark.apply_filter("scannoise.scan")
    wireshark.shows(len(ask(rest, "-Y", "scannoise.scan").splitlines()))
    wireshark.apply_filter("")
    wireshark.shows(twin_packets)
    wireshark.menu("Edit", "Unignore All Displayed")
    judged_anew(statistics, ask(twin, *TABLE))


def without(capture, display_filter, folder, ask):
    """A copy of the capture that lacks these packets."""
    rest = folder / "rest.pcapng"
    ask(capture, "-Y", f"!({display_filter})", "-w", rest)
    return rest


# --- Live capture --------------------------------------------------------------------------------

def test_live_capture(start, pipe, capture, ask, keep):
    source, sink = pipe
    whole = telescope(400)
    half = whole[:len(whole) - 200 * RECORD]
    sink.write(half)
    wireshark = start("-k", "-i", "-", stdin=source)
    source.close()
    wireshark.shows(200)
    statistics = Statistics.open(wireshark)
    statistics.settles_to(ask(capture(half, "half"), *TABLE))
    scanners = Traffic(wireshark, "Endpoints")
    settles("other scanners", scanners.count, 50)

    sink.write(whole[len(half):])
    wireshark.shows(400)
    everything = capture(whole, "whole")
    statistics.apply("")
    statistics.settles_to(ask(everything, *TABLE))
    sink.close()
    until("the capture does not end", lambda: not wireshark.entry("Capture", "Stop").is_enabled())
    statistics.apply("")
    statistics.settles_to(ask(everything, *TABLE))
    settles("other scanners", lambda: dict(zip(scanners.column("Address"), map(int, scanners.column("Packets")))),
            endpoints_of(ask(everything, "-q", "-z", "endpoints,scannoise")))
    keep("live", statistics.dialog)


def test_a_dialog_that_is_open_before_the_first_packet(start, pipe):
    """Wireshark takes a section's title when it draws the section first, so it must not say what may change."""
    source, sink = pipe
    whole = telescope(400)
    wireshark = start("-k", "-i", "-", "-z", "scannoise,stat", stdin=source)
    source.close()
    statistics = Statistics(wireshark, wireshark.dialog(Statistics.TITLE))
    for begin, end in ((0, len(whole) - 200 * RECORD), (len(whole) - 200 * RECORD, len(whole))):
        sink.write(whole[begin:end])
        sink.flush()
        until("no rows", lambda: len(statistics.grid) > 10)
    wireshark.shows(400)
    titles = [cells[0].strip(UNSEEN) for cells in statistics.grid.rows() if not any(cell.strip() for cell in cells[1:])]
    assert "Top ports" in titles and not [title for title in titles if ":" in title]
    sink.close()


# --- Stopped -------------------------------------------------------------------------------------

PARTIAL = "Partial: reading was stopped"
QUICK, SLOW = 20_000, 40_000
# A capture that takes minutes, however fast the machine is: from some packet on each takes 5 ms more.
SLOWLY = f"""
local slow = Proto("unhurried", "Unhurried reading")
function slow.dissector(_, pinfo)
    if pinfo.number > {QUICK} and not pinfo.visited then
        local begin = os.clock()
        repeat until os.clock() - begin > 0.005
    end
end
register_postdissector(slow)
"""


def stop_loading(wireshark):
    """Presses the red button beside the progress bar."""
    def probe():
        bar = next((node for node in wireshark.bar.all("progress bar") if node.is_showing()), None)
        return bar and bar.parent().get("push button").press() is None
    until("no progress bar", probe)


def test_a_stopped_load_is_told_in_the_table(start, capture, session_dir, twin, twin_packets, ask):
    packets = QUICK + SLOW
    large = capture(telescope(packets), "large")
    script = session_dir / "slowly.lua"
    script.write_text(SLOWLY)
    script.chmod(0o644)
    wireshark = start("-X", f"lua_script:{script}", "-r", twin)
    wireshark.shows(twin_packets)
    wireshark.open_file(large)
    stop_loading(wireshark)
    assert "cancelled" in wireshark.complaint()
    until("nothing was loaded", wireshark.counts)
    loaded = wireshark.counts()[0]
    assert 0 < loaded < packets
    partial = Statistics.open(wireshark)
    until("the table is not filled", lambda: f"{loaded}" in partial.copy())
    assert PARTIAL in partial.copy()
    wireshark.open_file(twin)
    wireshark.shows(twin_packets)
    Statistics.open(wireshark).settles_to(ask(twin, *TABLE))
