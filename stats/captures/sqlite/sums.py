# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the SQLite file keeps beside the rows of a load, and takes away with them: see tables.sql."""

LINE = "(SELECT line FROM loads WHERE load = :load)"
HAS_PORT = "service >> 16 IN (0, 1, 3)"
HOUR = "max(first_us, 0) / 3600000000"
TOTALS = "sum(packets), min(first_us), max(first_us + lasted_us)"
SCANS = "FROM flows WHERE load = :load AND class IN (SELECT class FROM classes WHERE verdict = 'scan')"


def _only(column):
    """The value of a group that has no other, or -1."""
    return f"CASE WHEN min({column}) = max({column}) THEN min({column}) ELSE -1 END"


SUMS = {                        # table: the query that it takes
    "source_sums": f"SELECT {LINE}, source, class, load, {TOTALS}, {_only('service')}, {_only('target')} {SCANS}"
                   " GROUP BY source, class",
    "class_sums": f"SELECT load, class, {HOUR} AS hour, {TOTALS} FROM flows WHERE load = :load GROUP BY class, hour",
    "service_sums": f"SELECT {LINE}, service, {HOUR} AS hour, load, {TOTALS} {SCANS} AND {HAS_PORT}"
                    " GROUP BY service, hour",
}
OF_LOAD = {                     # table: which rows are the load's, by the table's key
    "source_sums": f"line = {LINE} AND source IN (SELECT source FROM flows WHERE load = :load) AND load = :load",
    "class_sums": "load = :load",
    "service_sums": f"line = {LINE} AND service IN (SELECT service FROM flows WHERE load = :load) AND load = :load",
}
PAIRS = {                       # table: (columns behind the line, condition)
    "contacts": ("source, service, target", "true"),
    "service_targets": ("service, target", HAS_PORT),
    "class_services": ("class, service", HAS_PORT),
    "class_targets": ("class, target", "true"),
    "hour_sources": (f"{HOUR}, source", "true"),
}
# The load's sources of a port that have no contact there in a load that counts.
SCANNERS = f"""INSERT OR FAIL INTO service_scanners SELECT line, service, {{sign}}count(*)
FROM (SELECT {LINE} AS line, source, service {SCANS} AND {HAS_PORT} GROUP BY source, service) AS own
WHERE NOT EXISTS (SELECT * FROM contacts c WHERE c.line = own.line AND c.source = own.source AND c.service = own.service)
GROUP BY service ON CONFLICT DO UPDATE SET scanners = scanners + excluded.scanners"""


def count_in(connection, load):
    """Of a load whose rows are there now. Within a transaction, as the other."""
    for table, query in SUMS.items():
        connection.execute(f"INSERT OR FAIL INTO {table} {query}", {"load": load})
    connection.execute(SCANNERS.format(sign=""), {"load": load})        # before its contacts are among those that count
    _count_pairs(connection, load, "+")


def count_out(connection, load):
    """Of a load whose rows are still there."""
    _count_pairs(connection, load, "-")
    for table in PAIRS:
        connection.execute(f"DELETE FROM {table} WHERE loads = 0")
    connection.execute(SCANNERS.format(sign="-"), {"load": load})       # once its contacts are not
    connection.execute("DELETE FROM service_scanners WHERE scanners = 0")
    for table, condition in OF_LOAD.items():
        connection.execute(f"DELETE FROM {table} WHERE {condition}", {"load": load})


def _count_pairs(connection, load, sign):
    for table, (columns, condition) in PAIRS.items():
        connection.execute(
            f"INSERT OR FAIL INTO {table} SELECT {LINE}, {columns}, 1 {SCANS} AND {condition} GROUP BY {columns}"
            f" ON CONFLICT DO UPDATE SET loads = loads {sign} 1", {"load": load})
