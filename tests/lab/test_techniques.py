# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each technique with the tools that make it: all probes found, the technique right, no wrong tool.

Where a tool has a documented fingerprint the probe must carry its name (`tool`); elsewhere no name is
right, and so is the tool's own (`may_be`).
"""
import pytest

import lab
from packets import ICMP, ICMP6, SCTP, TCP, UDP
from runs import Row
from test_scans import MASSCAN, MASSCAN_DONE, NMAP, PORTS, SWEEP

UDP_PORTS = (*lab.OPEN_UDP, *range(1000, 1010), *range(9000, 9005))
BLOCK = SWEEP                           # zmap takes networks; this is the same as addresses:
BLOCK_NETS = "192.0.2.8/29 192.0.2.16/29"

# Its blacklist holds the documentation networks, so it gets an empty one, and no configuration.
ZMAP = "zmap -C {empty} -b {empty} -G {gateway} -i eth0 -S {mine} -T 1 -r 300 -c 1 -q -v 1"
# One probe every 5 ms, the port one higher each time.
HPING_COUNT = 30
HPING = f"hping3 -n -q -c {HPING_COUNT} -i u5000"
HPING_PORTS = tuple(range(1000, 1000 + HPING_COUNT))
HPING_TARGET = lab.LIVE[4][:1]


def connect(opening):
    """A connect scan shows itself where the port is open. Elsewhere its SYN is all there is."""
    is_open = opening.port in lab.OPEN_TCP and opening.target in lab.LIVE[opening.version]
    return {"TCP connect"} if is_open else {"TCP connect", "TCP SYN"}


def ip_protocol(opening):
    """nmap -sO sends the protocols it knows with a header of their own: then that technique is right too."""
    own = {TCP: "TCP ACK", UDP: "UDP", ICMP: "ICMP echo", ICMP6: "ICMP echo", SCTP: "SCTP INIT"}
    return {"IP protocol", own.get(opening.protocol, "IP protocol")}


def nmap(name, options, technique, ip=4, ports=PORTS, tool=None):
    six = "-6 " if ip == 6 else ""
    return Row(f"nmap-{name}", f"{NMAP} {six}-Pn {options} -p {{ports}} {{targets}}", technique,
               tool=tool, may_be=frozenset({"Nmap"}), ip=ip, ports=ports)


def nmap_ping(name, options, technique):
    return Row(f"nmap-{name}", f"{NMAP} -sn {options} {{targets}}", technique,
               may_be=frozenset({"Nmap"}), targets=SWEEP)


def zmap(name, options, technique, port=None):
    return Row(f"zmap-{name}", f"{ZMAP} {options} {BLOCK_NETS}", technique, tool="ZMap", targets=BLOCK,
               ports=(port,) if port else ())


def masscan(name, options, technique, **more):
    return Row(f"masscan-{name}", f"{MASSCAN} {options}", technique, may_be=frozenset({"Masscan"}),
               separator=",", until=MASSCAN_DONE, **more)


def hping(name, options, technique, ports=HPING_PORTS):
    options += " -p ++1000" if ports else ""
    return Row(f"hping-{name}", f"{HPING} {options} {{targets}}", technique, may_be=frozenset({"hping"}),
               targets=HPING_TARGET, ports=ports)


def alive6(name, options, technique, ports=()):
    # Asks twice and waits five seconds for those who do not answer: stopped when all has been sent.
    return Row(f"alive6-{name}", f"atk6-alive6 {options} eth0 2001:db8:1::8-17", technique, ip=6,
               targets=tuple(f"2001:db8:1::{host:x}" for host in range(0x8, 0x18)), ports=ports, until=1.5)


ROWS = [
    nmap("connect", "-sT", connect),
    nmap("null", "-sN", "TCP NULL"),
    nmap("fin", "-sF", "TCP FIN"),
    nmap("xmas", "-sX", "TCP Xmas"),
    nmap("maimon", "-sM", "TCP Maimon"),
    nmap("ack", "-sA", "TCP ACK"),
    nmap("window", "-sW", "TCP ACK"),
    nmap("psh-urg", "-sS --scanflags PSHURG", "TCP other flags"),
    nmap("syn-fin", "-sS --scanflags SYNFIN", "TCP other flags"),
    nmap("udp", "-sU", "UDP", ports=UDP_PORTS),
    nmap("sctp", "-sY", "SCTP INIT"),
    nmap_ping("timestamp", "-PP", "ICMP timestamp"),
    nmap_ping("address-mask", "-PM", "ICMP address mask"),
    nmap("connect-ipv6", "-sT", connect, ip=6),
    nmap("udp-ipv6", "-sU", "UDP", ip=6, ports=UDP_PORTS),
    nmap("sctp-ipv6", "-sY", "SCTP INIT", ip=6),
    Row("nmap-ip-protocol", NMAP + " -Pn -sO -p {ports} {targets}", ip_protocol, may_be=frozenset({"Nmap"}),
        ports=tuple(range(256)), by_protocol=True),

    zmap("syn", "-M tcp_synscan -p 8080", "TCP SYN", port=8080),
    zmap("echo", "-M icmp_echoscan", "ICMP echo"),
    zmap("udp", f"-M udp -p {lab.OPEN_UDP[1]} --probe-args=text:hello", "UDP", port=lab.OPEN_UDP[1]),
    zmap("ntp", "-M ntp -p 123", "UDP", port=123),

    masscan("udp", "-p {ports} {targets}", "UDP", ports=UDP_PORTS, port_prefix="U:"),
    masscan("sctp", "-p {ports} {targets}", "SCTP INIT", ports=PORTS[:13], port_prefix="S:"),
    masscan("echo", "--ping {targets}", "ICMP echo", targets=SWEEP),

    hping("syn", "-S", "TCP SYN"),
    hping("null", "", "TCP NULL"),
    hping("fin", "-F", "TCP FIN"),
    hping("xmas", "-F -P -U", "TCP Xmas"),
    hping("maimon", "-F -A", "TCP Maimon"),
    hping("ack", "-A", "TCP ACK"),
    hping("udp", "--udp", "UDP"),
    # A silent target: pings that are answered are what ping does. It ends with status 1 after a second.
    Row("hping-echo", HPING + " --icmp {targets}", "ICMP echo", may_be=frozenset({"hping"}),
        targets=tuple(lab.SILENT[4]), until=1.0),
    alive6("echo", "-p", "ICMP echo"),
    alive6("udp", "-u 1000,9000", "UDP", ports=(1000, 9000)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_technique_and_tool(check, row):
    check(row)
