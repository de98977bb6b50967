# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests whose answer comes from elsewhere, neighbours' protocols, and routers' own traffic."""
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from situations.story import MSS_ONLY, situation

ME = "203.0.113.25"


@situation("RFC 1350: the server answers a read request from a port of its own")
def tftp_reads(s):
    for n in range(6):
        server, mine, theirs = f"198.18.70.{n + 1}", s.port(), 3000 + n
        s.udp(ME, server, mine, 69, b"\0\1boot.bin\0octet\0")
        for block in range(1, 4):
            s.udp(server, ME, theirs, mine, bytes([0, 3, 0, block]) + b"d" * (512 if block < 3 else 100))
            s.udp(ME, server, mine, theirs, bytes([0, 4, 0, block]))


@situation("the same for writes, and for a file that is not there")
def tftp_writes_and_errors(s):
    for n in range(5):
        server, mine = f"198.18.71.{n + 1}", s.port()
        s.udp(ME, server, mine, 69, b"\0\2new.cfg\0octet\0")
        s.udp(server, ME, 4000 + n, mine, b"\0\4\0\0")
        s.udp(ME, server, mine, 4000 + n, b"\0\3\0\1hostname x")
        s.udp(server, ME, 4000 + n, mine, b"\0\4\0\1")
        other = s.port()
        s.udp(ME, server, other, 69, b"\0\1missing\0octet\0")
        s.udp(server, ME, 4100 + n, other, b"\0\5\0\1File not found\0")


@situation("a server with several addresses answers from another one, with the query's ID (RFC 2181, 4.1 forbids it)")
def multihomed_name_server(s):
    for n in range(7):
        query, mine = bytes([7, n, 1, 0, 0, 1]) + bytes(6) + b"\3www\7example\0\0\1\0\1", s.port()
        s.udp(ME, "198.18.72.1", mine, 53, query)
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x33\x64\1"
        s.udp("198.18.72.9", ME, 53, mine, query[:2] + b"\x81\x80\0\1\0\1" + bytes(4) + query[12:] + record)


@situation("PROFINET and other RPC over UDP: the endpoint answers from a port of its own")
def profinet_rpc(s):
    for n in range(6):
        device, mine = f"203.0.113.{80 + n}", s.port()
        s.udp("203.0.113.79", device, mine, 34964, b"\4\0\x28\0\x10\0\0\0" + bytes([n]) * 80)
        s.udp(device, "203.0.113.79", 49152 + n, mine, b"\4\2\x0a\0\x10\0\0\0" + bytes([n]) * 80)
        s.udp("203.0.113.79", device, mine, 49152 + n, b"\4\0\x28\0\x10\0\0\0" + bytes([n + 1]) * 80)


@situation("BFD (RFC 5881): two routers send to each other's port 3784, each from a port of its own")
def bfd(s):
    for pair in range(4):
        one, other = f"198.18.73.{2 * pair + 1}", f"198.18.73.{2 * pair + 2}"
        for n in range(6):
            for src, dst, sport in ((one, other, 49200), (other, one, 49300)):
                control = bytes([0x20, 0xC0, 3, 24, 0, 0, pair, n]) + bytes(16)
                s.udp(src, dst, sport + pair, 3784, control, header={"ttl": 255})


@situation("RTP (RFC 3550) with a port for each direction: both send to the other's fixed port")
def rtp_two_ports(s):
    for n in range(40):
        for peer in range(4):
            s.udp(ME, f"198.18.74.{peer + 1}", 41000 + 2 * peer, 5004, bytes([0x80, 0, 0, n]) + bytes(160))
            s.udp(f"198.18.74.{peer + 1}", ME, 42000 + 2 * peer, 5004, bytes([0x80, 0, 0, n]) + bytes(160))


@situation("VXLAN (RFC 7348): source ports are entropy; inside are ARP and packets, which are judged themselves")
def vxlan(s):
    arp = bytes.fromhex("ffffffffffff00005e00530108060001080006040001 00005e005301c0000201000000000000c0000202")
    for n in range(8):
        s.udp("203.0.113.90", f"203.0.113.{91 + n}", 50000 + 13 * n, 4789, bytes.fromhex("0800000000000100") + arp)


@situation("LLMNR (RFC 4795): a name is asked of a group, and who has it answers the asker's port")
def llmnr(s):
    for n in range(5):
        mine = s.port()
        question = bytes([n, 1]) + b"\0\0\0\1\0\0\0\0\0\0\4host\0\0\1\0\1"
        s.udp("192.168.7.5", "224.0.0.252", mine, 5355, question, mac="01:00:5e:00:00:fc")
        s.udp(f"192.168.7.{20 + n}", "192.168.7.5", 5355, mine, question[:2] + b"\x80\0" + question[4:] + bytes(16))


@situation("WS-Discovery: devices answer a probe of the group from 3702 or from a port of their own")
def ws_discovery(s):
    mine = 50702
    s.udp("203.0.113.26", "239.255.255.250", mine, 3702, b"<soap:Probe/>", mac="01:00:5e:7f:ff:fa")
    for n in range(8):
        s.udp(f"203.0.113.{110 + n}", "203.0.113.26", 3702 if n % 2 else 49500 + n, mine, b"<soap:ProbeMatches/>" * 4)


@situation("SSDP: devices answer a search of the group from ports of their own")
def ssdp_search(s):
    mine = 50190
    s.udp("203.0.113.26", "239.255.255.250", mine, 1900, b"M-SEARCH * HTTP/1.1\r\n\r\n", mac="01:00:5e:7f:ff:fa")
    for n in range(8):
        s.udp(f"203.0.113.{120 + n}", "203.0.113.26", 40500 + n, mine, b"HTTP/1.1 200 OK\r\nST: ssdp:all\r\n\r\n")


@situation("multicast DNS (RFC 6762, 5.4): questions that ask for a unicast answer")
def mdns_unicast_answers(s):
    s.udp("203.0.113.27", "224.0.0.251", 5353, 5353, bytes(4) + b"\0\1" + bytes(6) + b"\4host\5local\0\0\1\x80\1",
          mac="01:00:5e:00:00:fb")
    for n in range(6):
        answer = b"\0\0\x84\0\0\0\0\1\0\0\0\0\4host\5local\0\0\1\x80\1\0\0\0\x78\0\4\xcb\0\x71" + bytes([130 + n])
        s.udp(f"203.0.113.{130 + n}", "203.0.113.27", 5353, 5353, answer)


@situation("NetBIOS neighbours: a broadcast question is answered by unicast; hosts ask each other's status")
def netbios_neighbours(s):
    name = b"\x20" + b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" + b"\0"
    question = b"\1\2\1\x10\0\1\0\0\0\0\0\0" + name + b"\0\x20\0\1"
    s.udp("192.168.7.5", "192.168.7.255", 137, 137, question, mac="ff:ff:ff:ff:ff:ff")
    for n in range(5):
        answer = b"\1\2\x85\0\0\0\0\1\0\0\0\0" + name + b"\0\x20\0\1" + bytes(12)
        s.udp(f"192.168.7.{30 + n}", "192.168.7.5", 137, 137, answer)
    for n in range(3):
        s.ask("192.168.7.5", f"192.168.7.{30 + n}", 137, sport=137,
              request=b"\3\4\0\0\0\1\0\0\0\0\0\0" + name + b"\0\x21\0",
              answer=b"\3\4\x84\0\0\0\0\1\0\0\0\0" + name + b"\0\x21\0\1" + bytes(20))


@situation("a ping of the broadcast address is answered by hosts whose address nobody has asked")
def broadcast_ping(s):
    s.ping("203.0.113.28", "203.0.113.255", 900, mac="ff:ff:ff:ff:ff:ff")
    for n in range(6):
        s.pong(f"203.0.113.{140 + n}", "203.0.113.28", 900)


# --- Path measurement -----------------------------------------------------------------------------

def trace(s, source, target, packet, hops=6, last=None):
    """Probes with a rising TTL: routers say that it has run out; `last` answers for the target."""
    for ttl in range(1, hops + 1):
        for n in range(3):
            sent = s.add(IP(src=source, dst=target, ttl=ttl) / packet(3 * ttl + n))
            if ttl < hops:
                s.exceeded(f"198.18.80.{ttl}", sent)
            elif last:
                last(sent)
            s.wait(0.1)


@situation("traceroute by UDP to a host that answers, and to one that does not, by one who also visits sites")
def traceroute_udp(s):
    for n in range(4):
        s.converse(ME, f"198.18.81.{n + 1}", 443)
    trace(s, ME, "198.18.82.1", lambda n: UDP(sport=44000, dport=33434 + n) / Raw(bytes(32)),
          last=lambda sent: s.unreachable("198.18.82.1", sent))
    trace(s, ME, "198.18.82.2", lambda n: UDP(sport=44001, dport=33434 + n) / Raw(bytes(32)), hops=12)


@situation("traceroute by ICMP, and mtr for a while")
def traceroute_icmp(s):
    for round_ in range(5):
        first = 100 * round_
        trace(s, ME, "198.18.83.1", lambda n, first=first: ICMP(type=8, id=77, seq=first + n) / Raw(bytes(32)), hops=5,
              last=lambda sent: s.pong("198.18.83.1", ME, 77, sent[ICMP].seq))


@situation("traceroute from outside: here only the last probes are seen, to ports that nobody has")
def traceroute_inward(s):
    for ttl in range(1, 7):
        for n in range(3):
            sent = s.add(IP(src="198.51.100.95", dst="203.0.113.29", ttl=ttl)
                         / UDP(sport=46000 + n, dport=33460 + 3 * ttl + n) / Raw(bytes(32)))
            if ttl > 4:
                s.unreachable("203.0.113.29", sent)


@situation("who traces a path is a client all the same: its session, its names and its pings are no scans")
def traceroute_and_a_session(s):
    user = "198.51.100.96"
    session = s.open(user, "203.0.113.29", 22).shake().reply(b"SSH-2.0-x\r\n").talk(10)
    trace(s, user, "203.0.113.34", lambda n: UDP(sport=44010, dport=33434 + n) / Raw(bytes(32)), hops=8)
    for n in range(4):
        s.ping(user, "203.0.113.29", 901, n)
        s.pong("203.0.113.29", user, 901, n)
        s.resolve(user, "203.0.113.53", f"n{n}.example", "203.0.113.29")
    session.talk(10).close()


# --- DHCP and routers -----------------------------------------------------------------------------

def dhcp(kind):
    return bytes([kind, 1, 6, 0]) + bytes(232) + bytes.fromhex("63825363") + b"\x35\1\3\xff"


@situation("RFC 2131, 4.4.5: renewals by unicast to a server that has gone; the host says so, then broadcast")
def dhcp_renewals(s):
    for n in range(5):
        lost = s.udp("203.0.113.35", "203.0.113.2", 68, 67, dhcp(1))
        if n % 2:
            s.unreachable("203.0.113.2", lost)
        s.wait(60)
    s.add(Ether(src="00:00:5e:00:53:05", dst="ff:ff:ff:ff:ff:ff") / IP(src="203.0.113.35", dst="255.255.255.255")
          / UDP(sport=68, dport=67) / Raw(dhcp(1)))


@situation("an ICMP error about a DHCP answer, whose client has gone meanwhile")
def dhcp_answers_come_late(s):
    for n in range(5):
        quoted = IP(src="203.0.113.2", dst=f"203.0.113.{150 + n}") / UDP(sport=67, dport=68) / Raw(dhcp(2))
        s.unreachable(f"203.0.113.{150 + n}", quoted)


@situation("RFC 2131, 4.3.1: a server pings an address before it gives it away")
def dhcp_ping_check(s):
    for n in range(5):
        s.ping("203.0.113.2", f"203.0.113.{160 + n}", 100 + n, 0)
        s.wait(1)
        s.add(Ether(src="00:00:5e:00:53:02", dst="ff:ff:ff:ff:ff:ff") / IP(src="203.0.113.2", dst="255.255.255.255")
              / UDP(sport=67, dport=68) / Raw(dhcp(2)[:16] + bytes([203, 0, 113, 160 + n]) + dhcp(2)[20:]))


@situation("our router answers a scanner with ICMP errors; these are neither scan nor backscatter")
def routers_errors(s):
    for n in range(8):
        s.tcp("198.51.100.97", f"203.0.113.{170 + n}", 48000, 3389, "S", want="scan", options=MSS_ONLY, window=1024)
        probe = Ether(s.frames[-1].data).payload
        s.unreachable("203.0.113.1", probe, code=1)
