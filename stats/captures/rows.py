# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows that tshark writes."""
import csv
import re
from io import StringIO
from itertools import chain

from tshark import CaptureProblem, TsharkProblem

BLOCK = 1 << 18                         # characters at a time: what of it is in use fits into caches
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

    def blocks(self):
        """All rows, many at a time: the cells of each of COLUMNS, as they stand there. Python is quicker with a column
        than with the cells of a row."""
        with open(self.path, newline="", encoding="utf-8", errors="replace") as file:
            header = file.readline().rstrip("\r\n").split(",")
            wanted, before = self._wanted(header), 0
            while text := _whole_rows(file):
                cells = _cells(text, len(header), before)
                yield [cells[at::len(header)] for at in wanted]
                before += len(cells) // len(header)

    def _wanted(self, header):
        missing = [name for name in self.COLUMNS if name not in header]
        if missing:
            raise TsharkProblem(f"tshark's -z scannoise,flows has no column {missing[0]}: another version of the"
                                " plugin than this loader's")
        return [header.index(name) for name in self.COLUMNS]


def _whole_rows(file):
    text = file.read(BLOCK) + file.readline()
    while text.count('"') % 2 and (more := file.readline()):    # the line ends within a cell
        text += more
    return text


def _cells(text, width, before):
    """Those of some rows, one row after the other. Few blocks have quotes, and the others need not be read letter by
    letter.
    @param width  cells of a row
    @param before rows before these"""
    if '"' in text or "\r" in text:
        return list(chain.from_iterable(_checked(csv.reader(StringIO(text, newline="")), width, before)))
    rows = text.removesuffix("\n")
    cells = rows.replace("\n", ",").split(",")
    if len(cells) != width * (rows.count("\n") + 1):
        return list(chain.from_iterable(_checked((row.split(",") for row in rows.split("\n")), width, before)))
    return cells


def _checked(rows, width, before):
    number = before + 1
    try:
        for number, cells in enumerate(rows, before + 1):
            if len(cells) != width:
                raise CaptureProblem(f"row {number} of what tshark found is damaged: {len(cells)} cells of {width}")
            yield cells
    except csv.Error as error:
        raise CaptureProblem(f"row {number} of what tshark found is damaged: {error}") from None
