#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes README's pictures from the running program.

    python3 tests/pictures/make.py

runs tshark (with the plugin installed, see plugin/try.sh) on the twin capture and writes what it
prints to stat.txt, and the upper part of it, drawn as a terminal, to stat.svg. Then it has tshark write
the report, and Debian's Chromium take the picture report.png of its upper part.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TSHARK = ["tshark", "-q", "-r", "tests/captures/home-line.pcapng", "-z"]
COMMAND = [*TSHARK, "scannoise,stat"]
REPORT_SIZE = "1240,1830"  # pixels: as far as the heat map's end

SHOWN_LINES = 38
FONT = 13  # pixels; a monospace character is 0.6 of it wide
LINE = 17
MARGIN = 12


def run(command):
    """What the command prints, in UTC, as everybody sees the same then."""
    env = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": str(Path.home())}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def photograph(page, picture, folder):
    """Has Chromium open a page in a window of its own and take a picture."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    run(["chromium", "--headless", *sandbox, "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
         f"--window-size={REPORT_SIZE}", "--virtual-time-budget=3000", f"--screenshot={picture}", page.as_uri()])


def terminal(lines):
    """The lines as an SVG picture of a terminal."""
    width = round(max(map(len, lines)) * FONT * 0.602) + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + LINE * (i + 1) - 4}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">
<rect width="100%" height="100%" rx="6" fill="#1d2229"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{FONT}" fill="#dfe5ec"
   xml:space="preserve">
{rows}
</g>
</svg>
"""


def main():
    text = run(COMMAND)
    (HERE / "stat.txt").write_text(text)
    shown = [line.rstrip() for line in text.splitlines() if not line.startswith("===")]
    picture = ["$ " + " ".join(COMMAND)] + shown[1:SHOWN_LINES] + ["   …"]
    (HERE / "stat.svg").write_text(terminal(picture))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        run([*TSHARK, f"scannoise,report,{page}"])
        photograph(page, HERE / "report.png", folder)


if __name__ == "__main__":
    main()
