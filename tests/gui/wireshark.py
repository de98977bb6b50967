# SPDX-License-Identifier: GPL-2.0-or-later
"""A running Wireshark: its menus, its main window, and the dialogs that Scan Noise adds to."""
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import accessible
from accessible import Grid
from desktop import end
from table import _row as row_of
from table import parse
from waiting import settles, until

REPO = Path(__file__).resolve().parents[2]
PROFILE = "Scan Noise"
TABLE = ("-q", "-z", "scannoise,stat")      # for tshark
GAP = "  "                      # between the columns that a dialog's Copy makes
COUNTS = re.compile(r"Packets: (\d+)(?: .* Displayed: (\d+))?")


def install_profile(home, own=lambda path: path):
    """Puts the profile of this checkout into a home folder; returns its folder there."""
    folder = home / ".config/wireshark/profiles" / PROFILE
    shutil.copytree(REPO / "plugin/profile" / PROFILE, folder)
    for path in (home / ".config", home / ".config/wireshark", folder.parent, folder, *folder.iterdir()):
        own(path)
    return folder


@contextmanager
def running(desktop, *arguments, env=None, names=False, stdin=None):
    """with running(desktop, "-r", capture) as wireshark: ... ends it, whatever happened."""
    log = desktop.log("wireshark")
    said_before = log.stat().st_size if log.exists() else 0
    process = desktop.start("wireshark", *([] if names else ["-n"]), *arguments, env=env, **({"stdin": stdin} if stdin else {}))
    try:
        yield Wireshark(desktop, process, said_before)
    finally:
        end(process)


class Wireshark:
    def __init__(self, desktop, process, said_before=0):
        self.desktop, self.process, self.said_before = desktop, process, said_before
        self.app = until("Wireshark does not come", self._on_the_bus)
        self.main = until("Wireshark has no main window", lambda: self._window("frame"))
        self.menu_bar = self.main.get("menu bar")
        self.bar = self.main.get("status bar")

    def _on_the_bus(self):
        assert self.process.poll() is None, f"Wireshark ended with status {self.process.returncode}"
        return accessible.application(self.process.pid)

    def said(self):
        """What it has written to its standard output and error."""
        return self.desktop.log("wireshark").read_text(errors="replace")[self.said_before:]

    # --- Windows ---------------------------------------------------------------------------------

    def windows(self):
        return self.app.children()

    def _window(self, role, pattern=""):
        """The first window whose title matches."""
        return next((node for node in self.windows() if node.role == role and re.search(pattern, node.name)), None)

    def dialog(self, pattern):
        """The dialog whose title matches, waited for."""
        return until(lambda: f"no dialog {pattern!r} among {self.windows()}",
                     lambda: self._window("dialog", pattern))

    def complaint(self):
        """The text of the message box that is up, waited for; presses its OK."""
        box = until(lambda: f"no message among {self.windows()}", lambda: self._window("alert"))
        text = " ".join(label.name for label in box.all("label"))
        box.get("push button", "OK").press()
        until(f"{text!r} stays", lambda: box.it not in [node.it for node in self.windows()])
        return text

    def bring_up(self, window, size=None):
        """Raises one of its windows; returns X's number of it. Only what new_dialog() opened is told from
        another of the same title."""
        return self.desktop.bring_up(window.name, size, getattr(window, "number", None))

    def new_dialog(self, open_it, pattern):
        """What open_it() opens, beside dialogs of the same name that are open already."""
        before, on_screen = [node.it for node in self._titled(pattern)], self.desktop.windows()
        open_it()
        dialog = until(lambda: f"no new dialog {pattern!r} among {self.windows()}",
                       lambda: next((node for node in self._titled(pattern) if node.it not in before), None))
        dialog.number = until(f"{dialog!r} is not on the screen",
                              lambda: self._appeared(dialog.name, on_screen))
        return dialog

    def _appeared(self, title, before):
        return next((number for number, name in self.desktop.windows().items()
                     if name == title and number not in before), None)

    def _titled(self, pattern):
        return [node for node in self.windows() if node.role == "dialog" and re.search(pattern, node.name)]

    def close(self, dialog):
        """Presses its Close, and waits until it is gone.

        Do not open one of the same kind afterwards: Qt 5 takes a dialog or a widget for the one that lay at
        the same address in memory before, and then tells nothing of it, or what was true of the other.
        """
        dialog.get("push button", "Close").press()
        until(f"{dialog!r} does not close", lambda: dialog.it not in [node.it for node in self.windows()])

    def entry(self, *path):
        """The entry of the menu bar with that path, such as ("Statistics", "Scan Noise"), or None."""
        node = self.menu_bar
        for name in path:
            node = next((item for item in node.children() if item.role == "menu item" and item.name == name), None)
            if node is None:
                return None
            if len(node):
                node = node.child(0)        # the menu that it opens
        return node

    def menu(self, *path):
        """Chooses an entry of the menu bar."""
        until(lambda: f"no entry {' → '.join(path)}", lambda: self.entry(*path)).press()

    # --- The main window -------------------------------------------------------------------------

    def counts(self):
        """(packets, displayed) of the status bar; None while it says something else."""
        for label in self.bar.all("label"):
            if found := COUNTS.match(label.name):
                return int(found[1]), int(found[2] or found[1])
        return None

    def says(self, text):
        """Whether the status bar says this."""
        return any(text in label.name for label in self.bar.all("label"))

    def profile(self):
        return next(label.name.partition(": ")[2] for label in self.bar.all("label")
                    if label.name.startswith("Profile: "))

    def filter_entry(self):
        return self.main.get("tool bar", "Display Filter Toolbar").get("text", "Display filter entry")

    def apply_filter(self, text):
        """Types a display filter into the main window, and Return."""
        entry = self.filter_entry()
        entry.write(text)
        self.desktop.bring_up(self.main.name)
        entry.do("SetFocus")
        self.desktop.key("Return")

    def shows(self, packets):
        """Waits until that many packets are displayed."""
        until(lambda: f"displayed: {self.counts()}, not {packets}",
              lambda: self.counts() and self.counts()[1] == packets)

    def packets(self):
        return Grid(self.main.get("tree", "Packet list"))

    def open_file(self, path):
        """File → Open."""
        self.desktop.bring_up(self.main.name)
        self.desktop.key("ctrl+o")
        opening = self.dialog("Open Capture File")
        opening.get("text", "File name:").write(str(path))
        until("cannot open", opening.get("push button", "Open").is_enabled)
        opening.get("push button", "Open").press()

    def go_to(self, frame):
        """Selects a packet with Go → Go to Packet."""
        self.menu("Go", "Go to Packet…")
        label = self.main.get("label", "Packet:")
        until("no field for a packet number", label.is_showing)
        panel = next(node for node in self.main.all("frame") if any(c.name == "Packet:" for c in node.children()))
        panel.get("text").write(str(frame))
        panel.get("push button", "Go to packet").press()
        until(lambda: f"details begin {self.details()[:1]}", lambda: self.selected() == frame)

    def details(self):
        """Lines of the packet details, as far as they are unfolded."""
        return [cells[0] for cells in Grid(self.main.get("tree", "Packet details")).rows()]

    def selected(self):
        """Number of the packet whose details are shown; None without one."""
        lines = self.details()
        found = lines and re.match(r"Frame (\d+)", lines[0])
        return int(found[1]) if found else None


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
        self.wireshark.desktop.click(*self.grid.header(self.grid.headings().index(heading)).middle())
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
