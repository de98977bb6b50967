# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of Scan Noise on ClickHouse servers: rows go in, and what counts is marked."""
import secrets
import threading
import time
from itertools import chain, islice
from pathlib import Path

from clickhouse.dialect import HAS_TYPES, for_debian_12
from clickhouse.server import CLUSTER, Server
from clickhouse.text import STATEMENT, chunks, escaped, quoted
from clickhouse.views import statements
from rows import Rows
from store import Counted, StoreProblem

# As many as fit into a query.
DIGESTS_AT_ONCE = 1000
CAPTURES = ("INSERT INTO scannoise.captures (capture, load, line, judgement, loaded_us, name, rows, packets, not_judged, first_us,"
            " last_us) FORMAT TabSeparated")
MEMBERS = "INSERT INTO scannoise.members (capture, file) FORMAT TabSeparated"
# What counts and has one of these files. A capture of one file is that file.
COUNTED = """SELECT toString(capture), toString(capture), judged_as, of_line FROM scannoise.loads
WHERE valid != 0 AND capture IN ({files})
UNION ALL SELECT toString(capture), toString(file), judged_as, of_line FROM scannoise.members
ANY INNER JOIN (SELECT capture, judged_as, of_line FROM scannoise.loads WHERE valid != 0) AS loaded USING capture
WHERE capture GLOBAL IN (SELECT capture FROM scannoise.members WHERE file IN ({files}))"""
WAYS = """SELECT of_line, uniqExact(judged_as) AS ways FROM scannoise.loads WHERE valid != 0
GROUP BY of_line HAVING ways > 1"""
# About the tables that a server has: 1 or 0, but for the first.
COLUMNS = "SELECT count() FROM system.columns WHERE database = 'scannoise' AND table = 'flows_local'"
HAS_OURS = f"{COLUMNS} AND name = 'began'"
HAS_OTHERS = f"SELECT ({COLUMNS}) > 0 AND ({HAS_OURS}) = 0"
IS_PLAIN = f"{HAS_OURS} AND type = 'Int64'"
HERE = Path(__file__).resolve().parent


def set_up(server):
    """Makes the tables and views on every server of the cluster. @return the servers"""
    servers = server.others()
    if not servers:
        raise StoreProblem(f"server {server}: its configuration has no cluster {CLUSTER}")
    for each in servers:
        if each.number(HAS_OTHERS):
            raise StoreProblem(f"server {each}: it has tables of an earlier version: run DROP DATABASE scannoise on all servers,"
                               " then --setup, and load the captures again")
    # Tables that are there stay as they are when a server is renewed, and those of a new one shall be the same.
    plain = any(each.number(IS_PLAIN) or not each.number(HAS_TYPES) for each in servers)
    texts = [(HERE / name).read_text() for name in ("tables.sql", "views.sql")]
    for text in [*(map(for_debian_12, texts) if plain else texts), statements()]:
        for each in servers:
            each.run(text)
    return servers


class Store:
    """@param server any one of the cluster"""

    def __init__(self, server):
        self.server = server
        self.marking = threading.Lock()
        self.shards = server.shards()
        if not self.shards:
            raise StoreProblem(f"server {server}: its configuration has no cluster {CLUSTER}")
        if server.number(HAS_OURS) == 0:
            raise StoreProblem(f"server {server}: it has no tables of Scan Noise, or those of another version: run"
                               " load.py --setup")
        self.settings = []
        # Newer servers refuse a block of more than 100 days; the captures of a quiet line have such blocks.
        if server.has_setting("max_partitions_per_insert_block"):
            self.settings.append("--max_partitions_per_insert_block=0")

    def close(self):
        pass

    def is_lost(self):
        """Whether a problem with one capture is one with all of them."""
        return False

    def counted(self, digests):
        """The captures that count and have a file with one of these digests: {digest: Counted}"""
        found, left = {}, iter(sorted(digests))
        while some := list(islice(left, DIGESTS_AT_ONCE)):
            files = ", ".join(f"'{digest}'" for digest in some)
            for capture, file, judgement, line in self.server.ask(COUNTED.format(files=files)):
                found.setdefault(capture, Counted(judgement, line)).files.add(file)
        return found

    def judgements(self):
        """Lines whose captures were judged in more than one way: [(line, ways)]."""
        return [(line, int(ways)) for line, ways in self.server.ask(WAYS)]

    def views(self, names, line):
        """What these views have of a line: {name: [{column: value}]}"""
        return {name: self.server.ask_named(f"SELECT * FROM scannoise.{name} WHERE line = {quoted(line)}") for name in names}

    def who_is_away(self):
        """A server that lost another says little of it, so ask each. @return a StoreProblem, or None"""
        for server in [self.server, *(Server(host, port, self.server.config) for *_, host, port in self.shards)]:
            try:
                server.number("SELECT 1")
            except StoreProblem as problem:
                return problem
        return None

    def add(self, capture, judged, line, judgement, replaced, sent):
        """Adds a capture with all its rows.
        @param replaced {digest: Counted} -> the digests of those whose place it takes
        @param sent told how many rows, again and again
        @return what replaced() said"""
        load = secrets.randbits(64) or 1        # that of no other attempt; 0 is what does not count
        count = self._insert(Rows(judged.rows), load, line, sent)
        with self.marking:              # of two captures that share a file, one comes first
            others = replaced(self.counted(capture.digests()))
            self._mark(capture, load, line, judgement, count, judged, others)
        return others

    def _insert(self, rows, load, line, sent):
        """Sends rows and makes sure that they are there.
        @param sent told how many, again and again
        @return how many"""
        count = 0

        def noting():
            nonlocal count
            for number, chunk in chain([first], parts):
                yield chunk
                count += number
                sent(number)
        parts = chunks(rows, load, line)
        first = next(parts, None)
        if first:                       # clickhouse-client takes no rows for a mistake
            self.server.insert(STATEMENT, noting(), self.settings)
        there = self.server.number(f"SELECT count() FROM scannoise.flows WHERE load = {load}")
        if there != count:
            raise StoreProblem(f"server {self.server}: {there} rows are there, not {count}")
        return count

    def _mark(self, capture, load, line, judgement, count, judged, replaced):
        """From now on the rows of this load count, and those of the replaced captures don't."""
        digest = capture.digest()
        if len(capture.files) > 1:
            self.server.insert(MEMBERS, [_lines((digest, file) for file in capture.files)])
        self.server.insert(CAPTURES, [_lines([
            *_withdrawn(replaced),
            (digest, load, escaped(line), escaped(judgement), _now_us(), escaped(capture.name), count,
             judged.packets, judged.not_judged, judged.first_us, judged.last_us)])])

    def withdraw(self, captures):
        """These don't count any more."""
        if captures:
            self.server.insert(CAPTURES, [_lines(_withdrawn(captures))])


def _withdrawn(captures):
    """A load that no row has, and no packet."""
    return [(digest, 0, "", "", _now_us(), "", 0, 0, 0, 0, 0) for digest in captures]


def _now_us():
    return time.time_ns() // 1000


def _lines(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()
