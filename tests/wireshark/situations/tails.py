# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left of connections older than the capture, connections seen from one side, and odd middles."""
from situations.story import LINUX, PAD, WINDOWS, situation

ME, ME6 = "203.0.113.21", "2001:db8:21::9"


def stamp(n):
    return (PAD, PAD, ("Timestamp", (7000 + n * 13, 9000 + n)))


@situation("one low port to many high ports of one host: a web server that closes what a browser left open")
def tails_of_a_web_server(s):
    for n in range(9):
        alert = b"\x15\x03\x03\x00\x13" + bytes(19)
        for flags, payload in (("FA", b""), ("FPA", alert), ("PA", bytes(31)))[:1 + n % 3]:
            s.tcp("198.51.100.40", ME, 443, 50100 + 7 * n, flags, payload, options=stamp(n), seq=90 * n, ack=5)
            s.wait(0.4)


@situation("the same from a mail server whose system has no timestamps: the ports say it")
def tails_without_timestamps(s):
    for n in range(6):
        s.tcp("198.51.100.41", ME, 993, 51000 + n, "FA", seq=n, ack=8)
        s.wait(11)
        s.tcp("198.51.100.41", ME, 993, 51000 + n, "FA", seq=n, ack=8)


@situation("several servers end their last connections: two tails each, with timestamps and no SYN")
def tails_of_seven_servers(s):
    for n in range(7):
        for port in (52001, 52002):
            s.tcp(f"198.18.7.{n + 1}", ME, 443, port + 10 * n, "FA", options=stamp(n), seq=77, ack=9)


@situation("a browser that quits: FIN/ACKs with timestamps, each from a port of its own. No Maimon scan")
def browser_quits(s):
    for n in range(8):
        s.tcp(ME, f"198.18.8.{n + 1}", 53000 + n, 443, "FA", options=stamp(n), seq=5, ack=6)
    s.wait(1)
    for n in range(4):
        s.tcp(ME, f"198.18.8.{n + 1}", 53000 + n, 443, "FA", options=stamp(n), seq=5, ack=6)


@situation("a client's RST from an ephemeral port to a service port answers something old: no backscatter")
def client_resets_old_connections(s):
    for n in range(4):
        s.converse(ME, f"198.18.9.{n + 1}", 443)
    for n in range(2):
        s.tcp(ME, f"198.18.9.{n + 20}", 53100 + n, 443, "R", seq=5)


@situation("RFC 9293, 3.8.4: keep-alives of a session whose peer has gone; at the end nobody answers")
def keep_alives(s):
    for n in range(3):
        s.tcp(ME, "198.51.100.42", 41888, 5432, "A", options=stamp(n), seq=999, ack=50)
        s.tcp("198.51.100.42", ME, 5432, 41888, "A", options=stamp(n), seq=50, ack=1000)
        s.wait(75)
    for n in range(9):
        s.tcp(ME, "198.51.100.42", 41888, 5432, "A", options=stamp(n), seq=999, ack=50)
        s.wait(75)


@situation("a restarted server: a client goes on with its old connection and meets RST")
def restarted_server(s):
    for n in range(4):
        s.tcp(ME, "198.51.100.43", 41900 + n, 6379, "PA", b"*1\r\n$4\r\nPING\r\n", options=stamp(n), seq=10, ack=20)
        s.tcp("198.51.100.43", ME, 6379, 41900 + n, "R", seq=20)
        s.wait(0.5)
        s.converse(ME, "198.51.100.43", 6379)


@situation("RFC 6056 and TIME_WAIT: the same ports again, whose old connection still answers with an ACK")
def reused_ports(s):
    s.converse(ME, "198.51.100.44", 8080, sport=42000)
    s.wait(20)
    again = s.open(ME, "198.51.100.44", 8080, sport=42000)
    again.syn()
    s.tcp("198.51.100.44", ME, 8080, 42000, "A", options=stamp(1), seq=99, ack=77)      # a challenge (RFC 5961)
    again.reset()
    s.wait(1)
    again.shake().talk().close()


@situation("a capture at one of two ways: only the servers' packets, five downloads from five servers")
def one_way_downloads(s):
    for n in range(5):
        server, port = f"198.18.10.{n + 1}", 54000 + n
        s.tcp(server, ME, 443, port, "SA", options=LINUX, seq=100, ack=51)
        s.tcp(server, ME, 443, port, "A", options=stamp(n), seq=101, ack=500)
        for k in range(6):
            s.tcp(server, ME, 443, port, "PA", bytes(900), options=stamp(n + k), seq=101 + 900 * k, ack=500)
        s.tcp(server, ME, 443, port, "FA", options=stamp(n), seq=5501, ack=600)


@situation("the other way of the same: only the client's packets, with payload after the handshake")
def one_way_requests(s):
    for n in range(5):
        server, port = f"198.18.11.{n + 1}", 54100 + n
        s.tcp(ME, server, port, 443, "S", options=LINUX, seq=100)
        s.tcp(ME, server, port, 443, "A", options=stamp(n), seq=101, ack=600)
        for k in range(3):
            s.tcp(ME, server, port, 443, "PA", bytes(200), options=stamp(n + k), seq=101 + 200 * k, ack=601 + 900 * k)
        s.tcp(ME, server, port, 443, "FA", options=stamp(n), seq=701, ack=5501)


@situation("RFC 9000: servers go on with short headers after the browser has gone; its host has no such port")
def quic_tails(s):
    for n in range(6):
        for k in range(2):
            short = bytes([0x43 + n, k]) + bytes(range(40))
            sent = s.udp(f"198.18.12.{n + 1}", ME, 443, 55000 + 3 * n, short, "-|back")
            s.unreachable(ME, sent)
            s.wait(0.7)


@situation("the same over IPv6, from one server to several ports, with nobody to complain")
def quic_tails_v6(s):
    for n in range(6):
        s.udp("2001:db8:12::1", ME6, 443, 55100 + n, bytes([0x51, n]) + bytes(range(30)), "-|back")


@situation("RFC 9000, 9.3: a NAT forgets; the client goes on from another port, the server tries the old one")
def nat_rebinding(s):
    for n in range(4):
        s.udp(ME, "198.51.100.45", 55200, 443, bytes([0x45, n]) + bytes(50))
        s.udp("198.51.100.45", ME, 443, 55200, bytes([0x46, n]) + bytes(90))
    s.wait(90)
    for n in range(4):
        s.udp("198.51.100.45", ME, 443, 55200, bytes([0x47, n]) + bytes(90))
        s.udp(ME, "198.51.100.45", 55931, 443, bytes([0x48, n]) + bytes(50))
        s.udp("198.51.100.45", ME, 443, 55931, bytes([0x49, n]) + bytes(90))


@situation("RFC 8981: a temporary address ends; servers still send to the old one, the client uses the new one")
def privacy_address_changes(s):
    old, new = "2001:db8:21::aaaa:1", "2001:db8:21::bbbb:2"
    for n in range(3):
        s.open(old, f"2001:db8:13::{n + 1}", 443, sport=56000 + n).shake().talk()
    s.wait(5)
    for n in range(3):
        s.converse(new, f"2001:db8:13::{n + 1}", 443)
        for k in range(3):
            s.tcp(f"2001:db8:13::{n + 1}", old, 443, 56000 + n, "PA", bytes(80), options=stamp(k), seq=1, ack=2)


@situation("RFC 7413: the whole message rides in the SYN, whose answer acknowledges it")
def fast_open_upload(s):
    for n in range(5):
        sent = s.open(ME, "198.51.100.46", 6514, options=(*LINUX, ("TFO", (0xA1B2C3D4, 0xE5F60718))))
        sent.syn(payload=b"<13>1 2024-01-16T10:13:20Z host app - - - line %d\n" % n).syn_ack().close()
        s.wait(3)


@situation("a middlebox cuts connections off: RSTs in both directions, whose ends did not send them")
def injected_resets(s):
    for n in range(5):
        cut = s.open(ME, f"198.18.14.{n + 1}", 443).shake().send()
        for k in range(3):
            s.tcp(cut.server, ME, 443, cut.sport, "RA", seq=cut.peer + 1460 * k, ack=cut.seq, header={"ttl": 41})
        s.tcp(ME, cut.server, cut.sport, 443, "RA", seq=cut.seq, ack=cut.peer, header={"ttl": 99})
        s.tcp(cut.server, ME, 443, cut.sport, "PA", bytes(500), options=stamp(n), seq=cut.peer, ack=cut.seq)


@situation("RFC 4987: a server under load repeats its SYN/ACK, the client its handshake's end; then they talk")
def lost_handshakes(s):
    for n in range(4):
        lossy = s.open(ME, f"198.18.15.{n + 1}", 80, options=WINDOWS).syn(2).syn_ack()
        s.wait(1)
        lossy.peer -= 1
        lossy.syn_ack().ack_it().talk().close()
