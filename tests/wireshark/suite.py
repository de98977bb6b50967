# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture of the suite, and what Wireshark's programs say of each: run once, asked by many tests.

A capture is looked at by four runs of tshark and by one sharkd that opens them all, one after another.
Two things make that quick: the runs of the selected tests start together, in a few threads, and each
result is kept for the session.
"""
import csv
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import builders
import builders_chatter         # noqa: F401  (importing them registers their captures)
import builders_damage          # noqa: F401
import builders_encapsulation   # noqa: F401
import builders_time            # noqa: F401
import builders_verdict         # noqa: F401
from table import RULE, from_sharkd, parse

REPO = Path(__file__).resolve().parents[2]
COMMITTED = REPO / "tests/captures"
# Third-party captures that some developers have; never required.
SHARED = REPO.parent / "shared/captures"
SUFFIXES = (".pcap", ".pcapng", ".pcap.gz")

FIELDS = ("frame.number", "frame.time_epoch", "scannoise.scan", "scannoise.backscatter",
          "scannoise.technique", "scannoise.tool", "scannoise.asked_for", "scannoise.outcome", "scannoise.reason", "scannoise.pattern",
          "scannoise.scanner", "scannoise.scanner6", "scannoise.target", "scannoise.target6",
          "scannoise.port", "scannoise.scanner.probes", "scannoise.scanner.contacts",
          "scannoise.scanner.ports", "scannoise.scanner.targets", "ip.proto", "ipv6.nxt",
          "frame.len")
TABLE = ("-z", "scannoise,stat")
TAPS_BEFORE = ("-z", "io,stat,60", "-z", "conv,ip")
CUT_SHORT = (2, 14)         # tshark's exit status for a damaged file: until 4.4, and since 4.6
TAPS_AFTER = ("-z", "endpoints,ip", "-z", "io,phs")


def _files(folder, label):
    found = sorted(path for path in folder.rglob("*") if path.name.endswith(SUFFIXES))
    return {f"{label}{path.relative_to(folder)}": path for path in found}


def on_disk():
    """Captures that are files already: {name: path}."""
    shared = _files(SHARED, "shared/") if SHARED.is_dir() else {}
    return {**_files(COMMITTED, "captures/"), **shared}


def every_name():
    """Names of all captures: what test_invariants.py runs over."""
    return [*on_disk(), *(scene.name for scene in builders.captures())]


@dataclass
class Judged:
    """One noise frame, as a user reads it from the fields: labels in place of numbers."""
    number: int
    time: Optional[float]       # a capture may have none
    scan: bool
    backscatter: bool
    technique: str
    tool: str
    asked_for: str
    outcome: str
    reason: str
    pattern: str
    scanner: str
    target: str
    port: str
    protocol: str               # number of the innermost IP header's
    totals: tuple               # probes, contacts, ports, targets of the scanner
    length: int                 # bytes on the wire

    def said(self):
        """What a scene's expectation is compared with."""
        if self.scan:
            return {"scan": True, "technique": self.technique, "outcome": self.outcome, "tool": self.tool,
                    "scanner": self.scanner, "target": self.target, "port": self.port}
        return {"backscatter": True} if self.backscatter else {}


class Labels:
    """Names of the values of our fields, from tshark's own list of them."""

    def __init__(self, listing):
        rows = re.findall(r"^V\t(scannoise\.\w+)\t(\w+)\t(.*)$", listing, re.MULTILINE)
        self.names = {(name, str(int(value, 0))): label for name, value, label in rows}

    def of(self, name, value):
        return self.names[f"scannoise.{name}", value] if value else ""


class Suite:
    """Runs programs over captures and keeps the answers."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.pool = ThreadPoolExecutor(os.cpu_count() or 2)
        self.kept = {}
        self.paths = {}
        self.disk = on_disk()
        self.labels = Labels(self._run(["tshark", "-G", "values"]).stdout)

    def path(self, name):
        """The capture's file: a copy for who may not read the checkout, or made now."""
        if name not in self.paths:
            at = self.folder / name.replace("/", "-")
            at.write_bytes(self.disk[name].read_bytes() if name in self.disk
                           else builders.REGISTRY[name].file())
            at.chmod(0o644)
            self.paths[name] = at
        return self.paths[name]

    def open_all(self, names):
        """Starts sharkd; the result() of what this returns is that of sharkd()."""
        for name in names:
            self.path(name)
        return self.pool.submit(self.sharkd, names)

    def prefetch(self, names, kinds):
        for kind in kinds:
            for name in names:
                self._future(kind, name)

    def get(self, kind, name):
        """The answer of one kind of run, such as "plain", for one capture."""
        return self._future(kind, name).result()

    def _future(self, kind, name):
        if (kind, name) not in self.kept:
            self.path(name)             # here, not in a thread: scapy makes it
            self.kept[kind, name] = self.pool.submit(getattr(self, f"_{kind}"), name)
        return self.kept[kind, name]

    def _run(self, command, **keywords):
        done = self.programs.run(command, **keywords)
        cut_short = done.returncode in CUT_SHORT and "cut short" in done.stderr     # tshark's own word on it
        assert done.returncode == 0 or cut_short, f"{command}: {done.returncode} {done.stderr}"
        return done

    def _tshark(self, name, *args, **keywords):
        return self._run(["tshark", "-n", *args, "-r", self.path(name)], **keywords).stdout

    # Each of these is one kind of run.

    def _plain(self, name):
        """One pass, no tree: the table, and as its attribute what the other options say in the same run."""
        file = self.programs.workdir / f'{name.replace("/", "-")}.csv'
        said = self._tshark(name, "-q", *TABLE, "-z", f"scannoise,flows,{file}", "-z", "scannoise,json")
        table = parse(said)
        table.json = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        with open(file, newline="") as lines:
            table.flows = list(csv.DictReader(lines, strict=True))
        return table

    def _two_pass(self, name):
        """Two passes, a display filter and a tree: (table, judged frames)."""
        wanted = [word for name in FIELDS for word in ("-e", name)]
        said = self._tshark(name, "-2", "-Y", "scannoise", "-T", "fields", *wanted, *TABLE)
        frames = said.partition(f"\n{RULE}")[0]
        return parse(said), [self._judged(row) for row in frames.splitlines() if row.strip()]

    def _everything(self, name):
        """One pass with details, colours and other statistics: (table, details)."""
        said = self._tshark(name, "-V", "--color", *TAPS_BEFORE, *TABLE, *TAPS_AFTER)
        return parse(said), said.partition("\n=====")[0]

    def _bare(self, name):
        """The details without our plugin."""
        return self._tshark(name, "-V", plugin=False)

    def sharkd(self, names):
        """One sharkd opens all of them, one after another: {name: (frames, table)}."""
        asked = [request for name in names for request in (
            ("load", {"file": str(self.path(name))}), ("status", {}), ("tap", {"tap0": "nstat:scannoise,stat"}))]
        lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                 for number, (method, params) in enumerate(asked, 1)]
        done = self._run(["sharkd", "-"], stdin="\n".join(lines) + "\n")
        replies = {}
        for text in filter(str.strip, done.stdout.splitlines()):
            reply = json.loads(text)
            assert "result" in reply, (asked[reply["id"] - 1], reply)
            replies[reply["id"]] = reply["result"]
        # The answer to "load" is not looked at: sharkd 4.0 gives none for a file that is cut short,
        # although it has loaded what there is.
        return {name: (replies[3 * n + 2]["frames"], from_sharkd(replies[3 * n + 3]))
                for n, name in enumerate(names)}

    def _judged(self, row):
        value = dict(zip(FIELDS, row.split("\t"), strict=True))
        ours = {name.removeprefix("scannoise."): text for name, text in value.items()}
        named = {key: self.labels.of(key, ours[key]) for key in ("technique", "tool", "asked_for", "outcome", "reason", "pattern")}
        totals = tuple(int(ours[f"scanner.{key}"] or 0) for key in ("probes", "contacts", "ports", "targets"))
        time = value["frame.time_epoch"]
        protocol = f'{value["ip.proto"]},{value["ipv6.nxt"]}'.strip(",").rpartition(",")[2]
        return Judged(number=int(value["frame.number"]), time=float(time) if time else None, protocol=protocol,
                      scan=bool(ours["scan"]), backscatter=bool(ours["backscatter"]), **named,
                      scanner=ours["scanner"] or ours["scanner6"], target=ours["target"] or ours["target6"],
                      port=ours["port"], totals=totals, length=int(value["frame.len"]))

    def said(self, name):
        """What the fields say of each frame of a scene: {} for one that is not noise."""
        judged = {frame.number: frame for frame in self.get("two_pass", name)[1]}
        count = len(builders.REGISTRY[name].wants())
        assert not judged or max(judged) <= count
        return [judged[n].said() if n in judged else {} for n in range(1, count + 1)]
