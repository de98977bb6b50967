# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Input that is wrong: files cut at each byte, lengths that lie, preferences of every wrong kind, hostile names."""
import json
import os
import re
import struct

import pytest

from suite import TABLE
from table import from_sharkd, parse

TWIN = "captures/home-line.pcapng"
CUTS = range(645)           # the blocks before the packets, and five packets
BATCH = 64          # files for one sharkd, which keeps 8 MB of each that was cut short


# --- Files cut short ------------------------------------------------------------------------------

def whole_packets(data):
    """How many whole packet blocks a pcapng begins with."""
    count, at = 0, 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if at + length > len(data):
            break
        count += kind in (3, 6)
        at += length
    return count


def loads(paths):
    asked = [request for path in paths for request in (
        ("load", {"file": str(path)}), ("status", {}), ("tap", {"tap0": "nstat:scannoise,stat"}))]
    return "".join(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
                   for number, (method, params) in enumerate(asked, 1))


@pytest.mark.parametrize("first", CUTS[::BATCH])
def test_capture_cut_at_every_byte(programs, suite, first):
    """The statistics have the packets that Wireshark could read, and no other file's."""
    data = suite.path(TWIN).read_bytes()
    cuts = CUTS[first:first + BATCH]
    paths = [programs.workdir / f"{length}.pcapng" for length in cuts]
    for path, length in zip(paths, cuts):
        path.write_bytes(data[:length])
        path.chmod(0o644)
    done = programs.run(["sharkd", "-"], stdin=loads(paths))
    assert done.returncode == 0
    replies = {reply["id"]: reply for reply in map(json.loads, filter(str.strip, done.stdout.splitlines()))}
    for number, length in enumerate(cuts):
        status, table = (replies[3 * number + which]["result"] for which in (2, 3))
        assert from_sharkd(table).packets("All packets") == status["frames"], length
        whole = whole_packets(data[:length])
        if whole > 0:           # else it may be no pcapng yet, and sharkd stays with the file before
            assert (status["filename"], status["frames"]) == (paths[number].name, whole)


# --- Lengths that lie -----------------------------------------------------------------------------

def test_header_fields(tshark, suite):
    """Every frame is counted and none that was not sent is found: the scanners are the two that sent them."""
    table = suite.get("plain", "header_fields")
    frames = len(tshark("-r", suite.path("header_fields"), "-T", "fields", "-e", "frame.number").stdout.split())
    assert table.packets("All packets") == frames > 300
    assert 0 < table.packets("Noise") <= frames
    assert len(table["Top scanners"]) == 2


# --- Preferences ----------------------------------------------------------------------------------

NUMBERS = ["scanning_contacts", "aborted_contacts", "exposing_sources", "stream_packets",
           "reuse_seconds", "rows", "max_memory"]
NO_NUMBERS = ["-1", "4294967296", "99999999999999999999", "", " ", "many", "3 apples", "3;4", "0x10", "1e3", "3.5", "+-3"]


@pytest.mark.parametrize("value", ["2", "maybe", "", "TRUE FALSE", "-1"])
def test_switch_that_is_none(tshark, suite, value):
    """Wireshark takes what it does not know for off."""
    path = suite.path("banner_grabber_v4")
    done = tshark("-q", "-r", path, *TABLE, prefs={"scannoise.dark": value}, check=False)
    assert done.returncode != 0 or not parse(done.stdout).unlike(parse(tshark("-q", "-r", path, *TABLE).stdout))


def preferences(programs, text):
    folder = programs.with_plugin / ".config/wireshark"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "preferences").write_bytes(text)


GARBLED = [b"scannoise.rows", b"scannoise.rows:", b"scannoise.rows: -5", b"scannoise.rows: many", b"scannoise.: 5",
           b"scannoise.rows: 5 apples", b"scannoise.dark: maybe",
           b"scannoise.home_networks: " + b"10.0.0.0/8," * 2000,
           b"scannoise.rows: 99999999999999999999", b"scannoise.no_such: 1", b"\x01\x02"]


@pytest.mark.parametrize("line", GARBLED, ids=lambda line: repr(line[:40]))
def test_garbled_line_of_preferences_spares_the_others(programs, suite, line):
    """The lines around it count, and nothing breaks. Wireshark's own warning about the line is left out."""
    preferences(programs, b"scannoise.stream_packets: 7\n" + line + b"\nscannoise.scanning_contacts: 9\n")
    quietly = ["env", "WIRESHARK_LOG_LEVEL=critical", "tshark"]
    shown = programs.run([*quietly, "-G", "currentprefs"]).stdout
    assert "\nscannoise.stream_packets: 7" in shown and "\nscannoise.scanning_contacts: 9" in shown
    done = programs.run([*quietly, "-n", "-q", "-r", suite.path("banner_grabber_v4"), *TABLE])
    assert done.returncode == 0 and parse(done.stdout).packets("All packets") == 14


@pytest.mark.parametrize("value", [b"%n%s%n", b"\xff\xfe\x01", b"10.0.0.0/33"])
def test_home_networks_of_a_file_are_refused_as_well(programs, suite, value):
    """Nobody gets an answer that is made with other home networks than his own."""
    preferences(programs, b"scannoise.home_networks: " + value + b"\n")
    done = programs.run(["tshark", "-n", "-q", "-r", suite.path("banner_grabber_v4"), *TABLE])
    assert (done.returncode, done.stdout) == (1, "") and "scannoise.home_networks" in done.stderr


@pytest.mark.parametrize("name, value, limit", [
    ("scanning_contacts", 0, "less than 1"), ("aborted_contacts", 0, "less than 1"), ("exposing_sources", 0, "less than 1"),
    ("exposing_sources", 9, "more than 8"), ("stream_packets", 0, "less than 1"), ("reuse_seconds", 0, "less than 1")])
def test_number_out_of_range(tshark, suite, name, value, limit):
    done = tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs={f"scannoise.{name}": value}, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Scan Noise: preference scannoise.{name}: {value} is {limit}" in done.stderr


def test_home_network_with_formats_is_shown_as_it_is(tshark, suite):
    done = tshark("-q", "-r", suite.path("one_probe"), *TABLE, prefs={"scannoise.home_networks": "%s%n%x"}, check=False)
    assert '%s%n%x' in done.stderr


# --- Names ----------------------------------------------------------------------------------------

@pytest.fixture
def named(programs, tshark, suite):
    """named(bytes) -> (statistics, summary in the packet details) of a probe whose scanner and port have that name."""
    def run(name):
        folder = programs.with_plugin / ".config/wireshark"
        folder.mkdir(parents=True, exist_ok=True)
        [scanner] = {row.item for row in suite.get("plain", "one_probe")["Top scanners"]}
        [port] = {row.item for row in suite.get("plain", "one_probe")["Top ports"]}
        transport, number = port.split("/")
        (folder / "hosts").write_bytes(scanner.encode() + b" " + name + b"\n")
        (folder / "services").write_bytes(name + f" {number}/{transport}\n".encode())
        read = ("-N", "nt", "-r", suite.path("one_probe"))
        ours = tshark("-2", *read, "-O", "scannoise", "-Y", "scannoise", resolve=True).stdout
        # The first line is ours; those of address fields are Wireshark's, which shows names as they are. It marks
        # what it cuts with […], each version in another place.
        summary = next(line for line in ours.splitlines() if re.search(r"Scan Noise( \[…\])?: ", line))
        return tshark("-q", *read, *TABLE, resolve=True).stdout, summary
    return run


HOSTILE = {"colour": b"a\x1b[31mred", "control": b"a\x07bell\x08", "direction": b"a\xe2\x80\xaeesrever",
           "invalid": b"a\xff\xfe\x80b", "markup": b"<b>&amp;</b>", "formats": b"%n%s%s%n%x", "long": b"a" * 10_000,
           "long and two bytes each": "é".encode() * 5000}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_shown_escaped_and_cut(named, name):
    table, details = named(name)
    for text in (table, details):
        assert all(character.isprintable() for line in text.splitlines() for character in line), text
        assert max(map(len, text.splitlines())) < 400
    scanner, = {row.item for row in parse(table)["Top scanners"]}
    assert scanner.endswith((")", "…")) and len(scanner) < 120
    if name.isascii() and name.decode().isprintable() and len(name) < 60:
        assert f"({name.decode()})" in scanner and f"({name.decode()})" in details


@pytest.mark.parametrize("name", [name for name in HOSTILE.values() if len(name) < 100], ids=lambda name: repr(name))
@pytest.mark.parametrize("content", ["nonsense,x\n" * 7, ""], ids=["lines", "file"])
def test_hostile_names_of_label_files_are_shown_escaped(programs, suite, name, content):
    """Lists come from strangers' folders, and a complaint about one of them goes to a terminal."""
    folder = bytes(programs.with_plugin) + b"/.config/wireshark/scannoise"
    os.makedirs(folder)
    suffix = b".csv" if content else b".json"
    with open(folder + b"/" + name.replace(b"/", b"\n") + suffix, "w") as file:
        file.write(content)
    said = programs.run(["tshark", "-n", "-q", "-r", suite.path("one_probe"), *TABLE]).stderr
    assert suffix.decode() in said and len(said.splitlines()) == (7 if content else 2)      # with a heading
    assert all(character.isprintable() for line in said.split("\n") for character in line), said
