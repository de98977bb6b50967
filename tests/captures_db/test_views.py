# SPDX-License-Identifier: GPL-2.0-or-later
"""What each view says of a capture that has every technique, several tools and outcomes, and odd addresses."""
import re
from collections import defaultdict
from ipaddress import IPv4Address

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Raw
from scapy.utils import wrpcap

from material import VIEWS

START, HOURS_30 = 1_705_400_000, 30 * 60 * 60
LINUX = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("WScale", 7)]
TARGETS = [f"198.51.100.{n}" for n in range(1, 6)]
ODD_SOURCES = ("::ffff:192.0.2.1",      # IPv4 mapped, yet sent over IPv6
               "2001:db8::1", "2001:db8:0:1::1", "2001:db8::2", "2001:db8:0:0:1::", "2001:0:0:1:0:0:0:1",
               "1:0:2:0:3:0:4:0", "fd00::192.0.2.1")


def number_of(address):
    return int(IPv4Address(address))


def sweep(number, payload, sport=40000):
    """One of the scanners tries all targets."""
    for target in TARGETS:
        packet = IP(src=f"192.0.2.{number}", dst=target) / payload
        if packet.haslayer(TCP) or packet.haslayer(UDP):
            packet.payload.sport = sport
        yield packet


def probes():
    yield from sweep(1, TCP(dport=23, flags="S"))
    yield from sweep(2, TCP(dport=22, flags="S", options=LINUX))
    for number, flags in enumerate(("", "F", "FPU", "FA", "A", "SF"), 3):
        yield from sweep(number, TCP(dport=80, flags=flags))
    yield from sweep(9, UDP(dport=5060) / b"x")
    for number, kind in enumerate((8, 13, 17), 10):
        yield from sweep(number, ICMP(type=kind, id=7))
    yield from sweep(10, ICMP(type=13, id=8))               # the same contacts but for the kind
    yield from sweep(18, ICMP(type=15, id=7))
    yield from sweep(13, SCTP(sport=40000, dport=80) / SCTPChunkInit())
    for target in TARGETS:
        yield IP(src="192.0.2.14", dst=target, proto=99) / Raw(b"x" * 20)
    for target in TARGETS:
        yield IP(src="192.0.2.15", dst=target, id=54321) / TCP(sport=40000, dport=80, flags="S", window=65535)
        yield IP(src="192.0.2.17", dst=target) / TCP(sport=40000, dport=23, flags="S", seq=number_of(target))
    for target in TARGETS[:3]:
        yield IP(src="192.0.2.16", dst=target) / TCP(sport=40000, dport=25, flags="S")
        yield IP(src=target, dst="192.0.2.16") / TCP(sport=25, dport=40000, flags="RA", ack=1)
    for target in TARGETS[3:]:
        yield IP(src="192.0.2.16", dst=target) / TCP(sport=40000, dport=25, flags="S")
        yield IP(src=target, dst="192.0.2.16") / TCP(sport=25, dport=40000, flags="SA", ack=1)
    for source in ODD_SOURCES:
        yield IPv6(src=source, dst="2001:db8:ffff::1") / TCP(sport=40000, dport=443, flags="S")
    yield IP(src="203.0.113.1", dst=TARGETS[0]) / TCP(sport=80, dport=4711, flags="SA")


@pytest.fixture(scope="module")
def every_kind(session_dir):
    """The capture, of thirty hours."""
    packets = [Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet for packet in probes()]
    for number, packet in enumerate(packets):
        packet.time = START + HOURS_30 * number / len(packets)
    file = session_dir / "every-kind.pcap"
    wrpcap(str(file), packets)
    file.chmod(0o644)
    return file


@pytest.fixture(scope="module")
def label_file(session_dir):
    """Organisations with names that every format has its trouble with."""
    file = session_dir / "labels.csv"
    file.write_text('192.0.2.0/29,"A ""quoted"" name, Ltd."\n192.0.2.8/30,\'single\'\n192.0.2.12/31,back\\slash\\n\n'
                    "192.0.2.14/31,=1+1;-2;'x\n"       # a formula to a spreadsheet, but for what CSV puts before it
                    "2001:db8::/64,Zwölf\n")
    file.chmod(0o644)
    return file


@pytest.fixture
def loaded(store, every_kind, label_file):
    store.load_all("-o", f"scannoise.labels:{label_file}", every_kind)
    return store


@pytest.fixture
def labels(tshark):
    """labels(field) -> {value as text: the plugin's name for it}."""
    listed = tshark("-G", "values", resolve=True).stdout

    def of(field):
        found = re.findall(rf"^V\t{re.escape(field)}\t(\w+)\t(.*)$", listed, re.MULTILINE)
        return {str(int(value, 0)): name for value, name in found}
    return of


def test_every_section_is_as_in_tshark(loaded, every_kind, label_file, tshark_table, labels):
    whole = tshark_table(every_kind, labels=label_file)
    assert len(whole["Organisations"]) == 5
    assert {row.item for row in whole["Techniques"]} == set(labels("scannoise.technique").values()), "it has them all"
    assert loaded.table(whole, long=True).unlike(whole) == []


@pytest.fixture
def scans(fields, every_kind):
    """The fields of each scan packet, which are another way to what the views count: dictionaries."""
    names = {"outcome": "scannoise.outcome", "tool": "scannoise.tool", "scanner": "scannoise.scanner",
             "scanner6": "scannoise.scanner6", "target": "scannoise.target", "target6": "scannoise.target6",
             "port": "scannoise.port", "contacts": "scannoise.scanner.contacts"}
    rows = fields(every_kind, "scannoise.scan", *names.values())
    assert rows
    return [dict(zip(names, row)) for row in rows]


def test_outcomes_and_tools(loaded, scans, labels):
    for section, key in (("Outcomes", "outcome"), ("Tools", "tool")):
        wanted, names = defaultdict(list), labels(f"scannoise.{key}")
        for scan in scans:
            if scan[key]:
                wanted[names[scan[key]]].append(scan)
        assert len(wanted) > 1
        rows = loaded.table([section], long=True)[section]
        assert {row.item: (row.packets, row.scanners, row.targets) for row in rows} == {
            name: (len(found), len({(scan["scanner"], scan["scanner6"]) for scan in found}),
                   len({(scan["target"], scan["target6"]) for scan in found})) for name, found in wanted.items()}
        assert [row.packets for row in rows] == sorted((row.packets for row in rows), reverse=True)


def test_contacts_of_a_scanner(loaded, scans):
    wanted = {scan["scanner"] or scan["scanner6"]: int(scan["contacts"]) for scan in scans}
    assert wanted["192.0.2.10"] == 2 * len(TARGETS)
    assert {item: int(contacts) for item, contacts in
            loaded.cluster.ask("SELECT address, contacts FROM scannoise.top_scanners")} == wanted


def test_the_plugin_has_no_section_that_the_views_lack(every_kind, tshark_table):
    assert set(tshark_table(every_kind)) <= set(VIEWS)


def test_the_orders_that_the_views_know_are_the_plugins(loader_folder, labels):
    """Ties are sorted by the plugin's own order, which SQL has to repeat."""
    said = (loader_folder / "clickhouse" / "sections.sql").read_text()
    for field in ("technique", "outcome", "tool"):
        lists = re.findall(rf"indexOf\(\[([^]]*)\],\s*{field}\)", said)
        assert [set(re.findall(r"'([^']*)'", names)) for names in lists] == [set(labels(f"scannoise.{field}").values())]
