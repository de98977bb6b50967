#!/usr/bin/python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes README's pictures of Wireshark from the running program, with the plugin of build/.

    /usr/bin/python3 tests/pictures/wireshark_windows.py

opens the twin capture in the profile Scan Noise and writes packets.png, details.png, statistics.png
and endpoints.png. Needs what tests/run.sh installs; as root it runs Wireshark as that script's user.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(TESTS), str(TESTS / "gui"), str(TESTS / "wireshark")]

import accessible                                                           # noqa: E402
from conftest import PLUGIN, REPO, Account, Programs, environment          # noqa: E402
from desktop import Desktop, why_not                                        # noqa: E402
from waiting import until                                                   # noqa: E402
from windows import Statistics, Traffic                                     # noqa: E402
from wireshark import PROFILE, install_profile, running                     # noqa: E402

TWIN = REPO / "tests/captures/home-line.pcapng"
PACKETS = 10746
FRAME = 193                     # ZMap's, of a scanner of many ports
COLOURS = 48                    # a window has few; so a picture has 30 kB, not 200
MAIN_SIZE, STATISTICS_SIZE, ENDPOINTS_SIZE = (1280, 900), (830, 640), (1060, 520)


def save(desktop, name, number, *crop):
    """A picture of a window, or of a part of it."""
    path = HERE / f"{name}.png"
    desktop.picture(path, number, *crop, "+dither", "-colors", COLOURS, "-strip")
    subprocess.run(["convert", path, "-define", "png:exclude-chunks=date,time", f"PNG8:{path}"], check=True)


def take(desktop, wireshark):
    until("the twin is not loaded", lambda: wireshark.counts() == (PACKETS, PACKETS))
    wireshark.bring_up(wireshark.main, MAIN_SIZE)
    wireshark.unfold_noise(FRAME)
    save(desktop, "packets", wireshark.main.number)
    wireshark.menu("View", "Packet Bytes")          # makes room for the sentence
    details = wireshark.main.get("tree", "Packet details")
    until("the bytes stay", lambda: details.place().width > MAIN_SIZE[0] * 0.9)
    pane, main = details.place(), wireshark.main.place()
    save(desktop, "details", wireshark.main.number, "-crop",
         f"{pane.width}x{pane.height}+{pane.x - main.x}+{pane.y - main.y}", "+repage")

    statistics = Statistics.open(wireshark)
    until("no numbers", lambda: statistics.rows()[0][2] == str(PACKETS))
    wireshark.bring_up(statistics.dialog, STATISTICS_SIZE)
    save(desktop, "statistics", statistics.dialog.number)

    scanners = Traffic(wireshark, "Endpoints")
    wireshark.bring_up(scanners.dialog, ENDPOINTS_SIZE)
    x, y = scanners.grid.header(scanners.grid.headings().index("Packets")).middle()
    for apart in (-15, 15):     # most packets first; in one place it would be a double click
        desktop.click(x + apart, y)
    until(lambda: f"the scanners are not sorted: {scanners.column('Packets')[:3]}",
          lambda: int(scanners.column("Packets")[0]) > 100)
    save(desktop, "endpoints", scanners.dialog.number)


def main():
    if reason := why_not():
        sys.exit(f"wireshark_windows.py: {reason}")
    account, folder = Account(), Path(tempfile.mkdtemp(prefix="scannoise-"))
    folder.chmod(0o755)
    try:
        account.own(folder)
        version = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
        programs = Programs(account, folder, shutil.copy(PLUGIN, folder), version.split(".")[:2])
        home = programs.with_plugin
        install_profile(home, account.own)
        capture = shutil.copy(TWIN, folder)
        with Desktop(folder, account.credentials, environment(home), account.own) as desktop:
            accessible.connect(desktop.accessibility_bus)
            with running(desktop, "-C", PROFILE, "-N", "t", "-r", capture, names=True) as wireshark:
                take(desktop, wireshark)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
