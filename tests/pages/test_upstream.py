# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of what we would ask of Wireshark speaks of code that is there, and of patches that can be read."""
import re
import subprocess

import pytest

from pages import REPO

UPSTREAM = REPO / "plugin/upstream"
PAGE = (UPSTREAM / "README.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
GOES = re.compile(r"^- `([\w/.]+)`(?:, whole|: ((?:`\w+\(\)`(?:, )?)+)) \((\d+) lines\)$", re.MULTILINE)
PATCHES = re.compile(r"^Patch: `(\S+)`$", re.MULTILINE)


def title(section):
    return section.partition("\n")[0]


def length(path, name):
    """How many lines a function has."""
    found = re.search(rf"^\w[\w *]*\b{name}\((?:[^;{{]|\n)*\n{{\n.*?^}}", (REPO / path).read_text(encoding="utf-8"),
                      re.MULTILINE | re.DOTALL)
    assert found, f"{path} has no {name}()"
    return found[0].count("\n") + 1


@pytest.mark.parametrize("section", SECTIONS, ids=title)
def test_what_goes_is_there(section):
    """All of it is named in this form; the number of lines is right within a fifth, so that it need not follow each
    change."""
    items = section.partition("\nGoes:\n\n")[2].strip().splitlines()
    assert items and [item for item in items if not GOES.fullmatch(item)] == []
    for path, functions, lines in GOES.findall(section):
        names = re.findall(r"(\w+)\(\)", functions)
        there = sum(length(path, name) for name in names) if names else (REPO / path).read_text().count("\n")
        assert abs(there - int(lines)) <= max(2, there / 5), (path, there)


def test_functions_that_are_named():
    code = "\n".join(path.read_text(encoding="utf-8") for folder in ("plugin", "stats")
                     for path in (REPO / folder).rglob("*.c"))
    named = re.findall(r"`(\w+)\(\)`", PAGE)
    assert named and not [name for name in named if not re.search(rf"^\w[\w *]*\b{name}\(", code, re.MULTILINE)]


@pytest.mark.parametrize("section", [each for each in SECTIONS if PATCHES.search(each)], ids=title)
def test_a_patch_has_the_interface_that_is_proposed(section):
    name, = PATCHES.findall(section)
    patch = UPSTREAM / name
    done = subprocess.run(["git", "apply", "--numstat", patch], cwd="/", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout, done.stderr
    added = "".join(line[1:] for line in patch.read_text(encoding="utf-8").splitlines(True) if line.startswith("+"))
    for block in re.findall(r"^```c\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        assert [line for line in block.splitlines() if line not in added and not line.startswith("/*")] == []


def test_every_patch_is_on_the_page():
    assert sorted(PATCHES.findall(PAGE)) == sorted(path.name for path in UPSTREAM.glob("*.patch"))
