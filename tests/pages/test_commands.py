# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command of the pages is run, as it stands there."""
import re
import subprocess
import sys

import pytest

from pages import PAGES, REPO, article, blocks, text

# What sets up or changes a machine is typed by tests that have one for it: the file of a test with the command in its
# name, which is there because the test gets the command as its argument (pages.py, page_says).
ELSEWHERE = {
    "sh plugin/try.sh": "tests/pages/test_checkout.py",
    "cmake -B build": "tests/pages/test_checkout.py",
    "cmake --build build": "tests/pages/test_checkout.py",
    "cmake --install build": "tests/pages/test_checkout.py",
    "cmake --build build --target uninstall": "tests/pages/test_checkout.py",
    "(cd build && cpack)": "tests/pages/test_checkout.py",
    # These would run this test, and hours of others: typed with short scripts and tests in place of the long ones.
    "sh tests/run.sh": "tests/pages/test_scripts.py",
    "sh tests/run.sh tests/wireshark/test_flows.py": "tests/pages/test_scripts.py",
    ".ci/run": "tests/pages/test_scripts.py",
    # CI's step intree types these in Wireshark's source, where all of libwireshark would take an hour.
    "git clone CHECKOUT plugins/epan/scannoise": "tests/pages/test_scripts.py",
    "cmake -S . -B ../in-tree -G Ninja -DCUSTOM_PLUGIN_SRC_DIR=plugins/epan/scannoise": "tests/pages/test_scripts.py",
    "cmake --build ../in-tree --target scannoise": "tests/pages/test_scripts.py",
    "cmake --build ../in-tree --target checkAPI_scannoise": "tests/pages/test_scripts.py",
    # A Wireshark with a window, on a screen that is there for tests.
    'wireshark -C "Scan Noise" FILE': "tests/gui/test_gui_install.py",
    # By root, on a Debian in a folder.
    "apt install dpkg-dev file": "tests/packages/test_prepare.py",
    "apt install ./build/scannoise_*.deb": "tests/packages/test_install.py",
}
# dumpcap and git say on standard error what they do.
TALK = re.compile(r"Capturing on |File: |Packets|Cloning into |done\.$|\s*$")


def scripts():
    """(page, script) without what is run elsewhere."""
    for page in PAGES:
        for block in blocks(page):
            lines = [line for line in block.splitlines() if line.partition(" #")[0].strip() not in ELSEWHERE]
            if lines:
                yield pytest.param(page, "\n".join(lines), id=f"{page}: {lines[0][:50]}")


@pytest.mark.parametrize("page, script", scripts())
def test_commands(reader, page, script):
    if "week.pcapng" in script:         # the files of the ring that the page has made before
        reader.types(next(block for block in blocks(page) if "-w line.pcapng" in block))
    before = {path: path.stat().st_mtime_ns for path in reader.folder.rglob("*")}
    done = reader.types(script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stderr.splitlines() if not TALK.match(line)] == []
    assert done.stdout or {path: path.stat().st_mtime_ns for path in reader.folder.rglob("*")} != before


def test_what_is_run_elsewhere_is():
    """Asks pytest which tests there are, so that a command is not taken for run where its test is gone."""
    lines = {line.partition(" #")[0].strip() for page in PAGES for block in blocks(page) for line in block.splitlines()}
    assert set(ELSEWHERE) - lines == set()
    done = subprocess.run([sys.executable, "-B", "-m", "pytest", "--collect-only", "-q", *sorted(set(ELSEWHERE.values()))],
                          cwd=REPO, capture_output=True, text=True, timeout=120)
    tests = [line.partition("::") for line in done.stdout.splitlines() if "::" in line]
    assert done.returncode == 0 and tests, done.stdout + done.stderr
    for command, file in ELSEWHERE.items():
        assert [name for where, _, name in tests if file.endswith(where) and re.search(
            rf"\[(bookworm-)?{re.escape(command)}(-bookworm)?\]$", name)], command


def test_the_articles_statements(reader):
    """Each command says of the twin what stands behind its arrow: so many lines, and these words."""
    reader.types("tshark -q -r FILE -z scannoise,json >line.json")
    rows = article()
    assert len(rows) == 7
    for command, says in rows:
        done = reader.types(command)
        assert done.returncode == 0, done.stderr
        lines = re.search(r"(\d+) lines", says)
        assert not lines or len(done.stdout.splitlines()) == int(lines[1]), command
        words = re.findall("`([^`]+)`", says)
        assert words or lines, says
        assert [word for word in words if word not in done.stdout] == [], command


def block_with(words):
    return next(block for block in blocks("README.md") if words in block)


@pytest.fixture
def made(reader):
    """made(words) -> the content of the last file that README's block with these words makes."""
    def make(words):
        script = block_with(words)
        done = reader.types(script)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return (reader.folder / script.rpartition(">")[2].strip()).read_text()
    return make


def test_nftables_takes_the_list(made):
    """In a network of its own, twice, as the second time the list is there."""
    rules = made("scanners.nft")
    load = ["unshare", "--map-root-user", "--net", "sh", "-ec", "PATH=$PATH:/usr/sbin; rules=$(cat)\n"
            "for again in 1 2; do echo \"$rules\" | nft -f -; done; nft list table inet scannoise"]
    done = subprocess.run(load, input=rules, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("ip saddr @scanners drop") == 1
    blocked = set(re.findall(r"\d+\.\d+\.\d+\.\d+", done.stdout))
    assert len(blocked) > 10 and "198.18.37.17" in blocked
    assert "203.0.113.77" not in blocked, "the twin's own address"


def test_lines_for_dshield(made):
    lines = [line.split("\t") for line in made("dshield.txt").splitlines()]
    assert len(lines) > 1000 and {len(line) for line in lines} == {8}
    assert lines[0] == ["2019-01-16 00:00:10 +00:00", "0", "1", "198.18.37.17", "???", "203.0.113.77", "21", "TCP"]
    assert {line[-1] for line in lines} == {"TCP", "UDP"}


def test_mail_to_an_abuse_desk(made):
    mail = made("mail.txt")
    who = re.search(r"--arg who (\S+)", block_with("mail.txt"))[1]
    assert mail.startswith(f"Subject: port scan from {who}\n\nFrom 2019-01-16T")
    assert re.search(r"sent \d+ unsolicited packets\nto \d+ ports of 1 of our addresses, the first: tcp/\d+", mail)


def test_headers_are_all_that_the_snap_length_of_the_page_keeps(reader):
    """Of the twin every number is the same, as the page says."""
    snap = re.search(r"^dumpcap .* (-s \d+) ", text("README.md"), re.MULTILINE)[1]
    done = reader.types(f"""editcap {snap} FILE short.pcapng
        tshark -q -r short.pcapng -z scannoise,json >short.json
        tshark -q -r FILE -z scannoise,json | cmp - short.json""")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_capture_filter_sees_through_pppoe_only_as_the_page_says(reader):
    """tcpdump has dumpcap's filters."""
    assert "`vlan and pppoes and tcp`" in text("README.md")
    count = "editcap -F pcap FILE line.pcap 2>/dev/null; /usr/bin/tcpdump -n -r line.pcap --count '{}' 2>/dev/null"
    for words, some in (("tcp", False), ("vlan and pppoes and tcp", True)):
        said = reader.types(count.format(words)).stdout
        assert (not said.startswith("0 packets")) == some, said
