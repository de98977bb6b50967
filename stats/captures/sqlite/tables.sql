-- Copyright 2026 the Scan Noise developers
-- SPDX-License-Identifier: GPL-2.0-or-later
-- The tables of the SQLite file. Rows of flows are what tshark wrote; addresses and what flows have in common
-- are numbers there, so that ten million rows fit into a file that a laptop reads.
--
-- What the sections ask for would take minutes to work out of all rows, so it is kept beside them, and changes
-- with them in the same transaction: sums for each load, and pairs such as (port, target) that are counted once
-- however many loads have them. A load is a capture as it was judged. It is there with all its rows or not at all.

CREATE TABLE lines (line INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE judgements (judgement INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE loads
(
    load INTEGER PRIMARY KEY,
    capture TEXT NOT NULL UNIQUE,       -- SHA-256 of its content, or of its files' digests
    line INTEGER NOT NULL REFERENCES lines,
    judgement INTEGER NOT NULL REFERENCES judgements,
    loaded_us INTEGER NOT NULL,
    name TEXT NOT NULL,
    rows INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    not_judged INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL
);

-- The files of each capture. The same content belongs to one capture at a time.
CREATE TABLE members (file TEXT PRIMARY KEY, load INTEGER NOT NULL REFERENCES loads) WITHOUT ROWID;
CREATE INDEX members_of_load ON members (load);

CREATE TABLE addresses
(
    address INTEGER PRIMARY KEY,
    ip_version INTEGER NOT NULL,
    bytes BLOB NOT NULL,                -- sorts as the plugin does
    text TEXT NOT NULL UNIQUE,
    network TEXT NOT NULL               -- /24 of IPv4, /48 of IPv6
);
CREATE INDEX addresses_of_network ON addresses (network);

CREATE TABLE classes
(
    class INTEGER PRIMARY KEY,
    ip_version INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    technique TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tool TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (ip_version, verdict, technique, outcome, tool, label, reason)
);

-- A service is transport * 65536 + port, transports being numbered as in ClickHouse's tables; ICMP has a number
-- made of the technique for a port, and other protocols their own. Those of a source lie side by side, as most sums go
-- by source, and so does who looks for one; and its classes, as their sums need no sorting then.
CREATE TABLE flows
(
    load INTEGER NOT NULL,
    row INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    lasted_us INTEGER NOT NULL,
    source INTEGER NOT NULL,
    target INTEGER NOT NULL,
    service INTEGER NOT NULL,
    class INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (load, source, class, row)
) WITHOUT ROWID;

-- Sums of a load, of what is noise by class, and of scans by source and by port. An hour is the one that the flow
-- began in. Those of a source, or of a port, lie side by side, as views add up millions of them. Service and target
-- of a source are -1 where it has several: what pattern a scanner has shows without its contacts.
CREATE TABLE source_sums
(
    line INTEGER, source INTEGER, class INTEGER, load INTEGER, packets INTEGER, first_us INTEGER, last_us INTEGER,
    service INTEGER, target INTEGER, PRIMARY KEY (line, source, class, load)
) WITHOUT ROWID;
CREATE TABLE class_sums
(
    load INTEGER, class INTEGER, hour INTEGER, packets INTEGER, first_us INTEGER, last_us INTEGER,
    PRIMARY KEY (load, class, hour)
) WITHOUT ROWID;
CREATE TABLE service_sums
(
    line INTEGER, service INTEGER, hour INTEGER, load INTEGER, packets INTEGER, first_us INTEGER, last_us INTEGER,
    PRIMARY KEY (line, service, hour, load)
) WITHOUT ROWID;

-- Pairs among scans, and how many loads of the line have them.
CREATE TABLE contacts
(
    line INTEGER, source INTEGER, service INTEGER, target INTEGER, loads INTEGER,
    PRIMARY KEY (line, source, service, target)
) WITHOUT ROWID;
CREATE TABLE service_targets
(
    line INTEGER, service INTEGER, target INTEGER, loads INTEGER, PRIMARY KEY (line, service, target)
) WITHOUT ROWID;
CREATE TABLE class_services
(
    line INTEGER, class INTEGER, service INTEGER, loads INTEGER, PRIMARY KEY (line, class, service)
) WITHOUT ROWID;
CREATE TABLE class_targets
(
    line INTEGER, class INTEGER, target INTEGER, loads INTEGER, PRIMARY KEY (line, class, target)
) WITHOUT ROWID;
CREATE TABLE hour_sources
(
    line INTEGER, hour INTEGER, source INTEGER, loads INTEGER, PRIMARY KEY (line, hour, source)
) WITHOUT ROWID;

-- How many sources the contacts of a port have: to count them would take all contacts.
CREATE TABLE service_scanners
(
    line INTEGER, service INTEGER, scanners INTEGER, PRIMARY KEY (line, service)
) WITHOUT ROWID;

-- What no load has any more is found by these, which are empty at all other times.
CREATE INDEX contacts_of_none ON contacts (line) WHERE loads = 0;
CREATE INDEX service_targets_of_none ON service_targets (line) WHERE loads = 0;
CREATE INDEX class_services_of_none ON class_services (line) WHERE loads = 0;
CREATE INDEX class_targets_of_none ON class_targets (line) WHERE loads = 0;
CREATE INDEX hour_sources_of_none ON hour_sources (line) WHERE loads = 0;
