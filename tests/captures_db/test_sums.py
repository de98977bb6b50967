# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the SQLite file keeps beside its rows: right over several loads, and read in place of the rows."""
import sys

import pytest

from made import HEADER, Made
from material import TESTS

sys.path.append(str(TESTS.parent / "stats" / "captures"))
from capture import Judged          # noqa: E402  (found by the line above)
from sqlite.store import Store      # noqa: E402

HOUR_S, MANY = 3600, 5000


@pytest.fixture
def store(workdir):
    store = Store(workdir / "noise.db")
    yield store
    store.close()


@pytest.fixture
def load(store, workdir):
    """load(number, (target, port)...) -> the capture's digest: one scanner's probes, at so many seconds"""
    def run(number, *probes, line="default", at=0, source="192.0.2.1"):
        rows, us = workdir / "rows.csv", at * 10**6
        rows.write_text(HEADER + "".join(
            f"{at}.000000,{at}.000000,4,{source},{target},tcp,{port},TCP SYN,unanswered,,1,60,,scan,stranger\n"
            for target, port in probes))
        store.add(Made(number), Judged(rows, len(probes), 0, us, us), line, "made", lambda _: [], lambda _: None)
        return f"{number:064x}"
    return run


ONE, TWO = "198.51.100.1", "198.51.100.2"


@pytest.mark.parametrize("first, second, pattern", (
    ((ONE, 23), (ONE, 23), "single"), ((ONE, 23), (ONE, 24), "vertical"), ((ONE, 23), (TWO, 23), "horizontal"),
    ((ONE, 23), (TWO, 24), "block")))
def test_the_pattern_of_a_scanner_in_two_captures(store, load, first, second, pattern):
    load(1, first)
    gone = load(2, second)
    asked = "SELECT pattern, contacts FROM scanners"
    assert store.reader.execute(asked).fetchall() == [(pattern, len({first, second}))]
    store.withdraw([gone])
    assert store.reader.execute(asked).fetchall() == [("single", 1)]


def test_a_scanner_counts_once_until_its_last_capture_is_gone(store, load):
    captures = [load(1, (ONE, 23), (ONE, 24)), load(2, (TWO, 23), (ONE, 24), at=10)]
    load(3, (ONE, 23), line="other")

    def scanners():
        ports = dict(store.reader.execute("SELECT item, scanners FROM top_ports WHERE line = 'default'").fetchall())
        return ports, store.reader.execute("SELECT scanners FROM hours WHERE line = 'default'").fetchall()
    assert scanners() == ({"tcp/23": 1, "tcp/24": 1}, [(1,)])
    store.withdraw(captures[:1])
    assert scanners() == ({"tcp/23": 1, "tcp/24": 1}, [(1,)])
    assert store.reader.execute("SELECT scanners_elsewhere FROM lines_compared").fetchall() == [(1,), (1,)]
    store.withdraw(captures[1:])
    assert scanners() == ({}, [])
    assert store.reader.execute("SELECT line, scanners_elsewhere FROM lines_compared").fetchall() == [("other", 0)]


@pytest.mark.parametrize("query", (
    "SELECT * FROM hours", "SELECT * FROM hours_by_port WHERE item = 'tcp/23'", "SELECT * FROM new_scanners",
    "SELECT address FROM scanners WHERE pattern = 'horizontal' ORDER BY packets DESC LIMIT 20",
    "SELECT item, packets FROM rising_ports", "SELECT * FROM lines_compared",
    "SELECT item, scanners, packets FROM networks ORDER BY scanners DESC LIMIT 20"))
def test_what_has_a_sum_is_not_counted_out_of_its_rows(store, load, query):
    """SQLite's own steps tell, which are the same on every machine."""
    load(1, *((f"10.0.{number >> 8}.{number & 255}", 23) for number in range(MANY)), at=HOUR_S)
    load(2, (ONE, 23), at=HOUR_S, source="192.0.2.2")
    steps = []
    store.reader.set_progress_handler(lambda: steps.append(None), 1)
    assert store.reader.execute(query).fetchall()
    assert len(steps) < MANY


def test_rows_go_in_by_many_and_their_addresses_are_asked_for_by_many(store, load):
    """Statements tell, which are as many on every machine: a new address takes one."""
    statements = []
    store.writer.set_trace_callback(statements.append)
    load(1, *((f"10.0.{number >> 8}.{number & 255}", 23) for number in range(MANY)))
    assert MANY < len(statements) < 1.1 * MANY
    assert store.reader.execute("SELECT count(*), count(DISTINCT row), count(DISTINCT target), max(row) FROM flows"
                                ).fetchone() == (MANY, MANY, MANY, MANY - 1)
