# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs Wireshark's programs with a plugin that was built with sanitizers, and finds who is to blame."""
import os
import re
import subprocess

import pytest

# Every allocation its own, so that the address sanitizer sees what happens to it; and a dissector bug
# ends the program, whoever's it is. Leaks are Wireshark's to a great part: test_memory.py looks at ours.
STRICT = {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1",
          "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
REPORT = re.compile(r"ERROR: AddressSanitizer|runtime error:")
# The statistics to try, and those that have tshark dissect as much without our plugin.
INSTEAD = {"scannoise,stat": "smb,srt", "endpoints,scannoise": "endpoints,ip", "conv,scannoise": "conv,ip"}
ABORTED = (128 + 6, 128 + 7, 128 + 11)      # as a shell says it


def preload():
    """The sanitizers' libraries: the program that loads the plugin has them not."""
    found = [subprocess.run(["gcc", f"-print-file-name=lib{name}.so"], capture_output=True, text=True,
                            check=True).stdout.strip() for name in ("asan", "ubsan")]
    return ":".join(os.path.realpath(path) for path in found)


class Sanitized:
    """The programs, with the sanitized plugin and without any."""

    def __init__(self, programs):
        self.programs = programs
        self.words = [f"{name}={value}" for name, value in {**STRICT, "LD_PRELOAD": preload()}.items()]
        self.runs = 0

    def broken(self, command, stdin=""):
        """Runs it. @return what it said, if it crashed or was complained of, and only with our plugin"""
        said = self._run(command, stdin, plugin=True)
        if said is None:
            return None
        theirs = self._run([INSTEAD.get(word, word) for word in command], stdin, plugin=False)
        return said if theirs is None else None

    def _run(self, command, stdin, plugin):
        self.runs += 1
        try:
            done = self.programs.run(["env", *self.words, *command], plugin=plugin, stdin=stdin)
        except (pytest.fail.Exception, subprocess.TimeoutExpired) as complaint:
            return str(complaint)
        if done.returncode >= 0 and done.returncode not in ABORTED and not REPORT.search(done.stderr):
            return None
        return f"{' '.join(done.args)}\nstatus {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-8000:]}"
