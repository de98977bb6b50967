# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""tables.sql and views.sql are written for the ClickHouse of today. Debian 12's, 18.16, does not know the types IPv6 and
DateTime64, and has LowCardinality but for those who set it up as an experiment; so it gets the same tables with plainer
types that have the same values. The views of views.py ask for nothing that only one of them has.
"""
import re

# Whether a server has the types: 1 or 0.
HAS_TYPES = "SELECT count() FROM system.data_type_families WHERE name = 'DateTime64'"
# What takes the place of what 18.16 lacks.
PLAINER = {
    r"LowCardinality\(String\)": "String",
    r"DateTime64\(6, 'UTC'\)": "Int64",
    r"\bIPv6\b": "FixedString(16)",
    r"\btoIPv6\(": "IPv6StringToNum(",
    r"\b(fromUnixTimestamp64Micro|toUnixTimestamp64Micro)\(": "toInt64(",
}


def for_debian_12(text):
    """The same SQL for ClickHouse 18.16."""
    text = re.sub(r"--.*", "", text)
    for pattern, plainer in PLAINER.items():
        text = re.sub(pattern, plainer, text)
    return text
