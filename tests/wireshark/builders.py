# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as scenes: what is on the wire, and beside each frame what is right to say of it.

A scene is a generator of shots, one for each frame. The shot's expectation comes from the packet that
scapy builds (its addresses, its port) and from the words of the scene; nothing of the plugin is asked.
@capture registers a scene under a name; captures() has them all, so that the laws of test_invariants.py
hold for every scene of every module without a list kept by hand.
"""
import struct
from dataclasses import dataclass, field
from typing import Callable, Optional

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.ppp import PPP, PPPoE
from scapy.packet import Raw

START = 1_705_400_000                   # 2024-01-16 10:13:20 UTC
ETHERNET = 1                            # LINKTYPE_ numbers: tcpdump.org/linktypes.html
NOTHING = {}                            # expectation of a frame that is not noise
SYSTEM = [("MSS", 1460), ("NOP", None), ("WScale", 8), ("SAckOK", b"")]     # options of an operating system's SYN


@dataclass
class Shot:
    """One frame: its packet, what is to be said of it, and when, in seconds after START."""
    packet: object
    want: dict
    at: Optional[float] = None


@dataclass
class Scene:
    """One capture. `play` yields the shots, `wrap` puts each packet into its encapsulation."""
    name: str
    group: str                          # the module that has it
    play: Callable
    wrap: Callable
    link: int = ETHERNET
    claim: str = ""                     # what it shows, for who reads a failing test
    prefs: dict = field(default_factory=dict)   # what the expectations hold under

    def shots(self):
        return list(self.play())

    def wants(self):
        return [shot.want for shot in self.shots()]

    def file(self):
        """The bytes of the capture. A shot without a time comes one second after the one before."""
        records, now = [], 0.0
        for shot in self.shots():
            now = now + 1 if shot.at is None else shot.at
            records.append((START + now, bytes(self.wrap(shot.packet))))
        return pcap(records, self.link)


@dataclass
class Blob:
    """A capture file that is made as bytes: a damaged one."""
    name: str
    group: str
    make: Callable
    claim: str = ""

    def file(self):
        return self.make()


REGISTRY = {}


def captures(group=None):
    """The registered captures, of one module or of all. Import the modules first: suite.py does."""
    return [scene for scene in REGISTRY.values() if group in (None, scene.group)]


def names(group):
    return [scene.name for scene in captures(group)]


def add(scene):
    assert scene.name not in REGISTRY, f"two captures are called {scene.name}"
    REGISTRY[scene.name] = scene


def register(play, name=None, wrap=None, link=ETHERNET, prefs=None):
    add(Scene(name or play.__name__, play.__module__, play, wrap or line, link,
              (play.__doc__ or "").strip(), prefs or {}))


def capture(play=None, **keywords):
    """Registers a scene: @capture, or @capture(wrap=..., link=..., prefs=...)."""
    if play is None:
        return lambda function: capture(function, **keywords)
    register(play, **keywords)
    return play


def both(play=None, **keywords):
    """Registers a scene twice, over IPv4 and IPv6; it gets the World to play in."""
    if play is None:
        return lambda function: both(function, **keywords)
    for world in (World(4), World(6)):
        def scene(world=world):
            return play(world)
        scene.__doc__, scene.__module__ = play.__doc__, play.__module__
        register(scene, name=f"{play.__name__}_v{world.version}", **keywords)
    return play


def blob(make):
    """Registers a function that returns the bytes of a capture file."""
    add(Blob(make.__name__, make.__module__, make, (make.__doc__ or "").strip()))
    return make


def pcap(records, link=ETHERNET, snaplen=262_144):
    """A pcap file of (seconds, bytes) in microseconds; frames longer than snaplen are cut, as a
    capturing program does. Our own writer, since times must be kept as they are, backwards too."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)]
    for seconds, frame in records:
        micro = round(seconds * 1_000_000)
        kept = frame[:snaplen]
        out.append(struct.pack("<IIII", *divmod(micro, 1_000_000), len(kept), len(frame)) + kept)
    return b"".join(out)


# --- Encapsulation of the article's line ---------------------------------------------------------

def line(packet):
    """The article's TAP: Ethernet / VLAN 7 / PPPoE / PPP."""
    ends = {"src": "00:00:5e:00:53:02", "dst": "00:00:5e:00:53:01"}
    return Ether(**ends) / Dot1Q(vlan=7) / PPPoE(sessionid=1) / PPP() / packet


def ethernet(packet):
    """Plain Ethernet; a packet that has a link layer already is left as it is."""
    if isinstance(packet, Ether):
        return packet
    return Ether(src="00:00:5e:00:53:02", dst="00:00:5e:00:53:01") / packet


# --- Shots ---------------------------------------------------------------------------------------

def quiet(packet, at=None):
    """A frame that is not noise."""
    return Shot(packet, NOTHING, at)


def backscatter(packet, at=None):
    return Shot(packet, {"backscatter": True}, at)


def scan(packet, technique="TCP SYN", outcome="unanswered", tool="", at=None):
    """A frame that a scanner sent: who, whom and which port is what the packet itself says."""
    ip = packet[IP] if IP in packet else packet[IPv6]
    port = next((packet[layer].dport for layer in (TCP, UDP) if layer in packet), None)
    if technique == "SCTP INIT":
        port = int.from_bytes(bytes(packet[Raw])[2:4], "big")
    want = {"scan": True, "technique": technique, "outcome": outcome, "tool": tool,
            "scanner": ip.src, "target": ip.dst, "port": "" if port is None else str(port)}
    return Shot(packet, want, at)


# --- Packets -------------------------------------------------------------------------------------

class World:
    """One IP version: its addresses, all of them for documentation, and its packets."""

    def __init__(self, version):
        self.version = version
        self.router = self.target(77)

    def _address(self, v4, v6, n):
        return f"{v4}.{n}" if self.version == 4 else f"2001:db8:{v6}::{n:x}"

    def scanner(self, n=1):
        return self._address("198.51.100", "bad", n)

    def server(self, n=1):
        return self._address("192.0.2", "5", n)

    def target(self, n):
        return self._address("203.0.113", "77", n)

    def ip(self, src, dst, **more):
        return (IP if self.version == 4 else IPv6)(src=src, dst=dst, **more)

    def tcp(self, src, dst, flags, sport=40000, dport=23, payload=b"", **more):
        segment = TCP(sport=sport, dport=dport, flags=flags, **more)
        return self.ip(src, dst) / segment / Raw(payload) if payload else self.ip(src, dst) / segment

    def connect(self, src, dst, **ports):
        """The SYN of an operating system's connect(). tcp() makes one without options, as a raw socket does."""
        return self.tcp(src, dst, "S", options=SYSTEM, **ports)

    def udp(self, src, dst, sport=40000, dport=53413, payload=b"hello"):
        return self.ip(src, dst) / UDP(sport=sport, dport=dport) / Raw(payload)

    def ping(self, src, dst, ident=7, seq=1):
        message = ICMP(type=8, id=ident, seq=seq) if self.version == 4 else ICMPv6EchoRequest(id=ident, seq=seq)
        return self.ip(src, dst) / message / Raw(b"abcdefgh")

    def pong(self, src, dst, ident=7, seq=1):
        message = ICMP(type=0, id=ident, seq=seq) if self.version == 4 else ICMPv6EchoReply(id=ident, seq=seq)
        return self.ip(src, dst) / message / Raw(b"abcdefgh")

    def unreachable(self, src, quoted):
        """Host `src` tells the sender of `quoted` that its packet arrived nowhere."""
        to = (quoted[IP] if self.version == 4 else quoted[IPv6]).src
        error = ICMP(type=3, code=3) if self.version == 4 else ICMPv6DestUnreach(code=4)
        return self.ip(src, to) / error / Raw(bytes(quoted)[:128])

    def sctp(self, src, dst, chunk, sport=40000, dport=2905):
        """A packet with one chunk, by hand: scapy's checksum is slow and nobody looks at it."""
        header = struct.pack("!HHII", sport, dport, 0, 0)
        chunk = struct.pack("!BBHIIHHI", chunk, 0, 20, 1, 65535, 10, 10, 1)
        number = {"proto": 132} if self.version == 4 else {"nh": 132}
        return self.ip(src, dst, **number) / Raw(header + chunk)

    def protocol(self, src, dst, number):
        """An IP packet of a protocol that has no ports."""
        field_name = "proto" if self.version == 4 else "nh"
        return self.ip(src, dst, **{field_name: number}) / Raw(b"\0" * 8)

    def dialogue(self, client, server, sport=50000, dport=80, request=b"GET / HTTP/1.0\r\n\r\n"):
        """Packets of a TCP connection that is opened, used and closed: (from the client?, packet)."""
        there = {"sport": sport, "dport": dport}
        back = {"sport": dport, "dport": sport}
        answer = b"HTTP/1.0 200 OK\r\n\r\nyes\r\n"
        ask_end, say_end = 1001 + len(request), 5001 + len(answer)
        return [
            (True, self.connect(client, server, seq=1000, **there)),
            (False, self.tcp(server, client, "SA", seq=5000, ack=1001, options=SYSTEM, **back)),
            (True, self.tcp(client, server, "A", seq=1001, ack=5001, **there)),
            (True, self.tcp(client, server, "PA", seq=1001, ack=5001, payload=request, **there)),
            (False, self.tcp(server, client, "PA", seq=5001, ack=ask_end, payload=answer, **back)),
            (True, self.tcp(client, server, "FA", seq=ask_end, ack=say_end, **there)),
            (False, self.tcp(server, client, "FA", seq=say_end, ack=ask_end + 1, **back)),
            (True, self.tcp(client, server, "A", seq=ask_end + 1, ack=say_end + 1, **there)),
        ]

    def conversation(self, client, server, **ports):
        """The shots of such a connection, which is no noise."""
        return [quiet(packet) for _, packet in self.dialogue(client, server, **ports)]
