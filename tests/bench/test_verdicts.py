# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The measure of the verdicts: what it takes for right and wrong, and that it reads what tshark says."""
import json
import subprocess
import sys

import generate
import pytest
import truth
import verdicts
from truth import Case, Expected, Frame, Segment
from test_guard import BUILD


def frame(number, verdict="-", sender="", icmp_error=False, **facts):
    return Frame(number, verdict, facts, sender, icmp_error)


# --- The first form: a line a frame ----------------------------------------------------------------

def test_a_list_of_frames_is_read():
    said = truth.read_expected("# right: none\n1\t-\t\n2\t-|back\t\n3\tscan\ttechnique=TCP SYN outcome=half-open\n"
                               "4\tback\tsvc=dns\n")
    assert said == {1: Expected(("-",), {}), 2: Expected(("-", "back"), {}), 4: Expected(("back",), {}),
                    3: Expected(("scan",), {"technique": "TCP SYN", "outcome": "half-open"})}


@pytest.mark.parametrize("verdicts_right, judged, complaint", [
    (("-",), "-", None), (("-",), "scan", "scan, not -"), (("back",), "scan", "scan, not back"),
    (("-", "back"), "back", None), (("-", "back"), "scan", "scan, not -|back"), (("?",), "scan", None)])
def test_a_verdict_is_any_of_those_that_are_right(verdicts_right, judged, complaint):
    assert Expected(verdicts_right, {}).differs(frame(1, judged)) == complaint


def test_facts_hold_where_it_is_a_scan():
    expected = Expected(("-", "scan"), {"technique": "TCP SYN"})
    assert expected.differs(frame(1, "-")) is None
    assert expected.differs(frame(1, "scan", technique="TCP SYN")) is None
    assert expected.differs(frame(1, "scan", technique="UDP")) == "technique 'UDP', not 'TCP SYN'"
    assert expected.differs(frame(1, "scan")) == "technique '', not 'TCP SYN'"


# --- The second form: a filter of the probes --------------------------------------------------------

def test_a_scan_is_what_matches_and_comes_from_outside(tmp_path):
    frames = [frame(1, "scan", truth.OUTSIDE), frame(2, "-", truth.OUTSIDE), frame(3, "back", truth.OUTSIDE),
              frame(4, "scan", "00:00:5e:00:53:01"), frame(5, "-", truth.OUTSIDE, icmp_error=True),
              frame(6, "scan", truth.OUTSIDE), frame(7, "-")]
    score = truth.score(Case(tmp_path / "scan.pcapng", benign=False), frames, probes=[1, 2, 3, 4, 5])
    assert (score.probes, score.found, score.whole) == ((1, 2, 3), (1,), False)
    assert score.wrong == {4: "scan, not -", 6: "scan, not -"}


def test_a_benign_capture_has_no_scan(tmp_path):
    score = truth.score(Case(tmp_path / "benign.pcapng"), [frame(1), frame(2, "back"), frame(3, "scan")])
    assert score.flagged == (2, 3) and not score.probes


def test_both_forms_are_found(tmp_path):
    (tmp_path / "world").mkdir()
    for name in ("report.pcap", "alone.pcap", "world/calm.pcapng", "world/probe.pcapng"):
        (tmp_path / name).touch()
    (tmp_path / "report.txt").write_text("1\t-\t\n")
    (tmp_path / "world/truth.tsv").write_text(
        "capture\tkind\tsource\twhat it is\tprobes\thome side\n"
        'calm\tbenign\t192.0.2.10\ta "quoted word\t\tin\nprobe\tscan\t198.51.100.66\tx\tip.ttl<9 || udp\tin\n'
        "missing\tscan\t198.51.100.66\tx\tudp\tin\n")
    found = {case.name: (case.is_report, case.benign, case.probes) for case in truth.cases_in(tmp_path)}
    assert found == {"report": (True, True, ""), "calm": (False, True, ""), "probe": (False, False, "ip.ttl<9 || udp")}


# --- Captures without truth -------------------------------------------------------------------------

CLIENT, SERVER = ("192.0.2.1", "5000"), ("198.51.100.1", "80")


def connection(*segments, verdict="scan"):
    return [Segment(frame(number, verdict if sender is CLIENT else "-"), ("tcp", "0"), sender, flags, length)
            for number, (sender, flags, length) in enumerate(segments, 1)]


SHAKE = ((CLIENT, truth.SYN, 0), (SERVER, truth.SYN | truth.ACK, 0), (CLIENT, truth.ACK, 0))


@pytest.mark.parametrize("payload, broken", [
    (((CLIENT, truth.ACK, 5), (SERVER, truth.ACK, 9)), [1, 3, 4]),
    (((SERVER, truth.ACK, 9),), []), (((CLIENT, truth.ACK, 5),), []), ((), [])])
def test_a_connection_with_payload_both_ways_is_no_scan(payload, broken):
    assert truth.broken_by(connection(*SHAKE, *payload)) == broken


def test_an_answered_exchange_is_no_scan():
    asked = Segment(frame(1, "scan"), ("udp", "3"), CLIENT)
    answered = Segment(frame(2), ("udp", "3"), SERVER)
    error = Segment(frame(2, icmp_error=True), ("udp", "3"), SERVER)
    assert truth.broken_by([asked, answered]) == [1]
    assert truth.broken_by([asked, error]) == [] == truth.broken_by([asked])


# --- The program ------------------------------------------------------------------------------------

def test_inside_addresses_become_private_and_the_file_keeps_its_length():
    data = bytes([0, 192, 0, 2, 9, 192, 0, 3]) + bytes.fromhex("20010db8000120010db80002")
    assert verdicts.private(data) == bytes([0, 10, 0, 2, 9, 192, 0, 3]) + bytes.fromhex("fd000db8000120010db80002")


def test_numbers_are_shown_as_ranges():
    assert verdicts.ranges([7, 1, 2, 3]) == "1-3,7" and verdicts.ranges([]) == ""


def two_strangers(_packets, _seed):
    for number in (1, 2):
        yield generate.tcp(generate.VICTIM + number, generate.SERVERS + number, 40000, 23, seq=number)


def test_the_program_counts_what_the_plugin_says(tmp_path, monkeypatch):
    """Two scans, the second of which the truth calls innocent; and the same as a benign capture."""
    monkeypatch.setitem(generate.KINDS, "strangers", two_strangers)
    generate.write(tmp_path / "two.pcap", "strangers", 2)
    (tmp_path / "two.txt").write_text("1\tscan\ttechnique=TCP SYN\n2\t-\t\n")
    generate.write(tmp_path / "calm.pcapng", "strangers", 2)
    (tmp_path / "truth.tsv").write_text("capture\tkind\tsource\twhat\tprobes\thome\ncalm\tbenign\tx\tx\t\tin\n")
    done = subprocess.run([sys.executable, verdicts.__file__, "--plugin", BUILD / "scannoise.so", "--json",
                           tmp_path / "said.json", "--setting", "global", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "said.json").read_text())[0]
    assert said["totals"]["reports wrong"] == [1, 1]
    assert said["totals"]["global: benign captures flagged"] == [1, 1]
    assert said["totals"]["global: benign frames flagged"] == [2, None]
    assert "scan, not -: 2" in done.stdout
