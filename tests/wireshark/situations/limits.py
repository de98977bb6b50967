# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Near misses: as much evidence as an innocent reason needs, and a little less; a little less than a scan needs,
and as much."""
import struct

from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import Raw

from situations.story import LINUX, MSS_ONLY, WINDOWS, situation

LINUX_SLL = 113                         # LINKTYPE_LINUX_SLL
STRANGER, ME = "198.51.100.150", "203.0.113.151"


# --- Returning clients: at least a second later, at least twice ------------------------------------

def visits(s, pauses, want):
    """Of two ports: with one, it would be the only contact of its source."""
    for pause in (*pauses, 0):
        for port in (8443, 9443):
            s.open(STRANGER, ME, port, want=want).shake().close()
        s.wait(pause)


@situation("comes back twice, each time after more than a second: a returning client")
def returns_twice(s):
    visits(s, (1.5, 1.5), "-")


@situation("comes back once: that may be anything, so a stranger's unused connection is a scan")
def returns_once(s):
    visits(s, (5.0,), "scan")


@situation("four unused connections at once are no visits")
def returns_at_once(s):
    visits(s, (0.1, 0.1, 0.1), "scan")


@situation("a raw SYN that comes back is no client of an operating system, however often")
def raw_syns_return(s):
    for _ in range(4):
        for port in (22, 80):
            probe = s.open(STRANGER, ME, port, options=MSS_ONLY, window=1024, want="scan")
            probe.syn().syn_ack().reset()
        s.wait(5)


# --- Repetition: one failed contact, three times ---------------------------------------------------

def repeats(s, times, want, targets=(ME,)):
    for _ in range(times):
        for target in targets:
            s.udp(STRANGER, target, s.port(), 4444, b"hello?", want)
            s.wait(20)


@situation("the only failed contact of a source, three times: somebody has a wrong address")
def one_contact_three_times(s):
    repeats(s, 3, "-")


@situation("twice is not often enough")
def one_contact_twice(s):
    repeats(s, 2, "scan")


@situation("and four contacts, three times each, are a scan that repeats its probes")
def four_contacts_three_times(s):
    repeats(s, 3, "scan", [f"203.0.113.{n}" for n in range(151, 155)])


# --- Neighbours and private addresses need a scanning source's evidence ------------------------------

def neighbour(s, source, targets, port, want):
    for target in targets:
        s.refused(source, target, port, want=want)


@situation("three failed contacts of a private address in its own network are no scan")
def three_private_contacts(s):
    neighbour(s, "192.168.9.5", [f"192.168.9.{n}" for n in (20, 21, 22)], 445, "-")


@situation("eight are: somebody looks for file servers in the LAN")
def eight_private_contacts(s):
    neighbour(s, "192.168.9.6", [f"192.168.9.{n}" for n in range(20, 28)], 445, "scan")


@situation("the same in one IPv6 network: three of a neighbour's contacts, and eight")
def neighbours_v6(s):
    neighbour(s, "2001:db8:9::5", [f"2001:db8:9::{n}" for n in (20, 21, 22)], 22, "-")
    neighbour(s, "2001:db8:9::6", [f"2001:db8:9::{n}" for n in range(30, 38)], 22, "scan")
    neighbour(s, "fd00:9::5", [f"fd00:9::{n}" for n in (20, 21, 22)], 22, "-")
    neighbour(s, "fd00:9::6", [f"fd00:9::{n}" for n in range(30, 38)], 22, "scan")


@situation("a stranger in another network needs no more than one")
def one_stranger_v6(s):
    neighbour(s, "2001:db8:8::5", ["2001:db8:9::20"], 22, "scan")


# --- Outward: twenty-five ---------------------------------------------------------------------------

def outward(s, count, want):
    for n in range(count):
        s.unanswered("10.9.9.9", f"198.18.120.{n + 1}", 5555, tries=1, want=want, options=WINDOWS)


@situation("twenty-four failed contacts outward are what programs have")
def outward_24(s):
    outward(s, 24, "-")


@situation("twenty-five are a scan")
def outward_25(s):
    outward(s, 25, "scan")


# --- What does not excuse a scan ---------------------------------------------------------------------

@situation("one visit to a web server does not excuse raw SYNs to thirty ports of the same host")
def visit_then_vertical_scan(s):
    s.converse(STRANGER, ME, 443, rounds=3)
    for n in range(30):
        s.tcp(STRANGER, ME, 51999, 1000 + n, "S", want="scan", options=MSS_ONLY, window=1024, tool="Nmap")
        s.tcp(ME, STRANGER, 1000 + n, 51999, "RA", ack=1001)


@situation("probes that die in a routing loop are probes: their TTL does not rise")
def scan_into_a_routing_loop(s):
    for n in range(12):
        sent = s.tcp(STRANGER, f"203.0.113.{160 + n}", 52000, 2323, "S", want="scan", options=MSS_ONLY, window=1024,
                     header={"ttl": 49}, tool="Nmap")
        s.exceeded("203.0.113.1", sent)


@situation("names do not excuse what they do not name: twelve hosts beside the one that was asked for")
def names_of_others(s):
    s.resolve(STRANGER, "198.51.100.53", "www.example", ME)
    s.converse(STRANGER, ME, 443)
    for n in range(12):
        s.unanswered(STRANGER, f"203.0.113.{180 + n}", 2222, tries=1, want="scan", options=LINUX)


@situation("a host inside whose name somebody has asked for: that is no excuse for a stranger's thirty ports")
def named_host_is_scanned(s):
    s.resolve("203.0.113.155", "198.51.100.53", "www.example", ME)
    for n in range(30):
        s.tcp(STRANGER, ME, 52999, 2000 + n, "S", want="scan", options=MSS_ONLY, window=1024, tool="Nmap")
        s.tcp(ME, STRANGER, 2000 + n, 52999, "RA", ack=1001)


@situation("a host that scans and is a client as well: its conversations elsewhere are ordinary, before and after")
def scanning_client(s):
    for n in range(6):
        s.converse(STRANGER, f"203.0.113.{200 + n}", 443, rounds=4)
    for n in range(40):
        s.tcp(STRANGER, f"203.0.113.{100 + n}", 53999, 23, "S", want="scan", options=MSS_ONLY, window=1024)
    for n in range(6):
        s.converse(STRANGER, f"203.0.113.{200 + n}", 443, rounds=4)


# --- Linux cooked captures: who a packet is for is in the packet type (LINKTYPE_LINUX_SLL) -----------

def cooked(s, kind, packet, want="-"):
    s.add(struct.pack("!HHH8sH", kind, 1, 6, bytes.fromhex("00005e0053020000"), 0x0800) + bytes(packet), want)


@situation("cooked: probes to us are scans, broadcasts are not", link=LINUX_SLL)
def cooked_capture(s):
    for n in range(6):
        probe = IP(src=STRANGER, dst=f"203.0.113.{210 + n}") / TCP(sport=54001, dport=23, flags="S", window=1024)
        cooked(s, 0, probe, "scan")
        said = UDP(sport=5000 + n, dport=9999) / Raw(b"x" * 9)
        cooked(s, 1, IP(src="203.0.113.9", dst=f"203.0.{112 + 2 * (n % 2)}.255") / said)
        cooked(s, 2, IP(src="203.0.113.9", dst="239.9.9.9") / said)


# --- What a user has said about the networks ----------------------------------------------------------

@situation("home networks are set: what leaves them is no scan, what enters them is",
           home_networks="203.0.113.0/24")
def home_is_known(s):
    for n in range(30):
        s.unanswered("203.0.113.9", f"198.18.121.{n + 1}", 445, tries=1, options=WINDOWS)
    for n in range(5):
        s.unanswered(STRANGER, f"203.0.113.{n + 1}", 445, tries=1, want="scan", options=WINDOWS)


@situation("nothing in a dark network can be asked for: names, visits and conversations are no excuse",
           home_networks="203.0.113.0/24", dark="TRUE")
def dark_network(s):
    s.resolve(STRANGER, "198.51.100.53", "old.example", ME)
    s.converse(STRANGER, ME, 443, want="scan")
    for _ in range(4):
        s.open("198.51.100.151", ME, 8443, want="scan").shake().close()
        s.wait(10)
