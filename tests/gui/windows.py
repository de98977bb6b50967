# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The dialogs of a running Wireshark that Scan Noise adds to."""
import re
from itertools import groupby

from accessible import Grid
from table import WINDOW_COLUMNS, from_window, parse
from waiting import settles, until

TABLE = ("-q", "-z", "scannoise,stat")      # what tshark prints of Statistics → Scan Noise
TAB = "Scan Noise"              # in the Endpoints and Conversations windows
FIRST_ROWS = 4                  # of the lists at the dialog's top; all rows of them are at its end
SECTION = WINDOW_COLUMNS.index("Section")

TIME = r"(?:[\d-]+ )?\d\d:\d\d(?::\d\d)?|no time|before 1970|after 2099|"
COPIED = re.compile(rf"(\d+)  (.*?) +(\d+)  ( {{6}}| ?\d+\.\d+) +(\d+)  ({TIME}) +({TIME}) +([A-Z][A-Za-z ]*?)"
                    r" *(\d+)? *(\d+)?")


def in_window(text):
    """What the dialog shows where tshark prints this: [(section, [Row, ...]), ...] and the steps of Hours."""
    table = parse(text)
    lists = [("Ports", table.pop("Top ports", [])), ("Scanners", table.pop("Top scanners", []))]
    (first, second), *others = [list(table.items())[:2], *list(table.items())[2:]]
    top = [(f"Top {name.lower()}", rows[:FIRST_ROWS]) for name, rows in lists]
    return [pair for pair in (first, second, *top, *others, *lists) if pair[1]], table.hours


def told(table):
    """A table in the form of in_window()."""
    return list(table.items()), table.hours


class Statistics:
    """A Statistics → Scan Noise dialog.

    Its numbers are read with its Copy button while they may change. The cells themselves are read only
    when they stand still: if one is read between a sort and the next layout, Qt 5 tells the old order from
    then on.
    """

    TITLE = "· Scan Noise ·"
    clicked = 0     # where the last heading was clicked, in any dialog
    ASIDE = 8       # pixels from the middle of a heading

    def __init__(self, wireshark, dialog):
        self.wireshark, self.dialog = wireshark, dialog
        self.grid = Grid(dialog.get("tree"))

    @classmethod
    def open(cls, wireshark):
        return cls(wireshark, wireshark.new_dialog(lambda: wireshark.menu("Statistics", "Scan Noise"), cls.TITLE))

    def copy(self):
        """What its Copy button puts into the clipboard."""
        self.wireshark.desktop.forget_copied()
        self.dialog.get("push button", "Copy").press()
        return until("nothing was copied", self.wireshark.desktop.copied)

    def rows(self):
        """The rows as they stand, a tuple of cells each, in the order of WINDOW_COLUMNS."""
        lines = self.copy().splitlines()
        rules = [number for number, line in enumerate(lines) if line.startswith("----")]
        if len(rules) != 2:
            return []           # about to be filled
        return [COPIED.fullmatch(line).groups("") for line in lines[rules[0] + 1:rules[1]]]

    def read(self):
        """The table by the section that each row names."""
        return from_window((section, list(rows)) for section, rows in groupby(self.rows(), lambda row: row[SECTION]))

    def settles_to(self, text):
        """Waits until the dialog shows what tshark printed, in the same order."""
        settles("the dialog shows another table", lambda: told(self.read()), in_window(text))

    def apply(self, display_filter):
        self.dialog.get("text", "Display filter entry").write(display_filter)
        until(f"no Apply for {display_filter}", self.dialog.get("push button", "Apply").is_enabled)
        self.dialog.get("push button", "Apply").press()

    WIDE = (1000, 560)          # so that every heading is to be seen, however long the items are

    def sort_by(self, heading):
        """Clicks the heading of a column, and waits until the rows stand in another order."""
        before = self.rows()
        self.wireshark.bring_up(self.dialog, self.WIDE)
        x, y = self.grid.header(self.grid.headings().index(heading)).middle()
        # Two clicks soon after each other are a double click when they are near each other, be it in two dialogs.
        Statistics.clicked = max(x - self.ASIDE, x + self.ASIDE, key=lambda at: abs(at - Statistics.clicked))
        self.wireshark.desktop.click(Statistics.clicked, y)
        until(f"a click on {heading} changes nothing", lambda: self.rows() != before)

    def restore(self):
        """Makes it as it was when it opened: no filter, sorted by the first column."""
        if self.dialog.get("text", "Display filter entry").text():
            self.apply("")
        for _ in range(2):
            if not self._is_ranked():
                self.sort_by("#")

    def _is_ranked(self):
        ranks = [int(row[0]) for row in self.rows()]
        return all(rank in (before + 1, 1) for before, rank in zip(ranks, ranks[1:]))


class Traffic:
    """The Endpoints or the Conversations window, with our tab in front, or another."""

    def __init__(self, wireshark, kind, tab=TAB):
        self.wireshark, self.tab = wireshark, tab
        self.dialog = wireshark.new_dialog(lambda: wireshark.menu("Statistics", kind), f"· {kind} ·")
        wireshark.bring_up(self.dialog, (1250, 700))
        until(f"{kind} lacks the tab {tab}: {self.tabs()}", lambda: tab in self.tabs())
        self.tabs()[tab].press()
        self.grid = until("the tab is not in front", self._front)

    def tabs(self):
        return {tab.name.partition(" · ")[0]: tab for tab in self.dialog.all("page tab")}

    def count(self):
        """The number that the tab's title has."""
        return int(self.tabs()[self.tab].name.partition(" · ")[2])

    def _front(self):
        for tree in self.dialog.all("tree"):
            grid = Grid(tree)
            if grid.headings()[:1] in (["Address"], ["Address A"]) and grid.header(0).is_showing():
                return grid
        return None

    def headings(self):
        """The columns as they are now: more of them while packets are limited to a display filter."""
        self.grid = Grid(self.grid.node)
        return self.grid.headings()

    def column(self, heading):
        return self.grid.column(self.grid.headings().index(heading))

    def apply_as_filter(self, row, *keys):
        """Right-clicks a row and chooses Apply as Filter → the first entry; keys lead on from there."""
        self.wireshark.bring_up(self.dialog)
        self.wireshark.desktop.click(*self.grid.middle(row), button=3)
        entry = self.wireshark.filter_entry()
        before = entry.text()
        self.wireshark.desktop.key("Down", "Right", *keys, "Return")
        return until("no filter was applied", lambda: entry.text() != before and entry.text())
