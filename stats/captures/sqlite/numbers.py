# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers that stand for addresses, services and names in the SQLite file."""
import socket
import zlib

from rows import without_apostrophes
from sqlite.views import TRANSPORTS



class Numbers:
    """Knows those that the file has, and gives new ones. To be used within a transaction.
    @param connection to the file"""

    def __init__(self, connection):
        self.connection = connection
        self.forget()

    def forget(self):
        """After a transaction that was taken back, and before one, as another loader may have given numbers."""
        self.addresses, self.services, self.classes = {}, {}, {}
        self.new, self.next = [], 0

    def of_name(self, table, number, column, name):
        self.connection.execute(f"INSERT OR IGNORE INTO {table} ({column}) VALUES (?)", (name,))
        return self.connection.execute(f"SELECT {number} FROM {table} WHERE {column} = ?", (name,)).fetchone()[0]

    def of_rows(self, load, records):
        """Rows of the table of flows, one for each record. Then write() is called."""
        self.next = self.connection.execute("SELECT ifnull(max(address), 0) FROM addresses").fetchone()[0]
        addresses, services, classes = self.addresses, self.services, self.classes
        for row, (first, last, version, source, target, transport, port, technique, outcome, tool, packets, size, label,
                  reason, verdict) in enumerate(records):
            first_us = int(first.replace(".", ""))
            lasted_us = 0 if last == first else int(last.replace(".", "")) - first_us
            service, kind = (transport, port, technique), (version, verdict, technique, outcome, tool, label, reason)
            yield (load, row, first_us, lasted_us,
                   addresses.get(source) or self._address(source, version),
                   addresses.get(target) or self._address(target, version),
                   services[service] if service in services else self._service(*service),
                   classes.get(kind) or self._class(kind), int(packets), int(size))

    def write(self):
        """New addresses, which rows have."""
        self.connection.executemany("INSERT INTO addresses VALUES (?, ?, ?, ?, ?)", self.new)
        self.new = []

    def _address(self, text, version):
        found = self.connection.execute("SELECT address FROM addresses WHERE text = ?", (text,)).fetchone()
        if found:
            number = found[0]
        else:
            number = self.next = self.next + 1
            packed, network = _of_address(text, version)
            self.new.append((number, int(version), packed, text, network))
        self.addresses[text] = number
        return number

    def _service(self, transport, port, technique):
        name, _, protocol = transport.partition("/")
        low = zlib.crc32(technique.encode()) & 0xffff if name == "icmp" else int(port or protocol or 0)
        number = self.services[transport, port, technique] = TRANSPORTS.index(name) << 16 | low
        return number

    def _class(self, kind):
        version, verdict, technique, outcome, tool, label, reason = kind
        values = (int(version), verdict, technique, outcome, tool, without_apostrophes(label), reason)
        self.connection.execute("INSERT OR IGNORE INTO classes (ip_version, verdict, technique, outcome, tool, label,"
                                " reason) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        number = self.classes[kind] = self.connection.execute(
            "SELECT class FROM classes WHERE (ip_version, verdict, technique, outcome, tool, label, reason)"
            " = (?, ?, ?, ?, ?, ?, ?)", values).fetchone()[0]
        return number


def _of_address(text, version):
    """(bytes, network)"""
    if version == "4":
        return socket.inet_pton(socket.AF_INET, text), text.rpartition(".")[0] + ".0/24"
    packed = socket.inet_pton(socket.AF_INET6, text)
    return packed, socket.inet_ntop(socket.AF_INET6, packed[:6] + bytes(10)) + "/48"
