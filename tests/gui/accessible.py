# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program's windows say and offer, through the accessibility interface that screen readers use."""
import os
from collections import namedtuple

from waiting import NOT_YET, until

ANSWER_MS = 60000
DEPTH = 12                      # no widget of Wireshark's lies deeper
NAMES = {"button": "push button"}       # roles that were renamed: what they are called since, and were before
LISTS = ("tree", "table")       # not searched: a packet list has a million cells

Place = namedtuple("Place", "x y width height")


class Changed(Exception):
    """What was read changed meanwhile."""


NOT_YET.append(Changed)


def connect(bus):
    """Joins the accessibility bus with that address. Once in a process; libatspi knows one bus only."""
    os.environ["AT_SPI_BUS_ADDRESS"] = bus
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    Atspi.set_timeout(ANSWER_MS, ANSWER_MS)
    Node.atspi = Atspi
    NOT_YET.append(GLib.Error)


def application(pid):
    """The program with that process number, or None while it is not on the bus."""
    desktop = Node.atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(number)
        if program and program.get_process_id() == pid:
            program.set_cache_mask(Node.atspi.Cache.NONE)       # what was true a moment ago is no answer
            return Node(program)
    return None


class Node:
    """A window, or anything in it."""

    atspi = None                # libatspi, once connected

    def __init__(self, accessible):
        self.it = accessible

    def __repr__(self):
        return f"{self.role} {self.name!r}"

    @property
    def role(self):
        name = self.it.get_role_name()
        return NAMES.get(name, name)

    @property
    def name(self):
        return self.it.get_name() or ""

    def __eq__(self, other):
        return self.it == other.it

    def __len__(self):
        return max(0, self.it.get_child_count())        # -1: the widget is no more

    def __bool__(self):
        return True

    def child(self, number):
        found = self.it.get_child_at_index(number)
        return Node(found) if found else None

    def parent(self):
        return Node(self.it.get_parent())

    def children(self):
        return [node for node in map(self.child, range(len(self))) if node]

    def walk(self, depth=DEPTH):
        """The nodes below, except for the cells of lists."""
        for node in self.children():
            yield node
            if depth > 0 and node.role not in LISTS:
                yield from node.walk(depth - 1)

    def all(self, role, name=None):
        return [node for node in self.walk() if node.role == role and name in (None, node.name)]

    def find(self, role, name=None):
        """The first of them; None when there is none."""
        return next((node for node in self.walk() if node.role == role and name in (None, node.name)), None)

    def get(self, role, name=None):
        """The first of them, waited for."""
        return until(lambda: f"{self!r} has no {role} {name!r}", lambda: self.find(role, name))

    # --- Its state -------------------------------------------------------------------------------

    def _is(self, state):
        return self.it.get_state_set().contains(getattr(self.atspi.StateType, state))

    def is_checked(self):
        return self._is("CHECKED")

    def is_enabled(self):
        return self._is("ENABLED")

    def is_showing(self):
        return self._is("SHOWING")

    def is_selected(self):
        return self._is("SELECTED")

    def text(self):
        return self.atspi.Text.get_text(self.it, 0, self.atspi.Text.get_character_count(self.it))

    def place(self):
        """Where it is on the screen."""
        box = self.atspi.Component.get_extents(self.it, self.atspi.CoordType.SCREEN)
        return Place(box.x, box.y, box.width, box.height)

    def middle(self):
        box = self.place()
        return box.x + box.width // 2, box.y + box.height // 2

    # --- What it offers --------------------------------------------------------------------------

    def offered(self):
        if self.it.get_action_iface() is None:
            return []
        return [self.atspi.Action.get_action_name(self.it, n) for n in range(self.atspi.Action.get_n_actions(self.it))]

    def do(self, action):
        """Does what the user would do, such as "Press"."""
        offered = self.offered()
        assert action in offered, f"{self!r} offers {offered}, not {action}"
        self.atspi.Action.do_action(self.it, offered.index(action))

    def press(self):
        self.do("Press")

    def write(self, text):
        self.atspi.EditableText.set_text_contents(self.it, text)


class Grid:
    """A list with columns, such as Wireshark's: the cells of the rows that are unfolded."""

    def __init__(self, node):
        self.node = node
        self.columns = 0
        while (header := node.child(self.columns)) and header.role == "table column header":
            self.columns += 1

    def header(self, column):
        return self.node.child(column)

    def headings(self):
        return [self.header(column).name.strip() for column in range(self.columns)]

    def __len__(self):
        return len(self.node) // self.columns - 1

    def cell(self, row, column=0):
        return self.node.child((row + 1) * self.columns + column)

    def middle(self, row, column=0):
        """The middle of what is seen of a cell, which may be wider than the list."""
        cell, seen = self.cell(row, column).place(), self.node.place()
        left, right = max(cell.x, seen.x), min(cell.x + cell.width, seen.x + seen.width)
        return (left + right) // 2, cell.y + cell.height // 2

    def text(self, row, column=0):
        cell = self.cell(row, column)
        if cell is None:
            raise Changed(f"{self.node!r} has no cell {row}, {column} any more")
        return cell.name

    def row(self, number):
        return [self.text(number, column) for column in range(self.columns)]

    def rows(self):
        return [self.row(number) for number in range(len(self))]

    def column(self, number):
        return [self.text(row, number) for row in range(len(self))]
