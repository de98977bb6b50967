# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A place for what tshark writes."""
import fcntl
import shutil
import tempfile
from pathlib import Path

PREFIX = "scannoise-load-"


class Scratch:
    """A folder for tshark's output. It goes at the end; that of a loader that was killed, when another begins."""

    def __init__(self, parent):
        self.parent = Path(parent)

    def __enter__(self):
        for left in self.parent.glob(PREFIX + "*"):
            self._remove_if_dead(left)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self.parent))
        self.lock = open(self.folder / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        return self.folder

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()

    @staticmethod
    def _remove_if_dead(folder):
        try:
            with open(folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return                      # another loader's, at work or just begun, or another user's
        shutil.rmtree(folder, ignore_errors=True)
