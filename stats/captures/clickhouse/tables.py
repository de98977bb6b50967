# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of Scan Noise: rows go in, and what counts is marked."""
import time
from hashlib import sha256
from itertools import chain, islice

from clickhouse.server import ServerProblem

# As many as fit into a query.
DIGESTS_AT_ONCE = 1000
CAPTURES = ("INSERT INTO scannoise.captures (capture, load, loaded_us, name, rows, packets, not_judged, first_us,"
            " last_us) FORMAT TabSeparated")
MEMBERS = "INSERT INTO scannoise.members (capture, file) FORMAT TabSeparated"
# What counts and has one of these files. A capture of one file is that file.
COUNTED = """SELECT toString(capture), toString(capture) FROM scannoise.loads
WHERE valid != 0 AND capture IN ({files})
UNION ALL SELECT toString(capture), toString(file) FROM scannoise.members
WHERE capture GLOBAL IN (SELECT capture FROM scannoise.members WHERE file IN ({files}))
AND capture GLOBAL IN (SELECT capture FROM scannoise.loads WHERE valid != 0)"""


class Tables:
    def __init__(self, server):
        self.server = server
        self.shards = server.shards()
        self.settings = []
        # Newer servers refuse a block of more than 100 days; the captures of a quiet line have such blocks.
        if server.has_setting("max_partitions_per_insert_block"):
            self.settings.append("--max_partitions_per_insert_block=0")

    def counted(self, digests):
        """The captures that count and have a file with one of these digests: {digest: digests of all its files}"""
        found, left = {}, iter(sorted(digests))
        while some := list(islice(left, DIGESTS_AT_ONCE)):
            files = ", ".join(f"'{digest}'" for digest in some)
            for capture, file in self.server.ask(COUNTED.format(files=files)):
                found.setdefault(capture, set()).add(file)
        return found

    def number_of(self, digest, rows_digest):
        """The number of this capture as it was judged. The same rows of the same capture, to be spread over
        the same shards, always get the same: then a row that is sent twice is the same row, and one that
        an earlier, unfinished load left elsewhere is not counted."""
        spread = sorted({(shard, weight) for shard, weight, *_ in self.shards})
        return int.from_bytes(sha256(f"{digest} {rows_digest} {spread}".encode()).digest()[:8])

    def insert(self, rows, load, sent):
        """Sends rows and makes sure that they are there.
        @param sent told how many, again and again
        @return how many"""
        count = 0

        def noting():
            nonlocal count
            for number, chunk in chain([first], chunks):
                yield chunk
                count += number
                sent(number)
        chunks = rows.chunks(load)
        first = next(chunks, None)
        if first:                       # clickhouse-client takes no rows for a mistake
            self.server.insert(rows.STATEMENT, noting(), self.settings)
        there = self.server.number(f"SELECT count() FROM scannoise.flows FINAL WHERE load = {load}")
        if there != count:
            raise ServerProblem(f"server {self.server}: {there} rows are there, not {count}")
        return count

    def mark(self, capture, load, count, judged, replaced):
        """From now on the rows of this load count, and those of the replaced captures don't."""
        digest = capture.digest()
        if len(capture.files) > 1:
            self.server.insert(MEMBERS, [_lines((digest, file) for file in capture.files)])
        self.server.insert(CAPTURES, [_lines([
            *_withdrawn(replaced),
            (digest, load, _now_us(), capture.name.replace("\\", "\\\\"), count, judged.packets,
             judged.not_judged, judged.first_us, judged.last_us)])])

    def withdraw(self, captures):
        """These don't count any more."""
        if captures:
            self.server.insert(CAPTURES, [_lines(_withdrawn(captures))])


def _withdrawn(captures):
    """A load that no row has, and no packet."""
    return [(digest, 0, _now_us(), "", 0, 0, 0, 0, 0) for digest in captures]


def _now_us():
    return time.time_ns() // 1000


def _lines(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()
