# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that fail, and are no scanners: dead names, dead resolvers, peers that have gone."""
from scapy.layers.l2 import Ether

from situations.story import LINUX, MSS_ONLY, WINDOWS, situation

ME, ME6 = "203.0.113.22", "2001:db8:22::5"
LAN, LAN6 = "10.7.0.31", "fd00:7::31"
RESOLVER = "198.51.100.53"


@situation("RFC 8305: the losers of the race answer late and are reset; DNS has named them all")
def happy_eyeballs_losers(s):
    names = ["2001:db8:30::1", "2001:db8:30::2", "198.18.30.1", "198.18.30.2", "198.18.30.3"]
    s.resolve(ME, RESOLVER, "site.example", *names)
    tries = []
    for address in names:
        tries.append(s.open(ME6 if ":" in address else ME, address, 443).syn())
        s.wait(0.25)
    for late in tries[1:]:
        late.syn_ack().reset()
    tries[0].syn_ack().ack_it().talk(3).close()


@situation("the losers are in use as well: the same servers, one connection each, others reset at once")
def parallel_connections(s):
    for n in range(4):
        server = f"198.18.31.{n + 1}"
        s.converse(ME, server, 443)
        s.open(ME, server, 443).syn().syn_ack().reset()
        s.converse(ME, server, 443)


@situation("IPv6 is broken behind the router: DNS names an IPv6 address, its SYNs vanish, IPv4 works")
def broken_ipv6(s):
    for n in range(7):
        six, four = f"2001:db8:32:{n + 1}::443", f"198.18.32.{n + 1}"
        s.resolve(ME, RESOLVER, f"s{n}.example", six, four)
        s.unanswered(ME6, six, 443)
        s.converse(ME, four, 443, options=WINDOWS)


@situation("the client's own router says that there is no route, RFC 4443")
def no_route_ipv6(s):
    for n in range(6):
        s.resolve(LAN, "10.7.0.1", f"s{n}.example", f"2001:db8:33:{n}::443", f"198.18.33.{n + 1}")
        tried = s.open("2001:db8:22::31", f"2001:db8:33:{n}::443", 443, sport=43000 + n)
        tried.syn()
        s.unreachable("2001:db8:22::1", Ether(s.frames[-1].data).payload, code=1)
        s.converse(LAN, f"198.18.33.{n + 1}", 443)


@situation("NDSS 2005: a crawler's hosts have names; a third of them is dead")
def crawler(s):
    for n in range(30):
        host = f"198.18.34.{n + 1}"
        s.resolve(ME, RESOLVER, f"host{n}.example", host)
        if n % 3 == 0:
            s.unanswered(ME, host, 80)
        elif n % 10 == 1:
            s.refused(ME, host, 80)
        else:
            s.converse(ME, host, 80)


@situation("a mail client guesses the ports of a server that DNS has named")
def mail_autoconfiguration(s):
    s.resolve(ME, RESOLVER, "mail.example", "198.18.35.1")
    for port in (993, 143, 995, 110, 465, 587):
        if port == 993:
            s.converse(ME, "198.18.35.1", port)
        else:
            s.refused(ME, "198.18.35.1", port)


@situation("one dead server, retried from new ports for minutes: one failed contact, repeated")
def dead_broker(s):
    for _ in range(8):
        s.unanswered(ME, "198.51.100.60", 8883)
        s.wait(10)


@situation("a dead resolver and 48 queries from as many ports: one contact")
def dead_resolver(s):
    for n in range(48):
        query = bytes([n, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + b"\1a\7example\0\0\1\0\1"
        s.udp(LAN, "10.7.0.53", 47000 + n, 53, query)
        s.wait(1.3)


@situation("a client in the LAN when the capture ends: three handshakes without payload yet")
def capture_ends_early(s):
    for n in range(3):
        s.open(LAN, f"198.18.36.{n + 1}", 443).shake()


@situation("a program asks ::1 before 127.0.0.1, and its own address: hosts that talk with themselves")
def own_host(s):
    for port in (8090, 5432, 6379, 11211, 9200):
        s.refused("::1", "::1", port)
        s.refused("127.0.0.1", "127.0.0.1", port)
        s.refused(ME, ME, port)
        s.unanswered(ME6, ME6, port)


@situation("a neighbour in the same /64 that has not enough failures for a scanning source")
def neighbour_in_the_same_network(s):
    for port in (445, 139, 5000):
        s.refused("2001:db8:22::31", "2001:db8:22::77", port)


# --- Peers ----------------------------------------------------------------------------------------

@situation("a DHT node (BEP 5): one socket, eight peers that answer, thirty that have gone, others that ask it")
def dht_node(s):
    query = b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"
    for n in range(8):
        s.ask(ME, f"198.18.40.{n + 1}", 6881 + n, sport=50321, request=query, times=3)
    for n in range(30):
        s.udp(ME, f"198.18.41.{n + 1}", 50321, 20000 + 331 * n, query)
    for n in range(10):                 # whoever has heard of it; it has no time for them all
        s.udp(f"198.18.42.{n + 1}", ME, 6881, 50321, query)


@situation("BitTorrent over TCP in a LAN: 20 peers have gone, three are there. Outward scans have more")
def bittorrent_tcp(s):
    s.converse(LAN, "198.18.43.250", 6969)
    for n in range(3):
        s.converse(LAN, f"198.18.43.{n + 1}", 51413, rounds=6)
    for n in range(20):
        s.unanswered(LAN, f"198.18.44.{n + 1}", 30000 + 977 * n)


@situation("a game's server browser: one socket asks sixty servers, forty answer")
def server_browser(s):
    for n in range(60):
        server = f"198.18.45.{n + 1}"
        s.udp(ME, server, 27005, 27015, b"\xff\xff\xff\xffTSource Engine Query\0")
        if n % 3:
            s.udp(server, ME, 27015, 27005, b"\xff\xff\xff\xffI\x11name\0map\0")


@situation("RFC 8445: checks of six candidates from one socket, private ones among them; two answer, then media")
def ice_checks(s):
    stun = bytes.fromhex("000100002112a442") + b"transaction1"
    works = ["198.51.100.70", "198.18.46.2"]
    for dead in ("192.168.77.5", "10.99.3.2", "198.18.46.9", "100.64.9.9"):
        for _ in range(4):
            s.udp(ME, dead, 58000, 61000, stun)
            s.wait(0.5)
    for peer in works:
        s.ask(ME, peer, 61001, sport=58000, request=stun, answer=b"\1\1" + stun[2:], times=2)
    for n in range(60):
        s.udp(ME, works[0], 58000, 61001, bytes([0x80, 96, 0, n]) + bytes(100))
        s.udp(works[0], ME, 61001, 58000, bytes([0x80, 96, 1, n]) + bytes(100))


@situation("RFC 3261: a registrar that ignores OPTIONS is one contact; the call's RTP is a conversation")
def sip_options_and_a_call(s):
    for _ in range(10):
        s.udp(ME, "198.51.100.71", 5060, 5060, b"OPTIONS sip:example.com SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n")
        s.wait(30)
    for n in range(100):
        s.udp(ME, "198.51.100.72", 40010, 40020, bytes([0x80, 8, 0, n]) + bytes(160))
        s.udp("198.51.100.72", ME, 40020, 40010, bytes([0x80, 8, 0, n]) + bytes(160))


@situation("WireGuard: one socket, three peers up and four down, retried every five seconds")
def wireguard(s):
    start, answer, data = b"\1\0\0\0" + bytes(144), b"\2\0\0\0" + bytes(88), b"\4\0\0\0" + bytes(28)
    for round_ in range(5):
        for n in range(4):
            s.udp(ME, f"198.18.47.{n + 1}", 51820, 51820, start[:-1] + bytes([16 * round_ + n]))
        for n in range(3):
            s.udp(ME, f"198.18.48.{n + 1}", 51820, 51820, data if round_ else start)
            s.udp(f"198.18.48.{n + 1}", ME, 51820, 51820, data if round_ else answer)
        s.wait(5)


@situation("a resolver with dead name servers, which referrals have named (RFC 1034, 5.3.3)")
def lame_delegations(s):
    for n in range(9):
        dead = [f"198.18.49.{3 * n + k + 1}" for k in range(3)]
        s.resolve(ME, "198.18.50.1", f"ns.d{n}.example", *dead, f"198.18.51.{n + 1}")
        for address in dead:
            s.udp(ME, address, s.port(), 53, bytes([n, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + b"\1a\7example\0\0\1\0\1")
        s.resolve(ME, f"198.18.51.{n + 1}", f"www.d{n}.example", f"198.18.52.{n + 1}")


@situation("many users of one web server behind one address, some of whom have old bookmarks")
def nat_of_one_service(s):
    shared = "198.51.100.109"
    for n in range(15):
        s.converse(shared, "203.0.113.60", 443, options=WINDOWS if n % 2 else LINUX)
    for host in range(61, 67):
        s.unanswered(shared, f"203.0.113.{host}", 443, tries=2)


# --- Outward: what only the direction tells --------------------------------------------------------

@situation("a node of a P2P currency behind a NAT: two dozen stale peers are fewer than an outward scan has")
def stale_peers_outward(s):
    for n in range(24):
        s.unanswered(LAN, f"198.18.53.{n + 1}", 8333, tries=2)


@situation("RFC 4193 as well: from a unique local address, translated by RFC 6296")
def stale_peers_outward_v6(s):
    for n in range(20):
        s.unanswered(LAN6, f"2001:db8:54::{n + 1:x}", 8333, tries=2)


@situation("a bot in the LAN: thirty SYNs to the same port of thirty hosts outside are many")
def infected_host(s):
    for n in range(30):
        s.unanswered(LAN, f"198.18.55.{n + 1}", 445, tries=1, want="scan", options=WINDOWS)


@situation("somebody in the LAN runs nmap: its SYNs give it away, however few")
def nmap_outward(s):
    for port in (21, 22, 23, 25, 80, 443):
        s.tcp(LAN, "198.18.56.1", 47123, port, "S", want="scan", options=MSS_ONLY, window=1024, tool="Nmap",
              technique="TCP SYN")


@situation("RFC 6598: so is a shared address of a carrier's customer")
def shared_address_outward(s):
    for n in range(12):
        s.unanswered("100.64.3.9", f"198.18.57.{n + 1}", 6881 + n, tries=3, options=LINUX)
