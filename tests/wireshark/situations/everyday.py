# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What ordinary programs of houses and data centres send that fails, and is asked about as a scan."""
from scapy.layers.inet import IP
from scapy.packet import Raw

from situations.story import LINUX, WINDOWS, situation

ME, LAN, GATEWAY = "203.0.113.26", "10.7.2.40", "10.7.2.1"
RESOLVER = "198.51.100.53"


@situation("RFC 9114: UDP 443 is blocked, so a browser's QUIC dies and TCP to the same servers works")
def quic_is_blocked(s):
    for n in range(8):
        server, port = f"198.18.100.{n + 1}", s.port()
        for _ in range(3):
            s.udp(ME, server, port, 443, b"\xc3\0\0\0\1\x08abcdefgh\0\0\x44\xd0" + bytes(1200))
            s.wait(0.1)
        s.converse(ME, server, 443, rounds=3)


@situation("RFC 959: a passive data port is behind a firewall, the control connection goes on")
def passive_ftp_fails(s):
    control = s.open(ME, "198.51.100.130", 21).shake().reply(b"220 ready\r\n").talk(3)
    for n in range(6):
        s.unanswered(ME, "198.51.100.130", 51000 + 37 * n)
        control.talk(1)
    control.close()


@situation("RFC 7766: a truncated answer, and a name server that refuses TCP")
def dns_falls_back_to_tcp(s):
    for n in range(6):
        server = f"198.18.101.{n + 1}"
        s.ask(ME, server, 53, request=b"\1\2\1\0\0\1" + bytes(6) + b"\1a\7example\0\0\x10\0\1",
              answer=b"\1\2\x83\x80\0\1" + bytes(6) + b"\1a\7example\0\0\x10\0\1")
        s.refused(ME, server, 53)


@situation("Windows opens 445 and 139 of a file server at once and drops the slower one")
def smb_races(s):
    for n in range(5):
        server = f"10.7.2.{100 + n}"
        slower = s.open(LAN, server, 139, options=WINDOWS).syn()
        quicker = s.open(LAN, server, 445, options=WINDOWS).shake()
        slower.syn_ack().reset()
        quicker.talk(4).close()


@situation("RFC 5780: a STUN server answers from its other port, as it was told")
def stun_behaviour_discovery(s):
    request = b"\0\1\0\x08\x21\x12\xa4\x42transaction1\0\3\0\4\0\0\0\2"
    answer = b"\1\1\0\0\x21\x12\xa4\x42transaction1"
    for n in range(5):
        mine = s.port()
        s.udp(ME, f"198.18.102.{n + 1}", mine, 3478, request)
        s.udp(f"198.18.102.{n + 1}", ME, 3479, mine, answer)


@situation("RFC 6886 and 6887: a gateway that speaks neither NAT-PMP nor PCP, asked with growing pauses")
def nat_pmp(s):
    for version in (0, 2):
        for k in range(4):
            s.udp(LAN, GATEWAY, 5350 + version, 5351, bytes([version, 0]) + bytes(58 if version else 0))
            s.wait(0.25 * 2 ** k)


@situation("DIAL: a browser looks for players by SSDP and asks each that answers on a port it has not open")
def looks_for_players(s):
    mine = 50555
    s.udp(LAN, "239.255.255.250", mine, 1900, b"M-SEARCH * HTTP/1.1\r\n\r\n", mac="01:00:5e:7f:ff:fa")
    for n in range(3):
        device = f"10.7.2.{150 + n}"
        s.udp(device, LAN, 1900, mine, b"HTTP/1.1 200 OK\r\nST: urn:dial-multiscreen-org:service:dial:1\r\n\r\n")
        s.refused(LAN, device, 8008)


@situation("RFC 4271: a router's sessions with three neighbours, and two whose port 179 does not answer")
def bgp_neighbours(s):
    router = "203.0.113.1"
    for n in range(3):
        s.open(router, f"198.18.103.{n + 1}", 179).shake().talk(6, pause=20)
    for _ in range(6):
        for n in range(2):
            s.unanswered(router, f"198.18.103.{n + 10}", 179, tries=2)
        s.wait(30)


@situation("a cluster's gossip: one socket that talks with twelve members keeps asking three that have died")
def gossip(s):
    node = "203.0.113.80"
    for round_ in range(6):
        for n in range(12):
            s.udp(node, f"203.0.113.{81 + n}", 7946, 7946, b"\x0aping%02d" % round_)
            s.udp(f"203.0.113.{81 + n}", node, 7946, 7946, b"\x0aack %02d" % round_)
        for n in range(3):
            s.udp(node, f"203.0.113.{120 + n}", 7946, 7946, b"\x0aping%02d" % round_)
        s.wait(1)


@situation("an orchestrator's node checks its pods: connect and close, every ten seconds, twenty ports")
def readiness_probes(s):
    for _ in range(6):
        for n in range(20):
            s.open("10.244.0.1", f"10.244.0.{n + 10}", 8080).shake().close()
        s.wait(10)


@situation("a printer sleeps: its host polls by SNMP, from a new port each time")
def sleeping_printer(s):
    for n in range(7):
        request = b"0\x29\2\1\0\4\6public\xa0\x1c\2\4" + bytes([0, 0, 0, n]) * 5
        s.udp("203.0.113.33", "203.0.113.200", 50100 + n, 161, request)
        s.wait(300)


@situation("RFC 5905: four servers of a pool have names, one has gone")
def time_servers(s):
    servers = [f"198.18.104.{n + 1}" for n in range(4)]
    s.resolve(ME, RESOLVER, "pool.example", *servers)
    for _ in range(4):
        for n, server in enumerate(servers):
            port = s.port()
            s.udp(ME, server, port, 123, b"\x23\0\6\xec" + bytes(44))
            if n != 2:
                s.udp(server, ME, 123, port, b"\x24\1\6\xec" + bytes(44))
        s.wait(64)


@situation("RFC 7296: IKE moves from port 500 to 4500 and then carries ESP, while keep-alives go one way")
def ike(s):
    hello = bytes.fromhex("a1b2c3d4e5f60718") + bytes(8) + b"\x21\x20\x22\x08" + bytes(4) + b"\0\0\1\0" + bytes(228)
    answer = hello[:8] + b"responde" + b"\x21\x20\x22\x20" + bytes(4) + b"\0\0\1\0" + bytes(228)
    s.udp(ME, "198.51.100.131", 500, 500, hello)
    s.udp("198.51.100.131", ME, 500, 500, answer)
    for n in range(5):
        s.udp(ME, "198.51.100.131", 4500, 4500, bytes([0, 0, 1, n]) + bytes(80))
        s.udp("198.51.100.131", ME, 4500, 4500, bytes([0, 0, 2, n]) + bytes(80))
        s.udp(ME, "198.51.100.131", 4500, 4500, b"\xff")
        s.wait(20)


@situation("one way of a tunnel: ESP and GRE to a few ends, whose answers take another way")
def tunnels_seen_from_one_side(s):
    for n in range(3):
        for k in range(6):
            s.add(IP(src=ME, dst=f"198.18.105.{n + 1}", proto=50) / Raw(bytes([0, 0, n, 1, 0, 0, 0, k]) + bytes(100)))


@situation("a mail server's three MX hosts have names; two do not take mail today")
def mail_exchangers(s):
    for n in range(8):
        hosts = [f"198.18.106.{3 * n + k + 1}" for k in range(3)]
        s.resolve(ME, RESOLVER, f"mx.d{n}.example", *hosts)
        s.unanswered(ME, hosts[0], 25)
        s.refused(ME, hosts[1], 25)
        s.converse(ME, hosts[2], 25, rounds=5)


@situation("RFC 3168 and middleboxes: SYNs with ECN vanish, the same without it are answered")
def ecn_blackhole(s):
    for n in range(4):
        server, port = f"198.18.107.{n + 1}", s.port()
        for _ in range(2):
            s.tcp(ME, server, port, 443, "SEC", options=LINUX, window=64240)
            s.wait(1)
        s.open(ME, server, 443, sport=port).shake().talk().close()


@situation("a video's receiver: datagrams of a call whose other way is not in the capture, few from each of five ports")
def media_one_way(s):
    for port in range(5):
        for n in range(14):
            s.udp("198.51.100.132", ME, 30000 + 2 * port, 16384 + 2 * port, bytes([0x80, 111, port, n]) + bytes(80))


@situation("Wi-Fi roams: mosh goes on from another address of the client, to the same server's port")
def mosh_roams(s):
    for address in ("203.0.113.26", "203.0.113.226"):
        for n in range(5):
            s.udp(address, "198.51.100.133", 60777, 60001, bytes([0x80, 0, 0, n]) + bytes(50))
            s.udp("198.51.100.133", address, 60001, 60777, bytes([0, 0, 0, n]) + bytes(50))
    for n in range(4):
        s.udp("198.51.100.133", "203.0.113.26", 60001, 60777, bytes([0, 0, 1, n]) + bytes(50))
