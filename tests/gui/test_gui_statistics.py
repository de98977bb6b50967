# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics → Scan Noise in the running Wireshark shows what tshark prints."""
import csv
import io

import pytest

from captures import telescope
from table import UNSEEN, WINDOW_COLUMNS, from_window
from waiting import settles, until
from windows import SECTION, TABLE, Statistics, in_window, told

NUMBERS = ("Packets", "Share%", "Scanners", "Ports", "Targets")


def parts(statistics):
    """The dialog as it is seen: [(title, [cells, ...]), ...]."""
    found = []
    for cells in statistics.grid.rows():
        if any(cell.strip() for cell in cells[1:]):
            found[-1][1].append(cells)
        else:
            found.append((cells[0], []))
    return found


@pytest.fixture
def statistics(wireshark, ask, twin):
    """The dialog, opened from the menu by the first test that asks, with tshark's numbers."""
    if not hasattr(wireshark, "statistics"):
        wireshark.statistics = Statistics.open(wireshark)
    else:
        wireshark.statistics.restore()
    wireshark.statistics.settles_to(ask(twin, *TABLE))
    return wireshark.statistics


@pytest.fixture
def second(wireshark, statistics, ask, twin):
    """Another one, beside that."""
    if not hasattr(wireshark, "second"):
        wireshark.second = Statistics.open(wireshark)
    else:
        wireshark.second.restore()
    wireshark.second.settles_to(ask(twin, *TABLE))
    return wireshark.second


# --- As it opens ---------------------------------------------------------------------------------

def test_it_opens_with_tsharks_sections_in_order(statistics, ask, twin, keep):
    assert told(from_window(parts(statistics))) == in_window(ask(twin, *TABLE))
    statistics.wireshark.bring_up(statistics.dialog, (860, 1000))
    keep("statistics", statistics.dialog)


def test_titles_say_what_is_not_seen(statistics):
    titles = [title.lstrip(UNSEEN) for title, _ in parts(statistics)]
    for title in ("Capture: 2019-01-16, UTC", "Top ports: 4 of 1167, those with most packets", "Hours: by hour",
                  "Ports: 20 of 1167, those with most packets", "Organisations: none"):
        assert title in titles


def test_what_matters_most_is_seen_at_the_first_size(start, twin, keep):
    """Headline, IP versions, top ports and top scanners, without scrolling, and how many scanners each has."""
    wireshark = start("-r", twin)
    until("the twin is not loaded", lambda: wireshark.counts())
    first = Statistics.open(wireshark)
    until("no rows", lambda: len(first.grid) > 20)
    keep("statistics-first", first.dialog)
    tree = first.dialog.get("tree").place()
    rows = first.grid.rows()
    last = next(number for number, cells in enumerate(rows) if cells[0].lstrip(UNSEEN).startswith("Hours"))
    assert {cells[SECTION] for cells in rows[:last]} - {""} == {"Capture", "IP version", "Top ports", "Top scanners"}
    scanners = first.grid.cell(last - 1, WINDOW_COLUMNS.index("Scanners")).place()
    assert scanners.y + scanners.height <= tree.y + tree.height
    assert scanners.x + scanners.width <= tree.x + tree.width


# --- Columns -------------------------------------------------------------------------------------

def numbers(statistics, heading):
    """A column as it stands: [(section, [number, ...]), ...]; an empty cell is -1. A click on another column
    than the first leaves the sections where they are."""
    column, found = WINDOW_COLUMNS.index(heading), {}
    for cells in statistics.rows():
        found.setdefault(cells[SECTION], []).append(float(cells[column].strip() or -1))
    return [(section, values) for section, values in found.items() if section != "Capture" or min(values) >= 0]


def direction(columns):
    """"rising", "falling", or None for neither."""
    if all(column == sorted(column) for _, column in columns):
        return "rising"
    return "falling" if all(column == sorted(column, reverse=True) for _, column in columns) else None


@pytest.mark.parametrize("heading", NUMBERS)
def test_a_click_sorts_by_number_within_each_section(statistics, heading):
    seen = set()
    for _ in range(2):
        statistics.sort_by(heading)
        columns = numbers(statistics, heading)
        assert direction(columns), columns
        seen.add(direction(columns))
    assert seen == {"rising", "falling"}


def test_the_first_column_brings_the_order_back(statistics, ask, twin):
    statistics.sort_by("Item")
    statistics.sort_by("#")
    statistics.settles_to(ask(twin, *TABLE))


# --- Display filter ------------------------------------------------------------------------------

FILTERS = ["udp", "ip.src == 198.18.0.0/16", "scannoise.port == 23", "ipv6"]


def test_a_display_filter_gives_tsharks_numbers(statistics, ask, twin):
    for display_filter in FILTERS:
        statistics.apply(display_filter)
        statistics.settles_to(ask(twin, "-q", "-z", f"scannoise,stat,{display_filter}"))
    statistics.apply("")
    statistics.settles_to(ask(twin, *TABLE))


def test_a_wrong_display_filter_cannot_be_applied(statistics, ask, twin):
    statistics.dialog.get("text", "Display filter entry").write("ip.src ==")
    until("Apply is offered", lambda: not statistics.dialog.get("push button", "Apply").is_enabled())
    statistics.settles_to(ask(twin, *TABLE))


# --- Copy and save -------------------------------------------------------------------------------

def save_as(statistics, path, kind=None):
    statistics.dialog.get("push button", "Save as…").press()
    saving = statistics.wireshark.dialog("Save Statistics As")
    if kind:
        box = next(box for box in saving.all("combo box") if "*." in box.name)
        statistics.wireshark.desktop.click(*box.middle())
        statistics.wireshark.desktop.key(*kind, "Return")
    saving.get("text", "File name:").write(str(path))
    save = saving.get("push button", "Save")
    until("cannot save", save.is_enabled)
    save.press()
    return until(f"nothing in {path}", lambda: path.exists() and path.read_text())


def test_save_as_writes_what_copy_copies(statistics, workdir):
    assert save_as(statistics, workdir / "saved.txt") == statistics.copy()


def test_csv_has_the_section_with_each_row_and_plain_cells(statistics, ask, twin, workdir):
    text = save_as(statistics, workdir / "saved.csv", kind=["Down"])
    assert text.splitlines()[1].startswith('1,"All packets",10746,"",1018,')    # numbers, which Wireshark sorts as such
    saved = list(csv.reader(io.StringIO(text)))
    assert saved[0] == list(WINDOW_COLUMNS)
    share = WINDOW_COLUMNS.index("Share%")
    for cells in saved[1:]:
        assert [cell for at, cell in enumerate(cells) if cell != cell.strip() and at != share] == []
    titles = {title for title, _ in in_window(ask(twin, *TABLE))[0]} | {"Hours"}
    assert {cells[SECTION] for cells in saved[1:]} == titles


# --- Two at once ---------------------------------------------------------------------------------

def test_two_dialogs_have_each_their_filter(statistics, second, ask, twin):
    second.apply("udp")
    second.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    statistics.settles_to(ask(twin, *TABLE))


def test_sorting_one_dialog_after_another_was_filtered(statistics, second, ask, twin):
    second.apply("udp")
    second.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    statistics.sort_by("Packets")
    columns = numbers(statistics, "Packets")
    assert direction(columns), columns


def test_the_other_goes_on_when_one_is_closed(statistics, second, wireshark, ask, twin):
    wireshark.close(second.dialog)
    del wireshark.second
    statistics.apply("udp")
    statistics.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    statistics.apply("")
    statistics.settles_to(ask(twin, *TABLE))


# --- Before, while and after a capture is loaded --------------------------------------------------

def test_before_and_while_a_capture_is_loaded(start, desktop, ask, account, session_dir):
    big = session_dir / "telescope.pcap"
    big.write_bytes(telescope(20000))
    big.chmod(0o644)
    wireshark = start()
    early = Statistics.open(wireshark)
    settles_to_zero(early)
    wireshark.open_file(big)
    until("the capture is not opened", lambda: wireshark.counts())
    during = Statistics.open(wireshark)
    expected = ask(big, *TABLE)
    wireshark.shows(20000)
    during.settles_to(expected)
    during.apply("")
    during.settles_to(expected)


def settles_to_zero(statistics):
    settles("numbers without packets", lambda: {cells[WINDOW_COLUMNS.index("Packets")] for cells in statistics.rows()},
            {"0"})


def test_an_empty_capture(start, session_dir, ask):
    empty = session_dir / "empty.pcap"
    empty.write_bytes(telescope(0))
    empty.chmod(0o644)
    wireshark = start("-r", empty)
    statistics = Statistics.open(wireshark)
    statistics.settles_to(ask(empty, *TABLE))
    settles_to_zero(statistics)
    statistics.apply("udp")
    statistics.settles_to(ask(empty, *TABLE))
