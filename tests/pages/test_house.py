# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of the house is true: who includes whom, and the functions and files that it and the code's comments name.
And what holds of all files: whose they are, and that they are the same on every system."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pages import REPO

HOUSE = (REPO / "plugin/HOUSE.md").read_text(encoding="utf-8")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OF_WIRESHARK = re.compile(r"^(wireshark\.h|epan/|wiretap/|wsutil/|ui/|ws_)")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
FILE = re.compile(r"(?<![\w./*-])((?:[\w-]+/)*[\w-]+\.(?:c|h|py|sh|md|js|cmake|sql))\b(?!\()")
# What is named of others: scanners' sources, Linux's header, Debian's package.
FOREIGN = {"init_packet.c", "tcphash.h", "if_arp.h", "libjs-chart.js"}


def tracked():
    """Paths below the checkout, which may be without git."""
    done = subprocess.run(["git", "-C", REPO, "ls-files"], capture_output=True, text=True, check=False)
    paths = done.stdout.splitlines() if done.returncode == 0 else []
    return paths or [str(path.relative_to(REPO)) for pattern in ("*", "plugin/**/*", "stats/**/*", "tests/**/*", ".ci/*")
                     for path in REPO.glob(pattern) if path.is_file()]


def tally():
    listed = re.search(r"add_library\(scannoise-tally STATIC(.*?)\)", (REPO / "CMakeLists.txt").read_text(), re.DOTALL)[1]
    return {name.removesuffix(".c") for name in listed.split()}


def room(path):
    if path.startswith("plugin/engine/"):
        return "engine"
    if path.startswith("plugin/"):
        return "plugin"
    return "tally" if path.rpartition(".")[0] in tally() else "views"


def sources():
    return sorted(str(path.relative_to(REPO)) for folder in ("plugin", "plugin/engine", "stats")
                  for path in (REPO / folder).glob("*.[ch]"))


def included(path):
    """(what, whether it is the project's) for each include; what is in the checkout as a path from its top."""
    for kind, name in INCLUDE.findall((REPO / path).read_text(encoding="utf-8")):
        found = [str(candidate.relative_to(REPO)) for base in (Path(path).parent, "plugin", ".")
                 if (candidate := (REPO / base / name)).is_file()]
        yield (found[0], True) if kind == '"' and found else (name, False)


def table():
    """room -> (what it knows, the rooms whose headers it includes), as the page has it."""
    rows = re.findall(r"^\| (\w+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", HOUSE, re.MULTILINE)
    return {name: (knows, set(others.strip().split(", "))) for name, knows, others in rows if name != "room"}


def test_the_rooms_are_all():
    assert set(table()) == {room(path) for path in sources()}


@pytest.mark.parametrize("name", table())
def test_who_includes_whom(name):
    found = {room(other) for path in sources() if room(path) == name for other, ours in included(path) if ours}
    assert found == table()[name][1]


@pytest.mark.parametrize("name", table())
def test_who_knows_wireshark(name):
    users = [path for path in sources() if room(path) == name
             and any(OF_WIRESHARK.match(other) for other, ours in included(path) if not ours)]
    assert bool(users) == ("Wireshark" in table()[name][0]), users


def test_the_engines_tests_know_nothing_of_wireshark():
    tests = [str(path.relative_to(REPO)) for path in (REPO / "tests/engine").glob("*.[ch]")]
    assert tests and not [path for path in tests for other, _ in included(path) if OF_WIRESHARK.match(other)]


def test_what_microsofts_compiler_has():
    """No word of GNU or POSIX that mingw-w64 or clang take even where they read as that compiler (.ci/windows.sh)."""
    asked = re.compile(r"^#ifdef __(?:GNUC__|SIZEOF_INT128__)\n.*?^#(?:else|endif)", re.MULTILINE | re.DOTALL)
    words = re.compile(r"\b(?:__(?:attribute|typeof|extension|asm|thread|int128|builtin_\w+)\w*|typeof|asm"
                       r"|(?:ssize|off|mode|pid|uid|gid)_t|S_I\w+|PATH_MAX|M_PI|alloca)\b")
    found = [(path, word) for path in sources() if path != "stats/system.c"     # POSIX' alone
             for word in words.findall(asked.sub("", COMMENT.sub("", (REPO / path).read_text(encoding="utf-8"))))]
    assert not found


def test_functions_that_are_named():
    code = "\n".join((REPO / path).read_text(encoding="utf-8") for path in sources())
    named = re.findall(r"`(\w+)\(\)`", HOUSE)
    assert named and not [name for name in named if not re.search(rf"^\w[\w *]*\b{name}\(", code, re.MULTILINE)]


def test_files_that_are_named():
    """In comments of the code, and between backticks on the pages."""
    there = tracked()
    names = {part for path in there for part in (path, Path(path).name)}
    gone = []
    for path in there:
        text = (REPO / path).read_text(encoding="utf-8") if path.endswith((".c", ".h", ".md")) else ""
        said = COMMENT.findall(text) if not path.endswith(".md") else re.findall(r"`([^`\n]+)`", text)
        gone += [(path, name) for part in said for name in FILE.findall(part)
                 if name not in names | FOREIGN and not any(one.endswith("/" + name) for one in there)]
    assert not gone


def test_whose_a_file_is():
    """In the form of Wireshark's own files, at their beginning."""
    code = re.compile(r"\.(c|h|py|sh|cmake|js|css|html|sql|lua)$|^CMakeLists\.txt$|^\.ci/run$")
    paths = [path for path in tracked() if code.search(path)]
    unsaid = [path for path in paths if not re.search(
        r"Copyright 2026 the Scan Noise developers\W+SPDX-License-Identifier: GPL-2\.0-or-later\b",
        (REPO / path).read_text(encoding="utf-8")[:300])]
    assert len(paths) > 400 and not unsaid


def test_the_same_bytes_on_every_system(tmp_path):
    """Also by git for Windows, which by itself ends the lines of what it checks out in another way."""
    folder = tmp_path / "checkout"
    said = ["git", "-C", folder, "-c", "core.autocrlf=true", "-c", "user.name=somebody", "-c", "user.email=a@example.net"]
    (folder / "plugin").mkdir(parents=True)
    shutil.copy(REPO / ".gitattributes", folder)
    (folder / "plugin/labels.csv").write_bytes(b"prefix,label\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Labels"], ["rm", "-q", "-r", "plugin"],
                  ["checkout", "-q", "HEAD", "--", "plugin"]):
        subprocess.run([*said, *words], check=True, capture_output=True, timeout=60)
    assert (folder / "plugin/labels.csv").read_bytes() == b"prefix,label\n"
