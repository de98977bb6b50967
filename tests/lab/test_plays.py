# SPDX-License-Identifier: GPL-2.0-or-later
"""Each situation of plays.py, recorded once and judged in the settings it must hold in."""
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import lab
import packets
import world
from conftest import impossible
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
def recorded(request, session_dir):
    """{name: a future of the capture}; they are recorded at the same time."""
    if lab.why_not():
        impossible(lab.why_not())
    lab.remove_leftovers()
    folder = session_dir / "plays"
    folder.mkdir()
    wanted = {item.callspec.params["case"][0].name for item in request.session.items
              if "case" in getattr(getattr(item, "callspec", None), "params", {})}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {situation.name: pool.submit(record, situation, folder / situation.name)
               for situation in SITUATIONS if situation.name in wanted}


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
def test_play(case, recorded, fields, workdir):
    situation, setting = case
    if missing(situation):
        impossible(f"not installed: {missing(situation)}")
    path = recorded[situation.name].result()
    frames = packets.read(path)
    counted = situation.counted or situation.scans
    made = [frame for frame in frames if not frame.is_chatter and counted(frame)]
    assert len(made) >= situation.at_least, f"the programs have made {len(made)} of these frames only"
    judged = workdir / "judged.pcap"
    judged.write_bytes(private(path.read_bytes()) if setting == "private" else path.read_bytes())
    rows = fields(judged, "", "frame.number", "scannoise.scan", "scannoise.backscatter",
                  prefs=HOME if setting == "home" else None)
    said = {int(number): "scan" if scan else "backscatter" if back else "-" for number, scan, back in rows}
    wrong = list(mistakes(situation, frames, said))
    assert not wrong, f"{situation.why}: {len(wrong)} of {len(frames)} frames\n" + "\n".join(wrong[:SHOWN])
