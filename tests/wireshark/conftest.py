# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share: the suite of captures, looked at once per session."""
import tempfile
from pathlib import Path

import pytest

from suite import Suite

# Other tests judge with the defaults; here every row is wanted, and colours that ask for a verdict.
# sharkd has no -n, so the preferences say it.
PREFERENCES = "scannoise.rows: 0\n" + "".join(
    f"nameres.{kind}_name: FALSE\n" for kind in ("mac", "transport", "network"))
COLOURS = "@Scan@scannoise.scan@[65535,0,0][0,0,0]\n@Echo@scannoise.backscatter@[0,65535,0][0,0,0]\n"


def settle(home, files):
    """Puts configuration files into a home folder."""
    folder = home / ".config/wireshark"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture(scope="session")
def run_programs(request, account, session_dir, plugin_file, wireshark_version):
    """make(files) -> the programs of tests/conftest.py with a home that lasts as long as the session and has these
    configuration files where the plugin is."""
    # That class is found this way because this folder's conftest.py hides the other from "import".
    makers = [plugin.Programs for plugin in request.config.pluginmanager.get_plugins()
              if hasattr(plugin, "Programs")]

    def make(files):
        folder = Path(tempfile.mkdtemp(dir=session_dir))
        folder.chmod(0o755)
        programs = makers[0](account, account.own(folder), plugin_file, wireshark_version)
        settle(programs.with_plugin, files)
        settle(programs.without_plugin, {})
        return programs
    return make


@pytest.fixture(scope="session")
def suite(run_programs, session_dir):
    """All captures of the suite and what Wireshark's programs say of them."""
    programs = run_programs({"preferences": PREFERENCES, "colorfilters": COLOURS})
    folder = session_dir / "suite"
    folder.mkdir()
    folder.chmod(0o755)
    return Suite(programs, folder)
