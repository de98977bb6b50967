# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every situation of situations/: each frame has the verdict that was decided beside it."""
import pytest

from situations import SITUATIONS

SHOWN = 12


@pytest.fixture(scope="module")
def told(request, judge_many, session_dir):
    """{name: (frames of the story, {number: what the plugin says of the frame})} of the situations to be tested."""
    folder = session_dir / "situations"
    folder.mkdir()
    folder.chmod(0o755)
    chosen = [item.callspec.params["situation"] for item in request.session.items
              if item.originalname == test_each_frame_is_judged_as_it_should_be.__name__]
    stories, captures = [], []
    for situation in chosen:
        stories.append(situation.story())
        path = folder / f"{situation.name}.pcap"
        path.write_bytes(stories[-1].file())
        path.chmod(0o644)
        captures.append((path, {f"scannoise.{name}": value for name, value in situation.prefs.items()}))
    return {situation.name: (story.frames, said)
            for situation, story, said in zip(chosen, stories, judge_many(captures), strict=True)}


def verdict(row):
    return "scan" if row["scan"] else "back" if row["backscatter"] else "-"


def mistakes(frames, said):
    for number, frame in enumerate(frames, 1):
        row = said[number]
        if verdict(row) not in frame.want.split("|"):
            yield f"frame {number}: {verdict(row)}, not {frame.want}"
        elif verdict(row) == "scan":
            for name, want in frame.facts.items():
                if row[name] != want:
                    yield f"frame {number}: {name} {row[name]!r}, not {want!r}"


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_each_frame_is_judged_as_it_should_be(situation, told):
    frames, said = told[situation.name]
    wrong = list(mistakes(frames, said))
    assert not wrong, f"{situation.why}: {len(wrong)} of {len(frames)} frames\n" + "\n".join(wrong[:SHOWN])
