# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows as ClickHouse wants them."""
from itertools import islice

from rows import Rows, without_apostrophes

# In the order of insertion. The verdict is last: it is an enumeration, so that a line that was cut off anywhere is
# no valid one.
STATEMENT = (f"INSERT INTO scannoise.intake (load, row, line, {', '.join('csv_' + name for name in Rows.COLUMNS)})"
             " FORMAT TabSeparated")
CHUNK = 10_000
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
    numbered, line = enumerate(rows.records()), escaped(line)
    while chunk := list(islice(numbered, CHUNK)):
        yield len(chunk), _text(load, line, chunk).encode()


def _text(load, line, chunk):
    text = _joined(load, line, chunk)
    if "'" in text:
        chunk = [(number, [without_apostrophes(field) for field in row]) for number, row in chunk]
        text = _joined(load, line, chunk)
    # Hardly ever: a label with such a character.
    if "\\" in text or "\r" in text or text.count("\n") != len(chunk) or text.count("\t") != len(chunk) * (
            2 + len(Rows.COLUMNS)):
        chunk = [(number, [escaped(field) for field in row]) for number, row in chunk]
        text = _joined(load, line, chunk)
    return text


def _joined(load, line, chunk):
    return "".join([f"{load}\t{number}\t{line}\t{TAB.join(row)}\n" for number, row in chunk])
