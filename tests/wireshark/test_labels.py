# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Labels: who the known scanners are, in the table, the tree, filters, the JSON and the CSV."""
import csv
import ipaddress
import json
import re
import struct
import subprocess
import sys

import pytest

from builders import START, line
from builders_damage import INTERFACE, SECTION, block
from labelled import HEADING, ONE, SIX, TWO, V4, V6, folder, labels, scans, write
from suite import REPO, TABLE
from table import from_sharkd, parse

CENSYS, CENSYS_V6 = "162.142.125.10", "2602:80d:1006::1"

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
