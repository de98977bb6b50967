# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where scanners are, by the user's MaxMind databases: real .mmdb files that mmdbresolve reads."""
import json
import time
from functools import partial

import pytest

from builders import START, World, line, pcap
from maxmind import database
from suite import TABLE
from table import ORIGINS, from_sharkd, parse

AS, COUNTRY = ORIGINS
# All that `scans` has.
OTHERS = ("Capture", "IP version", "Top ports", "Top scanners", "Techniques", "Outcomes", "Reasons", "Networks")
V4, V6 = World(4), World(6)
ONE, TWO, THREE, SIX = "192.0.2.1", "192.0.2.200", "203.0.113.5", V6.scanner(1)
COUNTRIES = {"192.0.2.0/25": {"country": {"iso_code": "AT", "names": {"en": "Austria"}}},
             "192.0.2.128/25": {"country": {"iso_code": "NZ", "names": {"en": "New Zealand"}}},
             "2001:db8::/32": {"country": {"iso_code": "AT", "names": {"en": "Austria"}}}}
SYSTEMS = {"192.0.2.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example, \"Net\""},
           "2001:db8::/32": {"autonomous_system_number": 4_200_000_000}}


@pytest.fixture
def tshark(tshark):
    """Without -n, which since Wireshark 4.4 means no look-up in a database either."""
    return partial(tshark, resolve=True)


@pytest.fixture
def databases(programs, workdir):
    """databases(country.mmdb=bytes, ...) puts them into a folder that Wireshark is told of."""
    folder = workdir / "databases"
    folder.mkdir()

    def put(**files):
        for name, content in files.items():
            (folder / f"{name}.mmdb").write_bytes(content)
        config = programs.with_plugin / ".config/wireshark"
        config.mkdir(parents=True, exist_ok=True)
        (config / "maxmind_db_paths").write_text(f'"{folder}"\n')
    return put


@pytest.fixture
def both(databases):
    databases(country=database("GeoLite2-Country", COUNTRIES), systems=database("GeoLite2-ASN", SYSTEMS))


@pytest.fixture
def scans(workdir):
    """Four scanners: one in each country, one that no database knows, and one over IPv6."""
    packets = [V4.tcp(ONE, V4.router, "S", dport=22), V4.tcp(ONE, V4.router, "S", dport=23),
               V4.tcp(TWO, V4.target(100), "S", dport=23), V4.tcp(THREE, V4.router, "S", dport=23),
               V6.tcp(SIX, V6.router, "S", dport=23)]
    path = workdir / "scans.pcap"
    path.write_bytes(pcap([(START + n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    return path


def told(rows):
    return [(row.item, row.packets, row.share, row.scanners, row.ports, row.targets) for row in rows]


def test_no_databases_no_sections(tshark, scans):
    assert tuple(parse(tshark("-q", "-r", scans, *TABLE).stdout)) == OTHERS


def test_sections(tshark, scans, both):
    table = parse(tshark("-q", "-r", scans, *TABLE).stdout)
    assert tuple(table) == OTHERS + ORIGINS
    assert told(table[AS]) == [('AS64496 Example, "Net"', 3, "60.00", 2, 2, 2), ("AS4200000000", 1, "20.00", 1, 1, 1)]
    assert told(table[COUNTRY]) == [("Austria (AT)", 3, "60.00", 2, 2, 2), ("New Zealand (NZ)", 1, "20.00", 1, 1, 1)]


@pytest.mark.parametrize("arguments", [["-2"], ["-V"], ["-2", "-Y", "ip.geoip.src_country == Austria"], ["-M", "2"]])
def test_other_ways_to_run_say_the_same(tshark, scans, both, arguments):
    """Details look the addresses up as well, frame by frame; sessions look them up again and again."""
    quiet = tshark("-q", "-r", scans, *TABLE).stdout
    said = tshark("-q", *arguments, "-r", scans, *TABLE).stdout
    assert {name: parse(said)[name] for name in ORIGINS} == {name: parse(quiet)[name] for name in ORIGINS}


def test_sharkd_has_them_since_it_reads_databases(sharkd, scans, both, wireshark_version):
    """sharkd 4.0 takes the databases out of its preferences when it starts."""
    tap = ("tap", {"tap0": "nstat:scannoise,stat"})
    first, _, second = sharkd(scans, tap, ("load", {"file": str(scans)}), tap)
    expected = OTHERS if wireshark_version < (4, 4) else OTHERS + ORIGINS
    assert tuple(from_sharkd(first)) == tuple(from_sharkd(second)) == expected


def test_no_names_no_origins(tshark, scans, both, wireshark_version):
    """-n, and the preference that 4.0 does not have."""
    assert tuple(parse(tshark("-q", "-r", scans, *TABLE).stdout)) == OTHERS + ORIGINS
    without = tuple(parse(tshark("-n", "-q", "-r", scans, *TABLE).stdout))
    assert without == (OTHERS + ORIGINS if wireshark_version < (4, 4) else OTHERS)


def test_json(tshark, scans, both):
    said = json.loads(tshark("-q", "-r", scans, "-z", "scannoise,json").stdout)
    assert {row["address"]: (row["country"], row["asn"], row["organisation"]) for row in said["scanners"]} == {
        ONE: ("AT", 64496, 'Example, "Net"'), TWO: ("NZ", 64496, 'Example, "Net"'), THREE: (None, None, None),
        SIX: ("AT", 4_200_000_000, None)}
    assert [(row["name"], row["packets"]) for row in said["countries"]] == [("Austria (AT)", 3), ("New Zealand (NZ)", 1)]
    assert [row["name"] for row in said["autonomous_systems"]] == ['AS64496 Example, "Net"', "AS4200000000"]


def test_rules_for_systems(tshark, fields, scans, both, programs, workdir):
    """A label file's AS number names scanners that no prefix names; in the statistics and in frames."""
    folder = programs.with_plugin / ".config/wireshark/scannoise"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text(f"AS64496,System,government\n{TWO},By prefix\n{ONE[:-1]}9,x\nAS4200000000,Six\n")
    done = tshark("-q", "-r", scans, *TABLE, "-z", "scannoise,json", "-z", f"scannoise,flows,{workdir}/flows.csv")
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert {row["address"]: (row["label"], row["kind"]) for row in said["scanners"]} == {
        ONE: ("System", "government"), TWO: ("By prefix", "unknown"), THREE: (None, "unknown"), SIX: ("Six", "unknown")}
    assert [(row.item, row.packets) for row in parse(done.stdout)["Organisations"]] == [("System", 2), ("By prefix", 1), ("Six", 1)]
    assert len(fields(scans, 'scannoise.scanner.label == "System"', "frame.number", resolve=True)) == 2
    assert (workdir / "flows.csv").read_text().count(",System,") == 2


def test_rules_for_systems_in_the_second_pass(fields, databases, programs, workdir):
    """Which has no time for the answers that the first one asked for."""
    databases(systems=database("GeoLite2-ASN", {"198.18.0.0/15": {"autonomous_system_number": 64496}}))
    folder = programs.with_plugin / ".config/wireshark/scannoise"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text("AS64496,System\n")
    path = workdir / "many.pcap"
    path.write_bytes(pcap([(START + n, bytes(line(V4.tcp(f"198.18.{n // 250}.{n % 250 + 1}", V4.router, "S", dport=23))))
                           for n in range(3000)]))
    assert len(fields(path, 'scannoise.scanner.label == "System"', "frame.number", resolve=True)) == 3000


def test_table_and_objects_in_one_run(tshark, scans, both):
    said = tshark("-q", "-r", scans, *TABLE, "-z", "scannoise,json,ipv6", "-z", f"scannoise,json,ip.src=={TWO}").stdout
    found = {each["filter"]: each for each in map(json.loads, filter(lambda x: x.startswith("{"), said.splitlines()))}
    assert [row["name"] for row in found["ipv6"]["countries"]] == ["Austria (AT)"]
    assert [row["name"] for row in found[f"ip.src=={TWO}"]["countries"]] == ["New Zealand (NZ)"]
    assert len(parse(said)[COUNTRY]) == 2


def test_one_kind_of_database(tshark, scans, databases):
    databases(country=database("GeoLite2-Country", COUNTRIES))
    table = parse(tshark("-q", "-r", scans, *TABLE).stdout)
    assert len(table[COUNTRY]) == 2 and table[AS] == []


def test_databases_that_know_nobody(tshark, scans, databases):
    databases(country=database("GeoLite2-Country", {"198.18.0.0/15": COUNTRIES["192.0.2.0/25"]}))
    assert tuple(parse(tshark("-q", "-r", scans, *TABLE).stdout)) == OTHERS


def test_many_scanners_are_asked_for_in_batches(tshark, suite, databases):
    """More than a thousand, and half of them unknown; the truth is in the addresses."""
    databases(country=database("GeoLite2-Country", {"198.18.0.0/16": COUNTRIES["192.0.2.0/25"]}))
    said = json.loads(tshark("-q", "-r", suite.path("captures/home-line.pcapng"), "-z", "scannoise,json").stdout)
    inside = {row["address"] for row in said["scanners"] if row["address"].startswith("198.18.")}
    assert {row["address"] for row in said["scanners"] if row["country"] == "AT"} == inside
    assert said["countries"][0]["scanners"] == len(inside) > 100 and len(said["scanners"]) > 1000


def test_strange_names_are_cleaned(tshark, scans, databases):
    databases(systems=database("GeoLite2-ASN", {"192.0.2.0/24": {
        "autonomous_system_number": 1, "autonomous_system_organization": "A\x1b[31m" + "x" * 200}}))
    row = json.loads(tshark("-q", "-r", scans, "-z", "scannoise,json").stdout)["autonomous_systems"][0]
    assert row["name"].startswith(r"AS1 A\x1b[31mxxx") and len(row["name"]) == 49


@pytest.mark.parametrize("content", [b"", b"not a database"])
def test_a_broken_database_is_named_and_waited_for_no_longer_than_seconds(tshark, scans, databases, content):
    databases(broken=content)
    begun = time.monotonic()
    done = tshark("-q", "-r", scans, *TABLE)
    assert time.monotonic() - begun < 20
    assert done.stderr == "tshark: Scan Noise: the MaxMind databases do not answer\n"
    assert tuple(parse(done.stdout)) == OTHERS
