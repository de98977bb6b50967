# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The line of the synthetic day: its addresses, its clock, its chance, and what goes over it."""
import random
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Optional

from . import wire

# Times are microseconds.
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_547_596_800 * SECOND          # 2019-01-16 00:00:00 UTC
LAST_PROBE = DAY - 30 * SECOND          # leaves room for retransmissions and answers

# The line: one IPv4 address, one IPv6 address and those the router talks to.
ROUTER = IPv4Address("203.0.113.77")
ROUTER6 = IPv6Address("2001:db8:77::1")
ROUTER_LINK = IPv6Address("fe80::200:5eff:fe00:5301")
CARRIER_LINK = IPv6Address("fe80::200:5eff:fe00:5302")
ALL_NODES, ALL_ROUTERS = IPv6Address("ff02::1"), IPv6Address("ff02::2")
DHCPV6_SERVERS = IPv6Address("ff02::1:2")
DELEGATED_PREFIX = IPv6Address("2001:db8:7700::")
NTP_SERVERS = (IPv4Address("192.0.2.11"), IPv4Address("192.0.2.12"), IPv4Address("192.0.2.13"),
               IPv6Address("2001:db8:123::11"))
RESOLVERS = (IPv4Address("203.0.113.53"), IPv4Address("203.0.113.54"),
             IPv6Address("2001:db8:53::53"))
MANAGEMENT = IPv4Address("203.0.113.10")
MANAGEMENT6 = IPv6Address("2001:db8:ac5::10")
CLOUD = IPv4Address("192.0.2.80")
FRIENDS = {ROUTER, MANAGEMENT, CLOUD, *NTP_SERVERS, *RESOLVERS}


class Dice:
    """Chance that repeats.

    Only Random.random() is promised to give the same sequence in every version of Python; so
    everything is derived from it, in integers.
    """

    def __init__(self, seed):
        self._random = random.Random(seed)

    def below(self, limit):
        """An integer from 0 up to, without, the limit."""
        return int(self._random.random() * limit)

    def between(self, low, high):
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent):
        """True that often."""
        return self.below(100) < percent

    def pick(self, items):
        """One of a sequence."""
        return items[self.below(len(items))]

    def weighted(self, weights):
        """A key of a {key: integer weight} dictionary."""
        ticket = self.below(sum(weights.values()))
        for key, weight in weights.items():
            ticket -= weight
            if ticket < 0:
                return key
        raise AssertionError("weights are not positive")

    def shuffled(self, items):
        """A new list in another order."""
        deck = list(items)
        for i in range(len(deck) - 1, 0, -1):
            j = self.below(i + 1)
            deck[i], deck[j] = deck[j], deck[i]
        return deck

    def bytes(self, count):
        """That many octets."""
        return bytes(self.below(256) for _ in range(count))

    def u16(self):
        """Sixteen bits."""
        return self.below(1 << 16)

    def u32(self):
        """Thirty-two bits."""
        return self.below(1 << 32)


def hops_away(dice):
    """How many routers are between a host and the line."""
    return dice.between(6, 25)


class Addresses:
    """Gives out source addresses: none twice, none that the router talks to, none reserved."""

    NETWORKS = {IPv4Network("198.18.0.0/15"): 80, IPv4Network("198.51.100.0/24"): 12,
                IPv4Network("192.0.2.0/24"): 5, IPv4Network("203.0.113.0/24"): 3}

    def __init__(self, dice, reserved):
        self._dice = dice
        self._taken = FRIENDS | set(reserved)

    def take(self):
        """A new address."""
        while True:
            network = self._dice.weighted(self.NETWORKS)
            address = network[self._dice.between(1, network.num_addresses - 2)]
            if address not in self._taken:
                self._taken.add(address)
                return address


@dataclass(frozen=True)
class Probe:
    """The truth about one packet of a scan."""
    scanner: IPv4Address
    technique: str
    transport: str = ""                 # empty, like the port, for pings
    port: Optional[int] = None
    tool: Optional[str] = None


@dataclass(frozen=True)
class Event:
    """One frame, and what it is when it is noise."""
    time: int
    frame: bytes
    probe: Optional[Probe] = None
    backscatter_from: Optional[IPv4Address] = None


class Line:
    """Collects the events of the day in any order and gives them in the order of time."""

    def __init__(self, dice):
        self.dice = dice
        self._events = []
        self._ports_used = set()

    def frame(self, time, frame):
        """A frame that is not IP."""
        self._events.append(Event(time, frame))

    def receive(self, time, packet, **truth):
        """A packet that arrives at the router."""
        self._events.append(Event(time, wire.ip_frame(packet, outbound=False), **truth))

    def send(self, time, packet):
        """A packet that the router sends."""
        self._events.append(Event(time, wire.ip_frame(packet, outbound=True)))

    def own_port(self):
        """An ephemeral port that the router has not used today."""
        port = 0
        while not port or port in self._ports_used:
            port = self.dice.between(32768, 60999)
        self._ports_used.add(port)
        return port

    def transport_packet(self, src, dst, protocol, segment, ttl=64):
        """An IP packet of an ordinary host around a finished segment."""
        if src.version == 6:
            return wire.ipv6(src, dst, protocol, segment, hop_limit=ttl)
        return wire.ipv4(src, dst, protocol, segment, ttl=ttl, ident=self.dice.u16(), df=True)

    def events(self):
        """All events, each at least a microsecond after the one before."""
        previous = -1
        for event in sorted(self._events, key=lambda e: e.time):
            time = max(event.time, previous + 1)
            previous = time
            yield Event(START + time, event.frame, event.probe, event.backscatter_from)
