# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of this folder: folders that stand for a machine's, and the ways to install the plugin into them."""
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
TWIN = REPO / "tests/captures/home-line.pcapng"
WAIT_S = 120


class Machine:
    """Wireshark's folders of a machine and of one of its users, all of them empty of ours.

    @param version Wireshark's folder of plugins, such as "4.0"
    """

    def __init__(self, folder, account, version):
        self.account = account
        self.home, self.data, plugins = folder / "home", folder / "data", folder / "plugins"
        for made in (self.home, self.data, plugins, folder / "programs"):
            made.mkdir()
            account.own(made)
        self.programs = folder / "programs"
        self.environment = {"PATH": f"{self.programs}:{os.environ.get('PATH', os.defpath)}", "HOME": str(self.home),
                            "TZ": "UTC", "LC_ALL": "C.UTF-8", "WIRESHARK_PLUGIN_DIR": str(plugins),
                            "WIRESHARK_DATA_DIR": str(self.data)}
        self.global_plugin = plugins / version / "epan/scannoise.so"
        self.personal_plugin = self.home / ".local/lib/wireshark/plugins" / version / "epan/scannoise.so"
        self.configuration = self.home / ".config/wireshark"

    def program(self, name, script):
        """Puts another program in place of one of the system's."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def write(self, path, content):
        """Writes a file as the user would."""
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir()
                self.account.own(folder)
        path.write_bytes(content)
        self.account.own(path)

    def lacks(self, package):
        """Makes it a machine on which all packages but this are installed, and that apt-get cannot install.
        @return the file in which apt-get notes what it was asked for"""
        asked = self.home / "apt-get.asked"
        self.program("dpkg-query", f"""[ "$1" = -W ] || exec /usr/bin/dpkg-query "$@"
            shift 3
            for name; do [ "$name" = {package} ] || echo "$name installed"; done""")
        self.program("apt-get", f'echo "$*" >>{asked}\nexit 100')
        return asked

    def start(self, *command, **keywords):
        return subprocess.Popen([str(word) for word in command], env=self.environment, stderr=subprocess.STDOUT,
                                stdout=subprocess.PIPE, **keywords, **self.account.credentials)

    def left(self):
        """Every file of ours or of the user in the folders."""
        return {path for top in (self.home, self.data, self.global_plugin.parents[2]) for path in top.rglob("*")
                if not path.is_dir() and not path.is_symlink()}


@pytest.fixture
def machine(workdir, account, wireshark_version, link_data):
    made = Machine(workdir, account, "{}.{}".format(*wireshark_version))
    link_data(made.data)
    account.own(made.data / "profiles")
    return made


class Checkout:
    """A checkout that is built already, of the user's own."""

    def __init__(self, folder, machine, plugin):
        self.folder, self.machine = folder, machine
        for name in ("plugin", "tests/pictures"):
            shutil.copytree(REPO / name, folder / name)
        (folder / "tests/captures").mkdir()
        subprocess.run(["editcap", "-r", TWIN, folder / "tests/captures" / TWIN.name, "1-500"], check=True)
        self.plugin, self.page = folder / "build/scannoise.so", folder / "build/page"
        shutil.copytree(folder / "tests/pictures", self.page / "tests/pictures",
                        ignore=lambda _, names: [name for name in names if not name.endswith((".png", ".svg"))])
        (self.page / "README.html").write_text("the page\n")
        shutil.copyfile(plugin, self.plugin)
        self.profile = folder / "plugin/profile/Scan Noise"
        for path in (folder, *folder.rglob("*")):
            machine.account.own(path)
        machine.program("cmake", "exit 0")

    def another_build(self):
        """The same plugin in other bytes."""
        with open(self.plugin, "ab") as file:
            file.write(b"another build")

    def another_profile(self):
        """A newer version of the profile."""
        file = self.profile / "colorfilters"
        file.write_text(file.read_text() + "# newer\n")
        digest = subprocess.run(["sha256sum", file.name], cwd=self.profile, capture_output=True, check=True).stdout
        with open(self.profile.parent / "shipped.sha256", "ab") as list_of_all:
            list_of_all.write(digest)

    def run(self, *arguments, blocks="unlimited"):
        """plugin/try.sh: (exit status, what it said)
        @param blocks how large a file may become, in units of 512 bytes"""
        command = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", "sh", self.folder / "plugin/try.sh", *arguments]
        process = self.machine.start(*command, stdin=subprocess.DEVNULL)
        said = process.communicate(timeout=WAIT_S)[0].decode()
        return process.returncode, said

    def try_out(self):
        status, said = self.run()
        assert status == 0 and "Unsolicited scans" in said, said
        return said

    def uninstall(self):
        status, said = self.run("--uninstall")
        assert status == 0, said
        return said


@pytest.fixture
def checkout(workdir, machine, plugin_file):
    folder = workdir / "checkout"
    folder.mkdir()
    return Checkout(folder, machine, plugin_file)


@pytest.fixture
def as_root(machine):
    """as_root() makes scripts believe that root runs them. Whoever does has Wireshark's global folders."""
    return lambda: machine.program("id", 'case "$*" in -u) echo 0 ;; *) exec /usr/bin/id "$@" ;; esac')


class Busy:
    """tshark, half-way through a capture that comes through a pipe."""

    def __init__(self, machine):
        self.content = TWIN.read_bytes()
        self.process = machine.start("tshark", "-n", "-q", "-r", "-", "-z", "scannoise,stat", stdin=subprocess.PIPE)
        self.process.stdin.write(self.content[:len(self.content) // 2])
        self.process.stdin.flush()
        end = time.monotonic() + WAIT_S
        while self._loaded() is None:
            assert self.process.poll() is None and time.monotonic() < end, "tshark loads no plugin"
            time.sleep(0.02)

    def _loaded(self):
        maps = Path(f"/proc/{self.process.pid}/maps").read_text()
        return next((line for line in maps.splitlines() if "/scannoise.so" in line), None)

    def finish(self):
        """The end of the capture.
        @return what tshark says of it"""
        said = self.process.communicate(self.content[len(self.content) // 2:], timeout=WAIT_S)[0].decode()
        assert self.process.returncode == 0, f"tshark ended with {self.process.returncode}: {said}"
        return said


@pytest.fixture
def busy(machine):
    """busy() -> Busy"""
    started = []

    def start():
        started.append(Busy(machine))
        return started[-1]
    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.communicate()


@pytest.fixture(scope="session")
def build_folder():
    """The folder in which the plugin was built."""
    folder = Path(os.environ.get("SCANNOISE_PLUGIN") or REPO / "build/scannoise.so").resolve().parent
    assert (folder / "cmake_install.cmake").is_file(), f"{folder} is no build folder"
    return folder
