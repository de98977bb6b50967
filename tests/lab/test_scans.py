# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The scans that an ordinary line sees most: every probe found, with its scanner, target and port."""
import pytest

import lab
import runs
from packets import ACK, ICMP, ICMP6, SYN, TCP
from runs import Row

# Open, refused and silently dropped ports (lab.py).
PORTS = (*lab.OPEN_TCP, *range(1000, 1020), *range(9000, 9010))
SWEEP = tuple(f"192.0.2.{host}" for host in range(8, 24))               # two of them live
SWEEP6 = tuple(f"2001:db8:1::{host:x}" for host in range(0x8, 0x18))    # two of them live

NMAP = "nmap -n -T4 --max-retries 1 --min-rate 300"
# masscan's receiving thread hangs on a line that is silent; its work is done when it waits.
MASSCAN = "masscan --adapter eth0 --adapter-ip {mine} --router-mac {gateway} --rate 500 --wait 0"
MASSCAN_DONE = "100.00% done, waiting"


def host_discovery(opening):
    """nmap -sn without options: echo, SYN to 443, ACK to 80, timestamp."""
    if opening.protocol == TCP:
        return {SYN: "TCP SYN", ACK: "TCP ACK"}[opening.flags]
    return {(ICMP, 8): "ICMP echo", (ICMP, 13): "ICMP timestamp", (ICMP6, 128): "ICMP echo"}[
        opening.protocol, opening.icmp_type]


def half_open_or_connect(opening):
    """The SYN of nmap's own making has no options but MSS; the kernel's, for a connect, has more."""
    return "TCP SYN" if len(opening.raw) <= 14 + 20 + 24 else "TCP connect"


SILENT_HOSTS = tuple(f"192.0.2.{host}" for host in range(20, 28))

ROWS = [
    # The scanner's kernel resets each half-open connection: a packet of the initiator in a scan's flow.
    Row("nmap-syn", NMAP + " -Pn -sS -p {ports} {targets}", "TCP SYN", tool="Nmap", ports=PORTS),
    Row("nmap-syn-ipv6", NMAP + " -6 -Pn -sS -p {ports} {targets}", "TCP SYN", tool="Nmap", ip=6, ports=PORTS),
    Row("masscan", MASSCAN + " -p {ports} {targets}", "TCP SYN", tool="Masscan", ports=PORTS,
        separator=",", until=MASSCAN_DONE),
    # What is open is then asked what it is: conversations, but a scanner's.
    Row("nmap-version", NMAP + " -Pn -sS -sV --version-intensity 0 -p {ports} {targets}", half_open_or_connect,
        may_be=frozenset({"Nmap"}), ports=PORTS),
    # Masscan's fingerprint is an IP ID, which IPv6 has not.
    Row("masscan-ipv6", MASSCAN + " -p {ports} {targets}", "TCP SYN", may_be={"Masscan"}, ip=6, ports=PORTS,
        separator=",", until=MASSCAN_DONE),
    Row("ping-sweep", NMAP + " -sn -PE {targets}", "ICMP echo", may_be={"Nmap"}, targets=SWEEP),
    Row("ping-sweep-ipv6", NMAP + " -6 -sn -PE {targets}", "ICMP echo", may_be={"Nmap"}, ip=6, targets=SWEEP6),
    # Silent hosts: a live one would spare itself the other three probes.
    Row("host-discovery", NMAP + " -sn {targets}", host_discovery, may_be={"Nmap"}, targets=SILENT_HOSTS,
        contacts=frozenset((host, port) for host in SILENT_HOSTS for port in (None, 80, 443))),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_probe_is_found_and_nothing_else(check, row):
    check(row)


def test_an_ordinary_line_is_silent(line, tshark, workdir):
    """No scanner at all: not a frame is noise."""
    found = runs.quiet(line, workdir)
    assert len(found.frames) > 100
    assert runs.mistakes(found, runs.verdicts(tshark, found.pcap)) == []
