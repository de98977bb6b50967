# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The report in Chromium: nothing goes wrong, and what it shows are the numbers of the JSON."""
import json
import struct

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By

from builders import START, World, line, pcap
from packed import with_numbers

V4, V6 = World(4), World(6)
GROUPS = {"organisations": "Organisations", "techniques": "Techniques", "tools": "Tools", "asked_for": "Asked for", "outcomes": "Outcomes",
          "reasons": "Reasons"}


def number(text):
    return int(text.replace(",", ""))


def write(path, packets):
    path.write_bytes(pcap([(START + at, bytes(line(packet))) for at, packet in packets]))
    return path


def mixed():
    """Scans over both IP versions at three ports, an answered client, and backscatter."""
    packets = [(at, V4.tcp(V4.scanner(1 + at % 3), V4.target(100 + at), "S", dport=23)) for at in range(12)]
    packets += [(3600 + at, V6.tcp(V6.scanner(7), V6.target(100 + at), "S", dport=22)) for at in range(5)]
    packets += [(7200, V4.tcp(V4.scanner(9), V4.router, "SA", sport=443, dport=5000))]
    return packets


@pytest.fixture
def twin_page(report, opened, twin):
    path, said = report(twin, "", "-N", "t", resolve=True)
    page = opened(path)
    page.json = json.loads(said)
    return page


# --- What it shows -------------------------------------------------------------------------------

def test_the_twin_without_an_error(twin_page):
    assert twin_page.complaints() == []
    assert twin_page.js("return document.getElementById('headline').innerText") == (
        "In 24 hours, 1,018 scanners probed 1,167 ports of 1 address with 7,261 packets; in front: tcp/23 telnet, "
        "tcp/1433 ms-sql-s and tcp/22 ssh. Not one of them came over IPv6.")


def test_totals_are_the_jsons(twin_page):
    said = twin_page.json
    shown = twin_page.js("return [...document.querySelectorAll('.tile b')].map((tile) => tile.innerText)")
    assert [number(text) for text in shown] == [said["scan"][key] for key in ("packets", "scanners", "ports", "targets")] + [
        said["backscatter"]["packets"], said["capture"]["packets"]]


def test_tables_are_the_jsons(twin_page):
    said = twin_page.json
    ports = twin_page.everything("Ports")
    assert [row[1] for row, _ in ports] == [", ".join(filter(None, (row["service"], row["wanted"]))) for row in said["ports"]]
    assert [(row[0], number(row[2]), number(row[3]), number(row[4])) for row, _ in ports] == \
        [(row["port"], row["packets"], row["scanners"], row["targets"]) for row in said["ports"]]
    scanners = twin_page.everything("Scanners")
    assert [(row[0], number(row[2]), number(row[3])) for row, _ in scanners] == \
        [(row["address"], row["packets"], row["ports"]) for row in said["scanners"]]
    for key, title in GROUPS.items():
        rows = twin_page.everything(title) if said[key] else []
        assert [(row[0], number(row[1]), number(row[2])) for row, _ in rows] == \
            [(row["name"], row["packets"], row["scanners"]) for row in said[key]]


def test_charts_draw_the_jsons_numbers(twin_page):
    said = twin_page.json
    charts = twin_page.js("""return Object.values(Chart.instances).map((chart) => [chart.canvas.closest("section").ariaLabel,
        chart.data.datasets.map((set) => set.data.map((point) => point.y ?? point))])""")
    drawn = dict(charts)
    steps = said["timeline"]["rows"]
    assert len(steps) > 200
    assert drawn["Packets over time"] == [[row["ipv4"] for row in steps], [row["ipv6"] for row in steps]]
    assert drawn["Ports by packets"] == [[row["packets"] for row in said["ports"][:12]]]
    assert drawn["Ports by scanners"] == [sorted((row["scanners"] for row in said["ports"]), reverse=True)[:12]]
    assert drawn["Techniques"] == [[row["packets"] for row in said["techniques"]]]


def test_charts_name_what_is_wanted_of_a_port(twin_page):
    """IANA's names of these are personal-agent and 3d-nfsd, and the third has none."""
    labels = twin_page.js("""return [Object.values(Chart.instances).find((chart) => chart.canvas.closest("section").ariaLabel === "Ports by packets").data.labels,
        [...document.querySelectorAll(".heat tbody th")].map((head) => head.innerText)].flat()""")
    assert {"tcp/5555 Android Debug Bridge", "tcp/2323 Telnet", "tcp/37215 Huawei HG532 routers", "tcp/23 telnet"} <= set(labels)


def test_the_heat_map_is_the_jsons(twin_page):
    said = twin_page.json
    cells = twin_page.js("""return [...document.querySelectorAll(".heat tbody tr")].map((row) =>
        [...row.querySelectorAll("button")].map((cell) => cell.title.split(": ")[1]))""")
    assert [[number(text.split()[0]) for text in row] for row in cells] == [row["packets"] for row in said["port_hours"]]


def test_victims_and_campaigns_are_the_jsons(twin_page):
    said = twin_page.json
    victims = twin_page.everything("Under attack elsewhere")
    assert [(row[0], row[1], row[2], number(row[3]), number(row[4])) for row, _ in victims] == \
        [(row["address"], row["port"] or "", ", ".join(row["answers"]), row["packets"], row["targets"]) for row in said["victims"]]
    [(row, condition)] = twin_page.card("Campaigns")
    [campaign] = said["campaigns"]
    assert row[:4] == ["1", ", ".join(campaign["members"]), ", ".join(campaign["ports"][:12]) + " …", "yes"]
    assert number(row[6]) == campaign["packets"]
    assert condition == f"scannoise.scanner in {{{', '.join(campaign['members'])}}}"


@pytest.mark.parametrize("packets", [[], [(0, V4.tcp(V4.scanner(1), V4.router, "S", dport=23))], mixed()],
                         ids=["empty", "one", "mixed"])
def test_small_captures_without_an_error(report, opened, workdir, packets):
    page = opened(report(write(workdir / "small.pcap", packets))[0])
    assert page.complaints() == [] and page.shown is not None
    assert page.js("return document.querySelector('[role=alert]')") is None


def test_what_was_not_judged_is_said(report, opened, twin):
    path, said = report(twin, prefs={"scannoise.max_memory": "1"})
    missing = json.loads(said)["not_judged"]
    assert missing > 0
    assert opened(path).js("return document.querySelector('.problem').innerText").startswith(f"{missing:,} packets from frame ")


# --- Filters -------------------------------------------------------------------------------------

def test_each_filter_shows_as_many_packets_as_its_row_says(report, opened, tshark, workdir):
    capture = write(workdir / "mixed.pcap", mixed())
    page = opened(report(capture)[0])
    expected = {}
    for title in ("Ports", "Scanners", "IP version", "Backscatter", "Under attack elsewhere", *GROUPS.values()):
        column = {"Ports": 2, "Scanners": 2, "Under attack elsewhere": 3}.get(title, 1)
        for row, condition in page.card(title) or []:
            expected[condition] = number(row[column])
    for condition, title in page.js("return [...document.querySelectorAll('.heat button')].map((b) => [b.dataset.filter, b.title])"):
        expected[condition] = number(title.split(": ")[1].split()[0])
    assert len(expected) > 15 and sum(expected.values()) > 60
    words = [word for condition in expected for word in ("-z", f"scannoise,json,{condition}")]
    found = [json.loads(text) for text in tshark("-2", "-q", "-r", capture, *words).stdout.splitlines()]
    assert {said["filter"]: said["capture"]["packets"] for said in found} == expected


def test_filters_are_among_what_the_report_counts(report, opened, workdir):
    page = opened(report(write(workdir / "mixed.pcap", mixed()), "tcp || udp")[0])
    assert page.card("Ports")[0][1] == "(tcp || udp) && (scannoise.port == 23 && tcp)"


def test_a_click_copies(twin_page, driver):
    driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    driver.find_element(By.CSS_SELECTOR, "section[aria-label=Ports] tbody button").click()
    pasted = driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert pasted == "scannoise.port == 23 && tcp"
    assert twin_page.js("return document.getElementById('copied').innerText") == f"Copied: {pasted}"


# --- Strangers' names ----------------------------------------------------------------------------

HOSTILE = ['</script><img src=x onerror="alert(1)">', "<b>bold", '"quoted" \\ back', "\u202egnirts", "__proto__", "@numbers@"]


def test_hostile_names_are_text(report, opened, tshark, workdir):
    labels = workdir / "labels.csv"
    labels.write_text("".join('{}/32,"{}"\n'.format(V4.scanner(n), name.replace('"', '""')) for n, name in enumerate(HOSTILE, 1)))
    packets = [(n, V4.tcp(V4.scanner(n), V4.router, "S", dport=23)) for n in range(1, len(HOSTILE) + 1)]
    capture = write(workdir / "hostile.pcap", packets)
    prefs = {"scannoise.labels": str(labels)}
    path, said = report(capture, prefs=prefs)
    page = opened(path)
    assert page.complaints() == []
    assert page.js("return [document.images.length, document.querySelectorAll('b').length - document.querySelectorAll('.tile b').length]") == [0, 0]
    names = {row["name"] for row in json.loads(said)["organisations"]}
    rows = page.card("Organisations")
    assert {row[0] for row, _ in rows} == names and len(names) == len(HOSTILE)
    words = [word for _, condition in rows for word in ("-z", f"scannoise,json,{condition}")]
    found = [json.loads(text) for text in tshark("-2", "-q", "-r", capture, *words, prefs=prefs).stdout.splitlines()]
    assert [said["scan"]["packets"] for said in found] == [1] * len(HOSTILE)


def test_what_probes_claim_is_text(report, opened, workdir):
    """And no link: who follows it tells whoever wrote it so."""
    claims = ["https://example.net/.well-known/probing.txt", "mailto:lab@" + 244 * "a"]
    packets = [(n, V4.tcp(V4.scanner(n), V4.router, "S", dport=23, payload=uri.encode() + b"\0")) for n, uri in enumerate(claims, 1)]
    path, said = report(write(workdir / "claims.pcap", [*packets, (3, V4.tcp(V4.scanner(3), V4.router, "S", dport=23))]))
    assert [row["probe_uri"] for row in json.loads(said)["scanners"]] == [*claims, None]
    page = opened(path)
    assert page.complaints() == []
    assert [row[0] for row, _ in page.card("Scanners")] == [
        *(f"{V4.scanner(n)} claims {uri}" for n, uri in enumerate(claims, 1)), V4.scanner(3)]
    assert not page.js("return [...document.links].some((link) => link.href.includes('probing') || link.href.startsWith('mailto'))")


def test_sections_that_the_page_does_not_know_are_shown(report, opened, workdir):
    """The JSON may get more sections, and rows more members, than this page has names for."""
    path, said = report(write(workdir / "mixed.pcap", mixed()))
    numbers = json.loads(said)
    numbers["new_things"] = [{"name": "#1", "packets": 7, "members": ["192.0.2.1", "<i>x"], "filter": "tcp"}]
    numbers["scanners"][0]["does"] = "<u>everything"
    path.write_text(with_numbers(path, numbers))
    page = opened(path)
    assert page.complaints() == []
    assert page.card("New things") == [[["#1", "7", "192.0.2.1, <i>x"], "tcp"]]
    assert "<u>everything" in page.card("Scanners")[0][0]


# --- How it is read ------------------------------------------------------------------------------

def test_dragging_zooms_and_a_button_leads_back(twin_page, driver):
    span = "const x = Object.values(Chart.instances).find((c) => c.options.scales.x.stacked).scales.x; return [x.min, x.max]"
    whole = twin_page.js(span)
    chart = driver.find_element(By.CSS_SELECTOR, "section[aria-label='Packets over time'] canvas")
    ActionChains(driver).move_to_element_with_offset(chart, -200, 0).click_and_hold().move_by_offset(250, 0).release().perform()
    begin, end = twin_page.js(span)
    assert whole[0] < begin < end < whole[1]
    driver.find_element(By.XPATH, "//button[text()='Whole capture']").click()
    assert twin_page.js(span) == whole


def test_dark_and_light(twin_page):
    look = "return [getComputedStyle(document.body).backgroundColor, ...Object.values(Chart.instances).slice(0, 3).map((chart) => chart.getDatasetMeta(0).data[0].options.backgroundColor)]"
    light = twin_page.js(look)
    twin_page.media(prefers_color_scheme="dark")
    dark = twin_page.js(look)
    assert all(one != other for one, other in zip(light, dark, strict=True))


def test_it_is_printed_in_light_colours(twin_page):
    look = "return Object.values(Chart.instances)[0].getDatasetMeta(0).data[5].options.backgroundColor"
    light = twin_page.js(look)
    twin_page.media(prefers_color_scheme="dark")
    dark = twin_page.js(look)
    twin_page.js("dispatchEvent(new Event('beforeprint'))")
    assert twin_page.js(look) == light
    twin_page.js("dispatchEvent(new Event('afterprint'))")
    assert twin_page.js(look) == dark != light


def test_a_phone_is_wide_enough(twin_page):
    twin_page.size(360, 740)
    assert twin_page.js("return document.documentElement.scrollWidth") == 360


def test_it_loads_nothing_and_links_ask_only_when_clicked(twin_page):
    assert twin_page.js("return performance.getEntriesByType('resource').map((entry) => entry.name)") == []
    links = twin_page.js("""return [...document.querySelector("section[aria-label=Scanners] tbody tr").querySelectorAll("a")].map(
        (link) => [link.innerText, link.href, link.rel])""")
    address = twin_page.json["scanners"][0]["address"]
    assert links == [[name, url + address, "noopener noreferrer"] for name, url in [
        ("GreyNoise", "https://viz.greynoise.io/ip/"), ("DShield", "https://isc.sans.edu/ipinfo/"),
        ("RIPEstat", "https://stat.ripe.net/"), ("Shodan", "https://www.shodan.io/host/")]]


def test_tables_and_charts_say_what_they_are(twin_page):
    """For who hears the page: each table has a caption, each chart a label, each row a heading."""
    assert twin_page.js("""return [...document.querySelectorAll("table")].every((table) => table.caption?.textContent) &&
        [...document.querySelectorAll("canvas")].every((chart) => chart.ariaLabel) &&
        [...document.querySelectorAll("tbody tr")].every((row) => row.querySelector("th[scope=row]"))""")


def test_finding_scanners(twin_page, driver):
    field = driver.find_element(By.CSS_SELECTOR, "input[type=search]")
    field.send_keys("structured-is-no-tag")
    assert twin_page.card("Scanners") == []
    field.clear()
    field.send_keys("mirai")
    mirai = [row["address"] for row in twin_page.json["scanners"] if "Mirai" in row["tools"]]
    assert [row[0] for row, _ in twin_page.everything("Scanners")] == mirai


# --- Size ----------------------------------------------------------------------------------------

SCANNERS = 100_000
MOST_BYTES = 5_000_000
# A busy machine is slow with everything, so a page's time is measured by what the same browser needs to sort a million texts.
SORTING = """const begun = performance.now();
Array.from({length: 1_000_000}, (_, n) => String(n * 2654435761 % 2 ** 32)).sort();
return performance.now() - begun;"""
MOST_OF_SORTING = 8                 # it is 4


def many_scanners():
    """A capture of raw IP: a SYN from each of so many addresses within a day, to ports as scanners like them."""
    yield struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for n in range(SCANNERS):
        scattered = n * 2654435761 % 2**32
        port = (23, 22, 80, 445, 3389, 5555, 8080, 1024 + scattered % 60000)[scattered >> 8 & 7]
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40, scattered & 0xFFFF, 0, 50, 6, 0, 0x0B000000 + n * 97, 0xC6336401)
        tcp = struct.pack(">HHIIBBHHH", 1024 + scattered % 50000, port, scattered, 0, 0x50, 2, 1024, 0, 0)
        yield struct.pack("<IIII", int(START) + n * 86000 // SCANNERS, scattered % 1_000_000, 40, 40) + ip + tcp


def test_a_hundred_thousand_scanners(report, opened, workdir):
    capture = workdir / "many.pcap"
    capture.write_bytes(b"".join(many_scanners()))
    path, said = report(capture)
    assert json.loads(said)["scan"]["scanners"] == SCANNERS
    assert path.stat().st_size < MOST_BYTES
    page = opened(path)
    assert page.complaints() == []
    sorting = sorted(page.js(SORTING) for _ in range(3))[1]
    print(f"{path.stat().st_size} bytes, shown after {page.shown:.0f} ms; sorting took {sorting:.0f} ms")
    assert page.shown < MOST_OF_SORTING * sorting
