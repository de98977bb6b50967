# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fresh Debian lacks to make a package of the plugin with cpack."""
import shutil

import pytest


# As plugin/README.md has it; tests/pages/test_commands.py looks for the command in the test's name.
@pytest.mark.parametrize("command", ["apt install dpkg-dev file"])
def test_what_cpack_needs(fresh_tree, command):
    tree = fresh_tree("bookworm")
    programs = [tree.root / "usr/bin" / name for name in ("dpkg-shlibdeps", "file")]
    assert not [path for path in programs if path.exists()]
    tree.types(command)
    assert [path for path in programs if not path.exists()] == []
    shutil.rmtree(tree.root)
