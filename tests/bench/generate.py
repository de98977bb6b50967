#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the captures that the benchmarks read: telescope traffic, and traffic meant to hurt.

    python3 tests/bench/generate.py KIND PACKETS FILE [--seed N]

The same arguments make the same bytes, with every version of Python 3: only Random.random() and
getrandbits() are used, whose sequences Python promises to keep. Checksums are right. All addresses
are reserved ones: 198.18.0.0/15 (benchmarks, RFC 2544) and the documentation networks for the line,
240.0.0.0/8 for the strangers, because only there are millions of them, 2001:db8::/32 for IPv6.
"""
import argparse
import struct
from random import Random

START_S = 1_700_000_000                 # the capture begins here and lasts a day
DAY_US = 24 * 60 * 60 * 1_000_000

TELESCOPE = 0xC6120000                  # 198.18.0.0, and so many addresses:
TELESCOPE_SIZE = 1 << 14
VICTIM = 0xC6336401                     # 198.51.100.1
CLIENTS = 0xC6336480                    # 198.51.100.128/25: they hold the conversations
SERVERS = 0xCB007100                    # 203.0.113.0/24: with these
STRANGERS = 0xF0000000                  # 240.0.0.0/8: nobody has them, and they are not private
STRANGERS_SIZE = 1 << 24
TELESCOPE_V6 = bytes.fromhex("20010db8000100000000000000000000")
STRANGERS_V6 = bytes.fromhex("20010db8ffff00000000000000000000")

EPHEMERAL, EPHEMERAL_SIZE = 49152, 16384         # where no protocol lives that Wireshark would look for
TCP_PORTS = (23, 22, 445, 80, 443, 3389, 8080, 1433, 5555, 2323, 3306, 6379)
UDP_PORTS = (53, 123, 161, 1900, 5060, 11211, 389, 19, 69, 500, 137, 1194)

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
OPTIONS_MSS = bytes.fromhex("020405b4")
OPTIONS_LINUX = bytes.fromhex("020405b40402080a00aabbcc0000000001030307")
UDP_PAYLOADS = {
    53: bytes.fromhex("1234010000010000000000000776657273696f6e0462696e640000100003"),
    123: bytes([0x1B]) + bytes(47),
    1900: b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
          b"ST: ssdp:all\r\n\r\n",
    5060: b"OPTIONS sip:100@198.18.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060\r\n"
          b"From: <sip:100@10.0.0.1>\r\nTo: <sip:100@198.18.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
          b"Content-Length: 0\r\n\r\n",
    11211: bytes.fromhex("0001000000010000") + b"stats\r\n",
}

# --- Packets -------------------------------------------------------------------------------------

_IP = struct.Struct(">BBHHHBBHII")
_IP6 = struct.Struct(">IHBB16s16s")
_TCP = struct.Struct(">HHIIHHHH")
_UDP = struct.Struct(">HHHH")
_ICMP = struct.Struct(">BBHHH")


def _words(data):
    """Sum of the 16-bit words, for a checksum."""
    if len(data) % 2:
        data += b"\0"
    return sum(struct.unpack(f">{len(data) // 2}H", data))


def _checksum(total):
    return 0xFFFF - total % 0xFFFF


def _folded(number):
    return (number >> 16) + (number & 0xFFFF)


_WORDS = {data: _words(data) for data in (b"", OPTIONS_MSS, OPTIONS_LINUX, *UDP_PAYLOADS.values())}


def _ip(src, dst, protocol, ident, ttl, body):
    length = 20 + len(body)
    total = 0x4500 + length + ident + 0x4000 + (ttl << 8) + protocol + _folded(src) + _folded(dst)
    return _IP.pack(0x45, 0, length, ident, 0x4000, ttl, protocol, _checksum(total), src, dst) + body


def _ip6(src, dst, protocol, ttl, body):
    return _IP6.pack(0x60000000, len(body), protocol, ttl, src, dst) + body


def _tcp_header(pseudo, sport, dport, seq, ack, flags, window, options, payload):
    """@param pseudo sum of the addresses' words"""
    header = 20 + len(options)
    offset = header << 10 | flags
    known = _WORDS.get(options)
    total = (pseudo + 6 + header + len(payload) + sport + dport + _folded(seq) + _folded(ack) + offset
             + window + (_words(options) if known is None else known))
    if payload:
        total += _words(payload)
    return _TCP.pack(sport, dport, seq, ack, offset, window, _checksum(total), 0) + options + payload


def tcp(src, dst, sport, dport, flags=SYN, seq=0, ack=0, window=1024, options=b"", payload=b"",
        ident=0, ttl=64):
    """An IPv4 packet; addresses are numbers."""
    header = _tcp_header(_folded(src) + _folded(dst), sport, dport, seq, ack, flags, window, options,
                         payload)
    return _ip(src, dst, 6, ident, ttl, header)


def tcp6(src, dst, sport, dport, flags=SYN, seq=0, window=1024, options=b""):
    """An IPv6 packet; addresses are 16 bytes."""
    header = _tcp_header(_words(src) + _words(dst), sport, dport, seq, 0, flags, window, options, b"")
    return _ip6(src, dst, 6, 64, header)


def udp(src, dst, sport, dport, payload=b"", ident=0, ttl=64):
    length = 8 + len(payload)
    known = _WORDS.get(payload)
    total = (_folded(src) + _folded(dst) + 17 + 2 * length + sport + dport
             + (_words(payload) if known is None else known))
    return _ip(src, dst, 17, ident, ttl, _UDP.pack(sport, dport, length, _checksum(total)) + payload)


def ping(src, dst, identifier, sequence, kind=8, ident=0, ttl=64):
    """An echo request (kind 8) or reply (0) with 8 bytes of zeros."""
    total = (kind << 8) + identifier + sequence
    return _ip(src, dst, 1, ident, ttl, _ICMP.pack(kind, 0, _checksum(total), identifier, sequence)
               + bytes(8))


# --- Who, what, where ----------------------------------------------------------------------------

def stranger(number):
    """The address of a stranger: spread over 10.0.0.0/8, different for 2**24 numbers."""
    return STRANGERS | (number * 0x9E3779 + 0x3C6EF3) % STRANGERS_SIZE


def numbered6(prefix, number):
    return prefix[:8] + number.to_bytes(8, "big")


class Line:
    """The source of chance, and what happens on the line."""

    def __init__(self, packets, seed):
        self.random = Random(seed)
        self.strangers = min(max(packets // 5, 64), STRANGERS_SIZE)

    def below(self, limit):
        return int(self.random.random() * limit)

    def rank(self):
        """A stranger's number with density 1/x: few are heard often, most once."""
        return int(self.strangers ** self.random.random())

    def port(self, favourites, rank):
        """60 % on a dozen ports, of which each scanner has one."""
        if self.random.random() < 0.6:
            return favourites[rank * 7 % len(favourites)]
        return 1 + self.below(65535)

    def syn(self):
        """One SYN, as the scanner's tool makes it. The tools are known by header, see tool.c."""
        random = self.random
        rank = self.rank()
        src, dst = stranger(rank), TELESCOPE + self.below(TELESCOPE_SIZE)
        dport, sport = self.port(TCP_PORTS, rank), 1024 + self.below(64512)
        seq = random.getrandbits(32)
        tool = rank % 8
        if tool < 2:                    # ZMap
            return tcp(src, dst, sport, dport, seq=seq, window=65535, ident=54321, ttl=250)
        if tool < 4:                    # Masscan
            ident = (dst ^ dport ^ seq) & 0xFFFF
            return tcp(src, dst, sport, dport, seq=seq, ident=ident, ttl=250)
        if tool == 4:                   # Mirai
            return tcp(src, dst, sport, dport, seq=dst, window=14600, ident=seq & 0xFFFF, ttl=50)
        if tool == 5:                   # Nmap
            return tcp(src, dst, sport, dport, seq=seq, options=OPTIONS_MSS, ident=seq & 0xFFFF, ttl=45)
        return tcp(src, dst, sport, dport, seq=seq, window=64240, options=OPTIONS_LINUX,
                   ident=seq & 0xFFFF, ttl=52)

    def datagram(self):
        rank = self.rank()
        dport = self.port(UDP_PORTS, rank)
        return udp(stranger(rank), TELESCOPE + self.below(TELESCOPE_SIZE), 1024 + self.below(64512),
                   dport, UDP_PAYLOADS.get(dport, b""), ident=rank & 0xFFFF, ttl=240)

    def echo(self):
        rank = self.rank()
        return ping(stranger(rank), TELESCOPE + self.below(TELESCOPE_SIZE), self.below(65536), 1)

    def syn6(self):
        rank = self.rank()
        return tcp6(numbered6(STRANGERS_V6, rank), numbered6(TELESCOPE_V6, 1 + self.below(256)),
                    1024 + self.below(64512), self.port(TCP_PORTS, rank), seq=self.random.getrandbits(32))

    def probe(self):
        dice = self.random.random()
        if dice < 0.87:
            return self.syn()
        if dice < 0.97:
            return self.datagram()
        return self.echo() if dice < 0.99 else self.syn6()

    def backscatter(self):
        flags = SYN | ACK if self.random.random() < 0.5 else RST | ACK
        return tcp(SERVERS + self.below(256), TELESCOPE + self.below(TELESCOPE_SIZE), 80,
                   1024 + self.below(64512), flags, seq=self.random.getrandbits(32), ack=1)

    def refused(self):
        src, dst, sport = stranger(self.rank()), CLIENTS + self.below(128), 1024 + self.below(64512)
        seq = self.random.getrandbits(31)
        return (tcp(src, dst, sport, 22, seq=seq), tcp(dst, src, 22, sport, RST | ACK, ack=seq + 1))

    def conversation(self):
        client, server = CLIENTS + self.below(128), SERVERS + self.below(256)
        return conversation(client, server, EPHEMERAL + self.below(EPHEMERAL_SIZE), 8443,
                            self.random.getrandbits(31), self.random.getrandbits(31))


def conversation(client, server, sport, dport, x, y):
    """A connection that is opened, used and closed; x and y are the first sequence numbers."""
    request, response = b"x" * 100, b"y" * 1000
    xx, yy = x + 1, y + 1
    xxx, yyy = xx + len(request), yy + len(response)
    return (
        tcp(client, server, sport, dport, SYN, x, window=64240, options=OPTIONS_LINUX),
        tcp(server, client, dport, sport, SYN | ACK, y, xx, 65160, OPTIONS_MSS),
        tcp(client, server, sport, dport, ACK, xx, yy, 502),
        tcp(client, server, sport, dport, PSH | ACK, xx, yy, 502, payload=request),
        tcp(server, client, dport, sport, ACK, yy, xxx, 509),
        tcp(server, client, dport, sport, PSH | ACK, yy, xxx, 509, payload=response),
        tcp(client, server, sport, dport, FIN | ACK, xxx, yyy, 501),
        tcp(server, client, dport, sport, FIN | ACK, yyy, xxx + 1, 509),
        tcp(client, server, sport, dport, ACK, xxx + 1, yyy + 1, 501),
    )


# --- Kinds of input: each a generator of IP packets, without end ----------------------------------

def mix(packets, seed):
    """A telescope's ordinary day: 9 in 10 packets are probes, the rest backscatter, SYNs that are
    sent again or refused, and conversations of the telescope's neighbours."""
    line = Line(packets, seed)
    chance = line.random.random
    last = line.syn()
    while True:
        dice = chance()
        if dice < 0.93:
            last = line.probe()
            yield last
        elif dice < 0.95:
            yield last
        elif dice < 0.98:
            yield line.backscatter()
        elif dice < 0.994:
            yield from line.refused()
        else:
            yield from line.conversation()


def probes(packets, seed):
    """One-packet flows of heavy-tailed sources: the mix without all that makes longer flows."""
    line = Line(packets, seed)
    while True:
        yield line.probe()


def flows(packets, seed):
    """One-packet flows over IPv4, every source different."""
    line = Line(packets, seed)
    for number in range(packets):
        yield tcp(stranger(number), TELESCOPE + line.below(TELESCOPE_SIZE), 1024 + line.below(64512),
                  TCP_PORTS[number % len(TCP_PORTS)], seq=line.random.getrandbits(32))


def spoofed(packets, seed):
    """A SYN flood: every source forged and different, one target."""
    random = Random(seed)
    for number in range(packets):
        chosen = random.getrandbits(48)
        yield tcp(stranger(number), VICTIM, chosen & 0xFFFF, 80, seq=chosen >> 16)


def vertical(packets, _seed):
    """One source to all 65 536 ports of one target, again and again from another port."""
    for number in range(packets):
        yield tcp(stranger(1), VICTIM, 1024 + (number >> 16), number & 0xFFFF, seq=number)


def flip(packets, _seed):
    """A source that is a working client and a scanner by turns. It knows four services that speak
    first. In each cycle it cuts two connections off, which makes them failed after all: four contacts
    have failed, two are in use. Then it opens the two again and all are in use. Its flows pile up."""
    src, services = stranger(1), [(VICTIM, 8001 + number) for number in range(4)]

    def opened(number, service):
        dst, dport = services[service]
        sport = EPHEMERAL + number % EPHEMERAL_SIZE
        return (tcp(src, dst, sport, dport, SYN, number),
                tcp(dst, src, dport, sport, SYN | ACK, number, number + 1),
                tcp(src, dst, sport, dport, ACK, number + 1, number + 1),
                tcp(dst, src, dport, sport, PSH | ACK, number + 1, number + 1, payload=b"x"),
                tcp(src, dst, sport, dport, ACK, number + 1, number + 2))

    def cut(number, service):
        dst, dport = services[service]
        return tcp(src, dst, EPHEMERAL + number % EPHEMERAL_SIZE, dport, RST, number + 1)

    used = [0, 1, 2, 3]
    for service in used:
        yield from opened(service, service)
    for number in range(4, packets):
        service = number % 4
        if number % 2 == 0:
            yield cut(used[service], service)
            yield cut(used[service + 1], service + 1)
        yield from opened(number, service)
        used[service] = number


def one_flow(packets, _seed):
    """A single flow: a SYN that is sent again and again."""
    for number in range(packets):
        yield tcp(stranger(1), VICTIM, 40000, 80, seq=1, ident=number & 0xFFFF)


# Collisions. Each of these makes source addresses and ports that fall together in one common,
# unkeyed hash. A hash may look at the source alone or at source and port: both collide.

def _high_bits_only():
    """Multiples of 4096 and of 1024: together modulo every smaller power of two."""
    while True:
        for high in range(1 << 12):
            for port in range(64):
                yield STRANGERS | high << 12, port << 10


def _equal_xor_and_sum():
    """Address and port that cancel out under XOR, and then under addition."""
    for number in range(1 << 24):
        port = number & 0xFFFF
        yield STRANGERS | number, port if number & 1 << 16 else 0xFFFF - port


def _multiplicative():
    """Knuth's multiplicative hash: the products' upper 12 bits, which such tables use, are zero."""
    inverse = pow(2654435761, -1, 1 << 32)
    products = (inverse * number % (1 << 32) for number in range(1 << 20))
    addresses = [address for address in products if address >> 24 == STRANGERS >> 24]
    while True:
        for port in range(0, 1 << 16, 16):
            for address in addresses:
                yield address, port


def _fnv1a():
    """FNV-1a over address and port, 32 bits: the lower 16 bits are all the same."""
    prime, basis, low = 16777619, 2166136261, 0xFFFF
    before_last = 0x1234 * pow(prime, -1, 1 << 16) & low     # the state that the last byte must make
    port_for = {}

    def port_of(state):
        for high in range(256):
            after = (state ^ high) * prime & low
            if after >> 8 == before_last >> 8:
                return high << 8 | (after ^ before_last) & 0xFF
        return None

    for number in range(1 << 24):
        address = STRANGERS | number
        state = basis
        for byte in address.to_bytes(4, "big"):
            state = (state ^ byte) * prime & low
        if state not in port_for:
            port_for[state] = port_of(state)
        if port_for[state] is not None:
            yield address, port_for[state]


def _times_33():
    """Bernstein's hash, h * 33 + byte, GLib's for strings: the lower 16 bits are all the same."""
    for number in range(1 << 24):
        address = STRANGERS | number
        state = 5381
        for byte in address.to_bytes(4, "big"):
            state = state * 33 + byte
        missing = (0x1234 - state * 33 * 33) % (1 << 16)
        high = min(missing // 33, 255)
        if missing - high * 33 < 256:
            yield address, high << 8 | missing - high * 33


COLLISIONS = (_high_bits_only, _equal_xor_and_sum, _multiplicative, _fnv1a, _times_33)


def collide(packets, _seed):
    """Addresses and ports chosen to collide, one unkeyed hash after the other."""
    share = packets // len(COLLISIONS) + 1
    for chosen in COLLISIONS:
        for number, (address, port) in zip(range(share), chosen()):
            yield tcp(address, VICTIM, port, 80, seq=number)


KINDS = {kind.__name__.replace("_", "-"): kind
         for kind in (mix, probes, flows, one_flow, spoofed, vertical, collide, flip)}

# --- Files ---------------------------------------------------------------------------------------

_FILE_HEADER = struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_RECORD = struct.Struct(">IIII12sH")
_MACS = bytes.fromhex("020000000001020000000002")


def write(path, kind, packets, seed=1):
    """Writes so many packets of a kind, spread over a day, as Ethernet frames."""
    record, step_us = _RECORD.pack, DAY_US / packets
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(_FILE_HEADER)
        made = 0
        for made, packet in zip(range(1, packets + 1), KINDS[kind](packets, seed)):
            second, micro = divmod(int(made * step_us), 1_000_000)
            length = 14 + len(packet)
            ether = 0x86DD if packet[0] >> 4 == 6 else 0x0800
            file.write(record(START_S + second, micro, length, length, _MACS, ether) + packet)
    if made != packets:
        raise ValueError(f"{kind} has no more than {made} packets")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("packets", type=int)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write(arguments.file, arguments.kind, arguments.packets, arguments.seed)


if __name__ == "__main__":
    main()
