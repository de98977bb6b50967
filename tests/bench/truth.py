# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of which is known what is right to say of each frame, and where a verdict differs from that.

Two forms, told apart by what a folder holds:

NAME.pcap beside NAME.txt: a line for each frame, in columns kept apart by tabs: number, verdict ("-" not
noise, "scan", "back" backscatter, "a|b" either, "?" whatever), then facts that hold where it is a scan
("technique=TCP SYN outcome=half-open"). Lines that begin with # are for people.

NAME.pcapng with a row in truth.tsv: its name, its kind ("benign": no frame is a scan; "scan"), the source,
what it is, a display filter of the probes. Frames that match it and come from outside (OUTSIDE sent them)
are scans, ICMP errors aside; what else is marked is wrong.
"""
import csv
import re
from dataclasses import dataclass
from pathlib import Path

OUTSIDE = "00:00:5e:00:53:11"           # Ethernet address of what is outside, in the second form
FACTS = ("technique", "outcome", "tool", "reason")


@dataclass(frozen=True)
class Frame:
    """What the plugin and Wireshark say of one frame. Enumerations are labels."""
    number: int
    verdict: str                        # "scan", "back" or "-"
    facts: dict                         # FACTS that the frame has
    sender: str = ""                    # Ethernet address
    icmp_error: bool = False


@dataclass(frozen=True)
class Expected:
    """The right verdict on one frame of the first form."""
    verdicts: tuple                     # any of these; "?" is whatever
    facts: dict

    def differs(self, frame):
        """None, or in words what is wrong with the frame."""
        if "?" not in self.verdicts and frame.verdict not in self.verdicts:
            return f"{frame.verdict}, not {'|'.join(self.verdicts)}"
        if frame.verdict != "scan":
            return None
        wrong = [f"{name} {frame.facts.get(name, '')!r}, not {want!r}" for name, want in self.facts.items()
                 if frame.facts.get(name, "") != want]
        return "; ".join(wrong) or None


@dataclass(frozen=True)
class Case:
    """One capture with its truth. `expected` is the first form's, the rest is the second's."""
    path: Path
    expected: dict = None               # frame number -> Expected
    benign: bool = True
    probes: str = ""                    # display filter

    @property
    def name(self):
        return self.path.name.partition(".")[0]

    @property
    def is_report(self):
        return self.expected is not None


def read_expected(text):
    """{number: Expected} of a NAME.txt."""
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        number, verdict, *rest = line.split("\t")
        facts = dict(re.findall(r"(\w+)=(.*?)(?=\s+\w+=|\s*$)", " ".join(rest)))
        found[int(number)] = Expected(tuple(verdict.strip().split("|")),
                                      {name: facts[name] for name in FACTS if name in facts})
    return found


def cases_in(folder):
    """Every capture with truth below a folder, by name. Others are not looked at."""
    found = [Case(path.with_suffix(".pcap"), expected=read_expected(path.read_text()))
             for path in sorted(Path(folder).rglob("*.txt")) if path.with_suffix(".pcap").is_file()]
    for table in sorted(Path(folder).rglob("truth.tsv")):
        with open(table, newline="") as lines:
            rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        for name, kind, _source, _what, probes, *_ in rows[1:]:
            path = table.parent / f"{name}.pcapng"
            if path.is_file():
                found.append(Case(path, benign=kind == "benign", probes=probes))
    return found


# --- What a verdict is worth ------------------------------------------------------------------------

@dataclass(frozen=True)
class Score:
    """How a capture was judged. Lists are of frame numbers."""
    flagged: tuple                      # any noise
    probes: tuple = ()                  # what is a scan
    found: tuple = ()                   # of these, called a scan
    wrong: dict = None                  # number -> what is wrong, in words

    @property
    def whole(self):
        return len(self.found) == len(self.probes)


def score(case, frames, probes=()):
    """Holds frames against the truth. @param probes numbers of the frames that match the case's filter"""
    flagged = tuple(frame.number for frame in frames if frame.verdict != "-")
    if case.is_report:
        said = {frame.number: case.expected[frame.number].differs(frame) for frame in frames
                if frame.number in case.expected}
        return Score(flagged, wrong={number: text for number, text in said.items() if text})
    matching = set() if case.benign else set(probes)
    sent = [frame for frame in frames if frame.number in matching and frame.sender == OUTSIDE and not frame.icmp_error]
    found = tuple(frame.number for frame in sent if frame.verdict == "scan")
    known = {frame.number for frame in sent}
    wrong = {frame.number: f"{frame.verdict}, not -" for frame in frames
             if frame.verdict != "-" and frame.number not in known}
    return Score(flagged, tuple(frame.number for frame in sent), found, wrong)


# --- Captures without truth -------------------------------------------------------------------------

@dataclass(frozen=True)
class Segment:
    """One frame of a TCP connection or UDP exchange, by Wireshark's own fields."""
    frame: Frame
    stream: tuple                       # transport and tshark's number of it
    sender: tuple                       # address and port
    flags: int = 0                      # TCP
    length: int = 0                     # of the payload


SYN, ACK = 0x02, 0x10


def is_used(segments):
    """Whether the segments of one stream are a full TCP connection with payload both ways, or a UDP
    exchange that was answered: what can be no scan."""
    if segments[0].stream[0] == "udp":
        return len({segment.sender for segment in segments}) > 1
    opener = next((one.sender for one in segments if one.flags & (SYN | ACK) == SYN), None)
    if opener is None:
        return False
    others = [one for one in segments if one.sender != opener]
    ours = [one for one in segments if one.sender == opener]
    return (any(one.flags & (SYN | ACK) == SYN | ACK for one in others)
            and any(one.flags & (SYN | ACK) == ACK for one in ours)
            and any(one.length for one in ours) and any(one.length for one in others))


def broken_by(segments):
    """Numbers of the scan frames in streams that were used."""
    streams = {}
    for segment in segments:
        if not segment.frame.icmp_error:
            streams.setdefault(segment.stream, []).append(segment)
    return sorted(one.frame.number for stream in streams.values() if is_used(stream)
                  for one in stream if one.frame.verdict == "scan")
