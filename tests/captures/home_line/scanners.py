# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who scans the router: the crowd, its bots, its heavy end, port scans, an organisation, pings."""
import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Callable, Optional

from . import payloads, wire
from .line import (DAY, HOUR, LAST_PROBE, MILLISECOND, MINUTE, ROUTER, SECOND, START, Probe,
                   hops_away)
from .wire import ACK, RST, SYN

# The published figures.
SCANNERS = 1018
PORTS = 1167

# What the router does with a probe. It drops nearly everything, as home routers do.
REFUSED_TCP = {113, 2222, 7547, 8089}
UNREACHABLE_UDP = {69, 161, 1434}

# One organisation sweeps the ports in order from a dozen neighbouring addresses.
ORGANISATION = IPv4Network("198.18.37.16/28")
ORGANISATION_SCANNERS = tuple(list(ORGANISATION.hosts())[:12])
ORGANISATION_PORTS = 780

# Two universities ping.
PINGING = {IPv4Address("198.51.100.7"): (12, 1), IPv4Address("192.0.2.199"): (4, 3)}

WINDOWS_OPTIONS = bytes.fromhex("020405b4 01 030308 01 01 0402")
OLD_WINDOWS_OPTIONS = bytes.fromhex("02040584 01 01 0402")


def linux_options(clock):
    """MSS, SACK permitted, timestamps, window scale: Linux's order."""
    return bytes.fromhex("020405b4 0402 080a") + struct.pack("!II", clock, 0) \
        + bytes.fromhex("01 030307")


def masscan_ident(seq, port):
    """Masscan hides a check value in the IP identification."""
    return (int(ROUTER) ^ port ^ seq) & 0xFFFF


ZMAP_IDENT = 54321


def plain_ident(dice, seq=0, port=0):
    """An IP identification that no tool would have chosen."""
    while True:
        ident = dice.u16()
        if ident not in (0, ZMAP_IDENT, masscan_ident(seq, port)):
            return ident


def plain_seq(dice):
    """A sequence number that is not the target's address."""
    while True:
        seq = dice.u32()
        if seq != int(ROUTER):
            return seq


@dataclass(frozen=True)
class Stack:
    """What makes a probe: an operating system's TCP, or a tool that builds its own packets."""
    ttls: tuple
    windows: Callable                               # dice -> window, one for each source
    options: Callable = lambda clock: b""           # a millisecond clock -> options
    seq: Callable = plain_seq                       # dice -> sequence number
    ident: Callable = plain_ident                   # dice, seq, port -> IP identification
    df: bool = False
    tool: Optional[str] = None
    retransmits: bool = False                       # tools do not wait for answers, systems do
    one_source_port: bool = False


def mirai_window(dice):
    """Mirai takes any; ours keeps away from those that mean another tool."""
    return dice.below(64) * 1024 + dice.between(1, 1023)


STACKS = {
    "linux": Stack(ttls=(64,), windows=lambda dice: dice.pick((5840, 14600, 29200, 64240)),
                   options=linux_options, df=True, retransmits=True),
    "windows": Stack(ttls=(128,), windows=lambda dice: 8192,
                     options=lambda clock: WINDOWS_OPTIONS, df=True, retransmits=True),
    "old windows": Stack(ttls=(128,), windows=lambda dice: dice.pick((64240, 65535)),
                         options=lambda clock: OLD_WINDOWS_OPTIONS, df=True, retransmits=True),
    # An organisation's own scanner: the options of a system, but it asks only once.
    "in-house": Stack(ttls=(64,), windows=lambda dice: 29200, options=linux_options, df=True),
    "mirai": Stack(ttls=(64,), windows=mirai_window, seq=lambda dice: int(ROUTER), tool="Mirai"),
    "zmap": Stack(ttls=(255,), windows=lambda dice: 65535,
                  ident=lambda dice, seq, port: ZMAP_IDENT, tool="ZMap"),
    "masscan": Stack(ttls=(255,), windows=lambda dice: 1024, tool="Masscan",
                     ident=lambda dice, seq, port: masscan_ident(seq, port),
                     one_source_port=True),
    "nmap": Stack(ttls=tuple(range(37, 60)), windows=lambda dice: 1024 * dice.between(1, 4),
                  options=lambda clock: wire.TCP_MSS_1460, tool="Nmap", one_source_port=True),
}
SYSTEMS = {"linux": 55, "windows": 30, "old windows": 15}
MIXED = {"linux": 36, "windows": 14, "old windows": 6, "zmap": 20, "masscan": 20, "nmap": 4}
WINDOWS_WORMS = {"windows": 55, "old windows": 30, "masscan": 15}

RETRY_DELAYS = (0, 1 * SECOND, 3 * SECOND)
RETRIES = {0: 40, 1: 25, 2: 35}                     # how many retransmissions, how often


@dataclass
class Scanner:
    """A source address with one way of probing, at a fixed distance."""
    address: IPv4Address
    stack: Stack
    hops: int
    window: int
    boot: int                                       # start of its timestamp clock
    source_port: int
    used: set = field(default_factory=set)          # (source port, port): one flow per probe

    @classmethod
    def roll(cls, dice, address, stack):
        """A scanner with what chance leaves open."""
        return cls(address, STACKS[stack], hops=hops_away(dice), boot=dice.u32() >> 1,
                   window=STACKS[stack].windows(dice), source_port=dice.between(33000, 60999))

    def next_source_port(self, dice, port):
        """A source port that makes a new flow towards this port."""
        choice = self.source_port if self.stack.one_source_port else dice.between(32768, 60999)
        while (choice, port) in self.used:
            choice = dice.between(32768, 60999)
        self.used.add((choice, port))
        return choice

    def ttl(self, dice):
        """What is left of the initial TTL on arrival."""
        return dice.pick(self.stack.ttls) - self.hops

    def clock(self, time):
        """Its timestamp option's value."""
        return (self.boot + time // MILLISECOND) & 0xFFFFFFFF


def tcp_probe(line, scanner, time, port):
    """A SYN, retransmitted by those who do; refused or, mostly, dropped."""
    dice, stack = line.dice, scanner.stack
    source_port, seq = scanner.next_source_port(dice, port), stack.seq(dice)
    ttl, refused = scanner.ttl(dice), port in REFUSED_TCP
    retries = dice.weighted(RETRIES) if stack.retransmits and not refused else 0
    for delay in RETRY_DELAYS[:1 + retries]:
        options = stack.options(scanner.clock(time + delay))
        segment = wire.tcp(scanner.address, ROUTER, source_port, port, seq=seq, flags=SYN,
                           window=scanner.window, options=options)
        packet = wire.ipv4(scanner.address, ROUTER, wire.TCP, segment, ttl=ttl,
                           ident=stack.ident(dice, seq, port), df=stack.df)
        line.receive(time + delay, packet,
                     probe=Probe(scanner.address, "TCP SYN", "tcp", port, stack.tool))
    if refused:
        reset = wire.tcp(ROUTER, scanner.address, port, source_port, seq=0, ack=seq + 1,
                         flags=RST | ACK, window=0)
        line.send(time + dice.between(180, 900),
                  line.transport_packet(ROUTER, scanner.address, wire.TCP, reset))


def udp_probe(line, scanner, time, port):
    """A datagram that asks for the port's service; for a few ports the router says "closed"."""
    dice = line.dice
    stack, ident = scanner.stack, scanner.stack.ident(dice, 0, port)
    datagram = wire.udp(scanner.address, ROUTER, scanner.next_source_port(dice, port), port,
                        payloads.UDP_PROBES.get(port, b""))
    packet = wire.ipv4(scanner.address, ROUTER, wire.UDP, datagram, ttl=scanner.ttl(dice),
                       ident=ident, df=stack.df)
    line.receive(time, packet, probe=Probe(scanner.address, "UDP", "udp", port, stack.tool))
    if port in UNREACHABLE_UDP:
        error = wire.icmp(3, 3, bytes(4), packet)
        line.send(time + dice.between(180, 900),
                  line.transport_packet(ROUTER, scanner.address, wire.ICMP, error))


# Which ports the crowd is after: port, how many sources, with what.
TCP_FASHIONS = (
    (23, 72, SYSTEMS), (1433, 104, WINDOWS_WORMS), (22, 86, MIXED), (445, 84, WINDOWS_WORMS),
    (3389, 34, MIXED), (8080, 28, MIXED), (80, 26, MIXED), (5555, 22, MIXED), (81, 18, MIXED),
    (7547, 12, SYSTEMS), (443, 11, MIXED), (25, 9, MIXED), (3306, 9, MIXED), (8545, 7, MIXED),
    (6379, 7, MIXED), (5900, 7, MIXED), (21, 6, MIXED), (8088, 5, MIXED), (37215, 5, SYSTEMS),
    (52869, 4, SYSTEMS), (8443, 4, MIXED), (5432, 3, MIXED), (9200, 3, MIXED), (2222, 3, MIXED),
    (8291, 3, MIXED), (110, 2, MIXED), (8888, 2, MIXED), (27017, 2, MIXED), (113, 1, SYSTEMS),
    (139, 2, SYSTEMS), (135, 2, SYSTEMS), (8089, 1, MIXED), (10000, 1, MIXED), (9100, 1, MIXED),
)
UDP_SCANNERS = {"linux": 70, "zmap": 30}
UDP_FASHIONS = (
    (5060, 26), (53413, 14), (1900, 11), (123, 9), (53, 8), (161, 6), (389, 6), (11211, 4),
    (137, 3), (111, 3), (19, 2), (69, 2), (1434, 2), (5353, 2), (3478, 1), (623, 1), (520, 1),
    (5683, 1), (27015, 1), (47808, 1), (17, 1), (500, 1), (1194, 1), (1604, 1), (1701, 1),
    (3283, 1), (3702, 1), (5093, 1), (6881, 1), (9987, 1), (10001, 1), (30718, 1), (32414, 1),
    (37810, 1), (64738, 1), (177, 1), (2362, 1), (4500, 1), (1027, 1), (6666, 1),
)
TCP_POPULAR = tuple(port for port, _, _ in TCP_FASHIONS) + (2323,)
UDP_PORTS = tuple(port for port, _ in UDP_FASHIONS)

# Most sources come once or twice, a few all day: probes per source, and how often.
PROBES_PER_SOURCE = {1: 46, 2: 22, 3: 11, 4: 7, 5: 4, 6: 3, 8: 3, 11: 2, 16: 1, 24: 1}
# The heavy end: port, probes, stack. The first three are password guessers that never give up.
HEAVY_TCP = ((23, 210, "linux"), (1433, 170, "windows"), (22, 170, "linux"), (23, 90, "linux"),
             (1433, 80, "old windows"), (22, 60, "masscan"), (3389, 70, "windows"),
             (445, 40, "windows"), (5900, 45, "zmap"), (5555, 30, "masscan"))
HEAVY_UDP = ((5060, 140, "linux"), (53413, 25, "linux"))

MIRAI_BOTS = 250
MIRAI_PORTS = {23: 9, 2323: 1}

# Sources that try many ports of the one address: stack, minutes it takes.
VERTICAL = (("nmap", 1), ("masscan", 30), ("zmap", 600), ("linux", 15), ("masscan", 180),
            ("nmap", 2), ("in-house", 900), ("masscan", 5), ("zmap", 240))
VERTICAL_SHARED_PORTS = 25              # of the popular ones, besides ports of its own


@dataclass(frozen=True)
class Ports:
    """The scanned TCP ports: all of them, the organisation's and the vertical scanners' own."""
    tcp: tuple
    organisation: tuple
    vertical: tuple


def choose_ports(dice):
    """Adds ports that no fashion explains until the published number is reached."""
    tcp = set(TCP_POPULAR)
    while len(tcp) + len(UDP_PORTS) < PORTS:
        port = dice.between(1, 10000) if dice.chance(60) else dice.between(1, 65535)
        if port not in UDP_PORTS:
            tcp.add(port)
    deck = dice.shuffled(sorted(tcp - set(TCP_POPULAR)))
    own = ORGANISATION_PORTS - len(TCP_POPULAR)
    organisation = sorted(deck[:own] + list(TCP_POPULAR))
    return Ports(tuple(sorted(tcp)), tuple(organisation), tuple(deck[own:]))


def visits(dice, count):
    """When a source comes: spread over the day, or all within minutes."""
    if count > 1 and dice.chance(50):
        start, step = dice.below(LAST_PROBE - count * MINUTE), dice.between(2 * SECOND, MINUTE)
        return [start + i * step + dice.below(SECOND) for i in range(count)]
    return sorted(dice.below(LAST_PROBE) for _ in range(count))


def crowd(line, addresses):
    """The sources after one well-known port each."""
    dice = line.dice
    for port, sources, stacks in TCP_FASHIONS:
        for _ in range(sources):
            scanner = Scanner.roll(dice, addresses.take(), dice.weighted(stacks))
            for time in visits(dice, dice.weighted(PROBES_PER_SOURCE)):
                tcp_probe(line, scanner, time, port)
    for port, sources in UDP_FASHIONS:
        for _ in range(sources):
            scanner = Scanner.roll(dice, addresses.take(), dice.weighted(UDP_SCANNERS))
            for time in visits(dice, dice.weighted(PROBES_PER_SOURCE)):
                udp_probe(line, scanner, time, port)
    return sum(row[1] for row in TCP_FASHIONS + UDP_FASHIONS)


def heavy(line, addresses):
    """The few sources that send hundreds of probes to one port over hours."""
    dice = line.dice
    for probe, rows in ((tcp_probe, HEAVY_TCP), (udp_probe, HEAVY_UDP)):
        for port, count, stack in rows:
            scanner = Scanner.roll(dice, addresses.take(), stack)
            hours = dice.between(3, 20) * HOUR
            start = dice.below(LAST_PROBE - hours)
            for time in sorted(start + dice.below(hours) for _ in range(count)):
                probe(line, scanner, time, port)
    return len(HEAVY_TCP + HEAVY_UDP)


def mirai(line, addresses):
    """Bots that draw the next address at random: each comes by a few times at most."""
    dice = line.dice
    for _ in range(MIRAI_BOTS):
        scanner = Scanner.roll(dice, addresses.take(), "mirai")
        for time in visits(dice, dice.weighted(PROBES_PER_SOURCE)):
            tcp_probe(line, scanner, time, dice.weighted(MIRAI_PORTS))
    return MIRAI_BOTS


def vertical(line, addresses, own_ports):
    """Port scans of the router; together they cover the ports that nobody else is after."""
    dice = line.dice
    for i, (stack, minutes) in enumerate(VERTICAL):
        scanner = Scanner.roll(dice, addresses.take(), stack)
        ports = dice.shuffled(own_ports[i::len(VERTICAL)]
                              + tuple(dice.shuffled(TCP_POPULAR)[:VERTICAL_SHARED_PORTS]))
        duration = minutes * MINUTE
        start, step = dice.below(LAST_PROBE - duration), duration // len(ports)
        for k, port in enumerate(ports):
            tcp_probe(line, scanner, start + k * step + dice.below(step // 2), port)
    return len(VERTICAL)


def organisation(line, ports):
    """Ascending over the day, the addresses taking turns: each of them ascends as well."""
    dice = line.dice
    scanners = [Scanner.roll(dice, address, "in-house") for address in ORGANISATION_SCANNERS]
    step = LAST_PROBE // len(ports)
    for k, port in enumerate(ports):
        tcp_probe(line, scanners[k % len(scanners)], k * step + dice.below(step // 2), port)
    return len(scanners)


def ping(line, address, rounds, echoes):
    """A university's pings, evenly over the day. The router answers each."""
    dice, hops = line.dice, hops_away(line.dice)
    for i in range(rounds):
        ident, start = dice.u16(), (2 * i + 1) * DAY // (2 * rounds) + dice.below(10 * MINUTE)
        for k in range(echoes):
            time, rest = start + k * SECOND, struct.pack("!HH", ident, k + 1)
            clock = struct.pack("<QQ", (START + time) // SECOND, time % SECOND)
            body = clock + bytes(range(16, 56))
            request = wire.ipv4(address, ROUTER, wire.ICMP, wire.icmp(8, 0, rest, body),
                                ttl=64 - hops, ident=plain_ident(dice), df=True)
            line.receive(time, request, probe=Probe(address, "ICMP echo"))
            line.send(time + dice.between(200, 600), line.transport_packet(
                ROUTER, address, wire.ICMP, wire.icmp(0, 0, rest, body)))


def pings(line):
    """Both universities."""
    for address, (rounds, echoes) in PINGING.items():
        ping(line, address, rounds, echoes)
    return len(PINGING)


def strays(line, addresses, count, ports):
    """Sources that come once, to a port that nobody can explain."""
    dice = line.dice
    for _ in range(count):
        scanner = Scanner.roll(dice, addresses.take(), dice.weighted(MIXED))
        tcp_probe(line, scanner, dice.below(LAST_PROBE), dice.pick(ports))


def scans(line, addresses):
    """Every scanner of the day."""
    ports = choose_ports(line.dice)
    known = organisation(line, ports.organisation) + pings(line) + crowd(line, addresses) \
        + heavy(line, addresses) + mirai(line, addresses) \
        + vertical(line, addresses, ports.vertical)
    strays(line, addresses, SCANNERS - known, ports.tcp)
