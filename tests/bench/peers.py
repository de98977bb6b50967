# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the statistic costs beside other programs that read the same capture: parts of bench.py."""
import os
import re
import shutil
import statistics
import subprocess
from dataclasses import replace
from pathlib import Path

from row import Row, count

HERE = Path(__file__).resolve().parent
ENDPOINTS = (("-q", "-z", "endpoints,ip"), False)
STATISTIC = (("-q", "-z", "scannoise,stat"), True)
LUA = (("-q", "-X", "lua_script:ports.lua"), False)

# Programs in C that read captures, by how much they do: what each writes is thrown away, or stays in the
# folder of the benchmark. {} is the capture, and {out} a folder.
PROGRAMS = {
    "tcpdump": ("reading alone", ["tcpdump", "-r", "{}", "-w", "/dev/null"]),
    "capinfos": ("counting packets", ["capinfos", "{}"]),
    "nfpcapd": ("a meter of flows", ["nfpcapd", "-r", "{}", "-w", "{out}"]),
    "argus": ("a meter of flows", ["argus", "-r", "{}", "-w", "{out}/argus"]),
}


def is_in_debian(package):
    """Whether apt could install it; False where there is no apt."""
    if not shutil.which("apt-cache"):
        return False
    said = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout
    candidate = re.search(r"Candidate: (\S+)", said)
    return bool(candidate) and candidate[1] != "(none)"


class Above:
    """What uses of tshark take above their start-up, which a capture of one packet shows."""

    def __init__(self, bench, packets, rounds):
        self.bench, self.capture = bench, bench.capture("mix", packets)
        self.one = bench.capture("mix", 1)
        for _ in range(rounds):
            for use in (STATISTIC, ENDPOINTS):
                bench.tshark(use, self.capture)
                bench.tshark(use, self.one)

    def _of(self, use, measured):
        def median(capture):
            return statistics.median(getattr(run, measured) for run in self.bench.runs[use, capture])
        return median(self.capture) - median(self.one)

    def seconds(self, use):
        return self._of(use, "cpu_seconds")

    def bytes(self, use):
        return self._of(use, "peak_bytes")


def short_way(bench):
    """The price of a header, not of a dissection. Times are of the processor, which a busy machine disturbs less."""
    sizes = bench.sizes
    few, many = Above(bench, sizes.short, sizes.rounds), Above(bench, sizes.telescope, max(sizes.rounds // 2, 1))
    ours, theirs = bench.per_packet([STATISTIC, ENDPOINTS], sizes.short)
    yield Row(f"Short way, instructions: the statistic / `-z endpoints,ip`, {count(sizes.short)} packets", ours / theirs,
              limit=0.27, note=f"{ours:.0f} / {theirs:.0f} a packet")
    for above, packets, limit in ((few, sizes.short, 0.15), (many, sizes.telescope, 0.20)):
        ours, theirs = above.seconds(STATISTIC), above.seconds(ENDPOINTS)
        yield Row(f"Short way, time above start-up: the statistic / `-z endpoints,ip`, {count(packets)} packets",
                  ours / theirs, limit=limit, note=f"{ours:.2f} s / {theirs:.2f} s of processor")
    ours, theirs = few.bytes(STATISTIC), few.bytes(ENDPOINTS)
    yield Row(f"Short way, memory above start-up: the statistic / `-z endpoints,ip`, {count(sizes.short)} packets",
              ours / theirs, limit=0.12, note=f"{ours / 1e6:.0f} MB / {theirs / 1e6:.0f} MB")
    capture = bench.capture("mix", sizes.large)
    run = bench.tshark(STATISTIC, capture)
    yield Row(f"Short way: peak memory, {count(sizes.large)} packets, without -M", run.peak_bytes / 1e6, "MB", 1200,
              note=f"{run.seconds:.1f} s")
    start = statistics.median(one.cpu_seconds for one in bench.runs[STATISTIC, few.one])
    large = (run.cpu_seconds - start) / sizes.large
    small = few.seconds(STATISTIC) / sizes.short
    yield Row(f"Short way: time a packet, {count(sizes.large)} / {count(sizes.short)} packets", large / small, limit=1.3,
              note=f"{large * 1e9:.0f} ns / {small * 1e9:.0f} ns of processor")


def beside(bench, capture, title, run, limit=None):
    """A row: whole processes in turns.
    @param run lets the other one run once: () -> measure.Run"""
    runs, ours = [], bench.runs.setdefault((STATISTIC, capture), [])
    for _ in range(max(bench.sizes.rounds // 2, 1)):
        runs.append(run())
        bench.tshark(STATISTIC, capture)
    theirs, mine = (statistics.median(one.cpu_seconds for one in side) for side in (runs, ours))
    return Row(f"Time: {title} / the statistic", theirs / mine, limit=limit, at_least=True,
               note=f"{theirs:.2f} s / {mine:.2f} s of processor, {max(one.peak_bytes for one in runs) / 1e6:.0f} MB /"
               f" {max(one.peak_bytes for one in ours) / 1e6:.0f} MB, {count(bench.sizes.telescope)} packets")


def programs(bench, capture):
    """Programs that read the capture, against the statistic."""
    for name, (what, command) in PROGRAMS.items():
        if not shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin"):
            yield Row(f"Time: {name}, {what} / the statistic", None, note="not installed: get_peers.sh does that")
            continue
        out = bench.workshop.add_folder(name)
        words = [word.replace("{out}", str(out)).replace("{}", str(capture)) for word in command]
        path = {"PATH": os.environ["PATH"] + ":/usr/sbin"}
        yield beside(bench, capture, f"{name}, {what}",
                     lambda words=words, path=path: bench.workshop.run(words, plugin=False, extra=path),
                     limit=1 if name == "argus" else None)
    for title, use in (("`-z endpoints,ip` without the plugin", ENDPOINTS),
                       ("a Lua script that counts SYNs by port and source", LUA)):
        yield beside(bench, capture, title, lambda use=use: bench.tshark(use, capture))


def others(bench):
    """Other programs that watch lines. Suricata has no table of scanners: it writes a record for each
    flow, and the sum is still to be made. So do the meters of flows."""
    capture = bench.capture("mix", bench.sizes.telescope)
    yield from programs(bench, capture)
    for name in ("zeek", "snort"):
        why = "not installed" if is_in_debian(name) else "not among this Debian's packages"
        yield Row(f"Time: {name} / the statistic", None, note=why)
    title = "Suricata writing its flows as JSON"
    if not bench.suricata:
        yield Row(f"Time: {title} / the statistic", None, note="not there: get_suricata.sh fetches it, --suricata names the folder")
        return
    log = bench.workshop.add_folder("suricata")
    libraries = ":".join(str(path.parent) for path in bench.suricata.glob("usr/lib/*/libhtp.so.2"))
    settings = bench.suricata / "etc/suricata"
    command = [bench.suricata / "usr/bin/suricata", "-c", bench.workshop.add(HERE / "suricata.yaml"),
               "--set", f"classification-file={settings / 'classification.config'}",
               "--set", f"reference-config-file={settings / 'reference.config'}",
               "-S", "/dev/null", "-k", "none", "-l", log, "-r", capture]
    def run():
        (log / "eve.json").unlink(missing_ok=True)
        return bench.workshop.run(command, plugin=False, extra={"LD_LIBRARY_PATH": libraries})
    row = beside(bench, capture, title, run)
    with open(log / "eve.json", "rb") as file:
        flows = sum(b'"event_type":"flow"' in record for record in file)
    yield replace(row, note=f"{row.note}; {count(flows)} flows, the engine has"
                  f" {count(bench.engine('memory', capture)['flows'])}; no rules, no application layer")
