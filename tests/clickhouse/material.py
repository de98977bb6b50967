# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder work with. Not in conftest.py: other folders have one, too, and only one of
them is the module of that name."""
import subprocess
from pathlib import Path

from servers import WAIT_S

TESTS = Path(__file__).resolve().parent.parent
REPO_CAPTURES = TESTS / "captures"
TELESCOPE_PACKETS, PARTS = 24_000, 8

VIEWS = {"Capture": "capture", "IP version": "ip_versions", "Techniques": "techniques", "Outcomes": "outcomes",
         "Tools": "tools", "Organisations": "organisations", "Top ports": "top_ports",
         "Top scanners": "top_scanners"}


def split(capture, folder, packets):
    """Cuts a capture into files of so many packets, which anybody can read."""
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run(["editcap", "-c", str(packets), capture, folder / "part.pcap"], check=True, timeout=WAIT_S)
    for file in [capture, *folder.iterdir()]:
        file.chmod(0o644)
