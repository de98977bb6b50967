# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Inputs that are odd where captures with random bytes changed are not: clocks, read filters, what sharkd is asked
in which order, folders of label files, names of capture files. With a sanitized plugin, for a time; each round
is made of one number, which a failing test says. By hand:

    SCANNOISE_FUZZ_SECONDS=3600 sh tests/run.sh tests/fuzz/test_odd_inputs.py
    SCANNOISE_FUZZ_SEED=… SCANNOISE_FUZZ_SECONDS=0 sh tests/run.sh tests/fuzz/test_odd_inputs.py -k NAME
"""
import json
import os
import random
import shutil
import struct
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from scapy.layers.l2 import ARP, Ether

from builders import World, line, pcap
from builders_damage import LINKTYPE_ETHERNET, SECTION, block
from sanitized import REPORT, Sanitized

REPO = Path(__file__).resolve().parents[2]
PLUGIN = Path(os.environ.get("SCANNOISE_SANITIZED_PLUGIN") or REPO / "build/sanitized/scannoise.so")
SECONDS = float(os.environ.get("SCANNOISE_FUZZ_SECONDS") or 60)
SEED = int(os.environ.get("SCANNOISE_FUZZ_SEED") or random.randrange(1 << 31))
SCHEMA = json.loads((REPO / "stats/scannoise.schema.json").read_text())
TOO_SLOW_S = 60         # of one program, sanitizers and other work on the machine included
V4, V6 = World(4), World(6)
PACKETS = [bytes(line(packet)) for world in (V4, V6) for packet in (
    *(world.tcp(world.scanner(1), world.target(n), "S") for n in range(6)), world.udp(world.scanner(2), world.router),
    world.tcp(world.router, world.scanner(1), "RA", sport=23, dport=40000), world.ping(world.scanner(3), world.router))]


@pytest.fixture(scope="module")
def sanitized(programs_of):
    if not PLUGIN.is_file():
        pytest.fail(f"no plugin at {PLUGIN}: tests/run.sh builds it, with -DSCANNOISE_SANITIZE=ON")
    return Sanitized(programs_of(PLUGIN))


class Round:
    """What one round works with: its dice, a folder of its own, and the programs."""

    def __init__(self, sanitized, captures, seed):
        self.sanitized, self.captures, self.dice = sanitized, captures, random.Random(seed)
        self.folder = sanitized.programs.workdir / "round"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        sanitized.programs.account.own(self.folder)

    def run(self, *command, stdin=""):
        """Runs a program, which must neither break nor take long."""
        begun = time.monotonic()
        done = self.sanitized.programs.run(["env", *self.sanitized.words, *command], stdin=stdin)
        assert done.returncode in (0, 2, 14) and not REPORT.search(done.stderr), done.stderr[-4000:]
        assert time.monotonic() - begun < TOO_SLOW_S
        return done

    def report(self, path, *options):
        """What -z scannoise,json says of a capture, as its schema wants it; and all that tshark said."""
        done = self.run("tshark", "-n", "-q", *options, "-r", path, "-z", "scannoise,json")
        said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
        Draft202012Validator(SCHEMA).validate(said)
        return said, done

    def capture(self):
        """One of the suite's captures."""
        return self.captures[self.dice.choice(sorted(name for name in self.captures if "home-line" not in name))]


# --- What the rounds do --------------------------------------------------------------------------

def odd_number(dice, bits, signed=False):
    """Any number, and more often one at an edge."""
    least = -(1 << (bits - 1)) if signed else 0
    most = least + (1 << bits) - 1
    near = dice.choice((0, least, most, 1_700_000_000, 253_402_300_800, most // 1_000_000, most // 1_000_000_000))
    number = dice.choice((near + dice.randrange(-2, 3), dice.randrange(least, most + 1)))
    return min(max(number, least), most)


def clocks(round_):
    """pcapng whose clock counts in any unit, from any time on, and jumps."""
    dice, path = round_.dice, round_.folder / "clock.pcapng"
    resolution = dice.choice((0, 6, 9, dice.randrange(256)))
    options = struct.pack("<HHB3xHHqHH", 9, 1, resolution, 14, 8, odd_number(dice, 64, signed=True), 0, 0)
    data = SECTION + block(1, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, 0) + options)
    for frame in PACKETS:
        when = odd_number(dice, 64)
        head = struct.pack("<IIIII", 0, when >> 32, when & 0xFFFFFFFF, len(frame), len(frame))
        data += block(6, head + frame + bytes(-len(frame) % 4))
    path.write_bytes(data)
    said, done = round_.report(path, "-z", "scannoise,stat", "-z", f"scannoise,flows,{round_.folder}/n.csv")
    assert said["capture"]["packets"] == len(PACKETS)
    assert sum(hour["ipv4"] + hour["ipv6"] for hour in said["hours"]) == said["scan"]["packets"]
    assert "All packets" in done.stdout


NO_PACKETS = [bytes(Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=V4.router, pdst=V4.target(1))),
              bytes(line(V4.udp(V4.router, "239.255.255.250", dport=1900)))]
READ_FILTERS = ("!ip && !ipv6", "arp", "!tcp", "scannoise.scan", "!scannoise.scan", "tcp.flags.syn == 1", "frame.len % 2 == 0", "udp",
                "frame.number == 1", "frame.number > 5", "scannoise.scanner.probes > 2", "tcp.flags.reset == 1")


def read_filters(round_):
    """What is left is counted, what is no IP is no noise, and each frame says what the table says."""
    dice, path = round_.dice, round_.folder / "mixed.pcap"
    frames = dice.choices(PACKETS, k=60) + dice.choices(NO_PACKETS, k=20)
    dice.shuffle(frames)
    path.write_bytes(pcap(list(enumerate(frames))))
    done = round_.run("tshark", "-n", "-2", "-R", dice.choice(READ_FILTERS), "-r", path, "-T", "fields", "-e", "frame.number",
                      "-e", "frame.protocols", "-e", "scannoise.scan", "-e", "scannoise.flow.first_frame",
                      "-z", "scannoise,json")
    rows, said = [], None
    for text in done.stdout.splitlines():
        if text.startswith("{"):
            said = json.loads(text)
        elif text.strip():
            rows.append(text.split("\t"))
    assert said["capture"]["packets"] == len(rows)
    assert said["scan"]["packets"] == sum(row[2] != "" for row in rows)
    for number, protocols, scan, first in rows:
        assert not scan or ":ip" in protocols, protocols
        assert not first or 0 < int(first) < int(number)


def life_cycles(round_):
    """sharkd opens, counts, looks, changes a preference and opens again: a table depends on the capture alone."""
    dice, paths = round_.dice, [round_.capture() for _ in range(3)]
    table = ("tap", {"tap0": "nstat:scannoise,stat"})
    others = [table, ("tap", {"tap0": "nstat:scannoise,stat", "tap1": "conv:TCP"}), ("frames", {"filter": "scannoise.scan"}),
              ("tap", {"tap0": "nstat:scannoise,stat", "filter0": "tcp"}), ("frame", {"frame": 1, "proto": True}),
              ("setconf", {"name": "scannoise.labels", "value": "/nowhere"})]
    asked, tables = [], {}
    for _ in range(8):
        path = dice.choice(paths)
        asked.append(("load", {"file": str(path)}))
        asked += dice.sample(others, dice.randrange(3))
        if dice.randrange(3):
            tables.setdefault(path, []).append(len(asked) + 1)
            asked.append(table)
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
             for number, (method, params) in enumerate(asked, 1)]
    done = round_.run("sharkd", "-", stdin="\n".join(lines) + "\n")
    replies = {reply["id"]: reply for reply in map(json.loads, filter(str.strip, done.stdout.splitlines()))}
    for path, numbers in tables.items():
        said = [replies[number]["result"]["taps"][0]["tables"] for number in numbers]
        assert all(rows == said[0] for rows in said), path


def odd_text(dice, length):
    return "".join(dice.choice('abA,"{}[]:\\\n\t\x1b\u202e\u00e9%s=+-@;/.#01 ') for _ in range(dice.randrange(length)))


def odd_json(dice):
    """A warning list, or what has its parts; deep, wide, long or cut."""
    if dice.randrange(3) == 0:
        many = dice.choice((1, 50, 2000, 60_000))
        start, end = dice.choice((("[", "]"), ('{"a":', "}"), ("[],", ""), ('"a":1,', "")))
        return '{"name": "x", "list": [' + start * many + end * many + "]}"
    text = json.dumps({"name": odd_text(dice, 80), dice.choice(("list", odd_text(dice, 5))): [
        dice.choice(("198.51.100.0/24", "2001:db8::/32", odd_text(dice, 20), 7, None, ["192.0.2.1"])) for _ in range(20)]})
    return text[:dice.randrange(len(text))] if dice.randrange(3) == 0 else text


def label_folders(round_):
    """Files of any text and name, and links that go round: one message at most, and the same verdicts."""
    dice, path, folder = round_.dice, round_.capture(), round_.folder / "labels"
    folders = [folder, folder / "a", folder / "a/b", folder / odd_text(dice, 9).replace("/", "").replace(".", "").strip()]
    for each in folders:
        each.mkdir(exist_ok=True)
    for number in range(dice.choice((3, 30))):
        text = odd_json(dice) if dice.randrange(2) else "".join(
            f"{dice.choice(('198.51.100.1', '2001:db8:bad::/48', odd_text(dice, 30)))},{odd_text(dice, 90)}\n" for _ in range(9))
        name = odd_text(dice, 20).replace("/", "") + f"{number}.{dice.choice(('csv', 'json', 'JSON', 'txt'))}"
        (dice.choice(folders) / name).write_text(text, errors="surrogateescape")
    for number in range(dice.choice((2, 60))):
        (dice.choice(folders) / f"link{number}").symlink_to(dice.choice(folders))
    said, done = round_.report(path, "-o", f"scannoise.labels:{folder}")
    bare, _ = round_.report(path)
    assert said["scan"] == bare["scan"] and said["ports"] == bare["ports"]
    complaints = done.stderr.splitlines()
    assert sum(text.endswith("labels that cannot be used:") for text in complaints) <= 1 and len(complaints) < 60
    assert not any(ord(character) < 32 or character in "\x7f\u202e" for text in complaints for character in text)


def file_names(round_):
    """A capture is what is in it, whatever it is called."""
    dice, path = round_.dice, round_.capture()
    name = bytes(dice.choice(b'ab,;:%="\'\\\n\r\t\x01\x1b\x7f\xe9\xff*?[]{}$`&|<> #+@~') for _ in range(dice.randrange(1, 40)))
    odd = os.fsdecode(os.path.join(os.fsencode(round_.folder), b"c" + name))
    shutil.copyfile(path, odd)
    said, _ = round_.report(odd, "-z", "scannoise,stat", "-z", f"scannoise,flows,{round_.folder}/n.csv")
    assert said == round_.report(path)[0]


KINDS = (clocks, read_filters, life_cycles, label_folders, file_names)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_odd_inputs(sanitized, captures, kind):
    seed, ends, rounds = SEED, time.monotonic() + SECONDS / len(KINDS), 0
    while rounds == 0 or time.monotonic() < ends:
        try:
            kind(Round(sanitized, captures, seed))
        except (AssertionError, pytest.fail.Exception) as reason:
            raise AssertionError(f"SCANNOISE_FUZZ_SEED={seed}: {reason}") from reason
        seed, rounds = seed + 1, rounds + 1
    print(f"{rounds} rounds, from SCANNOISE_FUZZ_SEED={SEED} on")
