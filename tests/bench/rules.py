#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Says rule by rule what each does on captures of which is known what is right.

    python3 tests/bench/rules.py [--plugin FILE] [--setting NAME] FOLDER...

For each reason of README's page on judging: packets of ordinary captures that it keeps from being noise, and
in how many captures; probes that it finds; probes that it misses; and packets that it calls noise and should
not. Folders are as in truth.py, settings as in verdicts.py.
"""
import argparse
import shutil
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import measure
import truth
import verdicts

COLUMNS = ("kept", "captures", "found", "missed", "wrong")


def place(workshop, case, setting):
    data = case.path.read_bytes()
    path = workshop.folder / f"{setting}-{case.path.name}"
    path.write_bytes(verdicts.private(data) if setting == "private" else data)
    path.chmod(0o644)
    return path


def count(case, frames, probes, rows):
    """Adds one capture's frames to the rows, each under its reason."""
    kept_here = set()
    for frame in frames:
        reason = frame.facts.get("reason")
        if not reason:
            continue
        is_probe = frame.number in probes and frame.sender == truth.OUTSIDE and not frame.icmp_error
        right = case.expected.get(frame.number) if case.is_report else None
        if case.is_report:
            is_probe = right is not None and "-" not in right.verdicts and "?" not in right.verdicts
        noise = frame.verdict != "-"
        if noise:
            allowed = is_probe or (right is not None and not right.differs(frame))
            rows[reason]["found" if allowed else "wrong"] += 1
        elif is_probe:
            rows[reason]["missed"] += 1
        else:
            rows[reason]["kept"] += 1
            kept_here.add(reason)
    for reason in kept_here:
        rows[reason]["captures"] += 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="captures with truth")
    parser.add_argument("--plugin", type=Path, default=verdicts.DEFAULT_PLUGIN, metavar="FILE", help="scannoise.so")
    parser.add_argument("--setting", choices=list(verdicts.SETTINGS), default="global")
    return parser.parse_args()


def main():
    wanted = arguments()
    cases = [case for folder in wanted.folders for case in truth.cases_in(folder)]
    rows = defaultdict(Counter)
    with tempfile.TemporaryDirectory(prefix="scannoise-plugin-") as build:
        shutil.copyfile(wanted.plugin, Path(build) / "scannoise.so")
        with measure.Workshop(Path(build)) as workshop:
            judge = verdicts.Judge(workshop, ["scannoise.explain:TRUE"])

            def one(case):
                path = place(workshop, case, wanted.setting)
                probes = [] if case.benign else judge.matching(place(workshop, case, "global"), case.probes)
                return case, judge.frames(path, verdicts.SETTINGS[wanted.setting]), set(probes)
            with ThreadPoolExecutor(verdicts.RUNS_AT_ONCE) as pool:
                for case, frames, probes in pool.map(one, cases):
                    count(case, frames, probes, rows)
    print(f"{'reason':24}" + "".join(f"{name:>10}" for name in COLUMNS))
    for reason, row in sorted(rows.items(), key=lambda item: -sum(item[1].values())):
        print(f"{reason:24}" + "".join(f"{row[name]:10}" for name in COLUMNS))


if __name__ == "__main__":
    main()
