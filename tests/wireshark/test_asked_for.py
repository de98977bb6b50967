# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What UDP probes ask for: as Wireshark's own dissectors have it, in field, table and JSON, whatever way packets take."""
import json

import pytest
from scapy.layers.inet import UDP
from scapy.packet import Raw

from builders import START, World, line, pcap
from suite import TABLE
from table import parse

COOKIE = "1122334455667788"
V4, V6 = World(4), World(6)
# As Nmap's nmap-payloads, ZMap's examples/udp-probes and SIPVicious send them: port, payload in hexadecimal digits or as
# text, and what Wireshark has in its column Protocol.
PROBES = [
    (53, "1234 0100 0001 0000 0000 0000 07 76657273696f6e 04 62696e64 00 0010 0003", "DNS"),
    (53, "0000 1000 0000 0000 0000 0000", "DNS"),
    (69, b"\0\1a.pdf\0octet\0", "TFTP"),
    (111, "72fe1d13 00000000 00000002 000186a0 00000002 00000000" + 16 * "00", "Portmap"),
    (123, "e3 00 04 fa 0001 0000 0001 0000" + 36 * "00", "NTP"),
    (123, "17 00 03 2a 00000000", "NTP"),
    (137, "80f0 0010 0001 0000 0000 0000 20 434b" + 30 * "41" + "00 0021 0001", "NBNS"),
    (161, "3026 020101 0406 7075626c6963 a119 0204 dc63c29a 020100 020100 300b 3009 0605 2b06010201 0500", "SNMP"),
    (161, "303a 020103 300f 0202 4a69 0203 00ffe3 0401 04 020103 0410 300e 0400 020100 020100 0400 0400 0400"
          "3012 0400 0400 a00c 0202 37f0 020100 020100 3000", "SNMP"),
    (389, "30 84 0000002d 0201 07 63 84 00000024 0400 0a0100 0a0100 020100 020164 010100 87 0b"
          "6f626a656374436c617373 30 84 00000000", "CLDAP"),
    (443, "c3 00000001 08" + COOKIE + "00 00 44 96" + 1182 * "a5", "QUIC"),
    (500, COOKIE + 8 * "00" + "01 10 02 00 00000000 000000c0 000000a4 00000001 00000001 00000098 01010004"
          "03000024 01010000 80010005 80020002 80030001 80040002 800b0001 000c0004 00000001"
          "03000024 02010000 80010005 80020001 80030001 80040002 800b0001 000c0004 00000001"
          "03000024 03010000 80010001 80020002 80030001 80040002 800b0001 000c0004 00000001"
          "00000024 04010000 80010001 80020001 80030001 80040002 800b0001 000c0004 00000001", "ISAKMP"),
    (623, "06 00 ff 06 000011be 80 00 00 00", "ASF"),
    (1812, "01 67 0014" + 16 * "40", "RADIUS"),
    (1900, b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n", "SSDP"),
    (3478, "0001 0000 2112a442 0102030405060708090a0b0c", "STUN"),
    (5060, b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/UDP nm;branch=foo\r\nFrom: <sip:nm@nm>;tag=root\r\nTo: <sip:nm2@nm2>\r\n"
           b"Call-ID: 50000\r\nCSeq: 42 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", "SIP"),
    (5083, b"REGISTER sip:192.0.2.77 SIP/2.0\r\nVia: SIP/2.0/UDP 1.1.1.1:5060;branch=z9\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n", "SIP"),
    (5353, "0000 0000 0001 0000 0000 0000 09 5f7365727669636573 07 5f646e732d7364 04 5f756470 05 6c6f63616c 00 000c 0001", "MDNS"),
    (5683, "40 01 01ce bb 2e77656c6c2d6b6e6f776e 04 636f7265", "CoAP"),
    (11211, b"\0\1\0\0\0\1\0\0stats\r\n", "MEMCACHE"),
]
OTHERS = [(53, b"hello"), (123, b"hello"), (5060, b"hello"), (40125, b"hello"), (161, b"")]


def packets(world):
    """A scanner for each probe, and one that asks for nothing that is known, each at a target of its own."""
    known = [(port, bytes.fromhex(text) if isinstance(text, str) else text) for port, text, _ in PROBES]
    for number, (port, payload) in enumerate(known + OTHERS):
        yield world.ip(world.scanner(1), world.target(80 + number)) / UDP(sport=40000, dport=port) / Raw(payload)


@pytest.fixture(params=[V4, V6], ids=["v4", "v6"])
def capture(request, workdir):
    path = workdir / "asked.pcap"
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in enumerate(packets(request.param))]))
    path.chmod(0o644)
    return path


def test_as_wireshark_says(fields, suite, capture):
    """Where a protocol is named, Wireshark's column has the same one."""
    rows = fields(capture, "scannoise.scan", "udp.dstport", "_ws.col.Protocol", "scannoise.asked_for")
    said = [(int(port), column, suite.labels.of("asked_for", value)) for port, column, value in rows]
    assert said[:len(PROBES)] == [(port, name, name) for port, _, name in PROBES]
    assert [(port, name) for port, _, name in said[len(PROBES):]] == [(port, "") for port, _ in OTHERS]


def count(names):
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("way", [(), ("-o", "scannoise.short_way:FALSE"), ("-2",), ("-M", "5")])
def test_table_and_json_count_them(tshark, capture, way):
    said = tshark("-q", "-r", capture, *TABLE, "-z", "scannoise,json", *way).stdout
    wanted = count([name for _, _, name in PROBES])
    assert {row.item: row.packets for row in parse(said)["Asked for"]} == wanted
    numbers = json.loads(next(text for text in said.splitlines() if text.startswith("{")))
    assert {row["name"]: row["packets"] for row in numbers["asked_for"]} == wanted
    assert all(row["scanners"] == 1 and row["targets"] == row["packets"] for row in numbers["asked_for"])


def test_a_rows_filter_shows_its_packets(tshark, fields, capture):
    said = parse(tshark("-q", "-r", capture, *TABLE, "-o", "scannoise.row_filters:TRUE").stdout)
    condition = said.filters["Asked for", "SIP"]
    assert condition == 'scannoise.asked_for == "SIP"'
    assert fields(capture, condition, "udp.dstport") == [("5060",), ("5083",)]


def test_what_is_no_scan_asks_for_nothing(fields, workdir):
    """A client's question, which is answered."""
    question, answer = bytes.fromhex("1234 0100 0001 0000 0000 0000"), bytes.fromhex("1234 8180 0001 0000 0000 0000")
    asked = V4.ip(V4.router, V4.server(1)) / UDP(sport=40000, dport=53) / Raw(question)
    told = V4.ip(V4.server(1), V4.router) / UDP(sport=53, dport=40000) / Raw(answer)
    path = workdir / "client.pcap"
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in enumerate([asked, told])]))
    assert fields(path, "scannoise.asked_for", "frame.number") == []
