# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows that tshark writes, as ClickHouse wants them."""
import csv
import hashlib
import re
from itertools import islice
from operator import itemgetter

from tshark import CaptureProblem, TsharkProblem

TAB = "\t"


def digest_of(file):
    """SHA-256 of a file's content, 64 hexadecimal digits."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Rows:
    """The rows of a file of -z scannoise,flows, as ClickHouse wants them."""

    # In the order of insertion. The verdict is last: it is an enumeration, so that a line that was cut
    # off anywhere is no valid one. tshark may write more columns, and in any order. A further one is a name
    # here, and a line in each table of rows in tables.sql and in the view of views.sql.
    COLUMNS = ("first", "last", "ip_version", "source", "target", "transport", "port", "technique", "outcome",
               "tool", "packets", "bytes", "label", "verdict")
    STATEMENT = (f"INSERT INTO scannoise.intake (load, row, {', '.join('csv_' + name for name in COLUMNS)})"
                 " FORMAT TabSeparated")
    CHUNK = 10_000

    # What stands before a character that begins a formula, so that no spreadsheet runs a label.
    _NO_FORMULA = re.compile(r"(?:^|(?<=;))'(?=[=+@-])")
    _ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

    def __init__(self, path):
        self.path = path

    def digest(self):
        return digest_of(self.path)

    def chunks(self, load):
        """(rows, bytes) again and again.
        @param load the number that the rows belong to"""
        with open(self.path, newline="", encoding="utf-8", errors="replace") as file:
            reader = csv.reader(file)
            wanted = self._wanted(next(reader, []))
            numbered = enumerate(map(wanted, reader))
            try:
                while chunk := list(islice(numbered, self.CHUNK)):
                    yield len(chunk), self._text(load, chunk).encode()
            except (csv.Error, IndexError) as error:
                raise CaptureProblem(f"line {reader.line_num} of its rows is damaged: {error}") from None

    def _wanted(self, header):
        missing = [name for name in self.COLUMNS if name not in header]
        if missing:
            raise TsharkProblem(f"tshark's -z scannoise,flows has no column {missing[0]}: another version of the"
                                " plugin than this loader's")
        return itemgetter(*map(header.index, self.COLUMNS))

    def _text(self, load, chunk):
        text = self._joined(load, chunk)
        if "'" in text:
            chunk = [(number, [self._NO_FORMULA.sub("", field) for field in row]) for number, row in chunk]
            text = self._joined(load, chunk)
        # Hardly ever: a label with such a character.
        if "\\" in text or "\r" in text or text.count("\n") != len(chunk) or text.count("\t") != len(chunk) * (
                1 + len(self.COLUMNS)):
            chunk = [(number, [field.translate(self._ESCAPES) for field in row]) for number, row in chunk]
            text = self._joined(load, chunk)
        return text

    @staticmethod
    def _joined(load, chunk):
        return "".join([f"{load}\t{number}\t{TAB.join(row)}\n" for number, row in chunk])
