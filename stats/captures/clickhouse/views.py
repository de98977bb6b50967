# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The views of ClickHouse: the sections of sections.py, and what is asked beyond them. They are made of
scannoise.noise, which has the rows of all servers; views.sql makes that.

Distinct numbers are exact, across captures and shards. For ClickHouse 18.16, which has no window functions: rows are
numbered by grouping them into arrays.
"""
from sections import LAST_US, TRAITS, position

TOTALS = "(SELECT line, sum(packets) AS total FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line)"
COUNTS = """uniqExact(ip_version, source_ip) AS scanners,
            uniqExactIf(transport, port, has_port) AS ports,
            uniqExact(ip_version, target_ip) AS targets,"""
TIMES = "min(first) AS earliest, max(last) AS latest"
NAMES = ("item", "n", "part", "scanners", "ports", "targets", "earliest", "latest")
PORT = "concat(toString(transport), '/', toString(port))"


def _shown(us):
    return f"toDateTime(intDiv(least(greatest({us}, 0), toInt64({LAST_US})), 1000000), 'UTC')"


def _numbered(grouped, order, further=(), without=(), first="n DESC"):
    """Rows of a line, with shares and numbers.
    @param grouped SELECT of line and NAMES but the part
    @param further columns of it behind these
    @param first what sorts them before the order
    @param without those of NAMES that are NULL; ClickHouse 18.16 groups no NULLs into a list"""
    names = tuple(name for name in (*NAMES, *further) if name not in without)
    ports = "NULL AS ports" if "ports" in without else "ports"
    lists = ", ".join(f"groupArray({name}) AS {name}_list" for name in names)
    joined = ", ".join(f"{name}_list AS {name}" for name in names)
    return f"""SELECT line, rank, item, n AS packets, part AS share, scanners, {ports}, targets, earliest AS first,
    latest AS last{''.join(', ' + name for name in further)}
FROM
(
    SELECT line, {lists}
    FROM
    (
        SELECT *, 100 * n / total AS part
        FROM ({grouped}) AS found
        ANY LEFT JOIN {TOTALS} AS totals USING line
        ORDER BY line, {first}, {order}
    )
    GROUP BY line
)
ARRAY JOIN {joined}, arrayEnumerate(item_list) AS rank
ORDER BY line, rank"""


def _place(column, order):
    return f"indexOf([{', '.join(map(repr, order))}], {column})"


def _trait(trait):
    return _numbered(f"""SELECT line, {trait.column} AS item, sum(packets) AS n,
            {COUNTS}
            {TIMES}
        FROM scannoise.noise WHERE verdict = 'scan' AND {trait.column} != '' GROUP BY line, item""",
                     position(trait, _place))


TOP_PORTS = _numbered(f"""SELECT line, {PORT} AS item, transport, port, sum(packets) AS n,
            uniqExact(ip_version, source_ip) AS scanners, uniqExact(ip_version, target_ip) AS targets,
            {TIMES}
        FROM scannoise.noise WHERE verdict = 'scan' AND has_port GROUP BY line, transport, port""",
                      "transport, port", without=("ports",))

TOP_SCANNERS = _numbered(f"""SELECT line, ip_version, source_ip, sum(packets) AS n,
            {COUNTS}
            {TIMES}, any(source) AS address, any(label) AS organisation,
            uniqExact(target_ip, transport, port, if(transport = 'icmp', technique, '')) AS contacts,
            if(organisation = '', address, concat(address, ', ', organisation)) AS item
        FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line, ip_version, source_ip""",
                         "ip_version, source_ip", ("address", "organisation", "contacts"))

LINES = f"""(SELECT of_line AS line, sum(all_packets) AS everything, sum(all_not_judged) AS left_out,
        minIf(earliest_us, all_packets > 0) AS all_first_us, maxIf(latest_us, all_packets > 0) AS all_last_us,
        sumIf(all_packets, judged_as != (SELECT argMax(judged_as, latest_load_us) FROM scannoise.loads WHERE valid != 0))
            AS otherwise
    FROM scannoise.loads WHERE valid != 0 GROUP BY line)"""

CAPTURE = f"""SELECT line, rank, item, packets, share, scanners, ports, targets, first, last
FROM
(
    SELECT *, scan + backscatter AS both
    FROM {LINES} AS loaded
    ANY LEFT JOIN
    (
        SELECT
            line,
            sumIf(packets, verdict = 'scan') AS scan,
            sumIf(packets, verdict = 'backscatter') AS backscatter,
            uniqExactIf(ip_version, source_ip, verdict = 'scan') AS sources,
            uniqExactIf(transport, port, verdict = 'scan' AND has_port) AS numbers,
            uniqExactIf(ip_version, target_ip, verdict = 'scan') AS destinations,
            min(first) AS noise_first,
            minIf(first, verdict = 'scan') AS scan_first,
            minIf(first, verdict = 'backscatter') AS backscatter_first,
            max(last) AS noise_last,
            maxIf(last, verdict = 'scan') AS scan_last,
            maxIf(last, verdict = 'backscatter') AS backscatter_last
        FROM scannoise.noise
        GROUP BY line
    ) AS counted USING line
)
ARRAY JOIN
    [1, 2, 3, 4, 5, 6] AS rank,
    ['All packets', 'Noise', 'Unsolicited scans', 'Backscatter', 'Not judged: limit reached',
        'Judged otherwise than the newest'] AS item,
    [everything, both, scan, backscatter, left_out, otherwise] AS packets,
    [NULL, NULL, if(scan > 0, 100., 0.), NULL, NULL, NULL] AS share,
    [sources, sources, sources, 0, NULL, NULL] AS scanners,
    [NULL, NULL, numbers, NULL, NULL, NULL] AS ports,
    [NULL, NULL, destinations, NULL, NULL, NULL] AS targets,
    [if(everything > 0, {_shown("all_first_us")}, NULL), if(both > 0, noise_first, NULL),
        if(scan > 0, scan_first, NULL), if(backscatter > 0, backscatter_first, NULL), NULL, NULL] AS first,
    [if(everything > 0, {_shown("all_last_us")}, NULL), if(both > 0, noise_last, NULL),
        if(scan > 0, scan_last, NULL), if(backscatter > 0, backscatter_last, NULL), NULL, NULL] AS last
WHERE rank < 5 OR (rank = 5 AND left_out > 0) OR (rank = 6 AND otherwise > 0)
ORDER BY line, rank"""

IP_VERSIONS = f"""SELECT line, rank, item, packets, share, scanners, ports, targets, first, last
FROM
(
    SELECT *
    FROM {LINES} AS loaded
    ANY LEFT JOIN
    (
        SELECT
            line,
            sumIf(packets, ip_version = 4) AS n4,
            sumIf(packets, ip_version = 6) AS n6,
            uniqExactIf(source_ip, ip_version = 4) AS sources4,
            uniqExactIf(source_ip, ip_version = 6) AS sources6,
            uniqExactIf(cutIPv6(source_ip, 8, 8), ip_version = 6) AS networks6,
            uniqExactIf(transport, port, ip_version = 4 AND has_port) AS numbers4,
            uniqExactIf(transport, port, ip_version = 6 AND has_port) AS numbers6,
            uniqExactIf(target_ip, ip_version = 4) AS destinations4,
            uniqExactIf(target_ip, ip_version = 6) AS destinations6,
            minIf(first, ip_version = 4) AS first4,
            minIf(first, ip_version = 6) AS first6,
            maxIf(last, ip_version = 4) AS last4,
            maxIf(last, ip_version = 6) AS last6
        FROM scannoise.noise
        WHERE verdict = 'scan'
        GROUP BY line
    ) AS counted USING line
)
ARRAY JOIN
    [1, 2, 3] AS rank,
    ['IPv4', 'IPv6', 'IPv6 scanners by /64'] AS item,
    [n4, n6, n6] AS packets,
    [if(n4 > 0, 100 * n4 / (n4 + n6), 0.), if(n6 > 0, 100 * n6 / (n4 + n6), 0.),
        if(n6 > 0, 100 * n6 / (n4 + n6), 0.)] AS share,
    [sources4, sources6, networks6] AS scanners,
    [numbers4, numbers6, numbers6] AS ports,
    [destinations4, destinations6, destinations6] AS targets,
    [if(n4 > 0, first4, NULL), if(n6 > 0, first6, NULL), if(n6 > 0, first6, NULL)] AS first,
    [if(n4 > 0, last4, NULL), if(n6 > 0, last6, NULL), if(n6 > 0, last6, NULL)] AS last
ORDER BY line, rank"""

# The hour that a flow began in, and scans of it.
HOUR = "toDateTime(intDiv(greatest(first_us, 0), 3600000000) * 3600, 'UTC')"

HOURS = f"""SELECT line, {HOUR} AS begin, sumIf(packets, ip_version = 4) AS ipv4, sumIf(packets, ip_version = 6) AS ipv6,
    uniqExact(ip_version, source_ip) AS scanners
FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line, begin ORDER BY line, begin"""

HOURS_BY_PORT = f"""SELECT line, begin, {PORT} AS item, n AS packets
FROM (SELECT line, {HOUR} AS begin, transport, port, sum(packets) AS n FROM scannoise.noise
      WHERE verdict = 'scan' AND has_port GROUP BY line, begin, transport, port)
ORDER BY line, begin, packets DESC, transport, port"""

NETWORKS = _numbered(f"""SELECT line, network AS item, sum(packets) AS n,
            {COUNTS}
            {TIMES}
        FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line, network HAVING scanners > 1""",
                     "n DESC, item", first="scanners DESC")

SCANNERS = """SELECT line, address, organisation, network, n AS packets, contacts, ports, targets,
    multiIf(contacts <= 1, 'single', targets <= 1, 'vertical', services <= 1, 'horizontal', 'block') AS pattern,
    arrayStringConcat(arraySort(arrayFilter(name -> name != '', names)), ', ') AS tools,
    arrayStringConcat(arraySort(ways), ', ') AS techniques, earliest AS first, latest AS last
FROM
(
    SELECT line, ip_version, source_ip, any(source) AS address, any(label) AS organisation, any(network) AS network,
        sum(packets) AS n, uniqExact(target_ip, transport, port, if(transport = 'icmp', technique, '')) AS contacts,
        uniqExactIf(transport, port, has_port) AS ports, uniqExact(target_ip) AS targets,
        uniqExact(transport, port, if(transport = 'icmp', technique, '')) AS services, groupUniqArray(tool) AS names,
        groupUniqArray(technique) AS ways, min(first) AS earliest, max(last) AS latest
    FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line, ip_version, source_ip
)
ORDER BY line, packets DESC, ip_version, source_ip"""

NEW_SCANNERS = """SELECT line, address, organisation, n AS packets, earliest AS first, latest AS last
FROM
(
    SELECT line, source_ip, any(source) AS address, any(label) AS organisation, sum(packets) AS n, min(first_us) AS begun_us,
        min(first) AS earliest, max(last) AS latest
    FROM scannoise.noise WHERE verdict = 'scan' GROUP BY line, ip_version, source_ip
)
ORDER BY line, begun_us DESC, source_ip"""

# The last day that the line has packets of, and the week before it.
RISING_PORTS = f"""SELECT line, item, toDate(toUInt16(newest)) AS day, n AS packets, before / 7 AS packets_a_day_before,
    n / ((before + 7) / 7) AS times
FROM
(
    SELECT line, transport, port, {PORT} AS item, any(last_day) AS newest, sumIf(of_day, day_number = last_day) AS n,
        sumIf(of_day, day_number < last_day) AS before
    FROM
    (
        SELECT line, transport, port, intDiv(greatest(first_us, 0), 86400000000) AS day_number, sum(packets) AS of_day
        FROM scannoise.noise WHERE verdict = 'scan' AND has_port GROUP BY line, transport, port, day_number
    ) AS days
    ANY LEFT JOIN
    (
        SELECT line, max(intDiv(greatest(first_us, 0), 86400000000)) AS last_day
        FROM scannoise.noise WHERE verdict = 'scan' AND has_port GROUP BY line
    ) AS newest_days USING line
    WHERE day_number >= last_day - 7
    GROUP BY line, transport, port
)
WHERE n > 0 ORDER BY line, times DESC, transport, port"""

BACKSCATTER_VICTIMS = """SELECT line, address, n AS packets, flows, targets, earliest AS first, latest AS last
FROM
(
    SELECT line, ip_version, source_ip, any(source) AS address, sum(packets) AS n, count() AS flows,
        uniqExact(target_ip) AS targets, min(first) AS earliest, max(last) AS latest
    FROM scannoise.noise WHERE verdict = 'backscatter' GROUP BY line, ip_version, source_ip
)
ORDER BY line, packets DESC, ip_version, source_ip"""

LINES_COMPARED = """SELECT line, sum(n) AS packets, count() AS scanners, sum(lines > 1) AS scanners_elsewhere,
    100 * sum(if(lines > 1, n, 0)) / sum(n) AS share_of_these
FROM
(
    SELECT line, ip_version, source_ip, sum(packets) AS n FROM scannoise.noise WHERE verdict = 'scan'
    GROUP BY line, ip_version, source_ip
) AS of_line
ANY LEFT JOIN
(
    SELECT ip_version, source_ip, uniqExact(line) AS lines FROM scannoise.noise WHERE verdict = 'scan'
    GROUP BY ip_version, source_ip
) AS of_all USING ip_version, source_ip
GROUP BY line ORDER BY line"""

VIEWS = {
    "capture": CAPTURE, "ip_versions": IP_VERSIONS, "top_ports": TOP_PORTS, "top_scanners": TOP_SCANNERS,
    **{trait.view: _trait(trait) for trait in TRAITS},
    "hours": HOURS, "hours_by_port": HOURS_BY_PORT, "networks": NETWORKS, "scanners": SCANNERS,
    "new_scanners": NEW_SCANNERS, "rising_ports": RISING_PORTS, "backscatter_victims": BACKSCATTER_VICTIMS,
    "lines_compared": LINES_COMPARED,
}


def statements():
    """The SQL that makes them anew, as a file of it would have it."""
    return "\n".join(f"DROP TABLE IF EXISTS scannoise.{name};\nCREATE VIEW scannoise.{name} AS\n{query};"
                     for name, query in VIEWS.items())
