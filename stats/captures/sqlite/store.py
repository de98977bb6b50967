# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""One SQLite file: a load is one transaction, so it is there with all its rows and sums, or not at all."""
import sqlite3
import threading
import time
import zlib
from contextlib import contextmanager
from itertools import chain, islice, repeat
from pathlib import Path

from rows import Rows
from shown import shown
from sqlite.numbers import Numbers
from sqlite.sums import count_in, count_out
from sqlite.views import VIEWS, statements
from store import Counted, StoreProblem

APPLICATION = 0x534E0005        # of files that tables.sql made: its lower half changes when that changes
VERSION = zlib.crc32("\n".join(statements()).encode()) >> 1     # of the views
# How long a loader waits for another one's transaction.
PATIENCE_S = 3600
CACHE = -256_000                # KiB
PAGE = 16384                    # bytes, of a new file: rows come and are read in hundreds of thousands
DIGESTS_AT_ONCE = 500
FLOW_VALUES = 10                # columns of the table of flows
VALUES_AT_ONCE = 90 * FLOW_VALUES       # some SQLites take 999


class Store:
    """@param path of the file, which is made where there is none"""

    def __init__(self, path):
        self.path = Path(path)
        self.lock, self.reading = threading.Lock(), threading.Lock()
        with self._problems():
            self.writer = self._connect()
            self._set_up()
            self.reader = self._connect()
        self.numbers = Numbers(self.writer)

    def _connect(self):
        connection = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute(f"PRAGMA cache_size = {CACHE}")
        return connection

    def _set_up(self):
        found = self.writer.execute("PRAGMA application_id").fetchone()[0]
        if found != APPLICATION and self.writer.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            made_by = "another version of this loader" if found >> 16 == APPLICATION >> 16 else "something else"
            raise StoreProblem(f"{shown(self.path)}: it is a database of {made_by}: load the captures into a new file")
        self.writer.execute("PRAGMA journal_mode = WAL")
        self.writer.execute("PRAGMA synchronous = NORMAL")
        if self.writer.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return
        with self._transaction():       # another loader may have been quicker
            if self.writer.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                self._run((Path(__file__).parent / "tables.sql").read_text())
            for name, in self.writer.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
                self.writer.execute(f"DROP VIEW {name}")
            for statement in statements():
                self.writer.execute(statement)
            self.writer.execute(f"PRAGMA application_id = {APPLICATION}")
            self.writer.execute(f"PRAGMA user_version = {VERSION}")

    def _run(self, text):
        """Statements, one by one, as executescript() would end the transaction."""
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.writer.execute(statement)
                statement = ""

    @contextmanager
    def _problems(self):
        try:
            yield
        except sqlite3.Error as error:
            raise StoreProblem(f"{shown(self.path)}: {self._why(error)}") from None

    @staticmethod
    def _why(error):
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_NOTADB":
            return "it is no database: the first name is the database's, captures and folders follow"
        if name == "SQLITE_FULL":
            return "the disk is full; what was loaded before is kept"
        return str(error)

    @contextmanager
    def _transaction(self):
        self.writer.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.writer.execute("COMMIT")
        except BaseException:
            if self.writer.in_transaction:      # a full disk may have ended it
                self.writer.execute("ROLLBACK")
            raise

    def is_lost(self):
        """Whether a problem with one capture is one with all of them."""
        return True

    def who_is_away(self):
        return None

    def close(self):
        self.reader.close()
        self.writer.close()

    # --- What counts ---------------------------------------------------------------------------------------------

    def counted(self, digests):
        """The captures that count and have a file with one of these digests: {digest: Counted}"""
        with self.reading, self._problems():
            return self._counted(self.reader, digests)

    @staticmethod
    def _counted(connection, digests):
        found, left = {}, iter(sorted(digests))
        while some := list(islice(left, DIGESTS_AT_ONCE)):
            places = ", ".join("?" * len(some))
            for capture, judgement, line, file in connection.execute(
                    "SELECT capture, text, lines.name, file FROM loads JOIN lines USING (line) JOIN judgements"
                    " USING (judgement) JOIN members USING (load) WHERE load IN"
                    f" (SELECT load FROM members WHERE file IN ({places}))", some):
                found.setdefault(capture, Counted(judgement, line)).files.add(file)
        return found

    def judgements(self):
        """How many captures of each line were judged in how many ways: [(line, ways)] of those with more than one."""
        with self.reading, self._problems():
            return self.reader.execute(
                "SELECT lines.name, count(DISTINCT judgement) AS ways FROM loads JOIN lines USING (line)"
                " GROUP BY lines.name HAVING ways > 1").fetchall()

    # --- What is found ---------------------------------------------------------------------------------------------

    def views(self, names, line):
        """What these views have of a line, all at one moment: {name: [{column: value}]}"""
        with self.reading, self._problems():
            self.reader.execute("BEGIN")
            try:
                return {name: self._view(name, line) for name in names}
            finally:
                self.reader.execute("ROLLBACK")

    def _view(self, name, line):
        found = self.reader.execute(f"SELECT * FROM {name} WHERE line = ?", (line,))
        columns = [column for column, *_ in found.description]
        return [dict(zip(columns, row)) for row in found]

    # --- Loading -------------------------------------------------------------------------------------------------

    def add(self, capture, judged, line, judgement, replaced, sent):
        """Adds a capture with all its rows.
        @param replaced {digest: Counted} -> the digests of those whose place it takes; asked when nobody else writes
        @param sent told how many rows, again and again
        @return what replaced() said"""
        with self.lock, self._problems():
            try:
                with self._transaction():
                    others = replaced(self._counted(self.writer, capture.digests()))
                    for digest in {*others, capture.digest()}:
                        self._remove(digest)
                    load = self._mark(capture, judged, line, judgement)
                    self._fill(load, Rows(judged.rows), sent)
                return others
            except BaseException:
                self.numbers.forget()
                raise

    def withdraw(self, captures):
        """These don't count any more."""
        with self.lock, self._problems(), self._transaction():
            for digest in captures:
                self._remove(digest)

    def _mark(self, capture, judged, line, judgement):
        load = self.writer.execute("SELECT ifnull(max(load), 0) + 1 FROM loads").fetchone()[0]
        self.writer.execute(
            "INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (load, capture.digest(), self.numbers.of_name("lines", "line", "name", line),
             self.numbers.of_name("judgements", "judgement", "text", judgement), time.time_ns() // 1000, capture.name,
             judged.packets, judged.not_judged, judged.first_us, judged.last_us))
        self.writer.executemany("INSERT INTO members VALUES (?, ?)", [(file, load) for file in capture.files])
        return load

    def _fill(self, load, rows, sent):
        count = 0
        for columns in rows.blocks():
            number = len(columns[0])
            self._insert(zip(repeat(load), range(count, count + number), *self.numbers.of_columns(columns)))
            count += number
            sent(number)
        self.writer.execute("UPDATE loads SET rows = ? WHERE load = ?", (count, load))
        count_in(self.writer, load)

    def _insert(self, flows):
        """Many by each statement, which takes two thirds of the time of one by each. What fails ends the transaction,
        so SQLite need not be able to take back the statement alone, for which it would copy pages of the index."""
        values = list(chain.from_iterable(flows))
        whole = len(values) // VALUES_AT_ONCE * VALUES_AT_ONCE
        for start, end, size in ((0, whole, VALUES_AT_ONCE), (whole, len(values), FLOW_VALUES)):
            row = f"({', '.join('?' * FLOW_VALUES)})"
            self.writer.executemany(f"INSERT OR FAIL INTO flows VALUES {', '.join([row] * (size // FLOW_VALUES))}",
                                    (values[at:at + size] for at in range(start, end, size)))

    def _remove(self, digest):
        for load, in self.writer.execute("SELECT load FROM loads WHERE capture = ?", (digest,)).fetchall():
            count_out(self.writer, load)
            for table in ("flows", "members", "loads"):
                self.writer.execute(f"DELETE FROM {table} WHERE load = ?", (load,))
