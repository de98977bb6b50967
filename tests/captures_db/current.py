#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes ClickHouse's tables and views on a server of today, and compares what they say with SQLite's.

    python3 tests/captures_db/current.py [--chdb FOLDER] [--build FOLDER]

Debian 12's server, which the tests run on, is of 2018. Today's is npm's chdb, of half a gigabyte: it is installed into a
temporary folder, unless one is named where "npm install chdb" has been run. It is one server without a cluster, so what
is Distributed on a cluster is a Merge of the local table here.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
LOADER = TESTS.parent / "stats" / "captures"
sys.path[:0] = [str(TESTS / "bench"), str(LOADER)]

import kinds
from capture import Judged
from clickhouse.text import chunks
from clickhouse.views import VIEWS, statements
from measure import Workshop
from rows import Rows
from sqlite.store import Store

LOAD, DIGEST = 1, "0" * 64
# Runs statements, then asks: {statements, questions: {name: query}} -> {name: rows}
PROGRAM = """
const { Session } = require("chdb");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const session = new Session();
for (const statement of asked.statements) session.query(statement);
const answers = {};
for (const [name, query] of Object.entries(asked.questions))
    answers[name] = session.query(query, "JSONCompactEachRow").split("\\n").filter(Boolean).map((line) => JSON.parse(line));
console.log(JSON.stringify(answers));
"""


class Made:
    """A capture that no file has."""
    name, files = "made", {DIGEST: None}

    def digest(self):
        return DIGEST

    def digests(self):
        return set(self.files)


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


def judge(workshop):
    """What tshark finds in a capture that has every kind of scan."""
    capture = kinds.write(workshop.folder / "made.pcap")
    rows = workshop.home / "rows.csv"
    workshop.run(["tshark", "-n", "-q", "-r", capture, "-z", f"scannoise,flows,{rows}"])
    said = subprocess.run(["capinfos", "-T", "-r", "-M", "-c", capture], check=True, capture_output=True, text=True).stdout
    return Judged(rows, int(said.split()[1]), 0, kinds.START * 10**6, (kinds.START + kinds.HOURS_30) * 10**6)


def differing(workshop, chdb):
    """The views that say something else than SQLite's."""
    judged = judge(workshop)
    store = Store(workshop.folder / "noise.db")
    store.add(Made(), judged, "default", "made", lambda _: [], lambda _: None)
    asked = {"statements": [*schema(), *load(workshop.folder, judged)], "questions": {
        **{name: f"SELECT * FROM scannoise.{name} SETTINGS output_format_json_quote_64bit_integers = 0" for name in VIEWS},
        "": "SELECT version()"}}
    done = subprocess.run(["node", "-e", PROGRAM], input=json.dumps(asked), capture_output=True, text=True,
                          env={**os.environ, "NODE_PATH": str(chdb / "node_modules")}, check=False)
    if done.returncode != 0:
        raise SystemExit(f"chdb: {done.stderr}")
    answers = json.loads(done.stdout)
    print(f"ClickHouse {answers.pop('')[0][0]}, {len(answers)} views,"
          f" {sum(map(len, answers.values()))} rows")
    mine = {name: [list(row.values()) for row in rows] for name, rows in store.views(VIEWS, "default").items()}
    store.close()
    return [name for name in VIEWS if mine[name] != answers[name]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chdb", type=Path, metavar="FOLDER", help="where npm has installed chdb")
    parser.add_argument("--build", type=Path, default=TESTS.parent / "build")
    options = parser.parse_args()
    with Workshop(options.build) as workshop:
        chdb = options.chdb or workshop.folder
        if not options.chdb:
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", chdb, "chdb"], check=True)
        different = differing(workshop, chdb.resolve())
    for name in different:
        print(f"{name}: not as in SQLite")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
