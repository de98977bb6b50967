# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages' commands that build, install and package, typed by a user in a checkout of their own, which is built once."""
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from pages import REPO, page_says

TRY = "sh plugin/try.sh"


class User:
    """Who has a checkout, and of Wireshark's folders only their own."""

    def __init__(self, account, environment, folder):
        self.account, self.home, self.folder = account, folder / "home", folder / "checkout"
        self.home.mkdir()
        shutil.copytree(REPO, self.folder, ignore=self._left_out)
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                account.own(path)
        self.environment = environment(self.home)

    @staticmethod
    def _left_out(folder, names):
        return [name for name in names if name in (".git", "__pycache__")
                or Path(folder) == REPO and name.startswith("build")]

    def types(self, command, **environment):
        """@return what it says; it has to succeed"""
        done = subprocess.run(["sh", "-ec", command], cwd=self.folder, env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=500, **self.account.credentials)
        assert done.returncode == 0, f"{command}: {done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def user(request, account, session_dir):
    environment = next(plugin.environment for plugin in request.config.pluginmanager.get_plugins()
                       if hasattr(plugin, "Programs"))
    folder = Path(tempfile.mkdtemp(dir=session_dir))
    folder.chmod(0o755)
    made = User(account, environment, folder)
    made.tried = made.types(TRY)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def files(top):
    return {path.name for path in top.rglob("*") if path.is_file()} if top.exists() else set()


@page_says(TRY)
def test_the_first_command(user, command):
    """It shows the table; typed again, it has nothing left to build or to install."""
    assert "Unsolicited scans" in user.tried and "scannoise.so" in files(user.home)
    plugin = user.folder / "build/scannoise.so"
    before = plugin.stat().st_mtime_ns
    assert "scannoise.so, already there" in user.types(command) and plugin.stat().st_mtime_ns == before


@page_says("cmake -B build")
def test_configure(user, command):
    user.types(command)
    assert "CMAKE_HOME_DIRECTORY:INTERNAL=" in (user.folder / "build/CMakeCache.txt").read_text()


@page_says("cmake --build build")
def test_build(user, command):
    plugin = user.folder / "build/scannoise.so"
    plugin.unlink()
    user.types(command)
    assert plugin.is_file()


@pytest.fixture
def staged(user):
    """types(command) with a DESTDIR, as the real place is the machine's; the files below that."""
    top = user.folder / "build/top"
    yield lambda command: user.types(command, DESTDIR=str(top)), lambda: files(top)
    shutil.rmtree(top, ignore_errors=True)


@page_says("cmake --install build")
def test_install(staged, command):
    types, installed = staged
    types(command)
    assert {"scannoise.so", "README.html", "colorfilters"} <= installed()


@page_says("cmake --build build --target uninstall")
def test_uninstall(staged, command):
    types, installed = staged
    types("cmake --install build")
    types(command)
    assert installed() == set()


@page_says("(cd build && cpack)")
def test_package(user, command):
    user.types(command)
    package, = (user.folder / "build").glob("scannoise_*.deb")
    assert "/epan/scannoise.so" in user.types(f"dpkg-deb --contents {package}")
