# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of real scanners and of ordinary exchanges that some developers have, made by nobody here.

The oracle is Wireshark itself: who opened a conversation, tcp.completeness, an answered udp.stream.
"""
import pytest

from suite import SHARED

SYN, SYN_ACK, ACK, DATA = 1, 2, 4, 8                # bits of tcp.completeness
USED = SYN | SYN_ACK | ACK | DATA
SCANNERS = {                                        # capture: who scans in it, with which tool at least once
    "masscan-tcp-0-1000.pcap": ("172.31.15.102", "Masscan"),
    "nmap-A-port-80.pcap": ("10.87.1.10", "Nmap"),
    "nmap-version-scan.pcap": ("192.168.1.71", "Nmap"),
    "tcp-scan.pcapng": ("192.168.1.178", None),
}


@pytest.fixture
def opened(suite):
    """opened(name) -> the capture, where the test user can read it."""
    return lambda path: suite.path(f"shared/{path.relative_to(SHARED)}")


def benign():
    return sorted(path for path in (SHARED / "benign").iterdir() if "pcap" in path.name)


# Defined only where the captures are, so that elsewhere nothing is skipped.
if SHARED.is_dir():
    @pytest.mark.parametrize("name", SCANNERS)
    def test_every_probe_of_a_real_scanner_is_found(fields, opened, name):
        scanner, tool = SCANNERS[name]
        path = opened(SHARED / name)
        # ip.src is there twice in an ICMP error, whose first is the error's sender.
        # Its host asks for names meanwhile.
        sent = [row for row in fields(path, "ip && !(eth.dst.ig == 1) && !dns", "ip.src", "scannoise.scan", "scannoise.tool")
                if row[0].split(",")[0] == scanner]
        assert sent and [row for row in sent if not row[1]] == []
        flagged = fields(path, "scannoise.scan", "ip.src")
        assert {row[0].split(",")[0] for row in flagged} == {scanner}
        tools = {row[0] for row in fields(path, f'scannoise.tool != "{tool}"', "scannoise.tool")} if tool else set()
        assert tools == set()

    @pytest.mark.parametrize("path", benign(), ids=lambda path: path.name)
    def test_no_conversation_is_a_scan(fields, opened, path):
        """No TCP connection with a full handshake and payload, no UDP exchange that was answered."""
        rows = fields(opened(path), "tcp || udp", "tcp.stream", "tcp.completeness", "udp.stream", "udp.srcport",
                      "scannoise.scan", "frame.number")
        senders = {}
        for _, _, stream, source, _, _ in rows:
            senders.setdefault(stream, set()).add(source)
        used = [row for row in rows if row[4] and (
            row[0] and all(int(bits) & USED == USED for bits in row[1].split(",") if bits)
            or row[2] and len(senders[row[2]]) > 1)]
        assert used == []
