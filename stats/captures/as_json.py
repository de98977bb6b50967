# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the views say of a line, as -z scannoise,json says it of a capture (stats/scannoise.schema.json).

What rows of flows do not tell is left out. Times are whole seconds, and packets count in the hour that their flow began
in, as in the views.
"""
from collections import defaultdict

from sections import TECHNIQUES, TOOLS, TRAITS

VERSION = 1
PORTS_BY_HOUR = 20
LISTS = (*(trait.view for trait in TRAITS), "networks")
VIEWS = ("capture", "ip_versions", *LISTS, "top_ports", "scanners", "hours", "hours_by_port", "backscatter_victims")
COUNTS = ("packets", "scanners", "ports", "targets")


def as_json(views):
    """@param views {name: rows of a line, each {column: value}} of all VIEWS; the line has captures"""
    totals = {row["item"]: row for row in views["capture"]}
    scan, backscatter = totals["Unsolicited scans"], totals["Backscatter"]
    return {
        "version": VERSION,
        "filter": None,
        "capture": _of(totals["All packets"], "packets"),
        "noise": {**_of(totals["Noise"], "packets"), "scan": scan["packets"], "backscatter": backscatter["packets"]},
        "scan": _of(scan, *COUNTS),
        "backscatter": _of(backscatter, "packets"),
        "not_judged": totals.get("Not judged: limit reached", {"packets": 0})["packets"],
        "not_judged_from": None,
        "ip_version": _versions(views["ip_versions"]),
        **{name: [{"name": row["item"], **_of(row, *COUNTS)} for row in views[name]] for name in LISTS},
        "victims": [_of(row, "address", "packets", "targets") for row in views["backscatter_victims"]],
        "labelled": _known(row for row in views["scanners"] if row["organisation"]),
        "unlabelled": _known(row for row in views["scanners"] if not row["organisation"]),
        "ports": [{"port": row["item"], "service": None, "wanted": None, **_of(row, "packets", "scanners", "targets")}
                  for row in views["top_ports"]],
        "scanners": [_scanner(row) for row in views["scanners"]],
        "hours": [{"begin": _time(row["begin"]), "ipv4": row["ipv4"], "ipv6": row["ipv6"]} for row in views["hours"]],
        "port_hours": _port_hours(views),
    }


def _time(text):
    """Of a view's "2023-11-14 22:13:20"; of None: None."""
    return text and f"{text.replace(' ', 'T')}.000000Z"


def _of(row, *names):
    return {**{name: row[name] for name in names}, "first": _time(row["first"]), "last": _time(row["last"])}


def _versions(rows):
    v4, v6, prefixes = rows
    return [{"name": row["item"], **_of(row, *COUNTS), "scanner_prefixes": by_prefix["scanners"]}
            for row, by_prefix in ((v4, v4), (v6, prefixes))]


def _known(rows):
    packets = [row["packets"] for row in rows]
    return {"scanners": len(packets), "packets": sum(packets)}


def _scanner(row):
    return {"address": row["address"], "label": row["organisation"] or None,
            **_of(row, "packets", "contacts", "ports", "targets", "pattern"),
            "techniques": _names(row["techniques"], TECHNIQUES), "tools": _names(row["tools"], TOOLS)}


def _names(text, order):
    """A list of the plugin's names, in its order; behind them those that a later plugin has."""
    return sorted(text.split(", ") if text else [], key=lambda name: order.index(name) if name in order else len(order))


def _port_hours(views):
    packets = defaultdict(int)
    for row in views["hours_by_port"]:
        packets[row["item"], row["begin"]] = row["packets"]
    begins = [row["begin"] for row in views["hours"]]
    return [{"port": port, "packets": [packets[port, begin] for begin in begins]}
            for port in (row["item"] for row in views["top_ports"][:PORTS_BY_HOUR])]
