# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of the suite with random bytes changed, in Wireshark's programs with a sanitized plugin.

As tools/fuzz-test.sh in Wireshark does it: with a tree and without, for a time. A round damages every
capture of a handful; tshark reads them as one file, sharkd one after another. What breaks is kept in
build/fuzz/ and should go to tests/fuzz/crashes/, where each run begins. By hand:

    SCANNOISE_FUZZ_SECONDS=3600 sh tests/run.sh tests/fuzz/test_damaged_captures.py
"""
import json
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from sanitized import INSTEAD

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
SECONDS = float(os.environ.get("SCANNOISE_FUZZ_SECONDS") or 60)
SEED = int(os.environ.get("SCANNOISE_FUZZ_SEED") or random.randrange(1 << 31))
CRASHES = sorted((HERE / "crashes").glob("*.pcap*"))
HANDFUL = 12
STATISTICS = [word for name in INSTEAD for word in ("-z", name)]


def ways(path):
    """The commands that read a file: with a tree and statistics that ask for a verdict on each frame, and with
    neither."""
    yield ["tshark", "-2", "-V", "-n", "-r", path, "-z", "expert", *STATISTICS]
    yield ["tshark", "-q", "-n", "-r", path, *STATISTICS]


def loads(paths):
    """What sharkd is asked: each file, its statistics, and which of its frames are scans."""
    asked = [request for path in paths for request in (
        ("load", {"file": str(path)}), ("tap", {"tap0": "nstat:scannoise,stat", "tap1": "conv:scannoise"}),
        ("frames", {"filter": "scannoise.scan", "column0": "scannoise.scanner.probes:1"}),
        ("frame", {"frame": 1, "proto": True}))]
    return "".join(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
                   for number, (method, params) in enumerate(asked, 1))


def keep(paths, seed):
    folder = BUILD / "fuzz/broken"
    folder.mkdir(parents=True, exist_ok=True)
    return [shutil.copy(path, folder / f"{seed}-{path.name}") for path in paths]


def check(sanitized, paths, merged, seed):
    for command in ways(merged):
        said = sanitized.broken(command)
        assert said is None, f"seed {seed}, kept {keep([merged], seed)}\n{said}"
    said = sanitized.broken(["sharkd", "-"], stdin=loads(paths))
    assert said is None, f"seed {seed}, kept {keep(paths, seed)}\n{said}"


def damage(path, to, dice):
    """Changes 1 to 5 of 100 bytes; now and then cuts the frames too."""
    command = ["editcap", "-E", str(dice.choice((0.01, 0.02, 0.05))), "--seed", str(dice.randrange(1 << 31))]
    if dice.randrange(4) == 0:
        command += ["-s", str(dice.randrange(14, 120))]
    subprocess.run([*command, path, to], check=False, capture_output=True, timeout=60)
    return to.exists()


def merge(paths, to):
    to.unlink(missing_ok=True)
    subprocess.run(["mergecap", "-w", to, *paths], check=False, capture_output=True, timeout=60)
    assert to.exists()
    to.chmod(0o644)


def test_sanitized_plugin_is_loaded(sanitized, captures):
    """Or nothing could break."""
    command = ["tshark", "-q", "-r", captures["one_probe"], *STATISTICS]
    assert "Unsolicited scans" in sanitized.programs.run(["env", *sanitized.words, *command]).stdout


def test_undamaged_captures(sanitized, captures):
    """All of them, and everything that once broke something."""
    folder = sanitized.programs.workdir
    whole = [path for path in captures.values() if path.stat().st_size > 0] + [
        Path(shutil.copy(path, folder)) for path in CRASHES]
    merge(whole, folder / "all.pcapng")
    check(sanitized, whole, folder / "all.pcapng", "none")


def test_damaged_captures(sanitized, captures):
    folder, ends, rounds, frames = sanitized.programs.workdir, time.monotonic() + SECONDS, 0, 0
    dice = random.Random(SEED)
    print(f"SCANNOISE_FUZZ_SEED={SEED}")
    while time.monotonic() < ends:
        names = dice.sample(sorted(captures), HANDFUL)
        wanted = [(captures[name], folder / f"{number}.pcapng") for number, name in enumerate(names)]
        for _, to in wanted:
            to.unlink(missing_ok=True)
        damaged = [to for source, to in wanted if damage(source, to, dice)]
        merge(damaged, folder / "all.pcapng")
        check(sanitized, damaged, folder / "all.pcapng", SEED)
        rounds, frames = rounds + 1, frames + len(damaged)
    print(f"{rounds} rounds, {frames} damaged captures, {sanitized.runs} runs of Wireshark's programs")
    assert rounds > 0
