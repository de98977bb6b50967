-- Copyright 2026 the Scan Noise developers
-- SPDX-License-Identifier: GPL-2.0-or-later
-- scannoise.noise: the rows that count. A view holds nothing, so this file may be run again. It asks
-- for the tables of tables.sql on all servers.

DROP TABLE IF EXISTS scannoise.loads;
CREATE VIEW scannoise.loads AS
SELECT
    capture,
    argMax(load, loaded_us) AS valid,
    argMax(line, loaded_us) AS of_line,
    argMax(judgement, loaded_us) AS judged_as,
    max(loaded_us) AS latest_load_us,
    argMax(packets, loaded_us) AS all_packets,
    argMax(not_judged, loaded_us) AS all_not_judged,
    argMax(first_us, loaded_us) AS earliest_us,
    argMax(last_us, loaded_us) AS latest_us
FROM scannoise.captures
GROUP BY capture;

-- The rows that count, on this server.
-- A DateTime is between 1970 and ClickHouse 18.16's last one, in February 2106; the microseconds are exact.
DROP TABLE IF EXISTS scannoise.noise_local;
CREATE VIEW scannoise.noise_local AS
SELECT
    day,
    load,
    row,
    line,
    toUnixTimestamp64Micro(began) AS first_us,
    first_us + lasted_us AS last_us,
    toDateTime(intDiv(least(greatest(first_us, 0), toInt64(4294880895000000)), 1000000), 'UTC') AS first,
    toDateTime(intDiv(least(greatest(last_us, 0), toInt64(4294880895000000)), 1000000), 'UTC') AS last,
    ip_version,
    source_ip,
    if(ip_version = 4, substring(IPv6NumToString(source_ip), 8), IPv6NumToString(source_ip)) AS source,
    if(ip_version = 4, concat(substring(cutIPv6(source_ip, 1, 1), 8), '/24'), concat(cutIPv6(source_ip, 10, 10), '/48'))
        AS network,
    target_ip,
    if(ip_version = 4, substring(IPv6NumToString(target_ip), 8), IPv6NumToString(target_ip)) AS target,
    transport,
    port,
    transport IN ('tcp', 'udp', 'sctp') AS has_port,
    technique,
    outcome,
    tool,
    packets,
    bytes,
    label,
    reason,
    verdict
FROM scannoise.flows_local
WHERE load IN (SELECT valid FROM scannoise.loads);

-- The same on all servers. What is asked of it, each shard counts for itself, and one server adds up.
DROP TABLE IF EXISTS scannoise.noise;
CREATE TABLE scannoise.noise AS scannoise.noise_local
ENGINE = Distributed(scannoise, scannoise, noise_local);
