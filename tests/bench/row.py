# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A line of the benchmark's table."""
from dataclasses import dataclass


@dataclass
class Row:
    """One measured value, and the bar it has to clear, if there is one."""
    what: str
    value: float
    unit: str = ""                      # "" is a plain ratio
    limit: float = None
    at_least: bool = False              # the limit is a minimum
    note: str = ""
    more: bool = False                  # the true value is larger: its run was stopped

    @property
    def passed(self):
        if self.limit is None or self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def count(number):
    return f"{number:,}".replace(",", " ")
