#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures how well the plugin judges captures of which is known what is right.

    python3 tests/bench/verdicts.py [--plugin FILE]... [-o NAME:VALUE]... [--setting NAME]... [--json FILE]
                                    [--quiet] [--foreign FOLDER]... [FOLDER]...

Folders with truth are described in truth.py. Each capture is judged in three settings: as it is with nothing
set ("global"), with the inside addresses private, as most clients have them ("private"), and with
home_networks set ("home"); reports, whose addresses are global, in the first. FOLDERs with --foreign have no
truth: of these is counted how many break the rule that a full TCP connection with payload both ways, or an
answered UDP exchange, is no scan.

Several plugins are measured one after another and compared in the last table: builds that differ by one rule
show what that rule takes away and what it costs.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True          # root's .pyc files would stay in the checkout

import measure  # noqa: E402
import truth  # noqa: E402

DEFAULT_PLUGIN = Path(__file__).resolve().parent / "../../build/scannoise.so"
INSIDE = "192.0.2.0/24, 2001:db8:1::/48"
PRIVATE = ((bytes([192, 0, 2]), bytes([10, 0, 2])),
           (bytes.fromhex("20010db80001"), bytes.fromhex("fd000db80001")))
SETTINGS = {"global": (), "private": (), "home": ("-o", f"scannoise.home_networks:{INSIDE}")}
OURS = ("scannoise.scan", "scannoise.backscatter")
PLAIN = ("frame.number", "eth.src", "icmp.type", "icmpv6.type")
STREAM = ("ip.src", "ipv6.src", "tcp.stream", "tcp.srcport", "tcp.flags", "tcp.len", "udp.stream", "udp.srcport")
ICMP_ERRORS, ICMP6_ERRORS = {"3", "4", "5", "11", "12"}, {"1", "2", "3", "4"}
SUFFIXES = (".pcap", ".pcapng", ".pcap.gz", ".cap")
RUNS_AT_ONCE = 2


class Judge:
    """One plugin, and tshark to run it in."""

    def __init__(self, workshop, options):
        self.workshop = workshop
        self.options = [word for option in options for word in ("-o", option)]
        self.facts = self._facts_there_are()
        self.names = {}
        self._read_names()

    def _facts_there_are(self):
        """A build has not every field."""
        said = self.workshop.run(["tshark", "-G", "fields"]).output
        there = {line.split("\t")[2] for line in said.splitlines() if line.startswith("F\t")}
        if OURS[0] not in there:
            raise SystemExit("tshark did not load the plugin")
        return [name for name in truth.FACTS if f"scannoise.{name}" in there]

    def _read_names(self):
        for line in self.workshop.run(["tshark", "-G", "values"]).output.splitlines():
            if line.startswith("V\tscannoise."):
                _, name, value, label = line.split("\t")
                self.names[name, str(int(value, 0))] = label

    def _rows(self, path, more, names):
        wanted = [word for name in names for word in ("-e", name)]
        said = self.workshop.run(["tshark", "-n", "-2", "-r", path, *self.options, *more, "-T", "fields",
                                  "-E", "occurrence=l", *wanted]).output
        return [dict(zip(names, line.split("\t"))) for line in said.splitlines()]

    def _frame(self, row):
        shown = {name: row[f"scannoise.{name}"] for name in self.facts}
        facts = {name: self.names.get((f"scannoise.{name}", text), text) for name, text in shown.items() if text}
        verdict = "scan" if row[OURS[0]] else "back" if row[OURS[1]] else "-"
        return truth.Frame(int(row["frame.number"]), verdict, facts, row["eth.src"],
                           row["icmp.type"] in ICMP_ERRORS or row["icmpv6.type"] in ICMP6_ERRORS)

    def frames(self, path, more=()):
        names = [*PLAIN, *OURS, *(f"scannoise.{name}" for name in self.facts)]
        return [self._frame(row) for row in self._rows(path, more, names)]

    def segments(self, path, more=()):
        """What is TCP or UDP in a capture."""
        names = [*PLAIN, *OURS, *(f"scannoise.{name}" for name in self.facts), *STREAM]
        for row in self._rows(path, more, names):
            transport = "tcp" if row["tcp.stream"] else "udp" if row["udp.stream"] else None
            if transport:
                sender = row["ip.src"] or row["ipv6.src"], row[f"{transport}.srcport"]
                yield truth.Segment(self._frame(row), (transport, row[f"{transport}.stream"]), sender,
                                    int(row["tcp.flags"] or "0", 0), int(row["tcp.len"] or 0))

    def matching(self, path, display_filter):
        """Numbers of the frames that match a filter of Wireshark's own fields."""
        command = ["tshark", "-n", "-r", path, "-Y", display_filter, "-T", "fields", "-e", "frame.number"]
        said = self.workshop.run(command, plugin=False).output
        return [int(line) for line in said.splitlines()]


def private(data):
    """The bytes of a capture with its inside addresses written as private ones."""
    for ours, theirs in PRIVATE:
        data = data.replace(ours, theirs)
    return data


@dataclass
class Result:
    """One plugin over all captures. Keys of `scores` are (capture's name, setting)."""
    scores: dict = field(default_factory=dict)
    foreign: dict = field(default_factory=dict)     # path -> frames that break the rule
    unread: list = field(default_factory=list)      # paths that tshark could not read


def measure_cases(judge, cases, settings):
    """@return {(name, setting): Score}"""
    workshop = judge.workshop
    where = {setting: workshop.add_folder(f"captures-{setting}") for setting in SETTINGS}

    def place(case, setting):
        data = case.path.read_bytes()
        path = where[setting] / case.path.name
        path.write_bytes(private(data) if setting == "private" else data)
        path.chmod(0o644)
        return path

    def one(case):
        probes = None
        scores = {}
        for setting in settings if not case.is_report else [name for name in settings if name == "global"]:
            path = place(case, setting)
            if probes is None:
                probes = [] if case.benign else judge.matching(place(case, "global"), case.probes)
            scores[case.name, setting] = truth.score(case, judge.frames(path, SETTINGS[setting]), probes)
        return scores
    with ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
        return {key: value for scores in pool.map(one, cases) for key, value in scores.items()}


def measure_foreign(judge, folders):
    """@return {path: numbers of frames that break the rule}, and the paths that cannot be read"""
    paths = [path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.name.endswith(SUFFIXES)]
    copies = judge.workshop.add_folder("foreign")

    def one(numbered):
        number, path = numbered
        copy = copies / f"{number}-{path.name}"
        shutil.copyfile(path, copy)
        copy.chmod(0o644)
        try:
            return truth.broken_by(list(judge.segments(copy)))
        except RuntimeError:            # damaged, as foreign captures are
            return None
        finally:
            copy.unlink()
    with ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
        broken = dict(zip(map(str, paths), pool.map(one, enumerate(paths))))
    return ({path: numbers for path, numbers in broken.items() if numbers is not None},
            [path for path, numbers in broken.items() if numbers is None])


# --- What is printed --------------------------------------------------------------------------------

def ranges(numbers):
    """1, 2, 3, 7 as 1-3,7."""
    spans = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in spans)


def by_text(wrong):
    """Frames of one mistake together: 'back, not -: 2-4'."""
    grouped = {}
    for number, text in wrong.items():
        grouped.setdefault(text, []).append(number)
    return "; ".join(f"{text}: {ranges(numbers)}" for text, numbers in grouped.items())


def totals(result, cases):
    """The figures that bars are put on, by name."""
    figures = {}
    reports = [case for case in cases if case.is_report]
    for setting in SETTINGS:
        def scores(wanted, setting=setting):
            return [result.scores[case.name, setting] for case in cases
                    if not case.is_report and wanted(case) and (case.name, setting) in result.scores]
        benign, scans = scores(lambda case: case.benign), scores(lambda case: not case.benign)
        if benign:
            figures[f"{setting}: benign captures flagged"] = (sum(bool(s.flagged) for s in benign), len(benign))
            figures[f"{setting}: benign frames flagged"] = (sum(len(s.flagged) for s in benign), None)
        if scans:
            figures[f"{setting}: scans found whole"] = (sum(s.whole for s in scans), len(scans))
            figures[f"{setting}: scan frames found"] = (sum(len(s.found) for s in scans),
                                                       sum(len(s.probes) for s in scans))
            figures[f"{setting}: wrong frames in scans"] = (sum(len(s.wrong) for s in scans), None)
    judged = [result.scores[case.name, "global"] for case in reports if (case.name, "global") in result.scores]
    if judged:
        figures["reports wrong"] = (sum(bool(s.wrong) for s in judged), len(judged))
    if result.foreign:
        figures["foreign captures that break the rule"] = (sum(map(bool, result.foreign.values())),
                                                           len(result.foreign))
    return figures


def print_cases(result, cases):
    for case in cases:
        for setting in SETTINGS:
            score = result.scores.get((case.name, setting))
            if score is None or case.is_report:
                continue
            said = (f"flagged {len(score.flagged)}" if case.benign else
                    f"found {len(score.found)} of {len(score.probes)}, wrong {len(score.wrong)}")
            good = not score.flagged if case.benign else score.whole and not score.wrong
            print(f"{'ok ' if good else 'BAD'}  {case.name:32} {setting:8} {said:34} {by_text(score.wrong)}")
    for case in cases:
        score = result.scores.get((case.name, "global"))
        if score is not None and case.is_report:
            print(f"{'BAD' if score.wrong else 'ok '}  {case.name:32} report   {len(score.wrong):4} wrong"
                  f"{'':24} {by_text(score.wrong)}")


def print_foreign(result):
    for path, numbers in result.foreign.items():
        if numbers:
            print(f"BAD  {path}: {ranges(numbers)}")
    for path in result.unread:
        print(f"     {path}: tshark cannot read it to its end")


def print_totals(columns):
    """@param columns figures of each plugin"""
    print()
    for name in columns[0]:
        cells = []
        for figures in columns:
            value, of = figures[name]
            share = f" of {of}" if of is not None else ""
            more = f" ({value - columns[0][name][0]:+d})" if figures is not columns[0] else ""
            cells.append(f"{value}{share}{more}")
        print(f"{name:40}" + "".join(f"{cell:>22}" for cell in cells))


def as_json(plugin, result, cases):
    return {"plugin": str(plugin), "totals": totals(result, cases), "foreign": result.foreign, "unread": result.unread,
            "captures": [{"name": name, "setting": setting, **asdict(score)}
                         for (name, setting), score in result.scores.items()]}


def run(plugin, options, cases, foreign, settings):
    with tempfile.TemporaryDirectory(prefix="scannoise-plugin-") as build:
        shutil.copyfile(plugin, Path(build) / "scannoise.so")
        with measure.Workshop(Path(build)) as workshop:
            judge = Judge(workshop, options)
            broken, unread = measure_foreign(judge, foreign) if foreign else ({}, [])
            return Result(measure_cases(judge, cases, settings), broken, unread)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help="captures with truth")
    parser.add_argument("--plugin", action="append", type=Path, metavar="FILE",
                        help="scannoise.so; several are compared")
    parser.add_argument("-o", dest="options", action="append", default=[], metavar="NAME:VALUE", help="a preference")
    parser.add_argument("--setting", action="append", choices=list(SETTINGS), help="only this setting")
    parser.add_argument("--only", default="", metavar="TEXT", help="only captures with this in their name")
    parser.add_argument("--foreign", action="append", default=[], metavar="FOLDER", help="captures without truth")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything, as JSON")
    parser.add_argument("--quiet", action="store_true", help="totals only")
    return parser.parse_args()


def main():
    wanted = arguments()
    cases = [case for folder in wanted.folders for case in truth.cases_in(folder) if wanted.only in case.name]
    if not cases and not wanted.foreign:
        raise SystemExit("no captures with truth there")
    kept, columns = [], []
    for plugin in wanted.plugin or [DEFAULT_PLUGIN]:
        result = run(plugin, wanted.options, cases, wanted.foreign, wanted.setting or list(SETTINGS))
        if not wanted.quiet:
            print(f"--- {plugin}")
            print_cases(result, cases)
            print_foreign(result)
        kept.append(as_json(plugin, result, cases))
        columns.append(totals(result, cases))
    print_totals(columns)
    if wanted.json:
        wanted.json.write_text(json.dumps(kept, indent=1) + os.linesep)


if __name__ == "__main__":
    main()
