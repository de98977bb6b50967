# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's life cycle: files opened one after another, preferences changed, sessions reset, pipes, live files."""
import subprocess
import time
from collections import Counter

import pytest

import builders
from builders import World, line, pcap
from suite import TABLE
from table import from_sharkd, parse

TWIN = "captures/home-line.pcapng"
TAP = ("tap", {"tap0": "nstat:scannoise,stat"})
V4 = World(4)


def load(path):
    return "load", {"file": str(path)}


def setconf(name, value):
    return "setconf", {"name": f"scannoise.{name}", "value": value}


def tables(answers):
    answers = [answer for answer in answers if isinstance(answer, dict)]
    return [from_sharkd(answer) for answer in answers if answer.get("taps", [{}])[0].get("type") == "nstat"]


@pytest.fixture
def by_default(tshark, suite):
    """by_default(name, **prefs) -> the table of a fresh start of tshark; services named, as sharkd does."""
    def run(name, names=True, **prefs):
        prefs = {f"scannoise.{key}": value for key, value in prefs.items()}
        resolved = ["-N", "t"] if names else []
        return parse(tshark("-q", *resolved, "-r", suite.path(name), *TABLE, prefs=prefs, resolve=names).stdout)
    return run


# --- Files one after another, in one program -----------------------------------------------------

def test_files_leave_nothing_behind(sharkd, suite, by_default):
    """Each opened twice, large after small and small after large; each as if it were alone."""
    order = ["one_probe", TWIN, "banner_grabber_v6", "empty_pcapng", TWIN, "one_probe", "banner_grabber_v6"]
    requests = [request for name in order for request in (load(suite.path(name)), TAP)]
    for name, table in zip(order, tables(sharkd(None, *requests)), strict=True):
        assert not table.unlike(by_default(name)), name


def test_same_statistic_twice(sharkd, suite, by_default):
    first, again = tables(sharkd(suite.path(TWIN), TAP, TAP))
    assert not first.unlike(by_default(TWIN))
    assert not again.unlike(first)


def test_same_statistic_after_other_requests(sharkd, suite, by_default):
    """A filter, a packet's details, another statistic: none changes what the statistic says."""
    asked = sharkd(suite.path(TWIN), ("frames", {"filter": "scannoise.scan", "limit": 10}),
                   ("frame", {"frame": 100, "proto": True}), ("tap", {"tap0": "conv:TCP"}), TAP)
    assert not tables(asked)[0].unlike(by_default(TWIN))
    assert len(asked[0]) == 10


# --- Preferences while a file is open ------------------------------------------------------------

@pytest.mark.parametrize("capture, name, value", [
    (TWIN, "rows", "5"), ("banner_grabber_v4", "scanning_contacts", "100"), ("few_datagrams_v4", "stream_packets", "2"),
    ("banner_grabber_v4", "home_networks", "198.51.100.0/24")])
def test_preference_set_before_a_file_is_opened_again(sharkd, suite, by_default, capture, name, value):
    path = suite.path(capture)
    fresh, changed = tables(sharkd(path, TAP, setconf(name, value), load(path), TAP))
    assert not fresh.unlike(by_default(capture))
    assert changed.unlike(fresh)
    assert not changed.unlike(by_default(capture, **{name: value}))


def test_rows_preference_counts_at_once(sharkd, suite, by_default):
    """How much is shown needs no second look at the packets."""
    _, fewer, more = tables(sharkd(suite.path(TWIN), TAP, setconf("rows", "3"), TAP, setconf("rows", "0"), TAP))
    assert not fewer.unlike(by_default(TWIN, rows="3"))
    assert not more.unlike(by_default(TWIN, rows="0"))


def test_wrong_home_networks_keep_the_last_right_ones(sharkd, suite, by_default):
    path = suite.path("banner_grabber_v4")
    asked = sharkd(path, setconf("home_networks", "203.0.113.77"), load(path), setconf("home_networks", "nonsense"),
                   load(path), TAP)
    assert not tables(asked)[0].unlike(by_default("banner_grabber_v4", home_networks="203.0.113.77"))


# --- Read filters: the number of a frame that is dropped goes to the next one --------------------

READ_FILTERS = {
    "no IP is left": "!ip && !ipv6",
    "only scans are left": "scannoise.scan",
    "no scan is left": "!scannoise.scan",
    "one scanner's frames": "ip.addr == 198.18.37.17",
    "SYNs alone": "tcp.flags == 2",
    "every third frame": "frame.len % 3 == 0",
}
ASKED = ("frame.time_epoch", "scannoise.scan", "scannoise.backscatter", "scannoise.technique", "scannoise.outcome",
         "scannoise.scanner", "scannoise.scanner6", "scannoise.port")


@pytest.mark.parametrize("read_filter", READ_FILTERS.values(), ids=READ_FILTERS)
def test_what_a_read_filter_leaves_is_judged_as_in_the_whole_file(tshark, fields, suite, read_filter):
    """Each frame that is left says what it says without the filter, whatever its number is now."""
    path = suite.path(TWIN)
    # In a first pass a filter that asks for verdicts drops by what is known so far: the frames are told by time.
    whole = dict((row[0], row) for row in fields(path, None, *ASKED))
    done = tshark("-2", "-R", read_filter, "-r", path, "-T", "fields", *[word for name in ASKED for word in ("-e", name)],
                  *TABLE)
    rows = done.stdout.partition("\n=====")[0]
    left = [tuple(row.split("\t")) for row in rows.splitlines() if row.strip()]
    assert 0 < len(left) < len(whole)
    assert [row for row in left if row != whole[row[0]]] == []
    said = parse(done.stdout)
    assert said.packets("All packets") == len(left)
    assert said.packets("Unsolicited scans") == sum(row[1] != "" for row in left)
    assert said.packets("Backscatter") == sum(row[2] != "" for row in left)


def test_links_and_totals_are_of_the_frames_that_are_left(tshark, workdir):
    """The first frames of a flow are dropped, and the last frames of the file."""
    probes = [V4.tcp(V4.scanner(1), V4.target(n), "S", sport=n) for n in (1, 2)]
    other = V4.tcp(V4.server(1), V4.router, "A", sport=443)
    path = workdir / "dropped.pcap"
    path.write_bytes(pcap([(n, bytes(line(packet))) for n, packet in enumerate(
        [probes[0], probes[1], other, probes[0], probes[1], probes[1]])]))
    names = ("frame.number", "tcp.srcport", "scannoise.flow.first_frame", "scannoise.scanner.previous_probe",
             "scannoise.scanner.next_probe", "scannoise.scanner.probes", "scannoise.scanner.contacts")

    def left(read_filter):
        words = [word for name in names for word in ("-e", name)]
        done = tshark("-2", "-R", read_filter, "-r", path, "-T", "fields", *words)
        assert done.stderr == ""
        return [tuple(row.split("\t")) for row in done.stdout.splitlines()]

    assert left("frame.time_epoch != 1 && frame.time_epoch != 4") == [
        ("1", "1", "", "", "3", "3", "2"), ("2", "443", "", "", "", "", ""), ("3", "1", "1", "1", "", "3", "2"),
        ("4", "2", "", "3", "", "3", "2")]
    # Of the last frame Wireshark tells nothing, so it is no link's end, but it is among the totals.
    assert [row[:5] for row in left("tcp.srcport != 2")] == [
        ("1", "1", "", "", "3"), ("2", "443", "", "", ""), ("3", "1", "1", "1", "")]


# --- Session resets: tshark -M -------------------------------------------------------------------

def reset_every(tshark, path, packets):
    return parse(tshark("-M", packets, "-q", "-r", path, *TABLE, prefs={"scannoise.rows": "0"}).stdout)


def test_resets_between_unrelated_flows_change_no_number(tshark, workdir):
    """Every flow of one packet: whatever the cut, each is judged alone."""
    packets = [V4.tcp(V4.scanner(n % 7), V4.router, "S", sport=n, dport=n % 11) for n in range(1, 200)]
    path = workdir / "probes.pcap"
    path.write_bytes(pcap([(n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    whole = parse(tshark("-q", "-r", path, *TABLE, prefs={"scannoise.rows": "0"}).stdout)
    assert whole.scans().packets == 199
    for often in (10, 50):
        assert not reset_every(tshark, path, often).unlike(whole)


@pytest.mark.parametrize("often", [200, 1000])     # a reset costs Wireshark 50 ms, with or without us
def test_resets_cut_the_twin_into_captures_of_their_own(tshark, sharkd, programs, suite, often):
    """What a reset forgets is forgotten, and nothing else: the numbers are those of the pieces, each opened
    alone and added up."""
    programs.run(["editcap", "-c", str(often), suite.path(TWIN), programs.workdir / "piece.pcapng"])
    pieces = sorted(programs.workdir.glob("piece_*.pcapng"))
    quietly = [("setconf", {"name": f"nameres.{kind}_name", "value": "FALSE"}) for kind in ("mac", "transport")]
    asked = [request for piece in pieces for request in (load(piece), TAP)]
    alone = tables(sharkd(None, setconf("rows", "0"), *quietly, *asked))
    cut = reset_every(tshark, suite.path(TWIN), often)
    assert len(alone) == len(pieces) == -(-10746 // often)
    for item in ("All packets", "Noise", "Unsolicited scans", "Backscatter"):
        assert cut.packets(item) == sum(table.packets(item) for table in alone), item
    for section in ("Techniques", "Top ports", "Top scanners"):
        added = sum((Counter({row.item: row.packets for row in table[section]}) for table in alone), Counter())
        assert {row.item: row.packets for row in cut[section]} == added, section
    assert cut.scans().scanners == len(cut["Top scanners"]) and cut.scans().ports == len(cut["Top ports"])


def test_rare_resets_change_nothing_on_the_twin(tshark, suite):
    """Its flows are short: cuts every 1000 frames divide none of them."""
    assert not reset_every(tshark, suite.path(TWIN), 1000).unlike(suite.get("plain", TWIN))


# --- Pipes and files that grow -------------------------------------------------------------------

@pytest.fixture
def feed(programs, suite):
    """feed(name, *args) -> what tshark says of a capture that it reads from a pipe.

    The writer waits in the middle of the file, as a capture that goes on does.
    """
    def run(name, *args):
        data = suite.path(name).read_bytes()
        with subprocess.Popen(["tshark", "-n", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=programs.environment(), cwd=programs.workdir,
                              **programs.account.credentials) as tshark:
            tshark.stdin.write(data[:len(data) // 2])
            tshark.stdin.flush()
            time.sleep(0.5)
            out, err = tshark.communicate(data[len(data) // 2:], timeout=60)
        assert tshark.returncode == 0, err.decode()
        return out.decode()
    return run


@pytest.mark.parametrize("name", [TWIN, "banner_grabber_v6"])
def test_file_from_a_pipe(feed, by_default, name):
    assert not parse(feed(name, "-q", "-r", "-", *TABLE)).unlike(by_default(name, names=False))


def test_live_capture_from_a_pipe(feed, by_default):
    """tshark -i -: packets are dissected as they come, in one pass."""
    name = "banner_grabber_v4"
    assert not parse(feed(name, "-q", "-i", "-", *TABLE)).unlike(by_default(name, names=False))


def test_verdict_so_far_is_what_a_live_user_sees(tshark, suite):
    """In a first pass a frame shows what was known when it came; the second pass is final. Frame 1 is a client's
    lost SYN, before anything else was seen of the client; the last one is a scanner's probe."""
    name = "standing_changes_late_v4"
    live, final = ({int(number) for number in tshark(*passes, "-r", suite.path(name), "-Y", "scannoise.scan", "-T",
                                                     "fields", "-e", "frame.number").stdout.split()}
                   for passes in ([], ["-2"]))
    wants = builders.REGISTRY[name].wants()
    assert final == {number for number, want in enumerate(wants, 1) if want.get("scan")}
    assert {1, len(wants)} <= live and 1 not in final


# --- Frames that are left out --------------------------------------------------------------------

def test_frames_left_out_are_not_known(tshark, suite):
    """A read filter drops the answers before the second pass, but the first pass has seen them."""
    outcomes = tshark("-2", "-R", "tcp.flags.syn == 1 && tcp.flags.ack == 0", "-r", suite.path("outcomes_tcp_v4"),
                      "-Y", "scannoise.scan", "-T", "fields", "-e", "scannoise.outcome").stdout.split()
    assert len(outcomes) == len(set(outcomes)) == 5
