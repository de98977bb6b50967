# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a report carries, packed, in its places."""
import base64
import gzip
import json
import re


def place(name):
    return re.compile(rf'(<script type="application/gzip;base64" id="{name}">)([A-Za-z0-9+/=]*)(</script>)')


def packed(path, name):
    """What a report has in one of these, as text."""
    data = place(name).search(path.read_text())[2]
    return gzip.decompress(base64.b64decode(data)).decode() if data else ""


def with_numbers(path, numbers):
    """The report's text with other numbers in it."""
    data = base64.b64encode(gzip.compress(json.dumps(numbers).encode())).decode()
    return place("numbers").sub(rf"\g<1>{data}\g<3>", path.read_text())
