# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""One filter for either end of a scan: scannoise.addr and scannoise.addr6 with prefixes, scannoise.host for both
IP versions in one field."""
import pytest

from builders import World, line, pcap

V4, V6 = World(4), World(6)
SCANNERS, TARGETS = 2, 5


@pytest.fixture
def matches(fields, workdir):
    """matches(filter) -> (source, destination) of each frame that a capture of scans has of it."""
    packets = [w.tcp(w.scanner(s + 1), w.target(t + 1), "S", sport=40000 + t)
               for w in (V4, V6) for s in range(SCANNERS) for t in range(TARGETS)]
    path = workdir / "scans.pcap"
    path.write_bytes(pcap([(n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    path.chmod(0o644)

    def run(display_filter):
        rows = fields(path, display_filter, "ip.src", "ip.dst", "ipv6.src", "ipv6.dst")
        return [(row[0] or row[2], row[1] or row[3]) for row in rows]
    return run


@pytest.mark.parametrize("w", [V4, V6], ids=["v4", "v6"])
def test_an_address_of_either_version_in_one_field(matches, w):
    assert matches(f"scannoise.host == {w.scanner(1)}") == [(w.scanner(1), w.target(t + 1)) for t in range(TARGETS)]
    assert matches(f"scannoise.host == {w.target(3)}") == [(w.scanner(s + 1), w.target(3)) for s in range(SCANNERS)]


def test_addresses_of_both_versions_in_one_filter(matches):
    found = matches(f"scannoise.host in {{{V4.target(2)}, {V6.scanner(2)}}}")
    assert len(found) == SCANNERS + TARGETS
    assert {V4.target(2), V6.scanner(2)} <= {end for ends in found for end in ends}


def test_prefixes_have_a_field_for_each_version(matches):
    assert len(matches("scannoise.addr == 203.0.113.0/24")) == SCANNERS * TARGETS
    assert len(matches("scannoise.addr6 == 2001:db8:bad::/48")) == SCANNERS * TARGETS
    assert len(matches('scannoise.host contains "203.0.113."')) == SCANNERS * TARGETS
