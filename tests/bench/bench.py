#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what the plugin costs, against tshark without it and against other ways to the answer.

    python3 tests/bench/bench.py [--quick] [--only PART]... [--json FILE] [--build FOLDER]
                                 [--suricata FOLDER]

Prints a table in Markdown, which is that of tests/README.md, and exits with 1 when a bar is missed. Takes half an
hour and 10 GB of memory; --quick takes minutes, with inputs so small that its figures are a hint and
its bars are no verdict. Needs valgrind, and a build with -DBUILD_TESTING=ON. Suricata takes part when
get_suricata.sh has put it into a folder. The JSON file is written anew after each part.

Instructions are callgrind's, start-up taken away: they repeat. Times are ratios of runs that took
turns, the median of them. Memory is the largest resident set that the operating system saw.
"""
import argparse
import json
import os
import re
import shutil
import signal
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

sys.dont_write_bytecode = True          # root's .pyc files would stay in the checkout

import generate  # noqa: E402
import measure  # noqa: E402
import peers  # noqa: E402
from row import Row, count  # noqa: E402

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
PROFILE = "Scan Noise"

ENDPOINTS = peers.ENDPOINTS
TREES = (("-q", "-z", "ip_srcdst,tree", "-z", "dests,tree"), False)
LUA = peers.LUA
STATISTIC = peers.STATISTIC
# The whole way, which everything takes that looks at more than our statistics do.
DISSECTED = (("-q", "-o", "scannoise.short_way:FALSE", "-z", "scannoise,stat"), True)
WITH_PROFILE = (("-C", PROFILE, "-q", "-z", "scannoise,stat"), True)
# A table of SMB's response times makes tshark dissect every packet and counts none of these.
PLAIN = (("-q", "-z", "smb,srt"), False)
FILTER = ("-Y", "tcp.port==23")
TREES_STOP = 20                         # times the statistic's time, well beyond the bar

HOSTILE = {"spoofed": "every source spoofed and different",
           "vertical": "one source to all 65 536 ports",
           "collide": "addresses and ports that collide in unkeyed hashes",
           "flip": "a source flipping between client and scanner"}


@dataclass
class Sizes:
    """Packets of each part's input."""
    instructions: int
    wall: int
    small: int
    large: int
    hostile: int
    session: int                        # tshark -M
    trees: int                          # what -z dests,tree does within a minute
    rounds: int
    short: int                          # the short way: few packets,
    telescope: int                      # and as many as the peers read


FULL = Sizes(50_000, 500_000, 100_000, 5_000_000, 1_000_000, 100_000, 25_000, 5, 200_000, 1_000_000)
QUICK = Sizes(20_000, 50_000, 20_000, 200_000, 50_000, 20_000, 10_000, 3, 20_000, 50_000)


class Bench:
    """What all parts need: where things are, how large the inputs are, and the runs they share."""

    def __init__(self, workshop, sizes, build, suricata):
        self.workshop = workshop
        self.sizes = sizes
        self.suricata = suricata        # the folder of get_suricata.sh; None: there is none
        self.engine_bench = workshop.add(build / "engine_bench", 0o755)
        workshop.add(HERE / "ports.lua")
        self.captures = {}
        self.runs = {}                  # results of tshark() by use and capture

    def capture(self, kind, packets):
        """A capture's path; made on first use."""
        path = self.workshop.folder / f"{kind}-{packets}.pcap"
        if path not in self.captures:
            print(f"  making {path.name}", file=sys.stderr, flush=True)
            generate.write(path, kind, packets)
            self.captures[path] = path
        return path

    def tshark(self, use, capture, limit_s=None):
        """One more run; all results of this use and capture are kept."""
        arguments, plugin = use
        run = self.workshop.run(["tshark", "-r", capture, *arguments], plugin, limit_s)
        self.runs.setdefault((use, capture), []).append(run)
        return run

    def take_turns(self, uses, capture, rounds):
        for _ in range(rounds):
            for use in uses:
                self.tshark(use, capture)

    def ratio(self, use, other, capture, measured="seconds"):
        """Median of the ratios of times, round by round. @param measured or "cpu_seconds" """
        pairs = zip(self.runs[use, capture], self.runs[other, capture])
        return statistics.median(getattr(one, measured) / getattr(two, measured) for one, two in pairs)

    def seconds(self, use, other, capture):
        """Says how long both took, and the ratio of processor times, which a busy machine disturbs less."""
        return (f"{self.median(use, capture):.1f} s / {self.median(other, capture):.1f} s,"
                f" of processor time {self.ratio(use, other, capture, 'cpu_seconds'):.2f}")

    def median(self, use, capture):
        return statistics.median(run.seconds for run in self.runs[use, capture])

    def peak(self, use, capture):
        """Most memory of all runs so far, of one run if there was none."""
        if (use, capture) not in self.runs:
            self.tshark(use, capture)
        return max(run.peak_bytes for run in self.runs[use, capture])

    def engine(self, mode, capture):
        return json.loads(self.workshop.run([self.engine_bench, mode, capture]).output)

    def engine_time(self, mode, capture):
        """Nanoseconds per packet, the quickest of several runs: others can only slow a run down."""
        results = [self.engine(mode, capture) for _ in range(self.sizes.rounds)]
        return min(result["nanoseconds"] / result["packets"] for result in results)

    def engine_instructions(self, mode, captures):
        """Instructions of the engine's work on each capture, all at once."""
        return measure.together([partial(self.workshop.instructions, [self.engine_bench, mode, capture],
                                         only_in=("observe_batch*", "make_rows*"))
                                 for capture in captures])

    def per_packet(self, uses, packets):
        """Instructions per packet of each use, start-up taken away."""
        return measure.per_packet(self.workshop, self.capture("mix", packets), self.capture("mix", 1),
                                  packets, uses)


# --- Parts ---------------------------------------------------------------------------------------

def instructions(bench):
    at = f"at {count(bench.sizes.instructions)} packets"
    endpoints, with_statistic, without, unused, plain = bench.per_packet(
        [ENDPOINTS, DISSECTED, (FILTER, False), (FILTER, True), PLAIN], bench.sizes.instructions)
    yield Row("Instructions: the statistic, all packets dissected / `-z endpoints,ip`", with_statistic / endpoints,
              limit=1.05, note=f"{with_statistic:.0f} / {endpoints:.0f} a packet {at}")
    yield Row(f"Instructions: `{' '.join(FILTER)}` with the plugin / without", unused / without, limit=1.03,
              note=f"{unused:.0f} / {without:.0f} a packet {at}")
    yield Row("Instructions: the statistic, all packets dissected / a dissection that counts nothing",
              with_statistic / plain,
              note=f"{with_statistic:.0f} / {plain:.0f} a packet {at}")


def wall(bench):
    capture = bench.capture("mix", bench.sizes.wall)
    at = f"at {count(bench.sizes.wall)} packets"
    bench.take_turns([STATISTIC, ENDPOINTS, LUA], capture, bench.sizes.rounds)
    seconds = bench.median(STATISTIC, capture)
    yield Row("Time: the statistic / `-z endpoints,ip`", bench.ratio(STATISTIC, ENDPOINTS, capture),
              note=f"{bench.seconds(STATISTIC, ENDPOINTS, capture)}, {at}")
    yield Row("Time: a Lua script that counts SYNs / the statistic", bench.ratio(LUA, STATISTIC, capture), limit=2,
              at_least=True, note=f"{bench.seconds(LUA, STATISTIC, capture)}, {at}")
    # Its time grows with the square of the packets: an hour and more, which nobody has to wait for.
    trees = bench.tshark(TREES, capture, TREES_STOP * seconds)
    yield Row("Time: `-z ip_srcdst,tree -z dests,tree` / the statistic", trees.seconds / seconds, limit=15,
              at_least=True, more=not trees.finished,
              note=f"{'' if trees.finished else 'stopped after '}{trees.seconds:.0f} s / {seconds:.1f} s {at}")
    few = bench.capture("mix", bench.sizes.trees)
    ours, trees = bench.tshark(STATISTIC, few), bench.tshark(TREES, few)
    yield Row("Time: the same with fewer packets", trees.seconds / ours.seconds,
              note=f"{trees.seconds:.1f} s / {ours.seconds:.1f} s at {count(bench.sizes.trees)} packets")


def peak(bench):
    for kind, sources in (("flows", "every source different"), ("probes", "heavy-tailed sources")):
        capture = bench.capture(kind, bench.sizes.wall)
        ours, theirs = bench.peak(STATISTIC, capture), bench.peak(ENDPOINTS, capture)
        yield Row(f"Peak memory: the statistic / `-z endpoints,ip`, {sources}", ours / theirs, limit=1.08,
                  note=f"{ours / 1e6:.0f} MB / {theirs / 1e6:.0f} MB, {count(bench.sizes.wall)} one-packet flows")


def state(bench):
    packets = bench.sizes.wall
    for kind, sources in (("flows", "every source different"), ("probes", "heavy-tailed sources")):
        held = bench.engine("memory", bench.capture(kind, packets))
        yield Row(f"Engine: memory of a one-packet flow, {sources}", held["bytes"] / held["flows"], "bytes", 96,
                  note=f"{count(held['flows'])} flows of {count(held['hosts'])} hosts, all that the engine holds,"
                       f" hash tables included; {held['worst_bytes_per_flow']:.0f} when a table has just grown")
    first = bench.engine("memory", bench.capture("one-flow", 1))["bytes"]
    held = bench.engine("memory", bench.capture("one-flow", packets))
    yield Row("Engine: memory of one more packet of a flow", (held["bytes"] - first) / (packets - 1), "bytes", 16,
              note=f"an engine's first packet: {first / 1e3:.0f} kB")


def line(bench):
    small, large = (bench.capture("mix", n) for n in (bench.sizes.small, bench.sizes.large))
    sizes = f"{count(bench.sizes.large)} / {count(bench.sizes.small)} packets"
    costs = bench.engine_instructions("stat", (small, large))
    few, many = (cost / n for cost, n in zip(costs, (bench.sizes.small, bench.sizes.large)))
    yield Row("Straight line: our instructions per packet", many / few, limit=1.1,
              note=f"{many:.0f} / {few:.0f}, {sizes}")
    few, many = bench.engine_time("stat", small), bench.engine_time("stat", large)
    yield Row("Straight line: our time per packet", many / few, limit=1.1,
              note=f"{many:.0f} ns / {few:.0f} ns, {sizes}")
    few, many = (result["bytes"] / result["packets"]
                 for result in (bench.engine("stat", small), bench.engine("stat", large)))
    yield Row("Straight line: our memory per packet", many / few, limit=1.1,
              note=f"{many:.1f} / {few:.1f} bytes, {sizes}")


def hostile(bench):
    packets = bench.sizes.hostile
    kinds = ["mix", *HOSTILE]
    captures = [bench.capture(kind, packets) for kind in kinds]
    counted = dict(zip(kinds, bench.engine_instructions("stat", captures)))
    for kind, what in HOSTILE.items():
        yield Row(f"Hostile, {what}: our instructions / ordinary mix", counted[kind] / counted["mix"], limit=2,
                  note=f"{counted[kind] / packets:.0f} / {counted['mix'] / packets:.0f} a packet")
    for mode, what in (("stat", "the statistic"), ("totals", "scanners' totals in every packet")):
        times = {kind: bench.engine_time(mode, capture) for kind, capture in zip(kinds, captures)}
        worst = max(HOSTILE, key=times.get)
        yield Row(f"Hostile, worst of these: our time for {what} / ordinary mix", times[worst] / times["mix"],
                  limit=2, note=f"{worst}, {times[worst]:.0f} ns / {times['mix']:.0f} ns a packet")
    for kind, capture in zip(kinds, captures):
        bench.take_turns([STATISTIC, PLAIN], capture, 1)
        ours, plain = (min(run.cpu_seconds for run in bench.runs[use, capture]) for use in (STATISTIC, PLAIN))
        yield Row(f"Whole tshark, {HOSTILE.get(kind, 'the ordinary mix')}: the statistic / plain dissection",
                  ours / plain, note=f"{ours:.1f} s / {plain:.1f} s of processor for {count(packets)} packets")


def capture_section(text):
    """{row: (packets, scanners, ports)} of the statistic's first section."""
    rows = {}
    for row in re.findall(r"^ *\d+ \|(.*)$", text.partition("IP version")[0], re.MULTILINE):
        name, packets, _share, scanners, ports, *_ = (cell.strip() for cell in row.split("|"))
        rows[name] = tuple(int(cell) if cell else None for cell in (packets, scanners, ports))
    return rows


def sessions(bench):
    capture = bench.capture("mix", bench.sizes.large)
    at_most = ("-M", str(bench.sizes.session))
    split, plain = ((*at_most, *STATISTIC[0]), True), ((*at_most, *PLAIN[0]), False)
    whole_run, split_run, plain_run = (bench.tshark(use, capture) for use in (STATISTIC, split, plain))
    whole, in_parts = capture_section(whole_run.output), capture_section(split_run.output)
    same = sum(whole.get(name) == in_parts.get(name) for name in whole)
    different = [f"{name}: {whole[name]} became {in_parts.get(name)}" for name in whole
                 if whole[name] != in_parts.get(name)]
    extra = [f"{name}: {row}" for name, row in in_parts.items() if name not in whole]
    said = f"`tshark -M {bench.sizes.session}`, {count(bench.sizes.large)} packets"
    yield Row(f"{said}: rows of the table that are as without", same, f"of {len(whole)}", len(whole), True,
              note="; ".join(different + extra))
    yield Row(f"{said}: peak memory", split_run.peak_bytes / 1e6, "MB", 600,
              note=f"without -M {whole_run.peak_bytes / 1e6:.0f} MB, without the plugin"
                   f" {plain_run.peak_bytes / 1e6:.0f} MB; time {split_run.seconds:.0f} s, without -M"
                   f" {whole_run.seconds:.0f} s, without the plugin {plain_run.seconds:.0f} s")


def options_of(preferences):
    """A preferences file's entries as -o options, except those of the user interface."""
    entries = re.findall(r"^(?!gui\.)([\w.]+): *(.*)$", preferences.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(word for name, value in entries for word in ("-o", f"{name}:{value}"))


def profile(bench):
    preferences = REPO / "plugin" / "profile" / PROFILE / "preferences"
    bench.workshop.with_profile(PROFILE, preferences.parent)
    use = ((*options_of(preferences), *STATISTIC[0]), True)
    capture = bench.capture("mix", bench.sizes.wall)
    bench.runs.pop((ENDPOINTS, capture), None)
    bench.take_turns([use, ENDPOINTS], capture, bench.sizes.rounds)
    ours, theirs, all_of_it = bench.per_packet([use, ENDPOINTS, WITH_PROFILE], bench.sizes.instructions)
    title = "the profile's preferences / default tshark's `-z endpoints,ip`"
    yield Row(f"Instructions: {title}", ours / theirs, limit=1, note=f"{ours:.0f} / {theirs:.0f} a packet")
    yield Row("Instructions: the whole profile with its columns / `-z endpoints,ip`", all_of_it / theirs,
              note=f"`-C \"{PROFILE}\"`, {all_of_it:.0f} a packet")
    yield Row(f"Time: {title}", bench.ratio(use, ENDPOINTS, capture), limit=1,
              note=bench.seconds(use, ENDPOINTS, capture))
    ours, theirs = bench.peak(use, capture), bench.peak(ENDPOINTS, capture)
    yield Row(f"Peak memory: {title}", ours / theirs, limit=1,
              note=f"{ours / 1e6:.0f} MB / {theirs / 1e6:.0f} MB")


PARTS = {part.__name__: part
         for part in (instructions, wall, peak, state, line, hostile, sessions, profile, peers.short_way, peers.others)}

# --- Output --------------------------------------------------------------------------------------


def shown(number, unit):
    if number is None:
        return ""
    text = count(int(number)) if number == int(number) else f"{number:.3f}" if number < 10 else f"{number:.1f}"
    return f"{text} {unit}".strip()


def cells(row, judged):
    bar = "" if row.limit is None else ("≥ " if row.at_least else "≤ ") + shown(row.limit, row.unit)
    verdict = {None: "", True: "pass", False: "**FAIL**"}[row.passed if judged else None]
    return row.what, ("> " if row.more else "") + shown(row.value, row.unit), bar, verdict, row.note


def print_table(rows, judged):
    lines = [("what", "measured", "bar", "", "from"), *(cells(row, judged) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, tuple("-" * width for width in widths))
    for one in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(one, widths)) + " |")


def write_json(path, rows, quick):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"wireshark": measure.wireshark_version(), "quick": quick,
                   "rows": [{**asdict(row), "passed": row.passed} for row in rows]}, file, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small inputs, no verdict")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART",
                        help=f"one of {', '.join(PARTS)}; may be given more than once")
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("--build", type=Path, default=REPO / "build", help="where scannoise.so is")
    parser.add_argument("--suricata", type=Path, metavar="FOLDER", help="where get_suricata.sh has put it")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        parser.error("needs valgrind (apt-get install valgrind)")
    if arguments.suricata and not (arguments.suricata / "usr/bin/suricata").is_file():
        parser.error(f"no usr/bin/suricata in {arguments.suricata}: run get_suricata.sh {arguments.suricata}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))      # so that the folder goes away
    rows = []
    with measure.Workshop(arguments.build) as workshop:
        bench = Bench(workshop, QUICK if arguments.quick else FULL, arguments.build,
                      arguments.suricata and arguments.suricata.resolve())
        for name in arguments.only or PARTS:
            print(f"measuring: {name}", file=sys.stderr)
            begun = time.monotonic()
            for row in PARTS[name](bench):
                print(" ", *cells(row, judged=not arguments.quick), sep="  ", file=sys.stderr, flush=True)
                rows.append(row)
            print(f"  took {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            if arguments.json:
                write_json(arguments.json, rows, arguments.quick)
    print_table(rows, judged=not arguments.quick)
    return 0 if arguments.quick or all(row.passed is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
