# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the loader makes of files, without a server: names of every kind, and rows with columns it doesn't know."""
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from material import TESTS, sweep_capture

sys.path.append(str(TESTS.parent / "stats" / "captures"))
import find     # noqa: E402  (found by the line above)
from clickhouse import text     # noqa: E402
import rows     # noqa: E402
import shown    # noqa: E402
from tshark import CaptureProblem   # noqa: E402

# Whatever Linux takes, and more often what programs stumble over.
ODD = st.sampled_from([b"\t", b"\n", b"\r", b"\xff", b"\xc3", b",", b'"', b"'", b"\\", b" ", b"-", b"a", b".gz",
                       b".pcap", b"\x1b[2J", "ü".encode(), "\u202e".encode()])
QUOTE = '"'
NAMES = st.lists(ODD | st.binary(min_size=1, max_size=3), min_size=1, max_size=40).map(b"".join).filter(
    lambda name: b"/" not in name and b"\0" not in name and not name.startswith(b".") and len(name) < 255)


@pytest.fixture(scope="module")
def place(session_dir):
    """(a folder for the loader's work, a folder for captures, the content of one of 6 packets)"""
    work, captures = session_dir / "work", session_dir / "odd-names"
    for folder in (work, captures):
        folder.mkdir()
    return work, captures, sweep_capture(session_dir / "sweep.pcap").read_bytes()


@settings(max_examples=60, deadline=None)
@given(name=NAMES)
def test_a_capture_may_have_any_name(place, name):
    work, folder, content = place
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    path.write_bytes(content)
    try:
        (capture,), troubles = find.find([folder], together=False)
        assert (capture.identify(), capture.sift(set(), work), troubles) == ([], [], [])
        assert [found.packets for found in capture.contents.values()] == [6]
        assert capture.name.isprintable() and capture.name.encode(), "it is one line, and UTF-8"
    finally:
        path.unlink()


@given(one=NAMES, other=NAMES)
def test_plain_names_are_shown_as_they_are(one, other):
    text = os.fsdecode(one + other)
    assert shown.shown(text).isprintable()
    if text.isprintable():
        assert shown.shown(text) == text


def cells_of(path):
    """Row by row."""
    return [row for columns in rows.Rows(path).blocks() for row in zip(*columns)]


def test_a_further_column_is_left_alone(workdir):
    """Another version of the plugin may write more, or in another order."""
    names = rows.Rows.COLUMNS
    plain, further = workdir / "plain.csv", workdir / "further.csv"
    plain.write_text(f"{','.join(names)}\n{','.join(name.upper() for name in names)}\n")
    turned = [*reversed(names), "later"]
    further.write_text(f"{','.join(turned)}\n{','.join(name.upper() for name in turned)}\n")
    assert cells_of(plain) == cells_of(further) == [
        tuple(name.upper() for name in names)]
    assert list(text.chunks(rows.Rows(further), 7, "a line")) == [
        (1, ("7\t0\ta line\t" + "\t".join(names).upper() + "\n").encode())]


@given(cells=st.lists(st.text(st.sampled_from('a,";\r\n\t\'ü'), max_size=6),
                      min_size=1, max_size=8))
def test_rows_are_what_csv_takes_them_for(session_dir, cells):
    """Quotes, commas and ends of lines within a cell, which the plugin puts into quotes, beside rows without any."""
    names, path = rows.Rows.COLUMNS, session_dir / "quoted.csv"
    wanted = [tuple("x" if name != "label" else cell for name in names) for cell in ("plain", *cells, "plain")]
    with open(path, "w", newline="", encoding="utf-8") as file:
        for row in (names, *wanted):
            file.write(",".join(f'"{cell.replace(QUOTE, QUOTE * 2)}"' if {*cell} & {*',"\r\n'} else cell for cell in row))
            file.write("\n")
    assert cells_of(path) == wanted


def test_a_row_that_is_cut_off_is_a_problem_of_the_capture(workdir):
    names, path = rows.Rows.COLUMNS, workdir / "cut.csv"
    path.write_text(f"{','.join(names)}\n{','.join(names)}\n{','.join(names[:5])}\n")
    with pytest.raises(CaptureProblem, match="row 2 of what tshark found is damaged"):
        cells_of(path)


def test_the_folder_of_each_file_in_readme_is_made_first():
    """Debian's package brings no config.d."""
    text = (TESTS.parent / "stats" / "captures" / "README.md").read_text()
    commands = text.partition("sudo apt-get install clickhouse-server")[2].partition("```")[0].splitlines()
    written = [line.split()[2] for line in commands if line.startswith("sudo tee")]
    assert written
    for path in written:
        assert f"sudo mkdir -p {os.path.dirname(path)}" in commands
