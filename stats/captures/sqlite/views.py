# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The views of the SQLite file: the sections of sections.py, and what is asked beyond them."""
from sections import LAST_US, TRAITS, position

TRANSPORTS = ("tcp", "udp", "icmp", "sctp", "ip")
TRANSPORT = "CASE {service} >> 16 " + " ".join(
    f"WHEN {number} THEN '{name}'" for number, name in enumerate(TRANSPORTS)) + " END"
HAS_PORT = "{service} >> 16 IN (0, 1, 3)"


def _time(us):
    """A time as ClickHouse shows it."""
    return f"datetime(min(max({us}, 0), {LAST_US}) / 1000000, 'unixepoch')"


def _hour(hour):
    return f"datetime({hour} * 3600, 'unixepoch')"


def _port(service):
    return f"{TRANSPORT.format(service=service)} || '/' || ({service} & 65535)"


def _place(column, order):
    cases = " ".join(f"WHEN '{name}' THEN {number}" for number, name in enumerate(order, 1))
    return f"CASE {column} {cases} ELSE 0 END"


def _rank(order):
    return f"row_number() OVER (PARTITION BY line ORDER BY {order}) AS rank"


TOTALS = "line, source, sum(packets) AS packets, min(first_us) AS first_us, max(last_us) AS last_us"
# Whether all contacts of a source are of one service, or one target, which source_sums has where it is so.
ONE_SERVICE, ONE_TARGET = (f"(min({each}) >= 0 AND min({each}) = max({each}))" for each in ("service", "target"))
PATTERN = f"""CASE WHEN {ONE_TARGET} THEN CASE WHEN {ONE_SERVICE} THEN 'single' ELSE 'vertical' END
    WHEN {ONE_SERVICE} THEN 'horizontal' ELSE 'block' END"""

# What the views are made of. A number of a line is the key, and the views name it.
PARTS = {
    "line_sums": """SELECT line, verdict, ip_version, technique, outcome, tool, label, reason, c.class, hour, s.packets,
        s.first_us, s.last_us
    FROM class_sums s JOIN loads USING (load) JOIN classes c USING (class)""",
    "scan_totals": """SELECT line, sum(packets) AS total FROM line_sums WHERE verdict = 'scan' GROUP BY line""",
    "scan_sources": """SELECT line, source, ip_version, technique, outcome, tool, label, reason
    FROM (SELECT DISTINCT line, source, class FROM source_sums) JOIN classes USING (class)""",
    "source_totals": f"SELECT {TOTALS} FROM source_sums GROUP BY line, source",
    "service_totals": """SELECT line, service, sum(packets) AS packets, min(first_us) AS first_us,
        max(last_us) AS last_us
    FROM service_sums GROUP BY line, service""",
}


def _trait(trait):
    column = trait.column
    order = f"n DESC, {position(trait, _place)}"
    return f"""WITH
sums AS (SELECT line, {column} AS item, sum(packets) AS n, min(first_us) AS first_us, max(last_us) AS last_us
         FROM line_sums WHERE verdict = 'scan' AND {column} != '' GROUP BY line, item),
sources AS (SELECT line, {column} AS item, count(DISTINCT source) AS scanners FROM scan_sources GROUP BY line, item),
numbers AS (SELECT line, {column} AS item, count(DISTINCT service) AS ports
            FROM class_services JOIN classes USING (class) GROUP BY line, item),
destinations AS (SELECT line, {column} AS item, count(DISTINCT target) AS targets
                 FROM class_targets JOIN classes USING (class) GROUP BY line, item)
SELECT name AS line, rank, item, n AS packets, 100.0 * n / total AS share, scanners, ifnull(ports, 0) AS ports, targets,
    {_time("first_us")} AS first, {_time("last_us")} AS last
FROM (SELECT *, {_rank(order)} FROM sums)
JOIN scan_totals USING (line) JOIN lines USING (line) JOIN sources USING (line, item) LEFT JOIN numbers USING (line, item)
JOIN destinations USING (line, item)
ORDER BY name, rank"""


TOP_PORTS = f"""WITH
destinations AS (SELECT line, service, count(*) AS targets FROM service_targets GROUP BY line, service)
SELECT name AS line, rank, {_port("service")} AS item, packets, 100.0 * packets / total AS share, scanners,
    NULL AS ports, targets, {_time("first_us")} AS first, {_time("last_us")} AS last
FROM (SELECT *, {_rank("packets DESC, service >> 16, service & 65535")} FROM service_totals)
JOIN scan_totals USING (line) JOIN lines USING (line) JOIN service_scanners USING (line, service)
JOIN destinations USING (line, service)
ORDER BY name, rank"""


def _of_scanner(what, table="contacts c", where="true"):
    """What a table has of the scanner in `sorted`."""
    return f"(SELECT {what} FROM {table} WHERE {where} AND line = number AND source = sorted.source)"


def _tried(column):
    """The values that a column has among the scans of the scanner in `sorted`."""
    values = _of_scanner(f"DISTINCT {column}", CLASSES, f"{column} != ''").removesuffix(")")
    return f"(SELECT group_concat({column}, ', ') FROM {values} ORDER BY {column}))"


CLASSES = "source_sums JOIN classes USING (class)"
CONTACTS, TARGETS = _of_scanner("count(*)"), _of_scanner("count(DISTINCT target)")
PORTS = _of_scanner("count(DISTINCT service)", where=HAS_PORT.format(service="service"))
LABEL = _of_scanner("max(label)", CLASSES)
ADDRESS, NETWORK = (f"(SELECT {column} FROM addresses WHERE address = sorted.source)" for column in ("text", "network"))

# Few read on to the end of millions of scanners: what is counted of each is counted when its row is read, and its name
# looked up. So these are sorted before, with little else beside them: SQLite keeps the order of a subquery that is not
# joined, and that of ranks in the outer loop of a CROSS JOIN, where nothing else asks for one.
TOP_SCANNERS = f"""SELECT name AS line, rank, {ADDRESS} || ifnull(', ' || nullif({LABEL}, ''), '') AS item,
    packets, 100.0 * packets / total AS share, 1 AS scanners, {PORTS} AS ports, {TARGETS} AS targets,
    {_time("first_us")} AS first, {_time("last_us")} AS last, {ADDRESS} AS address, {LABEL} AS organisation,
    {CONTACTS} AS contacts
FROM (SELECT name, line AS number, source, packets, first_us, last_us,
          row_number() OVER (PARTITION BY name ORDER BY packets DESC, ip_version, bytes) AS rank
      FROM source_totals JOIN addresses ON address = source JOIN lines USING (line)) AS sorted
CROSS JOIN scan_totals t ON t.line = number"""

SCANNERS = f"""SELECT name AS line, {ADDRESS} AS address, {LABEL} AS organisation, {NETWORK} AS network, packets,
    {CONTACTS} AS contacts, {PORTS} AS ports, {TARGETS} AS targets, pattern, ifnull({_tried("tool")}, '') AS tools,
    {_tried("technique")} AS techniques, {_time("first_us")} AS first, {_time("last_us")} AS last
FROM (SELECT name, line AS number, source, packets, first_us, last_us, pattern
      FROM (SELECT {TOTALS}, {PATTERN} AS pattern FROM source_sums GROUP BY line, source)
      JOIN addresses ON address = source JOIN lines USING (line)
      ORDER BY name, packets DESC, ip_version, bytes) AS sorted"""

NEW_SCANNERS = f"""SELECT name AS line, {ADDRESS} AS address, {LABEL} AS organisation, packets, {_time("first_us")} AS first,
    {_time("last_us")} AS last
FROM (SELECT name, line AS number, source, packets, first_us, last_us
      FROM source_totals JOIN addresses ON address = source JOIN lines USING (line)
      ORDER BY name, first_us DESC, bytes) AS sorted"""

CAPTURE = f"""WITH
whole AS (SELECT line, sum(packets) AS packets, sum(not_judged) AS not_judged,
              min(first_us) FILTER (WHERE packets > 0) AS first_us, max(last_us) FILTER (WHERE packets > 0) AS last_us
          FROM loads GROUP BY line),
noise AS (SELECT line, verdict, sum(packets) AS packets, min(first_us) AS first_us, max(last_us) AS last_us
          FROM line_sums GROUP BY line, verdict),
sources AS (SELECT line, count(*) AS scanners FROM (SELECT DISTINCT line, source FROM source_sums) GROUP BY line),
numbers AS (SELECT line, count(DISTINCT service) AS ports FROM class_services GROUP BY line),
destinations AS (SELECT line, count(DISTINCT target) AS targets FROM class_targets GROUP BY line),
items AS
(
    SELECT line, 1 AS rank, 'All packets' AS item, packets, NULL AS share, NULL AS counted, first_us, last_us FROM whole
    UNION ALL
    SELECT line, 2, 'Noise', ifnull((SELECT sum(packets) FROM noise n WHERE n.line = w.line), 0), NULL, NULL,
        (SELECT min(first_us) FROM noise n WHERE n.line = w.line),
        (SELECT max(last_us) FROM noise n WHERE n.line = w.line) FROM whole w
    UNION ALL
    SELECT w.line, 3, 'Unsolicited scans', ifnull(n.packets, 0), CASE WHEN n.packets > 0 THEN 100.0 ELSE 0.0 END, 1,
        n.first_us, n.last_us FROM whole w LEFT JOIN noise n ON n.line = w.line AND verdict = 'scan'
    UNION ALL
    SELECT w.line, 4, 'Backscatter', ifnull(n.packets, 0), NULL, NULL, n.first_us, n.last_us
    FROM whole w LEFT JOIN noise n ON n.line = w.line AND verdict = 'backscatter'
    UNION ALL
    SELECT line, 5, 'Not judged: limit reached', not_judged, NULL, NULL, NULL, NULL FROM whole WHERE not_judged > 0
    UNION ALL
    SELECT line, 6, 'Judged otherwise than the newest', sum(packets), NULL, NULL, NULL, NULL FROM loads l
    WHERE judgement != (SELECT judgement FROM loads n ORDER BY loaded_us DESC, load DESC LIMIT 1) GROUP BY line
)
SELECT name AS line, rank, item, packets, share,
    CASE WHEN rank < 4 THEN ifnull(scanners, 0) WHEN rank = 4 THEN 0 END AS scanners,
    CASE WHEN counted THEN ifnull(ports, 0) END AS ports, CASE WHEN counted THEN ifnull(targets, 0) END AS targets,
    CASE WHEN packets > 0 AND rank < 5 THEN {_time("first_us")} END AS first,
    CASE WHEN packets > 0 AND rank < 5 THEN {_time("last_us")} END AS last
FROM items JOIN lines USING (line) LEFT JOIN sources USING (line) LEFT JOIN numbers USING (line)
LEFT JOIN destinations USING (line)
ORDER BY name, rank"""

IP_VERSIONS = f"""WITH
items (ip_version, rank, item) AS (VALUES (4, 1, 'IPv4'), (6, 2, 'IPv6'), (6, 3, 'IPv6 scanners by /64')),
sums AS (SELECT line, ip_version, sum(packets) AS n, min(first_us) AS first_us, max(last_us) AS last_us
         FROM line_sums WHERE verdict = 'scan' GROUP BY line, ip_version),
sources AS (SELECT line, s.ip_version, count(DISTINCT source) AS scanners,
                count(DISTINCT CASE WHEN s.ip_version = 6 THEN substr(bytes, 1, 8) END) AS networks
            FROM scan_sources s JOIN addresses ON address = source GROUP BY line, s.ip_version),
numbers AS (SELECT line, ip_version, count(DISTINCT service) AS ports
            FROM class_services JOIN classes USING (class) GROUP BY line, ip_version),
destinations AS (SELECT line, ip_version, count(DISTINCT target) AS targets
                 FROM class_targets JOIN classes USING (class) GROUP BY line, ip_version)
SELECT name AS line, rank, item, ifnull(n, 0) AS packets, ifnull(100.0 * n / total, 0.0) AS share,
    ifnull(CASE rank WHEN 3 THEN networks ELSE scanners END, 0) AS scanners, ifnull(ports, 0) AS ports,
    ifnull(targets, 0) AS targets, {_time("first_us")} AS first, {_time("last_us")} AS last
FROM items CROSS JOIN (SELECT DISTINCT line FROM loads) JOIN lines USING (line) LEFT JOIN scan_totals USING (line)
LEFT JOIN sums USING (line, ip_version) LEFT JOIN sources USING (line, ip_version)
LEFT JOIN numbers USING (line, ip_version) LEFT JOIN destinations USING (line, ip_version)
ORDER BY name, rank"""

NOISE = f"""SELECT l.name AS line, load, row, f.first_us, f.first_us + lasted_us AS last_us,
    {_time("f.first_us")} AS first, {_time("f.first_us + lasted_us")} AS last, c.ip_version AS ip_version, s.text AS source,
    t.text AS target, {TRANSPORT.format(service="service")} AS transport,
    CASE WHEN service >> 16 = 2 THEN 0 ELSE service & 65535 END AS port,
    {HAS_PORT.format(service="service")} AS has_port, technique, outcome, tool, f.packets AS packets,
    f.bytes AS bytes, label, verdict, reason
FROM flows f JOIN loads USING (load) JOIN lines l USING (line) JOIN classes c USING (class)
JOIN addresses s ON s.address = f.source JOIN addresses t ON t.address = f.target"""

CAPTURES = f"""SELECT lines.name AS line, capture, load, loads.name, {_time("loaded_us")} AS loaded, rows, packets,
    not_judged, {_time("first_us")} AS first, {_time("last_us")} AS last, text AS judgement
FROM loads JOIN lines USING (line) JOIN judgements USING (judgement) ORDER BY load"""

HOURS = f"""WITH
sums AS (SELECT line, hour, sum(packets) FILTER (WHERE ip_version = 4) AS v4,
             sum(packets) FILTER (WHERE ip_version = 6) AS v6
         FROM line_sums WHERE verdict = 'scan' GROUP BY line, hour),
sources AS (SELECT line, hour, count(*) AS scanners FROM hour_sources GROUP BY line, hour)
SELECT name AS line, {_hour("hour")} AS begin, ifnull(v4, 0) AS ipv4, ifnull(v6, 0) AS ipv6, scanners
FROM sums JOIN sources USING (line, hour) JOIN lines USING (line) ORDER BY name, begin"""

HOURS_BY_PORT = f"""SELECT name AS line, {_hour("hour")} AS begin, {_port("service")} AS item, sum(s.packets) AS packets
FROM service_sums s JOIN lines USING (line) GROUP BY line, service, hour
ORDER BY name, begin, packets DESC, service"""


def _of_network(what, where="true"):
    """What the contacts of the network in `sorted` have."""
    return f"""(SELECT count(DISTINCT {what}) FROM addresses a CROSS JOIN contacts c ON c.line = number AND source = address
     WHERE a.network = item AND {where})"""


# Ports and targets are counted when a row is read, as a scanner's are.
NETWORKS = f"""SELECT name AS line, rank, item, n AS packets, 100.0 * n / total AS share, scanners,
    {_of_network("service", HAS_PORT.format(service="service"))} AS ports, {_of_network("target")} AS targets,
    {_time("first_us")} AS first, {_time("last_us")} AS last
FROM (SELECT *, row_number() OVER (PARTITION BY name ORDER BY scanners DESC, n DESC, item) AS rank
      FROM (SELECT name, line AS number, network AS item, count(*) AS scanners, sum(packets) AS n,
                min(first_us) AS first_us, max(last_us) AS last_us
            FROM source_totals JOIN addresses ON address = source JOIN lines USING (line)
            GROUP BY line, item HAVING scanners > 1)) AS sorted
CROSS JOIN scan_totals t ON t.line = number"""

# The last day that the line has packets of, and the week before it.
RISING_PORTS = f"""WITH
newest AS (SELECT line, max(hour) / 24 AS last FROM service_sums GROUP BY line),
counts AS (SELECT line, service, last, sum(packets) FILTER (WHERE hour >= 24 * last) AS n,
               ifnull(sum(packets) FILTER (WHERE hour < 24 * last), 0) AS before
           FROM newest CROSS JOIN service_sums USING (line) WHERE hour >= 24 * (last - 7) GROUP BY line, service)
SELECT name AS line, {_port("service")} AS item, date(last * 86400, 'unixepoch') AS day, n AS packets,
    before / 7.0 AS packets_a_day_before, n / ((before + 7) / 7.0) AS times
FROM counts JOIN lines USING (line) WHERE n > 0 ORDER BY name, times DESC, service"""

BACKSCATTER_VICTIMS = f"""SELECT l.name AS line, text AS address, sum(f.packets) AS packets, count(*) AS flows,
    count(DISTINCT target) AS targets, {_time("min(f.first_us)")} AS first, {_time("max(f.first_us + lasted_us)")} AS last
FROM flows f JOIN loads USING (load) JOIN lines l USING (line) JOIN addresses ON address = source
WHERE class IN (SELECT class FROM classes WHERE verdict = 'backscatter')
GROUP BY l.name, source ORDER BY l.name, packets DESC, ip_version, addresses.bytes"""

LINES_COMPARED = """SELECT name AS line, sum(packets) AS packets, count(*) AS scanners,
    sum(elsewhere) AS scanners_elsewhere,
    100.0 * sum(CASE WHEN elsewhere THEN packets ELSE 0 END) / sum(packets) AS share_of_these
FROM (SELECT line, packets, EXISTS (SELECT * FROM lines l CROSS JOIN source_sums s ON s.line = l.line
          WHERE l.line != t.line AND s.source = t.source) AS elsewhere FROM source_totals t)
JOIN lines USING (line) GROUP BY name ORDER BY name"""

VIEWS = {
    **PARTS,
    "noise": NOISE, "captures": CAPTURES, "capture": CAPTURE, "ip_versions": IP_VERSIONS, "top_ports": TOP_PORTS,
    "top_scanners": TOP_SCANNERS, **{trait.view: _trait(trait) for trait in TRAITS},
    "hours": HOURS, "hours_by_port": HOURS_BY_PORT, "networks": NETWORKS, "scanners": SCANNERS,
    "new_scanners": NEW_SCANNERS, "rising_ports": RISING_PORTS, "backscatter_victims": BACKSCATTER_VICTIMS,
    "lines_compared": LINES_COMPARED,
}


def statements():
    """The SQL that makes them, one statement each."""
    return [f"CREATE VIEW {name} AS\n{query}" for name, query in VIEWS.items()]
