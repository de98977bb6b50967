# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the loader asks of a database, of whatever kind."""
from dataclasses import dataclass, field


class StoreProblem(Exception):
    """The database refuses or is away. str() is one line that names it."""


@dataclass
class Counted:
    """A capture that counts."""
    judgement: str              # how it was judged, as judgement.py words it
    line: str
    files: set = field(default_factory=set)     # digests
