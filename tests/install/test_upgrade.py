# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Installed, upgraded, removed: one plugin at any time, nothing of the user's lost, and nothing of ours left."""
import hashlib
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def label_file(machine):
    """One of the user's, in the folder in which the page lies as well."""
    path = machine.configuration / "scannoise/labels.csv"
    machine.write(path, b"192.0.2.0/24,Example University\n")
    return path


def plugins(machine):
    return {path for path in machine.left() if path.name == "scannoise.so"}


@pytest.mark.parametrize("root", [False, True], ids=("personal", "global"))
def test_uninstalling_leaves_nothing(machine, checkout, as_root, root):
    if root:
        as_root()
    before = machine.left()
    checkout.try_out()
    assert len(machine.left()) > len(before) + 6
    checkout.try_out()                  # does what is left to do: nothing
    checkout.uninstall()
    assert machine.left() == before
    assert not [path for top in (machine.home, machine.data) for path in top.rglob("*")
                if path.name in ("scannoise", "Scan Noise", "epan")], "nor an empty folder"
    assert "removed" not in checkout.uninstall(), "again, it has nothing to do"


def test_label_files_stay(machine, checkout, label_file):
    content = label_file.read_bytes()
    checkout.try_out()
    assert label_file.read_bytes() == content
    (checkout.page / "README.html").write_text("a newer page\n")
    (checkout.page / "tests/pictures/details.png").unlink()
    checkout.try_out()
    page = label_file.parent
    assert label_file.read_bytes() == content and (page / "README.html").read_text() == "a newer page\n"
    assert not (page / "tests/pictures/details.png").exists(), "it is not of the newer page"
    checkout.uninstall()
    assert machine.left() & {path for path in page.rglob("*")} == {label_file}


def test_a_global_plugin_takes_the_personal_ones_place(machine, checkout, as_root):
    checkout.try_out()
    assert plugins(machine) == {machine.personal_plugin}
    machine.program("getent", f"echo user:x:1000:1000::{machine.home}:/bin/sh")
    as_root()
    said = checkout.try_out()
    assert f"{machine.personal_plugin} is a second one" in said
    (machine.programs / "id").unlink()
    said = checkout.try_out()
    assert f"removed {machine.personal_plugin}" in said and plugins(machine) == {machine.global_plugin}


def test_plugins_where_others_put_them(machine, checkout):
    """Folders of Wireshark's patch versions, with a dash, and one level too high; another minor version's stays."""
    folder = machine.personal_plugin.parents[1]
    strays = [folder / "scannoise.so", folder.parent / "scannoise.so",
              folder.parent / f"{folder.name}.17/epan/scannoise.so",
              folder.parent / folder.name.replace(".", "-") / "epan/scannoise.so"]
    other = folder.parent / "3.6/epan/scannoise.so"
    for path in (*strays, other):
        machine.write(path, b"an old one")
    said = checkout.try_out()
    assert plugins(machine) == {machine.personal_plugin, other}
    assert all(f"removed {path}" in said for path in strays)
    checkout.uninstall()
    assert plugins(machine) == set()


def test_what_a_package_has_installed_stays(machine, checkout, as_root):
    as_root()
    machine.program("dpkg-query", f'case "$*" in "--search {machine.global_plugin}") echo "scannoise: FILE" ;;\n'
                    '*) exec /usr/bin/dpkg-query "$@" ;; esac')
    machine.write(machine.global_plugin, b"the package's")
    status, said = checkout.run()
    assert status == 1 and f"{machine.global_plugin} is of the package scannoise" in said
    assert "apt purge scannoise" in checkout.uninstall()
    assert machine.global_plugin.read_bytes() == b"the package's"


class Profiles:
    """The user's."""

    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.configuration / "profiles"
        self.ours, self.offered = self.folder / "Scan Noise", self.folder / "Scan Noise (new)"

    def used(self):
        """What Wireshark does when it ends."""
        self.machine.write(self.ours / "recent", b"gui.geometry_main_width: 800\n")

    def changed(self):
        self.machine.write(self.ours / "colorfilters", b"# mine\n")


@pytest.fixture
def profiles(machine):
    return Profiles(machine)


def same(one, other):
    return all((one / file.name).read_bytes() == file.read_bytes() for file in other.iterdir()
               if file.name != "recent") and {file.name for file in one.iterdir()} == {
                   file.name for file in other.iterdir()}


def test_a_profile_that_nobody_changed_is_renewed(checkout, profiles):
    checkout.try_out()
    profiles.used()
    checkout.another_profile()
    checkout.try_out()
    assert same(profiles.ours, checkout.profile) and not profiles.offered.exists()
    assert "800" in (profiles.ours / "recent").read_text(), "Wireshark's windows are as they were"
    checkout.uninstall()
    assert not profiles.folder.exists()


def test_wiresharks_copy_of_the_global_profile_is_renewed(machine, checkout, profiles, as_root):
    as_root()
    checkout.try_out()
    machine.write(profiles.ours / "preferences", b"")
    for file in checkout.profile.iterdir():         # what Wireshark does at first use
        machine.write(profiles.ours / file.name, file.read_bytes())
    checkout.another_profile()
    checkout.try_out()
    (machine.programs / "id").unlink()
    checkout.try_out()
    assert same(profiles.ours, checkout.profile)


def test_a_changed_profile_is_kept_and_the_new_one_offered(checkout, profiles):
    checkout.try_out()
    profiles.changed()
    checkout.another_profile()
    said = checkout.try_out()
    assert f"kept {profiles.ours}" in said and str(profiles.offered) in said
    assert (profiles.ours / "colorfilters").read_text() == "# mine\n"
    assert same(profiles.offered, checkout.profile)
    said = checkout.uninstall()
    assert f"{profiles.ours} stays: it was changed" in said
    assert (profiles.ours / "colorfilters").read_text() == "# mine\n" and not profiles.offered.exists()
    # Who gives up the own one gets the new one, under its name.
    checkout.try_out()
    shutil.rmtree(profiles.ours)
    checkout.try_out()
    assert same(profiles.ours, checkout.profile) and not profiles.offered.exists()


def test_another_file_in_a_profile_is_a_change(machine, checkout, profiles):
    checkout.try_out()
    machine.write(profiles.ours / "dfilters", b'"mine" tcp\n')
    assert f"{profiles.ours} stays: it was changed" in checkout.uninstall()


def test_every_file_of_the_profile_is_listed():
    """plugin/profile/shipped.sha256 tells what users have changed: a changed profile needs new lines there
    (sha256sum *, in its folder), and those of older versions stay."""
    folder = Path(__file__).resolve().parents[2] / "plugin/profile"
    listed = (folder / "shipped.sha256").read_text().splitlines()
    for file in (folder / "Scan Noise").iterdir():
        if file.name != "recent":
            assert f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" in listed
