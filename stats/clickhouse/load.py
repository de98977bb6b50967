#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads what Scan Noise finds in captures into ClickHouse.

    load.py --setup                         makes the tables, on every server of the cluster
    load.py [OPTION...] CAPTURE|FOLDER...   loads captures, those in folders too

Can be stopped at any time, or run into trouble, and be run again with the same captures: it goes on with those
that are not loaded yet. A capture is known by its content and counts once, however often it is loaded. It
counts when all its rows are there, and not before.
"""
import argparse
import fcntl
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path

sys.dont_write_bytecode = True
from capture import Capture, CaptureProblem, Rows, TsharkProblem
from server import CLUSTER, Server, ServerProblem

HERE = Path(__file__).resolve().parent
SCRATCH = "scannoise-load-"
LINE_EVERY_S = {True: 1, False: 30}     # the progress line, on a terminal and elsewhere


@dataclass
class Progress:
    """What has come of the captures so far. Threads write it, each under the lock."""
    captures: int
    begun: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)
    loaded: int = 0
    known: int = 0                      # loaded before
    failed: int = 0
    rows: int = 0

    def add(self, **numbers):
        with self.lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)

    def __str__(self):
        seconds = max(time.monotonic() - self.begun, 0.001)
        done = self.loaded + self.known + self.failed
        text = f"{done} of {self.captures} captures: {self.loaded} loaded"
        for number, what in ((self.known, "loaded before"), (self.failed, "failed")):
            text += f", {number} {what}" if number else ""
        return f"{text}; {self.rows} rows in {seconds:.0f} s, {self.rows / seconds:.0f} rows/s"


class Screen:
    """Standard error: complaints, and on a terminal a progress line that is written over."""

    def __init__(self):
        self.terminal = sys.stderr.isatty()
        self.lock = threading.Lock()

    def progress(self, progress):
        with self.lock:
            if self.terminal:
                print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)
            else:
                print(progress, file=sys.stderr, flush=True)

    def complain(self, text):
        with self.lock:
            start = "\r\033[K" if self.terminal else ""
            print(f"{start}error: {text}", file=sys.stderr, flush=True)

    def clear(self):
        with self.lock:
            if self.terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)


class Loader:
    """Loads captures with several threads, each busy with one capture and its own tshark."""

    def __init__(self, server, options, scratch, captures):
        self.server, self.options, self.scratch = server, options, scratch
        self.shards = server.shards()
        self.settings = []
        # Newer servers refuse a block of more than 100 days; the captures of a quiet line have such blocks.
        if server.has_setting("max_partitions_per_insert_block"):
            self.settings.append("--max_partitions_per_insert_block=0")
        self.waiting = iter(captures)
        self.progress = Progress(len(captures))
        self.screen = Screen()
        self.lock = threading.Lock()
        self.stop = threading.Event()   # a problem that concerns all captures

    def run(self):
        """@return True when all captures are loaded"""
        threads = [threading.Thread(target=self._work, args=(self.scratch / str(number),), daemon=True)
                   for number in range(self.options.jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LINE_EVERY_S[self.screen.terminal])
                if thread.is_alive():
                    self.screen.progress(self.progress)
        self.screen.clear()
        print(self.progress)
        done = self.progress.loaded + self.progress.known
        if done < self.progress.captures:
            print(f"{self.progress.captures - done} not loaded: run the same again to load what is missing")
        return done == self.progress.captures

    def _work(self, folder):
        folder.mkdir()
        while not self.stop.is_set():
            with self.lock:
                capture = next(self.waiting, None)
            if capture is None:
                return
            try:
                self._load(capture, folder)
            except CaptureProblem as problem:
                self.progress.add(failed=1)
                self.screen.complain(f"{capture.name}: {problem}")
            except (ServerProblem, TsharkProblem) as problem:
                self._give_up(capture, problem)
            except OSError as error:    # no room for the rows, no such program
                self._give_up(capture, f"{error.filename or folder}: {error.strerror}")

    def _give_up(self, capture, problem):
        """Complains once, although all threads may run into the same."""
        self.progress.add(failed=1)
        with self.lock:
            if self.stop.is_set():
                return
            self.stop.set()
        if isinstance(problem, ServerProblem):
            problem = self._who_is_away() or problem
        self.screen.complain(f"{capture.name}: {problem}")

    def _who_is_away(self):
        """A server that lost another says little of it, so ask each."""
        for server in [self.server, *(Server(host, port, self.server.config) for *_, host, port in self.shards)]:
            try:
                server.number("SELECT 1")
            except ServerProblem as problem:
                return problem
        return None

    def _load(self, capture, folder):
        before = capture.state()
        digest = capture.digest()
        known = {load for (load,) in self.server.ask(
            f"SELECT toString(load) FROM scannoise.captures WHERE capture = '{digest}'")}
        if known and not self.options.again:
            self.progress.add(known=1)
            return
        judged = capture.judge(folder, [word for option in self.options.o for word in ("-o", option)])
        if capture.state() != before:
            raise CaptureProblem("it changed while it was read")
        rows = Rows(judged.rows)
        load = self._number_of(digest, rows.digest())
        count = self._insert(rows, load)
        self._check(load, count)
        self._mark(capture, digest, load, count, judged)
        judged.rows.unlink()
        self.progress.add(loaded=1)

    def _number_of(self, digest, rows_digest):
        """The number of this capture as it was judged. The same rows of the same capture, to be spread over
        the same shards, always get the same: then a row that is sent twice is the same row, and one that
        an earlier, unfinished load left elsewhere is not counted."""
        spread = sorted({(shard, weight) for shard, weight, *_ in self.shards})
        return str(int.from_bytes(sha256(f"{digest} {rows_digest} {spread}".encode()).digest()[:8]))

    def _insert(self, rows, load):
        count = 0

        def sent():
            nonlocal count
            for number, chunk in chain([first], chunks):
                yield chunk
                count += number
                self.progress.add(rows=number)
        chunks = rows.chunks(load)
        first = next(chunks, None)
        if first:                       # clickhouse-client takes no rows for a mistake
            self.server.insert(rows.STATEMENT, sent(), self.settings)
        return count

    def _check(self, load, count):
        there = self.server.number(f"SELECT count() FROM scannoise.flows FINAL WHERE load = {load}")
        if there != count:
            raise ServerProblem(f"server {self.server}: {there} rows are there, not {count}")

    def _mark(self, capture, digest, load, count, judged):
        name = capture.name.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        values = (digest, load, time.time_ns() // 1000, name, count, judged.packets, judged.not_judged,
                  judged.first_us, judged.last_us)
        self.server.insert("INSERT INTO scannoise.captures (capture, load, loaded_us, name, rows, packets, not_judged,"
                           " first_us, last_us) FORMAT TabSeparated", ["\t".join(map(str, values)).encode() + b"\n"])


def set_up(server):
    """Makes the tables and views on every server of the cluster."""
    servers = server.others()
    if not servers:
        raise ServerProblem(f"server {server}: its configuration has no cluster {CLUSTER}")
    for name in ("tables.sql", "views.sql", "sections.sql"):
        for each in servers:
            each.run_file(HERE / name)
    print(f"tables and views are on {', '.join(map(str, servers))}")


def check(server):
    """One clear word when there is nothing to load into."""
    if not server.shards():
        raise ServerProblem(f"server {server}: its configuration has no cluster {CLUSTER}")
    if server.number("SELECT count() FROM system.tables WHERE database = 'scannoise' AND name = 'intake'") == 0:
        raise ServerProblem(f"server {server}: it has no tables of Scan Noise: run load.py --setup")


def captures(paths, together):
    """What to load: each file, those in folders by name. Hidden files are left out.
    @param together the files of a folder are one capture"""
    for path in map(Path, paths):
        if not path.is_dir():
            yield Capture([path])
            continue
        folders = [(Path(at), sorted(name for name in names if not name.startswith(".")))
                   for at, _, names in os.walk(path)]
        for folder, names in sorted(folders):
            if together and names:
                yield Capture([folder / name for name in names])
            elif not together:
                yield from (Capture([folder / name]) for name in names)


class Scratch:
    """A folder for tshark's output. It goes at the end; that of a loader that was killed, when another begins."""

    def __init__(self, parent):
        self.parent = Path(parent or tempfile.gettempdir())

    def __enter__(self):
        for left in self.parent.glob(SCRATCH + "*"):
            self._remove_if_dead(left)
        self.folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=self.parent))
        self.lock = open(self.folder / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        return self.folder

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()

    @staticmethod
    def _remove_if_dead(folder):
        try:
            with open(folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return                      # another loader's, at work or just begun, or another user's
        shutil.rmtree(folder, ignore_errors=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", nargs="*", metavar="CAPTURE|FOLDER")
    parser.add_argument("--setup", action="store_true", help="make the tables, on every server of the cluster")
    parser.add_argument("--host", default="localhost", help="any server of the cluster (localhost)")
    parser.add_argument("--port", type=int, default=9000, help="its port for clickhouse-client (9000)")
    parser.add_argument("--config-file", help="clickhouse-client's configuration: user, password, TLS")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)),
                        help="captures at a time (as many as there are processors)")
    parser.add_argument("-o", action="append", default=[], metavar="NAME:VALUE", help="a preference, as in tshark")
    parser.add_argument("--together", action="store_true",
                        help="judge the files of a folder as one capture: exact where a capture was cut into files")
    parser.add_argument("--again", action="store_true",
                        help="judge captures that are loaded once more; the new rows take the old ones' place")
    parser.add_argument("--scratch", metavar="FOLDER", help="where tshark writes rows (the system's folder for"
                        " temporary files)")
    options = parser.parse_args()
    if not options.setup and not options.captures:
        parser.error("name captures, or folders with captures")
    if options.jobs < 1:
        parser.error("--jobs: at least one")
    return options


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    """@return the exit status: 0 when everything is loaded"""
    options = parse_arguments()
    signal.signal(signal.SIGTERM, interrupt)
    server = Server(options.host, options.port, options.config_file)
    try:
        if options.setup:
            set_up(server)
        if not options.captures:
            return 0
        check(server)
        with Scratch(options.scratch) as folder:
            found = list(captures(options.captures, options.together))
            return 0 if Loader(server, options, folder, found).run() else 1
    except ServerProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped: run the same again to load what is missing", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
