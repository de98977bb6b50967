# SPDX-License-Identifier: GPL-2.0-or-later
"""The dialogs of a running Wireshark that Scan Noise adds to."""
from accessible import Grid
from table import _row as row_of
from table import parse
from waiting import settles, until

TABLE = ("-q", "-z", "scannoise,stat")      # what tshark prints of Statistics → Scan Noise
GAP = "  "                      # between the columns that a dialog's Copy makes
TAB = "Scan Noise"               # in the Endpoints and Conversations windows


def rows_of(text):
    """The rows of tshark's table, without the sections' titles."""
    return [row for rows in parse(text).values() for row in rows]


class Statistics:
    """A Statistics → Scan Noise dialog.

    Its numbers are read with its Copy button while they may change. The cells themselves are read only
    when they stand still: if one is read between a sort and the next layout, Qt 5 tells the old order from
    then on.
    """

    TITLE = "· Scan Noise ·"
    aside = 5       # pixels from the middle of a heading: two clicks soon after each other, be it in two dialogs that
                    # lie on each other, are a double click when they are at one place

    def __init__(self, wireshark, dialog):
        self.wireshark, self.dialog = wireshark, dialog
        self.grid = Grid(dialog.get("tree"))
        self.widths = [len(self.grid.header(column).name) for column in range(self.grid.columns)]

    @classmethod
    def open(cls, wireshark):
        return cls(wireshark, wireshark.new_dialog(lambda: wireshark.menu("Statistics", "Scan Noise"), cls.TITLE))

    def copy(self):
        """What its Copy button puts into the clipboard."""
        self.wireshark.desktop.forget_copied()
        self.dialog.get("push button", "Copy").press()
        return until("nothing was copied", self.wireshark.desktop.copied)

    def rows(self):
        """The rows as they stand, a tuple of cells each. Copy lines them up and leaves out the sections' titles."""
        lines = self.copy().splitlines()
        rules = [number for number, line in enumerate(lines) if line.startswith("----")]
        if len(rules) != 2:
            return []           # about to be filled
        return [self._cut(line) for line in lines[rules[0] + 1:rules[1]]]

    def read(self):
        return list(map(row_of, self.rows()))

    def settles_to(self, text):
        """Waits until the dialog shows what tshark printed, in the same order."""
        settles("the dialog shows another table", self.read, rows_of(text))

    def _cut(self, line):
        """The first column and the second may be wider than their headings; the others are cut from the end."""
        cells = []
        for width in self.widths[:1:-1]:
            cells.insert(0, line[len(line) - width:].strip())
            line = line[:len(line) - width - len(GAP)]
        rank, _, item = line.strip().partition(GAP)
        return (rank, item.strip(), *cells)

    def apply(self, display_filter):
        self.dialog.get("text", "Display filter entry").write(display_filter)
        until(f"no Apply for {display_filter}", self.dialog.get("push button", "Apply").is_enabled)
        self.dialog.get("push button", "Apply").press()

    def sort_by(self, heading):
        """Clicks the heading of a column, and waits until the rows stand in another order."""
        before = self.rows()
        self.wireshark.bring_up(self.dialog)
        x, y = self.grid.header(self.grid.headings().index(heading)).middle()
        Statistics.aside = -Statistics.aside
        self.wireshark.desktop.click(x + Statistics.aside, y)
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
