# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs programs and measures them: time, peak memory, instructions. Shared by bench.py and
test_guard.py. tshark runs as an ordinary user, because root gets no personal plugins, with a HOME of
its own, so that no result is about somebody's preferences."""
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

TEST_USER = os.environ.get("SCANNOISE_TEST_USER") or "scannoise-test"


@dataclass(frozen=True)
class Run:
    """One finished run of a program."""
    seconds: float                      # by the clock on the wall
    cpu_seconds: float
    peak_bytes: int                     # most memory resident at a time
    output: str
    finished: bool = True               # False: it was stopped, and would have taken longer


def _user():
    """The user to become: None for an ordinary user, who stays what he is."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(TEST_USER)
    except KeyError:
        raise SystemExit(f"no user {TEST_USER}: run tests/run.sh, which makes it, or name another"
                         " in SCANNOISE_TEST_USER") from None


class Workshop:
    """A temporary folder for captures and homes, and the programs that run there."""

    def __init__(self, build):
        self.user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="scannoise-bench-"))
        self._own(self.folder).chmod(0o755)
        # Copies: a build in the meantime changes nothing, and the user may not read the checkout.
        self.plugin = self._copy(build / "scannoise.so", 0o644)
        self.wireshark_plugins = self._plugins_of_wireshark()
        self.bare = self._home("bare")
        self.home = self._home("home", self.plugin)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _own(self, path):
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def _copy(self, path, mode):
        if not path.is_file():
            raise SystemExit(f"no {path}: build it with 'cmake -B build -DBUILD_TESTING=ON' and"
                             " 'cmake --build build', or name another folder with --build")
        copy = self.folder / path.name
        shutil.copyfile(path, copy)
        copy.chmod(mode)
        return copy

    def add(self, path, mode=0o644):
        """Copies a file into the folder, where the user can read it; returns the copy's path."""
        return self._copy(Path(path), mode)

    def add_folder(self, name):
        """An empty folder that the user can write to."""
        folder = self.folder / name
        folder.mkdir()
        return self._own(folder)

    def _home(self, name, plugin=None):
        home = self.folder / name
        home.mkdir()
        if plugin:
            where = home / ".local/lib/wireshark/plugins" / wireshark_version() / "epan"
            where.mkdir(parents=True)
            (where / plugin.name).symlink_to(plugin)
        return self._own(home)

    def _plugins_of_wireshark(self):
        """The plugins that come with Wireshark, and not ours, should it be installed for all users."""
        said = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, check=True).stdout
        there = Path(re.search(r"^Global Plugins:\s*(.*)$", said, re.MULTILINE)[1])
        links = self.folder / "plugins"
        for file in there.glob("*/*.so"):
            if file.name != self.plugin.name:
                link = links / there.name / file.parent.name / file.name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(file)
        return links

    def with_profile(self, name, folder):
        """Gives the plugin's home a configuration profile: the files of a folder."""
        where = self.home / ".config/wireshark/profiles" / name
        where.mkdir(parents=True)
        for file in folder.iterdir():
            shutil.copyfile(file, where / file.name)
            (where / file.name).chmod(0o644)

    def start(self, command, home, stdout, stderr=subprocess.PIPE, extra=None):
        identity = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TZ": "UTC",
                       "LC_ALL": "C.UTF-8", "WIRESHARK_PLUGIN_DIR": str(self.wireshark_plugins), **(extra or {})}
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=stdout,
                                stderr=stderr, cwd=self.folder, env=environment, **identity)

    def run(self, command, plugin=True, limit_s=None, extra=None):
        """Runs a program to its end. Fails when the program does.
        @param limit_s stop it after so many seconds; None: never
        @param extra   more environment variables"""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            begun = time.monotonic()
            process = self.start(command, self.home if plugin else self.bare, output, errors, extra)
            stopping = threading.Timer(limit_s or threading.TIMEOUT_MAX, process.send_signal, [signal.SIGKILL])
            stopping.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:       # we are stopped ourselves
                process.kill()
                raise
            finally:
                stopping.cancel()
            seconds = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            stopped = limit_s is not None and seconds >= limit_s and process.returncode == -signal.SIGKILL
            if process.returncode != 0 and not stopped:
                raise RuntimeError(f"{command}: status {process.returncode}: {errors.read()[-2000:]!r}")
            return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
                       output.read().decode(errors="replace"), not stopped)

    def instructions(self, command, plugin=True, only_in=()):
        """How many instructions a program executes, by callgrind.
        @param only_in names of functions: count in these and what they call"""
        toggles = [f"--toggle-collect={name}" for name in only_in]
        valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *toggles]
        process = self.start([*valgrind, *command], self.home if plugin else self.bare, subprocess.DEVNULL)
        said = process.communicate()[1].decode(errors="replace")
        counted = re.search(r"Collected : (\d+)", said)
        if process.returncode != 0 or not counted:
            raise RuntimeError(f"callgrind {command}: status {process.returncode}: {said[-2000:]}")
        return int(counted[1])


def wireshark_version():
    """major.minor of the tshark in PATH."""
    said = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"TShark \(Wireshark\) (\d+\.\d+)", said)[1]


def together(calls):
    """Calls functions at the same time, as many as there are processors. For what is counted, never for
    what is timed. @return their results in the same order"""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def per_packet(workshop, capture, one_packet, packets, uses, share_start=False):
    """Instructions per packet of several uses of tshark. The start-up, measured with a capture of a
    single packet, is taken away.
    @param capture, one_packet paths; capture has so many packets
    @param uses (arguments of tshark, with our plugin?) for each
    @param share_start measure the start-up once with the plugin and once without, not for each use:
                       quicker, and wrong by less than 0.2 % at 20 000 packets
    @return a list of numbers"""
    def start_of(use):
        return use[1] if share_start else use
    starts = {start_of(use): use for use in uses}
    runs = [(capture, use) for use in uses] + [(one_packet, use) for use in starts.values()]
    counted = together([partial(workshop.instructions, ["tshark", "-r", path, *arguments], plugin)
                        for path, (arguments, plugin) in runs])
    start = dict(zip(starts, counted[len(uses):]))
    return [(count - start[start_of(use)]) / (packets - 1) for count, use in zip(counted, uses)]
