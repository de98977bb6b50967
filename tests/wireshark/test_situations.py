# SPDX-License-Identifier: GPL-2.0-or-later
"""Every situation of situations/: each frame has the verdict that was decided beside it."""
import json

import pytest

from situations import SITUATIONS

COLUMNS = ("scan", "backscatter", "technique", "outcome", "tool")
SHOWN = 12


@pytest.fixture(scope="module")
def told(run_programs, session_dir):
    """{name: (frames of the story, {number: what the plugin says of the noise frame})}, by one sharkd for all."""
    programs = run_programs()
    folder = session_dir / "situations"
    folder.mkdir()
    folder.chmod(0o755)
    stories, requests = {}, []
    before = {}                         # sharkd keeps what one situation has set, so each sets what others did
    for situation in SITUATIONS:
        stories[situation.name] = story = situation.story()
        path = folder / f"{situation.name}.pcap"
        path.write_bytes(story.file())
        path.chmod(0o644)
        for name in {**before, **situation.prefs}:
            value = situation.prefs.get(name, "")
            requests.append(("setconf", {"name": f"scannoise.{name}", "value": value}))
        before.update(situation.prefs)
        requests.append(("load", {"file": str(path)}))
        # Without a filter: sharkd keeps what a filter has found, for the next file as well.
        requests.append(("frames", {f"column{n}": f"scannoise.{name}:0" for n, name in enumerate(COLUMNS)}))
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
             for number, (method, params) in enumerate(requests)]
    done = programs.run(["sharkd", "-"], stdin="\n".join(lines) + "\n")
    replies = {reply["id"]: reply for reply in map(json.loads, filter(str.strip, done.stdout.splitlines()))}
    answers = [replies[n] for n, (method, _) in enumerate(requests) if method == "frames"]
    said = {}
    for situation, answer in zip(SITUATIONS, answers, strict=True):
        rows = {row["num"]: dict(zip(COLUMNS, row["c"], strict=True)) for row in answer["result"]}
        said[situation.name] = (stories[situation.name].frames, rows)
    return said


def verdict(row):
    return "-" if not row else "scan" if row["scan"] else "back" if row["backscatter"] else "-"


def mistakes(frames, said):
    for number, frame in enumerate(frames, 1):
        row = said.get(number)
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
