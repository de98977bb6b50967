# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that are cut, empty, snapped or without IP, and options that are wrong."""
import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.packet import Raw

import builders
from builders import START, ethernet, pcap
from builders_damage import SNAPLENS, judgeable, probes
from builders_encapsulation import IPV4
from suite import CUT_SHORT, TABLE
from table import parse

SCENES = builders.names("builders_damage")


@pytest.fixture(scope="module", autouse=True)
def started(suite):
    suite.prefetch(SCENES, ["plain"])


def test_capture_cut_short_in_a_packet(tshark, suite):
    """tshark itself says so, as its exit status does; the packets before the cut are judged."""
    done = tshark("-q", "-r", suite.path("cut_short"), *TABLE, check=False)
    assert done.returncode in CUT_SHORT and "cut short" in done.stderr
    table = parse(done.stdout)
    assert table.packets("All packets") == 7
    assert (table.packets("Unsolicited scans"), table.packets("Backscatter")) == (1, 6)


@pytest.mark.parametrize("name, frames", [("empty_pcapng", 0), ("empty_pcap", 0), ("no_ip", 5)])
def test_zeros_where_there_is_nothing(suite, name, frames):
    table = suite.get("plain", name)
    assert table.packets("All packets") == frames
    scans = table.scans()
    assert (scans.packets, scans.share, scans.scanners, scans.ports, scans.targets) == (0, "0.00", 0, 0, 0)
    assert (table.packets("Noise"), table.packets("Backscatter")) == (0, 0)
    assert (scans.first, scans.last) == ("", "")
    assert not table["Techniques"] + table["Top ports"] + table["Top scanners"]


def test_one_frame(suite):
    assert suite.get("plain", "one_probe").scans().packets == 1
    assert suite.get("plain", "one_answer").packets("All packets") == 1
    assert suite.get("plain", "one_answer").packets("Noise") == 0


@pytest.mark.parametrize("snaplen", SNAPLENS)
def test_snapped_headers(suite, snaplen):
    """A probe is judged as soon as its headers are whole. TCP's flags may do before that."""
    table = suite.get("plain", f"snapped_{snaplen}")
    assert table.packets("All packets") == len(list(probes()))
    assert judgeable(snaplen) <= table.packets("Unsolicited scans") <= len(list(probes()))
    assert table.packets("Backscatter") == 0


def test_snapping_adds_no_noise(suite):
    counts = [suite.get("plain", f"snapped_{snaplen}").packets("Unsolicited scans") for snaplen in SNAPLENS]
    assert counts == sorted(counts) and counts[0] == 0


def test_frames_without_times(suite):
    assert suite.get("plain", "no_timestamps").packets("Unsolicited scans") == len(list(probes()))


def test_headers_that_lie(suite):
    """Whatever they are judged, nothing breaks, and Wireshark complains of no dissector of ours."""
    table = suite.get("plain", "lying_headers")
    assert 0 < table.packets("Unsolicited scans") <= table.packets("All packets")


def test_frames_in_which_something_breaks_are_counted(tshark, workdir):
    """An ICMP error whose quote ends too early; and bytes behind a packet that has no link layer."""
    quoting = IP(src="192.0.2.1", dst="203.0.113.77") / ICMP(type=3, code=1) / Raw(bytes(IP(len=60))[:12])
    probe = IP(src="198.51.100.1", dst="203.0.113.77") / TCP(dport=23, flags="S")
    for name, link, frame in (("quote", builders.ETHERNET, bytes(ethernet(quoting))),
                              ("behind", IPV4, bytes(probe) + b"behind")):
        path = workdir / f"{name}.pcap"
        path.write_bytes(pcap([(START + n, frame) for n in range(3)], link))
        table = parse(tshark("-q", "-r", path, *TABLE).stdout)
        assert table.packets("All packets") == 3, name
        assert table.packets("Noise") == 3, name


# --- Options that are wrong ----------------------------------------------------------------------

def test_wrong_filter_is_told_before_a_packet_is_read(tshark, suite):
    """With the reason that tshark gives, and its status, for a statistic of Wireshark's own."""
    wrong = "nonsense filter(("
    ours = tshark("-r", suite.path("one_probe"), "-z", f"scannoise,stat,{wrong}", check=False)
    theirs = tshark("-r", suite.path("one_probe"), "-z", f"dhcp,stat,{wrong}", check=False)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, "") and theirs.returncode != 0
    reason = theirs.stderr[theirs.stderr.index("Filter "):]
    assert ours.stderr == f"tshark: scannoise,stat: {reason}"


def complaints(done):
    """What tshark says on stderr, without the warning for root."""
    return [text for text in done.stderr.splitlines() if text.strip() and "Running as user" not in text]


@pytest.mark.parametrize("value", ["nonsense", "203.0.113.0/33", "203.0.113.0/", "1.2.3.4/x", "10.0.0.0/8,,bad"])
def test_wrong_home_networks_say_so_in_one_line(tshark, suite, value):
    done = tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs={"scannoise.home_networks": value}, check=False)
    said = complaints(done)
    assert len(said) == 1, said
    assert "home_networks" in said[0] and value.rpartition(",")[2] in said[0]
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("statistics", [[], ["-z", "io,phs"], ["-z", "scannoise,json"]], ids=["none", "theirs", "ours"])
def test_dark_without_home_networks_is_refused_whatever_tshark_is_asked(tshark, suite, statistics):
    done = tshark("-r", suite.path("one_probe"), *statistics, prefs={"scannoise.dark": "TRUE"}, check=False)
    assert len(complaints(done)) == 1 and "scannoise.dark" in done.stderr and "scannoise.home_networks" in done.stderr
    assert (done.returncode, done.stdout) == (1, "")


def test_dark_home_networks_say_nothing(tshark, suite):
    prefs = {"scannoise.dark": "TRUE", "scannoise.home_networks": "203.0.113.0/24"}
    assert complaints(tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs=prefs)) == []


@pytest.mark.parametrize("option", ["scannoise", "scannoise,", "scannoise,jsn", "scannoise,stats", "scannoise,jsonl,udp",
                                    "scannoise,,stat"])
def test_an_option_that_is_none_lists_ours(tshark, suite, option):
    done = tshark("-q", "-r", suite.path("one_probe"), "-z", option, check=False)
    said = complaints(done)
    assert (done.returncode, done.stdout, len(said)) == (1, "", 1), said
    for name in (option, "scannoise,stat", "scannoise,json", "scannoise,flows", "endpoints,scannoise", "conv,scannoise"):
        assert name in said[0]


@pytest.mark.parametrize("value", ["", " ", "203.0.113.0/24", "2001:db8::/32,203.0.113.77", " 10.0.0.0/8 , 0.0.0.0/0 "])
def test_right_home_networks_say_nothing(tshark, suite, value):
    done = tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs={"scannoise.home_networks": value})
    assert complaints(done) == []


@pytest.mark.parametrize("name, value", [("rows", "abc"), ("rows", "-1"), ("no_such", "1")])
def test_values_that_wireshark_refuses(tshark, suite, name, value):
    """These never reach the plugin; the user must not get a table made with something else."""
    done = tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs={f"scannoise.{name}": value}, check=False)
    assert done.returncode != 0 and f"scannoise.{name}" in done.stderr


@pytest.mark.parametrize("name, least, most", [
    ("scanning_contacts", 1, 2**32 - 1), ("aborted_contacts", 1, 2**32 - 1), ("exposing_sources", 1, 8),
    ("stream_packets", 1, 2**32 - 1), ("reuse_seconds", 1, 2**32 - 1), ("rows", 0, 2**32 - 1),
    ("max_memory", 0, 2**32 - 1)])
@pytest.mark.parametrize("value", [0, 1, 2**32 - 1])
def test_extreme_values_do_no_harm(tshark, suite, name, least, most, value):
    """What means nothing is refused, and says what the limit is; the rest is taken."""
    done = tshark("-q", "-r", suite.path("banner_grabber_v4"), *TABLE, prefs={f"scannoise.{name}": value}, check=False)
    if least <= value <= most:
        assert done.returncode == 0 and parse(done.stdout).packets("All packets") == 14
    else:
        limit = f"less than {least}" if value < least else f"more than {most}"
        assert complaints(done) == [f"tshark: Scan Noise: preference scannoise.{name}: {value} is {limit}"]
        assert done.returncode == 1 and done.stdout == ""
