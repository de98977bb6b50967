# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""-z scannoise,json: one object as its schema says, with the table's numbers and all of its rows."""
import json
import sys
from collections import Counter
from datetime import datetime, timezone

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import suite as every
from builders import START, World, line, pcap
from suite import REPO, TABLE
from table import parse, shown
from test_invariants import contact_kind

NAMES = every.every_name()
TWIN = "captures/home-line.pcapng"
V4, V6 = World(4), World(6)
SCHEMA = json.loads((REPO / "stats/scannoise.schema.json").read_text())
SECTIONS = {"outcomes": "Outcomes", "techniques": "Techniques", "tools": "Tools", "asked_for": "Asked for", "reasons": "Reasons",
            "organisations": "Organisations"}


@pytest.fixture(scope="module", autouse=True)
def started(request, suite):
    """Starts the runs of all captures that were selected, not one by one as the tests come."""
    mine = {item.name.partition("[")[2].rstrip("]") for item in request.session.items if item.path == request.path}
    suite.prefetch([name for name in NAMES if name in mine], ["plain", "two_pass"])


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def report(tshark):
    """report(path, condition, ...) -> the object, checked against the schema."""
    def run(path, condition="", *args, **keywords):
        option = "scannoise,json" + (f",{condition}" if condition else "")
        said = tshark("-q", "-r", path, "-z", option, *args, **keywords).stdout
        assert said.count("\n") == 1
        return checked(json.loads(said))
    return run


def checked(said):
    Draft202012Validator(SCHEMA, format_checker=FormatChecker(["ipv4", "ipv6"])).validate(said)
    return said


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def test_what_a_scanner_does(report, workdir):
    """The ports it came to first, each once and those without any left out, and how fast it was."""
    tries = [("S", port) for port in (80, 22, 80, 443, 8080, 25, 110)]
    packets = [V4.ping(V4.scanner(1), V4.router), V4.udp(V4.scanner(1), V4.router, dport=53)]
    packets += [V4.tcp(V4.scanner(1), V4.router, flags, sport=4000 + n, dport=port) for n, (flags, port) in enumerate(tries)]
    packets += [V4.tcp(V4.scanner(2), V4.router, "S", dport=23)]
    path = workdir / "does.pcap"
    path.write_bytes(pcap([(START + n / 2, bytes(line(packet))) for n, packet in enumerate(packets)]))
    for args in ((), ("-M", "4")):
        first, second = report(path, "", *args)["scanners"]
        assert first["first_ports"] == ["udp/53", "tcp/80", "tcp/22", "tcp/443", "tcp/8080"] and first["per_second"] == 2
        assert second["first_ports"] == ["tcp/23"] and second["per_second"] is None


# --- Laws, on every capture ----------------------------------------------------------------------

def test_it_is_what_the_schema_says(suite, name):
    checked(suite.get("plain", name).json)


def test_schema_is_a_schema_and_not_too_kind():
    Draft202012Validator.check_schema(SCHEMA)
    assert not Draft202012Validator(SCHEMA).is_valid({})


def counts(row):
    return row["packets"], row["scanners"], row["ports"], row["targets"]


def cells(row):
    return row.packets, row.scanners, row.ports, row.targets


def test_numbers_are_the_tables(suite, name):
    table = suite.get("plain", name)
    said = table.json
    assert said["capture"]["packets"] == table.packets("All packets")
    assert said["noise"]["packets"] == table.packets("Noise")
    assert said["noise"]["scan"] == said["scan"]["packets"]
    assert said["noise"]["backscatter"] == said["backscatter"]["packets"] == table.packets("Backscatter")
    assert counts(said["scan"]) == cells(table.scans())
    assert [(row["name"], *counts(row)) for row in said["ip_version"]] == \
        [(row.item, *cells(row)) for row in table.versions()]
    assert said["ip_version"][1]["scanner_prefixes"] == table.row("IP version", "IPv6 scanners by /64").scanners
    for member, section in SECTIONS.items():
        assert [(row["name"], *counts(row)) for row in said[member]] == \
            [(row.item, *cells(row)) for row in table[section]], section
    assert [(row["name"], row["packets"], row["sources"], row["targets"]) for row in said["also_seen"]] == \
        [(row.item, row.packets, row.scanners, row.targets) for row in table["Also seen"]]


def test_ports_and_scanners_are_the_tables(suite, name):
    """In the same order, and all of them."""
    table = suite.get("plain", name)
    assert [(row["port"], row["packets"], row["scanners"], row["targets"]) for row in table.json["ports"]] == \
        [(row.item, row.packets, row.scanners, row.targets) for row in table["Top ports"]]
    assert [(row["address"], row["packets"], row["ports"], row["targets"]) for row in table.json["scanners"]] == \
        [(row.item, row.packets, row.ports, row.targets) for row in table["Top scanners"]]


def test_times_are_the_tables(suite, name):
    table = suite.get("plain", name)
    pairs = list(zip(table.json["ports"] + table.json["scanners"], table["Top ports"] + table["Top scanners"]))
    pairs += [(table.json["capture"], table.row("Capture", "All packets")), (table.json["scan"], table.scans())]
    for said, row in pairs:
        if said["first"] is None:
            assert said["packets"] == 0 or row.first == "?"
            continue
        assert row.first in shown(seconds(said["first"]) // 1) and row.last in shown(seconds(said["last"]) // 1)


def test_each_scanner_is_what_its_frames_say(suite, name):
    frames = {}
    for frame in suite.get("two_pass", name)[1]:
        if frame.scan:
            frames.setdefault(frame.scanner, []).append(frame)
    said = {row["address"]: row for row in suite.get("plain", name).json["scanners"]}
    assert set(said) == set(frames)
    for address, row in said.items():
        mine = frames[address]
        assert set(row["techniques"]) == {frame.technique for frame in mine}
        assert set(row["tools"]) == {frame.tool for frame in mine} - {""}
        assert {row["pattern"]} == {frame.pattern for frame in mine}
        assert row["contacts"] == len({(frame.target, frame.port, contact_kind(frame)) for frame in mine})


def by_time(frames, length):
    """Scan packets of frames by step of some seconds and whether they are of IPv6."""
    return Counter(((frame.time or 0) // length * length, ":" in frame.scanner) for frame in frames if frame.scan)


def said_by_time(rows):
    """The same of rows of JSON, which are in order of time."""
    assert [row["begin"] for row in rows] == sorted({row["begin"] for row in rows})
    return {(seconds(row["begin"]), v6): row["ipv6" if v6 else "ipv4"] for row in rows for v6 in (False, True)
            if row["ipv6" if v6 else "ipv4"]}


def test_hours_are_those_of_the_frames(suite, name):
    assert said_by_time(suite.get("plain", name).json["hours"]) == by_time(suite.get("two_pass", name)[1], 3600)


def test_the_timeline_is_that_of_the_frames(suite, name):
    said, frames = suite.get("plain", name).json["timeline"], suite.get("two_pass", name)[1]
    times = [frame.time or 0 for frame in frames]
    if said is None:
        assert max(times) - min(times) > 5 * 24 * 3600
        return
    assert said_by_time(said["rows"]) == by_time(frames, said["step_seconds"])
    assert len(said["rows"]) <= 300


def test_hours_of_ports_are_those_of_the_frames(suite, name):
    wanted = Counter()
    for frame in suite.get("two_pass", name)[1]:
        if frame.scan and frame.port:
            wanted[contact_kind(frame), frame.port, (frame.time or 0) // 3600 * 3600] += 1
    said = suite.get("plain", name).json
    assert [row["port"] for row in said["port_hours"]] == [row["port"] for row in said["ports"][:20]]
    begins = [seconds(row["begin"]) for row in said["hours"]]
    for row in said["port_hours"]:
        transport, port = row["port"].split("/")
        assert row["packets"] == [wanted[transport, port, begin] for begin in begins]


# --- Members -------------------------------------------------------------------------------------

def write(path, packets):
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in packets]))
    return path


def test_an_object_to_the_letter(report, workdir):
    """One SYN: every member is known."""
    said = report(write(workdir / "one.pcap", [(0.25, V6.tcp(V6.scanner(1), V6.router, "S", dport=23))]))
    when = datetime.fromtimestamp(START, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + ".250000Z"
    times = {"first": when, "last": when}
    row = {"packets": 1, "scanners": 1, "ports": 1, "targets": 1, **times}
    nothing = {"packets": 0, "scanners": 0, "ports": 0, "targets": 0, "first": None, "last": None}
    assert said == {
        "version": 1, "filter": None, "capture": {"packets": 1, **times},
        "noise": {"packets": 1, "scan": 1, "backscatter": 0, **times}, "scan": row,
        "backscatter": {"packets": 0, "first": None, "last": None}, "not_judged": 0, "not_judged_from": None,
        "ip_version": [{"name": "IPv4", "scanner_prefixes": 0, **nothing}, {"name": "IPv6", "scanner_prefixes": 1, **row}],
        "techniques": [{"name": "TCP SYN", **row}], "outcomes": [{"name": "unanswered", **row}], "tools": [], "asked_for": [],
        "reasons": [{"name": "made by hand", **row}], "also_seen": [], "victims": [],
        "organisations": [], "labelled": {"packets": 0, "scanners": 0}, "unlabelled": {"packets": 1, "scanners": 1},
        "organisation_kinds": [{"name": "unknown", **row}], "networks": [], "campaigns": [],
        "countries": [], "autonomous_systems": [],
        "ports": [{"port": "tcp/23", "service": None, "wanted": None, "packets": 1, "scanners": 1, "targets": 1, **times}],
        "scanners": [{"address": V6.scanner(1), "label": None, "kind": "unknown", "probe_uri": None, "packets": 1, "contacts": 1, "ports": 1, "targets": 1,
                      "pattern": "single", "structured": False, "techniques": ["TCP SYN"], "tools": [], **times,
                      "first_ports": ["tcp/23"], "per_second": None, "country": None, "asn": None, "organisation": None}],
        "hours": [{"begin": when[:14] + "00:00.000000Z", "ipv4": 0, "ipv6": 1}],
        "timeline": {"step_seconds": 1, "rows": [{"begin": when[:20] + "000000Z", "ipv4": 0, "ipv6": 1}]},
        "port_hours": [{"port": "tcp/23", "packets": [1]}]}


def test_services_are_named_when_names_are_resolved(report, workdir):
    path = write(workdir / "one.pcap", [(0, V4.tcp(V4.scanner(1), V4.router, "S", dport=23))])
    assert [row["service"] for row in report(path, "", "-N", "t", resolve=True)["ports"]] == ["telnet"]


def test_patterns_and_structure(report, workdir):
    sweep = [V4.tcp(V4.scanner(1), V4.router, "S", dport=port) for port in range(1, 11)]
    sweep += [V4.tcp(V4.scanner(2), V4.target(n), "S", dport=23) for n in range(100, 104)]
    sweep += [V4.tcp(V4.scanner(3), V4.target(n), "S", dport=port) for n in (100, 101) for port in (80, 22)]
    said = report(write(workdir / "sweep.pcap", enumerate(sweep)))
    assert {row["address"]: (row["pattern"], row["structured"], row["contacts"]) for row in said["scanners"]} == \
        {V4.scanner(1): ("vertical", True, 10), V4.scanner(2): ("horizontal", False, 4), V4.scanner(3): ("block", False, 4)}


def test_hours_of_a_long_flow(report, workdir):
    """One flow in two hours, with a clock that runs to and fro between them."""
    probe = V4.tcp(V4.scanner(1), V4.router, "S", sport=1, dport=23)
    first = START // 3600 * 3600
    times = [first + 3599 - START, first + 3600 - START, first - START, first + 7199 - START]
    said = report(write(workdir / "long.pcap", [(at, probe) for at in times]), prefs={"scannoise.reuse_seconds": "9999"})
    assert [(seconds(row["begin"]), row["ipv4"], row["ipv6"]) for row in said["hours"]] == \
        [(first, 2, 0), (first + 3600, 2, 0)]
    assert said["scanners"][0]["contacts"] == 1


def test_structure_of_the_twin(suite):
    """The organisation that the article saw walk the ports."""
    sys.path.insert(0, str(every.COMMITTED))
    import make_home_line
    structured = [row["address"] for row in suite.get("plain", TWIN).json["scanners"] if row["structured"]]
    assert set(structured) >= set(make_home_line.truth()["organisation"]["scanners"])


# --- Filters -------------------------------------------------------------------------------------

def test_a_filter_is_named_and_counts_packets_that_match(report, suite):
    said = report(suite.path(TWIN), "tcp.dstport == 23 && frame.len > 0")
    assert said["filter"] == "tcp.dstport == 23 && frame.len > 0"
    whole = next(row for row in suite.get("plain", TWIN).json["ports"] if row["port"] == "tcp/23")
    assert [{**row, "service": None} for row in said["ports"]] == [{**whole, "service": None}]
    assert said["capture"]["packets"] >= said["noise"]["packets"] >= said["scan"]["packets"] == whole["packets"]


def test_contacts_under_a_filter_are_those_of_the_flows_that_match(report, workdir):
    """Of two ports only one matches: the scanner looks like one of a single contact."""
    packets = [(n, V4.tcp(V4.scanner(1), V4.router, "S", dport=port)) for n, port in enumerate((22, 23))]
    path = write(workdir / "two.pcap", packets)
    assert [(row["contacts"], row["pattern"]) for row in report(path)["scanners"]] == [(2, "vertical")]
    assert [(row["contacts"], row["pattern"]) for row in report(path, "tcp.port == 23")["scanners"]] == [(1, "single")]


def test_many_in_one_run(tshark, suite):
    """Each is right, in whatever order Wireshark lets them print."""
    path, filters = suite.path(TWIN), ("tcp.port == 23", "udp", "scannoise.backscatter")
    options = [word for condition in filters for word in ("-z", f"scannoise,json,{condition}")]
    said = tshark("-q", "-2", "-r", path, "-z", "scannoise,json", *options, *TABLE).stdout
    objects = {found["filter"]: found for found in map(json.loads, filter(lambda x: x.startswith("{"), said.splitlines()))}
    assert objects[None] == suite.get("plain", TWIN).json
    assert set(objects) == {None, *filters}
    for condition in filters:
        alone = tshark("-q", "-2", "-r", path, "-z", f"scannoise,json,{condition}").stdout
        assert json.loads(alone) == objects[condition]


def test_a_wrong_filter_ends_tshark(tshark, suite):
    done = tshark("-q", "-r", suite.path(TWIN), "-z", "scannoise,json,nonsense==", check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith('tshark: scannoise,json: Filter "nonsense==" is invalid')


def test_text_is_escaped(report, suite):
    condition = 'http.user_agent contains "\\"</script>\\\\ ü\t"'
    assert report(suite.path("one_probe"), condition)["filter"] == condition


# --- Ways to run ---------------------------------------------------------------------------------

def test_two_passes_change_nothing(suite, report):
    assert report(suite.path(TWIN), "", "-2") == suite.get("plain", TWIN).json


def test_resets_are_added_up(tshark, suite):
    said = tshark("-M", "500", "-q", "-r", suite.path(TWIN), *TABLE, "-z", "scannoise,json",
                  prefs={"scannoise.rows": "0"}).stdout
    table, found = parse(said), checked(json.loads(next(x for x in said.splitlines() if x.startswith("{"))))
    assert counts(found["scan"]) == cells(table.scans())
    assert [(row["address"], row["packets"], row["ports"]) for row in found["scanners"]] == \
        [(row.item, row.packets, row.ports) for row in table["Top scanners"]]
    assert sum(row["ipv4"] for row in found["hours"]) == table.scans().packets
    whole = {row["address"]: row for row in suite.get("plain", TWIN).json["scanners"]}
    same = [row for row in found["scanners"] if row == whole.get(row["address"])]
    assert len(same) > 0.9 * len(whole)     # all but those whose flow a reset has cut


def test_rows_preference_does_not_cut_it(report, suite):
    assert report(suite.path(TWIN), prefs={"scannoise.rows": "3"}) == suite.get("plain", TWIN).json

# --- Where it cannot be written ------------------------------------------------------------------

@pytest.mark.parametrize("capture", [TWIN, "one_probe"])
def test_a_full_disk_is_named(programs, suite, capture):
    """Whether it is noticed on the way or at the end only. The exit status is Wireshark's, which asks nobody."""
    command = 'tshark -n -q -r "$0" -z scannoise,json >/dev/full'
    done = programs.run(["sh", "-c", command, suite.path(capture)])
    assert done.stderr == "tshark: scannoise,json: cannot write standard output: No space left on device\n"
