# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files are to be loaded."""
import os
from pathlib import Path

from capture import Capture
from shown import shown


def find(paths, together):
    """Each file that is named, and those in folders by name. Hidden files are left out.
    @param together the files of a folder are one capture
    @return captures, and lines about folders that can't be read"""
    captures, troubles = [], []
    for path in map(Path, paths):
        if not os.path.isdir(path):
            captures.append(Capture([path], named=True))
            continue
        for folder, names in _folders(path, troubles):
            files = [folder / name for name in sorted(names) if not name.startswith(".")]
            if together and files:
                captures.append(Capture(files))
            elif not together:
                captures += [Capture([file]) for file in files]
    return captures, troubles


def _folders(top, troubles):
    """(folder, names of its files) of this one and those in it, each once, sorted. Links are followed."""
    def note(error):
        troubles.append(f"{shown(error.filename)}: {error.strerror}")
    found, seen = [], set()
    for at, folders, names in os.walk(top, onerror=note, followlinks=True):
        status = os.stat(at)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        found.append((Path(at), names))
    return sorted(found)
