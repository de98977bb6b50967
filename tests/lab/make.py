# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""python3 tests/lab/make.py DIR [NAME...]: makes the lab's captures, for tuning by hand.

Per scan NAME.pcap (captured at home), NAME-sent.pcap (what the scanner's host sent) and NAME.json, the
truth: for each frame number of a scan its scanner, target, port and the techniques that are right. Needs
root, and no plugin.
"""
import sys
from pathlib import Path

sys.dont_write_bytecode = True          # before our own modules: we are root, the checkout is not root's

import lab                              # noqa: E402
import runs                             # noqa: E402
import test_scans                       # noqa: E402
import test_techniques                  # noqa: E402


def main(folder, *names):
    reason = lab.why_not()
    if reason:
        sys.exit(reason)
    rows = [row for row in test_scans.ROWS + test_techniques.ROWS if not names or row.name in names]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with lab.line() as line, runs.old_session(line):
        for row in rows:
            found = runs.run(line, row, folder)
            runs.write_truth(found, folder / f"{row.name}.json")
            print(f"{row.name}: {len(found.frames)} frames, {len(found.scan)} of the scanner", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
