# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the pages tell a reader to type: the lines of their blocks of code, and the commands of README's table."""
import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
# The page about many captures has a test of its own, which has the databases: tests/captures_db/test_readme.py.
PAGES = ("README.md", "plugin/README.md", "tests/README.md")
BLOCK = re.compile(r"^( *)```(?:sh)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| ([^|`]+) \| `((?:[^`])+)` \| → (.+) \|$", re.MULTILINE)


def text(page):
    return (REPO / page).read_text()


def blocks(page):
    """Each block of code, as a script."""
    return ["\n".join(line.removeprefix(indent) for line in body.splitlines())
            for indent, body in BLOCK.findall(text(page))]


def article():
    """[(command, what it says of the twin)] of the table of the article's statements."""
    return [(command.replace(r"\|", "|"), says) for _, command, says in ROW.findall(text("README.md"))]


def page_says(command):
    """Of a test that types the command of a page. It gets it as its argument and so has it in its name, by which
    test_commands.py knows that the command is run."""
    return pytest.mark.parametrize("command", [command])
