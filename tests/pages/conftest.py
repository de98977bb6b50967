# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a reader of the pages sits: a folder with a capture, an interface, and a checkout's scripts."""
import os
import shutil
import subprocess
import threading

import pytest

from pages import REPO

TWIN = REPO / "tests/captures/home-line.pcapng"
REPOSITORIES = {
    "OpenFilters/internet-scanners": {"shodan.nft": "# Shodan (shodan.io)\n\ndefine shodan_v4 = {\n\t192.0.2.2,\n}\n"},
    "MISP/misp-warninglists": {"lists/censys-scanning/list.json":
                               '{"name": "Censys", "type": "cidr", "list": ["192.0.2.220"]}\n'},
}


class Reader:
    """Who types the commands of a page, in a folder of their own."""

    def __init__(self, programs, git):
        self.folder, self._programs, self._git = programs.workdir, programs, git

    def types(self, script):
        """Runs it in a shell that stops at the first command that fails. @return subprocess's result"""
        command = ["env", *settings_of_git(self._git), "bash", "-e", "-o", "pipefail", "-c", script]
        if "-i INTERFACE" in script:
            threading.Thread(target=self._send, daemon=True).start()
        return self._programs.run(command)

    def _send(self):
        """What comes over the line."""
        with open(self.folder / "INTERFACE", "wb") as line:
            line.write(TWIN.read_bytes())


def settings_of_git(folder):
    """Assignments for env, by which git takes the folder for the place of the public repositories."""
    return ["GIT_CONFIG_COUNT=1", f"GIT_CONFIG_KEY_0=url.{folder}/.insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/"]


@pytest.fixture(scope="session")
def repositories(session_dir, account):
    """A folder that has small twins of the repositories that the pages name."""
    for name, files in REPOSITORIES.items():
        top = session_dir / "git" / name
        for path, content in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(content)
        said = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.net"]
        for words in (["init", "-q"], ["add", "."], [*said, "commit", "-q", "-m", "Lists"]):
            subprocess.run(["git", *words], cwd=top, check=True, timeout=60)
    for path in (session_dir / "git", *(session_dir / "git").rglob("*")):
        account.own(path)       # git reads no repository of somebody else
    return session_dir / "git"


@pytest.fixture
def reader(programs, account, repositories):
    folder = programs.workdir
    for name in ("plugin/data", "stats/captures"):
        shutil.copytree(REPO / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "captures").mkdir()
    for name in ("FILE", "monday.pcapng", "tuesday.pcapng", "captures/line.pcapng"):
        shutil.copyfile(TWIN, folder / name)
    os.mkfifo(folder / "INTERFACE")         # dumpcap reads packets from a pipe as it does from a card
    for path in (folder / "captures", folder / "INTERFACE"):
        account.own(path)
    return Reader(programs, repositories)
