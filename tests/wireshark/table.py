# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the table of -z scannoise,stat, as text from tshark and as JSON from sharkd, into one form."""
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import zip_longest

SECTIONS = ("Capture", "IP version", "Organisations", "Outcomes", "Techniques", "Tools", "Top ports", "Top scanners")
ORIGINS = ("Where from: autonomous systems", "Where from: countries")     # with MaxMind databases only
COLUMNS = ("#", "Item", "Packets", "Share%", "Scanners", "Ports", "Targets", "First seen", "Last seen")


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


class Table(dict):
    """{section: [Row, ...]}, in the order they are shown."""
    # suite.py puts here what -z scannoise,flows and -z scannoise,json say in the same run.
    flows = None
    json = None

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
        return [row for row in self["IP version"] if row.packets is not None]

    def unlike(self, other):
        """The first cells in which two tables differ, for a test to say that there are none: a thousand
        rows compared by pytest would take it minutes to describe."""
        if list(self) != list(other):
            return [list(self), list(other)]
        for section, rows in self.items():
            if rows != other[section]:
                pairs = zip_longest(rows, other[section])
                return [section, *next(pair for pair in pairs if pair[0] != pair[1])]
        return []


def shown(seconds):
    """How a time may be shown: of day, or with the date in a capture of several days."""
    time = datetime.fromtimestamp(seconds, timezone.utc)
    return {time.strftime(form) for form in ("%H:%M:%S", "%m-%d %H:%M", "%m-%d %H:%M:%S")}


def _row(cells):
    cells = [cell.strip() for cell in cells]
    assert len(cells) == len(COLUMNS), cells
    rank, item, packets, share, scanners, ports, targets, first, last = cells
    counts = [int(cell) if cell else None for cell in (packets, scanners, ports, targets)]
    return Row(int(rank), item, counts[0], share, *counts[1:], first, last)


def parse(text):
    """The table in tshark's output, whatever stands around it."""
    lines = text.splitlines()
    assert "Scan Noise:" in lines, f"no table in {text[-2000:]!r}"
    at = lines.index("Scan Noise:")
    table, section = Table(), None
    assert [cell.strip() for cell in lines[at + 2].split("|")][:len(COLUMNS)] == list(COLUMNS)
    for row in lines[at + 3:]:
        if row.startswith("====="):
            return table
        if "|" in row:
            table[section].append(_row(row.split("|")[:len(COLUMNS)]))
        else:
            section = row.strip()
            table[section] = []
    raise AssertionError("the table has no end")


def from_sharkd(result):
    """The same from sharkd's answer to the request "tap"."""
    tap = result["taps"][0]
    assert [field["c"].strip() for field in tap["fields"]] == list(COLUMNS)
    return Table({part["t"]: [_row(cells) for cells in part.get("i", [])] for part in tap["tables"]})
