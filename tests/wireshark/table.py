# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the table of -z scannoise,stat, as text from tshark and as JSON from sharkd, into one form."""
import re
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import zip_longest

# In the order they are shown; those without rows are left out.
SECTIONS = ("Capture", "IP version", "Top ports", "Top scanners", "Techniques", "Outcomes", "Tools", "Asked for", "Reasons",
            "Also seen", "Backscatter", "Organisations", "Kinds of organisation", "Networks",
            "Campaigns")
ORIGINS = ("Autonomous systems", "Countries")       # with MaxMind databases only
COLUMNS = ("#", "Item", "Packets", "Share%", "Scanners", "Ports", "Targets", "First seen", "Last seen")
WINDOW_COLUMNS = ("#", "Item", "Packets", "Share%", "Scanners", "First seen", "Last seen", "Section", "Targets", "Ports")
HOURS = "Hours"
UNSEEN = "\u200b"           # before the titles in a window, so that they sort as they shall
MOST_COLUMNS = 100          # of a terminal
RULE = "=" * MOST_COLUMNS


@dataclass(frozen=True)
class Row:
    """One row; None where the cell is empty. Shares and times stay text: as the user reads them."""
    rank: int
    item: str
    packets: int
    share: str
    scanners: int
    ports: int
    targets: int
    first: str
    last: str


@dataclass(frozen=True)
class Step:
    """A row of the section Hours."""
    rank: int
    item: str
    ipv4: int
    ipv6: int
    scanners: int


class Table(dict):
    """{section: [Row, ...]}, in the order they are shown; a section that is not shown has no rows.
    The section Hours is apart, as it has other columns."""
    def __init__(self, *sections):
        super().__init__(*sections)
        self.hours = None       # of Step; None: who made the table does not tell
        self.bars = []          # of those, in a terminal
        self.captions = {}      # {section: what stands behind its title}
        self.filters = {}       # {(section, item): display filter}, where rows have them

    # suite.py puts here what -z scannoise,flows and -z scannoise,json say in the same run.
    flows = None
    json = None

    def __missing__(self, section):
        return []

    def row(self, section, item):
        found = [row for row in self[section] if row.item == item]
        assert len(found) == 1, f"{len(found)} rows are called {item} in {section}"
        return found[0]

    def packets(self, item):
        return self.row("Capture", item).packets

    def scans(self):
        return self.row("Capture", "Unsolicited scans")

    def versions(self):
        """The rows of IPv4 and IPv6; the section has a third one."""
        return [row for row in self["IP version"] if row.item in ("IPv4", "IPv6")]

    def unlike(self, other):
        """The first cells in which two tables differ, for a test to say that there are none: a thousand
        rows compared by pytest would take it minutes to describe."""
        if list(self) != list(other):
            return [list(self), list(other)]
        for section, rows in self.items():
            if rows != other[section]:
                unlike = next((pair for pair in zip_longest(rows, other[section]) if not are_alike(*pair)), None)
                if unlike:
                    return [section, *unlike]
        told = None not in (self.hours, other.hours)
        return [self.hours, other.hours] if told and self.hours != other.hours else []


def are_alike(row, other):
    """Whether they are the same, but that tshark's table may have cut the item of one of them."""
    if row is None or other is None:
        return False
    cut, whole = sorted((row.item, other.item), key=len)
    return row == replace(other, item=row.item) and (cut == whole or cut.endswith("…") and whole.startswith(cut[:-1]))


END_OF_TIME = datetime(2100, 1, 1, tzinfo=timezone.utc).timestamp()


def shown(seconds):
    """How a time may be shown: of day, with the date, or with the year; or why it cannot be."""
    if seconds == 0:
        return {"no time"}
    if not 0 < seconds < END_OF_TIME:
        return {"before 1970" if seconds < 0 else "after 2099"}
    time = datetime.fromtimestamp(seconds, timezone.utc)
    return {time.strftime(form) for form in ("%H:%M:%S", "%m-%d %H:%M", "%Y-%m-%d %H:%M")}


def _row(cells, columns=COLUMNS):
    """@param cells text, or numbers, or None"""
    assert len(cells) == len(columns), cells
    named = dict(zip(columns, ("" if cell is None else str(cell).strip() for cell in cells)))
    count = {name: int(named[name]) if named[name] else None for name in ("Packets", "Scanners", "Ports", "Targets")}
    return Row(int(named["#"]), named["Item"], count["Packets"], named["Share%"], count["Scanners"], count["Ports"],
               count["Targets"], named["First seen"], named["Last seen"])


def _window_step(cells):
    """A row of Hours in a window, where packets over IPv4 and IPv6 stand in the item."""
    row = _row(cells, WINDOW_COLUMNS)
    item, v4, v6 = re.fullmatch(r"(.*), IPv4 (\d+), IPv6 (\d+)", row.item).groups()
    assert row.packets == int(v4) + int(v6)
    return Step(row.rank, item, int(v4), int(v6), row.scanners)


class _Lines:
    """Puts lines of a terminal into a table."""

    def __init__(self):
        self.table, self.section, self.item = Table(), None, None
        self.table.hours = []

    def read(self, line):
        if line.startswith("   filter: "):
            self.table.filters[self.section, self.item] = line.partition(": ")[2]
        elif line[0] not in " 0123456789":
            self._title(line.partition("|")[0])
        else:
            self._cells(line.split("|"))

    def _title(self, text):
        self.section, _, caption = map(str.strip, text.partition(":"))
        self.table.captions[self.section] = caption
        if self.section != HOURS:
            self.table[self.section] = []

    def _cells(self, cells):
        if len(cells) == 2:             # an item that is too long for its column: its numbers are below
            self.rank, self.item = cells
            return
        if cells[0].strip():
            self.rank, self.item = cells[:2]
        self.item = self.item.strip()
        if self.section == HOURS:
            self.table.hours.append(Step(int(self.rank), self.item, *map(int, cells[2:5])))
            self.table.bars.append(cells[5])
        else:
            self.table[self.section].append(_row([self.rank, self.item, *cells[2:len(COLUMNS)]]))


def page(text):
    """The lines of the table in tshark's output, its rules included, whatever stands around it."""
    lines = text.splitlines()
    assert "Scan Noise:" in lines, f"no table in {text[-2000:]!r}"
    begin = lines.index("Scan Noise:") - 1
    end = lines.index(RULE, begin + 1)
    return lines[begin:end + 1]


def parse(text):
    """The table in tshark's output."""
    rule, _, _, headings, *lines, end = page(text)
    assert rule == end == RULE
    assert [cell.strip() for cell in headings.split("|")] == list(COLUMNS)
    reader = _Lines()
    for line in lines:
        reader.read(line)
    return reader.table


def from_window(parts):
    """A table from the sections of a dialog, or of sharkd: [(title, [cells, ...]), ...]."""
    table = Table()
    table.hours = []
    for title, rows in parts:
        section, _, caption = map(str.strip, title.lstrip(UNSEEN).partition(":"))
        assert {cells[WINDOW_COLUMNS.index("Section")] for cells in rows} <= {section}
        if section == HOURS:
            table.hours = list(map(_window_step, rows))
        elif rows:
            table[section] = [_row(cells, WINDOW_COLUMNS) for cells in rows]
        if rows:
            table.captions[section] = caption
        else:
            assert caption == "none"
    return table


def from_sharkd(result):
    """The same from sharkd's answer to the request "tap"."""
    tap = result["taps"][0]
    assert [field["c"] for field in tap["fields"]] == list(WINDOW_COLUMNS)
    return from_window([(part["t"], part.get("i", [])) for part in tap["tables"]])
