# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The short way and Wireshark's whole way say the same, and the short one is taken when nobody could tell.

test_invariants.py compares tshark's one pass, which takes the short way, with two passes, with details and
with sharkd, which do not, capture by capture. Here all frames are in one file, and damaged ones too.
"""
import json
import random
import re
import struct
import subprocess

import pytest
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN

import builders
import test_probe_uri
from builders import START, World, ethernet, pcap
from builders_damage import SECTION, block
from suite import COMMITTED, TABLE

V4 = World(4)
STATISTICS = ("-z", "scannoise,stat", "-z", "scannoise,json", "-z", "scannoise,flows,rows.csv",
              "-z", "endpoints,scannoise", "-z", "conv,scannoise")
LONG = ("-o", "scannoise.short_way:FALSE")
LOGGED = re.compile(r"\[scannoise INFO\].* (\d+) frames took the short way")


@pytest.fixture(scope="module")
def programs_of_module(run_programs):
    return run_programs({})


@pytest.fixture
def both(programs_of_module):
    """both(path, *args) -> what tshark says both ways, (output, errors, exit status, rows), and how many frames
    took the short way."""
    programs = programs_of_module

    def run(path, *args):
        said, took = [], []
        for way in ((), LONG):
            rows = programs.workdir / "rows.csv"
            rows.unlink(missing_ok=True)
            done = subprocess.run(
                ["tshark", "-q", "-r", path, *STATISTICS, *way, "--log-level", "info", *args], capture_output=True,
                text=True, timeout=120, cwd=programs.workdir, env=programs.environment(), **programs.account.credentials)
            took.append(sum(map(int, LOGGED.findall(done.stderr))))
            errors = [text for text in done.stderr.splitlines() if " INFO]" not in text]
            said.append((done.stdout, errors, done.returncode, rows.read_text() if rows.exists() else None))
        assert took[1] == 0
        return said[0], said[1], took[0]
    return run


@pytest.fixture
def same(both):
    """same(path, *args) -> how many frames took the short way, with the same results as on the long one."""
    def run(path, *args):
        short, long, took = both(path, *args)
        for one, other in zip(short, long):
            assert one == other
        return took
    return run


@pytest.fixture
def took(programs_of_module):
    """took(*args) -> how many frames of the twin capture took the short way."""
    programs = programs_of_module

    def run(*args):
        done = subprocess.run(
            ["tshark", "-r", COMMITTED / "home-line.pcapng", *TABLE, "--log-level", "info", *args], capture_output=True,
            text=True, timeout=120, cwd=programs.workdir, env=programs.environment(), **programs.account.credentials)
        assert done.returncode == 0 and "Unsolicited scans" in done.stdout, done.stderr
        return sum(map(int, LOGGED.findall(done.stderr)))
    return run


# --- Captures ------------------------------------------------------------------------------------

def frames_of_scenes():
    """(link type, time, bytes) of each frame of the suite's scenes."""
    for scene in builders.captures():
        if isinstance(scene, builders.Scene):
            for n, shot in enumerate(scene.shots()):
                yield scene.link, START + (n if shot.at is None else shot.at), bytes(scene.wrap(shot.packet))


def pcapng(frames):
    """A file of frames of many link types: (link type, time, captured bytes, length on the wire)."""
    links, packets = {}, []
    for link, at, kept, length in frames:
        interface = links.setdefault(link, len(links))
        time = round(at * 1_000_000)
        packets.append(block(6, struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(kept), length)
                             + kept))
    interfaces = [block(1, struct.pack("<HHI", link, 0, 0)) for link in links]
    return SECTION + b"".join(interfaces) + b"".join(packets)


def damaged(frame, dice):
    """The frame with some of its first bytes changed, or cut; now and then both."""
    kept = bytearray(frame)
    how = dice.randrange(4)
    for _ in range(dice.randrange(1, 4) if how else 0):
        at = dice.randrange(min(len(kept), 90)) if kept else 0
        if kept:
            kept[at] = dice.choice((0, 1, 4, 0x45, 0x60, 0xFF, dice.randrange(256), kept[at] ^ 1 << dice.randrange(8)))
    if how in (0, 1):
        del kept[dice.randrange(len(kept) + 1):]
    return bytes(kept)


def test_all_captures_in_one(same, workdir):
    path = workdir / "all.pcapng"
    frames = list(frames_of_scenes())
    path.write_bytes(pcapng((link, at, frame, len(frame)) for link, at, frame in frames))
    assert same(path) > len(frames) / 2


@pytest.mark.parametrize("seed", range(3))
def test_damaged_captures(same, workdir, seed):
    """As many frames as the suite has, each damaged in two ways: many thousands."""
    dice = random.Random(seed)
    path = workdir / "damaged.pcapng"
    frames = [(link, at, damaged(frame, dice), len(frame)) for link, at, frame in frames_of_scenes() for _ in range(2)]
    path.write_bytes(pcapng(frames))
    took = same(path)
    assert len(frames) > 2500 and took > len(frames) / 5


def test_the_twin(same):
    assert same(COMMITTED / "home-line.pcapng") > 9000


def test_capture_cut_short(same, suite):
    assert same(suite.path("cut_short")) > 0


# --- What may be carried, named or put together ---------------------------------------------------

def write(workdir, packets):
    path = workdir / "made.pcap"
    path.write_bytes(pcap([(START + n, bytes(packet)) for n, packet in enumerate(packets)]))
    return path


def vxlan(port):
    inner = Ether(src="00:00:5e:00:53:02", dst="00:00:5e:00:53:01") / V4.tcp(V4.scanner(), V4.router, "S")
    return ethernet(IP(src="192.0.2.251", dst="192.0.2.252") / UDP(sport=49152, dport=port)
                    / VXLAN(vni=7, flags="Instance") / inner)


@pytest.mark.parametrize("args, port", [((), 4789), (("-d", "udp.port==7000,vxlan"), 7000)])
def test_tunnels_are_opened(both, workdir, args, port):
    """On a tunnel's port, and on one that the user says is a tunnel's."""
    short, long, took = both(write(workdir, [vxlan(port)] * 3), *args)
    assert short == long and took == 0
    assert V4.scanner() in short[0]


def test_datagrams_to_unknown_ports_take_the_short_way(same, workdir):
    assert same(write(workdir, [ethernet(V4.udp(V4.scanner(), V4.target(n))) for n in range(5)])) == 4


def test_probes_that_say_whose_they_are(same, workdir):
    """Those that say so in an option of IPv6 are dissected, as all that have options."""
    packets = [*(packet for _, _, packet, _ in test_probe_uri.CARRIERS), *test_probe_uri.others()]
    with_options = 3
    assert same(write(workdir, map(ethernet, packets))) == len(packets) - 1 - with_options


UNKNOWN = 7077          # no Wireshark has a dissector for it, nor for the port below


def segment(payload, dport):
    return ethernet(V4.tcp(V4.server(), V4.router, "PA", sport=51234, dport=dport, payload=payload))


def openflow():
    """A switch shows its controller a packet (OpenFlow 1.0, packet-in)."""
    shown = bytes(Ether(src="00:00:5e:00:53:02", dst="00:00:5e:00:53:01") / V4.tcp(V4.scanner(), V4.router, "S"))
    return struct.pack(">BBHIIHHBx", 1, 10, 18 + len(shown), 7, 0xffffffff, len(shown), 1, 0) + shown


@pytest.mark.parametrize("port", [6633, 6653])
def test_frames_that_a_stream_carries(both, workdir, port):
    short, long, took = both(write(workdir, [segment(openflow(), port)] * 3))
    assert short == long and took == 0
    assert port != 6653 or V4.scanner() in short[0]     # from 4.4 on Wireshark knows only IANA's


def test_streams_to_unknown_ports_take_the_short_way(same, workdir):
    payloads = [b"x" * 100, b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"", b"SSH-2.0-x\r\n"]
    assert same(write(workdir, [segment(payload, UNKNOWN) for payload in payloads])) == 4


@pytest.mark.parametrize("doubtful", [b"PROXY TCP4 192.0.2.1 198.51.100.9 4000 23\r\nx", b"\x01\x01\xfe\xfe" + bytes(60),
                                      b"\x00\x07\x00\x00\x00\x00\x00\x04abcd",
                                      b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)])
def test_a_stream_that_may_carry_packets_ends_that(same, workdir, doubtful):
    """As what follows in it need not look like that."""
    packets = [segment(payload, UNKNOWN) for payload in (b"first", b"before", doubtful, b"after")]
    assert same(write(workdir, [*packets, segment(b"GET / HTTP/1.0\r\n\r\n", 80), segment(b"", UNKNOWN)])) == 3


def test_a_dissector_that_is_not_known_sees_streams(same, workdir):
    assert same(write(workdir, [segment(b"x" * 100, UNKNOWN)]), "--enable-heuristic", "websocket_tcp") == 0


def test_fragments_are_put_together(same, workdir):
    whole = V4.udp(V4.scanner(), V4.router, payload=bytes(3000))
    pieces = [ethernet(piece) for piece in whole.fragment(1000)]
    assert same(write(workdir, [ethernet(V4.tcp(V4.scanner(), V4.router, "S")), *pieces])) == 0


def test_names_of_answers_are_known(both, workdir):
    """Where names are wanted, what a DNS answer says of a scanner stands in the table."""
    answer = DNS(id=7, qr=1, qd=DNSQR(qname="scanner.example"), an=DNSRR(rrname="scanner.example", rdata=V4.scanner()))
    packets = [V4.tcp(V4.scanner(), V4.router, "S", dport=n) for n in range(1, 5)]
    packets.insert(2, IP(src=V4.server(), dst=V4.router) / UDP(sport=53, dport=4000) / answer)
    path = write(workdir, map(ethernet, packets))
    names = [word for name in ("network_name", "dns_pkt_addr_resolution") for word in ("-o", f"nameres.{name}:TRUE")]
    short, long, took = both(path, *names, "-o", "nameres.use_external_name_resolver:FALSE")
    assert short == long and took == 3
    assert "scanner.example" in short[0]


def answer_naming(scanner, sport, dport):
    answer = DNS(id=7, qr=1, qd=DNSQR(qname="zoom.shodan.io"), an=DNSRR(rrname="zoom.shodan.io", rdata=scanner))
    return IP(src=V4.server(), dst=V4.router) / UDP(sport=sport, dport=dport) / answer


@pytest.mark.parametrize("sport, dport", [(53, 4000), (4000, 53), (5353, 5353), (7000, 7001)])
def test_a_label_by_a_name_that_an_answer_gave(same, both, workdir, sport, dport):
    """Where names are not shown, an answer in the capture gives one that labels go by: from any port."""
    packets = [answer_naming(V4.scanner(), sport, dport), V4.tcp(V4.scanner(), V4.router, "S")]
    path = write(workdir, map(ethernet, packets))
    same(path, "-n")
    assert "Shodan (by name)" in both(path)[0][0]


# --- When somebody could tell --------------------------------------------------------------------

LOOKING = {
    "another statistic": ("-q", "-z", "io,stat,0"),
    "expert information": ("-q", "-z", "expert"),
    "a list of packets": (),
    "details": ("-V",),
    "a display filter": ("-q", "-Y", "tcp"),
    "fields": ("-T", "fields", "-e", "ip.src"),
    "a filter of ours": ("-q", "-z", "scannoise,json,tcp"),
    "two passes": ("-q", "-2"),
    "the preference": ("-q", *LONG),
    "another preference": ("-q", "-o", "ip.defragment:FALSE"),
    "a protocol that is off": ("-q", "--disable-protocol", "ipv6"),
    "Decode As": ("-q", "-d", "ethertype==0x0800,arp"),
}


@pytest.mark.parametrize("args", LOOKING.values(), ids=LOOKING)
def test_nobody_who_looks_misses_a_dissection(took, args):
    assert took(*args) == 0


def test_a_script_sees_each_packet(took, workdir):
    script = workdir / "listen.lua"
    script.write_text("local n = 0\nlocal p = Proto('seen', 'Seen')\n"
                      "function p.dissector() n = n + 1 end\nregister_postdissector(p)\n")
    assert took("-q", "-X", f"lua_script:{script}") == 0


def test_what_nobody_looks_at_is_not_dissected(took):
    assert took("-q") > 9000
    assert took("-q", "-M", "1000") > 9000


@pytest.mark.parametrize("numbers, is_short", (
    ("frame.number >= 100 && frame.number <= 2000", True),
    (" frame.number ge 100 and  frame.number<=2000 ", True),
    ("frame.number>=9000&&frame.number<=4294967295", True),
    ("frame.number >= 2000 && frame.number <= 100", True),
    ("frame.number >= 0100 && frame.number <= 02000", False),       # octal
    ("frame.number >= 100 && frame.number <= 2000 && ip", False),
    ("frame.number >= 100 || frame.number <= 20", False)))
def test_a_filter_of_frame_numbers(programs_of_module, numbers, is_short):
    """Such a filter takes no dissection, and means what Wireshark takes it for: with others it reads that in brackets."""
    programs, said = programs_of_module, []
    for text in (numbers, f"({numbers})"):
        rows = programs.workdir / "rows.csv"
        rows.unlink(missing_ok=True)
        done = subprocess.run(
            ["tshark", "-q", "-r", COMMITTED / "home-line.pcapng", "-z", f"scannoise,json,{text}",
             "-z", f"scannoise,flows,rows.csv,{text}", "--log-level", "info"], capture_output=True, text=True, timeout=120,
            cwd=programs.workdir, env=programs.environment(), **programs.account.credentials)
        found = json.loads(done.stdout)
        assert found.pop("filter") == text
        said.append((found, rows.read_text(), sum(map(int, LOGGED.findall(done.stderr)))))
    assert said[0][:2] == said[1][:2]
    assert (said[0][2] > 0, said[1][2]) == (is_short, 0)
    assert (said[0][0]["capture"]["packets"] > 0) == ("2000 && frame.number <= 100" not in numbers)
