-- SPDX-License-Identifier: GPL-2.0-or-later
-- The sections of the plugin's table, of all captures that are loaded. This file may be run again. It asks for
-- scannoise.noise on all servers.
--
-- Columns are those of the table in tshark; a share is in percent of all scan packets, not rounded. Distinct
-- numbers are exact, across captures and shards. Rows are numbered and sorted as in tshark; who selects from
-- a view and relies on the order adds ORDER BY rank.

DROP TABLE IF EXISTS scannoise.capture;
CREATE VIEW scannoise.capture AS
SELECT rank, item, packets, share, scanners, ports, targets, first, last
FROM
(
    SELECT
        *,
        scan + backscatter AS both,
        (SELECT sum(all_packets) FROM scannoise.loads) AS everything,
        (SELECT sum(all_not_judged) FROM scannoise.loads) AS left_out,
        (SELECT toDateTime(intDiv(least(greatest(minIf(earliest_us, all_packets > 0), 0),
            toInt64(4294880895000000)), 1000000), 'UTC') FROM scannoise.loads) AS all_first,
        (SELECT toDateTime(intDiv(least(greatest(maxIf(latest_us, all_packets > 0), 0),
            toInt64(4294880895000000)), 1000000), 'UTC') FROM scannoise.loads) AS all_last
    FROM
    (
        SELECT
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
    )
)
ARRAY JOIN
    [1, 2, 3, 4, 5] AS rank,
    ['All packets', 'Noise', 'Unsolicited scans', 'Backscatter', 'Not judged: limit reached'] AS item,
    [everything, both, scan, backscatter, left_out] AS packets,
    [NULL, NULL, if(scan > 0, 100., 0.), NULL, NULL] AS share,
    [sources, sources, sources, 0, NULL] AS scanners,
    [NULL, NULL, numbers, NULL, NULL] AS ports,
    [NULL, NULL, destinations, NULL, NULL] AS targets,
    [if(everything > 0, all_first, NULL), if(both > 0, noise_first, NULL),
        if(scan > 0, scan_first, NULL), if(backscatter > 0, backscatter_first, NULL), NULL] AS first,
    [if(everything > 0, all_last, NULL), if(both > 0, noise_last, NULL),
        if(scan > 0, scan_last, NULL), if(backscatter > 0, backscatter_last, NULL), NULL] AS last
WHERE rank < 5 OR left_out > 0
ORDER BY rank;

DROP TABLE IF EXISTS scannoise.ip_versions;
CREATE VIEW scannoise.ip_versions AS
SELECT rank, item, packets, share, scanners, ports, targets, first, last
FROM
(
    SELECT
        sumIf(packets, ip_version = 4) AS n4,
        sumIf(packets, ip_version = 6) AS n6,
        uniqExactIf(source_ip, ip_version = 4) AS sources4,
        uniqExactIf(source_ip, ip_version = 6) AS sources6,
        uniqExactIf(substring(source_ip, 1, 8), ip_version = 6) AS networks6,
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
ORDER BY rank;

DROP TABLE IF EXISTS scannoise.techniques;
CREATE VIEW scannoise.techniques AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, technique AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, numbers AS ports, destinations AS targets, earliest AS first, latest AS last
FROM
(
    SELECT
        technique,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExactIf(transport, port, has_port) AS numbers,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest
    FROM scannoise.noise
    WHERE verdict = 'scan'
    GROUP BY technique
    ORDER BY n DESC, indexOf(['TCP SYN', 'TCP connect', 'TCP NULL', 'TCP FIN', 'TCP Xmas', 'TCP Maimon',
        'TCP ACK', 'TCP other flags', 'UDP', 'ICMP echo', 'ICMP timestamp', 'ICMP information',
        'ICMP address mask', 'SCTP INIT', 'IP protocol'], technique)
);

DROP TABLE IF EXISTS scannoise.outcomes;
CREATE VIEW scannoise.outcomes AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, outcome AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, numbers AS ports, destinations AS targets, earliest AS first, latest AS last
FROM
(
    SELECT
        outcome,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExactIf(transport, port, has_port) AS numbers,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest
    FROM scannoise.noise
    WHERE verdict = 'scan'
    GROUP BY outcome
    ORDER BY n DESC, indexOf(['unanswered', 'refused', 'unreachable', 'half-open', 'connected',
        'conversation'], outcome)
);

DROP TABLE IF EXISTS scannoise.tools;
CREATE VIEW scannoise.tools AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, tool AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, numbers AS ports, destinations AS targets, earliest AS first, latest AS last
FROM
(
    SELECT
        tool,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExactIf(transport, port, has_port) AS numbers,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest
    FROM scannoise.noise
    WHERE verdict = 'scan' AND tool != ''
    GROUP BY tool
    ORDER BY n DESC, indexOf(['ZMap', 'Masscan', 'Mirai', 'Nmap', 'Unicornscan', 'hping'],
        tool)
);

DROP TABLE IF EXISTS scannoise.organisations;
CREATE VIEW scannoise.organisations AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, label AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, numbers AS ports, destinations AS targets, earliest AS first, latest AS last
FROM
(
    SELECT
        label,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExactIf(transport, port, has_port) AS numbers,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest
    FROM scannoise.noise
    WHERE verdict = 'scan' AND label != ''
    GROUP BY label
    ORDER BY n DESC, label
);

DROP TABLE IF EXISTS scannoise.top_ports;
CREATE VIEW scannoise.top_ports AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, concat(toString(transport), '/', toString(port)) AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, NULL AS ports, destinations AS targets, earliest AS first, latest AS last
FROM
(
    SELECT
        transport, port,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest
    FROM scannoise.noise
    WHERE verdict = 'scan' AND has_port
    GROUP BY transport, port
    ORDER BY n DESC, transport, port
);

DROP TABLE IF EXISTS scannoise.top_scanners;
CREATE VIEW scannoise.top_scanners AS
SELECT
    rowNumberInAllBlocks() + 1 AS rank, if(organisation = '', address, concat(address, ', ', organisation)) AS item,
    n AS packets, 100 * n / (SELECT sum(packets) FROM scannoise.noise WHERE verdict = 'scan') AS share,
    sources AS scanners, numbers AS ports, destinations AS targets, earliest AS first, latest AS last,
    address, organisation, tried AS contacts
FROM
(
    SELECT
        ip_version, source_ip,
        sum(packets) AS n,
        uniqExact(ip_version, source_ip) AS sources,
        uniqExactIf(transport, port, has_port) AS numbers,
        uniqExact(ip_version, target_ip) AS destinations,
        min(first) AS earliest,
        max(last) AS latest,
        any(source) AS address,
        any(label) AS organisation,
        uniqExact(target_ip, transport, port, if(transport = 'icmp', technique, '')) AS tried
    FROM scannoise.noise
    WHERE verdict = 'scan'
    GROUP BY ip_version, source_ip
    ORDER BY n DESC, ip_version, source_ip
);
