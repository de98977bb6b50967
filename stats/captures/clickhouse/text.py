# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows as ClickHouse wants them."""
from rows import Rows, without_apostrophes

# In the order of insertion. The verdict is last: it is an enumeration, so that a line that was cut off anywhere is
# no valid one.
STATEMENT = (f"INSERT INTO scannoise.intake (load, row, line, {', '.join('csv_' + name for name in Rows.COLUMNS)})"
             " FORMAT TabSeparated")
TAB = "\t"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def escaped(text):
    return text.translate(_ESCAPES)


def quoted(text):
    """A text within a query."""
    return "'{}'".format(text.replace("\\", "\\\\").replace("'", "\\'"))


def chunks(rows, load, line):
    """(rows, bytes) again and again.
    @param load the number that the rows belong to"""
    before, line = 0, escaped(line)
    for columns in rows.blocks():
        count = len(columns[0])
        ours = [[str(load)] * count, [str(row) for row in range(before, before + count)], [line] * count]
        yield count, _text(ours, columns).encode()
        before += count


def _text(ours, columns):
    """@param ours columns that need no look, before those of the rows"""
    text = _joined([*ours, *columns])
    if "'" in text:
        columns = [list(map(without_apostrophes, column)) for column in columns]
        text = _joined([*ours, *columns])
    # Hardly ever: a label with such a character.
    rows = len(columns[0])
    if "\\" in text or "\r" in text or text.count("\n") != rows or text.count(TAB) != rows * (2 + len(Rows.COLUMNS)):
        text = _joined([*ours, *(map(escaped, column) for column in columns)])
    return text


def _joined(columns):
    return "".join([f"{row}\n" for row in map(TAB.join, zip(*columns, strict=True))])
