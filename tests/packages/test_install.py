# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A package's life on a fresh Debian: installed with the one command that README names, used, removed.

The tests of this file are one story, told in order in one tree for each Debian.
"""
import shutil
import subprocess

import pytest

from making import REPO
from tree import USER

TWIN = REPO / "tests/captures/home-line.pcapng"


@pytest.fixture(scope="module")
def before(tree):
    """The files of the fresh tree."""
    return tree.files()


# As plugin/README.md has it; tests/pages/test_commands.py looks for the command in a test's name.
INSTALL = "apt install ./build/scannoise_*.deb"


@pytest.fixture(scope="module")
def installed(tree, before, package):
    """The tree after the page's command for the package, with an ordinary user and the twin capture."""
    tree.copy_in(package, "build")
    tree.types(INSTALL)
    tree.add_user()
    tree.copy_in(TWIN)
    return tree


@pytest.fixture(scope="module")
def folders(installed):
    """folders(name) -> one of the folders that tshark says it looks into."""
    said = dict(line.split(":", 1) for line in installed.run("tshark", "-G", "folders", user=USER).stdout.splitlines()
                if ":" in line)
    return lambda name: said[name].strip()


@pytest.mark.parametrize("command", [INSTALL])
def test_apt_brought_a_wireshark_of_that_version(installed, series, command):
    assert "scannoise is already the newest version" in installed.types(command).stdout
    assert f"TShark (Wireshark) {series}." in installed.run("tshark", "--version").stdout


def test_plugin_lies_where_wireshark_looks(installed, folders):
    found = installed.run("dpkg", "-L", "scannoise").stdout.splitlines()
    assert folders("Global Plugins") + "/epan/scannoise.so" in found


@pytest.mark.parametrize("user", [USER, None])
def test_every_user_gets_the_plugin(installed, user, control):
    said = installed.run("tshark", "-G", "plugins", user=user).stdout
    version = control("Version").partition("+")[0]
    assert [line.split()[:2] for line in said.splitlines() if line.startswith("scannoise")] == \
        [["scannoise.so", version]]


def test_the_twins_figures_come_out(installed):
    said = installed.run("tshark", "-q", "-r", f"/opt/{TWIN.name}", "-z", "scannoise,stat", user=USER).stdout
    line = next(line for line in said.splitlines() if "Unsolicited scans" in line)
    assert {"7261", "1018", "1167"} <= set(line.replace("|", " ").split())


def test_every_user_can_choose_the_profile(installed):
    said = installed.run("tshark", "-C", "Scan Noise", "-r", f"/opt/{TWIN.name}", "-Y", "frame.number == 9", user=USER)
    assert " 198.18.37.17 TCP connect 21 unanswered " in " ".join(said.stdout.split())


def test_plugin_of_another_wireshark_is_refused_in_a_line(installed, folders, suite, package_of, scratch):
    """Somebody copied it by hand into the folder of this version. The rest works as ever."""
    other = package_of("trixie" if suite == "bookworm" else "bookworm")
    unpacked = scratch / "other"
    subprocess.run(["dpkg-deb", "--extract", other, unpacked], check=True)
    plugin, = unpacked.rglob("scannoise.so")
    personal = folders("Personal Plugins") + "/epan"
    installed.run("mkdir", "-p", personal, user=USER)
    shutil.copy(plugin, installed.root / personal.lstrip("/") / "foreign.so")
    shutil.rmtree(unpacked)
    said = installed.run("tshark", "-r", f"/opt/{TWIN.name}", "-Y", "scannoise.scan", "-c", "100", user=USER).stdout
    complaints = [line for line in said.splitlines() if "foreign.so" in line]
    assert len(complaints) == 1 and "Couldn't load plugin 'foreign.so'" in complaints[0], said
    assert "libwireshark.so." in complaints[0] and len(said.splitlines()) > 1
    installed.run("rm", f"{personal}/foreign.so")


def test_no_upgrade_leaves_a_broken_plugin(installed, control, series, scratch):
    """A library of the next minor version, with the same name: apt takes the plugin away with it."""
    library = control("Depends").split()[0]
    major, minor = series.split(".")
    folder = scratch / "next"
    (folder / "DEBIAN").mkdir(parents=True)
    (folder / "DEBIAN/control").write_text(
        f"Package: {library}\nVersion: {major}.{int(minor) + 1}.0-1\nArchitecture: {control('Architecture')}\n"
        "Maintainer: nobody <nobody@localhost>\nDescription: nothing\n")
    file = scratch / "next.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", folder, file], check=True, capture_output=True)
    shutil.rmtree(folder)
    said = installed.apt("install", "--simulate", installed.copy_in(file)).stdout
    assert f"Inst {library} " in said and "Remv scannoise " in said, said


def test_purge_leaves_nothing(installed, before):
    """Neither of the package nor, with what came along with it, a name of ours anywhere."""
    ours = [path.lstrip("/") for path in installed.run("dpkg", "-L", "scannoise").stdout.splitlines()]
    installed.apt("purge", "scannoise")
    gone = {path for path in ours if "scannoise" in path or "Scan Noise" in path}
    after = installed.files()
    assert gone and not gone & after
    assert not [path for path in after if "scannoise" in path.replace(" ", "").lower()]
    assert "scannoise" not in installed.run("tshark", "-G", "plugins").stdout
    installed.apt("autopurge")
    left = installed.files() - before
    assert not [path for path in left if path in ours], left
