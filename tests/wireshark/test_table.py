# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of -z scannoise,stat on the twin of the article's capture: its figures and how it looks."""
import json
import sys
import unicodedata
from collections import Counter

import pytest

from builders import START, World, line, pcap
from suite import COMMITTED, TABLE
from table import MOST_COLUMNS, ORIGINS, SECTIONS, Step, from_sharkd, page, parse, shown

sys.path.insert(0, str(COMMITTED))
import make_home_line  # noqa: E402  (the line above makes it importable)

TWIN = "captures/home-line.pcapng"
V4, V6 = World(4), World(6)


@pytest.fixture(scope="module")
def twin(suite):
    """The twin's table with every row."""
    return suite.get("plain", TWIN)


@pytest.fixture(scope="module")
def truth():
    """What the generator put into it."""
    return make_home_line.truth()


# --- The article's figures -----------------------------------------------------------------------

def test_published_figures(twin):
    assert (twin.scans().scanners, twin.scans().ports) == (1018, 1167)
    assert twin.row("IP version", "IPv4").scanners == 1018
    six = twin.row("IP version", "IPv6")
    assert (six.packets, six.scanners, six.ports, six.targets, six.share) == (0, 0, 0, 0, "0.00")
    assert [row.item for row in twin["Top ports"][:3]] == ["tcp/23", "tcp/1433", "tcp/22"]


def test_universities_ping(twin, suite, truth):
    assert twin.row("Techniques", "ICMP echo").scanners == 2
    frames = suite.get("two_pass", TWIN)[1]
    assert sorted({frame.scanner for frame in frames if frame.technique == "ICMP echo"}) == sorted(truth["ping"])


def test_an_organisation_stands_out(suite, truth):
    """Its scanners sweep many ports of one target."""
    mine = [frame for frame in suite.get("two_pass", TWIN)[1] if frame.scanner in truth["organisation"]["scanners"]]
    assert {frame.scanner for frame in mine} == set(truth["organisation"]["scanners"])
    assert {frame.pattern for frame in mine} == {"vertical"}


def test_totals(twin, truth):
    scans = twin.scans()
    assert twin.packets("All packets") == truth["frames"]
    assert twin.packets("Backscatter") == truth["backscatter"]["packets"]
    assert (scans.packets, scans.scanners, scans.ports, scans.targets) == \
        (truth["scan"]["packets"], truth["scan"]["scanners"], truth["scan"]["ports"], 1)
    for row in twin.versions():
        figures = truth["ip_version"][row.item]
        assert (row.packets, row.scanners) == (figures["packets"], figures["scanners"])


def test_every_port(twin, truth):
    assert [[row.item, row.packets, row.scanners] for row in twin["Top ports"]][:50] == truth["scan"]["by_port"][:50]
    assert {(row.item, row.packets, row.scanners) for row in twin["Top ports"]} == \
        {tuple(row) for row in truth["scan"]["by_port"]}


def test_top_scanners(twin, truth):
    rows = twin["Top scanners"][:len(truth["top_scanners"])]
    assert [{"address": row.item, "packets": row.packets, "ports": row.ports} for row in rows] == truth["top_scanners"]


def test_techniques(twin, truth):
    said = {row.item: row.packets for row in twin["Techniques"]}
    said["TCP SYN"] += said.pop("TCP connect")      # the twin's truth does not tell who made a SYN
    assert said == truth["scan"]["by_technique"]


def test_tools(twin, suite, truth):
    tools = Counter(frame.tool for frame in suite.get("two_pass", TWIN)[1] if frame.scan and frame.tool)
    assert tools == truth["scan"]["by_tool"] == {row.item: row.packets for row in twin["Tools"]}


# --- Looks -------------------------------------------------------------------------------------------

def columns_of(text):
    """How many columns of a terminal a text takes, by Unicode's own properties of its characters."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(c) in "WF")
               for c in text)


def bars_of(line):
    """The columns that the lines between its cells stand in."""
    return tuple(columns_of(line[:at]) for at, c in enumerate(line) if c == "|")


@pytest.fixture
def show(tshark, suite):
    """show(name, ...) -> the lines of the table of a capture of the suite, with the default preferences."""
    def run(name, *args, **keywords):
        return page(tshark("-q", "-r", suite.path(name), *(args or TABLE), **keywords).stdout)
    return run


NAMES = {"umlauts": "Büro für Prüfungen Österreich", "combining": "Bu\u0308ro fu\u0308r Pru\u0308fungen " * 2,
         "wide": "東京大学情報基盤センター学術情報ネットワーク東京", "mixed": "NTT 東日本 Zürich e\u0301", "long": "x" * 48}


def assert_fits(lines):
    """No line is too long, and the cells of all rows stand below each other."""
    assert max(map(columns_of, lines)) <= MOST_COLUMNS, max(lines, key=columns_of)
    rows = [bars_of(line) for line in lines if line[0] in " 0123456789" and line.count("|") == 8]
    assert rows and set(rows[1:]) == {rows[0]}       # the headings are the first


@pytest.mark.parametrize("name", [TWIN, "banner_grabber_v6", "empty_pcapng"])
def test_it_fits_a_terminal(show, name):
    assert_fits(show(name))
    assert_fits(show(name, *TABLE, prefs={"scannoise.rows": "0"}))


@pytest.mark.parametrize("label", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("w", [V4, V6], ids=["IPv4", "IPv6"])
def test_it_fits_whatever_the_labels(made, tshark, workdir, w, label):
    """A label is cut at its end, an address never."""
    scanner = "2001:db8:1234:5678:9abc:def0:1234:5678" if w is V6 else "203.0.113.200"
    path = made([w.tcp(scanner, w.router, "S", dport=port) for port in range(20, 30)])
    file = workdir / "labels.csv"
    file.write_text(f"{scanner},{label}\n", encoding="utf-8")
    lines = page(tshark("-q", "-r", path, *TABLE, prefs={"scannoise.labels": file}).stdout)
    assert_fits(lines)
    table = parse("\n".join(lines))
    [row] = table["Top scanners"]
    assert row.item.startswith(f"{scanner}, {label[:4]}") and row.packets == row.ports == 10
    whole = f"{scanner}, {label}".strip()
    assert row.item == whole or row.item.endswith("…") and whole.startswith(row.item[:-1].rstrip())


@pytest.mark.parametrize("name", [TWIN, "empty_pcapng", "no_ip", "one_probe"])
def test_sections_in_order_and_none_without_rows(suite, name):
    table = suite.get("plain", name)
    assert tuple(table) == tuple(section for section in SECTIONS if table[section])
    assert [row.item for row in table["IP version"]] == ["IPv4", "IPv6", "IPv6 scanners by /64"]
    assert [row.item for row in table["Capture"]] == ["All packets", "Noise", "Unsolicited scans", "Backscatter"]


def test_a_list_that_is_cut_says_so(tshark, suite, twin):
    table = parse(tshark("-q", "-r", suite.path(TWIN), *TABLE).stdout)
    assert table.captions["Top ports"] == "20 of 1167, those with most packets"
    assert table.captions["Top scanners"] == "20 of 1018, those with most packets"
    assert twin.captions["Top ports"] == twin.captions["Top scanners"] == table.captions["Techniques"] == ""


@pytest.mark.parametrize("prefs, rows", [(None, 20), ({"scannoise.rows": "5"}, 5), ({"scannoise.rows": "0"}, None)],
                         ids=["default", "5", "all"])
def test_rows_preference(tshark, suite, twin, prefs, rows):
    table = parse(tshark("-q", "-r", suite.path(TWIN), *TABLE, prefs=prefs).stdout)
    assert table["Top ports"] == twin["Top ports"][:rows]
    assert table["Top scanners"] == twin["Top scanners"][:rows]
    for section in ("Capture", "IP version", "Outcomes", "Techniques", "Tools", "Reasons"):
        assert table[section] == twin[section]


# --- Ranking ---------------------------------------------------------------------------------------

@pytest.fixture
def made(workdir):
    """made(packets, begin=0, apart=1) -> a capture of them, in this order, so many seconds apart."""
    def run(packets, begin=0, apart=1):
        path = workdir / "made.pcap"
        path.write_bytes(pcap([(begin + n * apart, bytes(line(packet))) for n, packet in enumerate(packets)]))
        return path
    return run


@pytest.fixture
def table_of(tshark, made):
    """table_of(packets) -> the table of a capture made of them, in this order, a second apart."""
    def run(packets, *args, **keywords):
        return parse(tshark("-q", "-r", made(packets), *(args or TABLE), **keywords).stdout)
    return run


def test_ties_are_ranked_by_name_whatever_came_first(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port)
               for n, port in ((9, 80), (10, 23), (2, 443))]
    packets += [V4.udp(V4.scanner(1), V4.router, dport=53), V6.tcp(V6.scanner(1), V6.router, "S", dport=8)]
    want_ports = ["tcp/8", "tcp/23", "tcp/80", "tcp/443", "udp/53"]
    want_scanners = [V4.scanner(1), V4.scanner(2), V4.scanner(9), V4.scanner(10), V6.scanner(1)]
    for order in (packets, packets[::-1]):
        table = table_of(order)
        assert [row.item for row in table["Top ports"]] == want_ports
        assert [row.item for row in table["Top scanners"]] == want_scanners


def test_more_packets_come_first(table_of):
    packets = [V4.tcp(V4.scanner(1), V4.router, "S", dport=10)]
    packets += [V4.tcp(V4.scanner(2), V4.router, "S", sport=n, dport=20) for n in (1, 2)]
    table = table_of(packets)
    assert [(row.item, row.packets, row.share) for row in table["Top ports"]] == \
        [("tcp/20", 2, "66.67"), ("tcp/10", 1, "33.33")]
    assert [row.item for row in table["Top scanners"]] == [V4.scanner(2), V4.scanner(1)]


def test_one_port_over_two_transports_and_versions(table_of):
    """tcp/53 and udp/53 are two ports; the same port over IPv4 and IPv6 is one."""
    packets = [w.tcp(w.scanner(1), w.router, "S", dport=53) for w in (V4, V6)]
    packets += [w.udp(w.scanner(1), w.router, dport=53) for w in (V4, V6)]
    table = table_of(packets)
    assert {row.item: (row.packets, row.scanners, row.targets) for row in table["Top ports"]} == \
        {"tcp/53": (2, 2, 2), "udp/53": (2, 2, 2)}
    assert (table.scans().ports, table.scans().scanners, table.scans().targets) == (2, 2, 2)
    assert [(row.ports, row.scanners) for row in table.versions()] == [(2, 1), (2, 1)]


def test_a_network_of_addresses_is_one_ipv6_scanner(table_of):
    """Who has a /64 can scan from any of its addresses."""
    scanners = ["2001:db8:1::1", "2001:db8:1::ffff:2", "2001:db8:1:1::1", "2001:db8:2::1"]
    table = table_of([V6.tcp(address, V6.router, "S") for address in scanners])
    assert table.row("IP version", "IPv6").scanners == table.scans().scanners == 4
    assert table.row("IP version", "IPv6 scanners by /64").scanners == 3


def test_first_and_last_seen_of_each_row(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port, sport=50 + at)
               for at, (n, port) in enumerate([(1, 10), (2, 20), (1, 20), (2, 10)])]
    table = table_of(packets)
    times = {row.item: (row.first, row.last) for row in table["Top ports"] + table["Top scanners"]}
    want = {"tcp/10": (0, 3), "tcp/20": (1, 2), V4.scanner(1): (0, 2), V4.scanner(2): (1, 3)}
    for item, (first, last) in want.items():
        assert times[item][0] in shown(first) and times[item][1] in shown(last)


# --- Names -------------------------------------------------------------------------------------------

def test_services_are_named_when_names_are_resolved(table_of):
    packets = [V4.tcp(V4.scanner(1), V4.router, "S", dport=23), V4.tcp(V4.scanner(1), V4.router, "S", dport=64999)]
    named = table_of(packets, "-N", "t", *TABLE, resolve=True)
    assert [row.item for row in named["Top ports"]] == ["tcp/23 (telnet)", "tcp/64999"]
    assert [row.item for row in table_of(packets)["Top ports"]] == ["tcp/23", "tcp/64999"]


# --- A filter on the statistic -----------------------------------------------------------------------

def test_filter_counts_packets_that_match(table_of):
    packets = [V4.tcp(V4.scanner(n), V4.router, "S", dport=port) for n in (1, 2) for port in (10, 20)]
    table = table_of(packets, "-z", f"scannoise,stat,ip.src=={V4.scanner(1)}")
    assert table.packets("All packets") == table.packets("Unsolicited scans") == 2
    assert [row.item for row in table["Top scanners"]] == [V4.scanner(1)]


def test_filter_does_not_blind_the_verdict(table_of):
    """What the filter hides is still known: the source scans elsewhere."""
    packets = [V4.connect(V4.scanner(1), V4.target(n), dport=22) for n in range(100, 106)]
    packets += [packet for _, packet in V4.dialogue(V4.scanner(1), V4.router, dport=22)]
    table = table_of(packets, "-z", f"scannoise,stat,ip.addr=={V4.router}")
    assert table.packets("All packets") == 8
    assert table.packets("Unsolicited scans") == 5      # the packets that the scanner sent


def test_filter_on_our_own_fields(tshark, suite):
    said = tshark("-2", "-q", "-r", suite.path(TWIN), "-z", "scannoise,stat,scannoise.port==23", prefs=None).stdout
    assert [(row.item, row.packets) for row in parse(said)["Top ports"]] == [("tcp/23", 1698)]


def test_filter_is_named(show):
    assert any("ip.src==203.0.113.77" in text for text in show(TWIN, "-z", "scannoise,stat,ip.src==203.0.113.77"))


def test_two_tables_in_one_run_have_each_their_filter(tshark, suite, twin):
    said = tshark("-q", "-r", suite.path(TWIN), *TABLE, "-z", "scannoise,stat,udp", prefs={"scannoise.rows": "0"}).stdout
    begin = said.index("Scan Noise:", said.index("Scan Noise:") + 1)
    tables = {lines[2].partition(": ")[2]: parse("\n".join(lines))
              for lines in (page(said), page(said[begin - MOST_COLUMNS - 1:]))}
    assert set(tables) == {"", "udp"}
    assert not tables[""].unlike(twin)
    assert [row.item for row in tables["udp"]["Techniques"]] == ["UDP"]


# --- A filter for each row ---------------------------------------------------------------------------

WITH_FILTERS = {"scannoise.row_filters": "TRUE"}


def test_rows_have_no_filters_unless_asked_for(show):
    assert not [text for text in show(TWIN) if "filter: " in text]


@pytest.mark.parametrize("name, args, within", [(TWIN, TABLE, None), (TWIN, ("-z", "scannoise,stat,udp"), "udp"),
                                                ("banner_grabber_v6", TABLE, None)])
def test_the_filter_of_a_row_finds_its_packets(tshark, suite, name, args, within):
    """All of a section's filters in one run of tshark: as many frames as the rows count together, since no
    frame is in two rows of a section."""
    table = parse(tshark("-q", "-r", suite.path(name), *args, prefs={**WITH_FILTERS, "scannoise.rows": "3"}).stdout)
    for section in ("Top ports", "Top scanners", "Techniques", "Outcomes", "Tools", "Reasons"):
        filters = [table.filters[section, row.item] for row in table[section]]
        assert all(text.startswith(f"({within}) && (") for text in filters) or not within
        found = tshark("-2", "-r", suite.path(name), "-Y", " || ".join(f"({text})" for text in filters) or "frame",
                       "-T", "fields", "-e", "frame.number").stdout.split()
        assert len(found) == sum(row.packets for row in table[section]) or not filters, section
    for item, text in (("Noise", "scannoise"), ("Unsolicited scans", "scannoise.scan")):
        assert text in table.filters["Capture", item]


def test_the_filter_of_an_organisation_is_quoted(tshark, made, workdir):
    path = made([V4.tcp(V4.scanner(1), V4.router, "S", dport=port) for port in (1, 2, 3)])
    (workdir / "labels.csv").write_text(f'{V4.scanner(1)},"The ""Q\\A"" Lab"\n')
    prefs = {**WITH_FILTERS, "scannoise.labels": workdir / "labels.csv"}
    table = parse(tshark("-q", "-r", path, *TABLE, prefs=prefs).stdout)
    [(_, text)] = [pair for pair in table.filters.items() if pair[0][0] == "Organisations"]
    found = tshark("-2", "-r", path, "-Y", text, "-T", "fields", "-e", "frame.number", prefs=prefs).stdout.split()
    assert found == ["1", "2", "3"]


# --- Dates and hours ---------------------------------------------------------------------------------

HOUR, DAY, NEW_YEAR = 3600, 86400, 1577836800           # 2020-01-01 00:00 UTC


def probes(count, w=V4):
    return [w.tcp(w.scanner(n % 200 + 1), w.router, "S", dport=23, sport=1000 + n) for n in range(count)]


@pytest.fixture
def over_time(programs, made):
    """over_time(begin, apart, count) -> the table of so many probes; tz is the zone of who reads it."""
    def run(begin, apart, count, tz="UTC"):
        path = made(probes(count), begin, apart)
        return parse(programs.run(["env", f"TZ={tz}", "tshark", "-n", "-q", "-r", path, *TABLE]).stdout)
    return run


@pytest.mark.parametrize("begin, apart, caption, first, last", [
    (NEW_YEAR + HOUR, HOUR, "2020-01-01, UTC", "01:00:00", "02:00:00"),
    (NEW_YEAR + 23 * HOUR, 2 * HOUR, "2020, UTC", "01-01 23:00", "01-02 01:00"),
    (NEW_YEAR - HOUR, 2 * HOUR, "times in UTC", "2019-12-31 23:00", "2020-01-01 01:00"),
    (NEW_YEAR, 2600000000, "times in UTC", "2020-01-01 00:00", "after 2099"),
    (0, NEW_YEAR, "times in UTC", "no time", "2020-01-01 00:00")],
    ids=["one day", "midnight", "New Year", "after 2099", "no time"])
def test_times_say_what_tells_them_apart(over_time, begin, apart, caption, first, last):
    table = over_time(begin, apart, 2)
    row = table.row("Capture", "All packets")
    assert (table.captions["Capture"], row.first, row.last) == (caption, first, last)


def test_the_zone_is_the_readers(over_time):
    table = over_time(NEW_YEAR + 22 * HOUR, HOUR, 2, tz="Europe/Vienna")
    assert table.captions["Capture"] == "2020, CET (UTC+01:00)"
    assert table.scans().last == "01-02 00:00"
    summer = over_time(NEW_YEAR, 180 * DAY, 2, tz="Europe/Vienna")
    assert summer.captions["Capture"] == "2020, CET (UTC+01:00) to CEST (UTC+02:00)"


def test_no_time_at_all(suite):
    table = suite.get("plain", "no_timestamps")
    assert {(row.first, row.last) for row in table["Top ports"]} == {("no time", "no time")} and not table.hours


@pytest.mark.parametrize("apart, count, steps, caption", [
    (HOUR, 24, 24, "by hour"), (HOUR, 48, 48, "by hour"), (HOUR, 72, 36, "by 2 hours"), (HOUR, 80, 4, "by day"),
    (DAY, 48, 48, "by day"), (DAY, 49, 25, "by 2 days"), (30 * DAY, 40, 47, "by 25 days")])
def test_hours_or_days(over_time, apart, count, steps, caption):
    table = over_time(NEW_YEAR, apart, count)
    assert (len(table.hours), table.captions["Hours"]) == (steps, caption)
    assert sum(step.ipv4 for step in table.hours) == count


def test_each_step_has_its_packets_scanners_and_bar(tshark, made):
    """Three hours: two scanners with three probes, nobody, one probe over IPv6."""
    packets = [*probes(2), *probes(1), V6.tcp(V6.scanner(1), V6.router, "S", dport=23)]
    path = made(packets[:3], NEW_YEAR)
    more = made([packets[3]], NEW_YEAR + 2 * HOUR).read_bytes()[24:]
    path.write_bytes(made(packets[:3], NEW_YEAR).read_bytes() + more)
    table = parse(tshark("-q", "-r", path, *TABLE).stdout)
    assert table.hours == [Step(1, "00:00:00", 3, 0, 2), Step(2, "01:00:00", 0, 0, 0), Step(3, "02:00:00", 0, 1, 1)]
    full, none, third = map(len, table.bars)
    assert none == 0 and full / 3 - 1 <= third <= full / 3 + 1 and set(table.bars[0]) == {"█"}


def test_hours_are_the_objects_and_sharkds(tshark, sharkd, suite):
    table = suite.get("plain", TWIN)
    assert [(step.item, step.ipv4, step.ipv6) for step in table.hours] == \
        [(row["begin"][11:19], row["ipv4"], row["ipv6"]) for row in table.json["hours"]]
    assert from_sharkd(sharkd(suite.path(TWIN), ("tap", {"tap0": "nstat:scannoise,stat"}))[0]).hours == table.hours


# --- Ports ---------------------------------------------------------------------------------------

def test_what_attackers_want_at_a_port(tshark, workdir):
    """Beside IANA's name where that misleads; near misses: the other transport, and a port whose name says it."""
    w = V4
    packets = [w.tcp(w.scanner(1), w.router, "S", dport=port) for port in (5555, 23, 37215)]
    packets.append(w.udp(w.scanner(1), w.router, dport=5555))
    path = workdir / "wanted.pcap"
    path.write_bytes(pcap([(START + n, bytes(line(packet))) for n, packet in enumerate(packets)]))
    done = tshark("-q", "-r", path, *TABLE, "-z", "scannoise,json")
    assert {row.item for row in parse(done.stdout)["Top ports"]} == {"tcp/5555", "tcp/23", "tcp/37215", "udp/5555"}
    said = json.loads(next(text for text in done.stdout.splitlines() if text.startswith("{")))
    assert {row["port"]: row["wanted"] for row in said["ports"]} == \
        {"tcp/5555": "Android Debug Bridge", "tcp/23": None, "tcp/37215": "Huawei HG532 routers", "udp/5555": None}
    named = {row.item for row in parse(tshark("-q", "-r", path, *TABLE, resolve=True).stdout)["Top ports"]}
    assert {"tcp/23 (telnet)", "tcp/37215, Huawei HG532 routers"} < named
    assert any(item.startswith("tcp/5555 (personal-agent), Android") for item in named)
    details = tshark("-2", "-r", path, "-V", "-Y", "scannoise.port == 5555 && tcp", resolve=True).stdout
    assert "TCP SYN to 5555 (personal-agent), Android Debug Bridge, unanswered" in details
