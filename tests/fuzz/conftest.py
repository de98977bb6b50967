# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share: the captures of the suite, as files, and a plugin with sanitizers."""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "wireshark"))

import builders     # noqa: E402  (found by the line above)
import suite        # noqa: E402
from sanitized import Sanitized     # noqa: E402

BUILD = Path(__file__).resolve().parents[2] / "build"
SANITIZED = Path(os.environ.get("SCANNOISE_SANITIZED_PLUGIN") or BUILD / "sanitized/scannoise.so")


@pytest.fixture(scope="session")
def captures(session_dir):
    """Every capture of the suite, those that are made and those that are files: {name: path}."""
    folder = session_dir / "captures"
    folder.mkdir()
    made = {scene.name: scene.file() for scene in builders.captures()}
    kept = {name: path.read_bytes() for name, path in suite.on_disk().items()}
    paths = {}
    for name, data in {**made, **kept}.items():
        paths[name] = folder / name.replace("/", "-")
        paths[name].write_bytes(data)
        paths[name].chmod(0o644)
    folder.chmod(0o755)
    return paths


@pytest.fixture(scope="module")
def programs_of(request, account, session_dir, wireshark_version):
    """programs_of(plugin) -> Wireshark's programs with another plugin than the tests have otherwise."""
    # tests/conftest.py has the class, but its name is also this file's.
    makers = [plugin.Programs for plugin in request.config.pluginmanager.get_plugins() if hasattr(plugin, "Programs")]

    def make(plugin):
        folder = Path(tempfile.mkdtemp(dir=session_dir))
        folder.chmod(0o755)
        copy = folder / "scannoise.so"
        shutil.copyfile(plugin, copy)
        copy.chmod(0o755)
        return makers[0](account, account.own(folder), copy, wireshark_version)
    return make


@pytest.fixture(scope="module")
def sanitized(programs_of):
    """Wireshark's programs with a plugin that was built with sanitizers."""
    if not SANITIZED.is_file():
        pytest.fail(f"no plugin at {SANITIZED}: tests/run.sh builds it, with -DSCANNOISE_SANITIZE=ON")
    return Sanitized(programs_of(SANITIZED))
