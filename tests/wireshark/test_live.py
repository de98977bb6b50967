# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A live capture says in the end what the file that was captured says, however its packets came."""
import re
import subprocess
import time

import pytest

from builders import START, World, line, pcap
from suite import TABLE
from table import parse

V4, V6 = World(4), World(6)
SESSIONS, SCANNERS = 12, 3
GLOBAL_HEADER, RECORD_HEADER = 24, 16


def late_answers():
    """Sessions whose servers answer two seconds late, among scans: [(seconds, packet)] in order. The last scan is at a
    port that has answered, so that while packets come it seems about to be answered."""
    packets = []
    for w in (V4, V6):
        for n in range(SESSIONS):
            dialogue = w.dialogue(w.scanner(n + 1), w.target(n + 1), sport=50000 + n, dport=443)
            packets += [(0.01 * n + (2 + 0.1 * number if number else 0), packet)
                        for number, (_, packet) in enumerate(dialogue)]
        packets += [(0.3 * n, w.tcp(w.scanner(200 + n % SCANNERS), w.target(100 + n), "S", sport=60000 + n))
                    for n in range(10)]
        packets.append((6, w.tcp(w.scanner(250), w.target(1), "S", dport=443)))
    return sorted(packets, key=lambda one: one[0])


def file_of(packets):
    return pcap([(START + at, bytes(line(packet))) for at, packet in packets])


def cut_at_seconds(packets):
    """The file's bytes, one piece for each second of the capture."""
    pieces, data, begin = [], file_of(packets), 0
    for second in range(1, int(packets[-1][0]) + 2):
        so_far = len(file_of([one for one in packets if one[0] < second]))
        pieces.append(data[begin:so_far])
        begin = so_far
    assert b"".join(pieces) == data
    return pieces


@pytest.fixture
def live(programs):
    """live(pieces, *arguments) -> what tshark -i - says of a capture that comes in pieces, each after a pause that
    dumpcap makes a batch of."""
    def run(pieces, *arguments):
        with subprocess.Popen(["tshark", "-n", "-i", "-", *map(str, arguments)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=programs.environment(),
                              cwd=programs.workdir, **programs.account.credentials) as tshark:
            for piece in pieces[:-1]:
                tshark.stdin.write(piece)
                tshark.stdin.flush()
                time.sleep(0.7)
            out, err = tshark.communicate(pieces[-1], timeout=60)
        assert tshark.returncode == 0, err.decode()
        return out.decode(), err.decode()
    return run


@pytest.fixture
def capture(programs):
    path = programs.workdir / "late-answers.pcap"
    path.write_bytes(file_of(late_answers()))
    path.chmod(0o644)
    return path


EVERYTHING = ("-q", *TABLE, "-z", "scannoise,json", "-z", "endpoints,scannoise", "-z", "conv,scannoise")


def statistics(text):
    """What was printed at the end, without dumpcap's count of packets."""
    return text[text.index("\n====="):] if "\n=====" in text else text


def test_every_statistic_is_the_files(live, tshark, capture, programs):
    from_file = tshark(*EVERYTHING, "-z", "scannoise,flows,file.csv", "-r", capture).stdout
    assert parse(from_file).scans().packets == 22 and '"scan":22' in from_file.replace(" ", "")
    out, _ = live(cut_at_seconds(late_answers()), *EVERYTHING, "-z", "scannoise,flows,live.csv")
    assert sorted(out.splitlines()) == sorted(from_file.splitlines())
    written = [(programs.workdir / name).read_text() for name in ("live.csv", "file.csv")]
    assert written[0] == written[1] and written[0].count("\n") == 23


@pytest.mark.parametrize("statistic", ["scannoise,stat", "scannoise,json", "endpoints,scannoise", "conv,scannoise"])
def test_a_statistic_alone_is_the_files(live, tshark, capture, statistic):
    """Each must find the moment at which verdicts are final by itself."""
    out, _ = live(cut_at_seconds(late_answers()), "-q", "-z", statistic)
    assert out == tshark("-q", "-z", statistic, "-r", capture).stdout


RING = ("-b", "packets:50", "-w", "ring.pcapng")


def files_of_ring(programs):
    return sorted(programs.workdir.glob("ring_*.pcapng"))


def scan_packets(tshark, file, *arguments):
    return parse(tshark("-q", *TABLE, "-r", file, *arguments).stdout).scans().packets


def test_a_ring_buffer_changes_nothing(live, tshark, capture, programs):
    """The answers come in other files than the requests, and both files are one capture."""
    from_file = tshark(*EVERYTHING, "-z", "scannoise,flows,file.csv", "-r", capture).stdout
    out, _ = live(cut_at_seconds(late_answers()), *EVERYTHING, "-z", "scannoise,flows,live.csv", *RING)
    alone = [scan_packets(tshark, file) for file in files_of_ring(programs)]
    assert len(alone) == -(-len(late_answers()) // 50) and sum(alone) > scan_packets(tshark, capture)
    assert sorted(out.splitlines()) == sorted(from_file.splitlines())
    written = [(programs.workdir / name).read_text() for name in ("live.csv", "file.csv")]
    assert written[0] == written[1] and written[0].count("\n") == 23


def test_a_ring_buffer_whose_files_are_listed(live, tshark, capture):
    """Frames have other numbers in each file, and what was said of them is known to be old at the end."""
    listing = ("-T", "fields", "-e", "ip.src", "-e", "scannoise.scan", "-e", "scannoise.outcome")
    out, said = live(cut_at_seconds(late_answers()), *listing, *RING)
    one_pass = tshark("-r", capture, *listing)
    assert out == one_pass.stdout
    assert COMPLAINT.findall(said) == COMPLAINT.findall(one_pass.stderr) != []


def test_a_flow_in_two_files_names_no_frame_of_the_other(live):
    """The number would lead to a packet that has nothing to do with it."""
    probes = [(1.1 * n, V4.tcp(V4.scanner(), V4.target(1 + n % 3), "S", sport=40000)) for n in range(6)]
    out, _ = live(cut_at_seconds(probes), "-b", "packets:3", "-w", "ring.pcapng", "-T", "fields", "-e", "frame.number",
                  "-e", "scannoise.scanner", "-e", "scannoise.flow.first_frame")
    assert [line.split("\t") for line in out.splitlines()] == [[str(n), V4.scanner(), ""] for n in (1, 2, 3, 1, 2, 3)]


def test_a_ring_buffer_begins_anew_where_memory_gets_scarce(live, tshark, programs):
    """As it may go on for ever. Its files are judged alone then, and nothing is left unjudged."""
    flows, limit = 8000, ("-o", "scannoise.max_memory:1")
    probes = [(n / flows, V4.tcp(V4.scanner(n // 200), V4.target(n % 200), "S")) for n in range(flows)]
    out, _ = live([file_of(probes)], "-q", *TABLE, *limit, "-b", "packets:5000", "-w", "ring.pcapng")
    alone = [scan_packets(tshark, file, *limit) for file in files_of_ring(programs)]
    assert parse(out).scans().packets == sum(alone) == flows and len(alone) == 2


# --- One pass ------------------------------------------------------------------------------------

COMPLAINT = re.compile(r"^tshark: Scan Noise: (\d+) packets? .* by what has changed since; -2 .*$", re.MULTILINE)


VERDICT = ("scannoise.scan",)
DETAILS = ("scannoise.scan", "scannoise.technique", "scannoise.outcome", "scannoise.tool")
REASON = (*DETAILS, "scannoise.reason")


@pytest.mark.parametrize("asked, names", [
    (["-Y", "scannoise.scan"], VERDICT), (["-T", "fields", "-e", "scannoise.scan"], VERDICT), (["-V"], REASON),
    (["-q", "-z", "io,stat,0,scannoise.scan"], VERDICT), (["-Y", "scannoise.outcome == 0"], DETAILS)],
    ids=lambda words: words[0])
def test_one_pass_says_what_has_changed(tshark, capture, asked, names):
    """The number is that of the frames of which the second pass says something else."""
    done = tshark("-r", capture, *asked)
    changed = told_in(tshark, [], capture, names) ^ told_in(tshark, ["-2"], capture, names)
    assert [int(number) for number in COMPLAINT.findall(done.stderr)] == [len({frame for frame, *_ in changed})]
    assert done.stderr.count("\n") == 1


def told_in(tshark, passes, capture, names):
    """{(frame, values of the fields), ...}"""
    wanted = [word for name in ("frame.number", *names) for word in ("-e", name)]
    return {tuple(row.split("\t")) for row in
            tshark(*passes, "-r", capture, "-T", "fields", *wanted).stdout.splitlines()}


def test_a_read_filter_of_two_passes_says_so_too(tshark, capture):
    done = tshark("-2", "-R", "scannoise.scan", "-r", capture)
    assert len(COMPLAINT.findall(done.stderr)) == 1 and "-R" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("asked", [["-Y", "tcp.port == 443"], ["-q", *TABLE], ["-2", "-Y", "scannoise.scan"],
                                   ["-2", "-V"]], ids=" ".join)
def test_nothing_is_said_where_no_verdict_was_early(tshark, capture, asked):
    assert tshark("-r", capture, *asked).stderr == ""


def test_nothing_is_said_when_no_verdict_has_changed(tshark, programs):
    path = programs.workdir / "scans.pcap"
    probes = [(n, V4.tcp(V4.scanner(), V4.target(n + 1), "S")) for n in range(5)]
    refusals = [(n + 0.5, V4.tcp(V4.target(n + 1), V4.scanner(), "RA", sport=23, dport=40000)) for n in range(5)]
    path.write_bytes(file_of(sorted(probes + refusals, key=lambda one: one[0])))
    path.chmod(0o644)
    done = tshark("-r", path, "-Y", "scannoise.scan")
    assert len(done.stdout.splitlines()) == 5 and done.stderr == ""
    assert len(COMPLAINT.findall(tshark("-r", path, "-Y", "scannoise.outcome").stderr)) == 1
