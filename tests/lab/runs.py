# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""One run: a scanner at work on the line while ordinary clients are, and the truth about each frame.

The truth is what the scanner's host sent, captured on its own interface, held against the list of
targets and ports the scanner was given. The plugin has no say in it.
"""
import contextlib
import json
import shlex
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional, Union
from xml.etree import ElementTree

import lab
import packets

TIMEOUT_S = 20                          # of one scanner; each takes a second or two
SETTLE_S = 0.1                          # for the last answers, which no scanner waits for
WRONG_TECHNIQUES = 0.01                 # share of probes that may carry a wrong technique

FIELDS = ["scan", "backscatter", "technique", "tool", "scanner", "scanner6", "target", "target6", "port"]


@dataclass(frozen=True)
class Row:
    """A scan and what is true of it."""
    name: str
    command: str                        # {targets} and {ports} are replaced, see below
    technique: Union[str, Callable]     # label; or from a flow's opening packet to the labels that are right
    tool: Optional[str] = None          # label that each probe must carry
    may_be: frozenset = frozenset()     # tool labels that are right too, where `tool` is None
    ip: int = 4
    targets: tuple = ()                 # addresses the scanner is sent to; () is one live, one silent
    ports: tuple = ()                   # () where the technique has none
    separator: str = " "                # between targets
    port_prefix: str = ""               # before each port
    until: Union[str, float, None] = None   # see lab.Host.run()
    by_protocol: bool = False           # `ports` are numbers of IP protocols
    contacts: frozenset = None          # where targets x ports is not what is probed

    def addresses(self):
        return self.targets or (lab.LIVE[self.ip][0], lab.SILENT[self.ip][0])

    def argv(self, folder):
        empty = Path(folder) / "empty"
        empty.touch()
        words = self.command.format(
            targets=self.separator.join(self.addresses()),
            ports=",".join(f"{self.port_prefix}{port}" for port in self.ports),
            empty=empty, gateway=lab.ADDRESSES["home"][0],
            mine=lab.ADDRESSES["scanner"][1 if self.ip == 4 else 2])
        return shlex.split(words)

    def expected_contacts(self):
        """(target, port) of every probe that must have been sent; port None where there is none."""
        if self.contacts is not None:
            return set(self.contacts)
        return {(target, port) for target in self.addresses() for port in self.ports or (None,)}

    def contact(self, packet):
        return packet.target, packet.protocol if self.by_protocol else packet.port

    def labels(self, opening):
        right = self.technique(opening) if callable(self.technique) else self.technique
        return {right} if isinstance(right, str) else set(right)


@dataclass
class Run:
    """What was captured: `frames` at home; which of them the scanner's host sent, by frame number."""
    row: Row
    pcap: Path
    frames: list
    scan: dict = field(default_factory=dict)        # number -> opening packet of its flow
    complaints: set = field(default_factory=set)    # numbers: see _sort_out()

    def truth(self):
        """For make.py: what make.py's user tunes against."""
        by_number = {frame.number: frame for frame in self.frames}
        return {"row": self.row.name, "command": self.row.command, "tool": self.row.tool,
                "scan": {number: {"scanner": by_number[number].source, "target": opening.target, "port": opening.port,
                                  "technique": sorted(self.row.labels(opening)),
                                  "opens": opening.number == number}
                         for number, opening in self.scan.items()},
                "either": sorted(self.complaints)}


def run(line, row, folder):
    """Captures one scan into `folder` and sorts out its frames. Raises lab.LabError if the lab failed."""
    folder = Path(folder)
    at_home, sent = folder / f"{row.name}.pcap", folder / f"{row.name}-sent.pcap"
    with line.capture(at_home, sent), benign(line):
        line.scanner.run(row.argv(folder), TIMEOUT_S, row.until)
        time.sleep(SETTLE_S)
    found = Run(row, at_home, packets.read(at_home))
    _sort_out(found, packets.read(sent))
    return found


def quiet(line, folder):
    """As run(), with no scanner."""
    at_home, sent = Path(folder) / "quiet.pcap", Path(folder) / "quiet-sent.pcap"
    with line.capture(at_home, sent), benign(line):
        time.sleep(1)
    return Run(None, at_home, packets.read(at_home))


@contextlib.contextmanager
def benign(line):
    """Ordinary use of the line, over both versions of IP and in both directions, while the body runs.

    Each client has had its first answers when the body starts, and none is in the middle of an exchange
    when this returns.
    """
    live = [lab.LIVE[version][0] for version in (4, 6)]
    outside = [line.server.address[version] for version in (4, 6)]
    clients = ((line.client, "use", live), (line.home, "use", outside),
               (line.client, "session", live[:1]), (line.home, "session", outside[1:]))
    with contextlib.ExitStack() as stack:
        programs = [stack.enter_context(host.running([sys.executable, lab.HERE / "services.py", what, *whom]))
                    for host, what, whom in clients]
        for program in programs:
            program.wait_for("ready")
        yield
    for program in programs:
        if program.status != 0:
            raise lab.LabError(f"a benign client failed: {program.said()}")


@contextlib.contextmanager
def old_session(line):
    """A TCP session older than any capture made in the body, so seen from its middle."""
    command = [sys.executable, lab.HERE / "services.py", "session", lab.LIVE[4][1]]
    with line.client.running(command, ready="ready"):
        yield


def _sort_out(found, sent):
    """Finds the scanner's frames in the capture made at home; fails where the two captures disagree."""
    mac = lab.ADDRESSES["scanner"][0]
    here = [frame for frame in found.frames if frame.mac == mac and not frame.is_chatter]
    there = [frame for frame in sent if frame.mac == mac and not frame.is_chatter]
    if Counter(frame.raw for frame in here) != Counter(frame.raw for frame in there):
        raise lab.LabError(f"{found.row.name}: {len(there)} packets left the scanner, {len(here)} others reached home")
    opening = {}
    for frame in here:
        # The scanner's kernel answers an answer that it did not expect: to a UDP answer for a raw
        # socket's probe with port unreachable. Such an error quotes the answer of a scan's flow: to call
        # it a part of the scan is right, and to say nothing is; to call it backscatter is wrong.
        if frame.is_icmp_error:
            found.complaints.add(frame.number)
        else:
            found.scan[frame.number] = opening.setdefault(frame.flow, frame)
    contacts = {found.row.contact(packet) for packet in opening.values()}
    if contacts != found.row.expected_contacts():
        raise lab.LabError(f"{found.row.name}: not what the scanner was told to probe: "
                           f"{contacts ^ found.row.expected_contacts()}")


def verdicts(tshark, pcap):
    """{frame number: {field: text}} for every frame, after two passes; "" where the frame lacks the field.

    Columns, not -T fields: they show an enumeration's label. PSML is the one output with columns kept apart.
    """
    columns = ['"number","%m"'] + [f'"{name}","%Cus:scannoise.{name}:0:R"' for name in FIELDS]
    said = tshark("-2", "-r", pcap, "-T", "psml", prefs={"gui.column.format": ",".join(columns)}).stdout
    rows = [[section.text or "" for section in packet] for packet in ElementTree.fromstring(said).iter("packet")]
    return {int(number): dict(zip(FIELDS, values)) for number, *values in rows}


def mistakes(found, judged):
    """Where the plugin differs from the truth, a line each; [] is a pass."""
    wrong, wrong_techniques = [], []
    for frame in found.frames:
        said = judged[frame.number]
        if frame.number in found.scan:
            opening = found.scan[frame.number]
            wrong += _mistakes_about_scan(found.row, frame, opening, said)
            if said["technique"] not in found.row.labels(opening):
                text = f"technique {said['technique']!r}, not {found.row.labels(opening)}"
                wrong_techniques.append(_line(frame, text))
        elif said["backscatter"]:
            wrong.append(_line(frame, "backscatter"))
        elif said["scan"] and frame.number not in found.complaints:
            wrong.append(_line(frame, "called a scan: " + str({name: text for name, text in said.items() if text})))
    if len(wrong_techniques) > WRONG_TECHNIQUES * len(found.scan):
        wrong += wrong_techniques
    return wrong


def figures(found, judged):
    """A line for the table of all scans: name, scan packets, and in percent recall, precision and right
    techniques; then the tools that were named."""
    flagged = {number for number, said in judged.items() if said["scan"]} - found.complaints
    hits = flagged & set(found.scan)
    right = [number for number in hits if judged[number]["technique"] in found.row.labels(found.scan[number])]
    tools = sorted({judged[number]["tool"] for number in hits} - {""})
    return (found.row.name, len(found.scan), *(f"{100 * part / whole:.1f}" if whole else "-" for part, whole in (
        (len(hits), len(found.scan)), (len(hits), len(flagged)), (len(right), len(hits)))), ", ".join(tools) or "-")


def _mistakes_about_scan(row, frame, opening, said):
    if not said["scan"]:
        yield _line(frame, "missed")
        return
    if said["backscatter"]:
        yield _line(frame, "scan and backscatter")
    six = "6" if frame.version == 6 else ""
    want = {"scanner" + six: opening.source, "target" + six: opening.target}
    if row.ports and not row.by_protocol:
        want["port"] = str(opening.port)
    for name, text in want.items():
        if said[name] != text:
            yield _line(frame, f"{name} {said[name]!r}, not {text!r}")
    right_tools = {row.tool} if row.tool and frame is opening else {row.tool or "", "", *row.may_be}
    if said["tool"] not in right_tools:
        yield _line(frame, f"tool {said['tool']!r}, not {right_tools}")


def _line(frame, text):
    return (f"frame {frame.number} ({frame.source} > {frame.target} protocol {frame.protocol} port {frame.port} "
            f"flags {frame.flags} type {frame.icmp_type}): {text}")


def write_truth(found, path):
    Path(path).write_text(json.dumps(found.truth(), indent=1) + "\n")
