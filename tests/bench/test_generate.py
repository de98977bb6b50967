# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmarks' captures are what generate.py says they are."""
import struct
from collections import Counter
from itertools import islice

import generate
import pytest

PACKETS = 20_000


def ports_of(kind):
    """(source address, source port, destination port) of a kind's IPv4 packets with ports."""
    for packet in islice(generate.KINDS[kind](PACKETS, 1), PACKETS):
        if packet[0] == 0x45 and packet[9] in (6, 17):
            yield struct.unpack_from(">I", packet, 12)[0], *struct.unpack_from(">HH", packet, 20)


@pytest.mark.parametrize("kind", generate.KINDS)
def test_the_same_arguments_make_the_same_bytes(kind, tmp_path):
    first, second, other = (tmp_path / name for name in ("first", "second", "other"))
    generate.write(first, kind, 500)
    generate.write(second, kind, 500)
    generate.write(other, kind, 501)
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("kind", generate.KINDS)
def test_wireshark_finds_no_fault_in_the_packets(kind, tshark, workdir):
    generate.write(workdir / "some.pcap", kind, 2000)
    checked = [f"{name}.check_checksum" for name in ("ip", "tcp", "udp")]
    faulty = "_ws.malformed || " + " || ".join(f"{name}.checksum.status == 0"
                                              for name in ("ip", "tcp", "udp", "icmp"))
    said = tshark("-r", workdir / "some.pcap", "-Y", faulty, plugin=False, prefs=dict.fromkeys(checked, "TRUE"))
    assert said.stdout == ""


def test_the_mix_has_the_shares_it_promises():
    packets = list(islice(generate.mix(PACKETS, 1), PACKETS))
    v4 = Counter(packet[9] for packet in packets if packet[0] == 0x45)
    assert v4[17] / PACKETS == pytest.approx(0.09, abs=0.01)
    assert v4[1] / PACKETS == pytest.approx(0.02, abs=0.005)
    assert 1 - sum(v4.values()) / PACKETS == pytest.approx(0.01, abs=0.003)


def test_sixty_percent_of_probes_go_to_a_dozen_ports():
    probes = Counter(dport for _, _, dport in ports_of("probes"))
    favourites = {*generate.TCP_PORTS, *generate.UDP_PORTS}
    share = sum(probes[port] for port in favourites) / probes.total()
    assert share == pytest.approx(0.6, abs=0.02)


def test_few_sources_send_most():
    counts = sorted(Counter(src for src, _, _ in ports_of("probes")).values(), reverse=True)
    assert sum(counts[: len(counts) // 100]) > 0.4 * sum(counts) and len(counts) > PACKETS / 10


def test_every_forged_source_is_different():
    assert len({src for src, _, _ in ports_of("spoofed")}) == PACKETS


def low_bits(src, sport):
    return (src ^ sport) & 0x3FF


def exclusive_or(src, sport):
    return (src ^ sport) & 0xFFFF


def multiplicative(src, _sport):
    return (src * 2654435761 & 0xFFFFFFFF) >> 20


def fnv1a(src, sport):
    state = 2166136261
    for byte in struct.pack(">IH", src, sport):
        state = (state ^ byte) * 16777619 & 0xFFFFFFFF
    return state & 0xFFFF


def times_33(src, sport):
    state = 5381
    for byte in struct.pack(">IH", src, sport):
        state = (state * 33 + byte) & 0xFFFFFFFF
    return state & 0xFFFF


HASHES = (low_bits, exclusive_or, multiplicative, fnv1a, times_33)


@pytest.mark.parametrize("chosen, unkeyed", zip(generate.COLLISIONS, HASHES, strict=True),
                         ids=[unkeyed.__name__ for unkeyed in HASHES])
def test_chosen_addresses_and_ports_collide(chosen, unkeyed):
    ends = set(islice(chosen(), 4000))
    assert len(ends) == 4000 and len({unkeyed(*end) for end in ends}) == 1


def test_the_source_flips(tshark, workdir):
    generate.write(workdir / "flip.pcap", "flip", 2000)
    verdicts = tshark("-r", workdir / "flip.pcap", "-T", "fields", "-e", "scannoise.scan",
                      "-Y", "frame.number > 1000 && ip.src == 240.0.0.0/8").stdout
    changes = sum(a != b for a, b in zip(verdicts.splitlines(), verdicts.splitlines()[1:]))
    assert changes > 200
