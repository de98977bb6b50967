# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of tshark -z scannoise,report, with the numbers of all captures of a line."""
import base64
import gzip
import json
import os
import re
import shutil
from pathlib import Path

from as_json import VIEWS, as_json
from shown import shown
from tshark import empty_page

NUMBERS = re.compile(r'(?<=<script type="application/gzip;base64" id="numbers">)[A-Za-z0-9+/=]*(?=</script>)')


class ReportProblem(Exception):
    """There will be no report. str() is one line."""


def write_report(store, options, scratch):
    """@param scratch a folder for its work; its name has no comma
    @return a line that says what the report is of"""
    path = Path(os.path.abspath(options.report))
    preferences = [word for option in options.o for word in ("-o", option)]
    page = empty_page(scratch, preferences)
    _check(path, page)
    views = store.views(VIEWS, options.line)
    if not views["capture"]:
        raise ReportProblem(f"--report: no capture of line {shown(options.line)} is loaded: name another with --line")
    numbers = as_json(views)
    _replace(path, _filled(page, numbers))
    return f"{shown(options.report)}: a report of {numbers['capture']['packets']} packets of line {shown(options.line)}"


def _check(path, page):
    """As the plugin does: what is there already, and is no report, is somebody's."""
    if not path.exists():
        return
    if not path.is_file():
        raise ReportProblem(f"--report: {shown(path)}: it is no regular file")
    beginning = page.partition(" SPDX")[0].encode()
    with open(path, "rb") as file:
        found = file.read(len(beginning))
    if found and found != beginning:
        raise ReportProblem(f"--report: {shown(path)}: it has something else in it than a report, and is left as it is")


def _filled(page, numbers):
    packed = base64.b64encode(gzip.compress(json.dumps(numbers).encode(), mtime=0)).decode()
    filled, places = NUMBERS.subn(packed, page)
    if places != 1:
        raise ReportProblem("--report: tshark's page has no place for numbers: another version of the plugin than this"
                            " loader's")
    return filled


def _replace(path, text):
    """All of it or nothing."""
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
