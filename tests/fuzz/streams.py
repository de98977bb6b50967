# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams of packets: a world so small that flows meet, answers come, and sources repeat.

A stream is made of scenes, each an ordinary or hostile thing that hosts do, cut short, mixed and disturbed by
packets like the ones before. `random` is a random.Random, or hypothesis's, which makes streams smaller.
"""
from dataclasses import replace
from ipaddress import ip_address

from reference_packet import (ABORT, ACK, COOKIE_ACK, COOKIE_ECHO, DATA, ERRORS, FIN, HEARTBEAT, HEARTBEAT_ACK, INIT,
                              INIT_ACK, MSS, PSH, QUERIES, RST, SACK_PERMITTED, SHUTDOWN_COMPLETE, SYN, TIME_EXCEEDED,
                              TIMESTAMPS, URG, WINDOW_SCALE, Name, Packet, Tunnel)

HOME = ("192.0.2.0/24", "2001:db8:b::/48")
STRANGERS = {4: ["203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.7"],
             6: ["2001:db8:a::1", "2001:db8:a::2", "2001:db8:c::3"]}
SERVERS = {4: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
           6: ["2001:db8:b::1", "2001:db8:b::2", "2001:db8:b:1::3"]}
INSIDERS = {4: ["10.0.0.1", "192.168.1.2", "100.64.0.3", "172.31.0.1", "127.0.0.1"], 6: ["fd00::1", "fd00:1::2", "::1"]}
GROUPS = {4: ["224.0.0.251", "255.255.255.255"], 6: ["ff02::fb"]}
LINKS = {4: ["169.254.3.4"], 6: ["fe80::1"]}
ROUTER = {4: ip_address("198.51.100.254"), 6: ip_address("2001:db8:c::1")}

PORTS = [22, 53, 69, 443, 1023, 1024, 4000, 4001, 4002, 9999, 10000, 32767, 32768, 40000]
HIGH_PORTS = [4000, 4001, 4002, 32767, 32768, 40000, 40001]
PROTOCOLS = [47, 89, 50, 4, 41]
FLAGS = [SYN, SYN | ACK, ACK, RST, RST | ACK, FIN, FIN | ACK, FIN | PSH | URG, 0, PSH | ACK, FIN | PSH, SYN | FIN,
         ACK | URG, FIN | ACK | URG]
CHUNKS = [INIT, INIT_ACK, ABORT, COOKIE_ECHO, COOKIE_ACK, DATA, HEARTBEAT, HEARTBEAT_ACK, SHUTDOWN_COMPLETE]
HEADS = [bytes.fromhex(text) for text in ("1234010000010000", "4321010000010000", "1234", "12", "")]
ANSWER, QUESTION = bytes.fromhex("1234818000010001"), HEADS[0]
# As they stand in a SYN.
NO_OPTIONS = {"tcp_options": 0, "tcp_mss": 0, "tcp_header_len": 20}
NMAP = {"tcp_options": MSS, "tcp_mss": 1460, "tcp_header_len": 24, "tcp_window": 1024}
ONLY_MSS = {"tcp_options": MSS, "tcp_mss": 1460, "tcp_header_len": 24, "tcp_window": 64240}
ODD_MSS = {"tcp_options": MSS, "tcp_mss": 1400, "tcp_header_len": 24, "tcp_window": 2048}
WINDOWS = {"tcp_options": MSS | WINDOW_SCALE | SACK_PERMITTED, "tcp_mss": 1460, "tcp_header_len": 32,
           "tcp_window": 64240}
LINUX = {**WINDOWS, "tcp_options": MSS | WINDOW_SCALE | SACK_PERMITTED | TIMESTAMPS, "tcp_header_len": 40}
SYNS = [NO_OPTIONS, NMAP, ONLY_MSS, ODD_MSS, WINDOWS, WINDOWS, LINUX, LINUX]
GAPS = [0, 0, 300_000, 1_000_000, 1_000_000, 1_000_000, 61_000_000, 1_801_000_000, 3_601_000_000]
MICROSECONDS = [0, 0, 300_000, 700_000, 1_000_000, 1_000_000, 1_000_000]


def back(p):
    """From the other end of a packet."""
    p = replace(p, src=p.dst, dst=p.src)
    return replace(p, sport=p.dport, dport=p.sport) if p.has_ports else p


class World:
    """Draws hosts, ports and scenes. A scene is a list of packets and events, each with the gap before it."""

    def __init__(self, random):
        self.random = random
        self.version = random.choice([4, 4, 6])
        self.chosen = None
        self.low, self.high = random.choice([(0, 0), (0, 1_000_000), (1_000_000, 1_000_000), (0, 300_000)])

    def pick(self, *lists):
        return ip_address(self.random.choice([host for some in lists for host in some[self.version]]))

    def client(self):
        self.chosen = self.pick(STRANGERS, STRANGERS, STRANGERS, INSIDERS, SERVERS)
        return self.chosen

    def server(self):
        """Hardly ever the client that was chosen before."""
        host = self.pick(SERVERS, SERVERS, SERVERS, STRANGERS, INSIDERS)
        others = [host for host in map(ip_address, SERVERS[self.version]) if host != self.chosen]
        return host if host != self.chosen else self.random.choice(others)

    def port(self):
        return self.random.choice(PORTS)

    def high_port(self):
        return self.random.choice(HIGH_PORTS)

    def chance(self, of):
        return self.random.randrange(of) == 0

    def ttl(self):
        return self.random.choice([64] * 12 + [1, 2, 5, 6, 30, 31])

    def paced(self, packets):
        """With a gap of a second or none before each."""
        return [(self.random.choice([self.low, self.high]), p) for p in packets]

    # --- Parts of scenes --------------------------------------------------------------------------

    def syn(self, src, dst, dport, options=None):
        made = self.random.choice(SYNS) if options is None else options
        payload = self.random.choice([0, 0, 0, 5])
        p = Packet(src, dst, "tcp", sport=self.high_port(), dport=dport, tcp_flags=SYN, tcp_seq=1000, ttl=self.ttl(),
                   payload=payload, **made)
        is_like_masscan = made is NMAP and dst.version == 4 and self.chance(4)
        return replace(p, ip_id=(int(dst) ^ dport ^ 1000) & 0xffff, tcp_mss=1300) if is_like_masscan else p

    def syn_ack(self, syn):
        taken = self.random.choice([0, syn.payload])
        return replace(back(syn), tcp_flags=SYN | ACK, payload=0, tcp_ack=syn.tcp_seq + 1 + taken, tcp_seq=5)

    @staticmethod
    def segment(syn, flags=ACK, payload=0):
        options = syn.tcp_options & TIMESTAMPS
        return replace(syn, tcp_flags=flags, payload=payload, tcp_options=options, tcp_mss=0, tcp_header_len=20)

    def datagram(self, src, dst, sport, dport, head=None):
        head = self.random.choice(HEADS) if head is None else head
        return Packet(src, dst, "udp", sport=sport, dport=dport, payload=40, head=head, ttl=self.ttl())

    def ping(self, src, dst, identifier=7):
        kinds = [request for request, _ in QUERIES[src.version].values()]
        kind = kinds[0] if self.chance(2) else self.random.choice(kinds)
        return Packet(src, dst, "icmp", sport=identifier, icmp_type=kind, ttl=self.ttl())

    @staticmethod
    def reply(ping):
        return replace(back(ping), icmp_type={8: 0, 13: 14, 17: 18, 128: 129}[ping.icmp_type])

    def error(self, about, kind=None):
        version = about.src.version
        kind = self.random.choice(sorted(ERRORS[version])) if kind is None else kind
        sender = self.random.choice([ROUTER[version], about.dst])
        return Packet(sender, about.src, "icmp", icmp_type=kind, quote=about)

    def connection(self, syn):
        """A handshake, what is said then, and how it ends; or a part of it."""
        used = self.random.choice([0, 0, 1, 1, 2, 31])
        ends = [[], [], [self.segment(syn, RST)], [self.segment(syn, RST | ACK)], [self.segment(back(syn), FIN | ACK)]]
        served = [self.segment(back(syn), ACK | PSH, 9)] * self.random.choice([0, 0, 1])
        said = [self.segment(syn, ACK | PSH, 5)] * used
        completed = [self.segment(syn)] * self.random.choice([0, 1, 1, 1])
        return [syn, self.syn_ack(syn), *completed, *served, *said, *self.random.choice(ends)]

    def met(self, packet):
        """What comes of a request."""
        way = self.random.randrange(8)
        if packet.transport == "tcp":
            if way == 0:
                return [packet, self.segment(back(packet), RST | ACK)]
            return self.connection(packet) if way < 3 else [packet]
        if way == 0:
            return [packet, self.error(packet)]
        if way < 3 and packet.transport in ("udp", "icmp", "ip"):
            return [packet, self.reply(packet) if packet.transport == "icmp" else back(packet)]
        return [packet]

    # --- Scenes -----------------------------------------------------------------------------------

    def sweep(self):
        """One port at several targets, or several ports of one."""
        src, dst, port, options = self.client(), self.server(), self.port(), self.random.choice(SYNS)
        many = self.random.choice([3, 4, 4, 5])
        if self.chance(2):
            ports = self.random.sample(PORTS, many)
            firsts = [self.syn(src, dst, port, options) for port in ports]
        else:
            hosts = [ip_address(host) for host in SERVERS[self.version] + STRANGERS[self.version]]
            firsts = [self.syn(src, host, port, options) for host in self.random.sample(hosts, many) if host != src]
        one = self.random.choice([None, None, [self.segment(firsts[0])], [self.datagram(src, dst, 4000, 4001)]])
        if one:
            firsts = [replace(one[0], dst=p.dst, dport=p.dport, ttl=p.ttl) for p in firsts]
        return self.paced([p for first in firsts for p in (self.met(first) if self.chance(3) else [first])])

    def large_sweep(self):
        """24 to 26 ports of one target, from a private address as a rule."""
        src, dst = self.pick(INSIDERS, INSIDERS, STRANGERS), self.server()
        made = self.random.choice([LINUX, ONLY_MSS])
        ports = range(2000, 2000 + self.random.choice([24, 25, 26]))
        probes = [replace(self.syn(src, dst, port, made), payload=0, ttl=64) for port in ports]
        met = self.connection(self.syn(src, dst, 2000, LINUX)) if self.chance(2) else []
        return self.paced(probes + met)

    def conversation(self):
        return self.paced(self.connection(self.syn(self.client(), self.server(), self.port())))

    def visits(self):
        """The same contact, or a few, again and again."""
        src, dst, made = self.client(), self.server(), self.random.choice([LINUX, WINDOWS, ONLY_MSS])
        ports = self.random.sample(PORTS, self.random.choice([1, 1, 2, 4]))
        meets = self.random.choice([0, 1, 1, 2])
        packets = []
        for n in range(self.random.choice([2, 3, 3, 4, 5])):
            for port in ports:
                syn = replace(self.syn(src, dst, port, made), sport=50000 + n, payload=0)
                packets += [syn] + [[], [self.syn_ack(syn), self.segment(syn, RST | ACK)],
                                    [self.segment(back(syn), RST | ACK)]][meets]
        return self.paced(packets)

    def aborts(self):
        """Contacts that answer and are reset."""
        src, dst, packets = self.client(), self.server(), []
        for port in self.random.sample(PORTS, self.random.choice([1, 2, 3])):
            syn = self.syn(src, dst, port, self.random.choice([LINUX, WINDOWS, ONLY_MSS]))
            middle = self.random.choice([[], [self.segment(syn)], [
                self.segment(syn), self.segment(back(syn), ACK | PSH, 9)]])
            packets += [syn, self.syn_ack(syn), *middle, self.segment(syn, self.random.choice([RST, RST | ACK]))]
        return self.paced(packets)

    def traceroute(self):
        src, dst, kind = self.client(), self.server(), self.random.randrange(3)
        packets = []
        for ttl in self.random.sample([1, 2, 3, 5, 6, 30, 31], self.random.choice([2, 3, 4])):
            first = (self.syn(src, dst, 443, LINUX), self.datagram(src, dst, 40000, 33434 + ttl), self.ping(src, dst))
            packets.append(replace(first[kind], ttl=ttl))
            if self.chance(4):
                packets.append(self.error(packets[-1], TIME_EXCEEDED[self.version]))
        return self.paced(packets)

    def named(self):
        """A DNS answer, and what the client does then, soon or later."""
        src, dst = self.client(), self.server()
        gap = self.random.choice([0, 0, 1_000_000, 3_600_000_000, 3_601_000_000])
        ports = self.random.sample(PORTS, self.random.choice([1, 1, 3, 4]))
        return [(0, Name(src, dst))] + [
            (gap if n == 0 else self.high, self.syn(src, dst, port, self.random.choice([LINUX, ONLY_MSS])))
            for n, port in enumerate(ports)]

    def socket(self):
        """One UDP port that talks to several, or is talked to."""
        src, sport, hosts = self.client(), self.high_port(), SERVERS[self.version] + STRANGERS[self.version]
        packets = []
        for host in self.random.sample(hosts, self.random.choice([3, 4, 5])):
            if ip_address(host) != src:
                asked = self.datagram(src, ip_address(host), sport, self.high_port())
                asked = back(asked) if self.chance(4) else asked
                more = [asked] * self.random.choice([0] * 7 + [30])
                packets += [asked, back(asked), *more] if self.chance(2) else [asked]
        return self.paced(packets)

    def reflections(self):
        """Several sources send a target from the same port."""
        target, sport = self.server(), self.port()
        head, dport = self.random.choice([ANSWER, *HEADS]), self.random.choice([1023, 1024, 4000, 32768, 40000, 40001])
        senders = [ip_address(host) for host in STRANGERS[self.version]][:self.random.choice([2, 3, 3, 4])]
        packets = [self.datagram(src, target, sport, dport, self.random.choice([head, head, head, head[:2] + b"x"]))
                   for src in senders if src != target]
        return self.paced([p for p in packets for _ in range(self.random.choice([1, 1, 1, 3]))])

    def middleboxes(self):
        """Payload from several sources, which the target only resets."""
        target, sport, packets = self.server(), self.random.choice([80, 443, 40000]), []
        for src in [ip_address(host) for host in STRANGERS[self.version]][:self.random.choice([2, 3, 3])]:
            p = Packet(src, target, "tcp", sport=sport, dport=self.high_port(), tcp_flags=PSH | ACK, payload=90,
                       tcp_header_len=20)
            if src != target:
                packets += [p] + [replace(back(p), tcp_flags=RST, payload=0)] * self.random.choice([0, 1, 1, 1, 1])
                packets += [p] * self.random.choice([0, 0, 0, 0, 1])
        return self.paced(packets)

    def odd_responses(self):
        """SYN/ACK or RST, from a client's port or a server's."""
        src, flags = self.client(), self.random.choice([SYN | ACK, RST, RST | ACK])
        sport = self.random.choice([22, 443, 1024, 32767, 32768, 40000, 40000])
        dst, others = self.server(), [ip_address(host) for host in SERVERS[self.version]]
        packets = []
        for dport in self.random.sample([22, 53, 443, 1023, 4000, 9999, 10000], self.random.choice([1, 3, 4, 5])):
            to = self.random.choice([dst, dst, self.random.choice(others)])
            packets.append(Packet(src, to, "tcp", sport=sport, dport=dport, tcp_flags=flags, tcp_header_len=20))
        return self.paced(packets)

    def elsewhere(self):
        """An answer from another port or address, or both send to the same port."""
        src, dst, sport, dport = self.client(), self.server(), self.high_port(), self.random.choice([53, 69, 4784])
        asked = self.datagram(src, dst, sport, dport)
        head = self.random.choice([asked.head, asked.head[:2] + b"\x81\x80", ANSWER, b"\0\0"])
        from_port = replace(back(asked), sport=self.high_port(), head=head)
        from_address = replace(back(asked), src=self.server(), head=head)
        same_port = replace(asked, src=dst, dst=src, sport=self.high_port())
        answer = self.random.choice([from_port, from_address, same_port])
        gap = self.random.choice([0, 1_000_000, 60_000_000, 61_000_000])
        return [(0, asked), (gap, answer)] + [(self.high, back(answer))] * self.random.choice([0, 0, 1])

    def callback(self):
        """A conversation, and a failed flow in the other or the same direction, before or after it."""
        src, dst = self.client(), self.server()
        talk = self.connection(self.syn(src, dst, self.port(), LINUX))
        ends = (dst, src) if self.chance(2) else (src, dst)
        calls = [self.syn(*ends, port, self.random.choice([LINUX, ONLY_MSS, WINDOWS]))
                 for port in self.random.sample(PORTS, self.random.choice([1, 1, 3, 4]))]
        return self.paced(talk + calls if self.chance(2) else calls + talk)

    def lease(self):
        """A DHCP server, what it leases, and its ping."""
        server, address = ip_address("192.0.2.1"), ip_address("192.0.2.9")
        yiaddr = self.random.choice([address.packed, bytes(4)])
        to = self.random.choice([address, ip_address("255.255.255.255")])
        offer = Packet(server, to, "udp", sport=67, dport=68, payload=300, head=bytes(16) + yiaddr + bytes(4))
        ping = Packet(server, address, "icmp", sport=7, icmp_type=8)
        error = Packet(server, ip_address("192.0.2.2"), "icmp", icmp_type=3, quote=back(offer))
        request = back(offer) if to == address else replace(offer, src=address, dst=server, sport=68, dport=67)
        return self.paced(self.random.sample([offer, ping, ping, back(ping), request, error], 4))

    def group(self):
        """A question to all, and answers from everybody."""
        src, port = self.client(), self.random.choice([4000, 53])
        to = self.pick(GROUPS)
        asked = self.random.choice([self.datagram(src, to, port, 4001), self.ping(src, to, port),
                                    replace(self.datagram(src, self.server(), port, 4001), to_all=True)])
        answers = [replace(self.datagram(self.server(), src, 4001, port)) if asked.transport == "udp"
                   else self.reply(replace(asked, dst=self.server())) for _ in range(2)]
        return self.paced([*answers, asked] if self.chance(4) else [asked, *answers])

    def exposed(self):
        """Strangers fail at a target, and a ping is answered."""
        self.chosen = ip_address(STRANGERS[self.version][0])
        dst, port = self.server(), self.port()
        made = self.random.choice([ONLY_MSS, LINUX])
        probes = [self.syn(ip_address(src), dst, port, made)
                  for src in STRANGERS[self.version][1:] + INSIDERS[self.version][:2]]
        ping = self.ping(ip_address(STRANGERS[self.version][0]), dst)
        return self.paced([p for p in probes if p.dst != p.src] + [ping, self.reply(ping)])

    def tails(self):
        """Packets of connections that began before, or of a scan, or of routing."""
        src, dst, flags = self.client(), self.server(), self.random.choice([ACK, ACK, FIN | ACK, PSH | ACK])
        if self.chance(3):
            hosts = [ip_address(host) for host in SERVERS[self.version] + STRANGERS[self.version]]
            return self.paced([Packet(src, host, "ip", dport=self.random.choice(PROTOCOLS))
                               for host in hosts[:self.random.choice([2, 4, 5])] if host != src])
        if self.chance(4):
            return self.paced([self.datagram(src, dst, self.random.choice([22, 1023, 1024]), dport)
                               for dport in self.random.sample([1023, *HIGH_PORTS], self.random.choice([1, 3, 4, 5]))])
        sport, options = self.random.choice(PORTS), self.random.choice([0, 0, 0, TIMESTAMPS, MSS])
        return self.paced([
            Packet(src, dst, "tcp", sport=sport, dport=dport, tcp_flags=flags, tcp_options=options, tcp_header_len=20)
            for dport in self.random.sample(PORTS, self.random.choice([1, 3, 4, 5]))])

    def stream(self):
        """One UDP flow without an answer."""
        p = self.datagram(self.client(), self.server(), self.high_port(), self.high_port())
        heads = self.random.choice([HEADS[:1], HEADS])
        many = self.random.choice([2, 3, 3, 4, 10, 11])
        packets = [replace(p, head=self.random.choice(heads), payload=self.random.choice([40, 40, 41]))
                   for _ in range(many)]
        if self.chance(4):
            packets = [replace(p, transport="ip", sport=0, dport=50, head=b"", payload=0)] * many
        return self.paced(packets)

    def association(self):
        """SCTP, with heartbeats or data."""
        first = Packet(self.client(), self.server(), "sctp", sport=self.high_port(), dport=self.port(), sctp_chunk=INIT)
        then = [(True, INIT_ACK), (False, COOKIE_ECHO), (True, COOKIE_ACK),
                (self.chance(2), self.random.choice([DATA, HEARTBEAT, HEARTBEAT_ACK, ABORT])), (False, DATA)]
        then = then[:self.random.choice([0, 1, 2, 3, 4, 4, 5])]
        return self.paced([first] + [replace(back(first) if other else first, sctp_chunk=chunk) for other, chunk in then])

    def grab(self):
        """A scan, and what its source does with who answered."""
        src, dst, made = self.client(), self.server(), self.random.choice([NMAP, ONLY_MSS, LINUX, NO_OPTIONS])
        ports = self.random.sample(PORTS, 5)
        probes = [self.syn(src, dst, port, made) for port in ports]
        again = self.syn(src, self.random.choice([dst, dst, self.server()]), self.random.choice(ports),
                         self.random.choice([LINUX, made]))
        ping = self.ping(src, dst)
        return self.paced(probes + self.connection(again) + [ping, self.reply(ping)] * self.random.choice([0, 1]))

    def tunnel(self):
        carrier = self.datagram(self.client(), self.server(), self.high_port(), 4790)
        inner = self.ping(self.client(), self.server())
        return [(0, Tunnel(carrier)), (0, inner), (self.high, self.random.choice([carrier, back(carrier)]))]

    def same_host(self):
        host = self.pick(SERVERS, INSIDERS)
        return self.paced([self.syn(host, host, self.port())])

    def anything(self):
        src = self.client()
        dst = self.pick(GROUPS, LINKS) if self.chance(6) else self.server()
        transport = self.random.choice(["tcp", "tcp", "tcp", "udp", "udp", "icmp", "sctp", "ip"])
        ports = {"tcp": (self.port(), self.port()), "udp": (self.port(), self.port()), "icmp": (7, 0),
                 "sctp": (self.port(), self.port()), "ip": (0, self.random.choice(PROTOCOLS))}[transport]
        p = Packet(src, dst, transport, sport=ports[0], dport=ports[1], ttl=self.ttl())
        return self.paced([self.changed(p)])

    def changed(self, p):
        """What these two ends might send at any time."""
        if p.transport == "tcp":
            flags = self.random.choice(FLAGS)
            made = self.random.choice(SYNS) if flags == SYN else {
                "tcp_options": self.random.choice([0, 0, 0, 0, TIMESTAMPS, TIMESTAMPS, WINDOW_SCALE]), "tcp_header_len": 20, "tcp_mss": 0}
            payload = self.random.choice([0, 0, 5]) if flags in (ACK, PSH | ACK, SYN) else 0
            return replace(p, tcp_flags=flags, payload=payload, tcp_seq=1000, tcp_ack=self.random.choice([1001, 1006]),
                           **made)
        if p.transport == "udp":
            return replace(p, payload=40, head=self.random.choice([ANSWER, *HEADS]))
        if p.transport == "sctp":
            return replace(p, sctp_chunk=self.random.choice(CHUNKS))
        if p.transport == "icmp":
            kinds = [kind for pair in QUERIES[p.src.version].values() for kind in pair]
            return replace(p, icmp_type=self.random.choice(kinds))
        return p

    def following(self, p):
        """A packet like an earlier one, or about it, or its sender's next step."""
        way = self.random.randrange(10)
        if way == 0 and not p.quote:
            return self.error(p)
        if way == 1 or p.quote:
            return p
        if way < 5:
            return self.changed(back(p))
        if way < 7:
            return self.changed(p)
        if p.has_ports:
            return replace(p, dport=self.port())
        others = [ip_address(host) for host in STRANGERS[p.src.version] + SERVERS[p.src.version]]
        return replace(p, dst=self.random.choice([host for host in others if host != p.src]))


SCENES = (World.sweep, World.sweep, World.large_sweep, World.conversation, World.visits, World.visits, World.aborts, World.traceroute,
          World.named, World.socket, World.reflections, World.middleboxes, World.odd_responses, World.odd_responses, World.elsewhere,
          World.callback, World.lease, World.group, World.exposed, World.tails, World.stream, World.association,
          World.grab, World.tunnel, World.same_host, World.anything, World.anything, World.anything)


def at(event, time_us):
    """The event at a time."""
    return Tunnel(replace(event.carrier, time_us=time_us)) if isinstance(event, Tunnel) \
        else replace(event, time_us=time_us)


def stream(random, scenes=4):
    """A stream of some scenes, oldest event first."""
    world, events, now = World(random), [], 1_568_700_000_000_000 + random.choice([0, 999_999])
    for _ in range(random.randrange(scenes) + 1):
        scene = random.choice(SCENES)(world)
        for gap, event in [(random.choice(GAPS), scene[0][1]), *scene[1:]]:
            now += gap
            events.append(at(event, now))
            recent = [p for p in events[-8:] if isinstance(p, Packet) and p.src != p.dst]
            if recent and random.randrange(12) == 0:
                now += random.choice(MICROSECONDS)
                events.append(at(world.following(random.choice(recent)), now))
    return events
