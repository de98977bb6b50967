# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself: what the other tests here take for granted."""
import subprocess

import pytest

import lab
import packets
import runs
from test_scans import ROWS


def namespaces():
    return set(path.name for path in lab.NETNS_FOLDER.glob(lab.PREFIX + "-*"))


def test_nothing_leads_out(line):
    """No host has a default route, or an interface but its own and loopback."""
    for host in (line.home, line.client, line.server, line.scanner):
        for family in ("-4", "-6"):
            assert host.ip(family, "route", "show", "default") == ""
        names = {text.split(": ")[1].split("@")[0] for text in host.ip("-o", "link", "show", "up").splitlines()}
        assert names == {"lo", "eth0"}


def test_a_failure_leaves_nothing_behind(line):
    before = namespaces()
    with pytest.raises(ZeroDivisionError), lab.line() as second:
        pids = lab.ip("netns", "pids", second.home.netns).split()
        assert namespaces() > before and pids
        1 / 0
    assert namespaces() == before
    assert not [pid for pid in pids if subprocess.run(["kill", "-0", pid], capture_output=True).returncode == 0]


@pytest.mark.parametrize("row", ROWS[:2], ids=lambda row: row.name)
def test_our_parser_agrees_with_tshark(line, fields, workdir, row):
    """Two readers of one capture, written apart: without this a bug in packets.py would be the truth."""
    found = runs.run(line, row, workdir)
    theirs = fields(found.pcap, "", "frame.number", "eth.src", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "ip.proto",
                    "ipv6.nxt", "tcp.dstport", "udp.dstport", "tcp.flags", "icmp.type", "icmpv6.type", plugin=False)
    # Chatter is left out: its extension headers are beyond our parser.
    ours = [frame for frame in found.frames if not frame.is_chatter]
    assert len(found.frames) == len(theirs) and len(ours) > len(found.scan) > 100
    assert [as_tshark(frame) for frame in ours] == [normal(theirs[frame.number - 1]) for frame in ours]


def as_tshark(frame):
    """What the parser knows, in the shape of normal()."""
    return (frame.number, frame.mac, frame.source or "", frame.target or "", frame.protocol, frame.port, frame.flags,
            frame.icmp_type)


def normal(row):
    number, mac, source4, source6, target4, target6, protocol4, protocol6, tcp, udp, flags, icmp, icmp6 = row
    integer = (lambda *texts: next((int(text, 0) for text in texts if text), None))
    return (int(number), mac, source4 or source6, target4 or target6, integer(protocol4, protocol6), integer(tcp, udp),
            integer(flags), integer(icmp, icmp6))
