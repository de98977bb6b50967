# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""-o scannoise.compare_with: what differs from an earlier capture, and files that are none."""
import json

import pytest

from builders import START, World, line, pcap
from packed import packed

V4 = World(4)
DAY = 86400


def write(path, probes):
    """A capture of a day: probes are (scanner, port, packets)."""
    packets = [(number * 60, V4.tcp(V4.scanner(scanner), V4.target(100 + number % 90), "S", sport=2000 + number, dport=port))
               for number, (scanner, port) in enumerate((s, p) for s, p, count in probes for _ in range(count))]
    packets.append((DAY, V4.udp(V4.router, V4.target(7))))
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in packets]))
    return path


@pytest.fixture
def days(tshark, workdir):
    """Two captures of a day each, and what the JSON says of the first."""
    first = write(workdir / "first.pcap", [(1, 23, 10), (2, 22, 8), (3, 80, 5)])
    second = write(workdir / "second.pcap", [(1, 23, 30), (4, 22, 2), (5, 443, 6)])
    earlier = workdir / "first.json"
    earlier.write_text(tshark("-q", "-r", first, "-z", "scannoise,json").stdout)
    return earlier, second


def test_new_gone_risen_and_fallen(report, opened, days):
    earlier, second = days
    path, _ = report(second, prefs={"scannoise.compare_with": earlier})
    assert packed(path, "earlier") == earlier.read_text()
    page = opened(path)
    assert page.complaints() == []
    scanners = {title: {row[0]: row[2] for row, _ in page.card(title)} for title in ("New scanners", "Gone")}
    assert scanners == {"New scanners": {V4.scanner(5): "6", V4.scanner(4): "2"},
                        "Gone": {V4.scanner(2): "8", V4.scanner(3): "5"}}
    ports = {title: [row for row, _ in page.card(title)] for title in ("Ports that rose", "Ports that fell")}
    assert ports == {"Ports that rose": [["tcp/23", "10", "30", "+20"], ["tcp/443", "0", "6", "+6"]],
                     "Ports that fell": [["tcp/22", "8", "2", "−6"], ["tcp/80", "5", "0", "−5"]]}
    assert page.card("Gone")[0][1] == f"scannoise.scanner == {V4.scanner(2)}"


def test_the_same_capture_has_changed_nothing(report, opened, days):
    earlier, _ = days
    page = opened(report(earlier.parent / "first.pcap", prefs={"scannoise.compare_with": earlier})[0])
    assert all(page.card(title) == [] for title in ("New scanners", "Gone", "Ports that rose", "Ports that fell"))


def test_without_it_there_is_no_comparison(report, opened, days):
    path, _ = report(days[1])
    assert packed(path, "earlier") == "" and opened(path).card("Gone") is None


def test_a_file_in_another_layout_will_do(report, opened, days):
    earlier, second = days
    earlier.write_text(json.dumps(json.loads(earlier.read_text()), indent=2))
    assert len(opened(report(second, prefs={"scannoise.compare_with": earlier})[0]).card("Gone")) == 2


@pytest.mark.parametrize("change, problem", [
    (lambda text: "{}", "it is not what -z scannoise,json prints"),
    (lambda text: text.replace('"version":1', '"version":2'), "it is not what -z scannoise,json prints"),
    (lambda text: "<!DOCTYPE html>\n" + text, "it is not what -z scannoise,json prints"),
    (lambda text: "", "it ends too early"),
    (lambda text: text[:-3], "it ends too early"),
    (lambda text: text[:text.index("tcp")], "it ends too early"),
    (lambda text: text + text, "it has something behind its first object"),
], ids=["other", "version", "page", "empty", "cut", "cut-in-a-string", "two"])
def test_a_bad_file_is_told_in_a_line(tshark, workdir, days, change, problem):
    earlier, second = days
    earlier.write_text(change(earlier.read_text()))
    done = tshark("-q", "-r", second, "-z", f"scannoise,report,{workdir}/report.html", check=False,
                  prefs={"scannoise.compare_with": earlier})
    assert done.returncode == 1
    assert done.stderr == f"tshark: Scan Noise: preference scannoise.compare_with: cannot use {earlier}: {problem}\n"
    assert not (workdir / "report.html").exists()


@pytest.mark.parametrize("name, problem", [("/nowhere.json", "No such file or directory"), ("/dev/zero", "it is no ordinary file")])
def test_what_cannot_be_read_is_told_in_a_line(tshark, workdir, days, name, problem):
    done = tshark("-q", "-r", days[1], "-z", f"scannoise,report,{workdir}/report.html", check=False,
                  prefs={"scannoise.compare_with": name})
    assert done.returncode == 1
    assert done.stderr == f"tshark: Scan Noise: preference scannoise.compare_with: cannot use {name}: {problem}\n"


@pytest.mark.parametrize("members", ['"scan":oops', '"scan":{}'], ids=["no-json", "no-members"])
def test_what_only_the_page_can_find_does_not_keep_it_from_the_rest(report, opened, days, members):
    earlier, second = days
    earlier.write_text(f'{{"version":1,"filter":null,{members}}}')
    page = opened(report(second, prefs={"scannoise.compare_with": earlier})[0])
    said = page.js("return document.querySelector('section[aria-label=\"Compared with before\"]').innerText")
    assert "cannot be read" in said and len(page.card("Ports")) == 4
