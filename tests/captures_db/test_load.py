# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures in ClickHouse: the views say what tshark says of one file, whatever happens on the way."""
import os
import pty
import re
import shutil
import signal

import pytest

from material import PARTS, REPO_CAPTURES, TELESCOPE_PACKETS, TESTS, split
from servers import HOST, free_ports, wait_until


def errors(complaint):
    return [line for line in complaint.splitlines() if line.startswith("error:")]


@pytest.fixture
def whole(telescope, tshark_table):
    """The table of the telescope's capture in one file, but for the reasons: files that are judged apart are scans
    by other rules than the whole."""
    found = tshark_table(telescope[0])
    del found["Reasons"]
    return found


def assert_complete(store, whole, servers=(0,)):
    for server in servers:
        assert store.table(whole, long=True, server=server).unlike(whole) == []


def test_eight_files_on_two_shards_make_the_table_of_one(store, telescope, whole):
    said = store.load_all(telescope[1])
    assert f"{PARTS} loaded" in said
    assert whole.packets("All packets") == TELESCOPE_PACKETS and whole.scans().packets > TELESCOPE_PACKETS // 2
    assert_complete(store, whole, servers=(0, 1))
    assert all(store.cluster.number("SELECT count() FROM scannoise.flows_local", server) > TELESCOPE_PACKETS // 4
               for server in (0, 1)), "both shards are used"


def test_a_capture_loaded_twice_counts_once(store, telescope, whole, workdir):
    store.load_all(telescope[1])
    renamed = workdir / "another-name.pcap"
    shutil.copyfile(sorted(telescope[1].iterdir())[0], renamed)
    renamed.chmod(0o644)
    assert f"{PARTS} loaded before" in store.load_all(telescope[1])
    store.load_all("--setup")           # keeps what is there
    assert "1 loaded before" in store.load_all(renamed)
    assert_complete(store, whole)
    # Judged and sent again, the rows are there three times, until somebody does what the page says.
    rows = store.cluster.number("SELECT count() FROM scannoise.flows")
    status, _, complaint = store.load("--again", "-o", "scannoise.max_memory:4000", renamed)
    assert status == 0 and complaint.startswith("warning: line default: its captures were judged in 2 ways")
    assert len(store.table(["Capture"], long=True)["Capture"]) == 5, "and the table says so"
    store.load_all("--again", renamed)
    assert store.cluster.number("SELECT count() FROM scannoise.captures") == PARTS + 2
    assert_complete(store, whole)
    there = "SELECT count() FROM scannoise.flows"
    assert store.cluster.number(there) > rows
    [drop] = re.findall(r"`(ALTER TABLE scannoise[.].*)`", (TESTS.parent / "stats" / "captures" / "README.md").read_text())
    for server in (0, 1):
        store.cluster.ask(drop, server)
    wait_until(lambda: store.cluster.number(there) <= rows, "what does not count to be dropped")
    assert store.cluster.number(there) == rows
    assert_complete(store, whole)


def test_what_was_judged_differently_counts_as_judged_last(store, telescope, tshark_table):
    capture = telescope[0]
    store.load_all(capture)
    store.load_all("--again", "-o", "scannoise.home_networks:198.18.0.0/15", capture)
    judged_so = tshark_table(capture, home_networks="198.18.0.0/15")
    assert store.table(judged_so, long=True).unlike(judged_so) == []


@pytest.mark.parametrize("how", (signal.SIGKILL, signal.SIGINT))
def test_a_killed_loader_is_run_again(store, telescope, whole, halfway, how):
    loader = store.start("-j", "1", telescope[1], path=halfway.folder)
    halfway.wait(loader)
    loader.send_signal(how)
    _, complaint = loader.communicate()
    assert store.unfinished_rows() == 2000
    in_part = store.table(["Capture"])
    assert in_part.packets("All packets") == 3 * TELESCOPE_PACKETS // PARTS, "it does not count"
    if how == signal.SIGINT:
        assert loader.returncode == 130 and "run the same again" in complaint and "Traceback" not in complaint
    else:
        assert list(store.scratch.iterdir()), "it could not remove its files"
    said = store.load_all(telescope[1])
    assert f"{PARTS - 3} loaded, 3 loaded before" in said
    assert list(store.scratch.iterdir()) == []
    assert_complete(store, whole)


@pytest.mark.parametrize("away", (0, 1), ids=("asked", "other"))
def test_a_server_that_goes_down_half_way(store, telescope, whole, halfway, away):
    loader = store.start("-j", "1", telescope[1], path=halfway.folder)
    halfway.wait(loader)
    server = store.cluster.servers[away]
    server.kill()
    try:
        halfway.go_on()
        said, complaint = loader.communicate(timeout=120)
    finally:
        server.start()
    fourth = sorted(telescope[1].iterdir())[3]
    assert loader.returncode == 1
    assert len(errors(complaint)) == 1 and complaint.count("\n") == 1
    assert str(fourth) in complaint and f"{HOST}:{server.port}" in complaint and "refused" in complaint
    assert f"{PARTS - 3} not loaded" in said
    store.load_all(telescope[1])
    assert_complete(store, whole)


def test_bad_captures_do_not_stop_the_others(store, workdir, telescope, tshark_table):
    good = sorted(telescope[1].iterdir())[:2]
    cut, noise, missing = workdir / "cut.pcap", workdir / "noise.pcap", workdir / "missing.pcap"
    cut.write_bytes(good[0].read_bytes()[:-7])
    noise.write_bytes(bytes(range(256)) * 16)
    status, said, complaint = store.load(cut, good[0], noise, missing, good[1])
    assert status == 1
    assert len(errors(complaint)) == 3 and complaint.count("\n") == 3
    for bad, why in ((cut, "cut short"), (noise, "isn't a capture"), (missing, "No such file")):
        assert any(line.startswith(f"error: {bad}: ") and why in line for line in errors(complaint))
    assert "2 loaded, 3 failed" in said and "3 not loaded" in said
    assert store.table(["Capture"]).packets("All packets") == 2 * TELESCOPE_PACKETS // PARTS
    assert store.unfinished_rows() == 0


def test_a_host_that_does_not_answer(store, telescope):
    (port,) = free_ports(1)
    status, said, complaint = store.load(telescope[1], place=["--host", HOST, "--port", port])
    assert (status, said) == (1, "")
    assert len(errors(complaint)) == 1 and complaint.count("\n") == 1
    assert f"{HOST}:{port}" in complaint and "refused" in complaint


def test_no_tables(store, telescope):
    store.cluster.ask("DROP DATABASE scannoise")
    status, _, complaint = store.load(telescope[1])
    assert status == 1 and complaint.count("\n") == 1
    assert "--setup" in complaint


def test_tables_of_another_version(store, telescope):
    for server in (0, 1):
        store.cluster.ask("DROP TABLE scannoise.flows_local", server)
    store.cluster.ask("CREATE TABLE scannoise.flows_local (day Date, load UInt64, first_us Int64) ENGINE = Log", 1)
    status, said, complaint = store.load("--setup")
    assert (status, said, complaint.count("\n")) == (1, "", 1)
    assert f"{HOST}:{store.cluster.servers[1].port}" in complaint and "DROP DATABASE scannoise" in complaint
    assert store.cluster.number("EXISTS TABLE scannoise.flows_local") == 0, "and nothing is done"
    store.cluster.ask("CREATE TABLE scannoise.flows_local (day Date, load UInt64, first_us Int64) ENGINE = Log")
    status, _, complaint = store.load(telescope[1])
    assert (status, complaint.count("\n")) == (1, 1) and "--setup" in complaint


def test_a_preference_that_tshark_does_not_know(store, telescope):
    status, _, complaint = store.load("-o", "scannoise.nosuch:1", telescope[1])
    assert status == 1 and complaint.count("\n") == 1 and "scannoise.nosuch" in complaint


def test_no_plugin(store, telescope, programs):
    programs.with_plugin = programs.without_plugin
    status, _, complaint = store.load(telescope[1])
    assert status == 1 and len(errors(complaint)) == 1 and "plugin is not installed" in complaint


def test_files_of_one_capture_together(store, workdir, tshark_table):
    """Where conversations are cut in two, parts are judged differently; a folder as one capture is not."""
    capture = workdir / "home-line.pcapng"
    shutil.copyfile(REPO_CAPTURES / capture.name, capture)
    split(capture, workdir / "parts", 1344)
    whole = tshark_table(capture)
    store.load_all("--together", workdir / "parts")
    assert store.cluster.number("SELECT count() FROM scannoise.captures") == 1
    assert store.table(whole).unlike(whole) == []


def test_progress_on_a_terminal(store, telescope, halfway):
    terminal, side = pty.openpty()
    captures = sorted(telescope[1].iterdir())[:4]
    loader = store.start("-j", "1", *captures, path=halfway.folder, stderr=side)
    os.close(side)
    halfway.wait(loader)
    shown = b""
    while not re.search(rb"\r\x1b\[K3 of 4 captures: 3 loaded; \d+ packets, \d+ rows, \d+ packets/s, \d+ s left", shown):
        shown += os.read(terminal, 4096)        # an error when the loader ends without having shown it
    halfway.go_on()
    said, _ = loader.communicate(timeout=120)
    os.close(terminal)
    assert said.startswith("4 of 4 captures: 4 loaded;")
