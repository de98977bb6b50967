# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin that was built for another Wireshark, where this one finds it."""
import re
import shutil
import subprocess

import pytest


def set_integer(path, symbol, value):
    """Writes another value into a constant of a shared library's read-only data."""
    def readelf(option):
        return subprocess.run(["readelf", "--wide", option, path], check=True, capture_output=True, text=True).stdout

    at = int(re.search(rf"^ *\d+: ([0-9a-f]+) .* {symbol}$", readelf("--dyn-syms"), re.MULTILINE)[1], 16)
    address, offset = (int(text, 16) for text in
                       re.search(r" \.rodata +PROGBITS +([0-9a-f]+) ([0-9a-f]+)", readelf("--sections")).groups())
    with open(path, "r+b") as file:
        file.seek(at - address + offset)
        file.write(value.to_bytes(4, "little"))


@pytest.fixture
def marked(programs, plugin_file):
    """marked(symbol, value) puts a plugin that names this version of Wireshark in the place of ours."""
    def put(symbol, value):
        place, = programs.with_plugin.rglob("scannoise.so")
        place.unlink()
        shutil.copy(plugin_file, place)
        set_integer(place, symbol, value)
    return put


@pytest.mark.parametrize("command", [["tshark", "-G", "plugins"], ["sharkd", "-"]], ids=["tshark", "sharkd"])
@pytest.mark.parametrize("away", [1, 2, -1])
@pytest.mark.parametrize("part", ["major", "minor"])
def test_wireshark_refuses_it_with_its_own_message(programs, marked, wireshark_version, part, away, command):
    wanted = dict(zip(("major", "minor"), wireshark_version))
    wanted[part] += away
    if wanted[part] < 0:
        wanted[part] += 4
    marked(f"plugin_want_{part}", wanted[part])
    done = programs.run(command)
    refusals = [line for line in done.stderr.splitlines() if "scannoise" in line]
    assert done.returncode == 0 and len(refusals) == 1, done.stderr
    assert f"'scannoise.so' was compiled for Wireshark version {wanted['major']}.{wanted['minor']}" in refusals[0]
    assert "scannoise" not in done.stdout
