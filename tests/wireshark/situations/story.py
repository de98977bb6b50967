# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a capture frame by frame, and beside each frame the verdict that is right.

A verdict is "-" (no noise), "scan" or "back" (backscatter); "-|scan" is either. Facts, such as
technique="TCP SYN", hold where the frame is a scan. All of it is decided here; nothing of the plugin is asked.
"""
from dataclasses import dataclass, field

from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6TimeExceeded, IPv6)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from builders import ETHERNET, START, pcap

OURS, THEIRS = "00:00:5e:00:53:01", "00:00:5e:00:53:02"    # documentation MACs (RFC 7042); direction does not matter
PAD = ("NOP", None)
LINUX = (("MSS", 1460), ("SAckOK", b""), ("Timestamp", (101, 0)), PAD, ("WScale", 7))
WINDOWS = (("MSS", 1460), PAD, ("WScale", 8), PAD, PAD, ("SAckOK", b""))
MSS_ONLY = (("MSS", 1460),)
SITUATIONS = []


@dataclass
class Situation:
    name: str
    why: str
    play: object
    prefs: dict
    link: int = ETHERNET

    def story(self):
        made = Story(self.link)
        self.play(made)
        return made


def situation(why, link=ETHERNET, **prefs):
    """Registers a function that gets a Story to write. Other keywords are preferences of the plugin."""
    def register(play):
        assert play.__name__ not in {known.name for known in SITUATIONS}
        SITUATIONS.append(Situation(play.__name__, why, play, prefs, link))
        return play
    return register


@dataclass
class Frame:
    at: float
    data: bytes
    want: str
    facts: dict = field(default_factory=dict)


def ip(src, dst, **more):
    return (IPv6 if ":" in src else IP)(src=src, dst=dst, **more)


class Story:
    """A capture in the making. The clock only moves by what is written and by wait()."""

    def __init__(self, link=ETHERNET):
        self.frames, self.now, self.link = [], 0.0, link
        self._port = 40000

    def wait(self, seconds):
        self.now += seconds

    def port(self):
        """A fresh ephemeral port."""
        self._port += 1
        return self._port

    def add(self, packet, want="-", mac=None, **facts):
        """One frame. @param mac destination, where it matters"""
        frame = packet if isinstance(packet, (Ether, bytes)) else Ether(src=THEIRS, dst=mac or OURS) / packet
        self.frames.append(Frame(self.now, bytes(frame), want, facts))
        self.now += 0.02
        return packet

    def file(self):
        return pcap([(START + frame.at, frame.data) for frame in self.frames], self.link)

    # --- Single packets ------------------------------------------------------------------------

    def tcp(self, src, dst, sport, dport, flags, payload=b"", want="-", options=(), window=502, seq=1000, ack=0,
            header=None, mac=None, **facts):
        segment = TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack if "A" in flags else 0, window=window,
                      options=list(options))
        return self.add(ip(src, dst, **(header or {})) / segment / Raw(payload), want, mac, **facts)

    def udp(self, src, dst, sport, dport, payload=b"x" * 20, want="-", mac=None, header=None, **facts):
        packet = ip(src, dst, **(header or {})) / UDP(sport=sport, dport=dport) / Raw(payload)
        return self.add(packet, want, mac, **facts)

    def ping(self, src, dst, ident, seq=1, want="-", mac=None, **facts):
        message = ICMPv6EchoRequest(id=ident, seq=seq) if ":" in src else ICMP(type=8, id=ident, seq=seq)
        return self.add(ip(src, dst) / message / Raw(b"abcdefgh" * 4), want, mac, **facts)

    def pong(self, src, dst, ident, seq=1, want="-"):
        message = ICMPv6EchoReply(id=ident, seq=seq) if ":" in src else ICMP(type=0, id=ident, seq=seq)
        return self.add(ip(src, dst) / message / Raw(b"abcdefgh" * 4), want)

    def unreachable(self, src, quoted, code=3, want="-"):
        """An ICMP error to the sender of a packet. Code 3: port; 1: host. IPv6 has 4 and 0 for these."""
        six = IPv6 in quoted
        error = ICMPv6DestUnreach(code={3: 4, 1: 0}.get(code, code)) if six else ICMP(type=3, code=code)
        return self.add(ip(src, quoted[IPv6 if six else IP].src) / error / Raw(bytes(quoted)[:528]), want)

    def exceeded(self, src, quoted, want="-"):
        six = IPv6 in quoted
        error = ICMPv6TimeExceeded() if six else ICMP(type=11, code=0)
        return self.add(ip(src, quoted[IPv6 if six else IP].src) / error / Raw(bytes(quoted)[:128]), want)

    # --- Exchanges -------------------------------------------------------------------------------

    def ask(self, client, server, dport, sport=None, request=b"ask" * 8, answer=b"yes" * 8, times=1, want="-"):
        """A UDP request and its answer."""
        sport = sport or self.port()
        for n in range(times):
            self.udp(client, server, sport, dport, request + bytes([n]), want)
            self.udp(server, client, dport, sport, answer + bytes([n]))

    def resolve(self, client, resolver, name, *addresses):
        """A name is asked for; the answers name these addresses."""
        for kind in ("A", "AAAA"):
            found = [address for address in addresses if (":" in address) == (kind == "AAAA")]
            if found:
                sport, ident = self.port(), len(self.frames) + 1
                question = DNSQR(qname=name, qtype=kind)
                answers = None
                for address in reversed(found):
                    record = DNSRR(rrname=name, type=kind, ttl=60, rdata=address)
                    answers = record / answers if answers else record
                self.add(ip(client, resolver) / UDP(sport=sport, dport=53) / DNS(id=ident, rd=1, qd=question))
                self.add(ip(resolver, client) / UDP(sport=53, dport=sport)
                         / DNS(id=ident, qr=1, rd=1, ra=1, qd=question, an=answers, ancount=len(found)))

    def open(self, client, server, dport, **more):
        """A Tcp that has not sent anything."""
        return Tcp(self, client, server, dport, **more)

    def converse(self, client, server, dport, rounds=2, **more):
        """A connection that is opened, used and closed."""
        return Tcp(self, client, server, dport, **more).shake().talk(rounds).close()

    def unanswered(self, client, server, dport, tries=3, **more):
        """SYNs of one connect(), repeated after 1, 2, 4 ... seconds."""
        return Tcp(self, client, server, dport, **more).syn(tries)

    def refused(self, client, server, dport, **more):
        return Tcp(self, client, server, dport, **more).syn().refuse()


class Tcp:
    """One connection, with the numbers and options that its ends would use. `want` and facts are those of the
    client's frames; the server's are never noise."""

    def __init__(self, story, client, server, dport, sport=None, want="-", options=LINUX, window=64240, header=None,
                 mac=None, **facts):
        self.story, self.client, self.server = story, client, server
        self.sport, self.dport = sport or story.port(), dport
        self.want, self.options, self.window, self.facts = want, options, window, facts
        self.header, self.mac = header, mac
        self.seq, self.ack = 1000 + self.sport * 7, 0
        self.stamps = any(name == "Timestamp" for name, _ in options)
        self.peer = self.sport * 11 + 5000

    def _from_client(self, flags, payload=b"", options=None, want=None):
        self.story.tcp(self.client, self.server, self.sport, self.dport, flags, payload, want or self.want,
                       self._stamp() if options is None else options, self.window, self.seq, self.ack, self.header,
                       self.mac, **self.facts)

    def _from_server(self, flags, payload=b"", options=None):
        self.story.tcp(self.server, self.client, self.dport, self.sport, flags, payload, "-",
                       self._stamp() if options is None else options, 64240, self.peer, self.seq)

    def _stamp(self):
        return (PAD, PAD, ("Timestamp", (int(self.story.now * 1000) + 500, 77))) if self.stamps else ()

    def syn(self, tries=1, payload=b""):
        for n in range(tries):
            self._from_client("S", payload, self.options)
            if n + 1 < tries:
                self.story.wait(2 ** n)
        self.seq += 1 + len(payload)
        return self

    def syn_ack(self):
        self._from_server("SA", options=self.options)
        self.peer += 1
        self.ack = self.peer
        return self

    def refuse(self):
        self._from_server("RA", options=())
        return self

    def shake(self):
        self.syn().syn_ack()
        self._from_client("A")
        return self

    def send(self, payload=b"x" * 60):
        self._from_client("PA", payload)
        self.seq += len(payload)
        return self

    def reply(self, payload=b"y" * 200):
        self._from_server("PA", payload)
        self.peer += len(payload)
        self.ack = self.peer
        return self

    def ack_it(self):
        self._from_client("A")
        return self

    def talk(self, rounds=2, pause=0.0):
        for _ in range(rounds):
            self.send().reply().ack_it()
            self.story.wait(pause)
        return self

    def close(self):
        self._from_client("FA")
        self.seq += 1
        self._from_server("FA")
        self.peer += 1
        self.ack = self.peer
        self._from_client("A")
        return self

    def server_closes(self):
        self._from_server("FA")
        self.peer += 1
        self.ack = self.peer
        self._from_client("FA")
        self.seq += 1
        self._from_server("A")
        return self

    def reset(self):
        """As a program with SO_LINGER 0 or a kernel without a socket: no acknowledgement."""
        self._from_client("R", options=())
        return self

    def abort(self):
        self._from_client("RA")
        return self
