# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What has come of the captures so far, and how it is said."""
import sys
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Threads write it, each under the lock."""
    captures: int = 0
    size: int = 0                       # bytes of all captures
    begun: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)
    loaded: int = 0
    known: int = 0                      # loaded before
    failed: int = 0
    left: int = 0                       # files that are no captures, and don't count as such
    packets: int = 0
    rows: int = 0
    size_done: int = 0

    def add(self, **numbers):
        with self.lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)

    def _seconds(self):
        return max(time.monotonic() - self.begun, 0.001)

    def _done(self):
        text = f"{self.loaded} loaded"
        for number, what in ((self.known, "loaded before"), (self.failed, "failed")):
            text += f", {number} {what}" if number else ""
        return text

    def running(self):
        """While it goes on."""
        seconds = self._seconds()
        done = self.loaded + self.known + self.failed
        text = (f"{done} of {self.captures} captures: {self._done()}; {self.packets} packets, {self.rows} rows,"
                f" {self.packets / seconds:.0f} packets/s")
        if 0 < self.size_done < self.size:
            text += f", {seconds * (self.size - self.size_done) / self.size_done:.0f} s left"
        return text

    def __str__(self):
        """At the end."""
        seconds = self._seconds()
        done = self.loaded + self.known
        text = (f"{done} of {self.captures} captures: {self._done()}; {self.packets} packets, {self.rows} rows in"
                f" {seconds:.0f} s, {self.packets / seconds:.0f} packets/s")
        text += f"; {self.left} files left out" if self.left else ""
        if done < self.captures:
            text += f"; {self.captures - done} not loaded: run the same again to load what is missing"
        return text


class Screen:
    """Standard error: complaints, and on a terminal a line that is written over."""

    def __init__(self):
        self.terminal = sys.stderr.isatty()
        self.lock = threading.Lock()

    def progress(self, progress):
        with self.lock:
            if self.terminal:
                print(f"\r\033[K{progress.running()}", end="", file=sys.stderr, flush=True)

    def say(self, text):
        with self.lock:
            start = "\r\033[K" if self.terminal else ""
            print(f"{start}{text}", file=sys.stderr, flush=True)

    def complain(self, text):
        self.say(f"error: {text}")

    def clear(self):
        with self.lock:
            if self.terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
