# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A verdict may change until the last packet is read. When it is, the packet list shows final verdicts, whatever
it has shown before, and nobody has to do anything for that."""
import re

import pytest

from accessible import Changed
from builders import World, line, pcap
from test_gui_life import set_preference
from waiting import settles, until
from windows import TABLE, Statistics, Traffic

V4 = World(4)
SESSIONS, SCANS = 20, 8
FILTER = "scannoise.scan"


def sessions(count, pause=0.0):
    """Ordinary connections, each of a client and a server of its own. Each SYN waits `pause` seconds."""
    packets = []
    for n in range(count):
        dialogue = V4.dialogue(f"198.51.100.{n + 1}", f"203.0.113.{n + 1}", sport=50000 + n, dport=443)
        for number, (_, packet) in enumerate(dialogue):
            packets.append((n * 0.01 + number * 0.5 + (pause if number else 0), packet))
    return packets


def scans(count):
    """One source and many targets, the last three of them not in 203.0.113.0/24."""
    targets = [V4.target(101 + n) for n in range(count - 3)] + [V4.server(n) for n in range(3)]
    return [(n * 0.01, V4.tcp("198.51.100.200", target, "S", sport=60000)) for n, target in enumerate(targets)]


def file_of(packets):
    return pcap([(1_705_400_000 + at, bytes(line(packet))) for at, packet in sorted(packets, key=lambda one: one[0])])


@pytest.fixture
def capture(session_dir, request):
    """capture(packets) -> a file that the user may read."""
    def write(packets, name=""):
        path = session_dir / f"{request.node.name}{name}.pcap"
        path.write_bytes(file_of(packets))
        path.chmod(0o644)
        return path
    return write


@pytest.fixture
def mixed(capture, ask, user):
    """Sessions and scans, of which a filter that is evaluated while packets are read finds far more."""
    path = capture(sessions(SESSIONS) + scans(SCANS))
    one_pass = user.run(["tshark", "-n", "-r", path, "-Y", FILTER]).stdout.splitlines()
    assert len(one_pass) >= SESSIONS + SCANS
    assert len(ask(path, "-Y", FILTER).splitlines()) == SCANS
    return path


def settles_at(wireshark, all_packets, displayed):
    """Waits for both numbers of the status bar, and that the user's filter is as it was."""
    settles("other packets displayed", wireshark.counts, (all_packets, displayed))
    assert wireshark.filter_entry().text() == FILTER


@pytest.fixture
def passes(session_dir):
    """(arguments that make Wireshark tell when it begins to go through all packets, how often it did)"""
    script = session_dir / "passes.lua"
    script.write_text('local tap = Listener.new("frame")\n'
                      'function tap.reset() io.stderr:write("all packets from the first\\n") end\n')
    script.chmod(0o644)
    return ("-X", f"lua_script:{script}"), lambda wireshark: wireshark.said().count("all packets from the first")


# --- Files ---------------------------------------------------------------------------------------

def test_a_filter_given_at_start(start, mixed):
    wireshark = start("-Y", FILTER, "-r", mixed)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)


def test_a_filter_in_force_while_files_are_opened_and_reloaded(start, mixed, capture):
    other = capture(sessions(SESSIONS + 1), "-other")
    wireshark = start("-Y", FILTER, "-r", mixed)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)
    wireshark.open_file(other)
    settles_at(wireshark, (SESSIONS + 1) * 8, 0)
    wireshark.open_file(mixed)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)
    wireshark.menu("View", "Reload")
    until("no reload", lambda: wireshark.says("Reloading") or wireshark.counts())
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)


def test_a_changed_preference(start, mixed, ask):
    wireshark = start("-Y", FILTER, "-r", mixed)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)
    networks = "203.0.113.0/24"
    assert len(ask(mixed, "-o", f"scannoise.home_networks:{networks}", "-Y", FILTER).splitlines()) == SCANS - 3
    set_preference(wireshark, "Scan Noise", "Home networks", networks)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS - 3)


def test_the_packet_list_is_evaluated_again_once_and_only_when_something_changed(start, mixed, capture, passes):
    """Once more than a file that needs it not, whatever else Wireshark does when it opens one."""
    told, begun = passes
    wireshark = start(*told, "-Y", FILTER, "-r", capture(scans(SCANS), "-first"))
    settles_at(wireshark, SCANS, SCANS)
    first = begun(wireshark)
    wireshark.open_file(capture(scans(SCANS + 1), "-unchanged"))
    settles_at(wireshark, SCANS + 1, SCANS + 1)
    unchanged = begun(wireshark)
    wireshark.open_file(mixed)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)
    assert begun(wireshark) - unchanged == unchanged - first + 1


# --- Live capture --------------------------------------------------------------------------------

def rule(wireshark, frame):
    """The colouring rule of a row, as its details tell."""
    wireshark.go_to(frame)
    named = re.search(r"\[Coloring Rule Name: (.*)\]", "\n".join(wireshark.details()))
    return named and named[1]


def test_the_end_of_a_live_capture(start, pipe, keep):
    """The rows of clients were drawn as scans before their servers answered."""
    source, sink = pipe
    packets = sessions(SESSIONS, pause=2) + scans(SCANS)
    whole = file_of(packets)
    early = file_of([one for one in packets if one[0] < 1])
    assert whole.startswith(early)
    sink.write(early)
    wireshark = start("-k", "-i", "-", stdin=source)
    source.close()
    wireshark.shows(SESSIONS + SCANS)
    technique = wireshark.packets().headings().index("Technique")
    settles("no scans", lambda: set(wireshark.packets().column(technique)), {"TCP SYN", "TCP connect"})
    keep("live-early", wireshark.main)

    sink.write(whole[len(early):])
    wireshark.shows(SESSIONS * 8 + SCANS)
    sink.close()
    until("the capture does not end", lambda: not wireshark.entry("Capture", "Stop").is_enabled())
    settles("scans of clients are still shown", lambda: [wireshark.packets().column(technique).count(what)
                                                         for what in ("TCP SYN", "TCP connect")], [SCANS, 0])
    wireshark.menu("View", "Expand All")
    rules = [rule(wireshark, frame) for frame in range(1, 9)]
    assert sorted(map(str, rules)) == sorted(["Scan: TCP SYN"] * 4 + ["None"] * 4), rules
    keep("live-final", wireshark.main)


def test_a_filter_in_force_while_a_live_capture_ends(start, pipe):
    source, sink = pipe
    sink.write(file_of(sessions(SESSIONS, pause=2) + scans(SCANS)))
    sink.close()
    wireshark = start("-k", "-Y", FILTER, "-i", "-", stdin=source)
    settles_at(wireshark, SESSIONS * 8 + SCANS, SCANS)


def packets_of(window):
    counts = window.column("Packets")
    if "" in counts:
        raise Changed("rows went meanwhile")
    return dict(zip(window.column("Address"), map(int, counts)))


def test_endpoints_follow_a_live_capture(start, pipe, capture, ask):
    """While it goes on a client has no row any more when its server has answered, and none in the end."""
    source, sink = pipe
    packets = sessions(SESSIONS, pause=2) + scans(SCANS)
    whole, early = file_of(packets), file_of([one for one in packets if one[0] < 1])
    sink.write(early)
    wireshark = start("-k", "-i", "-", stdin=source)
    source.close()
    wireshark.shows(SESSIONS + SCANS)
    window, pairs = Traffic(wireshark, "Endpoints"), Traffic(wireshark, "Conversations")
    settles("not every SYN is a scan", lambda: sum(packets_of(window).values()), SESSIONS + SCANS)
    settles("not every SYN is listed", lambda: len(pairs.column("Packets")), SESSIONS + SCANS)

    sink.write(whole[len(early):])
    wireshark.shows(SESSIONS * 8 + SCANS)
    scanner = {"198.51.100.200": SCANS}
    settles("clients are still scanners", lambda: packets_of(window), scanner)
    settles("clients still scan", lambda: set(pairs.column("Address A")), set(scanner))
    settles("other pairs scan", lambda: pairs.column("Packets"), ["1"] * SCANS)
    assert wireshark.entry("Capture", "Stop").is_enabled()
    sink.close()
    until("the capture does not end", lambda: not wireshark.entry("Capture", "Stop").is_enabled())
    settles("clients have rows", lambda: packets_of(window), scanner)
    settles("clients scan", lambda: pairs.column("Packets"), ["1"] * SCANS)
    Statistics.open(wireshark).settles_to(ask(capture(packets), *TABLE))


def test_a_live_capture_to_several_files(start, pipe, session_dir, ask, account):
    """Wireshark shows one file at a time. Windows that were opened before go with their file, and the last file
    looks as it does when it is opened later."""
    folder, part = session_dir / "several", SESSIONS + SCANS + 5
    folder.mkdir()
    account.own(folder)
    source, sink = pipe
    packets = sessions(SESSIONS, pause=2) + scans(SCANS)
    whole, early = file_of(packets), file_of([one for one in packets if one[0] < 1])
    sink.write(early)
    wireshark = start("-k", "-i", "-", "-b", f"packets:{part}", "-w", folder / "part.pcapng", stdin=source)
    source.close()
    wireshark.shows(SESSIONS + SCANS)
    window = Traffic(wireshark, "Endpoints")
    settles("not every SYN is a scan", lambda: sum(packets_of(window).values()), SESSIONS + SCANS)
    Statistics.open(wireshark)

    sink.write(whole[len(early):])
    sink.close()
    until("the capture does not end", lambda: not wireshark.entry("Capture", "Stop").is_enabled())
    *_, before, last = sorted(folder.iterdir())
    wireshark.shows(len(ask(last, "-Y", "frame").splitlines()))
    Statistics.open(wireshark).settles_to(ask(last, *TABLE))
    wireshark.open_file(before)
    wireshark.shows(part)
    Statistics.open(wireshark).settles_to(ask(before, *TABLE))
