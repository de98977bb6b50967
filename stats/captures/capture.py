# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture, and what tshark makes of it."""
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from digest import digest_of
from shown import shown
from tshark import CaptureProblem, NoCapture, check_merged, contents, merged, tshark


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

    def __init__(self, files, named=False):
        """@param named somebody named this very file, so it should be a capture"""
        self.named = named
        self.given = files[0]
        self.paths = [Path(os.path.abspath(file)) for file in files]
        self.files = {}                 # digest: path, of each content once, in the order of the paths
        self.states = {}                # path: what _state() said before the file was read
        self.contents = {}              # path: what capinfos said
        self.members = [self]           # those that were joined
        self.before, self.behind = [], []       # captures of a file each, which are read with it and not counted

    @classmethod
    def joined(cls, captures):
        """Captures of a file each, which are judged as if they were one."""
        whole = cls([capture.given for capture in captures])
        for capture in captures:
            whole.files |= capture.files
            whole.states |= capture.states
            whole.contents |= capture.contents
        whole.members = captures
        return whole

    def is_identified(self):
        return bool(self.files)

    def packets(self):
        """As capinfos counts them, once sift() is done."""
        return sum(found.packets for found in self.contents.values())

    def times_us(self):
        """Of its first and its last packet, once sift() is done; empty without a packet."""
        times = [time for found in self.contents.values() for time in found.times_us]
        return (min(times), max(times)) if times else ()

    @property
    def name(self):
        """As the user gave it, in one line."""
        if len(self.paths) == 1:
            return shown(self.given)
        return f"{shown(self.given.parent)}/ ({len(self.files) or len(self.paths)} files)"

    def size(self):
        """Bytes of its files, as far as they can be told."""
        return sum(path.stat().st_size for path in self.paths if path.is_file())

    def identify(self):
        """Reads the files.
        @return (path, why) of those left out because they can't be captures"""
        left = []
        for path in [] if self.is_identified() else self.paths:
            try:
                self.states[path] = self._of(path, _state)
                self.files.setdefault(self._of(path, digest_of), path)
            except NoCapture as why:
                self._leave(left, path, why)
        return left

    def sift(self, known, folder):
        """Asks Wireshark which files are captures.
        @param known digests of those that need not be asked for
        @param folder for its work
        @return as identify()"""
        left = []
        for digest, path in [*self.files.items()]:
            if digest in known:
                continue
            try:
                self._content(path, folder, _link(folder, path))
            except NoCapture as why:
                del self.files[digest]
                self._leave(left, path, why)
        return left

    @staticmethod
    def sift_at_once(captures, folder):
        """Asks Wireshark of captures that have one file each, in one go.
        @return False: something is wrong with one of them, and each is to be asked for itself"""
        paths = [path for capture in captures for path in capture.files.values()]
        try:
            found = contents(folder, [_link(folder, path, number) for number, path in enumerate(paths)])
        except CaptureProblem:
            return False
        for capture, path, content in zip(captures, paths, found, strict=True):
            capture.contents[path] = content
        return True

    def _content(self, path, folder, link):
        if path not in self.contents:
            self.contents[path] = self._of(path, lambda path: contents(folder, [link])[0])
        return self.contents[path]

    def _leave(self, left, path, why):
        if self.named:
            raise CaptureProblem(str(why))
        left.append((shown(path), why))

    def _of(self, path, ask):
        """What is asked of a file; of several, a problem names it."""
        try:
            return ask(path)
        except OSError as error:
            problem = CaptureProblem(error.strerror)
        except CaptureProblem as found:
            problem = found
        if len(self.paths) > 1 and not isinstance(problem, NoCapture):
            problem = CaptureProblem(f"{shown(path.name)}: {problem}")
        raise problem from None

    def digests(self):
        return set(self.files)

    def digest(self):
        """64 hexadecimal digits: SHA-256 of the content; of several files: of their digests."""
        digests = [*self.files]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def has_context(self):
        return bool(self.before or self.behind)

    def judge(self, folder, options):
        """Runs tshark over it, and over what lies before and behind, of which nothing is counted.
        @param folder for links and the file of rows; its name has no comma
        @param options further ones of tshark"""
        rows = folder / "rows.csv"
        rows.unlink(missing_ok=True)
        read = [*self.before, self, *self.behind]
        links = {path: _link(folder, path, number)
                 for number, path in enumerate(path for capture in read for path in capture.files.values())}
        found = [self._content(path, folder, links[path]) for path in self.files.values()]
        there, counted = sum(each.packets for each in found), self._filter() if self.has_context() else ""
        said = _tshark([folder / link for link in links.values()], _is_in_turn(read),
                       [*options, "-z", f"scannoise,stat{counted}", "-z", f"scannoise,flows,{rows}{counted}"])
        packets, not_judged = _count(said, "All packets"), _count(said, "Not judged: limit reached")
        if packets != there:            # somebody stopped tshark
            raise CaptureProblem(f"tshark has read {packets} of {there} packets")
        if any(self._of(path, _state) != capture.states[path] for capture in read for path in capture.files.values()):
            raise CaptureProblem("it changed while it was read")
        times = [time for each in found for time in each.times_us] or [0]
        return Judged(rows, packets, not_judged, min(times), max(times))

    def _filter(self):
        """Lets its own packets pass: see sn_frames_parse() in stats/frames.h."""
        before = sum(capture.packets() for capture in self.before)
        return f",frame.number >= {before + 1} && frame.number <= {before + self.packets()}"


def _state(path):
    """Size and time of change: others when somebody still writes to the file."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise NoCapture("it is no regular file")    # reading a pipe may never end
    if status.st_size == 0:
        raise NoCapture("it is empty")
    return status.st_size, status.st_mtime_ns


def _link(folder, path, number=0):
    """Gives the file a name in the folder that no program stumbles over, with the ending that tells Wireshark
    what some files are. @return the name"""
    ending = re.search(r"(\.[A-Za-z0-9]{1,16}){0,2}$", path.name)[0]
    link = folder / f"{number}{ending}"
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    return link.name


def _is_in_turn(captures):
    """Whether their files, in that order, follow each other in time."""
    spans = [capture.contents[path].times_us for capture in captures for path in capture.files.values()]
    return all(one[1] <= other[0] for one, other in pairwise(filter(None, spans)))


def _tshark(files, in_turn, arguments):
    if len(files) == 1:
        return tshark(["-r", files[0], *arguments])[0]
    merge = merged(files, in_turn)
    try:
        said, _ = tshark(["-r", "-", *arguments], stdin=merge.stdout)
    finally:
        merge.stdout.close()
        complaint = merge.communicate()[1]
    check_merged(merge, complaint)
    return said


def _count(said, item):
    """The packets of a row of the table of -z scannoise,stat; 0 when it has no such row."""
    found = re.search(rf"\|{re.escape(item)} *\| *(\d+) *\|", said)
    return int(found[1]) if found else 0
