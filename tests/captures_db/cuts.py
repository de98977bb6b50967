#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts what is judged otherwise when a capture is cut into files and each is judged for itself.

    python3 tests/captures_db/cuts.py [CAPTURE...] [--files N...] [--build FOLDER]

Without a capture: the twin of the article's line, and telescopes' captures of several seeds. A packet is
judged otherwise when the files have it as another verdict, or as noise of another source, target or port, than
the whole; a flow's outcome may differ besides.
"""
import argparse
import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "bench"))

import generate
from measure import Workshop, together

TELESCOPE_PACKETS, SEEDS = 100_000, (1, 2, 3)
VERDICT = ("verdict", "ip_version", "source", "target", "transport", "port", "technique")


def judge(workshop, capture):
    """{(verdict, source, target, ...): packets}, and the same with the outcome, of one file."""
    rows = workshop.home / f"{capture.parent.name}-{capture.name}.csv"
    workshop.run(["tshark", "-n", "-q", "-r", capture, "-z", f"scannoise,flows,{rows}"])
    verdicts, outcomes = Counter(), Counter()
    with open(rows, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = tuple(row[name] for name in VERDICT)
            verdicts[key] += int(row["packets"])
            outcomes[(*key, row["outcome"])] += int(row["packets"])
    rows.unlink()
    return verdicts, outcomes


def judge_all(workshop, captures):
    found = together([lambda capture=capture: judge(workshop, capture) for capture in captures])
    return [sum(counts, Counter()) for counts in zip(*found)]


def cut(workshop, capture, count):
    """The capture in so many files."""
    packets = int(subprocess.run(["capinfos", "-T", "-r", "-M", "-c", capture], check=True, capture_output=True,
                                 text=True).stdout.split("\t")[1])
    folder = workshop.folder / f"{capture.stem}-{count}"
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run(["editcap", "-c", str(-(-packets // count)), capture, folder / "part.pcap"], check=True)
    for part in folder.iterdir():
        part.chmod(0o644)
    return sorted(folder.iterdir())


def different(one, other):
    return ((one - other) | (other - one)).total()


def compare(workshop, capture, counts):
    verdicts, outcomes = judge_all(workshop, [capture])
    for count in counts:
        of_parts, outcomes_of_parts = judge_all(workshop, cut(workshop, capture, count))
        print(f"{capture.name:20} {verdicts.total():8} packets of noise; in {count:3} files"
              f" {different(verdicts, of_parts):5} judged otherwise,"
              f" {different(outcomes, outcomes_of_parts):5} with the outcome", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", type=Path, nargs="*")
    parser.add_argument("--files", type=int, nargs="+", default=[8, 24])
    parser.add_argument("--build", type=Path, default=TESTS.parent / "build")
    options = parser.parse_args()
    with Workshop(options.build) as workshop:
        for capture in options.captures or [TESTS / "captures" / "home-line.pcapng"]:
            compare(workshop, workshop.add(capture), options.files)
        for seed in [] if options.captures else SEEDS:
            telescope = workshop.folder / f"telescope-{seed}.pcap"
            generate.write(telescope, "mix", TELESCOPE_PACKETS, seed)
            telescope.chmod(0o644)
            compare(workshop, telescope, options.files)


if __name__ == "__main__":
    main()
