# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of this folder: two ClickHouse servers, the loader, and the telescope's capture in one file and in
eight."""
import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime

import pytest

import kinds
from material import NO_VIEWS, PARTS, TELESCOPE_PACKETS, TESTS, VIEWS, split
from servers import HOST, Cluster, wait_until

LOADER = TESTS.parent / "stats" / "captures"
sys.path.append(str(LOADER))
from sections import COLUMNS     # noqa: E402  (found by the line above)

LOAD_TIMEOUT_S = 150


def module(path):
    """A module of another folder of tests, whose names may be taken here."""
    spec = importlib.util.spec_from_file_location(f"of_{path.parent.name}_{path.stem}", path)
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


table = module(TESTS / "wireshark" / "table.py")
browser = module(TESTS / "report" / "conftest.py")
driver, opened = browser.driver, browser.opened         # its fixtures


@pytest.fixture(scope="session")
def cluster(account, session_dir):
    folder = session_dir / "cluster"
    folder.mkdir()
    cluster = Cluster(folder, account.own, account.credentials)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def loader_folder(session_dir):
    """The loader, where the test user can read it."""
    return shutil.copytree(LOADER, session_dir / "loader", ignore=shutil.ignore_patterns("__pycache__"))


class Loading:
    """A database and its loader.
    @param place the loader's arguments that say where the database is"""

    def __init__(self, loader, programs, account, *place):
        self.loader, self.programs, self.account, self.place = loader, programs, account, place
        self.scratch = programs.workdir / "scratch"
        if not self.scratch.exists():
            self.scratch.mkdir()
            account.own(self.scratch)

    def start(self, *arguments, place=None, path=None, **keywords):
        """Starts the loader.
        @param place in place of its own
        @param path a folder whose programs are used before the system's"""
        home = self.programs.with_plugin
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       "WIRESHARK_PLUGIN_DIR": str(home / "no-global-plugins")}
        if path:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        command = [sys.executable, self.loader / "load.py", "--scratch", self.scratch, *(place or self.place), *arguments]
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, env=environment,
                                cwd=self.programs.workdir, text=True,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords},
                                **self.account.credentials)

    def load(self, *arguments, **keywords):
        """Runs the loader to its end: (exit status, standard output, standard error)."""
        process = self.start(*arguments, **keywords)
        said, complaint = process.communicate(timeout=LOAD_TIMEOUT_S)
        return process.returncode, said, complaint

    def load_all(self, *arguments):
        status, said, complaint = self.load(*arguments)
        assert (status, complaint) == (0, ""), said + complaint
        return said

    def table(self, titles, long=False, line="default", **where):
        """The views of these sections as tshark writes them.
        @param long the capture is longer than a day, so times have a date"""
        form = "%m-%d %H:%M" if long else "%H:%M:%S"
        return table.Table({title: [_as_shown(row, form) for row in self.view(VIEWS[title], line, **where)]
                            for title in titles})


class Store(Loading):
    """The cluster's tables, and the loader."""

    def __init__(self, cluster, *arguments):
        super().__init__(*arguments, "--apart", "--host", HOST, "--port", cluster.servers[0].port)
        self.cluster = cluster

    def view(self, view, line, server=0):
        """Its rows of a line, in order; the columns of all sections."""
        return [[None if cell == "\\N" else cell for cell in row] for row in self.cluster.ask(
            f"SELECT {', '.join(COLUMNS)} FROM scannoise.{view} WHERE line = '{line}' ORDER BY rank", server)]

    def all_of(self, view):
        """All that it has, as it comes: numbers as the server's text has them."""
        return [[None if cell == "\\N" else cell for cell in row] for row in
                self.cluster.ask(f"SELECT * FROM scannoise.{view}")]

    def columns(self, view):
        return [row[0] for row in self.cluster.ask(f"DESCRIBE TABLE scannoise.{view}")]

    def unfinished_rows(self):
        return self.cluster.number("SELECT count() FROM scannoise.flows WHERE load NOT IN"
                                   " (SELECT valid FROM scannoise.loads)")


class File(Loading):
    """An SQLite file, and the loader."""

    def __init__(self, path, *arguments):
        super().__init__(*arguments, path)
        self.path = path

    def ask(self, query, *values):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def number(self, query, *values):
        return self.ask(query, *values)[0][0]

    def view(self, view, line):
        return self.ask(f"SELECT {', '.join(COLUMNS)} FROM {view} WHERE line = ? ORDER BY rank", line)

    def all_of(self, view):
        return self.ask(f"SELECT * FROM {view}")

    def columns(self, view):
        return [row[0] for row in self.ask(f"SELECT name FROM pragma_table_info('{view}')")]


def _as_shown(cells, time_form):
    _, rank, item, packets, share, scanners, ports, targets, first, last = cells
    numbers = [None if cell is None else int(cell) for cell in (packets, scanners, ports, targets)]
    times = ["" if cell is None else datetime.fromisoformat(cell).strftime(time_form) for cell in (first, last)]
    return table.Row(int(rank), item, numbers[0], "" if share is None else f"{float(share):.2f}", *numbers[1:], *times)


@pytest.fixture
def store(cluster, loader_folder, programs, account):
    # Not TRUNCATE: what it removes is there again when the server is killed soon after.
    for server in (0, 1):
        cluster.ask("DROP DATABASE IF EXISTS scannoise", server)
    store = Store(cluster, loader_folder, programs, account)
    store.load_all("--setup")
    return store


@pytest.fixture
def database(loader_folder, programs, account):
    """No file yet, and the loader."""
    return File(programs.workdir / "noise.db", loader_folder, programs, account)


@pytest.fixture
def packed():
    """packed(report, name) -> what it carries, as text."""
    return module(TESTS / "report" / "packed.py").packed


@pytest.fixture
def tshark_table(tshark):
    """tshark_table(capture, **prefs) -> of the table of -z scannoise,stat all that views can have."""
    def run(capture, **prefs):
        prefs = {"scannoise.rows": 0, **{f"scannoise.{name}": value for name, value in prefs.items()}}
        said = table.parse(tshark("-q", "-r", capture, "-z", "scannoise,stat", prefs=prefs).stdout)
        return table.Table({title: rows for title, rows in said.items() if title not in NO_VIEWS})
    return run


@pytest.fixture(scope="session")
def telescope(session_dir):
    """(the telescope's capture, a folder with the same in eight files)."""
    capture, parts = session_dir / "telescope.pcap", session_dir / "telescope-parts"
    module(TESTS / "bench" / "generate.py").write(capture, "mix", TELESCOPE_PACKETS)
    split(capture, parts, TELESCOPE_PACKETS // PARTS)
    assert len(list(parts.iterdir())) == PARTS
    return capture, parts


@pytest.fixture(scope="session")
def every_kind(session_dir):
    """The capture, of thirty hours."""
    return kinds.write(session_dir / "every-kind.pcap")


@pytest.fixture(scope="session")
def label_file(session_dir):
    """Organisations with names that every format has its trouble with."""
    file = session_dir / "labels.csv"
    file.write_text('192.0.2.0/29,"A ""quoted"" name, Ltd."\n192.0.2.8/30,\'single\'\n192.0.2.12/31,back\\slash\\n\n'
                    "192.0.2.14/31,=1+1;-2;'x\n"       # a formula to a spreadsheet, but for what CSV puts before it
                    "2001:db8::/64,Zwölf\n")
    file.chmod(0o644)
    return file


# The client, which at the fourth capture sends part of the rows, says so, and waits for a word to go on.
HALFWAY = r"""#!/bin/sh
real=$(PATH=${PATH#*:} command -v clickhouse-client)
case "$*" in *'INSERT INTO scannoise.intake'*) echo x >>'FOLDER/inserts' ;; *) exec "$real" "$@" ;; esac
[ "$(wc -l <'FOLDER/inserts')" -eq 4 ] || exec "$real" "$@"
sed -u 2000q | "$real" "$@" || exit
: >'FOLDER/reached'
read -r word <'FOLDER/go'
exec "$real" "$@"
"""


class Halfway:
    """A folder with a clickhouse-client that stops half-way, for Store.start(path=...)."""

    def __init__(self, folder):
        self.folder = folder
        client = folder / "clickhouse-client"
        client.write_text(HALFWAY.replace("FOLDER", str(folder)))
        client.chmod(0o755)
        os.mkfifo(folder / "go")

    def wait(self, loader):
        def reached():
            assert loader.poll() is None, loader.communicate()
            return (self.folder / "reached").exists()
        wait_until(reached, "the loader to be half-way")

    def go_on(self):
        (self.folder / "go").write_text("go\n")


@pytest.fixture
def halfway(account, workdir):
    folder = workdir / "halfway"
    folder.mkdir()
    return Halfway(account.own(folder))
