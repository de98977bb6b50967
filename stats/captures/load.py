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
from pathlib import Path

sys.dont_write_bytecode = True
from clickhouse.server import CLUSTER, Server, ServerProblem
from clickhouse.tables import Tables
from find import find
from rows import Rows
from shown import shown
from tshark import CaptureProblem, TsharkProblem, try_out

HERE = Path(__file__).resolve().parent / "clickhouse"
SCRATCH = "scannoise-load-"
REFUSALS = 3                            # captures in a row that servers refuse: then it's not the captures
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
    left: int = 0                       # files that are no captures, and don't count as such
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
        text += f"; {self.rows} rows in {seconds:.0f} s, {self.rows / seconds:.0f} rows/s"
        return text + (f"; {self.left} files left out" if self.left else "")


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

    def say(self, text):
        with self.lock:
            start = "\r\033[K" if self.terminal else ""
            print(f"{start}{text}", file=sys.stderr, flush=True)

    def complain(self, text):
        self.say(f"error: {text}")

    def clear(self):
        with self.lock:
            if self.terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)


class Loader:
    """Loads captures with several threads, each busy with one capture and its own tshark."""

    def __init__(self, server, options, scratch):
        self.server, self.options, self.scratch = server, options, scratch
        self.preferences = [word for option in options.o for word in ("-o", option)]
        self.tables = Tables(server)
        captures, self.troubles = find(options.captures, options.together)
        self.waiting = iter(captures)
        self.progress = Progress(len(captures))
        self.screen = Screen()
        self.lock = threading.Lock()
        self.marking, self.trial = threading.Lock(), threading.Lock()
        self.tried = False              # tshark can judge a capture, with these options
        self.refused = 0                # captures in a row
        self.stop = threading.Event()   # a problem that concerns all captures

    def run(self):
        """@return True when all captures are loaded"""
        for trouble in self.troubles:
            self.screen.complain(trouble)
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
        return done == self.progress.captures and not self.troubles

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
            except ServerProblem as problem:
                self._give_up(problem, f"{capture.name}: ")
            except TsharkProblem as problem:
                self._give_up(problem)
            except OSError as error:    # no room for the rows, no such program
                self._give_up(f"{shown(error.filename or folder)}: {error.strerror}")

    def _give_up(self, problem, where=""):
        """Complains once, although all threads may run into the same."""
        self.progress.add(failed=1)
        with self.lock:
            if self.stop.is_set():
                return
            self.stop.set()
        if isinstance(problem, ServerProblem):
            problem = self._who_is_away() or problem
        self.screen.complain(f"{where}{problem}")

    def _who_is_away(self):
        """A server that lost another says little of it, so ask each."""
        for server in [self.server, *(Server(host, port, self.server.config) for *_, host, port in self.tables.shards)]:
            try:
                server.number("SELECT 1")
            except ServerProblem as problem:
                return problem
        return None

    def _load(self, capture, folder):
        for path, why in capture.identify():
            self._leave(path, why)
        counted = self.tables.counted(capture.digests())
        for path, why in capture.sift(set().union(*counted.values()), folder):
            self._leave(path, why)
        if not capture.files:
            self.progress.add(captures=-1)
            return
        if self._is_known(capture, counted):
            self.progress.add(known=1)
            return
        self._try_out(folder)
        judged = capture.judge(folder, self.preferences)
        rows = Rows(judged.rows)
        load = self.tables.number_of(capture.digest(), rows.digest())
        count = self._insert(rows, load)
        self._mark(capture, load, count, judged)
        judged.rows.unlink()
        self.progress.add(loaded=1)
        self.refused = 0

    def _mark(self, capture, load, count, judged):
        if not self.options.together:
            self.tables.mark(capture, load, count, judged, [])
            return
        with self.marking:              # of two captures that share a file, one comes first
            replaced = self._replaced(capture, self.tables.counted(capture.digests()))
            self.tables.mark(capture, load, count, judged, replaced)
        self._say_replaced(capture, replaced)

    def _leave(self, path, why):
        self.progress.add(left=1)
        self.screen.say(f"left out: {path}: {why}")

    def _try_out(self, folder):
        """Once, and not before there is something to judge."""
        with self.trial:
            if self.tried:
                return
            for line in try_out(folder, self.preferences):
                self.screen.say(f"warning: tshark: {line}")
            self.tried = True

    def _is_known(self, capture, counted):
        """Whether all of it counts already.
        @param counted what the files belong to, as tables.counted() says"""
        if self.options.again or not any(capture.digests() <= files for files in counted.values()):
            self._replaced(capture, counted)
            return False
        if capture.digest() in counted: # a loader that was killed may not have come to this
            replaced = self._replaced(capture, counted)
            self.tables.withdraw(replaced)
            self._say_replaced(capture, replaced)
        return True

    @staticmethod
    def _replaced(capture, counted):
        """The captures whose place this one takes, as all their files are among its own."""
        others = {other: files for other, files in counted.items() if other != capture.digest()}
        for files in others.values():
            if not files <= capture.digests():
                raise CaptureProblem(f"{len(files & capture.digests())} of its {len(capture.digests())} files count"
                                     f" already, together with {len(files - capture.digests())} others: a packet"
                                     " would count twice")
        return list(others)

    def _say_replaced(self, capture, replaced):
        if replaced:
            self.screen.say(f"note: {capture.name}: replaces what was loaded of these files before (captures:"
                            f" {len(replaced)})")

    def _insert(self, rows, load):
        try:
            return self.tables.insert(rows, load, lambda number: self.progress.add(rows=number))
        except ServerProblem as problem:
            with self.lock:
                self.refused += 1
                refused = self.refused
            if refused >= REFUSALS or self._who_is_away():
                raise
            raise CaptureProblem(problem) from None


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


class Scratch:
    """A folder for tshark's output. It goes at the end; that of a loader that was killed, when another begins."""

    def __init__(self, parent):
        self.parent = Path(parent)

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
    options.scratch = os.path.abspath(options.scratch or tempfile.gettempdir())
    if "," in options.scratch:
        parser.error(f"--scratch: {shown(options.scratch)}: tshark takes what follows a comma for a filter")
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
            return 0 if Loader(server, options, folder).run() else 1
    except ServerProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"error: {shown(error.filename)}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped: run the same again to load what is missing", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
