# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams worked by hand, with the verdict and reason that README's page gives each packet.

A case is (events, what the page says of each packet, limits); events are a second apart unless after() says when.
"""
from ipaddress import ip_address

from page_packets import (A, A2, A3, A4, ALL, B, C, CARRIER, D, E, F, LINK, LOOP, MDNS, PRIVATE, SYN_ACK, ULA, V6,
                          V6_FAR, V6_NEAR, after, banner, error, ip, offer, ping, reply, reset, sctp, seg, syn, syn_ack,
                          talk, tcp, udp, unused)
from reference import Limits
from reference_packet import (ABORT, ACK, COOKIE_ACK, COOKIE_ECHO, DATA, FIN, HEARTBEAT, HEARTBEAT_ACK, INIT, INIT_ACK,
                              PSH, RST, SHUTDOWN_COMPLETE, SYN, TIMESTAMPS, URG, Name, Packet, Tunnel)
from streams import ANSWER, HOME, LINUX, NMAP, NO_OPTIONS, ODD_MSS, ONLY_MSS, WINDOWS, back

EAGER = Limits(scanning_contacts=2, exposing_sources=1, stream_packets=2)
AT_HOME, DARK = Limits(home=HOME), Limits(home=HOME, dark=True)

# --- Verdicts -------------------------------------------------------------------------------------

NO = "-"                                # belongs to no flow, or is the target's


def quiet(reason):
    return f"-\t{reason}"


def scan(technique, outcome, reason):
    return f"scan\t{technique}\t{outcome}\t{reason}"


RESPONSE, REFLECTION = "backscatter\tresponse", "backscatter\treflection"
STRANGER = scan("TCP connect", "unanswered", "stranger")
TALKS = [quiet("conversation"), NO, quiet("conversation"), quiet("conversation")]
FOLLOWS = [NO if line == NO else scan("TCP connect", "conversation", "follow-up") for line in TALKS]


def four(make):
    return [make(port) for port in (4001, 4002, 4003, 4004)]


FLOWS = {
    "only a SYN begins a new flow": (
        [*talk(syn()), after(9000, seg(syn(), PSH | ACK, 5))], TALKS + [quiet("conversation")]),
    "a SYN after half an hour": (
        [*talk(syn()), after(1804, syn())], [*TALKS, quiet("acquainted")]),
    "a SYN at half an hour is a retransmission": (
        [syn(), after(1800, syn()), after(3600, syn())], [STRANGER] * 3),
    "a SYN after a connection was closed": (
        [*talk(syn()), seg(syn(), FIN | ACK), syn()], [*TALKS, quiet("conversation"), quiet("acquainted")]),
    "a SYN after what was none": (
        [tcp(ACK), syn()], [quiet("too few tails"), STRANGER]),
    "half an hour in whole seconds": (
        [after(0, syn()), after(1800.9, syn()), after(3600.95, syn())], [STRANGER] * 3),
    "unanswered": ([syn()], [STRANGER]),
    "refused": ([syn(), reset(syn())], [scan("TCP connect", "refused", "stranger"), NO]),
    "refused by SCTP": ([sctp(INIT), back(sctp(ABORT))], [scan("SCTP INIT", "refused", "stranger"), NO]),
    "unreachable": ([syn(), error(syn())], [scan("TCP connect", "unreachable", "stranger"), NO]),
    "too big is no error": ([syn(src=V6, dst=V6_FAR), error(syn(src=V6, dst=V6_FAR), kind=2, src=V6_FAR)], [STRANGER, NO]),
    "an error about an answer says nothing": (
        [syn(), error(back(syn()))], [STRANGER, NO]),
    "half-open": ([syn(), syn_ack(syn())], [scan("TCP connect", "half-open", "stranger"), NO]),
    "connected": (unused(syn(), FIN | ACK), [scan("TCP connect", "connected", "stranger"), NO] + [
        scan("TCP connect", "connected", "stranger")] * 2),
    "conversation": (talk(syn()), TALKS),
    "conversation that the target used": (
        [syn(), syn_ack(syn()), seg(syn()), seg(back(syn()), PSH | ACK, 9)],
        [quiet("conversation"), NO, quiet("conversation"), NO]),
    "conversation whose answer was not captured": ([syn(), seg(syn(), ACK, 5)], [quiet("conversation")] * 2),
    "payload in the SYN that was taken": (
        [syn(payload=5), syn_ack(syn(), taken=5), seg(syn())], [quiet("conversation"), NO, quiet("conversation")]),
    "payload in the SYN that was not taken": (
        [syn(payload=5), syn_ack(syn()), seg(syn())], [scan("TCP connect", "connected", "stranger"), NO,
                                                       scan("TCP connect", "connected", "stranger")]),
    "heartbeats use an association": (
        [sctp(INIT), back(sctp(INIT_ACK)), sctp(COOKIE_ECHO), back(sctp(COOKIE_ACK)), back(sctp(HEARTBEAT)),
         sctp(HEARTBEAT_ACK)],
        [quiet("conversation"), NO, quiet("conversation"), NO, NO, quiet("conversation")]),
    "banner after a packet that no system sends": (
        [tcp(FIN | PSH), back(tcp(ACK, payload=5)), tcp(ACK)], [quiet("conversation"), NO, quiet("conversation")]),
    "association that was not used": (
        [sctp(INIT), sctp(COOKIE_ECHO)], [scan("SCTP INIT", "connected", "stranger")] * 2),
    "UDP answered": ([udp(), back(udp())], [quiet("conversation"), NO]),
    "another protocol answered": ([ip(), back(ip())], [quiet("conversation"), NO]),
}

INNOCENT = {
    "to itself": ([syn(src=A, dst=A, made=NO_OPTIONS)], [quiet("to itself")]),
    "from inside": ([syn(src=B, dst=A)], [quiet("not inward")], AT_HOME),
    "from inside to inside": ([syn(src=B, dst=C, made=NO_OPTIONS)], [quiet("not inward")], AT_HOME),
    "from outside to inside": ([syn()], [STRANGER], AT_HOME),
    "group, link and broadcast": (
        [udp(dst=MDNS), udp(dst=ALL), udp(to_all=True), syn(dst=LINK), syn(src=LINK)], [NO] * 5),
    "answers to a group's question": (
        [udp(src=B, dst=MDNS, sport=4000), udp(dport=4000, src=A, sport=53, head=ANSWER), udp(dport=4001)],
        [NO, quiet("link traffic"), scan("UDP", "unanswered", "stranger")]),
    "answers to a broadcast ping": (
        [ping(src=B, dst=C, to_all=True), ping(src=A, dst=B, kind=0), ping(src=A, dst=B, kind=0, identifier=8)],
        [NO, quiet("link traffic"), RESPONSE]),
    "question after the answers": (
        [udp(dport=4000), udp(src=B, dst=MDNS, sport=4000)], [scan("UDP", "unanswered", "stranger"), NO]),
    "DHCP, and the server's ping": (
        [ping(src=B, dst=E), offer(), ping(src=B, dst=F)], [
            quiet("link traffic"), NO, scan("ICMP echo", "unanswered", "stranger")]),
    "DHCP to the address": (
        [offer(dst=E, yiaddr=ip_address("0.0.0.0")), ping(src=B, dst=E), ping(src=E, dst=B, identifier=8)],
        [NO, quiet("link traffic"), scan("ICMP echo", "unanswered", "stranger")]),
    "neighbour discovery": ([Packet(V6, V6_NEAR, "icmp", icmp_type=135)], [NO]),
    "tunnel": (
        [Tunnel(udp()), ping(), udp()], [scan("ICMP echo", "unanswered", "stranger"), quiet("link traffic")]),
    "many datagrams": ([after(0, udp())] * 11, [quiet("stream")] * 11),
    "not so many": ([after(0, udp())] * 10, [scan("UDP", "unanswered", "stranger")] * 10),
    "three that differ, a second apart": (
        [udp(), udp(head=b"1"), udp()], [quiet("stream")] * 3),
    "three that differ in length": ([udp(), udp(payload=41), udp()], [quiet("stream")] * 3),
    "three that differ, at once": (
        [after(0, udp()), after(0.5, udp(head=b"1")), after(1.9, udp())], [scan("UDP", "unanswered", "stranger")] * 3),
    "three of another protocol": ([ip()] * 3, [quiet("stream")] * 3, EAGER),
    "amplification is no stream": ([udp(sport=53, head=ANSWER)] * 3, [RESPONSE] * 3, EAGER),
    "payload first": ([tcp(PSH | ACK, payload=5)], [quiet("from the middle")]),
    "payload without ACK is no middle": (
        [tcp(PSH, payload=5)], [scan("TCP other flags", "unanswered", "made by hand")]),
    "tail that is answered": ([tcp(ACK), back(tcp(ACK))], [quiet("from the middle"), NO]),
    "tail that goes on": ([tcp(ACK), tcp(ACK, payload=5)], [quiet("from the middle")] * 2),
    "four packets of a tail": ([tcp(ACK)] * 4, [quiet("from the middle")] * 4),
    "three packets of a tail": ([tcp(ACK)] * 3, [quiet("too few tails")] * 3),
    "tail that is reset": ([tcp(ACK), back(tcp(RST))], [quiet("too few tails"), NO]),
    "association that began before": ([sctp(DATA)], [quiet("from the middle")]),
    "timestamps without SYN": ([tcp(ACK, tcp_options=TIMESTAMPS)], [quiet("old connection")]),
    "server's port to client's": (
        [tcp(ACK, 32768, sport=1023), tcp(ACK, 32767, sport=1023), tcp(ACK, 32768, sport=1024)],
        [quiet("old connection"), quiet("too few tails"), quiet("too few tails")]),
    "UDP from a server's port": (
        [udp(32768, sport=1023), udp(32767, sport=1023), udp(1024, sport=1023, dst=C), udp(1023, sport=1023, dst=D)],
        [quiet("old connection"), quiet("too few tails"), quiet("too few tails"),
         scan("UDP", "unanswered", "stranger")]),
    "TFTP": (
        [udp(69), udp(4000, src=B, dst=A, sport=32800), udp(32800)],
        [quiet("conversation"), quiet("answered from elsewhere"), NO]),
    "TFTP within a minute": (
        [after(0.9, udp(69)), after(60, udp(4000, src=B, dst=A, sport=32800))],
        [quiet("conversation"), quiet("answered from elsewhere")]),
    "TFTP after a minute": (
        [udp(69), after(61, udp(4000, src=B, dst=A, sport=32800))], [scan("UDP", "unanswered", "stranger")] * 2),
    "server with two addresses": (
        [udp(53), udp(4000, src=C, dst=A, sport=53, head=ANSWER)],
        [quiet("conversation"), quiet("answered from elsewhere")]),
    "another server": (
        [udp(53), udp(4000, src=C, dst=A, sport=53, head=b"\0\0\x81")],
        [scan("UDP", "unanswered", "stranger"), quiet("talking")]),
    "both to the same port": (
        [udp(3784, sport=49152), after(60, udp(3784, src=B, dst=A, sport=49153))],
        [quiet("conversation"), quiet("answered from elsewhere")]),
    "callback": (
        [*talk(syn(21, src=B, dst=A)), syn(40000)], [*TALKS, quiet("callback")]),
    "acquainted": (
        [*talk(syn()), syn(22), syn(23), syn(25)], [*TALKS] + [quiet("acquainted")] * 3),
    "acquainted a second later": ([syn(22), *talk(syn())], [quiet("acquainted"), *TALKS]),
    "acquainted two seconds later": (
        [syn(22), *(after(n + 2, event) for n, event in enumerate(talk(syn())))], [quiet("client"), *TALKS]),
    "acquainted, and fails at nine ports": (
        [*talk(syn()), *map(syn, range(9))], [*TALKS] + [quiet("acquainted")] * 9),
    "acquainted, and fails at ten ports": (
        [*talk(syn()), *map(syn, range(10))], [*FOLLOWS] + [scan("TCP connect", "unanswered", "scanning source")] * 10),
    "in the middle of a conversation": (
        [tcp(PSH | ACK, payload=5), back(tcp(ACK)), syn(22)], [quiet("from the middle"), NO, quiet("acquainted")]),
    "asked by name": (
        [Name(A, B), after(3600, syn(22)), after(3601, syn(23))], [quiet("asked by name"), STRANGER]),
    "named to somebody else": ([Name(C, B), Name(A, C), syn()], [STRANGER]),
    "named afterwards": ([syn(), Name(A, B)], [STRANGER]),
    "asked by name, and fails at ten ports": (
        [Name(A, B), *map(syn, range(10))], [scan("TCP connect", "unanswered", "scanning source")] * 10),
    "named to somebody of the other IP version": (
        [Name(A, V6_FAR), after(60, syn(22, src=V6, dst=V6_FAR)), after(61, syn(23, src=V6, dst=V6_FAR))],
        [quiet("asked by name"), STRANGER]),
    "working socket": (
        [p for dst in (C, D) for p in (udp(dst=dst), back(udp(dst=dst)))] + [udp(dst=dst) for dst in (B, E, F)],
        [quiet("conversation"), NO] * 2 + [quiet("working socket")] * 3),
    "socket that worked once": (
        [udp(dst=C), back(udp(dst=C)), udp()], [quiet("conversation"), NO, quiet("client")]),
    "socket with too few conversations": (
        [p for dst in (C, D) for p in (udp(dst=dst), back(udp(dst=dst)))] + [
            udp(dst=ip_address(f"192.0.2.{n}")) for n in range(10, 17)],
        [scan("UDP", "conversation", "follow-up"), NO] * 2 + [scan("UDP", "unanswered", "scanning source")] * 7),
    "socket with a lasting conversation": (
        [*[udp(dst=C)] * 31, back(udp(dst=C)), udp()], [quiet("conversation")] * 31 + [NO, quiet("working socket")]),
    "to a working socket": (
        [p for dst in (C, D) for p in (udp(src=B, sport=4001, dst=dst), udp(4001, src=dst, dst=B, sport=4001))] + [udp()],
        [quiet("conversation"), NO] * 2 + [quiet("working socket")]),
    "to a working port of a server": (
        [p for dst in (C, D) for p in (udp(src=B, sport=1023, dst=dst), udp(1023, src=dst, dst=B, sport=4001))] + [
            udp(1023)],
        [quiet("conversation"), NO] * 2 + [scan("UDP", "unanswered", "stranger")]),
    "time exceeded": ([syn(), error(syn(), kind=11)], [quiet("path measurement"), NO]),
    "rising TTL": (
        [udp(33434, ttl=5), udp(33435, ttl=6), udp(33436, ttl=30), udp(33437, ttl=31)],
        [quiet("path measurement")] * 3 + [scan("UDP", "unanswered", "stranger")]),
    "low TTL twice": ([udp(33434, ttl=1), udp(33435, ttl=2)], [scan("UDP", "unanswered", "stranger")] * 2),
    "low TTL, but none lowest": (
        [udp(33434 + n, ttl=ttl) for n, ttl in enumerate((6, 7, 8))], [scan("UDP", "unanswered", "stranger")] * 3),
    "health checks": (
        [p for n in range(3) for p in unused(syn(sport=50000 + n))],
        [quiet("returning client"), NO, quiet("returning client"), quiet("returning client")] * 3),
    "health checks at once": (
        [after(n / 10, p) for n in range(3) for p in unused(syn(sport=50000 + n))],
        [quiet("repetition"), NO, quiet("repetition"), quiet("repetition")] * 3),
    "without a system's options they are no client's": (
        [p for n in range(2) for port in (443, 444) for p in unused(syn(port, made=ODD_MSS, sport=50000 + n))],
        [scan("TCP connect", "connected", "scanning source"), NO] + [
            scan("TCP connect", "connected", "scanning source")] * 2 + ([
                scan("TCP connect", "connected", "scanning source"), NO] + [
                    scan("TCP connect", "connected", "scanning source")] * 2) * 3),
    "repetition": (
        [syn(port, sport=50000 + n) for n in range(3) for port in (22, 23, 25)], [quiet("repetition")] * 9),
    "repetition of who made a probe by hand": (
        [syn(sport=50000 + n) for n in range(3)] + [syn(22, dst=C, made=NO_OPTIONS)],
        [STRANGER] * 3 + [scan("TCP SYN", "unanswered", "made by hand")]),
    "repetition where strangers are after the target": (
        [syn(22, src=src) for src in (A2, A3, A4)] + [syn(sport=50000 + n) for n in range(3)], [STRANGER] * 6),
    "outward, after a packet made by hand": (
        [tcp(FIN, src=PRIVATE), syn(22, src=PRIVATE, dst=C)],
        [scan("TCP FIN", "unanswered", "made by hand"), scan("TCP connect", "unanswered", "scanning source")]),
    "not often enough": (
        [syn(port, sport=50000 + n) for n in range(3) for port in (22, 23, 24, 25)],
        [scan("TCP connect", "unanswered", "scanning source")] * 12),
    "a dead server, three times at once": (
        [after(0, syn(sport=50000 + n)) for n in range(3)], [quiet("repetition")] * 3),
    "a dead server, twice": ([syn(sport=50000 + n) for n in range(2)], [STRANGER] * 2),
    "pings, a second apart": ([ping()] * 3, [quiet("repetition")] * 3),
    "pings at once": ([after(0, ping())] * 3, [scan("ICMP echo", "unanswered", "stranger")] * 3),
}

SOURCES = {
    "an impossible packet is enough": (
        [tcp(0), syn(22, dst=C)], [scan("TCP NULL", "unanswered", "made by hand"),
                                   scan("TCP connect", "unanswered", "scanning source")]),
    "SYN and FIN, urgent data of no length": (
        [tcp(SYN | FIN), tcp(ACK | URG, 80)], [scan("TCP other flags", "unanswered", "made by hand")] * 2),
    "options of a SYN without one": (
        [tcp(ACK, tcp_options=ONLY_MSS["tcp_options"]), syn(22, dst=C)],
        [scan("TCP ACK", "unanswered", "made by hand"), scan("TCP connect", "unanswered", "scanning source")]),
    "given up before the end of the handshake": (
        [p for port in (22, 23) for p in (syn(port), syn_ack(syn(port)), tcp(RST, port))],
        [scan("TCP SYN", "half-open", "stranger"), NO, scan("TCP SYN", "half-open", "stranger")] * 2),
    "reset before the end of the handshake": (
        [p for port in (22, 23) for p in (syn(port), syn_ack(syn(port)), tcp(RST | ACK, port))],
        [scan("TCP connect", "half-open", "scanning source"), NO, scan("TCP connect", "half-open", "scanning source")] * 2),
    "a SYN without any option is by hand": (
        [syn(made=NO_OPTIONS)], [scan("TCP SYN", "unanswered", "made by hand")]),
    "made by hand has few reasons": (
        [*talk(syn()), Name(A, B), syn(22, made=NO_OPTIONS)], [*TALKS, scan("TCP SYN", "unanswered", "made by hand")]),
    "Nmap's SYN": ([syn(made=NMAP)], [scan("TCP SYN", "unanswered", "made by hand")]),
    "almost Nmap's SYN": (
        [syn(made=ODD_MSS), syn(22, made=ONLY_MSS)], [scan("TCP SYN", "unanswered", "stranger")] * 2),
    "Masscan's SYN": (
        [syn(made={**NO_OPTIONS, "tcp_window": 1024}, ip_id=(int(B) ^ 443 ^ 1000) & 0xffff)],
        [scan("TCP SYN", "unanswered", "made by hand")]),
    "a host that knows nothing of the connection": (
        [syn(made=WINDOWS), syn_ack(syn(made=WINDOWS)), tcp(RST), syn(22, dst=C)],
        [scan("TCP SYN", "half-open", "made by hand"), NO, scan("TCP SYN", "half-open", "made by hand"),
         STRANGER]),
    "a host that has timestamps, and resets": (
        [syn(), syn_ack(syn()), tcp(RST)], [scan("TCP SYN", "half-open", "stranger"), NO] + [
            scan("TCP SYN", "half-open", "stranger")]),
    "by hand at four contacts": (
        [*talk(syn(dst=C)), *four(lambda port: syn(port, made=NO_OPTIONS)), syn(80, dst=D)],
        [*TALKS] + [scan("TCP SYN", "unanswered", "made by hand")] * 4 + [
            scan("TCP connect", "unanswered", "scanning source")]),
    "four failed contacts, no line": (
        [syn(22, dst=B), syn(23, dst=C), syn(25, dst=D), syn(80, dst=E)],
        [scan("TCP connect", "unanswered", "scanning source")] * 4),
    "four failed contacts, no line, and credit": (
        [*talk(syn(dst=F)), syn(22, dst=B), syn(23, dst=C), syn(25, dst=D), syn(80, dst=E)],
        [*TALKS] + [quiet("client")] * 4),
    "a line of four, and more than credit in it": (
        [*talk(syn(dst=F)), *[syn(dst=dst) for dst in (B, C, D, E)]],
        [*FOLLOWS] + [scan("TCP connect", "unanswered", "scanning source")] * 4),
    "a line of four, and no more than credit in it": (
        [p for n in range(4) for p in talk(syn(dst=ip_address(f"192.0.2.{20 + n}")))] + [
            syn(dst=dst) for dst in (B, C, D, E)],
        [*TALKS] * 4 + [quiet("client")] * 4),
    "a line of four, and no more than conversations with one of its contacts": (
        [p for n in range(4) for p in talk(syn(dst=F, sport=50001 + n))] + [syn(dst=dst) for dst in (B, C, D, E)],
        [*TALKS] * 4 + [quiet("client")] * 4),
    "two contacts reset": (
        unused(syn(22)) + unused(syn(23)),
        [scan("TCP connect", "connected", "scanning source"), NO] + [
            scan("TCP connect", "connected", "scanning source")] * 2
        + [scan("TCP connect", "connected", "scanning source"), NO] + [
            scan("TCP connect", "connected", "scanning source")] * 2),
    "two contacts reset, and two used": (
        unused(syn(22)) + unused(syn(23)) + talk(syn(22, dst=C)) + talk(syn(23, dst=D)),
        [quiet("client"), NO, quiet("client"), quiet("client")] * 2 + [*TALKS] * 2),
    "looked before it talked": (
        [syn(22), syn_ack(syn(22)), seg(syn(22), RST | ACK), *talk(syn(22, sport=50001)), syn(80, dst=C)],
        [scan("TCP connect", "half-open", "stranger"), NO, scan("TCP connect", "half-open", "stranger"), *TALKS, STRANGER]),
    "looked before it talked for long": (
        [syn(22), syn_ack(syn(22)), seg(syn(22), RST | ACK), *talk(syn(22, sport=50001), times=31), syn(80, dst=C)],
        [quiet("client"), NO, quiet("client"), *TALKS] + [quiet("conversation")] * 30 + [quiet("client")]),
    "pings give no credit": ([ping(), reply(ping()), syn()], [quiet("conversation"), NO, STRANGER]),
}

RESPONSES = {
    "responses": (
        [tcp(SYN_ACK, 50000, sport=443), tcp(RST, 50000, sport=80), tcp(RST | ACK, 50000, sport=81), sctp(INIT_ACK, dst=C),
         sctp(ABORT, dst=D), sctp(SHUTDOWN_COMPLETE, dst=E), ping(kind=0), error(syn(src=F, dst=A)),
         udp(sport=53, head=ANSWER, dst=F)], [RESPONSE] * 9),
    "errors about no flow": (
        [error(ip(47)), error(offer(dst=E)), error(udp(dst=MDNS)), error(udp(4789))], [NO] * 4),
    "the target had begun a flow": (
        [syn(22, src=B, dst=A), tcp(SYN_ACK, 50000, sport=443)], [STRANGER, quiet("talking")]),
    "the target had begun one to another with the same ports": (
        [syn(443, src=B, dst=C), tcp(SYN_ACK, 50000, sport=443)], [STRANGER, quiet("talking")]),
    "odd responses, from two ports": (
        [tcp(SYN_ACK, port, sport=sport) for sport, port in ((50000, 22), (50000, 23), (50000, 25), (50001, 80))],
        [quiet("old connection")] * 4),
    "three sources from a port": (
        [udp(src=src, sport=32767, dport=port) for src, port in ((A, 1024), (A2, 1025), (A3, 1024))], [REFLECTION] * 3),
    "three sources from a port to one other": (
        [udp(src=src, sport=5060, dport=5061) for src in (A, A2, A3)], [scan("UDP", "unanswered", "stranger")] * 3),
    "three sources from a port to the same": (
        [udp(src=src, sport=5060, dport=5060) for src in (A, A2, A3)], [scan("UDP", "unanswered", "stranger")] * 3),
    "three sources that say something else each": (
        [udp(src=src, sport=5060, dport=5061, head=head) for src, head in ((A, b"1234"), (A2, b"1299"), (A3, b"1334"))] + [
            udp(src=A, sport=5060, dport=5062, head=b"1444")],
        [scan("UDP", "unanswered", "stranger")] * 4),
    "three sources, of which one is answered": (
        [udp(src=src, sport=5060, dport=port) for src, port in ((A, 5061), (A2, 5062), (A3, 5061))] + [
            back(udp(src=A3, sport=5060, dport=5061))], [REFLECTION] * 2 + [quiet("conversation"), NO]),
    "two sources from a port": (
        [udp(src=src, sport=1024, dport=1025) for src in (A, A2)], [scan("UDP", "unanswered", "stranger")] * 2),
    "three sources from a high port": (
        [udp(src=src, sport=32768, dport=port) for src, port in ((A, 1024), (A2, 1025), (A3, 1024))], [scan("UDP", "unanswered", "stranger")] * 3),
    "three sources to a low port": (
        [udp(src=src, sport=1022, dport=port) for src, port in ((A, 1023), (A2, 1021), (A3, 1023))], [scan("UDP", "unanswered", "stranger")] * 3),
    "payload that only met a RST, of three": (
        [p for src, port in ((A, 50000), (A2, 50001), (A3, 50000)) for p in (
            tcp(PSH | ACK, port, src=src, sport=80, payload=9), back(tcp(RST, port, src=src, sport=80)))],
        [REFLECTION, NO] * 3),
    "payload that only met a RST, at one port": (
        [p for src in (A, A2, A3) for p in (tcp(PSH | ACK, src=src, payload=9), back(tcp(RST, src=src)))],
        [quiet("from the middle"), NO] * 3),
    "payload that only met a RST, of two": (
        [p for src, port in ((A, 50000), (A2, 50001)) for p in (
            tcp(PSH | ACK, port, src=src, sport=80, payload=9), back(tcp(RST, port, src=src, sport=80)))],
        [quiet("from the middle"), NO] * 2),
    "a client's responses": (
        [tcp(SYN_ACK, 9999, sport=32768), tcp(RST, 1023, sport=1024)], [quiet("old connection")] * 2),
    "a server's responses": (
        [tcp(SYN_ACK, 10000, sport=32768), tcp(RST, 9999, sport=32767)], [RESPONSE] * 2),
    "odd responses": (
        four(lambda port: tcp(SYN_ACK, port)), [scan("TCP other flags", "unanswered", "odd responses")] * 4),
    "odd responses, and as many others": (
        four(lambda port: tcp(SYN_ACK, port)) + four(lambda port: tcp(SYN_ACK, port + 10000, sport=80)),
        [quiet("old connection")] * 4 + [RESPONSE] * 4),
    "the other side goes on": ([tcp(SYN_ACK), back(tcp(ACK))], [quiet("from the middle")] * 2),
    "the other side resets": ([tcp(SYN_ACK, 50000, sport=80), tcp(RST, 80, src=B, dst=A)], [RESPONSE, NO]),
    "the same side goes on": (
        [tcp(SYN_ACK), tcp(ACK)], [quiet("from the middle")] * 2),
    "the same side resets": ([tcp(SYN_ACK, 50000, sport=80), tcp(RST, 50000, sport=80)], [RESPONSE] * 2),
    "a refusal before its request": (
        [tcp(RST | ACK, 50000, sport=80), tcp(SYN, 80, src=B, dst=A, **LINUX)],
        [quiet("from the middle"), scan("TCP connect", "refused", "stranger")]),
    "replies in both directions": ([ping(kind=14), back(ping(kind=14))], [RESPONSE, NO]),
    "not a SYN in answer to a reset": (
        [tcp(RST, 50000, sport=80), tcp(FIN | PSH | URG, 80, src=B, dst=A), tcp(SYN, 80, src=B, dst=A, **LINUX)],
        [quiet("from the middle"), quiet("from the middle"), STRANGER]),
    "a request after its reply": (
        [ping(kind=0), back(ping())], [quiet("from the middle"), quiet("conversation")]),
}

VERDICTS = {
    "outward": ([syn(src=PRIVATE)], [quiet("outward")]),
    "outward, and used": (talk(syn(src=ULA, dst=V6)), [quiet("outward"), NO] + [quiet("outward")] * 2),
    "between private addresses": ([syn(src=PRIVATE, dst=CARRIER)], [quiet("local")]),
    "outward, by hand": ([syn(src=PRIVATE, made=NO_OPTIONS)], [scan("TCP SYN", "unanswered", "made by hand")]),
    "outward, a line of 24": ([syn(n, src=PRIVATE) for n in range(24)], [quiet("outward")] * 24),
    "outward, a line of 25": (
        [syn(n, src=PRIVATE) for n in range(25)], [scan("TCP connect", "unanswered", "scanning source")] * 25),
    "from private, with home networks": ([syn(src=PRIVATE)], [STRANGER], AT_HOME),
    "tails": (four(lambda port: tcp(ACK, port)), [scan("TCP ACK", "unanswered", "tails")] * 4),
    "tails of two kinds": (
        [tcp(ACK, 22), tcp(ACK, 23), tcp(FIN | ACK, 25), tcp(FIN | ACK, 80)], [quiet("too few tails")] * 4),
    "protocols": ([ip(n) for n in (50, 51, 88, 89)], [scan("IP protocol", "unanswered", "tails")] * 4),
    "tails make a scanning source": (
        [*four(lambda port: tcp(ACK, port)), syn(), tcp(FIN | ACK, 25)],
        [scan("TCP ACK", "unanswered", "tails")] * 4 + [scan("TCP connect", "unanswered", "scanning source"),
         scan("TCP Maimon", "unanswered", "scanning source")]),
    "banner of a stranger": (banner(syn()), [quiet("conversation"), NO] + [quiet("conversation")] + [NO] + [
        quiet("conversation")]),
    "banners of a scanning source": (
        banner(syn(22)) + banner(syn(23)),
        [scan("TCP connect", "connected", "scanning source"), NO, scan("TCP connect", "connected", "scanning source"), NO,
         scan("TCP connect", "connected", "scanning source")] * 2),
    "banner in a dark network": (banner(syn()), [scan("TCP connect", "connected", "dark"), NO] + [
        scan("TCP connect", "connected", "dark"), NO, scan("TCP connect", "connected", "dark")], DARK),
    "follow-up of an earlier failure": (
        [tcp(FIN, 22), syn(), syn_ack(syn()), *talk(syn(sport=50001))],
        [scan("TCP FIN", "unanswered", "made by hand"), scan("TCP connect", "half-open", "scanning source"), NO, *FOLLOWS]),
    "conversation to its credit of a scanning source": (
        [tcp(FIN), *talk(syn(sport=50001))], [scan("TCP FIN", "unanswered", "made by hand"), *TALKS]),
    "conversation elsewhere of a scanning source": (
        [tcp(FIN), *talk(syn(dst=C))], [scan("TCP FIN", "unanswered", "made by hand"), *TALKS]),
    "lasting conversation of a scanning source": (
        [tcp(FIN), *talk(syn(sport=50001), times=31)],
        [scan("TCP FIN", "unanswered", "made by hand"), *TALKS] + [quiet("conversation")] * 30),
    "conversation of a tool": (
        [tcp(FIN), *talk(syn(22, dst=C, made=NMAP))], [scan("TCP FIN", "unanswered", "made by hand"), *FOLLOWS]),
    "ping of a scanning source": (
        [tcp(FIN), ping(), reply(ping()), ping(dst=C), reply(ping(dst=C))],
        [scan("TCP FIN", "unanswered", "made by hand"), scan("ICMP echo", "conversation", "follow-up"), NO,
         quiet("conversation"), NO]),
    "ping at home": ([ping(), reply(ping())], [scan("ICMP echo", "conversation", "exposed ping"), NO], AT_HOME),
    "ping at home, of a client": (
        [*talk(syn()), ping(), reply(ping())], [*TALKS, quiet("conversation"), NO], AT_HOME),
    "ping where three have failed": (
        [syn(src=src) for src in (A2, A3, A4)] + [ping(), reply(ping())],
        [STRANGER] * 3 + [scan("ICMP echo", "conversation", "exposed ping"), NO]),
    "ping where two have failed": (
        [syn(src=src) for src in (A2, A3)] + [ping(), reply(ping())], [STRANGER] * 2 + [quiet("conversation"), NO]),
    "ping where three have pinged": (
        [ping(src=src) for src in (A2, A3, A4)] + [ping(), reply(ping())],
        [scan("ICMP echo", "unanswered", "stranger")] * 3 + [quiet("conversation"), NO]),
    "dark": (talk(syn()), [scan("TCP connect", "conversation", "dark"), NO] + [
        scan("TCP connect", "conversation", "dark")] * 2, DARK),
    "dark, whatever the source is": (
        [*talk(syn()), ping(), reply(ping())],
        [scan("TCP connect", "conversation", "dark"), NO] + [scan("TCP connect", "conversation", "dark")] * 2 + [
            scan("ICMP echo", "conversation", "dark"), NO], DARK),
    "dark, and not asked for": ([Name(A, B), syn(), syn(22)], [STRANGER] * 2, DARK),
    "dark, and from before": ([tcp(ACK, tcp_options=TIMESTAMPS)], [quiet("old connection")], DARK),
    "tails of UDP": (
        four(lambda port: udp(port, sport=1023)), [scan("UDP", "unanswered", "tails")] * 4),
    "client": ([*talk(syn()), syn(22, dst=C)], [*TALKS, quiet("client")]),
    "local": (
        [syn(src=V6, dst=V6_NEAR), syn(src=V6, dst=V6_FAR)], [quiet("local"), STRANGER]),
    "local, from loopback": ([syn(src=LOOP, dst=PRIVATE)], [quiet("local")]),
    "from loopback, with home networks": ([syn(src=LOOP)], [STRANGER], AT_HOME),
}

CASES = {**FLOWS, **INNOCENT, **SOURCES, **RESPONSES, **VERDICTS}
assert len(CASES) == sum(map(len, (FLOWS, INNOCENT, SOURCES, RESPONSES, VERDICTS)))
