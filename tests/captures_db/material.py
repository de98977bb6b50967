# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder work with. Not in conftest.py: other folders have one, too, and only one of
them is the module of that name."""
import subprocess
from pathlib import Path

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import PcapNgWriter

from servers import WAIT_S

TESTS = Path(__file__).resolve().parent.parent
REPO_CAPTURES = TESTS / "captures"
TELESCOPE_PACKETS, PARTS = 24_000, 8
SWEEP_PACKETS = 6

VIEWS = {"Capture": "capture", "IP version": "ip_versions", "Techniques": "techniques", "Outcomes": "outcomes",
         "Tools": "tools", "Reasons": "reasons", "Organisations": "organisations", "Networks": "networks",
         "Top ports": "top_ports", "Top scanners": "top_scanners"}
# The page says so, and of countries and systems, which take databases.
NO_VIEWS = {"Also seen", "Asked for", "Backscatter", "Campaigns", "Kinds of organisation"}


def split(capture, folder, packets):
    """Cuts a capture into files of so many packets, which anybody can read."""
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run(["editcap", "-c", str(packets), capture, folder / "part.pcap"], check=True, timeout=WAIT_S)
    for file in [capture, *folder.iterdir()]:
        file.chmod(0o644)


def sweep_capture(path, start=1_700_000_000, network=0):
    """A capture of one scanner, 192.0.2.1, which tries a host of the network each second. @return its path"""
    writer = PcapNgWriter(str(path))    # whose times go beyond the year 2106
    for number in range(SWEEP_PACKETS):
        packet = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
                  / IP(src="192.0.2.1", dst=f"10.0.{network}.{number}") / TCP(sport=40000, dport=23, flags="S"))
        packet.time = start + number
        writer.write(packet)
    writer.close()
    path = Path(path)
    path.chmod(0o644)
    return path
