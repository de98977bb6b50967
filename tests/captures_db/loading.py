#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what it takes to load many captures into an SQLite file: processor time of the loader and all its programs.

    python3 tests/captures_db/loading.py [PACKETS] [--files N] [--apart] [--than FOLDER] [--turns N] [--build FOLDER]

Makes a telescope's capture and cuts it into files. Loaders take turns, as the machine may be busy otherwise: this one,
and with --than the one of another checkout's stats/captures. Each loads all files, then has nothing to do.
"""
import argparse
import statistics
import sys
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "bench"), str(TESTS / "captures_db")]

from measure import Workshop
from throughput import LOADER, install_loader, make_files


class Turns:
    """A loader's."""

    def __init__(self, workshop, name, folder):
        self.workshop, self.name = workshop, name
        self.place = workshop.add_folder(name)
        self.load, self.seconds, self.idle = install_loader(workshop, folder, f"{name}-loader"), [], []
        self.said = ""

    def take(self, arguments):
        database = self.place / "noise.db"
        command = [sys.executable, self.load, "--scratch", self.place, database, *arguments]
        for spent in (self.seconds, self.idle):
            run = self.workshop.run(command)
            spent.append(run.cpu_seconds)
            self.said = self.said or run.output.strip()
        self.size = database.stat().st_size
        database.unlink()

    def __str__(self):
        return (f"{self.name:5} {statistics.median(self.seconds):6.2f} s ({min(self.seconds):.2f} to"
                f" {max(self.seconds):.2f}) in {len(self.seconds)} turns, with nothing to do"
                f" {statistics.median(self.idle):.2f} s; {self.size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packets", type=int, nargs="?", default=500_000)
    parser.add_argument("--files", type=int, default=32)
    parser.add_argument("--apart", action="store_const", const=["--apart"], default=[], help="judge each for itself")
    parser.add_argument("--than", type=Path, metavar="FOLDER", help="stats/captures of another checkout")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--build", type=Path, default=TESTS.parent / "build")
    options = parser.parse_args()
    with Workshop(options.build) as workshop:
        parts = make_files(workshop, options.packets, options.files)
        loaders = [Turns(workshop, "this", LOADER)]
        loaders += [Turns(workshop, "other", options.than)] if options.than else []
        for _ in range(options.turns):
            for loader in loaders:
                loader.take([*options.apart, parts])
        print(loaders[0].said)
        for loader in loaders:
            print(loader)
        if options.than:
            ratios = [one / other for one, other in zip(*(loader.seconds for loader in loaders))]
            print(f"ratio {statistics.median(ratios):6.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
