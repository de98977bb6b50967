# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""load.py --report: the page of -z scannoise,report, with what the database knows of many captures."""
import copy
import json
import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from material import SWEEP_PACKETS, TELESCOPE_PACKETS, TESTS, sweep_capture

SCHEMA = json.loads((TESTS.parent / "stats/scannoise.schema.json").read_text())
# What rows of flows do not tell. All else that the schema wants is there.
UNKNOWN = {"also_seen", "asked_for", "organisation_kinds", "campaigns", "countries", "autonomous_systems", "timeline"}
UNKNOWN_OF = {"scanners": {"kind", "probe_uri", "structured", "first_ports", "per_second", "country", "asn", "organisation"},
              "victims": {"port", "answers"}}
# No frame of many captures, and no name without tshark's tables.
NULL = {"not_judged_from": None, "ports": {"service": None, "wanted": None}}


def schema():
    """Of what is known."""
    known = copy.deepcopy(SCHEMA)
    for place, unknown in [(known, UNKNOWN), *((known["properties"][name]["items"], of) for name, of in UNKNOWN_OF.items())]:
        assert unknown <= set(place["required"])
        place["required"] = [name for name in place["required"] if name not in unknown]
        for name in unknown:
            del place["properties"][name]       # additionalProperties is false: a guess would be refused
    return known


def known_of(said):
    """Of tshark's JSON, what a database can know: in whole seconds, and of hours those with a scan."""
    found = json.loads(re.sub(r"\.\d{6}Z", ".000000Z", said))
    found = {name: value for name, value in found.items() if name not in UNKNOWN}
    for name, unknown in UNKNOWN_OF.items():
        found[name] = [{key: value for key, value in row.items() if key not in unknown} for row in found[name]]
    found["not_judged_from"] = NULL["not_judged_from"]
    found["ports"] = [{**row, **NULL["ports"]} for row in found["ports"]]
    busy = [at for at, row in enumerate(found["hours"]) if row["ipv4"] + row["ipv6"]]
    found["hours"] = [found["hours"][at] for at in busy]
    found["port_hours"] = [{**row, "packets": [row["packets"][at] for at in busy]} for row in found["port_hours"]]
    return found


@pytest.fixture
def written(workdir, packed):
    """written(database, argument...) -> the report's path, and the numbers in it."""
    def run(database, *arguments):
        path = workdir / "report.html"
        said = database.load_all("--report", path, *arguments)
        numbers = json.loads(packed(path, "numbers"))
        Draft202012Validator(schema(), format_checker=FormatChecker()).validate(numbers)
        assert said.splitlines()[-1] == (f"{path}: a report of {numbers['capture']['packets']} packets of line"
                                         f" {arguments[1] if '--line' in arguments else 'default'}")
        return path, numbers
    return run


def test_the_numbers_are_those_of_the_json(database, written, every_kind, label_file, tshark):
    said = tshark("-q", "-r", every_kind, "-z", "scannoise,json", prefs={"scannoise.labels": label_file}).stdout
    database.load_all("-o", f"scannoise.labels:{label_file}", every_kind)
    numbers = written(database)[1]
    wanted = known_of(said)
    assert all(wanted[name] for name in ("organisations", "victims", "tools", "reasons", "networks", "port_hours"))
    # One row for each victim: here each answers from one port.
    assert numbers == wanted


def test_clickhouse_gives_the_same_page(database, store, written, every_kind, label_file):
    for each in (database, store):
        each.load_all("-o", f"scannoise.labels:{label_file}", "--line", "it's \\", every_kind)
    mine, others = (written(each, "--line", "it's \\") for each in (database, store))
    assert mine[1] == others[1] and mine[1]["scanners"]


def test_many_files_in_a_browser(database, written, telescope, opened):
    page = opened(written(database, telescope[1])[0])
    assert page.complaints() == [] and page.shown is not None
    assert page.js("return document.querySelector('[role=alert]')") is None
    shown = page.js("return [...document.querySelectorAll('.tile b')].map((tile) => tile.innerText)")
    assert shown[-1] == f"{TELESCOPE_PACKETS:,}"
    [(ports, scanners, targets)] = database.ask("SELECT ports, scanners, targets FROM capture WHERE rank = 3")
    assert shown[1:4] == [f"{number:,}" for number in (scanners, ports, targets)]
    assert page.card("Techniques") and page.card("Scanners") and page.card("Ports")
    assert page.card("Campaigns") is None and page.card("Countries") is None
    for row, condition in page.card("Under attack elsewhere"):
        assert condition == f"scannoise.backscatter && ip.src == {row[0]}"


def test_what_was_not_judged_is_said_without_a_frame(database, written, telescope, opened):
    database.load("-o", "scannoise.max_memory:1", telescope[0])
    path, numbers = written(database)
    assert numbers["not_judged"] > 0
    said = opened(path).js("return document.querySelector('.problem').innerText")
    assert said.startswith(f"{numbers['not_judged']:,} packets were not judged, as ")


def test_captures_and_a_report_in_one_command(database, written, workdir, telescope):
    """A report is replaced by a later one, which is for the same to read."""
    for number in range(2):
        sweep_capture(workdir / f"{number}.pcap", network=number)
        path, numbers = written(database, workdir / f"{number}.pcap")
        assert numbers["scan"]["packets"] == (number + 1) * SWEEP_PACKETS
        assert number == 0 or path.stat().st_mode & 0o777 == 0o604
        path.chmod(0o604)
    assert [file.name for file in workdir.iterdir() if "report" in file.name] == [path.name]


def test_a_mixture_is_said(database, workdir):
    """As when captures are loaded."""
    for number in range(2):
        capture = sweep_capture(workdir / f"{number}.pcap", network=number)
        database.load("-o", f"scannoise.scanning_contacts:{3 + number}", capture)
    status, _, complaint = database.load("--report", workdir / "report.html")
    assert status == 0 and complaint.count("\n") == 1
    assert complaint.startswith("warning: line default: its captures were judged in 2 ways")


@pytest.mark.parametrize("content", ("my thesis\n", None), ids=("text", "folder"))
def test_what_is_no_report_is_left_as_it_is(database, workdir, content):
    place = workdir / "place"
    if content:
        place.write_text(content)
        place.chmod(0o666)
    else:
        place.mkdir()
    status, said, complaint = database.load("--report", place, sweep_capture(workdir / "sweep.pcap"))
    assert status == 1 and "1 loaded" in said and complaint.count("\n") == 1
    assert complaint.startswith(f"error: --report: {place}: it ")
    assert content is None or place.read_text() == content


def test_a_line_that_has_nothing(database, workdir):
    database.load_all(sweep_capture(workdir / "sweep.pcap"))
    status, _, complaint = database.load("--report", workdir / "report.html", "--line", "attic")
    assert (status, complaint) == (
        1, "error: --report: no capture of line attic is loaded: name another with --line\n")
    assert not (workdir / "report.html").exists()


def test_no_database_is_made_for_a_report(database, workdir):
    status, _, complaint = database.load("--report", workdir / "report.html")
    assert status == 2 and complaint.endswith(f"--report: {database.path}: there is no such database\n")
    assert not database.path.exists()
