# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows that tshark writes."""
import csv
import re
from itertools import chain
from operator import itemgetter

from digest import digest_of
from tshark import CaptureProblem, TsharkProblem

# What stands before a character that begins a formula, so that no spreadsheet runs a label.
_NO_FORMULA = re.compile(r"(?:^|(?<=;))'(?=[=+@-])")


def without_apostrophes(cell):
    """The text that a cell stands for."""
    return _NO_FORMULA.sub("", cell)


class Rows:
    """The rows of a file of -z scannoise,flows."""

    # tshark may write more columns, and in any order. A further one is a name here, and a line in each table of
    # rows of both databases.
    COLUMNS = ("first", "last", "ip_version", "source", "target", "transport", "port", "technique", "outcome",
               "tool", "packets", "bytes", "label", "reason", "verdict")

    def __init__(self, path):
        self.path = path

    def digest(self):
        return digest_of(self.path)

    def records(self):
        """The cells of each row, in the order of COLUMNS, as they stand there."""
        with open(self.path, newline="", encoding="utf-8", errors="replace") as file:
            rows = _rows(file)
            wanted, number = self._wanted(next(rows, [])), 0
            try:
                for number, cells in enumerate(rows, 1):
                    yield wanted(cells)
            except (csv.Error, IndexError) as error:
                raise CaptureProblem(f"row {number} of what tshark found is damaged: {error}") from None

    def _wanted(self, header):
        missing = [name for name in self.COLUMNS if name not in header]
        if missing:
            raise TsharkProblem(f"tshark's -z scannoise,flows has no column {missing[0]}: another version of the"
                                " plugin than this loader's")
        return itemgetter(*map(header.index, self.COLUMNS))


def _rows(lines):
    """The cells of each row. Few have quotes, and the others need not be read letter by letter."""
    for line in lines:
        yield next(csv.reader(chain([line], lines))) if '"' in line else line.rstrip("\r\n").split(",")
