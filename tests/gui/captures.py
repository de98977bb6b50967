# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures for the tests on the running Wireshark."""
import struct

LINKTYPE_IP = 101
RECORD = 16 + 40                # bytes of a packet and its header in the file


def telescope(packets):
    """A pcap of that many SYNs, each a flow of its own, from a quarter as many sources."""
    file = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_IP)]
    for n in range(packets):
        source, port = (198 << 24) + (18 << 16) + n // 4, 1024 + n % 60000
        header = struct.pack(">BBHHHBBHII", 0x45, 0, 40, n & 0xFFFF, 0, 50, 6, 0, source, 0xC0000201 + n % 4)
        segment = struct.pack(">HHIIBBHHH", port, 23, n, 0, 0x50, 2, 1024, 0, 0)
        file += [struct.pack("<IIII", 1_600_000_000 + n // 100, 0, 40, 40), header, segment]
    return b"".join(file)
