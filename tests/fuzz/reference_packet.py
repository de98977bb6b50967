# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts of one packet, and what they alone say: the first packet's part of "How a packet is judged"."""
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
MSS, WINDOW_SCALE, SACK_PERMITTED, TIMESTAMPS = 1, 2, 4, 8              # SN_TCPOPT_ bits
DATA, INIT, INIT_ACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, COOKIE_ECHO, COOKIE_ACK, SHUTDOWN_COMPLETE = (
    0, 1, 2, 4, 5, 6, 10, 11, 14)
PROBE, TAIL, RESPONSE, MIDDLE, NOTHING = "probe", "tail", "response", "middle", "nothing"

# (request, reply) by IP version and technique.
QUERIES = {4: {"ICMP echo": (8, 0), "ICMP timestamp": (13, 14), "ICMP address mask": (17, 18)},
           6: {"ICMP echo": (128, 129)}}
ERRORS = {4: {3, 11, 12}, 6: {1, 3, 4}}                                 # too big, and a redirect, are none
TIME_EXCEEDED = {4: 11, 6: 3}
SYSTEM_PORTS, EPHEMERAL = 1024, 32768   # the first that are none, and the first that are
DHCP_PORTS = ({67, 68}, {546, 547})
PRIVATE = [ip_network(text) for text in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]      # RFC 1918, 6598, 4193
ALL_HOSTS = ip_address("255.255.255.255")


@dataclass(frozen=True)
class Packet:
    """The facts of one packet, named as in the engine's sn_packet_t."""
    src: object
    dst: object
    transport: str
    time_us: int = 0
    sport: int = 0
    dport: int = 0
    payload: int = 0
    ip_id: int = 0
    ttl: int = 64
    tcp_flags: int = 0
    tcp_options: int = 0
    tcp_mss: int = 0
    tcp_header_len: int = 0
    tcp_window: int = 0
    tcp_seq: int = 0
    tcp_ack: int = 0
    icmp_type: int = 0
    sctp_chunk: int = 0
    head: bytes = b""
    to_all: bool = False
    quote: object = None                # the packet that an ICMP error quotes

    @property
    def time(self):
        return self.time_us // 1_000_000

    @property
    def flags(self):
        """Without those of ECN."""
        return self.tcp_flags & (FIN | SYN | RST | PSH | ACK | URG)

    @property
    def is_error(self):
        return self.transport == "icmp" and self.icmp_type in ERRORS[self.src.version]

    @property
    def query(self):
        """(technique, "request" or "reply") of an ICMP query, else None."""
        for technique, (request, reply) in QUERIES[self.src.version].items():
            if self.transport == "icmp" and self.icmp_type in (request, reply):
                return technique, "request" if self.icmp_type == request else "reply"
        return None

    @property
    def has_ports(self):
        return self.transport in ("tcp", "udp", "sctp")

    @property
    def ends(self):
        """What a flow is a flow of, the same in both directions."""
        if self.has_ports:
            return frozenset(((self.src, self.sport), (self.dst, self.dport))), self.transport
        if self.transport == "icmp":
            return frozenset((self.src, self.dst)), "icmp", (self.query or [""])[0], self.sport
        return frozenset((self.src, self.dst)), "ip", self.dport

    @property
    def uses(self):
        """Payload, or SCTP's heartbeats."""
        if self.transport == "sctp":
            return self.sctp_chunk in (DATA, HEARTBEAT, HEARTBEAT_ACK)
        return self.payload > 0 and not self.flags & RST


@dataclass(frozen=True)
class Name:
    """A DNS answer has named an address to a client."""
    client: object
    address: object
    time_us: int = 0

    @property
    def time(self):
        return self.time_us // 1_000_000


@dataclass(frozen=True)
class Tunnel:
    """A UDP packet that carries another one, which comes as a packet of its own."""
    carrier: Packet

    @property
    def time_us(self):
        return self.carrier.time_us


# --- Addresses ------------------------------------------------------------------------------------

def is_within(address, networks):
    return any(address in network for network in networks if network.version == address.version)


def is_group(address):
    return address.is_multicast or address == ALL_HOSTS


def is_link_scoped(address):
    return is_group(address) or address.is_link_local or address.is_unspecified


def is_of_a_site(address):
    """Private or loopback."""
    return is_within(address, PRIVATE) or address.is_loopback


def is_local(source, target):
    """Private, loopback, link-local, or in the target's /64."""
    same_64 = source.version == target.version == 6 and int(source) >> 64 == int(target) >> 64
    return is_of_a_site(source) or source.is_link_local or same_64


# --- Kinds of packets -----------------------------------------------------------------------------

def is_dhcp(p):
    return p.transport == "udp" and any({p.sport, p.dport} <= ports for ports in DHCP_PORTS)


def is_link_traffic(p):
    """By itself; what makes a flow link traffic is told by others."""
    return p.to_all or is_link_scoped(p.src) or is_link_scoped(p.dst) or is_dhcp(p)


def is_tunnel(p):
    """As far as the packet that an error quotes tells."""
    return p.transport == "ip" and p.dport in (4, 41, 47, 137) or p.transport == "udp" and p.dport in (4789, 6081)


def leases(p):
    """(server, address) pairs that a packet of DHCP tells of."""
    if p.transport != "udp" or p.sport != 67 or p.dport not in (67, 68):
        return set()
    addresses = set() if is_group(p.dst) else {p.dst}
    if p.src.version == 4 and len(p.head) >= 20 and any(p.head[16:20]):
        addresses.add(ip_address(p.head[16:20]))
    return {(p.src, address) for address in addresses}


# --- How a flow begins ----------------------------------------------------------------------------

def tcp_opening(p):
    flags = p.flags & ~PSH
    if flags in (SYN | ACK, RST, RST | ACK):
        return RESPONSE
    if not flags & ACK or flags & (SYN | RST):
        return PROBE
    if is_impossible(p):
        return PROBE
    return MIDDLE if p.payload else TAIL


def begins(p):
    """A SYN that asks for a connection, whatever else it has."""
    return p.flags & (SYN | RST | ACK) == SYN


def opening(p):
    """What kind of first packet it is."""
    if p.transport == "tcp":
        return tcp_opening(p)
    if p.transport == "udp":            # of the abused services, streams have DNS
        if p.sport == 53 and len(p.head) > 2 and p.head[2] & 0x80:
            return RESPONSE
        return TAIL if p.sport < SYSTEM_PORTS <= p.dport else PROBE
    if p.transport == "sctp":
        responses = (INIT_ACK, ABORT, SHUTDOWN_COMPLETE)
        return PROBE if p.sctp_chunk == INIT else RESPONSE if p.sctp_chunk in responses else MIDDLE
    if p.transport == "ip":
        return TAIL
    if p.is_error:
        return RESPONSE
    return NOTHING if not p.query else PROBE if p.query[1] == "request" else RESPONSE


def has_system_options(p):
    """Of a SYN: as connect() makes it."""
    return bool(p.tcp_options & (SACK_PERMITTED | TIMESTAMPS))


def technique(p):
    """Nmap's name for a first packet."""
    if p.transport == "tcp" and p.flags == SYN:
        return "TCP connect" if has_system_options(p) else "TCP SYN"
    if p.transport == "tcp":
        named = {0: "TCP NULL", FIN: "TCP FIN", FIN | PSH | URG: "TCP Xmas", FIN | ACK: "TCP Maimon", ACK: "TCP ACK"}
        return named.get(p.tcp_flags, "TCP other flags")
    if p.transport == "icmp":
        return p.query[0]
    return {"udp": "UDP", "sctp": "SCTP INIT", "ip": "IP protocol"}[p.transport]


# --- Made by hand ---------------------------------------------------------------------------------

def is_by_nmap(p):
    return (p.transport == "tcp" and p.flags == SYN and p.tcp_window in (1024, 2048, 3072, 4096)
            and p.tcp_options == MSS and p.tcp_mss == 1460 and p.tcp_header_len == 24)


def is_by_masscan(p):
    if p.transport != "tcp" or p.flags != SYN or p.tcp_window != 1024 or p.tcp_options or p.dst.version != 4:
        return False
    return p.ip_id == (int(p.dst) ^ p.dport ^ p.tcp_seq) & 0xffff


def has_tool(p):
    return is_by_nmap(p) or is_by_masscan(p)


def is_impossible(p):
    """No system's connect() and no connection of a system has such a packet."""
    if p.transport != "tcp" or p.flags & RST:
        return False
    without_ack = not p.flags & ACK and p.flags != SYN
    urgent_nothing = p.flags & (ACK | URG) == ACK | URG and not p.payload
    options_of_a_syn = not p.flags & SYN and p.tcp_options & (MSS | WINDOW_SCALE | SACK_PERMITTED)
    return bool(without_ack or p.flags & (SYN | FIN) == SYN | FIN or urgent_nothing or options_of_a_syn)


def is_made_by_hand(p):
    return is_impossible(p) or p.transport == "tcp" and p.flags == SYN and not p.tcp_options or has_tool(p)
