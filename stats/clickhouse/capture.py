# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture, and what tshark makes of it."""
import csv
import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

from programs import start

TAB = "\t"


class CaptureProblem(Exception):
    """This capture can't be loaded; others may. str() is one line."""


class TsharkProblem(Exception):
    """tshark can't judge any capture. str() is one line."""


@dataclass(frozen=True)
class Judged:
    """What tshark found in a capture."""
    rows: Path                          # the file of -z scannoise,flows
    packets: int
    not_judged: int                     # packets of flows that the plugin had no room for
    first_us: int                       # microseconds since 1970; 0 without a packet
    last_us: int


class Capture:
    """One file, or several that are judged as if they were one.

    A capture is known by its content: the same bytes under another name are the same capture.
    """

    def __init__(self, files):
        self.paths = [os.path.abspath(file) for file in files]
        self.name = str(files[0]) if len(files) == 1 else f"{files[0].parent}/ ({len(files)} files)"

    def state(self):
        """Size and time of change of each file: another one when somebody still writes to it."""
        try:
            found = [os.stat(path) for path in self.paths]
        except OSError as error:
            raise CaptureProblem(error.strerror) from None
        return [(status.st_size, status.st_mtime_ns) for status in found]

    def digest(self):
        """SHA-256 of the content, 64 hexadecimal digits; of several files: of their digests."""
        digests = [_digest(path) for path in self.paths]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def judge(self, folder, options):
        """Runs tshark over it.
        @param folder for the file of rows
        @param options further ones of tshark"""
        rows = folder / "rows.csv"
        rows.unlink(missing_ok=True)
        # The file's name is relative because a comma in it would begin a filter.
        said = self._tshark(folder, ["-n", "-q", *options, "-z", "scannoise,stat",
                                     "-z", f"scannoise,flows,{rows.name}"])
        packets, not_judged = _count(said, "All packets"), _count(said, "Not judged: limit reached")
        there, first_us, last_us = self._size()
        if packets != there:            # somebody stopped tshark
            raise CaptureProblem(f"tshark has read {packets} of {there} packets")
        return Judged(rows, packets, not_judged, first_us, last_us)

    def _tshark(self, folder, arguments):
        if len(self.paths) == 1:
            return _run(["tshark", "-r", self.paths[0], *arguments], folder)
        merge = start(["mergecap", "-w", "-", *self.paths])
        try:
            said = _run(["tshark", "-r", "-", *arguments], folder, stdin=merge.stdout)
        finally:
            merge.stdout.close()
            complaint = merge.communicate()[1]
        if merge.returncode != 0:
            raise CaptureProblem(_complaint(complaint))
        return said

    def _size(self):
        """Packets, earliest and latest time in microseconds."""
        listed = _run(["capinfos", "-T", "-r", "-M", "-c", "-S", "-a", "-e", *self.paths])
        files = [line.split("\t")[1:] for line in listed.splitlines()]
        times = [_microseconds(time) for _, *both in files for time in both if time != "n/a"] or [0]
        return sum(int(packets) for packets, *_ in files), min(times), max(times)


def _digest(file):
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CaptureProblem(error.strerror) from None


def _microseconds(time):
    """Of "1700000000.123456789", as the plugin does it: what is below a microsecond is cut off."""
    seconds, _, fraction = time.partition(".")
    return int(seconds) * 1_000_000 + int(f"{fraction:0<6}"[:6])


def _count(said, item):
    """The packets of a row of the table of -z scannoise,stat; 0 when it has no such row."""
    found = re.search(rf"\|{re.escape(item)} *\| *(\d+) *\|", said)
    return int(found[1]) if found else 0


def _run(command, folder=None, stdin=subprocess.DEVNULL):
    process = start(command, stdin=stdin, folder=folder)
    said, complaint = process.communicate()
    if process.returncode == 0:
        return said.decode(errors="replace")
    if b"-z argument" in complaint:
        raise TsharkProblem("tshark knows no -z scannoise,flows: the plugin is not installed for this user"
                            " (Wireshark gives root only plugins that are installed for all)")
    if b"-o flag" in complaint:
        raise TsharkProblem(_complaint(complaint))
    raise CaptureProblem(_complaint(complaint))


def _complaint(complaint):
    """The first line with which a program of Wireshark says what is wrong."""
    lines = [line for line in complaint.decode(errors="replace").splitlines()
             if line.strip() and not line.startswith("Running as user")]
    return re.sub(r"^(tshark|capinfos|mergecap): ", "", lines[0]) if lines else "it could not be read"


class Rows:
    """The rows of a file of -z scannoise,flows, as ClickHouse wants them."""

    # In the order of insertion. The verdict is last: it is an enumeration, so that a line that was cut
    # off anywhere is no valid one.
    COLUMNS = ("first", "last", "ip_version", "source", "target", "transport", "port", "technique", "outcome",
               "tool", "packets", "bytes", "label", "verdict")
    STATEMENT = (f"INSERT INTO scannoise.intake (load, row, {', '.join('csv_' + name for name in COLUMNS)})"
                 " FORMAT TabSeparated")
    CHUNK = 10_000

    _ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

    def __init__(self, path):
        self.path = path

    def digest(self):
        return _digest(self.path)

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
        text = "".join([f"{load}\t{number}\t{TAB.join(row)}\n" for number, row in chunk])
        # Hardly ever: a label with such a character.
        if "\\" in text or "\r" in text or text.count("\n") != len(chunk) or text.count("\t") != len(chunk) * (
                1 + len(self.COLUMNS)):
            chunk = [(number, [field.translate(self._ESCAPES) for field in row]) for number, row in chunk]
            text = "".join([f"{load}\t{number}\t{TAB.join(row)}\n" for number, row in chunk])
        return text
