# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""One capture's trouble is one line, and the rest is loaded; what is wrong for all is said before anything is."""
import os
import shutil

import pytest

from material import SWEEP_PACKETS, sweep_capture

ODD_NAMES = (b"tab\there", b"new\nline", b"return\rto", b"no-utf8-\xff\xfe", b"-r", b"comma,ip", b"quote\"s'",
             b"back\\slash")
YEAR_2200, YEAR_1970 = 7_258_118_400, 1


def packets(store):
    return store.table(["Capture"]).packets("All packets")


@pytest.fixture
def folder(workdir, account):
    made = workdir / "captures"
    made.mkdir()
    return account.own(made)


@pytest.fixture
def replaced_program(workdir):
    """replaced_program(name, script) -> a folder for Store.start(path=...), with a program whose script may run
    the real one as "$real"."""
    def make(name, script):
        folder = workdir / "programs"
        folder.mkdir()
        (folder / name).write_text(f'#!/bin/sh\nreal=$(PATH=${{PATH#*:}} command -v {name})\n{script}\n')
        (folder / name).chmod(0o755)
        folder.chmod(0o777)
        return folder
    return make


def test_names_that_no_program_likes(store, folder):
    for number, name in enumerate(ODD_NAMES):
        sweep_capture(os.fsdecode(os.fsencode(folder) + b"/" + name), network=number)
    store.load_all(folder)
    assert packets(store) == SWEEP_PACKETS * len(ODD_NAMES)
    names = [name for (name,) in store.cluster.ask("SELECT name FROM scannoise.captures")]
    assert len(names) == len(ODD_NAMES)
    assert {f"{folder}/{name}" for name in ("tab\\there", "new\\nline", "no-utf8-\\xff\\xfe", "-r")} <= set(names)


def test_clocks_that_are_far_off(store, folder):
    """They share days that ClickHouse does not know with those at the beginning of its time."""
    for number, start in enumerate((YEAR_2200, YEAR_1970, 1_700_000_000)):
        sweep_capture(folder / str(number), start, network=number)
    store.load_all(folder)
    assert packets(store) == 3 * SWEEP_PACKETS
    assert store.cluster.ask("SELECT toString(first), toString(last) FROM scannoise.capture WHERE rank <= 2") == [
        ["1970-01-01 00:00:01", "2106-02-06 06:28:15"]] * 2
    assert store.cluster.number("SELECT max(last_us) FROM scannoise.noise") == (YEAR_2200 + SWEEP_PACKETS - 1) * 10 ** 6


def test_what_is_no_capture_is_named_and_left(store, folder):
    sweep_capture(folder / "good.pcap")
    (folder / "README.txt").write_text("These are captures.\n")
    (folder / "settings.json").write_text('{"rows": 20}\n')
    (folder / "empty").write_bytes(b"")
    shutil.copy("/bin/ls", folder / "ls")
    os.mkfifo(folder / "pipe")
    others = [folder / name for name in ("README.txt", "empty", "ls", "pipe", "settings.json")]
    status, said, complaint = store.load("-j", "1", folder)
    assert status == 0
    assert [line.split(": ")[:2] for line in complaint.splitlines()] == [["left out", str(path)] for path in others]
    assert said.startswith("1 of 1 captures: 1 loaded;") and "5 files left out" in said
    assert packets(store) == SWEEP_PACKETS
    status, said, complaint = store.load("--together", folder)
    assert status == 0 and "1 loaded before" in said, "what is left out is no part of it either"
    # Who names such a file expects it to be a capture.
    status, said, complaint = store.load("-j", "1", *others)
    assert status == 1 and "5 failed" in said
    assert [line.split(": ")[:2] for line in complaint.splitlines()] == [["error", str(path)] for path in others]


def test_a_folder_that_cannot_be_read(store, folder):
    good, bad = folder / "good", folder / "bad"
    for number, part in enumerate((good, bad)):
        part.mkdir()
        sweep_capture(part / "capture", network=number)
    bad.chmod(0)
    try:
        status, said, complaint = store.load(folder)
        assert (status, complaint) == (1, f"error: {bad}: Permission denied\n")
        assert said.startswith("1 of 1 captures: 1 loaded")
        status, _, complaint = store.load(bad)
        assert (status, complaint) == (1, f"error: {bad}: Permission denied\n")
    finally:
        bad.chmod(0o755)


def test_links_to_folders_are_followed_once(store, folder, workdir):
    elsewhere = workdir / "elsewhere"
    elsewhere.mkdir()
    sweep_capture(folder / "capture")
    sweep_capture(elsewhere / "capture", network=1)
    (folder / "loop").symlink_to(folder)
    (folder / "link").symlink_to(elsewhere)
    assert store.load_all(folder).startswith("2 of 2 captures: 2 loaded")


@pytest.mark.parametrize("option, why", [
    ("scannoise.labels:nowhere/labels.csv", "there is no file or folder nowhere/labels.csv"),
    ("scannoise.home_networks:192.0.2.0/33", '"192.0.2.0/33"')], ids=("labels", "networks"))
def test_what_tshark_complains_of_is_a_failure(store, folder, option, why):
    for number in range(3):
        sweep_capture(folder / str(number), network=number)
    status, said, complaint = store.load("-o", option, folder)
    assert status == 1 and complaint.count("\n") == 1 and complaint.startswith("error: ") and why in complaint
    assert str(folder) not in complaint, "it is about no capture"
    assert "3 not loaded" in said
    assert store.cluster.number("SELECT count() FROM scannoise.captures") == 0


def test_a_relative_label_file_is_where_the_user_is(store, folder, workdir):
    sweep_capture(folder / "capture")
    (workdir / "labels.csv").write_text("192.0.2.0/24,Example University\n")
    (workdir / "labels.csv").chmod(0o644)
    store.load_all("-o", "scannoise.labels:labels.csv", folder)
    assert store.cluster.ask("SELECT item FROM scannoise.organisations") == [["Example University"]]


def test_no_room_for_the_rows(store, folder, replaced_program):
    for number in range(3):
        sweep_capture(folder / str(number), network=number)
    full = replaced_program("tshark", "trap '' XFSZ\nulimit -f 0\nexec \"$real\" \"$@\"")
    status, said, complaint = store.load(folder, path=full)
    assert status == 1 and complaint.count("\n") == 1
    assert str(store.scratch) in complaint and "File too large" in complaint and str(folder) not in complaint
    assert "3 not loaded" in said


# Refuses the rows of some captures, as a server does.
REFUSES = """case "$*" in *'INSERT INTO scannoise.intake'*) echo x >>'COUNT' ;; *) exec "$real" "$@" ;; esac
case "$(wc -l <'COUNT')" in WHICH) echo 'Code: 27. DB::Exception: Cannot parse input' >&2; exit 27 ;; esac
exec "$real" "$@" """


@pytest.mark.parametrize("which, lines, loaded", [("2", 1, 4), ("*", 3, 0)], ids=("once", "always"))
def test_rows_that_the_server_refuses(store, folder, workdir, replaced_program, which, lines, loaded):
    for number in range(5):
        sweep_capture(folder / str(number), network=number)
    script = REFUSES.replace("COUNT", f"{workdir}/count").replace("WHICH", which)
    status, said, complaint = store.load("-j", "1", folder, path=replaced_program("clickhouse-client", script))
    assert status == 1 and complaint.count("\n") == lines
    assert all("Cannot parse input" in line and str(folder) in line for line in complaint.splitlines())
    assert f"{loaded} loaded" in said and f"{5 - loaded} not loaded" in said


@pytest.fixture
def parts(folder):
    """Three captures in a folder."""
    for number in range(3):
        sweep_capture(folder / str(number), network=number)
    return folder


def test_together_takes_the_place_of_single_loads(store, parts):
    store.load_all(parts)
    status, said, complaint = store.load("--together", parts)
    assert status == 0 and "1 loaded" in said
    assert complaint == f"note: {parts}/ (3 files): replaces what was loaded of these files before (captures: 3)\n"
    assert packets(store) == 3 * SWEEP_PACKETS
    assert "3 loaded before" in store.load_all(parts)
    # Their number grows.
    sweep_capture(parts / "more", network=3)
    status, said, complaint = store.load("--together", parts)
    assert status == 0 and "(captures: 1)" in complaint
    assert packets(store) == 4 * SWEEP_PACKETS
    assert "1 loaded before" in store.load_all("--together", parts)


def test_a_part_of_what_is_loaded_is_no_capture_of_its_own(store, parts):
    shutil.copy(parts / "0", parts / "the same again")
    store.load_all("--together", parts)
    assert packets(store) == 3 * SWEEP_PACKETS
    part = parts / "1"
    otherwise = ("--again", "-o", "scannoise.max_memory:4000")
    status, said, complaint = store.load(*otherwise, part)
    assert (status, complaint.count("\n")) == (1, 1) and str(part) in complaint and "count twice" in complaint
    store.load_all(*otherwise, "--together", parts)
    assert packets(store) == 3 * SWEEP_PACKETS
