# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures in one SQLite file: the views say what tshark says of one capture, and what ClickHouse says."""
import csv
import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest

from made import HEADER, Made
from material import PARTS, SWEEP_PACKETS, TELESCOPE_PACKETS, TESTS, VIEWS, sweep_capture

sys.path.append(str(TESTS.parent / "stats" / "captures"))
import clickhouse.views     # noqa: E402  (found by the line above)
import sqlite.views         # noqa: E402
from capture import Judged  # noqa: E402
from sqlite.store import Store      # noqa: E402
from store import StoreProblem      # noqa: E402

ONLY_IN_FILE = {*sqlite.views.PARTS, "noise", "captures"}


@pytest.fixture
def whole(telescope, tshark_table):
    """The table of the telescope's capture in one file."""
    return tshark_table(telescope[0])


def unlike(database, table, **where):
    return database.table(table, long=True, **where).unlike(table)


def test_eight_files_make_the_table_of_one(database, telescope, whole):
    said = database.load_all(telescope[1])
    assert said.startswith(f"{PARTS} of {PARTS} captures: {PARTS} loaded; {TELESCOPE_PACKETS} packets, ")
    assert said.count("\n") == 1 and whole.scans().packets > TELESCOPE_PACKETS // 2
    assert unlike(database, whole) == []
    assert f"{PARTS} loaded before" in database.load_all(telescope[1])
    assert unlike(database, whole) == []


def test_every_section_is_as_in_tshark(database, every_kind, label_file, tshark_table):
    whole = tshark_table(every_kind, labels=label_file)
    database.load_all("-o", f"scannoise.labels:{label_file}", every_kind)
    assert set(whole) == set(VIEWS), "it has them all"
    assert unlike(database, whole) == []


def test_sections_are_members_of_the_json(database, every_kind, label_file, tshark):
    """In numbers, reasons and times, rather than as the terminal has them."""
    options = {"prefs": {"scannoise.labels": label_file}}
    said = json.loads(tshark("-q", "-r", every_kind, "-z", "scannoise,json", **options).stdout)
    database.load_all("-o", f"scannoise.labels:{label_file}", every_kind)
    assert len(said["reasons"]) > 1
    for view in ("techniques", "outcomes", "tools", "reasons", "organisations", "networks"):
        rows = database.ask(f"SELECT item, packets, scanners, ports, targets, first, last FROM {view}")
        assert [(*row[:5], *(time.replace(" ", "T") for time in row[5:])) for row in rows] == [
            (row["name"], row["packets"], row["scanners"], row["ports"], row["targets"], row["first"][:19],
             row["last"][:19]) for row in said[view]]
    scanners = database.ask("SELECT address, packets, contacts, ports, targets, pattern, tools FROM scanners")
    assert scanners == [(row["address"], row["packets"], row["contacts"], row["ports"], row["targets"], row["pattern"],
                         ", ".join(sorted(row["tools"]))) for row in said["scanners"]]
    # Hours are those that flows began in. Here none is cut by the end of an hour.
    hours = database.ask("SELECT begin, ipv4, ipv6 FROM hours")
    assert hours == [(row["begin"][:19].replace("T", " "), row["ipv4"], row["ipv6"]) for row in said["hours"]
                     if row["ipv4"] + row["ipv6"]]


def test_clickhouse_has_the_same_views_to_the_last_digit(database, store, every_kind, label_file, telescope):
    for each in (database, store):
        each.load_all("-o", f"scannoise.labels:{label_file}", "--line", "one", every_kind, telescope[0])
        each.load_all("-o", f"scannoise.labels:{label_file}", "--line", "two", *sorted(telescope[1].iterdir())[:2])
    assert set(clickhouse.views.VIEWS) == set(sqlite.views.VIEWS) - ONLY_IN_FILE
    for view in clickhouse.views.VIEWS:
        assert database.columns(view) == store.columns(view), view
        mine, others = database.all_of(view), store.all_of(view)
        assert mine and len(mine) == len(others), view
        for one, other in zip(mine, others):
            assert [_plain(cell, like) for cell, like in zip(other, one)] == list(one), view


def _plain(cell, like):
    """A cell of ClickHouse's text as a value of the other's type."""
    return cell if cell is None or like is None else type(like)(cell)


def test_a_loader_that_is_killed_while_it_writes(database, account, telescope, whole):
    """Within the transaction of the second capture, once rows of it are in the file."""
    parts = sorted(telescope[1].iterdir())
    database.load_all(*parts[:1])
    child = os.fork()
    if child == 0:
        try:
            store = Store(database.path)
            store.writer.execute("PRAGMA cache_size = 1")       # so that rows get to the disk before the end
            rows = database.path.parent / "rows.csv"
            rows.write_text(HEADER + "".join(
                f"1.000000,1.000000,4,192.0.2.1,10.0.{n // 256}.{n % 256},tcp,23,TCP SYN,unanswered,,1,60,,scan,stranger\n"
                for n in range(30_000)))
            store.add(Made(), Judged(rows, 30_000, 0, 1, 1), "default", "a test's", lambda counted: [],
                      lambda number: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    for file in database.path.parent.glob("noise.db*"):
        account.own(file)
    assert database.table(["Capture"], long=True).packets("All packets") == TELESCOPE_PACKETS // PARTS
    assert f"{PARTS - 1} loaded, 1 loaded before" in database.load_all(telescope[1])
    database.load("--together", telescope[1])
    assert unlike(database, whole) == []
    assert database.ask("PRAGMA integrity_check") == [("ok",)]


def test_a_full_disk(workdir):
    """SQLite's own limit is the disk here: it fails in the same way, and at the same place every time."""
    path, rows = workdir / "noise.db", workdir / "rows.csv"
    rows.write_text(HEADER + "".join(
        f"1.000000,1.000000,4,192.0.2.1,10.0.{n // 256}.{n % 256},tcp,{n},TCP SYN,unanswered,,1,60,,scan,stranger\n"
        for n in range(4096)))
    store = Store(path)
    pages = store.writer.execute("PRAGMA page_count").fetchone()[0]
    store.writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    add = (Made(), Judged(rows, 4096, 0, 1, 1), "default", "a test's", lambda counted: [], lambda number: None)
    with pytest.raises(StoreProblem) as problem:
        store.add(*add)
    assert str(problem.value) == f"{path}: the disk is full; what was loaded before is kept"
    assert store.counted({"0" * 64}) == {}
    store.writer.execute(f"PRAGMA max_page_count = {pages + 1000}")
    store.add(*add)
    assert store.writer.execute("SELECT packets, scanners, ports, targets FROM capture WHERE rank = 3").fetchall() == [
        (4096, 1, 4096, 4096)]
    store.close()


def test_two_loaders_at_once(database, telescope, whole):
    loaders = [database.start("-j", "1", telescope[1]) for _ in range(2)]
    for loader in loaders:
        said, complaint = loader.communicate(timeout=120)
        assert (loader.returncode, complaint) == (0, ""), said + complaint
    assert unlike(database, whole) == []
    assert database.number("SELECT count(*) FROM captures") == 1, "they are one line"


def test_the_same_packets_compressed_count_once(database, workdir):
    capture = sweep_capture(workdir / "sweep.pcap")
    database.load_all(capture)
    packed = workdir / "sweep.pcap.gz"
    packed.write_bytes(gzip.compress(capture.read_bytes()))
    subprocess.run(["zstd", "-q", capture], check=True)
    for file in (packed, workdir / "sweep.pcap.zst"):
        file.chmod(0o644)
        assert "0 loaded, 1 loaded before" in database.load_all(file)
    # One that can't be unpacked is no reason to stop, nor the same as another.
    packed.write_bytes(packed.read_bytes()[:-10])
    status, said, complaint = database.load(packed)
    assert status == 1 and complaint.startswith(f"error: {packed}: ") and complaint.count("\n") == 1


def test_a_folder_together_takes_the_place_of_its_files(database, telescope, whole):
    database.load_all("--apart", telescope[1])
    status, said, complaint = database.load("--together", telescope[1])
    assert status == 0 and "1 loaded" in said
    assert complaint == (f"note: {telescope[1]}/ ({PARTS} files): replaces what was loaded of these files before"
                         f" (captures: {PARTS})\n")
    assert unlike(database, whole) == []
    assert database.number("SELECT count(*) FROM captures") == 1


def test_files_that_follow_each_other_are_judged_as_one_capture(database, workdir, telescope):
    """And no others: those that overlap have been made in two places, and what comes later joins what is there."""
    folder = workdir / "captures"
    folder.mkdir()
    begin = 1_700_000_000
    for number, start in enumerate((begin, begin + 100, begin + 102, begin + 200)):
        sweep_capture(folder / f"{9 - number}.pcap", start, network=number)
    assert "4 loaded" in database.load_all(folder)
    members = "SELECT count(*) FROM members GROUP BY load ORDER BY 1"
    assert database.ask(members) == [(2,), (2,)]
    sweep_capture(folder / "later.pcap", begin + 300, network=7)
    assert "1 loaded, 4 loaded before" in database.load_all(folder)
    assert database.ask(members) == [(1,), (2,), (2,)]
    assert "5 loaded;" in database.load_all("--again", "-o", "scannoise.scanning_contacts:3", folder)
    assert database.ask(members) == [(1,), (2,), (2,)]


def test_one_bad_file_does_not_spoil_those_it_follows(database, workdir):
    folder = workdir / "captures"
    folder.mkdir()
    for number in range(3):
        sweep_capture(folder / f"{number}.pcap", 1_700_000_000 + 100 * number, network=number)
    bad = folder / "1.pcap"
    bad.write_bytes(bad.read_bytes()[:-7])
    status, said, complaint = database.load(folder)
    assert status == 1 and "2 loaded, 1 failed" in said and "1 not loaded: run the same again" in said
    assert complaint.startswith(f"error: {bad}: ") and complaint.count("\n") == 1
    assert database.number("SELECT packets FROM capture WHERE rank = 1") == 2 * SWEEP_PACKETS


def test_lines_are_counted_each_for_itself(database, workdir, tshark_table):
    captures = [sweep_capture(workdir / f"{number}.pcap", network=number) for number in range(2)]
    for line, capture in zip(("north", "south"), captures):
        database.load_all("--line", line, capture)
    for line, capture in zip(("north", "south"), captures):
        table = tshark_table(capture)
        assert database.table(table, line=line).unlike(table) == []
    assert database.ask("SELECT * FROM lines_compared") == [
        (line, SWEEP_PACKETS, 1, 1, 100.0) for line in ("north", "south")]


def test_removed_as_if_it_had_never_been_loaded(database, telescope, tshark_table, workdir):
    stays = sweep_capture(workdir / "sweep.pcap")
    database.load_all(stays, telescope[0])
    views = [view for view in sqlite.views.VIEWS if view not in ("noise", "captures")]
    assert "1 of 1 captures removed" in database.load_all("--remove", telescope[0])
    table = tshark_table(stays)
    assert database.table(table).unlike(table) == []
    alone = type(database)(workdir / "alone.db", database.loader, database.programs, database.account)
    alone.load_all(stays)
    for view in views:
        if view not in sqlite.views.PARTS:
            assert database.all_of(view) == alone.all_of(view), view
    status, said, complaint = database.load("--remove", telescope[0])
    assert (status, said) == (1, "0 of 1 captures removed; 1 not\n")
    assert complaint == f"error: {telescope[0]}: it is not loaded\n"


def test_files_that_count_together_are_removed_together(database, telescope):
    database.load_all(telescope[1])
    first = min(telescope[1].iterdir())
    status, said, complaint = database.load("--remove", first)
    assert (status, said) == (1, "0 of 1 captures removed; 1 not\n")
    assert complaint == f"error: {first}: it counts together with {PARTS - 1} other files: name them, too\n"
    assert f"{PARTS} of {PARTS} captures removed" in database.load_all("--remove", telescope[1])
    assert database.ask("SELECT * FROM capture") == []


def test_the_rows_themselves(database, every_kind, tshark, workdir):
    """All that tshark writes, in the order that it writes them in."""
    rows = workdir / "rows.csv"
    tshark("-q", "-r", every_kind, "-z", f"scannoise,flows,{rows}")
    database.load_all(every_kind)
    with open(rows, newline="", encoding="utf-8") as file:
        written = [(row["source"], row["target"], row["transport"].partition("/")[0],
                    int(row["port"] or row["transport"].partition("/")[2] or 0), row["technique"], row["outcome"],
                    row["tool"], int(row["packets"]), int(row["bytes"]), row["verdict"], row["reason"],
                    int(row["first"].replace(".", "")), int(row["last"].replace(".", ""))) for row in csv.DictReader(file)]
    assert written == database.ask("SELECT source, target, transport, port, technique, outcome, tool, packets, bytes, verdict,"
                                   " reason, first_us, last_us FROM noise ORDER BY row")


def test_judged_in_two_ways_is_marked_until_it_is_one(database, workdir):
    captures = [sweep_capture(workdir / f"{number}.pcap", network=number) for number in range(2)]
    database.load_all(captures[0])
    dark = ("-o", "scannoise.home_networks:10.0.0.0/8", "-o", "scannoise.dark:TRUE")
    status, _, complaint = database.load(*dark, captures[1])
    assert status == 0 and complaint.count("\n") == 1
    assert complaint.startswith("warning: line default: its captures were judged in 2 ways")
    odd = "SELECT item, packets FROM capture WHERE rank = 6"
    assert database.ask(odd) == [("Judged otherwise than the newest", SWEEP_PACKETS)]
    ways = [judgement for judgement, in database.ask("SELECT judgement FROM captures ORDER BY load")]
    assert "dark:TRUE home_networks:10.0.0.0/8" in ways[1] and "dark" not in ways[0]
    # --again goes on with what is judged otherwise, and has nothing to do when it is run again.
    assert "1 loaded, 1 loaded before" in database.load_all("--again", *dark, *captures)
    assert database.ask(odd) == []
    assert "0 loaded, 2 loaded before" in database.load_all("--again", *dark, *captures)


def test_more_flows_than_there_is_room_for(database, telescope):
    """What was judged counts, and what was not is said: a row of the table has it, too."""
    status, said, complaint = database.load("-o", "scannoise.max_memory:1", telescope[0])
    [(missing,)] = database.ask("SELECT packets FROM capture WHERE item = 'Not judged: limit reached'")
    assert (status, complaint) == (0, f"warning: {telescope[0]}: {missing} packets were not judged, as"
                                      " scannoise.max_memory is reached\n")
    assert "1 loaded;" in said and 0 < missing < TELESCOPE_PACKETS
    assert database.number("SELECT packets FROM capture WHERE rank = 1") == TELESCOPE_PACKETS


def test_labels_that_change_are_another_judgement(database, workdir):
    capture, labels = sweep_capture(workdir / "sweep.pcap"), workdir / "labels.csv"
    labels.write_text("192.0.2.0/24,One\n")
    labels.chmod(0o644)
    load = ("--again", "-o", f"scannoise.labels:{labels}", capture)
    database.load_all(*load)
    assert "1 loaded before" in database.load_all(*load)
    labels.write_text("192.0.2.0/24,Two\n")
    assert "1 loaded;" in database.load_all(*load)
    assert database.ask("SELECT item FROM organisations") == [("Two",)]


@pytest.mark.parametrize("content", (b"no database\n" * 100, None), ids=("text", "folder"))
def test_a_first_name_that_is_no_database(database, workdir, content):
    """Who forgets the database names a capture or a folder."""
    place = workdir / "first"
    if content is None:
        place.mkdir()
    else:
        place.write_bytes(content)
        place.chmod(0o666)
    status, said, complaint = database.load(place, place=[place])
    assert (status, said) == (1, "") and complaint.count("\n") == 1
    assert complaint.startswith(f"error: {place}: ")
    assert content is None or place.read_bytes() == content


def test_another_database_is_left_as_it_is(database, workdir):
    with sqlite3.connect(workdir / "other.db") as other:
        other.execute("CREATE TABLE mine (text)")
    other.close()
    (workdir / "other.db").chmod(0o666)
    status, _, complaint = database.load(workdir, place=[workdir / "other.db"])
    assert status == 1
    assert complaint == f"error: {workdir}/other.db: it is a database of something else: load the captures into a new file\n"
    shutil.copy(workdir / "other.db", workdir / "copy.db")
    with sqlite3.connect(workdir / "copy.db") as copy:
        assert copy.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    copy.close()


def test_a_database_of_another_version_is_left_as_it_is(database, workdir):
    """It is known by its number, and what to do is in the same line."""
    capture = sweep_capture(workdir / "sweep.pcap")
    database.load_all(capture)
    with sqlite3.connect(database.path) as changed:
        changed.execute(f"PRAGMA application_id = {database.number('PRAGMA application_id') + 1}")
    changed.close()
    before = database.ask("SELECT * FROM captures")
    status, said, complaint = database.load(capture)
    assert (status, said) == (1, "")
    assert complaint == (f"error: {database.path}: it is a database of another version of this loader: load the captures"
                         " into a new file\n")
    assert database.ask("SELECT * FROM captures") == before
    assert database.load(capture, place=[workdir / "new.db"])[0] == 0


def test_a_folder_is_followed_while_it_is_filled(database, workdir):
    """The latest file may be half written, so it waits for a later one."""
    folder = workdir / "ring"
    folder.mkdir()
    begin = 1_700_000_000

    def add(number):
        path = sweep_capture(folder / f"line_{number:05}.pcap", begin + 100 * number, network=number)
        os.utime(path, (begin + number, begin + number))
    for number in range(2):
        add(number)
    loader = database.start("--watch", folder)
    try:
        assert "1 of 1 captures: 1 loaded" in loader.stdout.readline()
        assert database.number("SELECT packets FROM capture WHERE rank = 1") == SWEEP_PACKETS
        add(2)
        (folder / "line_00000.pcap").unlink()           # as a ring buffer does
        assert "1 of 1 captures: 1 loaded" in loader.stdout.readline()
        assert database.number("SELECT packets FROM capture WHERE rank = 1") == 2 * SWEEP_PACKETS
    finally:
        loader.send_signal(signal.SIGTERM)
        said, complaint = loader.communicate(timeout=60)
    assert loader.returncode == 130 and said == "" and "Traceback" not in complaint
