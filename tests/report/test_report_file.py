# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""-z scannoise,report: the FILE, what is in it, and what is refused."""
import json
import re
import subprocess
from pathlib import Path

import pytest

from packed import packed

BEGINNING = "<!DOCTYPE html>\n<!-- A report by Scan Noise. "


def test_its_numbers_are_the_json_to_the_byte(report, twin):
    path, said = report(twin)
    assert packed(path, "numbers") == said
    assert json.loads(said)["scan"]["scanners"] == 1018


def test_a_filter_chooses_what_counts(report, twin):
    path, said = report(twin, 'udp && ip.src in {198.18.0.0/15}')
    assert packed(path, "numbers") == said
    assert json.loads(said)["filter"] == "udp && ip.src in {198.18.0.0/15}"


def test_it_is_one_whole_file_that_asks_for_no_other(report, twin):
    text = report(twin)[0].read_text()
    assert text.startswith(BEGINNING) and text.endswith("</html>\n")
    assert not re.search(r"@[a-z]+@</", text), "a place for data was left"
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)\s*=|url\(|@import|<link|<iframe", markup)
    assert "default-src 'none'" in markup


def test_several_reports_of_one_run(tshark, twin, workdir):
    tshark("-q", "-r", twin, "-z", f"scannoise,report,{workdir}/all.html", "-z", f"scannoise,report,{workdir}/udp.html,udp")
    all_of_it, udp = (json.loads(packed(workdir / name, "numbers")) for name in ("all.html", "udp.html"))
    assert all_of_it["filter"] is None and udp["filter"] == "udp"
    assert 0 < udp["scan"]["packets"] < all_of_it["scan"]["packets"]


@pytest.mark.parametrize("before", [BEGINNING + "of yesterday -->", ""], ids=["report", "empty"])
def test_a_report_is_replaced(report, programs, twin, workdir, before):
    (workdir / "report.html").write_text(before)
    programs.account.own(workdir / "report.html")
    path, said = report(twin)
    assert packed(path, "numbers") == said


@pytest.mark.parametrize("before", ["<!DOCTYPE html>\n<p>My own page", "first,last,ip_version,source,target,transport,port,\n"],
                         ids=["page", "flows"])
def test_what_is_no_report_stays(tshark, programs, twin, workdir, before):
    path = workdir / "mine.html"
    path.write_text(before)
    programs.account.own(path)
    done = tshark("-q", "-r", twin, "-z", f"scannoise,report,{path}", check=False)
    assert done.returncode == 1
    assert done.stderr == (f"tshark: scannoise,report: cannot write {path}: it has something else in it; remove it or"
                           " name another file\n")
    assert path.read_text() == before


@pytest.mark.parametrize("argument, message", [
    ("", "no file named: -z scannoise,report,FILE[,filter]"),
    (",tcp.port==23", "tcp.port==23 is a display filter, and no file named: -z scannoise,report,FILE[,filter]"),
    (",/nowhere/at/all.html", "cannot write /nowhere/at/all.html: No such file or directory"),
    (",/dev/null,tcp.prt", None),
])
def test_what_is_wrong_is_told_in_a_line(tshark, twin, argument, message):
    done = tshark("-q", "-r", twin, "-z", f"scannoise,report{argument}", check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("tshark: scannoise,report: " + (message or "")) and (message or "tcp.prt") in done.stderr


def test_a_full_disk_is_named(tshark, twin):
    done = tshark("-q", "-r", twin, "-z", "scannoise,report,/dev/full")
    assert done.stderr == "tshark: scannoise,report: cannot write /dev/full: No space left on device\n"


@pytest.mark.parametrize("before", [BEGINNING + "of yesterday -->", None], ids=["before", "new"])
def test_no_room_for_the_numbers_leaves_the_file_as_it_was(programs, twin, workdir, before):
    """They wait in a temporary file: without one there is no report, and no half of one."""
    path = workdir / "report.html"
    if before:
        path.write_text(before)
        programs.account.own(path)
    done = programs.run(["sh", "-c", f"ulimit -f 100; trap '' XFSZ; exec tshark -n -q -r {twin} -z scannoise,report,{path}"])
    assert done.stderr == ("tshark: scannoise,report: cannot write the report's numbers to a temporary file: File too"
                           " large\n")
    assert (path.read_text() if path.exists() else None) == before


def test_a_build_without_the_chart_library_says_so_in_a_line(tmp_path):
    top = Path(__file__).resolve().parents[2]
    done = subprocess.run(["cmake", "-S", top, "-B", tmp_path, "-DSCANNOISE_CHART_JS=/nowhere/chart.min.js"],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "\n  No Chart.js: install libjs-chart.js, or set SCANNOISE_CHART_JS\n" in done.stderr
