# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture of scanners, the folder for label files, and how the scanners are labelled: for the tests of labels."""
import json

import pytest

from builders import START, World, line, pcap

V4, V6 = World(4), World(6)
ONE, TWO, SIX = V4.scanner(1), V4.scanner(2), V6.scanner(1)
HEADING = "tshark: Scan Noise labels that cannot be used:"


@pytest.fixture
def scans(workdir):
    """A capture: two scanners over IPv4 and one over IPv6; the first one tries two ports."""
    packets = [V4.tcp(ONE, V4.router, "S", dport=22), V4.tcp(ONE, V4.router, "S", dport=23),
               V4.tcp(TWO, V4.target(100), "S", dport=23), V6.udp(SIX, V6.router, dport=53)]
    return write(workdir / "scans.pcap", packets)


def write(path, packets):
    path.write_bytes(pcap([(START + n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    return path


@pytest.fixture
def folder(programs):
    """The folder of label files in the personal configuration."""
    path = programs.with_plugin / ".config/wireshark/scannoise"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def labels(tshark, scans):
    """labels(...) -> {scanner: label} as the fields say, of the capture of scans."""
    def run(*args, path=scans, **keywords):
        done = tshark("-2", "-r", path, "-Y", "scannoise.scan", "-T", "json", "-e", "scannoise.scanner",
                      "-e", "scannoise.scanner6", "-e", "scannoise.scanner.label", *args, **keywords)
        frames = [frame["_source"]["layers"] for frame in json.loads(done.stdout)]
        return {(frame.get("scannoise.scanner") or frame["scannoise.scanner6"])[0]:
                frame.get("scannoise.scanner.label", [""])[0] for frame in frames}
    return run
