# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""plugin/try.sh while tshark runs, and without room for the plugin."""
import pytest


@pytest.mark.parametrize("root", [False, True], ids=("personal", "global"))
def test_try_sh(machine, checkout, busy, as_root, root):
    if root:
        as_root()
    checkout.try_out()
    plugin = machine.global_plugin if root else machine.personal_plugin
    assert plugin.read_bytes() == checkout.plugin.read_bytes()
    before = plugin.stat().st_ino
    running = busy()
    checkout.another_build()
    checkout.try_out()
    assert plugin.stat().st_ino != before and plugin.read_bytes() == checkout.plugin.read_bytes()
    assert "Unsolicited scans" in running.finish()
    assert [path.name for path in plugin.parent.iterdir()] == ["scannoise.so"]


def test_try_sh_without_room_leaves_the_old_plugin(machine, checkout):
    checkout.try_out()
    before = machine.personal_plugin.read_bytes()
    checkout.another_build()
    status, said = checkout.run(blocks=32)
    assert status == 1 and f"error: could not write {machine.personal_plugin}" in said
    assert machine.personal_plugin.read_bytes() == before
