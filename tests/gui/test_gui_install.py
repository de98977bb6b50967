# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What cmake --install installs, Wireshark finds: the plugin, the profile, and README's page in the Tools menu."""
import shlex
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from accessible import Grid
from waiting import until
from wireshark import PROFILE, REPO


@pytest.fixture(scope="module")
def installed(session_dir, plugin_build, link_data):
    """The folders of an installation: {"data": ..., "plugins": ...}, beside the files of Wireshark itself."""
    prefix = session_dir / "prefix"
    done = subprocess.run(["cmake", "--install", plugin_build, "--prefix", prefix], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    data = prefix / "share/wireshark"
    link_data(data)
    for path in (prefix, *prefix.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    plugins = next(prefix.rglob("epan")).parents[1]         # Wireshark appends its version itself
    return {"WIRESHARK_DATA_DIR": str(data), "WIRESHARK_PLUGIN_DIR": str(plugins)}


@pytest.fixture
def newcomer(start, installed, twin):
    """Wireshark of somebody who has nothing of ours, where it was installed for all; with these arguments. FILE among
    them is the twin."""
    return lambda *arguments: start(*[twin if each == "FILE" else each for each in arguments], installed=installed)


# The command as README has it: tests/pages/test_commands.py looks for it in the test's name.
@pytest.mark.parametrize("command", ['wireshark -C "Scan Noise" FILE'])
def test_the_profile_is_offered_and_used(newcomer, twin_packets, count, command):
    wireshark = newcomer(*shlex.split(command)[1:])
    wireshark.shows(twin_packets)
    assert wireshark.profile() == PROFILE
    assert "Scanner" in wireshark.packets().headings()
    wireshark.menu("Tools", "Scan Noise", "Show only scans")
    wireshark.shows(count("scannoise.scan"))


def test_without_the_profile_nothing_is_changed(newcomer, twin_packets, keep):
    """The plugin is loaded, the user's columns are Wireshark's own; the profile can be chosen."""
    wireshark = newcomer("-r", "FILE")
    wireshark.shows(twin_packets)
    assert wireshark.profile() == "Default"
    assert wireshark.packets().headings() == ["No.", "Time", "Source", "Destination", "Protocol", "Length", "Info"]
    dialog = wireshark.new_dialog(lambda: wireshark.menu("Edit", "Configuration Profiles…"),
                                  "· Configuration Profiles")
    grid = until("no list of profiles", lambda: next(map(Grid, dialog.all("table") + dialog.all("tree")), None))
    rows = [row[:2] for row in grid.rows()]
    assert [PROFILE, "Global"] in rows, rows
    keep("profiles", dialog)
    dialog.get("push button", "Cancel").press()


def test_the_menu_opens_the_page(newcomer, installed, browsed, twin_packets):
    wireshark = newcomer("-r", "FILE")
    wireshark.shows(twin_packets)
    wireshark.menu("Tools", "Scan Noise", "README")
    url = urlsplit(until("no page was asked for", browsed)[-1])
    page = Path(unquote(url.path))
    assert url.scheme == "file" and str(page).startswith(installed["WIRESHARK_DATA_DIR"])
    text = page.read_text()
    for line in (REPO / "README.md").read_text().splitlines():
        if line.startswith("## "):
            assert f"<h2>{line[3:]}</h2>" in text
    for picture in text.split('<img src="')[1:]:
        assert (page.parent / picture.partition('"')[0]).is_file(), picture[:80]
