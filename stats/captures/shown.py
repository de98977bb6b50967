# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of strangers, such as names of files, as a terminal and a table may have it."""


def shown(text):
    """One line in which everything prints: what does not is escaped, as in C."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in str(text))


def _escaped(letter):
    if "\udc80" <= letter <= "\udcff":          # a byte that is no UTF-8, as Python keeps it in a name
        return f"\\x{ord(letter) - 0xdc00:02x}"
    return letter.encode("unicode_escape").decode()
