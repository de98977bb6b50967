# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests on the running Wireshark: one desktop, and one Wireshark that most tests share.

A test's pictures, and one of the screen for every test that fails, are kept in build/screenshots/.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "wireshark"))     # table.py

pytest.register_assert_rewrite("waiting")               # so that it tells what differs

import accessible                                       # noqa: E402
from desktop import Desktop, why_not                    # noqa: E402
from wireshark import REPO, PROFILE, install_profile, running  # noqa: E402

SCREENSHOTS = REPO / "build/screenshots"
TWIN = REPO / "tests/captures/home-line.pcapng"
MAIN_SIZE = (1400, 1000)


def pytest_configure(config):
    # Newer versions call functions deprecated that older ones have no others for.
    config.addinivalue_line("filterwarnings", r"ignore:Atspi\.:DeprecationWarning")


@pytest.fixture(scope="session")
def make_user(request, account, session_dir, plugin_file, wireshark_version):
    """make() -> the programs of tests/conftest.py, with a home that lasts as long as the session."""
    # That class is found this way because this folder's conftest.py hides the other from "import".
    maker = next(plugin.Programs for plugin in request.config.pluginmanager.get_plugins()
                 if hasattr(plugin, "Programs"))

    def make():
        folder = Path(tempfile.mkdtemp(dir=session_dir))
        folder.chmod(0o755)
        return maker(account, account.own(folder), plugin_file, wireshark_version)
    return make


@pytest.fixture(scope="session")
def user(make_user, account):
    """The user of the shared Wireshark, with our profile among the profiles."""
    programs = make_user()
    install_profile(programs.with_plugin, account.own)
    return programs


@pytest.fixture(scope="session")
def desktop(request, account, user, impossible):
    reason = why_not()
    if reason:
        impossible(reason)
    env = _environment(request, user.with_plugin)
    env["PATH"] = f"{_browser(user.workdir)}:{env['PATH']}"
    with Desktop(user.workdir, account.credentials, env, account.own) as made:
        accessible.connect(made.accessibility_bus)
        request.config.stash[DESKTOP] = made
        yield made
        del request.config.stash[DESKTOP]


def _browser(folder):
    """A folder with a web browser that only notes what it is asked for."""
    program = folder / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" >>{folder}/browsed\n')
    program.chmod(0o755)
    return program.parent


@pytest.fixture
def browsed(user):
    """browsed() -> the addresses that a browser was asked for."""
    noted = user.workdir / "browsed"
    return lambda: noted.read_text().splitlines() if noted.exists() else []


def _environment(request, home):
    """The environment of tests/conftest.py."""
    return next(plugin.environment for plugin in request.config.pluginmanager.get_plugins()
                if hasattr(plugin, "Programs"))(home)


@pytest.fixture
def start(request, desktop, make_user, account):
    """start(*arguments) -> running Wireshark of a user of its own, in our profile, whose folder is its
    profile_folder. It ends with the test.

    files={name: text} are written to the profile's folder first, where "../../" leads to the user's own;
    names=True resolves names and looks up countries; stdin is for it to read. With installed={variable:
    folder}, the plugin and the profile are found there, and nowhere in the user's home.
    """
    with ExitStack() as stack:
        def begin(*arguments, files=None, names=False, stdin=None, installed=None):
            made = make_user()
            home, folder = made.without_plugin if installed else made.with_plugin, None
            if not installed:
                folder = install_profile(home, account.own)
                for name, text in (files or {}).items():
                    (folder / name).write_text(text)
                arguments = ("-C", PROFILE, *arguments)
            env = {**desktop.env, **_environment(request, home), "PATH": desktop.env["PATH"], **(installed or {})}
            wireshark = stack.enter_context(running(desktop, *arguments, env=env, names=names, stdin=stdin))
            wireshark.profile_folder = folder
            return wireshark
        yield begin


@pytest.fixture
def pipe():
    """(for Wireshark to read, for the test to write)"""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as source, os.fdopen(writer, "wb", buffering=0) as sink:
        yield source, sink


@pytest.fixture(scope="session")
def plugin_build():
    """The folder that the plugin was built in."""
    return Path(os.environ.get("SCANNOISE_PLUGIN") or REPO / "build/scannoise.so").parent


@pytest.fixture(scope="session")
def twin(session_dir):
    """The twin capture, where the user may read it."""
    path = session_dir / TWIN.name
    shutil.copyfile(TWIN, path)
    path.chmod(0o644)
    return path


class Shared:
    """The Wireshark that a module's tests share: begun when first asked for, and again after it ended."""

    def __init__(self, desktop, *arguments):
        self.desktop, self.arguments = desktop, arguments
        self.stack, self.wireshark = ExitStack(), None

    def get(self):
        if self.wireshark is None:
            self.wireshark = self.stack.enter_context(running(self.desktop, *self.arguments))
            self.wireshark.bring_up(self.wireshark.main, MAIN_SIZE)
        return self.wireshark

    def end(self):
        self.stack.close()
        self.wireshark = None


@pytest.fixture(scope="module")
def shared(desktop, twin):
    made = Shared(desktop, "-C", PROFILE, "-r", twin)
    yield made
    made.end()


@pytest.fixture
def wireshark(request, shared, twin_packets):
    """The module's Wireshark with the twin in our profile, and no display filter. A dialog that a test
    opened stays open: see Wireshark.close()."""
    it = shared.get()
    it.shows(twin_packets)
    yield it
    if request.node.stash.get(FAILED, False) or it.process.poll() is not None:
        shared.end()                    # the next test begins with a fresh one
    elif it.filter_entry().text():
        it.apply_filter("")


@pytest.fixture(scope="session")
def ask(user):
    """ask(capture, *arguments) -> what tshark prints of it: two passes, the same user, our profile."""
    kept = {}

    def run(capture, *arguments):
        key = (capture, arguments)
        if key not in kept:
            done = user.run(["tshark", "-n", "-2", "-C", PROFILE, "-r", capture, *arguments])
            assert done.returncode == 0 and not done.stderr, done.stderr
            kept[key] = done.stdout
        return kept[key]
    return run


@pytest.fixture(scope="session")
def count(ask, twin):
    """count(filter) -> how many packets of the twin tshark finds."""
    return lambda display_filter: len(ask(twin, "-Y", display_filter).splitlines())


@pytest.fixture(scope="session")
def twin_packets(count):
    return count("frame")


@pytest.fixture
def keep(desktop):
    """keep(name, window) -> a picture of the window in build/screenshots/."""
    def save(name, window):
        desktop.bring_up(window.number)
        desktop.picture(SCREENSHOTS / f"{name}.png", window.number)
    return save


# --- A picture of every failure ------------------------------------------------------------------

DESKTOP, FAILED = pytest.StashKey(), pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        item.stash[FAILED] = True
        if desktop := item.config.stash.get(DESKTOP, None):
            name = re.sub(r"[^\w-]+", "-", item.name).strip("-")
            with suppress(OSError, subprocess.SubprocessError):
                desktop.picture(SCREENSHOTS / f"failed-{name}.png")
