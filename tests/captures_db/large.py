#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures how long the page's queries and whole views take in an SQLite file of many rows, and how it got there.

    python3 tests/captures_db/large.py [ROWS] [--keep FILE]

The rows are a telescope's, made up: heavy-tailed sources, six of a network, 60 % of the probes on a dozen ports, 65 536
targets. Each million of them is a capture. Without --keep the file is gone afterwards.
"""
import argparse
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
LOADER = Path(__file__).resolve().parents[2] / "stats" / "captures"
sys.path.insert(0, str(LOADER))

from capture import Judged
from made import HEADER, Made
from sqlite.store import Store
from sqlite.views import PARTS, VIEWS

AT_ONCE, SOURCES, START = 1_000_000, 1_500_000, 1_700_000_000
PORTS = (23, 22, 445, 80, 443, 3389, 8080, 1433, 5555, 2323, 6379, 3306)
KINDS = (("tcp", "TCP SYN", "Masscan", "made by hand"), ("tcp", "TCP SYN", "", "scanning source"),
         ("tcp", "TCP connect", "", "stranger"), ("udp", "UDP", "", "scanning source"))


def write(path, number, rows, chance):
    """A capture's rows, over a day."""
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER)
        for row in range(rows):
            source = int(SOURCES * chance.random() ** 4)
            network, host = divmod(source, 6)
            port = PORTS[int(12 * chance.random())] if chance.random() < 0.6 else int(65536 * chance.random())
            transport, technique, tool, reason = KINDS[source % 4]
            target, at = int(65536 * chance.random()), START + 86400 * (number + row / rows)
            file.write(f"{at:.6f},{at:.6f},4,{network >> 16}.{network >> 8 & 255}.{network & 255}.{7 + host},"
                       f"10.0.{target >> 8}.{target & 255},{transport},{port},{technique},unanswered,{tool},1,60,,scan,"
                       f"{reason}\n")


def load(path, folder, rows):
    store, chance = Store(path), random.Random(1)
    spent = 0
    for number in range(-(-rows // AT_ONCE)):
        count, file = min(AT_ONCE, rows - number * AT_ONCE), folder / "rows.csv"
        write(file, number, count, chance)
        begun = time.process_time()
        store.add(Made(number), Judged(file, count, 0, START * 10 ** 6, START * 10 ** 6), "default", "made", lambda _: [],
                  lambda _: None)
        spent += time.process_time() - begun
        print(f"load      {spent:8.2f} s of processor for {number * AT_ONCE + count} rows", flush=True)
    store.close()


def ask(path, query):
    """(seconds of processor, seconds by the clock)"""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["sqlite3", path, query], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="make it there, or ask the one that is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "noise.db"
        if not path.exists():
            load(path, Path(folder), options.rows)
        print(f"on disk   {path.stat().st_size / options.rows:8.2f} bytes/row")
        for query in re.findall(r"^```sql\n(.*?)\n```$", (LOADER / "README.md").read_text(), re.MULTILINE | re.DOTALL):
            print("query     {:8.2f} s of processor, {:8.2f} s  {}".format(*ask(path, query), query), flush=True)
        for view in (name for name in VIEWS if name not in PARTS and name != "noise"):
            print("first 20  {:8.2f} s of processor, {:8.2f} s  {}".format(
                *ask(path, f"SELECT * FROM {view} LIMIT 20"), view), flush=True)
            print("view      {:8.2f} s of processor, {:8.2f} s  {}".format(
                *ask(path, f"SELECT count(*) FROM (SELECT * FROM {view} LIMIT -1)"), view), flush=True)
        print("look-up   {:8.2f} s of processor, {:8.2f} s".format(
            *ask(path, "SELECT count(*) FROM noise WHERE source = '1.2.3.7'")))


if __name__ == "__main__":
    main()
