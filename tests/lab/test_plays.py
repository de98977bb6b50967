# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each situation of plays.py, recorded once and judged in the settings it must hold in."""
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import lab
import packets
import world
from plays import SITUATIONS
from verdicts import INSIDE, private

AT_ONCE = 6                             # most of them wait most of the time
SHOWN = 15
HOME = {"scannoise.home_networks": INSIDE}
CASES = [(situation, setting) for situation in SITUATIONS for setting in situation.settings]


def record(situation, folder):
    """The capture of a situation, made in a world of its own."""
    folder.mkdir()
    path = folder / f"{situation.name}.pcap"
    with world.world(folder) as made, made.capture(path, situation.interface):
        situation.play(made)
    return path


@pytest.fixture(scope="module")
def told(request, session_dir, judge_many, impossible):
    """{(name, setting): (packets, {number: what the plugin says})}, or the exception that a recording has raised.
    All that is wanted is recorded at the same time, and judged at once."""
    if lab.why_not():
        impossible(lab.why_not())
    lab.remove_leftovers()
    folder = session_dir / "plays"
    folder.mkdir()
    folder.chmod(0o755)
    wanted = [item.callspec.params["case"] for item in request.session.items
              if item.originalname == test_play.__name__]
    situations = {situation.name: situation for situation, _ in wanted if not missing(situation)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        recorded = {name: pool.submit(record, situation, folder / name) for name, situation in situations.items()}
    found = {(situation.name, setting): recorded[situation.name].exception() for situation, setting in wanted
             if situation.name in situations}
    keys = [key for key, error in found.items() if error is None]
    captures = [(settled(recorded[name].result(), setting), HOME if setting == "home" else {})
                for name, setting in keys]
    for key, said in zip(keys, judge_many(captures), strict=True):
        found[key] = packets.read(recorded[key[0]].result()), said
    return found


def settled(path, setting):
    """The capture in a setting, where the test user can read it."""
    data = path.read_bytes()
    copy = path.with_suffix(f".{setting}.pcap")
    copy.write_bytes(private(data) if setting == "private" else data)
    copy.chmod(0o644)
    return copy


def missing(situation):
    # Debian keeps some of them where only root looks.
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [program for program in situation.programs.split() if not shutil.which(program, path=path)]


def line(frame, said, want):
    return (f"frame {frame.number} ({frame.source} {frame.source_port} > {frame.target} {frame.port} protocol"
            f" {frame.protocol} flags {frame.flags} type {frame.icmp_type}): {said}, not {want}")


def mistakes(situation, frames, said):
    """A line for each frame whose verdict is wrong."""
    for frame in frames:
        want = "scan" if situation.scans and situation.scans(frame) else "-"
        may_be = {want, said[frame.number]} if situation.either and situation.either(frame) else {want}
        if want == "-" and situation.scans and frame.is_icmp_error:
            may_be.add("scan")          # a complaint about an answer belongs to the scan's flow
        if said[frame.number] not in may_be:
            yield line(frame, said[frame.number], want)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].name}-{case[1]}")
def test_play(case, told, impossible):
    situation, setting = case
    if missing(situation):
        impossible(f"not installed: {missing(situation)}")
    result = told[situation.name, setting]
    if isinstance(result, BaseException):
        raise result
    frames, said = result
    counted = situation.counted or situation.scans
    made = [frame for frame in frames if not frame.is_chatter and counted(frame)]
    assert len(made) >= situation.at_least, f"the programs have made {len(made)} of these frames only"
    verdicts = {number: "scan" if row["scan"] else "backscatter" if row["backscatter"] else "-"
                for number, row in said.items()}
    wrong = list(mistakes(situation, frames, verdicts))
    assert not wrong, f"{situation.why}: {len(wrong)} of {len(frames)} frames\n" + "\n".join(wrong[:SHOWN])
