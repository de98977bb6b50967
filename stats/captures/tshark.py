# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's programs: what they say of captures, and what their complaints mean."""
import re
import subprocess
from dataclasses import dataclass

from programs import start
from shown import shown

# What Wireshark makes one packet of that is the file itself, by capinfos' names of encapsulations.
NO_PACKETS = ("ber", "jfif", "json", "mime", "mp4", "mpeg", "rfc7468", "ruby_marshal", "tnef")
# Complaints of a preference, a label file or the rows. tshark goes on without them, and its status may be 0.
OURS = re.compile(r"Scan Noise|scannoise,|scannoise\.(?!so\b)|-o flag")
# One that is about the capture, whose other flows are judged: the table counts these packets.
NOT_JUDGED = re.compile(r"packets were not judged, as scannoise\.max_memory is reached$")
# An empty pcap file: only the header.
EMPTY = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
# The farthest second from 1970 that the plugin knows (SN_TIME_MOST_US of plugin/engine/capture_time.h).
LAST_SECOND = ((1 << 63) - 1) // 2 // 1_000_000


class CaptureProblem(Exception):
    """This capture can't be loaded; others may. str() is one line."""


class NoCapture(CaptureProblem):
    """It is a file of another kind."""


class TsharkProblem(Exception):
    """tshark can't judge any capture as it was told to. str() is one line."""


@dataclass(frozen=True)
class Content:
    """What a capture holds."""
    packets: int
    times_us: tuple             # earliest and latest, microseconds since 1970; empty without a packet


def tshark(arguments, stdin=subprocess.DEVNULL):
    """Runs it where the user is, so that a relative path in a preference means what it says.
    @return what it said, and its complaints that don't concern the plugin: a list of lines"""
    process = start(["tshark", "-n", "-q", *arguments], stdin=stdin)
    said, complaint = process.communicate()
    lines = _lines(complaint)
    if any("-z argument" in line for line in lines):
        raise TsharkProblem("tshark knows no -z scannoise: the plugin is not installed for this user"
                            " (Wireshark gives root only plugins that are installed for all)")
    lines = [line for line in lines if not NOT_JUDGED.search(line)]
    if any(OURS.search(line) for line in lines):
        raise TsharkProblem(" ".join(lines))
    if process.returncode != 0:
        raise CaptureProblem(_first(lines))
    return said.decode(errors="replace"), lines


def try_out(folder, options):
    """Has tshark judge a capture without a packet: raises TsharkProblem if it can't do so with these options.
    @return its other complaints"""
    rows = folder / "empty.csv"
    rows.unlink(missing_ok=True)
    return _without_packet(folder, [*options, "-z", "scannoise,stat", "-z", f"scannoise,flows,{rows}"])


def empty_page(folder, options):
    """The page of -z scannoise,report of a capture without a packet: text of HTML."""
    page = folder / "empty.html"
    _without_packet(folder, [*options, "-z", f"scannoise,report,{page}"])
    return page.read_text(encoding="utf-8")


def _without_packet(folder, arguments):
    """@return tshark's complaints that don't concern the plugin"""
    empty = folder / "empty.pcap"
    empty.write_bytes(EMPTY)
    try:
        return tshark(["-r", empty, *arguments])[1]
    except CaptureProblem as problem:           # a capture that is sound
        raise TsharkProblem(f"tshark: {problem}") from None


def merged(files, in_turn):
    """mergecap, writing the files as one to the pipe that is its stdout.
    @param in_turn they follow each other; else their packets are put in the order of time"""
    return start(["mergecap", *(["-a"] if in_turn else []), "-w", "-", *files])


def check_merged(process, complaint):
    if process.returncode != 0:
        raise CaptureProblem(_first(_lines(complaint)))


def contents(folder, names):
    """What capinfos says of files in the folder, if nothing is wrong with any. Names have no tab and no newline.
    @return a Content of each"""
    process = start(["capinfos", "-T", "-r", "-M", "-E", "-c", "-S", "-a", "-e", *names], folder=folder)
    said, complaint = process.communicate()
    if process.returncode != 0:
        # Of two lines the second says why.
        why = [line for line in _lines(complaint) if "error occurred after reading" not in line]
        raise (NoCapture if b"isn't a capture file" in complaint else CaptureProblem)(_first(why))
    lines = said.decode(errors="replace").splitlines()
    if len(lines) != len(names):
        raise CaptureProblem(f"capinfos says something else than expected: {shown(said.decode(errors='replace'))}")
    return list(map(_content, lines))


def _content(line):
    """Of a line of capinfos."""
    try:
        encapsulation, packets, *times = line.split("\t")[1:]
        found = Content(int(packets), tuple(_microseconds(time) for time in times if time != "n/a"))
    except ValueError:
        raise CaptureProblem(f"capinfos says something else than expected: {shown(line)}") from None
    if encapsulation in NO_PACKETS:
        raise NoCapture(f"it isn't a capture file: Wireshark takes it for one of {encapsulation}")
    return found


def _microseconds(time):
    """Of "1700000000.123456789", as the plugin does it: what is below a microsecond is cut off. Before 1970
    the fraction still counts forwards: -2.5 is a second and a half before."""
    seconds, _, fraction = time.partition(".")
    if abs(int(seconds)) >= LAST_SECOND:
        fraction = ""
    return max(-LAST_SECOND, min(int(seconds), LAST_SECOND)) * 1_000_000 + int(f"{fraction:0<6}"[:6])


def _lines(complaint):
    """What a program of Wireshark complains of. It knows a capture by another name than the user."""
    lines = [shown(re.sub(r'^The file "[^"]*" ', "it ", re.sub(r"^(tshark|capinfos|mergecap): ", "", line)))
             for line in complaint.decode(errors="replace").splitlines()]
    return [line for line in lines if line.strip() and not line.startswith(("Running as user", "  (will continue"))]


def _first(lines):
    return lines[0] if lines else "it could not be read"
