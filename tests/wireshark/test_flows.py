# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""-z scannoise,flows,FILE: one line for each flow that is noise. What FILE may be has test_files.py."""
import csv
from collections import Counter

import pytest

import suite as every
from builders import START, World, line, pcap
from suite import TABLE
from table import parse

HEADER = "first,last,ip_version,source,target,transport,port,technique,outcome,tool,packets,bytes,label,verdict,reason"
NAMES = every.every_name()
TWIN = "captures/home-line.pcapng"
V4, V6 = World(4), World(6)


@pytest.fixture(scope="module", autouse=True)
def started(request, suite):
    """Starts the runs of all captures that were selected, not one by one as the tests come."""
    mine = {item.name.partition("[")[2].rstrip("]") for item in request.session.items if item.path == request.path}
    suite.prefetch([name for name in NAMES if name in mine], ["plain", "two_pass"])


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def export(tshark, workdir):
    """export(path, filter, ...) -> the rows that are written of a capture, as dictionaries."""
    def run(path, condition="", *args):
        file = workdir / "flows.csv"
        tshark("-q", "-r", path, "-z", f"scannoise,flows,{file}" + (f",{condition}" if condition else ""), *args)
        with open(file, newline="") as lines:
            return list(csv.DictReader(lines, strict=True))
    return run


def write(path, packets):
    """A capture of (seconds after START, packet); frames come in this order."""
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in packets]))
    return path


# --- Laws, on every capture ----------------------------------------------------------------------

def test_packets_add_up_to_the_table(suite, name):
    table = suite.get("plain", name)
    sums = Counter()
    for row in table.flows:
        sums[row["verdict"]] += int(row["packets"])
    assert sums["scan"] == table.packets("Unsolicited scans")
    assert sums["backscatter"] == table.packets("Backscatter")
    assert set(sums) <= {"scan", "backscatter"}


def test_rows_are_the_frames_of_the_flows(suite, name):
    """Packets, bytes and times of each scanner, target, port and judgement, counted again from frames."""
    frames = [frame for frame in suite.get("two_pass", name)[1] if frame.scan]
    assert summed([(said_of(frame), 1, frame.length, frame.time, frame.time) for frame in frames]) == \
        summed([(said_in(row), int(row["packets"]), int(row["bytes"]), float(row["first"]), float(row["last"]))
                for row in suite.get("plain", name).flows if row["verdict"] == "scan"])


def said_of(frame):
    return frame.scanner, frame.target, frame.port, frame.technique, frame.outcome, frame.tool, frame.reason


def said_in(row):
    return tuple(row[key] for key in ("source", "target", "port", "technique", "outcome", "tool", "reason"))


def summed(parts):
    """{key: [packets, bytes, first, last]}. A frame without a time has time zero for all who count."""
    sums = {}
    for key, packets, size, first, last in parts:
        first, last = first or 0.0, last or 0.0
        before = sums.setdefault(key, [0, 0, first, last])
        sums[key] = [before[0] + packets, before[1] + size, min(before[2], first), max(before[3], last)]
    return {key: [packets, size, pytest.approx(first, abs=2e-6), pytest.approx(last, abs=2e-6)]
            for key, (packets, size, first, last) in sums.items()}


def test_distinct_counts_of_the_rows_are_the_tables(suite, name):
    """What a database makes of the rows: the table's distinct counts."""
    table = suite.get("plain", name)
    scans = [row for row in table.flows if row["verdict"] == "scan"]
    assert len({row["source"] for row in scans}) == table.scans().scanners
    assert len({row["target"] for row in scans}) == table.scans().targets
    assert len({(row["transport"], row["port"]) for row in scans if row["port"]}) == table.scans().ports


def test_backscatter_claims_nothing_more(suite, name):
    for row in suite.get("plain", name).flows:
        if row["verdict"] == "backscatter":
            assert (row["technique"], row["outcome"], row["tool"]) == ("", "", "")


# --- The form ------------------------------------------------------------------------------------

def test_lines_to_the_letter(tshark, workdir):
    capture = write(workdir / "few.pcap", [
        (0, V4.tcp(V4.scanner(1), V4.router, "S", sport=40000, dport=23)),
        (1, V6.udp(V6.scanner(1), V6.router, sport=40000, dport=53)),
        (1.25, V4.tcp(V4.scanner(1), V4.router, "S", sport=40000, dport=23)),
        (2, V4.tcp(V4.scanner(2), V4.router, "SA", sport=80, dport=50000))])
    tshark("-q", "-r", capture, "-z", f"scannoise,flows,{workdir}/few.csv")
    said = (workdir / "few.csv").read_text().split("\n")
    sizes = tshark("-r", capture, "-T", "fields", "-e", "frame.len").stdout.split()
    assert said == [
        HEADER,
        f"1705400000.000000,1705400001.250000,4,{V4.scanner(1)},{V4.router},tcp,23,TCP SYN,unanswered,,2,"
        f"{int(sizes[0]) + int(sizes[2])},,scan,made by hand",
        f"1705400001.000000,1705400001.000000,6,{V6.scanner(1)},{V6.router},udp,53,UDP,unanswered,,1,{sizes[1]},,scan,stranger",
        f"1705400002.000000,1705400002.000000,4,{V4.scanner(2)},{V4.router},tcp,50000,,,,1,{sizes[3]},,backscatter,response",
        ""]


@pytest.mark.parametrize("capture, transport", [("techniques_tcp_v4", "tcp"), ("outcomes_without_ports_v4", "icmp"),
                                                ("outcomes_without_ports_v6", "icmp"), ("techniques_sctp_v4", "sctp"),
                                                ("tails_with_evidence_v4", "ip/200")])
def test_transports(suite, capture, transport):
    rows = suite.get("plain", capture).flows
    assert transport in {row["transport"] for row in rows}
    for row in rows:
        assert bool(row["port"]) == (row["transport"] in ("tcp", "udp", "sctp")), row
        assert row["transport"].startswith("ip/") == (row["technique"] == "IP protocol"), row


def test_order_is_that_of_first_packets(suite):
    firsts = [float(row["first"]) for row in suite.get("plain", TWIN).flows]
    assert firsts == sorted(firsts) and len(firsts) > 5000


def test_bytes_are_those_on_the_wire(export, workdir):
    """A capture may keep the beginning of each frame only."""
    whole = bytes(line(V4.udp(V4.scanner(1), V4.router, sport=40000, dport=53))) + bytes(400)
    path = workdir / "cut.pcap"
    path.write_bytes(pcap([(0, whole)], snaplen=96))
    assert [row["bytes"] for row in export(path)] == [str(len(whole))]


def test_no_packets_is_a_header(tshark, suite, workdir):
    tshark("-q", "-r", suite.path("empty_pcapng"), "-z", f"scannoise,flows,{workdir}/none.csv")
    assert (workdir / "none.csv").read_text() == HEADER + "\n"


# --- Ways to run ---------------------------------------------------------------------------------

def test_two_passes_change_nothing(suite, export):
    assert export(suite.path(TWIN), "", "-2") == suite.get("plain", TWIN).flows


def test_two_filters_into_two_files(suite, tshark, workdir):
    tshark("-q", "-r", suite.path(TWIN), "-z", f"scannoise,flows,{workdir}/tcp.csv,tcp.port == 23",
           "-z", f"scannoise,flows,{workdir}/udp.csv,udp")
    scans = [row for row in suite.get("plain", TWIN).flows if row["verdict"] == "scan"]
    for file, wanted in (("tcp.csv", [row for row in scans if (row["transport"], row["port"]) == ("tcp", "23")]),
                         ("udp.csv", [row for row in scans if row["transport"] == "udp"])):
        with open(workdir / file, newline="") as lines:
            assert [row for row in csv.DictReader(lines) if row["verdict"] == "scan"] == wanted


def test_a_filter_leaves_out_packets_not_knowledge(export, workdir):
    """Only one of three packets passes, and its flow is judged by all of them."""
    packets = [(n, V4.tcp(V4.scanner(1), V4.router, "S", sport=1, dport=23)) for n in range(2)]
    packets.insert(1, (0.5, V4.tcp(V4.router, V4.scanner(1), "RA", sport=23, dport=1)))
    rows = export(write(workdir / "three.pcap", packets), "frame.number == 3")
    assert [(row["packets"], row["outcome"], row["first"]) for row in rows] == [("1", "refused", "1705400001.000000")]


def test_resets_keep_the_flows_of_sessions_that_are_over(tshark, suite, workdir):
    said = tshark("-M", "500", "-q", "-r", suite.path(TWIN), *TABLE, "-z", f"scannoise,flows,{workdir}/m.csv").stdout
    with open(workdir / "m.csv", newline="") as lines:
        rows = list(csv.DictReader(lines))
    scans = [row for row in rows if row["verdict"] == "scan"]
    assert sum(int(row["packets"]) for row in scans) == parse(said).scans().packets > 7000
    assert len({row["source"] for row in scans}) == parse(said).scans().scanners


def test_a_capture_that_is_cut_short_is_exported_as_far_as_it_goes(tshark, suite, workdir):
    cut = workdir / "cut.pcapng"
    cut.write_bytes(suite.path(TWIN).read_bytes()[:500_001])
    done = tshark("-q", "-r", cut, *TABLE, "-z", f"scannoise,flows,{workdir}/cut.csv", check=False)
    assert done.returncode != 0 and "cut short" in done.stderr
    with open(workdir / "cut.csv", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["verdict"] == "scan"]
    assert sum(int(row["packets"]) for row in rows) == parse(done.stdout).scans().packets > 1000
