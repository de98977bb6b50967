#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts what is judged otherwise when a capture is cut into files that are loaded into a database.

    python3 tests/captures_db/cuts.py [CAPTURE...] [--files N...] [--build FOLDER]

Without a capture: the twin of the article's line, and telescopes' captures of several seeds. A packet is
judged otherwise when the files have it as another verdict, or as noise of another source, target or port, than
the whole; a flow's outcome may differ besides. Files are judged each for itself (--apart); in windows, which lap over
those on both sides, each as small as a file; and loaded one by one, as --watch does. Takes eight minutes.
"""
import argparse
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "bench"), str(TESTS / "captures_db")]

import generate
from measure import Workshop
from throughput import install_loader

TELESCOPE_PACKETS, SEEDS = 100_000, (1, 2, 3)
VERDICT = "verdict, ip_version, source, target, transport, port, technique"
# A group of files is a window, and as small as it gets.
SMALL_WINDOWS = "import sys, plan, load; plan.MOST_PACKETS = 0; sys.exit(load.main())"


class Loader:
    """Loads files in one of several ways, and tells what is in the database then."""

    def __init__(self, workshop):
        self.workshop, self.load = workshop, install_loader(workshop)

    def judged(self, folder, *arguments, script=None):
        """({flow's verdict: packets}, the same with the outcome) of a folder's files."""
        place = self.workshop.add_folder(f"{folder.name}-{len(list(self.workshop.folder.iterdir()))}")
        command = [sys.executable, *(["-c", script] if script else [self.load]), "--scratch", place, place / "noise.db"]
        self.workshop.run([*command, *arguments, folder], extra={"PYTHONPATH": str(self.load.parent)})
        return self._found(place / "noise.db")

    def one_by_one(self, files):
        place = self.workshop.add_folder(f"{files[0].parent.name}-one-by-one")
        for file in files:
            (place / file.name).symlink_to(file)
            self.workshop.run([sys.executable, self.load, "--scratch", place.parent / "home", place.parent / "home/noise.db",
                               place])
        found = self._found(place.parent / "home/noise.db")
        (place.parent / "home/noise.db").unlink()
        return found

    @staticmethod
    def _found(database):
        connection = sqlite3.connect(database)
        both = [Counter({row[:-1]: row[-1] for row in connection.execute(
            f"SELECT {columns}, sum(packets) FROM noise GROUP BY {columns}")}) for columns in (VERDICT, VERDICT + ", outcome")]
        connection.close()
        return both


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


def compare(loader, capture, counts):
    whole = loader.judged(cut(loader.workshop, capture, 1)[0].parent)
    for count in counts:
        files = cut(loader.workshop, capture, count)
        ways = {"apart": loader.judged(files[0].parent, "--apart"),
                "in windows": loader.judged(files[0].parent, script=SMALL_WINDOWS),
                "one by one": loader.one_by_one(files)}
        for way, (verdicts, outcomes) in ways.items():
            print(f"{capture.name:20} {whole[0].total():8} packets of noise; in {count:3} files, {way:10}"
                  f" {different(whole[0], verdicts):5} judged otherwise,"
                  f" {different(whole[1], outcomes):5} with the outcome", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", type=Path, nargs="*")
    parser.add_argument("--files", type=int, nargs="+", default=[8, 24])
    parser.add_argument("--build", type=Path, default=TESTS.parent / "build")
    options = parser.parse_args()
    with Workshop(options.build) as workshop:
        loader = Loader(workshop)
        for capture in options.captures or [TESTS / "captures" / "home-line.pcapng"]:
            compare(loader, workshop.add(capture), options.files)
        for seed in [] if options.captures else SEEDS:
            telescope = workshop.folder / f"telescope-{seed}.pcap"
            generate.write(telescope, "mix", TELESCOPE_PACKETS, seed)
            telescope.chmod(0o644)
            compare(loader, telescope, options.files)


if __name__ == "__main__":
    main()
