# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scans that a count of failures misses, and facts of probes that mislead: windows, options, identifiers."""
import struct

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.packet import Raw

from situations.story import LINUX, MSS_ONLY, PAD, WINDOWS, situation

NMAP = {"options": MSS_ONLY, "window": 1024, "technique": "TCP SYN", "tool": "Nmap"}
HOSTS = [f"203.0.113.{n}" for n in range(40, 60)]


@situation("ZMap 4.1 writes Windows' options into its own SYNs; its kernel resets what answers: a raw SYN")
def zmap_with_windows_options(s):
    for n, host in enumerate(HOSTS[:12]):
        probe = s.open("198.51.100.101", host, 8443, sport=33000 + 7 * n, options=WINDOWS, window=65535, want="scan",
                       technique="TCP SYN" if n % 3 == 0 else "TCP connect")
        if n % 3 == 0:
            probe.facts = {"technique": "TCP SYN", "outcome": "half-open", "tool": ""}
            probe.syn().syn_ack().reset()
        else:
            probe.facts = {"outcome": "unanswered", "tool": ""}
            probe.syn()


@situation("ports that answer, and are asked again with -sV: a contact whose first flow went unused has no credit")
def version_detection(s):
    scanner = "198.51.100.102"
    for host in HOSTS[:6]:
        s.open(scanner, host, 80, want="scan").shake().abort()
    for host in HOSTS[:6]:
        asked = s.open(scanner, host, 80, want="scan").shake().send(b"GET / HTTP/1.0\r\n\r\n")
        asked.reply(b"HTTP/1.1 200 OK\r\n\r\n").close()


@situation("a raw half-open scan first, then banners of what was open: all of it is one scan")
def half_open_then_banners(s):
    scanner = "198.51.100.103"
    for host in HOSTS[:8]:
        probe = s.open(scanner, host, 22, sport=51515, want="scan", **NMAP)
        probe.syn().syn_ack().reset()
    for host in HOSTS[:8]:
        s.open(scanner, host, 22, want="scan").shake().reply(b"SSH-2.0-OpenSSH_9.2\r\n").ack_it().close()


@situation("TRW's evasion: a dozen conversations first. Probes that no connect() makes are a scan for all that")
def hides_behind_conversations(s):
    scanner = "198.51.100.104"
    for n, host in enumerate(HOSTS[:12]):
        s.converse(scanner, host, 443 if n % 2 else 80)
    for n, host in enumerate(HOSTS[:7]):
        s.tcp(scanner, host, 52525, 3306 + n, "S", want="scan", **NMAP)
        s.tcp(host, scanner, 3306 + n, 52525, "RA", ack=1001)


@situation("a scanner goes on to use services that it has not probed: conversations as anybody's")
def scans_then_uses(s):
    scanner = "198.51.100.105"
    for host in HOSTS[:10]:
        s.tcp(scanner, host, 53535, 23, "S", want="scan", options=MSS_ONLY, window=1024)
    for host in HOSTS[12:16]:
        s.converse(scanner, host, 443, rounds=8)


@situation("a NAT in front of users and of one who runs nmap: the users' conversations are none of the scan")
def nat_shared(s):
    shared, users = "198.51.100.106", [(HOSTS[0], 443), (HOSTS[1], 443), (HOSTS[0], 993)]
    for n in range(14):
        for host, port in users:
            s.converse(shared, host, port, options=WINDOWS if n % 2 else LINUX, rounds=3)
        for port in (1000 + n, 2000 + n):
            s.tcp(shared, HOSTS[5], 54545, port, "S", want="scan", options=MSS_ONLY, window=2048, tool="Nmap")
            s.tcp(HOSTS[5], shared, port, 54545, "RA", ack=1001)


@situation("one packet that no stack makes is a scan, among whatever else its source does")
def christmas_trees(s):
    source = "198.51.100.107"
    for host in HOSTS[:5]:
        s.converse(source, host, 443)
    kinds = (("", "TCP NULL"), ("FPU", "TCP Xmas"), ("SF", "TCP other flags"), ("FPU", "TCP Xmas"), ("", "TCP NULL"))
    for host, (flags, technique) in zip(HOSTS, kinds):
        s.tcp(source, host, 55555, 443, flags, want="scan", window=1024, technique=technique)
        s.tcp(host, source, 443, 55555, "RA", ack=1)


NMAP_OS = [                             # windows and options of the six sequence probes (nmap's osscan2.cc)
    (1, (("WScale", 10), PAD, ("MSS", 1460), ("Timestamp", (0xFFFFFFFF, 0)), ("SAckOK", b""))),
    (63, (("MSS", 1400), ("WScale", 0), ("SAckOK", b""), ("Timestamp", (0xFFFFFFFF, 0)), ("EOL", None))),
    (4, (("Timestamp", (0xFFFFFFFF, 0)), PAD, PAD, ("WScale", 5), PAD, ("MSS", 640))),
    (4, (("SAckOK", b""), ("Timestamp", (0xFFFFFFFF, 0)), ("WScale", 10), ("EOL", None))),
    (16, (("MSS", 536), ("SAckOK", b""), ("Timestamp", (0xFFFFFFFF, 0)), ("WScale", 10), ("EOL", None))),
    (512, (("MSS", 265), ("SAckOK", b""), ("Timestamp", (0xFFFFFFFF, 0)))),
]


@situation("nmap -O: SYNs with windows and options that no system has, then T2 to T7 to an open and a closed port")
def nmap_os_detection(s):
    scanner, target = "198.51.100.108", HOSTS[9]
    for n, (window, options) in enumerate(NMAP_OS):
        s.tcp(scanner, target, 56560 + n, 22, "S", want="scan", options=options, window=window, technique="TCP SYN",
              tool="Nmap")
        s.tcp(target, scanner, 22, 56560 + n, "SA", options=LINUX, ack=1001)
        s.tcp(scanner, target, 56560 + n, 22, "R", seq=1001, want="scan", window=0)
    options = (("WScale", 10), PAD, ("MSS", 265), ("Timestamp", (0xFFFFFFFF, 0)), ("SAckOK", b""))
    for n, (flags, port, window) in enumerate((("", 22, 128), ("SFPU", 22, 256), ("A", 22, 1024), ("S", 9, 31337),
                                               ("A", 9, 32768), ("FPU", 9, 65535))):
        for _ in range(2):              # repeated without advancing, as nothing alive does
            s.tcp(scanner, target, 56570 + n, port, flags, want="scan", options=options, window=window)
        if flags != "":
            s.tcp(target, scanner, port, 56570 + n, "R", ack=1)


# --- Facts that mislead ---------------------------------------------------------------------------

@situation("an IP ID is ZMap's by chance once in 65536: a system's window and options speak against it")
def zmap_by_chance(s):
    for n, host in enumerate(HOSTS[:6]):
        s.tcp("198.51.100.109", host, 57000 + n, 22, "S", want="scan", options=LINUX, window=64240,
              header={"id": 54321 if n == 3 else 11 + n}, tool="")


@situation("and it is Masscan's by chance")
def masscan_by_chance(s):
    for n, host in enumerate(HOSTS[:6]):
        target = int.from_bytes(bytes(map(int, host.split("."))), "big")
        s.tcp("198.51.100.110", host, 57100 + n, 25, "S", want="scan", options=WINDOWS, window=64240, seq=777 + n,
              header={"id": (target ^ 25 ^ (777 + n)) & 0xFFFF if n == 2 else 900 + n}, tool="")


@situation("Masscan itself: its IP ID, window 1024, no options, TTL 255 at the start")
def masscan(s):
    for n, host in enumerate(HOSTS[:6]):
        target = int.from_bytes(bytes(map(int, host.split("."))), "big")
        s.tcp("198.51.100.111", host, 57200, 6379, "S", want="scan", window=1024, seq=0x5A5A0000 + 31 * n,
              header={"id": (target ^ 6379 ^ (0x5A5A0000 + 31 * n)) & 0xFFFF, "ttl": 240}, tool="Masscan")


@situation("RFC 8200: nine extension headers before the SYN hide no port")
def many_extension_headers(s):
    for n in range(6):
        packet = IPv6(src="2001:db8:51::66", dst=f"2001:db8:41::{n + 1:x}") / IPv6ExtHdrHopByHop()
        for _ in range(7):
            packet /= IPv6ExtHdrDestOpt()
        probe = TCP(sport=58000, dport=22 + n, flags="S", window=1024, options=list(MSS_ONLY))
        s.add(packet / IPv6ExtHdrRouting() / probe, "scan", technique="TCP SYN")


@situation("an atomic fragment (RFC 6946) is a whole packet")
def atomic_fragments(s):
    for n in range(6):
        s.add(IPv6(src="2001:db8:51::67", dst=f"2001:db8:41::{n + 1:x}") / IPv6ExtHdrFragment(id=n, m=0)
              / TCP(sport=58001, dport=80, flags="S", window=1024, options=list(MSS_ONLY)), "scan", technique="TCP SYN")


@situation("RFC 792: timestamp and information requests to hosts that are silent")
def icmp_queries(s):
    for n, host in enumerate(HOSTS[:6]):
        s.add(IP(src="198.51.100.112", dst=host) / ICMP(type=13, id=600 + n, seq=1), "scan", technique="ICMP timestamp")
        s.add(IP(src="198.51.100.113", dst=host) / ICMP(type=15, id=700 + n, seq=1), "scan")


def sctp(tag, *chunks):
    return struct.pack("!HHII", 2905, 2905, tag, 0) + b"".join(chunks)


@situation("RFC 9260, 8.3: heartbeats use an association that is otherwise idle")
def sctp_heartbeats(s):
    one, other = "203.0.113.45", "198.51.100.114"
    init = struct.pack("!BBHIIHHI", 1, 0, 20, 11, 65535, 10, 10, 1)
    init_ack = struct.pack("!BBHIIHHI", 2, 0, 28, 12, 65535, 10, 10, 1) + struct.pack("!HHI", 7, 8, 1)
    cookie, cookie_ack = struct.pack("!BBHI", 10, 0, 8, 1), struct.pack("!BBH", 11, 0, 4)
    for chunk, forth, tag in ((init, True, 0), (init_ack, False, 11), (cookie, True, 12), (cookie_ack, False, 11)):
        s.add(IP(src=one if forth else other, dst=other if forth else one, proto=132) / Raw(sctp(tag, chunk)))
    for n in range(6):
        s.wait(30)
        beat = struct.pack("!BBHHHI", 4, 0, 12, 1, 8, n)
        s.add(IP(src=one, dst=other, proto=132) / Raw(sctp(12, beat)))
        s.add(IP(src=other, dst=one, proto=132) / Raw(sctp(11, b"\5" + beat[1:])))


@situation("a probe of every kind from one socket of a UDP scanner: nobody answers it, so it is no working socket")
def udp_scanner(s):
    for n, host in enumerate(HOSTS):
        port = (53, 123, 161, 1900, 11211)[n % 5]
        s.udp("198.51.100.115", host, 59000, port, bytes([n]) * 12, "scan", technique="UDP")


@situation("a UDP scanner whom three of forty answer: next to no conversations are no working socket")
def udp_scanner_with_answers(s):
    for n in range(40):
        host = f"203.0.113.{100 + n}"
        s.udp("198.51.100.116", host, 59001, 161, bytes.fromhex("302902010004067075626c6963a01c02040001e24002"), "scan",
              technique="UDP")
        if n % 14 == 3:
            s.udp(host, "198.51.100.116", 161, 59001, bytes.fromhex("303502010004067075626c6963a22802040001e240"))


@situation("retransmitted SYNs of a connect scan: one contact each, all of its packets")
def connect_scan_of_silent_hosts(s):
    for host in HOSTS[:8]:
        s.unanswered("198.51.100.117", host, 3389, tries=3, want="scan", options=WINDOWS, outcome="unanswered")


@situation("low and slow: one probe an hour, from one source to eight hosts")
def slow_scan(s):
    for host in HOSTS[:8]:
        s.tcp("198.51.100.118", host, s.port(), 5060, "S", want="scan", options=LINUX, window=64240)
        s.wait(3600)


@situation("a stranger's single probe, without a word of innocence, is a scan")
def single_probe(s):
    s.tcp("198.51.100.119", HOSTS[0], 60001, 23, "S", want="scan", options=MSS_ONLY, window=5840)
    s.udp("198.51.100.120", HOSTS[1], 60002, 5060, b"OPTIONS sip:100@203.0.113.41 SIP/2.0\r\n\r\n", "scan")
