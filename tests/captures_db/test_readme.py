# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command and every query of the page about many captures is run."""
import json
import re
import shutil
import subprocess

import pytest

from material import TESTS

PAGE = (TESTS.parent / "stats" / "captures" / "README.md").read_text()
FRONT = (TESTS.parent / "README.md").read_text()
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SHELL = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(workdir, loader_folder, telescope, account):
    """Where the user of the page is: in a checkout, with captures."""
    (workdir / "stats").mkdir()
    (workdir / "stats" / "captures").symlink_to(loader_folder)
    shutil.copytree(telescope[1], workdir / "captures")
    return workdir


def test_the_commands(folder, programs):
    assert len(SHELL) == 2 and SHELL[0] in FRONT
    for block in SHELL:
        done = programs.run(["sh", "-e", "-c", block])
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        assert "tcp/" in done.stdout or "captures removed" in done.stdout


def test_the_queries(database, store, telescope):
    assert len(QUERIES) > 8
    database.load_all(telescope[0])
    store.load_all(telescope[0])
    port = str(store.cluster.servers[0].port)
    for query in QUERIES:
        rows = database.ask(query)
        assert rows, query
        said = subprocess.run(["clickhouse-client", "--host", "127.0.0.1", "--port", port, "--database", "scannoise",
                               "--query", query], capture_output=True, text=True, check=True, timeout=60).stdout
        assert len(said.splitlines()) == len(rows), query


def test_every_view_has_a_line_and_a_query(database, telescope):
    """And the page names no view that is not there."""
    named = set(re.findall(r"`(\w+)`", PAGE.partition("| view |")[2].partition("\n\n")[0]))
    database.load_all(telescope[0])
    there = {name for name, in database.ask("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert named - {"noise", "captures"} <= there and {"noise", "captures"} <= there
    assert {name for name in named if "line" not in database.columns(name)} == set()


def dashboard(name):
    """{title of a panel: its query}"""
    board = json.loads((TESTS.parent / "stats" / "captures" / "grafana" / f"{name}.json").read_text())
    return {panel["title"]: target.get("rawSql") or target["queryText"]
            for panel in board["panels"] for target in panel["targets"]}


def test_the_dashboards(database, store, telescope):
    """Their queries are all that can be tried without Grafana: both databases give the same rows."""
    database.load_all(telescope[0])
    store.load_all(telescope[0])
    mine, others = dashboard("sqlite"), dashboard("clickhouse")
    assert list(mine) == list(others)
    for title, query in mine.items():
        rows = database.ask(query)
        assert rows and len(rows) == len(store.cluster.ask(others[title])), title
        if query.startswith("SELECT CAST(strftime"):
            assert rows[0][0] == int(store.cluster.ask(f"SELECT toUnixTimestamp(time) FROM ({others[title]})")[0][0])
