-- Copyright 2026 the Scan Noise developers
-- SPDX-License-Identifier: GPL-2.0-or-later
-- The tables, the same on every server of the cluster "scannoise". load.py --setup runs this file on each of
-- them, then views.sql on each, then the views of views.py, in this order because ClickHouse tries a view's
-- subqueries when it makes the view. For the ClickHouse of today; dialect.py makes this text one for 18.16 (Debian 12).

CREATE DATABASE IF NOT EXISTS scannoise;

-- One row for each flow that is noise, on the shard that its source belongs to.
--
-- A row counts when its load is in the table captures. A load is an attempt to bring in a capture, whose number no
-- other attempt has: so what was sent by one that was cut off never counts, and no row is there twice. Rows lie
-- by source, as who looks at one scanner wants a few of many.
--
-- A flow's end is kept as the time that it lasted, in microseconds, and addresses of IPv4 are mapped into IPv6. Names
-- that the plugin gives, of techniques for instance, are text, so that a plugin with a new one needs no change here.
CREATE TABLE IF NOT EXISTS scannoise.flows_local
(
    day Date,
    load UInt64,
    row UInt32,
    line LowCardinality(String),
    began DateTime64(6, 'UTC'),
    lasted_us Int64,
    ip_version UInt8,
    source_ip IPv6,
    target_ip IPv6,
    transport Enum8('tcp' = 0, 'udp' = 1, 'icmp' = 2, 'sctp' = 3, 'ip' = 4),
    port UInt16,
    technique LowCardinality(String),
    outcome LowCardinality(String),
    tool LowCardinality(String),
    packets UInt64,
    bytes UInt64,
    label LowCardinality(String),
    reason LowCardinality(String),
    verdict Enum8('scan' = 1, 'backscatter' = 2)
)
ENGINE = MergeTree() PARTITION BY toYYYYMM(day)
ORDER BY (source_ip, began);

CREATE TABLE IF NOT EXISTS scannoise.flows AS scannoise.flows_local
ENGINE = Distributed(scannoise, scannoise, flows_local, cityHash64(source_ip));

-- What was loaded: a row for each time that a capture was judged and all its rows had arrived. The last one
-- of a capture is the one that counts. Its load is 0 when another capture with the same files took its place.
CREATE TABLE IF NOT EXISTS scannoise.captures_local
(
    capture FixedString(64),
    load UInt64,
    line String,
    judgement String,
    loaded_us Int64,
    name String,
    rows UInt64,
    packets UInt64,
    not_judged UInt64,
    first_us Int64,
    last_us Int64
)
ENGINE = ReplacingMergeTree() ORDER BY (capture, load, loaded_us);

CREATE TABLE IF NOT EXISTS scannoise.captures AS scannoise.captures_local
ENGINE = Distributed(scannoise, scannoise, captures_local, cityHash64(capture));

-- Which files a capture of several consists of, by their content: the same file shall not count twice.
CREATE TABLE IF NOT EXISTS scannoise.members_local
(
    capture FixedString(64),
    file FixedString(64)
)
ENGINE = ReplacingMergeTree() ORDER BY (capture, file);

CREATE TABLE IF NOT EXISTS scannoise.members AS scannoise.members_local
ENGINE = Distributed(scannoise, scannoise, members_local, cityHash64(capture));

-- Takes the columns of tshark -z scannoise,flows as they are, and keeps nothing: so it may be made anew.
DROP TABLE IF EXISTS scannoise.intake_to_flows;
DROP TABLE IF EXISTS scannoise.intake;
CREATE TABLE scannoise.intake
(
    load UInt64,
    row UInt32,
    line String,
    csv_first String,
    csv_last String,
    csv_ip_version UInt8,
    csv_source String,
    csv_target String,
    csv_transport String,
    csv_port String,
    csv_technique String,
    csv_outcome String,
    csv_tool String,
    csv_packets UInt64,
    csv_bytes UInt64,
    csv_label String,
    csv_reason String,
    csv_verdict Enum8('scan' = 1, 'backscatter' = 2)
)
ENGINE = Null;

-- On its way from there, a row gets the types of flows_local. "ip/47" is transport and protocol number.
-- Days end in the year 2106, as those of ClickHouse 18.16 do: it takes later ones for 1970, and then for a damaged
-- partition. A flow of a clock that is far off is on the last day or the first.
CREATE MATERIALIZED VIEW scannoise.intake_to_flows TO scannoise.flows AS
SELECT
    toDate(toUInt16(least(greatest(intDiv(first_us, 86400000000), 0), 49708))) AS day,
    load,
    row,
    line,
    fromUnixTimestamp64Micro(toInt64(replaceOne(csv_first, '.', '')) AS first_us) AS began,
    toInt64(replaceOne(csv_last, '.', '')) - first_us AS lasted_us,
    csv_ip_version AS ip_version,
    toIPv6(if(csv_ip_version = 4, concat('::ffff:', csv_source), csv_source)) AS source_ip,
    toIPv6(if(csv_ip_version = 4, concat('::ffff:', csv_target), csv_target)) AS target_ip,
    CAST(splitByChar('/', csv_transport)[1] AS
         Enum8('tcp' = 0, 'udp' = 1, 'icmp' = 2, 'sctp' = 3, 'ip' = 4)) AS transport,
    toUInt16OrZero(if(csv_transport LIKE 'ip/%', substring(csv_transport, 4), csv_port)) AS port,
    csv_technique AS technique,
    csv_outcome AS outcome,
    csv_tool AS tool,
    csv_packets AS packets,
    csv_bytes AS bytes,
    csv_label AS label,
    csv_reason AS reason,
    csv_verdict AS verdict
FROM scannoise.intake;
