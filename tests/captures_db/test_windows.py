# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are judged apart are read with those before and behind them, of which nothing is counted."""
import sys

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from material import TESTS

sys.path.append(str(TESTS.parent / "stats" / "captures"))
import plan     # noqa: E402  (found by the line above)

START = 1_700_000_000
CLIENT, SERVER = ("198.51.100.7", 50000), ("203.0.113.5", 443)
OTHERWISE = ("-o", "scannoise.reuse_seconds:61")        # another judgement, with the same verdicts here


def packet(at, source, target, flags, **more):
    made = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source[0], dst=target[0])
            / TCP(sport=source[1], dport=target[1], flags=flags, **more))
    made.time = START + at
    return made


def probe(at, source):
    return packet(at, (source, 40000), ("198.51.100.9", 23), "S", seq=7)


@pytest.fixture
def folder(workdir):
    folder = workdir / "line"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def write(folder, number, packets):
    path = folder / f"line_{number:05}.pcap"
    wrpcap(str(path), packets)
    path.chmod(0o644)


def cut_connection():
    """A client's connection: its SYN, the answer, and the rest."""
    return ([packet(0, CLIENT, SERVER, "S", seq=100)],
            [packet(0.01, SERVER, CLIENT, "SA", seq=500, ack=101)],
            [packet(0.02, CLIENT, SERVER, "A", seq=101, ack=501),
             packet(0.03, CLIENT, SERVER, "PA", seq=101, ack=501) / b"GET / HTTP/1.1\r\n\r\n",
             packet(0.05, SERVER, CLIENT, "PA", seq=501, ack=119) / b"HTTP/1.1 200 OK\r\n\r\n"])


def noise(database):
    return {verdict: packets for verdict, packets in
            database.ask("SELECT verdict, sum(packets) FROM noise GROUP BY verdict")}


def packets(database):
    return database.number("SELECT packets FROM capture WHERE rank = 1")


def test_a_connection_that_a_file_cuts_is_judged_as_one(database, folder):
    files = cut_connection()
    for number, some in enumerate(files):
        write(folder, number, some)
        database.load_all(folder)
        assert noise(database) == {"scan": 1}, "of the SYN nobody could know that there is an answer; it has its question"
    database.load_all("--again", *OTHERWISE, folder)
    assert noise(database) == {}, "now the SYN has what lies behind it"
    assert packets(database) == sum(map(len, files))
    database.load_all("--again", "--apart", folder)
    assert noise(database) == {"scan": 1, "backscatter": 1}, "apart, neither is known"


def test_packets_of_one_moment_on_both_sides_of_a_cut(database, folder):
    for number in range(3):
        write(folder, number, [probe(number, f"192.0.2.{number}"), probe(number + 1, f"192.0.2.{number + 100}")])
        database.load_all(folder)
    database.load_all("--again", *OTHERWISE, folder)
    wanted = sorted((f"192.0.2.{number}", 1) for number in (0, 1, 2, 100, 101, 102))
    assert sorted(database.ask("SELECT address, packets FROM scanners")) == wanted


def test_what_lies_beside_a_file_is_no_condition(database, folder, workdir):
    """The ring buffer of a sensor may remove it at any moment."""
    write(folder, 0, [probe(0, "192.0.2.1")])
    database.load_all(folder)
    write(folder, 1, [probe(1, "192.0.2.2")])
    programs = workdir / "programs"
    programs.mkdir()
    programs.chmod(0o755)
    (programs / "mergecap").write_text("#!/bin/sh\necho mergecap: the file is gone >&2\nexit 2\n")
    (programs / "mergecap").chmod(0o755)
    status, said, complaint = database.load(folder, path=programs)
    assert (status, complaint) == (0, "") and said.startswith("2 of 2 captures: 1 loaded, 1 loaded before")
    assert packets(database) == 2


class Sifted:
    """A capture of one file whose packets and times are known."""
    named = False

    def __init__(self, folder, begin, end, packets=10):
        self.paths, self.span, self.number = [folder / f"{begin}.pcap"], (begin, end), packets
        self.members, self.before, self.behind = [self], [], []

    def times_us(self):
        return self.span

    def packets(self):
        return self.number

    def __repr__(self):
        return f"{self.span}"


def test_how_much_is_read_beside(folder):
    files = [Sifted(folder, at * 10, at * 10 + 9) for at in range(30)]
    group, others = files[15], files[:15] + files[16:]
    overlapping, elsewhere = Sifted(folder, 155, 165), Sifted(folder.parent / "other", 140, 149)
    plan.set_in_context([group], [*others, overlapping, elsewhere])
    assert group.before == files[15 - plan.CONTEXT_FILES:15] and group.behind == files[16:16 + plan.CONTEXT_FILES]
    others[13].number = plan.CONTEXT_PACKETS - 10       # with the one behind it, just enough
    others[16].number = plan.CONTEXT_PACKETS
    plan.set_in_context([group], others)
    assert group.before == files[13:15] and group.behind == files[16:17]


def test_those_beside_are_looked_for_among_names(folder):
    files = [Sifted(folder, at, at) for at in range(100, 140)]
    far = plan.CONTEXT_FILES
    assert plan.near(files, {files[20]}) == files[20 - far:20] + files[21:21 + far]
    assert plan.near(files, set()) == []
