# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What each view says of a capture that has every technique, several tools and outcomes, and odd addresses."""
import re
import sys
from collections import defaultdict

import pytest

from kinds import TARGETS
from material import TESTS, VIEWS

sys.path.append(str(TESTS.parent / "stats" / "captures"))
from clickhouse.store import COUNTED        # noqa: E402  (found by the line above)
from clickhouse.views import statements     # noqa: E402
from sections import TRAITS     # noqa: E402


def test_joined_subqueries_have_names():
    """Servers of today refuse those without. That of the other tests takes both."""
    text = statements() + COUNTED + (TESTS.parent / "stats" / "captures" / "clickhouse" / "views.sql").read_text()
    assert len(re.findall(r"\bJOIN\b", text)) > 10
    assert re.findall(r".*\n?.*\)\s*(?:ANY|USING)\b.*", text) == []


@pytest.fixture
def loaded(store, every_kind, label_file):
    store.load_all("-o", f"scannoise.labels:{label_file}", every_kind)
    return store


@pytest.fixture
def labels(tshark):
    """labels(field) -> {value as text: the plugin's name for it}."""
    listed = tshark("-G", "values", resolve=True).stdout

    def of(field):
        found = re.findall(rf"^V\t{re.escape(field)}\t(\w+)\t(.*)$", listed, re.MULTILINE)
        return {str(int(value, 0)): name for value, name in found}
    return of


def test_every_section_is_as_in_tshark(loaded, every_kind, label_file, tshark_table, labels):
    whole = tshark_table(every_kind, labels=label_file)
    assert len(whole["Organisations"]) == 5
    assert {row.item for row in whole["Techniques"]} == set(labels("scannoise.technique").values()), "it has them all"
    assert loaded.table(whole, long=True).unlike(whole) == []


@pytest.fixture
def scans(fields, every_kind):
    """The fields of each scan packet, which are another way to what the views count: dictionaries."""
    names = {"outcome": "scannoise.outcome", "tool": "scannoise.tool", "scanner": "scannoise.scanner",
             "scanner6": "scannoise.scanner6", "target": "scannoise.target", "target6": "scannoise.target6",
             "port": "scannoise.port", "contacts": "scannoise.scanner.contacts"}
    rows = fields(every_kind, "scannoise.scan", *names.values())
    assert rows
    return [dict(zip(names, row)) for row in rows]


def test_outcomes_and_tools(loaded, scans, labels):
    for section, key in (("Outcomes", "outcome"), ("Tools", "tool")):
        wanted, names = defaultdict(list), labels(f"scannoise.{key}")
        for scan in scans:
            if scan[key]:
                wanted[names[scan[key]]].append(scan)
        assert len(wanted) > 1
        rows = loaded.table([section], long=True)[section]
        assert {row.item: (row.packets, row.scanners, row.targets) for row in rows} == {
            name: (len(found), len({(scan["scanner"], scan["scanner6"]) for scan in found}),
                   len({(scan["target"], scan["target6"]) for scan in found})) for name, found in wanted.items()}
        assert [row.packets for row in rows] == sorted((row.packets for row in rows), reverse=True)


def test_contacts_of_a_scanner(loaded, scans):
    wanted = {scan["scanner"] or scan["scanner6"]: int(scan["contacts"]) for scan in scans}
    assert wanted["192.0.2.10"] == 2 * len(TARGETS)
    assert {item: int(contacts) for item, contacts in
            loaded.cluster.ask("SELECT address, contacts FROM scannoise.top_scanners")} == wanted


def test_who_looks_for_a_scanner(loaded):
    """By the condition that the page has for Debian 12's ClickHouse."""
    page = (TESTS.parent / "stats" / "captures" / "README.md").read_text()
    [condition] = re.findall(r"`(source_ip = [^`]*)`", page.replace("\n", " "))
    condition = condition.replace("198.51.100.7", "192.0.2.10")
    rows = {address: int(flows) for address, flows in loaded.cluster.ask(
        "SELECT source, count() FROM scannoise.noise GROUP BY source")}
    assert rows["192.0.2.10"] == loaded.cluster.number(f"SELECT count() FROM scannoise.noise WHERE {condition}") > 0
    assert loaded.cluster.ask(f"SELECT DISTINCT source FROM scannoise.noise WHERE {condition}") == [["192.0.2.10"]]


def test_the_plugin_has_no_section_that_the_views_lack(every_kind, tshark_table):
    assert set(tshark_table(every_kind)) <= set(VIEWS)


def test_the_orders_that_the_views_know_are_the_plugins(labels):
    """Ties are sorted by the plugin's own order, which SQL has to repeat."""
    for trait in TRAITS:
        if trait.order:
            named = labels(f"scannoise.{trait.column}").values()
            assert list(trait.order) == [name for name in named if name in trait.order]
            assert trait.column == "reason" or set(trait.order) == set(named)
