# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers that stand for addresses, services and names in the SQLite file."""
import socket
import zlib
from itertools import count

from rows import without_apostrophes
from sqlite.views import TRANSPORTS

ADDRESSES_AT_ONCE = 500


class _Found(dict):
    """Numbers, of which each is worked out when it is asked for the first time.
    @param number what does that, given the key"""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def __missing__(self, key):
        found = self[key] = self.number(key)
        return found


class Numbers:
    """Knows those that the file has, and gives new ones. To be used within a transaction.
    @param connection to the file"""

    def __init__(self, connection):
        self.connection = connection
        self.forget()

    def forget(self):
        """After a transaction that was taken back."""
        self.addresses, self.services, self.classes = {}, _Found(_service), _Found(self._class)

    def of_name(self, table, number, column, name):
        self.connection.execute(f"INSERT OR IGNORE INTO {table} ({column}) VALUES (?)", (name,))
        return self.connection.execute(f"SELECT {number} FROM {table} WHERE {column} = ?", (name,)).fetchone()[0]

    def of_columns(self, columns):
        """What the table of flows has of some rows, behind load and row.
        @param columns the cells of each, as Rows has them
        @return columns, too"""
        (first, last, version, source, target, transport, port, technique, outcome, tool, packets, size, label, reason,
         verdict) = columns
        self._know(set(source).union(target).difference(self.addresses))
        first_us = list(map(_microseconds, first))
        return (first_us, [0 if begin == end else _microseconds(end) - us for begin, end, us in zip(first, last, first_us)],
                map(self.addresses.__getitem__, source), map(self.addresses.__getitem__, target),
                map(self.services.__getitem__, zip(transport, port, technique)),
                map(self.classes.__getitem__, zip(version, verdict, technique, outcome, tool, label, reason)),
                map(int, packets), map(int, size))

    def _know(self, texts):
        """Gives numbers to addresses that this loader has not met."""
        unknown = sorted(texts)
        for at in range(0, len(unknown), ADDRESSES_AT_ONCE):
            some = unknown[at:at + ADDRESSES_AT_ONCE]
            self.addresses.update(self.connection.execute(
                f"SELECT text, address FROM addresses WHERE text IN ({', '.join('?' * len(some))})", some))
        new = [text for text in unknown if text not in self.addresses]
        last = self.connection.execute("SELECT ifnull(max(address), 0) FROM addresses").fetchone()[0]
        self.addresses.update(zip(new, count(last + 1)))
        self.connection.executemany("INSERT INTO addresses VALUES (?, ?, ?, ?, ?)", (
            (self.addresses[text], *_address(text)) for text in new))

    def _class(self, kind):
        version, verdict, technique, outcome, tool, label, reason = kind
        values = (int(version), verdict, technique, outcome, tool, without_apostrophes(label), reason)
        self.connection.execute("INSERT OR IGNORE INTO classes (ip_version, verdict, technique, outcome, tool, label,"
                                " reason) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return self.connection.execute(
            "SELECT class FROM classes WHERE (ip_version, verdict, technique, outcome, tool, label, reason)"
            " = (?, ?, ?, ?, ?, ?, ?)", values).fetchone()[0]


def _microseconds(time):
    """Of a text such as 1700000000.176058."""
    return int(time.replace(".", ""))


def _address(text):
    """What the table has of it behind its number."""
    if ":" not in text:
        return 4, socket.inet_pton(socket.AF_INET, text), text, text.rpartition(".")[0] + ".0/24"
    packed = socket.inet_pton(socket.AF_INET6, text)
    return 6, packed, text, socket.inet_ntop(socket.AF_INET6, packed[:6] + bytes(10)) + "/48"


def _service(key):
    transport, port, technique = key
    name, _, protocol = transport.partition("/")
    low = zlib.crc32(technique.encode()) & 0xffff if name == "icmp" else int(port or protocol or 0)
    return TRANSPORTS.index(name) << 16 | low
