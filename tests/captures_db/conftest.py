# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of this folder: two ClickHouse servers, the loader, and the telescope's capture in one file and in
eight."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone

import pytest

from material import NO_VIEWS, PARTS, TELESCOPE_PACKETS, TESTS, VIEWS, split
from servers import HOST, Cluster, wait_until

LOADER = TESTS.parent / "stats" / "captures"
LOAD_TIMEOUT_S = 150


def module(path):
    """A module of another folder of tests, whose names may be taken here."""
    spec = importlib.util.spec_from_file_location(f"of_{path.parent.name}_{path.stem}", path)
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


table = module(TESTS / "wireshark" / "table.py")


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


class Store:
    """The cluster's tables, empty at first, and the loader."""

    def __init__(self, cluster, loader, programs, account):
        self.cluster, self.loader, self.programs, self.account = cluster, loader, programs, account
        self.scratch = programs.workdir / "scratch"
        self.scratch.mkdir()
        account.own(self.scratch)

    def start(self, *arguments, port=None, path=None, **keywords):
        """Starts the loader.
        @param path a folder whose programs are used before the system's"""
        home = self.programs.with_plugin
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       "WIRESHARK_PLUGIN_DIR": str(home / "no-global-plugins")}
        if path:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        command = [sys.executable, self.loader / "load.py", "--host", HOST,
                   "--port", port or self.cluster.servers[0].port, "--scratch", self.scratch, *arguments]
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, env=environment,
                                cwd=self.programs.workdir, text=True,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords},
                                **self.account.credentials)

    def load(self, *arguments, **keywords):
        """Runs the loader to its end: (exit status, standard output, standard error without progress, of which a
        slow machine sees more)."""
        process = self.start(*arguments, **keywords)
        said, complaint = process.communicate(timeout=LOAD_TIMEOUT_S)
        return process.returncode, said, re.sub(r"^\d+ of \d+ captures: .*\n", "", complaint, flags=re.MULTILINE)

    def load_all(self, *arguments):
        status, said, complaint = self.load(*arguments)
        assert (status, complaint) == (0, ""), said + complaint
        return said

    def table(self, titles, long=False, server=0):
        """The views of these sections as tshark writes them.
        @param long the capture is longer than a day, so times have a date"""
        return table.Table({title: self._section(VIEWS[title], long, server) for title in titles})

    def _section(self, view, long, server):
        rows = self.cluster.ask("SELECT rank, item, packets, share, scanners, ports, targets, toUnixTimestamp(first),"
                                f" toUnixTimestamp(last) FROM scannoise.{view} ORDER BY rank", server)
        return [_as_shown(row, "%m-%d %H:%M" if long else "%H:%M:%S") for row in rows]

    def unfinished_rows(self):
        return self.cluster.number("SELECT count() FROM scannoise.flows WHERE load NOT IN"
                                   " (SELECT valid FROM scannoise.loads)")


def _as_shown(cells, time_form):
    rank, item, packets, share, scanners, ports, targets, first, last = (
        None if cell == "\\N" else cell for cell in cells)
    numbers = [None if cell is None else int(cell) for cell in (packets, scanners, ports, targets)]
    times = ["" if cell is None else datetime.fromtimestamp(int(cell), timezone.utc).strftime(time_form)
             for cell in (first, last)]
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
