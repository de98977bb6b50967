# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for a running program: look again until it is so, up to a deadline; never sleep and hope."""
import time

DEADLINE_S = 60
PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.3     # the longer it takes, the longer the pause: looking keeps Wireshark busy

# Exceptions that mean "not yet": a widget went away or changed while it was read. Its reader adds them.
NOT_YET = []


class TooLate(AssertionError):
    """What was waited for did not come."""


def until(what, probe, deadline_s=DEADLINE_S, passing=None):
    """Calls probe() until it returns something true, and returns that.

    @param what     said when the deadline passes; a callable is asked then, to tell what there is instead
    @param passing  one more exception of probe() that means "not yet"
    """
    not_yet = (*NOT_YET, *([passing] if passing else []))
    end = time.monotonic() + deadline_s
    pause = PAUSE_S
    while True:
        try:
            found = probe()
        except not_yet as reason:
            found, problem = None, reason
        else:
            problem = None
        if found:
            return found
        if time.monotonic() > end:
            raise TooLate(f"after {deadline_s} s: {what() if callable(what) else what}"
                          + (f" ({problem})" if problem else ""))
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE_S)


def settles(what, read, wanted, deadline_s=DEADLINE_S):
    """Reads until it is as wanted; when the deadline passes, a plain assertion shows the difference."""
    last = []

    def probe():
        last[:] = [read()]
        return last[0] == wanted
    try:
        until(what, probe, deadline_s)
    except TooLate:
        assert last and last[0] == wanted, what
