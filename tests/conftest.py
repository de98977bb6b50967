# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of every pytest test: Wireshark's programs, with our plugin, as an ordinary user.

Never as root, who gets plugins from the global folder only. When pytest itself is root (the lab needs
that), each program is started as the user SCANNOISE_TEST_USER, which tests/run.sh creates. Each test
has a HOME of its own, so that no result is about somebody's preferences.
"""
import atexit
import functools
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.dont_write_bytecode = True          # root's .pyc files would stay in the checkout

# A shell's background jobs, and nohup, ignore these, and so would each program that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

REPO = Path(__file__).resolve().parent.parent
PLUGIN = Path(os.environ.get("SCANNOISE_PLUGIN") or REPO / "build" / "scannoise.so")
TEST_USER = os.environ.get("SCANNOISE_TEST_USER") or "scannoise-test"
TIMEOUT_S = 120

# Never right, whatever the exit status: an exception inside a dissector, a GLib complaint
# ("** (tshark:123) ..."), a Lua script that broke. "Dissector bug" alone is the name of a value.
COMPLAINTS = re.compile(r"Dissector bug, |\*\* \((?:tshark|sharkd)|\bLua:? (?:syntax )?error|\[Lua", re.IGNORECASE)


class Account:
    """Who runs Wireshark's programs: the test user for root, otherwise whoever runs pytest."""

    def __init__(self):
        self.credentials = {}           # subprocess arguments that drop to the user
        self.user = None
        if os.geteuid() != 0:
            return
        try:
            self.user = pwd.getpwnam(TEST_USER)
        except KeyError:
            pytest.exit(f"no user {TEST_USER}: run tests/run.sh, which makes it, or name another"
                        " in SCANNOISE_TEST_USER", returncode=4)
        if self.user.pw_uid == 0:
            pytest.exit("SCANNOISE_TEST_USER is root, who gets no personal plugins", returncode=4)
        self.credentials = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def own(self, path):
        """Hands a file or folder over to the user; returns it."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path


@pytest.fixture(scope="session")
def impossible():
    """impossible(reason) ends a test that this machine lacks something for. CI has it, so there it is a failure."""
    def end(reason):
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run this: {reason}", pytrace=False)
        pytest.skip(reason)
    return end


@pytest.fixture(scope="session")
def account():
    return Account()


@pytest.fixture(scope="session")
def session_dir(account):
    """Temporary folder that the test user can reach (pytest's own is 0700 and root's)."""
    folder = Path(tempfile.mkdtemp(prefix="scannoise-"))
    folder.chmod(0o755)
    yield account.own(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def plugin_file(session_dir):
    """The plugin, copied once: out of folders the user may not read, and safe from a rebuild meanwhile."""
    if not PLUGIN.is_file():
        pytest.exit(f"no plugin at {PLUGIN}: build it with 'cmake -B build && cmake --build build',"
                    " or name another in SCANNOISE_PLUGIN", returncode=4)
    copy = session_dir / "scannoise.so"
    shutil.copyfile(PLUGIN, copy)
    copy.chmod(0o755)
    return copy


@pytest.fixture(scope="session")
def wireshark_version():
    """(major, minor) of the tshark in PATH."""
    said = subprocess.run(["tshark", "--version"], capture_output=True, text=True, timeout=TIMEOUT_S).stdout
    found = re.search(r"TShark \(Wireshark\) (\d+)\.(\d+)", said)
    assert found, f"tshark --version said: {said[:200]!r}"
    return int(found[1]), int(found[2])


@pytest.fixture
def workdir(account, session_dir):
    """Folder for one test's files: readable and writable for the test user, gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=session_dir))
    folder.chmod(0o755)
    yield account.own(folder)
    shutil.rmtree(folder, ignore_errors=True)


class Programs:
    """Runs Wireshark's programs for one test."""

    def __init__(self, account, workdir, plugin_file, version):
        self.account = account
        self.workdir = workdir
        self.with_plugin = self._home("home")
        self.without_plugin = self._home("home-bare")
        folder = self.with_plugin / ".local/lib/wireshark/plugins" / "{}.{}".format(*version) / "epan"
        folder.mkdir(parents=True)      # root's, but readable: no test should write there
        (folder / "scannoise.so").symlink_to(plugin_file)

    def _home(self, name):
        home = self.workdir / name
        home.mkdir()
        return self.account.own(home)

    def environment(self, plugin=True):
        return environment(self.with_plugin if plugin else self.without_plugin)

    def run(self, command, plugin=True, stdin="", **options):
        """Runs to the end and looks for complaints; judges no exit status. Options go to subprocess.run()."""
        done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT_S, cwd=self.workdir, env=self.environment(plugin),
                              **self.account.credentials, **options)
        complaint = COMPLAINTS.search(done.stdout) or COMPLAINTS.search(done.stderr)
        if complaint:
            pytest.fail(f"{complaint[0]!r} in the output of {describe(done)}")
        return done


def environment(home):
    """Nothing of the caller's but PATH: no XDG folders, no time zone, no language. And nothing of ours that
    somebody installed for all users, or that would be tested in place of what was built. Where an
    instrumented plugin notes what was run is the caller's to say."""
    coverage = {name: os.environ[name] for name in ("GCOV_PREFIX",) if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8",
            "WIRESHARK_PLUGIN_DIR": str(home / "no-global-plugins"), "WIRESHARK_DATA_DIR": str(bare_data_folder()),
            **coverage}


@functools.cache
def bare_data_folder():
    """Links to what is in Wireshark's global folder, without our page and profile."""
    folder = Path(tempfile.mkdtemp(prefix="scannoise-data-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link_data_folder(folder)
    for path in (folder, folder / "profiles"):
        path.chmod(0o755)
    return folder


def link_data_folder(folder):
    """Puts links to the files of Wireshark's global folder into another, which may have a profile already."""
    said = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, timeout=TIMEOUT_S).stdout
    data = Path(re.search(r"^Global configuration:\s*(.+)", said, re.MULTILINE)[1])
    (folder / "profiles").mkdir(exist_ok=True)
    for path in (*data.iterdir(), *data.glob("profiles/*")):
        if path.name not in ("profiles", "scannoise", "Scan Noise"):
            (folder / path.relative_to(data)).symlink_to(path)


@pytest.fixture(scope="session")
def link_data():
    """link_data(folder) puts links to the files of Wireshark's global folder into it."""
    return link_data_folder


def describe(done):
    return f"{' '.join(done.args)}\nexit status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.fixture
def programs(account, workdir, plugin_file, wireshark_version):
    return Programs(account, workdir, plugin_file, wireshark_version)


@pytest.fixture
def tshark(programs):
    """tshark(*args) -> object with stdout, stderr, returncode.

    check=False allows a non-zero exit; plugin=False leaves our plugin out; resolve=True leaves -n out;
    prefs={"scannoise.dark": "TRUE"} becomes -o options.
    """
    def run(*args, check=True, plugin=True, resolve=False, prefs=None):
        options = [] if resolve else ["-n"]
        for name, value in (prefs or {}).items():
            options += ["-o", f"{name}:{value}"]
        done = programs.run(["tshark", *options, *args], plugin=plugin)
        if check and done.returncode != 0:
            pytest.fail(f"failed: {describe(done)}")
        return done
    return run


@pytest.fixture
def fields(tshark):
    """fields(pcap, filter, *names) -> a tuple of strings per frame that matches (None: every frame).

    Two passes, so the verdicts are final. A field that the frame has twice is joined by commas, one that
    it lacks is "". Keywords go to tshark().
    """
    def rows(pcap, display_filter, *names, **keywords):
        args = ["-2", "-r", pcap, "-T", "fields"]
        if display_filter:
            args += ["-Y", display_filter]
        for name in names:
            args += ["-e", name]
        return [tuple(line.split("\t")) for line in tshark(*args, **keywords).stdout.splitlines()]
    return rows


@pytest.fixture
def sharkd(programs):
    """sharkd(pcap, *requests) -> the result of each request, as parsed JSON.

    A request is a method name, or (method, {params}). The file is loaded first (None: no file).
    A request that sharkd answers with an error fails the test; check=False returns the whole reply
    of each request instead, so that a test can look at the error.
    """
    def run(pcap, *requests, check=True, plugin=True):
        wanted = [("load", {"file": str(pcap)})] if pcap is not None else []
        wanted += [(request, {}) if isinstance(request, str) else request for request in requests]
        lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                 for number, (method, params) in enumerate(wanted, 1)]
        done = programs.run(["sharkd", "-"], plugin=plugin, stdin="\n".join(lines) + "\n")
        replies = {}
        for line in done.stdout.splitlines():
            if line.strip():
                reply = json.loads(line)
                replies[reply.get("id")] = reply
        assert done.returncode == 0 and len(replies) == len(wanted), describe(done)
        ordered = [replies[number] for number in range(1, len(wanted) + 1)]
        if pcap is not None:
            assert "result" in ordered[0], f"sharkd did not load {pcap}: {ordered[0]}"
            ordered = ordered[1:]
        if not check:
            return ordered
        errors = [reply["error"] for reply in ordered if "error" in reply]
        assert not errors, f"sharkd answered {errors}"
        return [reply["result"] for reply in ordered]
    return run


VERDICT = ("scan", "backscatter", "technique", "outcome", "tool", "reason")


@pytest.fixture(scope="session")
def judge_many(account, session_dir, plugin_file, wireshark_version):
    """judge_many([(capture, {preference: value})]) -> for each {frame number: {field: text}}, fields being VERDICT
    and enumerations labels. One sharkd opens them all, which is far quicker than a tshark for each."""
    def judge(captures):
        folder = Path(tempfile.mkdtemp(dir=session_dir))
        folder.chmod(0o755)
        programs = Programs(account, account.own(folder), plugin_file, wireshark_version)
        requests, known = [], set()
        for capture, prefs in captures:
            known |= set(prefs)         # sharkd keeps what was set for another capture
            requests += [("setconf", {"name": name, "value": prefs.get(name, "")}) for name in sorted(known)]
            # Without a filter: sharkd keeps what a filter has found, for the next file as well.
            columns = {f"column{n}": f"scannoise.{name}:0" for n, name in enumerate(VERDICT)}
            requests += [("load", {"file": str(capture)}), ("frames", columns)]
        lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                 for number, (method, params) in enumerate(requests, 1)]
        done = programs.run(["sharkd", "-"], stdin="\n".join(lines) + "\n")
        replies = {reply["id"]: reply for reply in map(json.loads, filter(str.strip, done.stdout.splitlines()))}
        refused = [(requests[number - 1], reply["error"]) for number, reply in replies.items() if "error" in reply]
        assert not refused and len(replies) == len(requests), f"sharkd: {refused[:3]} {done.stderr[-1000:]}"
        return [{row["num"]: dict(zip(VERDICT, row["c"], strict=True)) for row in replies[number]["result"]}
                for number, (method, _) in enumerate(requests, 1) if method == "frames"]
    return judge

