# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""How captures are judged: with which plugin, preferences and label files. Verdicts of two judgements can't be
compared, nor added up."""
import os
import re
from pathlib import Path

from digest import digest_of
from programs import start
from shown import shown

HASH = 12                       # hexadecimal digits that tell two files apart
# Preferences that say what is shown, and how, and change no verdict.
OF_VIEWS = {f"scannoise.{name}" for name in ("rows", "row_filters", "explain", "short_way")}
# tshark -G plugins starts all programs of that folder, each to say who it is.
NO_EXTCAPS = {"WIRESHARK_EXTCAP_DIR": os.devnull}
OURS = re.compile(r"\s*(scannoise\.[a-z_]+)\s*:\s*(.*?)\s*")


def judgement(preferences):
    """One line that is the same when captures are judged in the same way.
    @param preferences NAME:VALUE, as the user gave them"""
    folder = _personal_folder()
    chosen = dict(filter(None, map(_ours, [*_lines_of(folder / "preferences"), *preferences])))
    files = _label_files(folder / "scannoise")
    if chosen.get("scannoise.labels"):
        files += _label_files(Path(chosen.pop("scannoise.labels")))
    others = sorted(preference for preference in preferences if not _ours(preference))
    parts = [_plugin(), *(f"{name.partition('.')[2]}:{value}" for name, value in sorted(chosen.items())
                          if name not in OF_VIEWS), *others,
             *(f"labels:{_hash(file)}" for file in files)]
    return shown(" ".join(parts))


def _plugin():
    """Version and hash of the plugin that tshark finds."""
    said = start(["tshark", "-G", "plugins"], environment=NO_EXTCAPS).communicate()[0].decode(errors="replace")
    found = re.search(r"^scannoise\.so *\t([^\t\n]*)\t[^\t\n]*\t([^\t\n]*)$", said, re.MULTILINE)
    return f"scannoise {found[1]} {_hash(Path(found[2]))}" if found else "scannoise"


def _personal_folder():
    """Wireshark's."""
    home = Path.home()
    configured = Path(os.environ.get("WIRESHARK_CONFIG_DIR") or
                      Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "wireshark")
    return configured if configured.is_dir() or not (home / ".wireshark").is_dir() else home / ".wireshark"


def _lines_of(file):
    try:
        return file.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []


def _ours(line):
    """(name, value) of a preference of the plugin; None: it is none."""
    found = OURS.fullmatch(line)
    return (found[1], found[2]) if found else None


def _label_files(place):
    if not place.is_dir():
        return [place] if place.is_file() else []
    return sorted(Path(at) / name for at, _, names in os.walk(place, followlinks=False) for name in names)


def _hash(file):
    try:
        return digest_of(file)[:HASH]
    except OSError:
        return "unreadable"
