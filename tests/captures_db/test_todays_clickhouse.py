# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""ClickHouse's tables and views on a server of today: they say what SQLite's say. Debian 12's server, which the other
tests run on, is of 2018.

It is npm's chdb, in the folder SCANNOISE_CHDB, where chdb/get.sh has put it: one server without a cluster, so what is
Distributed on a cluster is a Merge of the local table here.
"""
import csv
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
from clickhouse.dialect import HAS_TYPES, for_debian_12     # noqa: E402
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


def schema(spoken):
    """The statements that make tables and views, without a cluster.
    @param spoken of what the files have, what a server is told"""
    folder = LOADER / "clickhouse"
    text = spoken("".join((folder / name).read_text() for name in ("tables.sql", "views.sql"))) + statements()
    text = re.sub(r"Distributed\(scannoise, scannoise, (\w+)[^;]*\);", r"Merge(scannoise, '^\1$');", re.sub(r"--.*", "", text))
    text = text.replace("TO scannoise.flows AS", "TO scannoise.flows_local AS")
    return [statement for statement in text.split(";") if statement.strip()]


def load(folder, judged):
    """The statements that load the rows."""
    rows = folder / "rows.tsv"
    rows.write_bytes(b"".join(text for _, text in chunks(Rows(judged.rows), LOAD, "default")))
    columns = ["load", "row", "line", *(f"csv_{name}" for name in Rows.COLUMNS)]
    structure = ", ".join(f"{name} String" for name in columns)
    return [f"INSERT INTO scannoise.intake ({', '.join(columns)}) SELECT * FROM file('{rows}', 'TabSeparated', '{structure}')",
            load_of(judged.packets, judged.first_us, judged.last_us)]


def load_of(packets, first_us=0, last_us=0):
    return ("INSERT INTO scannoise.captures_local (capture, load, line, judgement, loaded_us, name, packets, first_us, last_us)"
            f" VALUES ('{DIGEST}', {LOAD}, 'default', 'made', 1, 'made', {packets}, {first_us}, {last_us})")


def sqlite_views(path, judged):
    """{view: rows}"""
    store = Store(path)
    store.add(Made(), judged, "default", "made", lambda _: [], lambda _: None)
    found = store.views(VIEWS, "default")
    store.close()
    return {name: [list(row.values()) for row in rows] for name, rows in found.items()}


@pytest.mark.parametrize("spoken", (str, for_debian_12))
def test_each_view_says_what_sqlites_says(ask, judged, workdir, spoken):
    """In the tables of today, and in those that a cluster of 18.16 has when its servers are renewed."""
    answers = ask([*schema(spoken), *load(workdir, judged)], {
        **{name: f"SELECT * FROM scannoise.{name} SETTINGS output_format_json_quote_64bit_integers = 0" for name in VIEWS},
        "counted": COUNTED.format(files=f"'{DIGEST}'"), "ways": WAYS, "version": "SELECT version()", "has types": HAS_TYPES,
        "times": "SELECT toString(min(first_us)), toString(max(last_us)) FROM scannoise.noise"})
    [[version]] = answers.pop("version")
    assert int(version.partition(".")[0]) >= 26 and int(answers.pop("has types")[0][0]) == 1
    assert (answers.pop("counted"), answers.pop("ways")) == ([[DIGEST, DIGEST, "made", "default"]], [])
    cells = list(csv.DictReader(judged.rows.read_text().splitlines()))
    assert answers.pop("times") == [[micros(min(row["first"] for row in cells)), micros(max(row["last"] for row in cells))]]
    wanted = sqlite_views(workdir / "noise.db", judged)
    assert wanted["organisations"] and wanted["scanners"]
    for name in VIEWS:
        assert answers[name] == wanted[name], f"{name} on {version}"


def micros(time):
    return time.replace(".", "")


def test_columns_are_of_their_own_types(ask):
    types = dict(ask(schema(str), {"types": "SELECT name, type FROM system.columns"
                                            " WHERE database = 'scannoise' AND table = 'flows_local'"})["types"])
    assert {types["source_ip"], types["target_ip"]} == {"IPv6"}
    assert types["began"] == "DateTime64(6, 'UTC')"
    assert {types[name] for name in ("line", "technique", "outcome", "tool", "label", "reason")} == {"LowCardinality(String)"}


def test_who_looks_for_a_scanner_reads_little(ask):
    """Of a million rows those beside its own, as the view passes the condition on to its table."""
    many = ("INSERT INTO scannoise.flows_local (day, load, source_ip, ip_version) SELECT toDate(number % 20), 1,"
            " toIPv6(concat('::ffff:', IPv4NumToString(toUInt32(number * 4096)))), 4 FROM numbers(1000000)")
    found = ask([*schema(str), many, load_of(1)], {
        "plan": "EXPLAIN indexes = 1 SELECT * FROM scannoise.noise WHERE source_ip = toIPv6('10.0.16.0')",
        "rows": "SELECT source FROM scannoise.noise WHERE source_ip = toIPv6('10.0.16.0')"})
    assert found["rows"] == [["10.0.16.0"]]
    read, there = re.findall(r"Granules: (\d+)/(\d+)", "\n".join(line for line, in found["plan"]))[-1]
    assert int(read) <= 2 and int(there) > 100
