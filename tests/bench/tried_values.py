#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What other values of the judging preferences would find in real captures.

    python3 tests/bench/tried_values.py [--build FOLDER] CAPTURE=SCANNER... [--benign FOLDER]

Prints a table in Markdown: for each value the packets of the scanner that are flagged and those it sent,
capture by capture; the files of the benign folder in which anything is flagged; and the conversations
flagged there: TCP connections with handshake and payload (tcp.completeness), UDP streams with an answer.
The captures are one's own: none of the project's is real.
"""
import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import measure  # noqa: E402

REPO = Path(__file__).resolve().parents[2]
DEFAULTS = "the defaults"
TRIED = {"scanning_contacts": (2, 3, 5, 6, 8), "scanning_ratio": (1, 3), "aborted_contacts": (1, 3, 100),
         "exposing_sources": (1, 2, 5), "stream_packets": (3, 20), "reuse_seconds": (60, 3600)}
USED = 15                       # bits of tcp.completeness: SYN, SYN/ACK, ACK, data
FIELDS = ("ip.src", "scannoise.scan", "tcp.stream", "tcp.completeness", "udp.stream", "udp.srcport")


def rows(workshop, capture, preferences):
    """The fields of each IPv4 packet to one host, of the innermost header where there are several."""
    options = [word for item in preferences for word in ("-o", item)]
    fields = [word for field in FIELDS for word in ("-e", field)]
    run = workshop.run(["tshark", "-n", "-2", *options, "-r", capture, "-Y", "ip && !(eth.dst.ig == 1)",
                        "-T", "fields", "-E", "occurrence=f", *fields])
    return [line.split("\t") for line in run.output.splitlines()]


def flagged_of(workshop, capture, scanner, preferences):
    sent = [row for row in rows(workshop, capture, preferences) if row[0] == scanner]
    return f"{sum(bool(row[1]) for row in sent)} / {len(sent)}"


def conversations(table):
    """Streams with a flagged packet that were conversations."""
    sides, found = {}, set()
    for _, _, _, _, stream, port in table:
        sides.setdefault(stream, set()).add(port)
    for _, scan, tcp, completeness, udp, _ in table:
        if scan and (tcp and int(completeness) & USED == USED or udp and len(sides[udp]) > 1):
            found.add((tcp, udp))
    return len(found)


def benign_of(workshop, captures, preferences):
    tables = [rows(workshop, capture, preferences) for capture in captures]
    return sum(any(row[1] for row in table) for table in tables), sum(map(conversations, tables))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scanners", nargs="+", metavar="CAPTURE=SCANNER")
    parser.add_argument("--benign", type=Path, metavar="FOLDER")
    parser.add_argument("--build", type=Path, default=REPO / "build", help="where scannoise.so is")
    arguments = parser.parse_args()
    if bad := [word for word in arguments.scanners if "=" not in word]:
        parser.error(f"{bad[0]}: a capture and the address that scans in it, with = between")
    named = [(Path(path), address) for path, _, address in (word.rpartition("=") for word in arguments.scanners)]
    if missing := [path for path, _ in named if not path.is_file()]:
        parser.error(f"no file {missing[0]}")
    if arguments.benign and not arguments.benign.is_dir():
        parser.error(f"no folder {arguments.benign}")
    with measure.Workshop(arguments.build) as workshop:
        scanners = [(workshop.add(path), address) for path, address in named]
        files = sorted(arguments.benign.iterdir()) if arguments.benign else []
        benign = [workshop.add(file) for file in files if "pcap" in file.name]
        print("| value |", " | ".join(path.name for path, _ in scanners), "| benign files flagged | conversations |")
        print("| --- |" + " ---: |" * (len(scanners) + 2))
        settings = [()] + [(f"scannoise.{name}:{value}",) for name, values in TRIED.items() for value in values]
        for setting in settings:
            found = [flagged_of(workshop, path, scanner, setting) for path, scanner in scanners]
            some, used = benign_of(workshop, benign, setting)
            name = setting[0].removeprefix("scannoise.").replace(":", " ") if setting else DEFAULTS
            print(f"| {name} |", " | ".join(found), f"| {some} of {len(benign)} | {used} |", flush=True)


if __name__ == "__main__":
    main()
