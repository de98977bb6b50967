# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the router does on its own account: none of it is noise."""
import struct
from ipaddress import IPv6Address

from . import payloads, wire
from .line import (ALL_NODES, ALL_ROUTERS, CARRIER_LINK, CLOUD, DAY, DELEGATED_PREFIX,
                   DHCPV6_SERVERS, HOUR, LAST_PROBE, MANAGEMENT, MANAGEMENT6, MILLISECOND, MINUTE,
                   NTP_SERVERS, RESOLVERS, ROUTER, ROUTER6, ROUTER_LINK, SECOND, START)
from .wire import ACK, FIN, PSH, SYN

NTP_INTERVAL = 1024 * SECOND
NTP_LOST_PERCENT = 2
NTP_OWN_PORT = {NTP_SERVERS[0]: 123, NTP_SERVERS[1]: 123}      # the others get ephemeral ports


def own_address(peer):
    """The router's address of the peer's IP version."""
    return ROUTER if peer.version == 4 else ROUTER6


def ask(line, time, peer, ports, request, reply=None, delay=0):
    """One UDP request of the router and, unless it got lost, its reply; ports are (own, peer's)."""
    own, (own_port, peer_port) = own_address(peer), ports
    line.send(time, line.transport_packet(
        own, peer, wire.UDP, wire.udp(own, peer, own_port, peer_port, request)))
    if reply:
        line.receive(time + delay, line.transport_packet(
            peer, own, wire.UDP, wire.udp(peer, own, peer_port, own_port, reply), ttl=55))


def ntp(line, server):
    """A poll every 1024 seconds; a lost one is repeated a little later."""
    dice = line.dice
    for start in range(dice.below(MINUTE), LAST_PROBE - MINUTE, NTP_INTERVAL):
        ports = (NTP_OWN_PORT.get(server) or line.own_port(), 123)
        time, delay = start + dice.below(SECOND), dice.between(12, 30) * MILLISECOND
        if dice.chance(NTP_LOST_PERCENT):
            ask(line, time, server, ports, payloads.ntp_request(START + time))
            time += 16 * SECOND
        ask(line, time, server, ports, payloads.ntp_request(START + time),
            payloads.ntp_reply(START + time, START + time + delay // 2, b"\xc0\0\2\1"), delay)


DNS_NAMES = ("example.com", "www.example.com", "update.example.net", "ntp.example.org",
             "mail.example.net", "acs.example.net", "push.example.org", "cdn.example.com",
             "weather.example.org", "time.example.net", "tv.example.com", "voip.example.net")
DNS_QUERIES = {RESOLVERS[0]: 210, RESOLVERS[1]: 90, RESOLVERS[2]: 120}


def dns(line, resolver):
    """A household's questions, each from a port of its own."""
    dice = line.dice
    for _ in range(DNS_QUERIES[resolver]):
        kind = dice.pick((payloads.DNS_A, payloads.DNS_AAAA))
        data = b"\xc0\0\2" + dice.bytes(1) if kind == payloads.DNS_A \
            else bytes.fromhex("20010db8") + bytes(11) + dice.bytes(1)
        ident, name = dice.u16(), dice.pick(DNS_NAMES)
        ask(line, dice.below(LAST_PROBE), resolver, (line.own_port(), 53),
            payloads.dns_query(ident, name, kind), payloads.dns_answer(ident, name, kind, data),
            dice.between(6, 40) * MILLISECOND)


def link_local(line, time, src, dst, protocol, segment):
    """A packet between the router and its carrier's access server, hop limit 255."""
    deliver = line.send if src == ROUTER_LINK else line.receive
    deliver(time, wire.ipv6(src, dst, protocol, segment, hop_limit=255))


def dhcpv6_message(line, time, kind, transaction, *, from_router, server_id=True, prefix=True):
    """The router speaks to the servers' group, the server straight to the router."""
    src, dst, ports = (ROUTER_LINK, DHCPV6_SERVERS, (546, 547)) if from_router \
        else (CARRIER_LINK, ROUTER_LINK, (547, 546))
    message = payloads.dhcpv6(kind, transaction, wire.ROUTER_MAC,
                              wire.CARRIER_MAC if server_id else None,
                              DELEGATED_PREFIX if prefix else None)
    link_local(line, time, src, dst, wire.UDP, wire.udp(src, dst, *ports, message))


SOLICIT, ADVERTISE, REQUEST, RENEW, REPLY = 1, 2, 3, 5, 7


def dhcpv6(line):
    """The prefix is asked for once and renewed every hour."""
    first, second = line.dice.below(1 << 24), line.dice.below(1 << 24)
    dhcpv6_message(line, 2 * SECOND, SOLICIT, first, from_router=True, server_id=False,
                   prefix=False)
    dhcpv6_message(line, 2 * SECOND + 9_131, ADVERTISE, first, from_router=False)
    dhcpv6_message(line, 3 * SECOND, REQUEST, second, from_router=True)
    dhcpv6_message(line, 3 * SECOND + 8_702, REPLY, second, from_router=False)
    for time in range(HOUR + 3 * SECOND, LAST_PROBE, HOUR):
        transaction = line.dice.below(1 << 24)
        dhcpv6_message(line, time, RENEW, transaction, from_router=True)
        dhcpv6_message(line, time + 9_000 + line.dice.below(900), REPLY, transaction,
                       from_router=False)


ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT = 133, 134
NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT = 135, 136
ADVERTISED_PREFIX = IPv6Address("2001:db8:77::")
SOLICITED_OVERRIDE = 0x60000000


def icmpv6(line, time, src, dst, kind, body):
    """One message of neighbour discovery."""
    link_local(line, time, src, dst, wire.ICMPV6, wire.icmpv6(src, dst, kind, 0, body))


def neighbour_discovery(line):
    """Advertisements every ten minutes; once an hour each side makes sure the other is there."""
    icmpv6(line, SECOND, ROUTER_LINK, ALL_ROUTERS, ROUTER_SOLICITATION, bytes(4))
    advertisement = struct.pack("!BBHII", 64, 0x40, 1800, 0, 0) \
        + struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0) + ADVERTISED_PREFIX.packed \
        + struct.pack("!BBHI", 5, 1, 0, 1492)
    for time in range(SECOND + 4_000, LAST_PROBE, 10 * MINUTE):
        icmpv6(line, time, CARRIER_LINK, ALL_NODES, ROUTER_ADVERTISEMENT, advertisement)
    for time in range(17 * MINUTE, LAST_PROBE, HOUR):
        for asks, answers in ((ROUTER_LINK, CARRIER_LINK), (CARRIER_LINK, ROUTER_LINK)):
            time += 2 * SECOND
            icmpv6(line, time, asks, answers, NEIGHBOUR_SOLICITATION, bytes(4) + answers.packed)
            icmpv6(line, time + 3_500, answers, asks, NEIGHBOUR_ADVERTISEMENT,
                   struct.pack("!I", SOLICITED_OVERRIDE) + answers.packed)


class Conversation:
    """A TCP connection that the router opens to a server's port 443."""

    WINDOW = 29200
    OPTIONS = bytes.fromhex("020405ac")               # MSS 1452: what PPPoE leaves of 1500
    ROUND_TRIP = 18 * MILLISECOND

    def __init__(self, line, time, server):
        self.line, self.time, self.server = line, time, server
        self.port = line.own_port()
        self.seq = {True: line.dice.u32(), False: line.dice.u32()}      # by "sent by the router"
        self._segment(True, SYN, options=self.OPTIONS, back=0)
        self._segment(False, SYN | ACK, options=self.OPTIONS)
        self._segment(True, ACK)

    def _segment(self, ours, flags, payload=b"", options=b"", back=None):
        """Sends one segment; back steps the sequence number back without consuming any."""
        own, peer = own_address(self.server), self.server
        src, dst, ports = (own, peer, (self.port, 443)) if ours else (peer, own, (443, self.port))
        segment = wire.tcp(src, dst, *ports, seq=self.seq[ours] - (back or 0),
                           ack=self.seq[not ours] if flags & ACK else 0, flags=flags,
                           window=self.WINDOW, options=options, payload=payload)
        deliver = self.line.send if ours else self.line.receive
        deliver(self.time, self.line.transport_packet(src, dst, wire.TCP, segment,
                                                      ttl=64 if ours else 57))
        self.seq[ours] += len(payload) + bool(flags & (SYN | FIN))
        self.time += self.ROUND_TRIP // 2 + self.line.dice.below(MILLISECOND)

    def say(self, ours, payload):
        """Payload one way and its acknowledgement."""
        self._segment(ours, PSH | ACK, payload)
        self._segment(not ours, ACK)

    def hello(self, host):
        """The opening of TLS, both ways."""
        dice = self.line.dice
        self.say(True, payloads.tls_client_hello(dice.bytes(32), host))
        self.say(False, payloads.tls_server_hello(dice.bytes(32)) + self.secret(300))

    def secret(self, length):
        """A record that only the two ends could read."""
        return payloads.tls_data(self.line.dice.bytes(length))

    def keep_alive(self, ours):
        """An old sequence number that asks for an acknowledgement."""
        self._segment(ours, ACK, back=1)
        self._segment(not ours, ACK)

    def close(self):
        """FIN both ways, the router's first."""
        self._segment(True, FIN | ACK)
        self._segment(False, FIN | ACK)
        self._segment(True, ACK)


MANAGEMENT_CALLS = ((MANAGEMENT, 20 * MINUTE), (MANAGEMENT, 6 * HOUR), (MANAGEMENT6, 9 * HOUR),
                    (MANAGEMENT, 12 * HOUR), (MANAGEMENT, 18 * HOUR))
CLOUD_START, CLOUD_HOURS, KEEP_ALIVE_INTERVAL = 70 * MINUTE, 10, 2 * MINUTE


def management(line, server, time):
    """The router reports to its provider."""
    call = Conversation(line, time, server)
    call.hello("acs.example.net")
    for _ in range(line.dice.between(2, 4)):
        call.say(True, call.secret(line.dice.between(200, 600)))
        call.say(False, call.secret(line.dice.between(80, 300)))
    call.close()


def cloud(line):
    """A connection that stays up for hours, kept alive by both ends in turn."""
    call = Conversation(line, CLOUD_START, CLOUD)
    call.hello("push.example.org")
    for k in range(CLOUD_HOURS * HOUR // KEEP_ALIVE_INTERVAL):
        call.time = CLOUD_START + (k + 1) * KEEP_ALIVE_INTERVAL + line.dice.below(SECOND)
        call.keep_alive(ours=k % 2 == 0)
    call.say(False, call.secret(120))
    call.close()


LCP_ECHO_INTERVAL = 5 * MINUTE
LAST_LCP_ECHO = DAY - 800 * MILLISECOND


def lcp_echoes(line):
    """PPP's heartbeat; its first and last beat are the capture's first and last frames."""
    magic = {True: line.dice.u32(), False: line.dice.u32()}
    beats = list(range(0, LAST_LCP_ECHO, LCP_ECHO_INTERVAL)) + [LAST_LCP_ECHO]
    for ident, time in enumerate(beats):
        ours = ident % 2 == 0
        line.frame(time, wire.lcp_echo_frame(wire.LCP_ECHO_REQUEST, ident & 0xFF, magic[ours],
                                             outbound=ours))
        line.frame(time + 7_300, wire.lcp_echo_frame(wire.LCP_ECHO_REPLY, ident & 0xFF,
                                                     magic[not ours], outbound=not ours))


def own_traffic(line):
    """All that the router does on its own account."""
    lcp_echoes(line)
    neighbour_discovery(line)
    dhcpv6(line)
    for server in NTP_SERVERS:
        ntp(line, server)
    for resolver in RESOLVERS:
        dns(line, resolver)
    for server, time in MANAGEMENT_CALLS:
        management(line, server, time)
    cloud(line)
