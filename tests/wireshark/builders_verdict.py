# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenes for README's page on judging: each says which frames are noise, and a near miss that is none."""
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import (ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.packet import Raw

from builders import World, backscatter, both, capture, quiet, scan

V4, V6 = World(4), World(6)
INIT, INIT_ACK, ABORT = 1, 2, 6         # SCTP chunks, RFC 9260


def sweep(w, source, count):
    """Raw SYNs of one source to `count` targets, nobody there."""
    return [w.tcp(source, w.target(101 + n), "S", sport=41000 + n) for n in range(count)]


def connects(w, source, count, dport):
    """The same, but an operating system's."""
    return [w.connect(source, w.target(101 + n), sport=41000 + n, dport=dport) for n in range(count)]


# --- Responses that nobody asked for ------------------------------------------------------

@both
def backscatter_tcp(w):
    """SYN/ACK and RST without a request are backscatter; the router's own RST to them is nothing."""
    for n, flags in enumerate(["SA", "R", "RA"], 1):
        back = {"sport": 80, "dport": 40000 + n}
        yield backscatter(w.tcp(w.server(n), w.router, flags, **back))
        yield backscatter(w.tcp(w.server(n), w.router, flags, **back))
    yield quiet(w.tcp(w.router, w.server(1), "R", sport=40001, dport=80))


@both
def answer_in_the_capture(w):
    """The same SYN/ACK, RST and ICMP error are no backscatter when they answer what the capture has."""
    yield from w.conversation(w.router, w.server(1))
    yield from w.conversation(w.router, w.server(2))
    yield quiet(w.connect(w.router, w.server(1), sport=50001, dport=81))
    yield quiet(w.tcp(w.server(1), w.router, "RA", sport=81, dport=50001))
    lost = w.udp(w.router, w.server(2))
    yield quiet(lost)
    yield quiet(w.unreachable(w.server(2), lost))


@both
def backscatter_icmp(w):
    """An echo reply without a request, and errors that quote packets which this network never sent."""
    yield backscatter(w.pong(w.server(1), w.router))
    for n, quoted in enumerate([w.tcp(w.router, w.server(9), "S"), w.udp(w.router, w.server(9))], 2):
        yield backscatter(w.unreachable(w.server(n), quoted))


@capture
def backscatter_icmp_more():
    """Time exceeded, over both versions, and replies of the other ICMP queries."""
    quoted = V4.tcp(V4.router, V4.server(9), "S")
    yield backscatter(V4.ip(V4.server(1), V4.router) / ICMP(type=11, code=0) / Raw(bytes(quoted)[:28]))
    quoted = V6.tcp(V6.router, V6.server(9), "S")
    yield backscatter(V6.ip(V6.server(1), V6.router) / ICMPv6TimeExceeded() / Raw(bytes(quoted)))
    for n, reply in enumerate([14, 18], 2):
        yield backscatter(V4.ip(V4.server(n), V4.router) / ICMP(type=reply, id=n))


AMPLIFIERS = {
    53: bytes.fromhex("123481800001000000000000") + b"\x07example\x03com\x00\x00\xff\x00\x01",
    123: bytes.fromhex("d7002a0000010048") + bytes(72),         # ntpd's monlist, response bit set
    161: bytes.fromhex("302602010104067075626c6963a219020101020100020100300e300c06082b06010201010100"
                       "0500"),
    389: bytes.fromhex("300c02010165070a010004000400"),
    1900: b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n",
    11211: bytes.fromhex("0000000000010000") + b"STAT pid 1\r\n",
}


@both
def backscatter_amplifiers(w):
    """Answers of amplifiers over UDP to requests with a forged source, several packets of each."""
    for port, payload in AMPLIFIERS.items():
        for _ in range(2):
            yield backscatter(w.udp(w.server(1), w.router, sport=port, dport=40000, payload=payload))


# --- Conversations ------------------------------------------------------------------------------

@both
def conversations(w):
    """TCP used after a handshake, UDP and a ping answered: no noise in either direction."""
    yield from w.conversation(w.router, w.server(1))
    yield from w.conversation(w.scanner(1), w.router, dport=22)
    yield quiet(w.udp(w.router, w.server(2), dport=4500))
    yield quiet(w.udp(w.server(2), w.router, sport=4500, dport=40000))
    yield quiet(w.ping(w.scanner(2), w.router))
    yield quiet(w.pong(w.router, w.scanner(2)))


@both
def ping_of_an_exposed_target(w):
    """An answered ping is a scan all the same when several others scan its target."""
    for n in range(1, 5):
        yield scan(w.tcp(w.scanner(n), w.router, "S", dport=23 + n))
    yield scan(w.ping(w.scanner(99), w.router), "ICMP echo", "conversation")
    yield quiet(w.pong(w.router, w.scanner(99)))


@both
def ping_of_a_working_client(w):
    """... but not when who pings is a working client."""
    for n in range(1, 5):
        yield scan(w.tcp(w.scanner(n), w.router, "S", dport=23 + n))
    yield from w.conversation(w.server(1), w.router, dport=443)
    yield quiet(w.ping(w.server(1), w.router))
    yield quiet(w.pong(w.router, w.server(1)))


# --- Failed flows of strangers ------------------------------------------------------------------

@both
def outcomes_tcp(w):
    """Unanswered, refused, unreachable, half-open, connected: one stranger each."""
    yield scan(w.tcp(w.scanner(1), w.router, "S"))
    yield scan(w.tcp(w.scanner(2), w.router, "S"), outcome="refused")
    yield quiet(w.tcp(w.router, w.scanner(2), "RA", sport=23, dport=40000))
    lost = w.tcp(w.scanner(3), w.router, "S")
    yield scan(lost, outcome="unreachable")
    yield quiet(w.unreachable(w.router, lost))
    yield from half_open(w, w.scanner(4))
    for from_client, packet in connect_scan(w, w.scanner(5)):
        yield scan(packet, "TCP connect", "connected") if from_client else quiet(packet)


def half_open(w, source):
    """nmap -sS at an open port: the RST that ends it is the scanner's packet too."""
    yield scan(w.tcp(source, w.router, "S"), outcome="half-open")
    yield quiet(w.tcp(w.router, source, "SA", sport=23, dport=40000))
    yield scan(w.tcp(source, w.router, "R"), outcome="half-open")


def connect_scan(w, source):
    """nmap -sT: opened, and closed unused."""
    dialogue = w.dialogue(source, w.router)
    return [*dialogue[:3], (True, w.tcp(source, w.router, "RA", sport=50000, dport=80, seq=1001, ack=5001))]


@both
def outcomes_without_ports(w):
    """UDP and ping, unanswered and unreachable."""
    yield scan(w.udp(w.scanner(1), w.router), "UDP")
    lost = w.udp(w.scanner(2), w.router)
    yield scan(lost, "UDP", "unreachable")
    yield quiet(w.unreachable(w.router, lost))
    yield scan(w.ping(w.scanner(3), w.router), "ICMP echo")
    lost = w.ping(w.scanner(4), w.router)
    yield scan(lost, "ICMP echo", "unreachable")
    yield quiet(w.unreachable(w.router, lost))


@both
def techniques_tcp(w):
    """Flags that no ordinary sender makes need no further evidence."""
    named = {"S": "TCP SYN", "": "TCP NULL", "F": "TCP FIN", "FPU": "TCP Xmas", "SF": "TCP other flags",
             "SFPU": "TCP other flags", "SEC": "TCP SYN"}
    for n, (flags, technique) in enumerate(named.items(), 1):
        yield scan(w.tcp(w.scanner(n), w.router, flags), technique)


@both
def techniques_sctp(w):
    """SCTP INIT, unanswered, refused with ABORT and answered with INIT ACK only."""
    yield scan(w.sctp(w.scanner(1), w.router, INIT), "SCTP INIT")
    yield scan(w.sctp(w.scanner(2), w.router, INIT), "SCTP INIT", "refused")
    yield quiet(w.sctp(w.router, w.scanner(2), ABORT, sport=2905, dport=40000))
    yield scan(w.sctp(w.scanner(3), w.router, INIT), "SCTP INIT", "half-open")
    yield quiet(w.sctp(w.router, w.scanner(3), INIT_ACK, sport=2905, dport=40000))


@capture
def techniques_icmp():
    """The two other ICMP queries that Nmap pings with."""
    yield scan(V4.ip(V4.scanner(1), V4.router) / ICMP(type=13, id=1), "ICMP timestamp")
    yield scan(V4.ip(V4.scanner(2), V4.router) / ICMP(type=17, id=1), "ICMP address mask")


@both
def working_client_fails_once(w):
    """Near miss: who works with this network may fail now and then, at a host it talks with and at another."""
    yield from w.conversation(w.server(1), w.router, sport=50000, dport=443)
    for host in (w.router, w.target(9)):
        yield quiet(w.connect(w.server(1), host, sport=50001, dport=8443))
        yield quiet(w.tcp(host, w.server(1), "RA", sport=8443, dport=50001))


@both
def client_fails_at_three_in_a_line(w):
    """Near miss: a client that fails at one port of three targets."""
    yield from w.conversation(w.server(1), w.router, sport=50000, dport=443)
    yield from map(quiet, connects(w, w.server(1), 3, dport=445))


@both
def client_fails_at_four_in_a_line(w):
    """... but at the fourth it is a scanning source, whatever else it does; what it did elsewhere is none."""
    yield from w.conversation(w.server(1), w.router, sport=50000, dport=443)
    for packet in connects(w, w.server(1), 4, dport=445):
        yield scan(packet, "TCP connect")


# --- Scanning sources --------------------------------------------------------------------------

@both
def banner_grabber(w):
    """A scanning source's conversations at the port that it scans are scans too, each packet that it sends in them."""
    source = w.scanner(1)
    for packet in connects(w, source, 6, dport=22):
        yield scan(packet, "TCP connect")
    for from_client, packet in w.dialogue(source, w.router, dport=22):
        yield scan(packet, "TCP connect", "conversation") if from_client else quiet(packet)


@both
def three_failures_and_two_conversations(w):
    """Near miss: too few failures for a scanning source, so its conversations are none; but no client's
    operating system makes a SYN without options, so what failed is a scan."""
    source = w.scanner(1)
    yield from w.conversation(source, w.server(1), sport=50001)
    yield from w.conversation(source, w.server(2), sport=50002)
    yield from map(scan, sweep(w, source, 3))


@both
def standing_changes_late(w):
    """What a source does later changes the verdict on its first packet."""
    yield quiet(w.connect(w.server(1), w.router, sport=50001, dport=8443))
    yield from w.conversation(w.server(1), w.router, sport=50002, dport=443)
    for from_client, packet in w.dialogue(w.scanner(1), w.router, sport=50003, dport=443):
        yield scan(packet, "TCP connect", "conversation") if from_client else quiet(packet)
    for packet in connects(w, w.scanner(1), 6, dport=443):
        yield scan(packet, "TCP connect")


# --- What looks like noise and is none -----------------------------------------------------------

@both
def one_way_stream(w):
    """More than a few UDP packets one way are a stream (a log, a video), no probe."""
    for _ in range(25):
        yield quiet(w.udp(w.server(1), w.router, sport=5004, dport=5004, payload=b"\x80" + bytes(40)))


@both
def few_datagrams(w):
    """Near miss: a probe that is repeated a few times, and too quickly for a monitor."""
    for n in range(3):
        yield scan(w.udp(w.scanner(1), w.router), "UDP", at=n / 10)


@both
def from_the_middle(w):
    """TCP whose beginning the capture does not have: payload first, or a plain ACK, or its tail."""
    there, back = {"sport": 50000, "dport": 443}, {"sport": 443, "dport": 50000}
    yield quiet(w.tcp(w.server(1), w.router, "PA", payload=b"\x17\x03\x03\x00\x05hello", **back))
    yield quiet(w.tcp(w.router, w.server(1), "A", **there))
    yield quiet(w.tcp(w.server(2), w.router, "A", **back))
    yield quiet(w.tcp(w.server(3), w.router, "FA", **back))
    yield quiet(w.tcp(w.router, w.server(3), "A", **there))


@both
def tails_with_evidence(w):
    """Lone ACKs, FIN/ACKs and unknown IP protocols are scans once the source tries several contacts."""
    for n in range(6):
        yield scan(w.tcp(w.scanner(1), w.router, "A", sport=45000, dport=1000 + n), "TCP ACK")
    for n in range(6):
        yield scan(w.tcp(w.scanner(2), w.router, "FA", sport=45000, dport=1000 + n), "TCP Maimon")
    for n in range(6):
        yield scan(w.protocol(w.scanner(3), w.router, 200 + n), "IP protocol")


@both
def tails_without_evidence(w):
    """Near miss: the same packets, but each source has only one such contact."""
    yield quiet(w.tcp(w.scanner(1), w.router, "A"))
    yield quiet(w.tcp(w.scanner(2), w.router, "FA"))
    yield quiet(w.protocol(w.scanner(3), w.router, 200))


# --- Extension headers, fragments ----------------------------------------------------------------

@capture
def extension_headers():
    """The transport stands behind extension headers of IPv6."""
    headers = [IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt(), IPv6ExtHdrFragment(id=7),
               IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrFragment(id=8),
               IPv6ExtHdrRouting(addresses=[])]
    for n, header in enumerate(headers, 1):
        probe = V6.tcp(V6.scanner(n), V6.router, "S")
        whole = IPv6(src=probe.src, dst=probe.dst) / header / probe.payload
        yield scan(whole, outcome="refused")
        yield quiet(V6.tcp(V6.router, V6.scanner(n), "RA", sport=23, dport=40000))


def fragments_of(packet, size):
    """IPv4 fragments of a packet."""
    datagram = IP(src=packet.src, dst=packet.dst, proto=packet.proto)
    data, step = bytes(packet.payload), size // 8 * 8
    for at in range(0, len(data), step):
        more = "MF" if at + step < len(data) else 0
        yield datagram.copy() / Raw(data[at:at + step]), at, more


def fragments(packet, size, ident):
    for part, at, more in fragments_of(packet, size):
        part.id, part.frag, part.flags = ident, at // 8, more
        yield part


@capture
def fragmented_probe():
    """A probe in three fragments counts once: with the frame in which Wireshark puts it together."""
    probe = V4.udp(V4.scanner(1), V4.router, payload=bytes(2400))
    first, second, last = fragments(probe, 1000, ident=9)
    counted = scan(probe, "UDP")
    yield quiet(first)
    yield quiet(second)
    counted.packet = last
    yield counted


@capture
def tiny_fragments():
    """nmap -f: not even the TCP header fits one fragment."""
    probe = V4.tcp(V4.scanner(1), V4.router, "S")
    *parts, last = fragments(probe, 8, ident=10)
    for part in parts:
        yield quiet(part)
    counted = scan(probe)
    counted.packet = last
    yield counted


@capture
def later_fragment_alone():
    """A fragment without the first one is no flow, over IPv4 and IPv6."""
    probe = V4.udp(V4.scanner(1), V4.router, payload=bytes(2400))
    for part in list(fragments(probe, 1000, ident=11))[1:]:
        yield quiet(part)
    for n in (1, 2):
        header = IPv6ExtHdrFragment(nh=17, id=n, offset=125, m=n % 2)
        yield quiet(IPv6(src=V6.scanner(n), dst=V6.router) / header / Raw(bytes(1000)))


@capture
def port_zero_and_odd_lengths():
    """Port 0 is a port; an empty datagram is a probe."""
    yield scan(V4.tcp(V4.scanner(1), V4.router, "S", dport=0))
    yield scan(V4.ip(V4.scanner(2), V4.router) / UDP(sport=40000, dport=161), "UDP")
