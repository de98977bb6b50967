#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures how fast captures go into ClickHouse, how much room they take there and how long answers take.

    python3 tests/captures_db/throughput.py [PACKETS] [--files N] [--jobs N] [--build FOLDER]

Makes a telescope's capture, cuts it into files, starts two servers on this machine as two shards, and loads
the files. Everything is in temporary folders and gone afterwards. tests/run.sh installs what this needs.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
LOADER = TESTS.parent / "stats" / "captures"
sys.path[:0] = [str(TESTS / "bench"), str(TESTS / "captures_db"), str(LOADER)]

import generate
from rows import Rows
from measure import Workshop
from clickhouse.server import Server
from clickhouse.text import STATEMENT, chunks
from clickhouse.views import VIEWS
from servers import HOST, Cluster


def processor_seconds(cluster):
    """What the servers have used so far; the clock of a busy machine says less."""
    ticks = 0
    for server in cluster.servers:
        said = Path(f"/proc/{server.process.pid}/stat").read_text()
        ticks += sum(map(int, said.rpartition(")")[2].split()[11:13]))      # utime, stime: proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def timed(call, *arguments):
    """(seconds by the clock, what the call returned)"""
    begun = time.monotonic()
    result = call(*arguments)
    return time.monotonic() - begun, result


def make_files(workshop, packets, count):
    """The capture, cut into so many files, which the user can read."""
    whole, parts = workshop.folder / "telescope.pcap", workshop.folder / "parts"
    generate.write(whole, "mix", packets)
    parts.mkdir()
    subprocess.run(["editcap", "-c", str(-(-packets // count)), whole, parts / "part.pcap"], check=True)
    whole.unlink()
    for file in parts.iterdir():
        file.chmod(0o644)
    parts.chmod(0o755)
    return parts


def install_loader(workshop, folder=LOADER, name="loader"):
    """A copy that the user can read. @return its load.py"""
    copy = shutil.copytree(folder, workshop.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy / "load.py"


def insert_alone(workshop, server, file):
    """What ClickHouse takes when it does not wait for tshark: (rows, seconds)."""
    rows = workshop.home / "rows.csv"
    workshop.run(["tshark", "-n", "-q", "-r", file, "-z", f"scannoise,flows,{rows}"])
    parts = list(chunks(Rows(rows), 1, "default"))
    seconds, _ = timed(server.insert, STATEMENT, (part for _, part in parts))
    return sum(count for count, _ in parts), seconds


def room(cluster):
    """(rows, bytes) on disk, once ClickHouse has merged all it wants to."""
    rows = size = 0
    for server in (0, 1):
        for (month,) in cluster.ask("SELECT DISTINCT toYYYYMM(day) FROM scannoise.flows_local", server):
            cluster.ask(f"OPTIMIZE TABLE scannoise.flows_local PARTITION {month} FINAL", server)
        ((count, used),) = cluster.ask("SELECT sum(rows), sum(bytes) FROM system.parts"
                                       " WHERE active AND database = 'scannoise' AND table = 'flows_local'", server)
        rows, size = rows + int(count), size + int(used)
    return rows, size


def measure(workshop, cluster, options):
    parts = make_files(workshop, options.packets, options.files)
    load = [sys.executable, install_loader(workshop), "--host", HOST, "--port", cluster.servers[0].port]
    workshop.run([*load, "--setup"])
    server = Server(HOST, cluster.servers[0].port)

    before = processor_seconds(cluster)
    run = workshop.run([*load, "-j", options.jobs, parts])
    servers = processor_seconds(cluster) - before
    rows, size = room(cluster)
    print(f"{options.packets} packets in {options.files} files, {options.jobs} at a time, {os.cpu_count()} processors")
    print(f"load      {run.seconds:8.2f} s {rows / run.seconds:12.0f} rows/s {options.packets / run.seconds:12.0f}"
          " packets/s")
    busy = run.cpu_seconds + servers
    print(f"processor {busy:8.2f} s {rows / busy:12.0f} rows/s for each: {run.cpu_seconds:.2f} s in the loader and"
          f" tshark, {servers:.2f} s in the servers")
    print(f"on disk   {rows:8} rows {size / rows:9.2f} bytes/row")
    for section in VIEWS:
        seconds, answer = timed(cluster.ask, f"SELECT count() FROM (SELECT * FROM scannoise.{section})")
        print(f"view      {seconds:8.2f} s  {section}, {answer[0][0]} rows")

    count, seconds = insert_alone(workshop, server, min(parts.iterdir()))
    print(f"insert    {seconds:8.2f} s {count / seconds:12.0f} rows/s, rows of one file alone")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packets", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=Path, default=TESTS.parent / "build")
    options = parser.parse_args()
    with Workshop(options.build) as workshop:
        user = workshop.user            # None: an ordinary user runs this

        def own(folder):
            if user:
                os.chown(folder, user.pw_uid, user.pw_gid)
            return folder
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        cluster = Cluster(workshop.folder, own, identity)
        try:
            cluster.start()
            measure(workshop, cluster, options)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
