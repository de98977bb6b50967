# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever FILE of -z scannoise,flows stands for: it is complete or what it was, one line says why, nothing is left over.

Runs tshark with a sanitized plugin. SCANNOISE_FUZZ_FILES says how many times.
"""
import itertools
import os
import resource
import shutil
import signal
import stat
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from file_targets import FAILS, HEADER, KINDS, REFUSED, Target, seen, targets

RUNS = int(os.environ.get("SCANNOISE_FUZZ_FILES") or 12)
NUMBER = itertools.count()
BEFORE = [(), ("-M", "1"), ("-2",), ("-c", "1")]


@pytest.fixture
def world(sanitized, captures):
    """world(targets) -> a folder with what they stand for, and a capture beside it."""
    def make(wanted):
        top = sanitized.programs.workdir / str(next(NUMBER))
        (top / "folder").mkdir(parents=True)
        shutil.copy(captures["banner_grabber_v4"], top / "capture")
        for target in wanted:
            target.make(top / "folder", top / "capture")
        for path in (top, *top.rglob("*")):
            if not path.is_symlink():
                sanitized.programs.account.own(path)
        return top
    return make


def full(limit):
    """A limit on the size of files stands for the disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def run(sanitized, top, arguments, before, disk):
    words = [word for argument in arguments for word in ("-z", f"scannoise,flows,{argument}")]
    inside = ["env", f"--chdir={top / 'folder'}", *sanitized.words]
    return sanitized.programs.run([*inside, "tshark", "-n", "-q", *before, "-r", "../capture", *words],
                                  preexec_fn=None if disk is None else lambda: full(disk))


def check_output(done, count):
    """One line for each that failed, in letters that a terminal can show."""
    lines = [line for line in done.stderr.split("\n")[:-1] if line != "resetting session."]
    kinds = {unicodedata.category(character) for line in lines for character in line}
    assert len(lines) == count and not kinds & {"Cc", "Cf", "Zl", "Zp"}, done
    assert all(line.startswith("tshark: scannoise,flows: ") for line in lines), done


def changed(before, after):
    """What has become another or is new, after a look at what must stay: names, types, modes and links."""
    assert set(before) <= set(after)
    for name, (mode, names, content) in before.items():
        assert after[name][:2] == (mode, names), name
        assert stat.S_ISREG(mode) or after[name][2] == content, name
    return {name: after[name][2] for name in after if before.get(name) != after[name]}


def is_whole(content):
    return content.startswith(HEADER) and b"yesterday" not in content and content.endswith(b"\n") and content.count(b"\n") > 1


SETTINGS = dict(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@settings(max_examples=RUNS, **SETTINGS)
@given(target=targets(), before=st.sampled_from(BEFORE), disk=st.sampled_from([None, None, 0, 50, 150]))
def test_one_file(sanitized, world, target, before, disk):
    top = world([target])
    capture, there = (top / "capture").read_bytes(), seen(top / "folder")
    done = run(sanitized, top, [target.argument], before, disk)
    now = changed(there, seen(top / "folder"))
    assert (top / "capture").read_bytes() == capture
    if target.becomes == REFUSED:
        assert (done.returncode, done.stdout, now) == (1, "", {})
        check_output(done, 1)
    elif target.becomes == FAILS or (disk is not None and "null" not in target.kind and "output" not in target.kind):
        assert (done.returncode, now) == (0, {})
        check_output(done, 1)
    else:
        assert done.returncode == 0
        check_output(done, 0)
        assert len(now) == (0 if target.kind in ("link_to_null", "link_to_standard_output") else
                            2 if target.kind == "one_of_two_names" else 1)
        assert all(is_whole(content) for content in now.values())
        assert target.kind != "link_to_standard_output" or is_whole(done.stdout.encode())
    shutil.rmtree(top)


ORDINARY = ("nothing_yet", "empty", "ours", "one_of_two_names", "link_to_ours", "link_to_nothing")


@settings(max_examples=RUNS // 2, **SETTINGS)
@given(one=targets(ORDINARY), prefix=st.sampled_from(["./", ".//", "../folder/", "./../folder/./"]))
def test_the_same_file_twice(sanitized, world, one, prefix):
    top = world([one])
    there = seen(top / "folder")
    done = run(sanitized, top, [one.argument, prefix + one.name], (), None)
    assert (done.returncode, done.stdout, seen(top / "folder")) == (1, "", there)
    check_output(done, 1)
    assert done.stderr.endswith("it is named twice\n")
    shutil.rmtree(top)


def test_each_kind(sanitized, world):
    """Also those that chance leaves out."""
    for kind in KINDS:
        test_one_file.hypothesis.inner_test(sanitized, world, Target(kind, "flows.csv", "./"), (), None)
