# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""ClickHouse's tables and views on a server of today: they say what SQLite's say. Debian 12's server, which the other
tests run on, is of 2018.

It is npm's chdb, in the folder SCANNOISE_CHDB, where chdb/get.sh has put it: one server without a cluster, so what is
Distributed on a cluster is a Merge of the local table here.
"""
import json
import os
import re
import subprocess
import sys

import pytest

import kinds
from made import Made
from material import TESTS

LOADER = TESTS.parent / "stats" / "captures"
sys.path.append(str(LOADER))
from capture import Judged                      # noqa: E402  (found by the line above)
from clickhouse.store import COUNTED, WAYS      # noqa: E402
from clickhouse.text import chunks              # noqa: E402
from clickhouse.views import VIEWS, statements  # noqa: E402
from rows import Rows                           # noqa: E402
from sqlite.store import Store                  # noqa: E402

LOAD, DIGEST, TIMEOUT_S = 1, Made().digest(), 300
# Runs statements, then asks: {statements, questions: {name: query}} -> {name: rows}
PROGRAM = """
const { Session } = require("chdb");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const session = new Session(asked.folder);
for (const statement of asked.statements) session.query(statement);
const answers = {};
for (const [name, query] of Object.entries(asked.questions))
    answers[name] = session.query(query, "JSONCompactEachRow").split("\\n").filter(Boolean).map((line) => JSON.parse(line));
console.log(JSON.stringify(answers));
"""


@pytest.fixture
def ask(workdir, impossible):
    """ask(statements, questions) -> {name of a question: its rows}"""
    chdb = os.environ.get("SCANNOISE_CHDB") or impossible("no SCANNOISE_CHDB, which tests/run.sh sets with CI=true")

    def run(statements, questions):
        asked = {"folder": str(workdir / "chdb"), "statements": statements, "questions": questions}
        done = subprocess.run(["node", "-e", PROGRAM], input=json.dumps(asked), capture_output=True, text=True,
                              timeout=TIMEOUT_S, env={**os.environ, "NODE_PATH": f"{chdb}/node_modules"}, check=False)
        assert done.returncode == 0, f"chdb in {chdb}: {done.stderr}"
        return json.loads(done.stdout)
    return run


@pytest.fixture
def judged(every_kind, label_file, tshark, workdir):
    """What tshark finds in a capture that has every kind of scan."""
    rows = workdir / "rows.csv"
    tshark("-q", "-r", every_kind, "-z", f"scannoise,flows,{rows}", prefs={"scannoise.labels": label_file})
    said = subprocess.run(["capinfos", "-T", "-r", "-M", "-c", every_kind], check=True, capture_output=True, text=True)
    return Judged(rows, int(said.stdout.split()[1]), 0, kinds.START * 10**6, (kinds.START + kinds.HOURS_30) * 10**6)


def schema():
    """The statements that make tables and views, without a cluster."""
    folder = LOADER / "clickhouse"
    text = "".join(re.sub(r"--.*", "", (folder / name).read_text()) for name in ("tables.sql", "views.sql")) + statements()
    text = re.sub(r"Distributed\(scannoise, scannoise, (\w+)[^;]*\);", r"Merge(scannoise, '^\1$');", text)
    text = text.replace("TO scannoise.flows AS", "TO scannoise.flows_local AS")
    return [statement for statement in text.split(";") if statement.strip()]


def load(folder, judged):
    """The statements that load the rows."""
    rows = folder / "rows.tsv"
    rows.write_bytes(b"".join(text for _, text in chunks(Rows(judged.rows), LOAD, "default")))
    columns = ["load", "row", "line", *(f"csv_{name}" for name in Rows.COLUMNS)]
    structure = ", ".join(f"{name} String" for name in columns)
    return [f"INSERT INTO scannoise.intake ({', '.join(columns)}) SELECT * FROM file('{rows}', 'TabSeparated', '{structure}')",
            "INSERT INTO scannoise.captures_local (capture, load, line, judgement, loaded_us, name, packets, first_us, last_us)"
            f" VALUES ('{DIGEST}', {LOAD}, 'default', 'made', 1, 'made', {judged.packets}, {judged.first_us}, {judged.last_us})"]


def sqlite_views(path, judged):
    """{view: rows}"""
    store = Store(path)
    store.add(Made(), judged, "default", "made", lambda _: [], lambda _: None)
    found = store.views(VIEWS, "default")
    store.close()
    return {name: [list(row.values()) for row in rows] for name, rows in found.items()}


def test_each_view_says_what_sqlites_says(ask, judged, workdir):
    answers = ask([*schema(), *load(workdir, judged)], {
        **{name: f"SELECT * FROM scannoise.{name} SETTINGS output_format_json_quote_64bit_integers = 0" for name in VIEWS},
        "counted": COUNTED.format(files=f"'{DIGEST}'"), "ways": WAYS, "version": "SELECT version()"})
    [[version]] = answers.pop("version")
    assert int(version.partition(".")[0]) >= 26
    assert (answers.pop("counted"), answers.pop("ways")) == ([[DIGEST, DIGEST, "made", "default"]], [])
    wanted = sqlite_views(workdir / "noise.db", judged)
    assert wanted["organisations"] and wanted["scanners"]
    for name in VIEWS:
        assert answers[name] == wanted[name], f"{name} on {version}"
