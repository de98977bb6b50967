# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture whose rows are made up, where a store wants one (stats/captures/capture.py)."""

HEADER = "first,last,ip_version,source,target,transport,port,technique,outcome,tool,packets,bytes,label,verdict,reason\n"


class Made:
    """A capture that no file has, of a digest of its own."""

    def __init__(self, number=0):
        self.name, self.files = f"made-{number}", {f"{number:064x}": None}

    def digest(self):
        return next(iter(self.files))

    def digests(self):
        return set(self.files)
