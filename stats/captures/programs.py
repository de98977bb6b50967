# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts other programs, none of which outlives the loader, even if that is killed."""
import os
import shutil
import subprocess

# setpriv (util-linux) makes the kernel end a program when the thread that started it is gone.
_TIED = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def start(command, stdin=subprocess.DEVNULL, folder=None, environment=()):
    """In a group of its own, or Ctrl-C would reach it too: tshark takes that for the end of the capture.
    @param folder      where it runs; None: where the loader does
    @param environment {name: value} beside those of the loader"""
    return subprocess.Popen([*_TIED, *map(str, command)], stdin=stdin, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, cwd=folder, process_group=0, env={**os.environ, **dict(environment)})
