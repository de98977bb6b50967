# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists of scanners that others keep, turned into a label file of ours: made-up lists in the formats of both."""
import csv
import json
import subprocess
import sys

import pytest

from suite import REPO

SHODAN = """# Shodan (shodan.io)
# PTR: ends with shodan.io

define shodan_v4 = {
\t192.0.2.2,
\t192.0.2.3,
\t198.51.100.0/24,
}

define shodan_v6 = {
\t2001:db8::1, # a remark
}
"""
UNIVERSITIES = """# Scanners from various universities

define universities_v4 = {
\t# Example University - Anycast Testbed
\t203.0.113.7,
\t# "Somebody" [no PTR]
\t203.0.113.9,
}
"""


@pytest.fixture
def convert(workdir):
    """convert({path: content}) -> (rows of the label file, errors, exit status)."""
    def run(files):
        checkout = workdir / "checkout"
        for name, content in files.items():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_text(content if isinstance(content, str) else json.dumps(content))
        done = subprocess.run([sys.executable, REPO / "plugin/data/labels_from.py", checkout], capture_output=True,
                              text=True, timeout=60, check=False)
        (workdir / "others.csv").write_text(done.stdout)
        rows = [tuple(row) for row in csv.reader(done.stdout.splitlines()) if row and not row[0].startswith("#")]
        return rows[1:], done.stderr, done.returncode
    return run


def test_openfilters(convert):
    rows, errors, status = convert({"shodan.nft": SHODAN, "universities.nft": UNIVERSITIES, "README.md": "text"})
    assert (errors, status) == ("", 0)
    assert rows == [("203.0.113.7/32", "Example University", "research"), ("192.0.2.2/31", "Shodan", "commercial"),
                    ("198.51.100.0/24", "Shodan", "commercial"), ("2001:db8::1/128", "Shodan", "commercial"),
                    ("203.0.113.9/32", "Somebody", "unknown")]


def test_a_list_that_is_not_known_keeps_its_name(convert):
    rows, _, _ = convert({"newcomer.nft": "# Newcomer, Inc. (newcomer.example)\n\ndefine newcomer_v4 = {\n\t192.0.2.1,\n}\n"})
    assert rows == [("192.0.2.1/32", "Newcomer, Inc.", "unknown")]


def test_misp(convert):
    """Those of scanners, and none of a cloud, or of names."""
    rows, errors, status = convert({
        "lists/shodan-scanning/list.json": {"name": "List of Shodan's", "type": "cidr", "list": ["192.0.2.1", "2001:db8::/64"]},
        "lists/alphastrike-research-nt-scanning/list.json": {"name": "a", "type": "cidr", "list": ["192.0.2.9"]},
        "lists/new-scanner/list.json": {"name": "New one", "type": "cidr", "list": ["192.0.2.20"]},
        "lists/amazon-aws/list.json": {"name": "Amazon", "type": "cidr", "list": ["203.0.113.0/24"]},
        "lists/x-scanning/list.json": {"name": "x", "type": "hostname", "list": ["example.net"]}})
    assert (errors, status) == ("", 0)
    assert rows == [("192.0.2.9/32", "Alpha Strike Labs", "commercial"), ("192.0.2.20/32", "New one", "unknown"),
                    ("192.0.2.1/32", "Shodan", "commercial"), ("2001:db8::/64", "Shodan", "commercial")]


def test_mistakes_are_named_and_the_rest_is_written(convert, workdir):
    rows, errors, status = convert({"shodan.nft": "# Shodan\ndefine shodan_v4 = {\n192.0.2.300,\n192.0.2.1,\n}\n",
                                    "lists/a-scanning/list.json": "{", "lists/b-scanning/list.json": "[]"})
    assert status == 1 and rows == [("192.0.2.1/32", "Shodan", "commercial")]
    one, two, three = errors.splitlines()
    assert one.startswith(f"{workdir}/checkout/lists/a-scanning/list.json: is no warning list: ")
    assert two.startswith(f"{workdir}/checkout/lists/b-scanning/list.json: is no warning list: ")
    assert three == f"{workdir}/checkout/shodan.nft:3: '192.0.2.300' is neither an address nor a CIDR prefix"


def test_another_folder_is_refused(convert):
    rows, errors, status = convert({"README.md": "text"})
    assert not rows and status == 1 and "has neither lists/*-scanning/list.json" in errors


def test_operators_have_the_names_and_kinds_that_are_shipped():
    """One operator, one name: in what is shipped and in what is converted."""
    def kinds(name, column):
        lines = [text for text in (REPO / "plugin/data" / name).read_text().splitlines() if text and text[0] != "#"]
        return {row[column]: row["kind"] for row in csv.DictReader(lines)}
    known = kinds("operators.csv", "operator")
    for name in ("labels.csv", "names.csv"):
        for operator, kind in kinds(name, "label").items():
            assert known.get(operator, kind) == kind
    assert len({name.casefold() for name in known}) == len(known) > 60
