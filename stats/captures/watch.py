# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Follows folders that dumpcap or tcpdump fills with one file after another."""
import os
import time
from collections import defaultdict

from find import find
from loader import Loader
from scratch import Scratch

EVERY_S = 5


def watch(store, options):
    """Loads each file once it is complete, for ever."""
    seen = set()
    while True:
        captures, _ = find(options.names, together=False)
        complete = _complete(captures)
        fresh = [capture for state, capture in complete.items() if state not in seen]
        if fresh:
            seen = set(complete)        # what the ring buffer has removed is forgotten
            others = [capture for capture in complete.values() if capture not in fresh]
            with Scratch(options.scratch) as folder:
                Loader(store, options, folder, fresh, others).run()
        time.sleep(EVERY_S)


def _complete(captures):
    """{(path, size, time of change): capture} of all but the latest file of each folder, which is still written."""
    folders = defaultdict(list)
    for capture in captures:
        path = capture.paths[0]
        try:
            status = os.stat(path)
        except OSError:                 # the ring buffer was quicker
            continue
        folders[path.parent].append((status.st_mtime_ns, path.name, status.st_size, capture))
    return {(capture.paths[0], size, changed): capture for some in folders.values()
            for changed, _, size, capture in sorted(some, key=lambda each: each[:2])[:-1]}
