# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the lab's own captures: a parser that shares no line with Wireshark's or the plugin's.

It knows what the lab's hosts send (Ethernet; IPv4 and IPv6 without extension headers) and no more.
"""
import ipaddress
import struct
from dataclasses import dataclass
from pathlib import Path

ICMP, IGMP, TCP, UDP, ICMP6, SCTP = 1, 2, 6, 17, 58, 132
FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

_ICMP_QUERIES = {ICMP: {0, 8, 13, 14, 17, 18}, ICMP6: {128, 129}}     # requests and replies with an identifier
_ICMP_ERRORS = {ICMP: {3, 4, 5, 11, 12}, ICMP6: {1, 2, 3, 4}}
_CHATTER6 = range(130, 154)             # multicast listeners and neighbour discovery


@dataclass(frozen=True)
class Packet:
    """One frame. Without an IP header all but the first three are None or 0."""
    number: int                         # as Wireshark counts: from 1
    raw: bytes                          # without the padding of a short frame: some get lost on the way
    mac: str                            # sender's
    version: int = 0
    source: str = None
    target: str = None
    protocol: int = None
    source_port: int = None             # TCP, UDP, SCTP; identifier of an ICMP query
    port: int = None                    # TCP, UDP, SCTP
    flags: int = None                   # TCP
    icmp_type: int = None

    @property
    def flow(self):
        """Packets of one flow in one direction share this."""
        return self.target, self.protocol, self.source_port, self.port

    @property
    def is_chatter(self):
        """ARP, our own marks, neighbour discovery, multicast: what any host says on its own."""
        return (not self.version or ipaddress.ip_address(self.target).is_multicast
                or (self.protocol == ICMP6 and self.icmp_type in _CHATTER6))

    @property
    def is_icmp_error(self):
        return self.icmp_type in _ICMP_ERRORS.get(self.protocol, ())


def read(path):
    """All frames of a pcap file as tcpdump writes it: this machine's byte order, Ethernet."""
    data = Path(path).read_bytes()
    magic, link = struct.unpack_from("=I", data)[0], struct.unpack_from("=I", data, 20)[0]
    if magic != 0xA1B2C3D4 or link != 1:
        raise ValueError(f"{path}: not a pcap file of Ethernet frames")
    found, at = [], 24
    while at < len(data):
        length = struct.unpack_from("=I", data, at + 8)[0]
        found.append(parse(len(found) + 1, data[at + 16:at + 16 + length]))
        at += 16 + length
    return found


def parse(number, raw):
    mac = raw[6:12].hex(":")
    kind = int.from_bytes(raw[12:14], "big")
    if kind == 0x0800:
        header = (raw[14] & 15) * 4
        length = struct.unpack_from("!H", raw, 16)[0]
        found = {"version": 4, "protocol": raw[23], "source": raw[26:30], "target": raw[30:34]}
        raw = raw[:14 + length]
        payload = raw[14 + header:]
    elif kind == 0x86DD:
        found = {"version": 6, "protocol": raw[20], "source": raw[22:38], "target": raw[38:54]}
        raw = raw[:54 + struct.unpack_from("!H", raw, 18)[0]]
        payload = raw[54:]
    else:
        return Packet(number, raw, mac)
    for side in ("source", "target"):
        found[side] = str(ipaddress.ip_address(found[side]))
    return Packet(number, raw, mac, **found, **_transport(found["protocol"], payload))


def _transport(protocol, payload):
    if protocol in (TCP, UDP, SCTP) and len(payload) >= 8:
        source_port, port = struct.unpack_from("!HH", payload)
        flags = {"flags": payload[13]} if protocol == TCP and len(payload) >= 20 else {}
        return {"source_port": source_port, "port": port, **flags}
    if protocol in _ICMP_QUERIES and len(payload) >= 8:
        query = payload[0] in _ICMP_QUERIES[protocol]
        return {"icmp_type": payload[0], "source_port": struct.unpack_from("!H", payload, 4)[0] if query else None}
    return {}
