# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that call back, and clients that come again and again: checks, monitors, devices that report."""
from situations.story import MSS_ONLY, WINDOWS, situation

SERVER, OTHER = "203.0.113.23", "203.0.113.24"


@situation("RFC 1413: a mail server asks its clients' port 113 while they are waiting; firewalls drop or refuse")
def ident_of_a_mail_server(s):
    for n in range(10):
        client = f"198.18.60.{n + 1}"
        mail = s.open(client, SERVER, 25).shake()
        if n % 2:
            s.unanswered(SERVER, client, 113)
        else:
            s.refused(SERVER, client, 113)
        mail.reply(b"220 mail.example ESMTP\r\n").talk(4).close()


@situation("RFC 959: the data connection comes from port 20 and meets the client's firewall")
def active_ftp(s):
    for n in range(6):
        client = f"198.18.61.{n + 1}"
        control = s.open(client, SERVER, 21).shake().reply(b"220 ready\r\n").talk(3)
        s.unanswered(SERVER, client, 50000 + n, sport=20)
        control.talk(1).close()


@situation("a mail server checks senders' addresses at the hosts that deliver; those only deliver")
def callout(s):
    for n in range(7):
        host = f"198.18.62.{n + 1}"
        s.converse(host, SERVER, 25, rounds=4)
        s.unanswered(SERVER, host, 25)


@situation("a load balancer checks three ports every five seconds: connect, and RST")
def balancer_checks(s):
    for _ in range(12):
        for balancer in ("198.51.100.81", "198.51.100.82"):
            for port in (80, 443, 8443):
                s.open(balancer, SERVER, port).shake().abort()
        s.wait(5)


@situation("a monitor that closes its checks politely, every half minute, of four services on two hosts")
def uptime_monitor(s):
    for _ in range(20):
        for host, port in ((SERVER, 22), (SERVER, 443), (OTHER, 25), (OTHER, 993)):
            s.open("198.51.100.83", host, port, options=WINDOWS).shake().close()
        s.wait(30)


@situation("the checked service is down for a while: refused, then back")
def monitored_service_goes_down(s):
    for n in range(15):
        for port in (80, 8080):
            if port == 8080 and 5 <= n < 9:
                s.refused("198.51.100.84", SERVER, port)
            else:
                s.open("198.51.100.84", SERVER, port).shake().close()
        s.wait(20)


@situation("a ping monitor: twelve hosts every minute, four of them down; it also reads a page of one")
def ping_monitor(s):
    monitor = "203.0.113.30"
    s.converse(monitor, "203.0.113.31", 80)
    for round_ in range(10):
        for n in range(12):
            s.ping(monitor, f"203.0.113.{40 + n}", 500 + n, round_)
            if n % 3:
                s.pong(f"203.0.113.{40 + n}", monitor, 500 + n, round_)
        s.wait(60)


@situation("RFC 5426: four devices, a few lines each from one port, and a collector that never answers")
def syslog_devices(s):
    for line in range(5):
        for n in range(4):
            s.udp(f"203.0.113.{60 + n}", "198.51.100.85", 514, 514, b"<30>device %d: line %d" % (n, line))
            s.wait(100)


@situation("RFC 3416: traps of an agent, each from a new port: one contact, repeated")
def snmp_traps(s):
    for n in range(6):
        trap = "302602010104067075626c6963a719020100020100020100300e300c06082b0601020101030043"
        s.udp("203.0.113.64", "198.51.100.86", 33000 + n, 162, bytes.fromhex(trap) + bytes([n]))
        s.wait(240)


@situation("RFC 7011: a router exports flows to a collector, one way")
def netflow(s):
    for n in range(8):
        s.udp("203.0.113.1", "198.51.100.87", 61234, 2055, b"\0\x09\0\1" + bytes([n]) * 60)
        s.wait(10)


@situation("metrics of a program go to a daemon that never answers")
def statsd(s):
    for n in range(7):
        s.udp("203.0.113.65", "203.0.113.66", 39012, 8125, b"requests:%d|c" % (n + 1))
        s.wait(10)


@situation("a magic packet wakes a host: it sleeps, so it cannot answer; broadcast, and thrice to its address")
def wake_on_lan(s):
    magic = b"\xff" * 6 + bytes.fromhex("00005e005366") * 16
    s.udp("10.7.1.5", "255.255.255.255", 40009, 9, magic, mac="ff:ff:ff:ff:ff:ff")
    for _ in range(3):
        s.udp("10.7.1.5", "10.7.1.66", 40010, 9, magic)
        s.wait(1)


@situation("knocks are what a scan is, or not; the session that they open is none")
def port_knocking(s):
    for port in (7000, 8000, 9000):
        s.open("198.51.100.88", SERVER, port, want="-|scan").syn()
    s.open("198.51.100.88", SERVER, 22).shake().reply(b"SSH-2.0-OpenSSH_9.2\r\n").talk(60, pause=2.0).close()


@situation("many short log-ins are told elsewhere; they are conversations with one service, not scan packets")
def brute_force(s):
    for _ in range(25):
        s.open("198.51.100.89", SERVER, 22).shake().reply(b"SSH-2.0-OpenSSH_9.2\r\n").talk(5).close()


@situation("an address that a P2P program had before us: each peer tries the same dead port again and again")
def leftovers_of_another(s):
    for round_ in range(4):
        for n in range(15):
            s.udp(f"198.18.63.{n + 1}", SERVER, 6881 + 2777 * n, 51413, b"d1:ad2:id20:abcdefghij01234567%02de" % round_)
        s.wait(60)


@situation("Microsoft NLB in multicast mode: clients' frames go to 03:bf, and are conversations all the same")
def balanced_cluster(s):
    for n in range(5):
        s.converse(f"198.18.64.{n + 1}", "203.0.113.70", 443, mac="03:bf:cb:00:71:46")


@situation("and a scan of that cluster is a scan: RFC 9293 has no TCP to a group")
def scan_of_a_balanced_cluster(s):
    for n in range(20):
        s.tcp("198.51.100.90", "203.0.113.70", 45678, 20 + n, "S", want="scan", options=MSS_ONLY, window=1024,
              mac="03:bf:cb:00:71:46", technique="TCP SYN", tool="Nmap")


@situation("in IGMP mode its MAC is a group's, but not the one that RFC 1112 derives from the address")
def scan_of_an_igmp_cluster(s):
    for n in range(8):
        s.udp("198.51.100.91", "203.0.113.71", 45679, 1000 + n, b"", "scan", mac="01:00:5e:7f:71:47", technique="UDP")


@situation("an anonymised capture: link addresses that look like groups say nothing")
def anonymised_link_addresses(s):
    for n in range(12):
        mac = f"{17 + 2 * n:02x}:9a:3c:00:00:01"
        s.tcp("198.51.100.92", f"203.0.113.{100 + n}", 45680, 23, "S", want="scan", mac=mac)


@situation("real groups and broadcasts are nobody's scan: RFC 1112, RFC 2464, ff:ff:ff:ff:ff:ff")
def groups(s):
    for n in range(5):
        s.udp("203.0.113.72", "239.1.2.3", 33100 + n, 9999, mac="01:00:5e:01:02:03")
        s.udp("2001:db8:23::1", "ff02::1:3", 33200 + n, 5355, mac="33:33:00:01:00:03")
        s.udp("203.0.113.72", "203.0.113.255", 33300 + n, 1234, mac="ff:ff:ff:ff:ff:ff")
