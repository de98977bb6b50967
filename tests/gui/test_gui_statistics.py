# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics → Scan Noise in the running Wireshark shows what tshark prints."""
import pytest

from captures import telescope
from table import COLUMNS, Table, parse
from table import _row as row_of
from waiting import settles, until
from windows import TABLE, Statistics

NUMBERS = ("Packets", "Share%", "Scanners", "Ports", "Targets")


def sections(statistics):
    """The dialog's table as it is seen: {title: [Row, ...]}."""
    table = Table()
    for cells in statistics.grid.rows():
        if any(cell.strip() for cell in cells[1:]):
            table[list(table)[-1]].append(row_of(cells))
        else:
            table[cells[0]] = []
    return table


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
    assert list(sections(statistics).items()) == list(parse(ask(twin, *TABLE)).items())
    for section, rows in sections(statistics).items():
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1)), section
    statistics.wireshark.bring_up(statistics.dialog, (860, 1000))
    keep("statistics", statistics.dialog)


def test_cells_are_aligned(statistics):
    """Every cell of a column is as wide as its heading, in characters."""
    rows = [row for row in statistics.grid.rows() if any(row[1:])]
    for column, heading in enumerate(statistics.grid.headings()):
        assert {len(row[column]) for row in rows} == {statistics.widths[column]}, heading


# --- Columns -------------------------------------------------------------------------------------

def numbers(statistics, heading, table):
    """A column as it stands: [(section, [number, ...]), ...]; an empty cell is -1. A click on another column
    than the first leaves the sections where they are."""
    rows = [(cells[:2], float(cells[COLUMNS.index(heading)] or -1)) for cells in statistics.rows()]
    found = []
    for section, expected in table.items():
        part, rows = rows[:len(expected)], rows[len(expected):]
        assert sorted(names for names, _ in part) == sorted((str(row.rank), row.item) for row in expected), section
        found.append((section, [number for _, number in part]))
    assert not rows, rows
    return found


def direction(columns):
    """"rising", "falling", or None for neither."""
    if all(column == sorted(column) for _, column in columns):
        return "rising"
    return "falling" if all(column == sorted(column, reverse=True) for _, column in columns) else None


@pytest.mark.parametrize("heading", NUMBERS)
def test_a_click_sorts_by_number_within_each_section(statistics, heading, ask, twin):
    table, seen = parse(ask(twin, *TABLE)), set()
    for _ in range(2):
        statistics.sort_by(heading)
        columns = numbers(statistics, heading, table)
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

def save_as(statistics, path):
    statistics.dialog.get("push button", "Save as…").press()
    saving = statistics.wireshark.dialog("Save Statistics As")
    saving.get("text", "File name:").write(str(path))
    save = saving.get("push button", "Save")
    until("cannot save", save.is_enabled)
    save.press()
    return until(f"nothing in {path}", lambda: path.exists() and path.read_text())


def test_save_as_writes_what_copy_copies(statistics, workdir):
    assert save_as(statistics, workdir / "saved.txt") == statistics.copy()


# --- Two at once ---------------------------------------------------------------------------------

def test_two_dialogs_have_each_their_filter(statistics, second, ask, twin):
    second.apply("udp")
    second.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    statistics.settles_to(ask(twin, *TABLE))


def test_sorting_one_dialog_after_another_was_filtered(statistics, second, ask, twin):
    second.apply("udp")
    second.settles_to(ask(twin, "-q", "-z", "scannoise,stat,udp"))
    statistics.sort_by("Packets")
    columns = numbers(statistics, "Packets", parse(ask(twin, *TABLE)))
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
    settles("numbers without packets", lambda: {cells[COLUMNS.index("Packets")] for cells in statistics.rows()},
            {"0", ""})


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
