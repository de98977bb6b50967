# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Responses to what this network never sent: floods' backscatter, reflections, and what only looks like it."""
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Raw

from situations.story import LINUX, MSS_ONLY, situation

ME, ME6 = "203.0.113.41", "2001:db8:41::7"


@situation("Moore et al., 2001: victims of floods with forged sources answer addresses that never asked")
def flood_victims(s):
    for n in range(10):
        victim, port = f"198.18.90.{n % 3 + 1}", (80, 443, 25565)[n % 3]
        flags = ("SA", "RA", "SA")[n % 3]
        options = LINUX if flags == "SA" else ()
        s.tcp(victim, f"203.0.113.{200 + n}", port, 1025 + 601 * n, flags, want="back", options=options, seq=9, ack=8)
        s.wait(7)


@situation("routers and hosts complain about packets with forged sources")
def flood_victims_icmp(s):
    for n in range(6):
        forged = IP(src=f"203.0.113.{210 + n}", dst="198.18.91.1", ttl=3) / TCP(sport=2000 + n, dport=80, flags="S")
        s.unreachable("198.18.91.250", forged, code=1, want="back")
        forged = IP(src=f"203.0.113.{220 + n}", dst="198.18.91.1", ttl=1) / UDP(sport=7000 + n, dport=80)
        s.exceeded("198.18.91.251", forged / Raw(b"x" * 30), want="back")
        s.pong("198.18.91.1", f"203.0.113.{230 + n}", 4000 + n, want="back")


@situation("USENIX Security 2021: censors' middleboxes as reflectors: block pages and RSTs that nobody asked for")
def middleboxes_as_reflectors(s):
    for n in range(9):
        box, mine = f"198.18.92.{n + 1}", 31000 + 400 * n
        page = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\n<p>blocked" + bytes([48 + n])
        for k in range(1 + n % 3):
            s.tcp(box, ME, 80, mine, "PA", page, want="back", seq=100 + 60 * k, ack=1)
        s.tcp(ME, box, mine, 80, "R", seq=1)
        s.tcp(box, ME, 80, mine, "RA", want="back", seq=400, ack=1)


STATUS = b"\0\x11\x84\0\0\0\0\1\0\0\0\0\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\1"
DNS_NAME = b"\3any\7example\0"
AMPLIFIERS = [                          # port, answer: TA14-017A, Rossow (NDSS 2014), Shadowserver's reports
    (17, b'"Be brief." - Anonymous\r\n'),
    (19, bytes(33 + n % 94 for n in range(500))),
    (53, b"\x12\x34\x81\x80\0\1\0\1\0\0\0\0" + DNS_NAME + b"\0\xff\0\1\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc6\x33\x64\7"),
    (69, b"\0\3\0\1" + b"configuration " * 20),
    (69, b"\0\5\0\2Access violation\0"),
    (111, bytes.fromhex("6503f98a000000010000000000000000000000000000000000000001000186a0") + bytes(60)),
    (123, b"\x24\2\6\xec" + bytes(44)),
    (123, b"\xd7\0\3\x2a\0\6\0\x48" + bytes(432)),
    (123, b"\xd6\x82\0\1\0\0\0\0\0\0\0\x30" + b'version="ntpd 4.2", processor="x86"' + bytes(16)),
    (137, STATUS + b"\0\0\0\0\0\x2f\1HOST           \0\4\0" + bytes(28)),
    (161, bytes.fromhex("302e02010104067075626c6963a22102041122334402010002010030133011"
                        "06082b06010201010100") + b"\4\5hello"),
    (389, bytes.fromhex("300c02010164070400300330010430 0c02010765070a010004000400".replace(" ", ""))),
    (427, b"\2\7\0\0\x2c\0\0\0\0\0\0\7\0\2en" + bytes(28)),
    (500, bytes.fromhex("a1b2c3d4e5f607181122334455667788") + b"\1\x10\2\0\0\0\0\0\0\0\0\x54" + bytes(56)),
    (520, b"\2\1\0\0" + b"".join(b"\0\2\0\0\xc6\x33" + bytes([n]) + bytes(12) + b"\1" for n in (100, 101))),
    (623, bytes.fromhex("0600ff07000000000000000000108118632000380004030000000000") + b"\x11"),
    (1194, b"\x40\x88wfUD3\x22\x11\1\0\0\0\0\x11\x223DUfw\x88\0\0\0\0"),
    (1434, b"\5\x52\0ServerName;DB;InstanceName;MAIN;IsClustered;No;Version;15.0.2000.5;tcp;1433;;"),
    (1701, b"\xc8\2\0\x4e\0\5\0\0\0\0\0\1" + b"\x80\x08\0\0\0\0\0\2" + bytes(58)),
    (1900, b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: upnp:rootdevice\r\nUSN: uuid:9\r\n\r\n"),
    (3283, b"\0\1\3\xe8" + bytes(1000)),
    (3478, b"\1\1\0\x0c\x21\x12\xa4\x42" + b"abcdefghijkl" + b"\0\x20\0\x08\0\1\x11\x2b" + bytes(4)),
    (3702, b'<?xml version="1.0"?><soap:Envelope><soap:Body><d:ProbeMatches/></soap:Body></soap:Envelope>'),
    (5060, b"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 203.0.113.41\r\nCSeq: 1 REGISTER\r\n\r\n"),
    (5353, b"\0\0\x84\0\0\0\0\1\0\0\0\0\x09_services\7_dns-sd\4_udp\5local\0\0\x0c\0\1\0\0\0\x0a\0\x0d"
     b"\5_http\4_tcp\xc0\x23"),
    (5683, b"\x64\x45\x10\x11abcd\xc1\x28\xff</.well-known/core>;rt=x,</a>;rt=y"),
    (6881, b"d1:rd2:id20:abcdefghij01234567895:nodes26:" + bytes(range(65, 91)) + b"e1:t2:xy1:y1:re"),
    (10001, b"\1\0\0\x4a\2\0\x0a\0\0\x5e\0\x53\x10\xc6\x33\x64\1" + bytes(60)),
    (11211, b"\0\7\0\0\0\1\0\0VALUE k 0 900\r\n" + b"v" * 900 + b"\r\nEND\r\n"),
    (27015, b"\xff\xff\xff\xffI\x11Example Server\0de_map\0folder\0Game\0" + bytes(12)),
    (27960, b"\xff\xff\xff\xffstatusResponse\n\\mapname\\q3dm17\\g_gametype\\0\n"),
    (32414, b"HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\nName: media\r\n\r\n"),
    (33848, b"<hudson><version>2.4</version><url>http://ci.example/</url></hudson>"),
    (37810, b"\x20\0\0\0DHIP" + bytes(8) + b"\x40" + bytes(7) + b'{"method":"client.notifyDevInfo"}\n'),
    (443, b"\xc0\0\0\0\1\x08abcdefgh\x08ijklmnop\0\x40\x40" + bytes(70)),           # QUIC version 1, Initial
    (443, b"\x80\0\0\0\0\x08abcdefgh\x08ijklmnop\0\0\0\1\x6b\x33\x43\xcf"),           # Version Negotiation
    (443, b"\xf0\0\0\0\1\x08abcdefgh\x08ijklmnop" + b"token" * 8 + bytes(16)),      # Retry
    # DTLS, HelloVerifyRequest
    (443, b"\x16\xfe\xff" + bytes(9) + b"\x2f\3\0\0\x23" + bytes(7) + b"\x23\xfe\xff\x20" + bytes(range(32))),
]


@situation("TA14-017A and later lists: one unsolicited answer of each service that is abused for amplification")
def amplifiers(s):
    for n, (port, answer) in enumerate(AMPLIFIERS):
        s.udp(f"198.18.{93 + n // 200}.{n % 200 + 1}", ME, port, 20011 + 613 * n % 40000, answer, "back")
        s.wait(9)


@situation("the same over IPv6")
def amplifiers_v6(s):
    for n, (port, answer) in enumerate(AMPLIFIERS):
        if port in (53, 123, 161, 443, 5353, 11211):
            s.udp(f"2001:db8:93::{n + 1:x}", ME6, port, 21011 + 17 * n, answer, "back")
            s.wait(5)


@situation("several sources send one service's answer to one address: reflection, whatever the service is")
def unknown_amplifier(s):
    for n in range(8):
        for k in range(2):
            answer = b"\0\x30\0\2\x31\2\xfd\xa8\xe3\2\0\6\x44" + bytes([n, k]) * 40
            s.udp(f"198.18.95.{n + 1}", ME, 1604, 41000 + 277 * n, answer, "back")
        s.wait(3)


@situation("nmap -g 53 -sU: what it sends to port 53 is a request, as its opcode says")
def nmap_from_port_53(s):
    for n in range(8):
        request = bytes.fromhex("000010000000000000000000")
        s.udp("198.51.100.41", f"203.0.113.{50 + n}", 53, 53, request, "scan", technique="UDP")


@situation("requests with these ports on both sides are no answers: NTP, and names asked from port 53")
def requests_between_service_ports(s):
    for n in range(5):
        s.ask(ME, f"198.18.96.{n + 1}", 123, sport=123, request=b"\x23" + bytes(46), answer=b"\x24\2\6\xec" + bytes(43))
        query = bytes([9, n, 1, 0, 0, 1]) + bytes(6) + DNS_NAME + b"\0\1\0"
        s.ask(ME, f"198.18.96.{n + 20}", 53, sport=53, request=query, answer=query[:2] + b"\x81\x80" + query[4:])


# --- Scans that look like responses ----------------------------------------------------------------

def inverse_mapping(s, flags, scanner):
    ports = (21, 22, 23, 25, 53, 80, 110, 143, 443, 445, 1433, 3306, 3389, 5900, 8080)
    for n, port in enumerate(ports):
        target = f"203.0.113.{60 + n % 3}"
        s.tcp(scanner, target, 47001, port, flags, want="scan", window=1024, seq=7, ack=9, technique="TCP other flags")
        if flags == "SA":
            s.tcp(target, scanner, port, 47001, "R", seq=9)


@situation("nmap --scanflags SYNACK: SYN/ACKs that go to service ports")
def syn_ack_scan(s):
    inverse_mapping(s, "SA", "198.51.100.42")


@situation("nmap --scanflags RST: inverse mapping, where a router would tell of hosts that are not there")
def rst_scan(s):
    inverse_mapping(s, "R", "198.51.100.43")


@situation("a host answers a known scanner whose SYN the capture has missed: no backscatter")
def answers_to_a_scanner(s):
    scanner = "198.51.100.44"
    for n in range(10):
        s.tcp(scanner, f"203.0.113.{70 + n}", 48123, 22, "S", want="scan", options=MSS_ONLY, window=1024)
    for n in range(4):
        flags, options = ("SA", MSS_ONLY) if n % 2 else ("RA", ())
        s.tcp(f"203.0.113.{90 + n}", scanner, 22, 48123, flags, options=options, seq=1, ack=2)


@situation("neighbours that talk with each other lose a request in the capture: an answer alone is no backscatter")
def neighbours(s):
    for n in range(5):
        peer = f"203.0.113.{100 + n}"
        s.converse(ME, peer, 445)
        s.tcp(peer, ME, 139, 49000 + n, "RA", seq=0, ack=5)
        s.udp(peer, ME, 137, 137, STATUS + bytes(30))
        s.unreachable(peer, IP(src=ME, dst=peer) / UDP(sport=5000 + n, dport=5355) / Raw(b"x" * 20))


@situation("path MTU discovery of a conversation is a part of it")
def packet_too_big(s):
    big = s.open(ME, "198.18.97.1", 443).shake().send(bytes(1300))
    quoted = IP(src=ME, dst=big.server, flags="DF") / TCP(sport=big.sport, dport=443, flags="PA", seq=big.seq)
    quoted /= Raw(bytes(64))
    s.add(IP(src="198.18.97.200", dst=ME) / ICMP(type=3, code=4, nexthopmtu=1280) / Raw(bytes(quoted)))
    big.talk(2).close()
