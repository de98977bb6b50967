# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A running Wireshark: its menus and its main window. The dialogs are in windows.py."""
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import accessible
from accessible import Grid
from desktop import end
from waiting import until

REPO = Path(__file__).resolve().parents[2]
PROFILE = "Scan Noise"
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
        self.main.number = until("the main window is not on the screen", lambda: next(
            iter(self.desktop.windows(self.process.pid)), None))
        self.menu_bar = self.main.get("menu bar")
        self.bar = self.main.get("status bar")

    def _on_the_bus(self):
        assert self.process.poll() is None, f"Wireshark ended with status {self.process.returncode}: {self.said()}"
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
        """Raises its main window or what new_dialog() opened, and gives it the keys. Titles would not tell, as
        two windows may have the same."""
        self.desktop.bring_up(window.number, size)

    def new_dialog(self, open_it, pattern):
        """What open_it() opens, beside dialogs of the same name that are open already."""
        before, on_screen = [node.it for node in self._titled(pattern)], self.desktop.windows(self.process.pid)
        open_it()
        dialog = until(lambda: f"no new dialog {pattern!r} among {self.windows()}",
                       lambda: next((node for node in self._titled(pattern) if node.it not in before), None))
        dialog.number = until(f"{dialog!r} is not on the screen",
                              lambda: self._appeared(dialog.name, on_screen))
        return dialog

    def _appeared(self, title, before):
        return next((number for number, name in self.desktop.windows(self.process.pid).items()
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
        self.bring_up(self.main)
        entry.do("SetFocus")
        self.desktop.key("Return")

    def shows(self, packets):
        """Waits until that many packets are displayed."""
        until(lambda: f"displayed: {self.counts()}, not {packets}",
              lambda: self.counts() and self.counts()[1] == packets)

    def opens(self, packets):
        """As shows(), but meanwhile presses OK in the message boxes that come; returns their texts."""
        told = []

        def probe():
            if self._window("alert"):
                told.append(self.complaint())
            return self.counts() and self.counts()[1] == packets
        until(lambda: f"displayed: {self.counts()}, not {packets}; told: {told}", probe)
        return told

    def packets(self):
        return Grid(self.main.get("tree", "Packet list"))

    def open_file(self, path):
        """File → Open."""
        self.bring_up(self.main)
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
        panel = label.parent()
        panel.get("text").write(str(frame))
        panel.get("push button", "Go to packet").press()
        until(lambda: f"details begin {self.details()[:1]}", lambda: self.selected() == frame)

    def unfold_noise(self, frame):
        """Shows a frame with nothing but our tree unfolded; Wireshark keeps that for the frames that follow."""
        self.go_to(frame)
        self.menu("View", "Collapse All")
        grid = Grid(self.main.get("tree", "Packet details"))
        line = until("no tree of ours", lambda: next(
            (n for n, text in enumerate(grid.column(0)) if text.startswith("[Scan Noise")), None))
        self.bring_up(self.main)
        self.desktop.click(*grid.middle(line))
        until("our tree is not chosen", grid.cell(line).is_selected)
        self.menu("View", "Expand Subtrees")
        until("our tree does not unfold", lambda: len(grid) > line + 1)

    def details(self):
        """Lines of the packet details, as far as they are unfolded."""
        return [cells[0] for cells in Grid(self.main.get("tree", "Packet details")).rows()]

    def selected(self):
        """Number of the packet whose details are shown; None without one."""
        lines = self.details()
        found = lines and re.match(r"Frame (\d+)", lines[0])
        return int(found[1]) if found else None
