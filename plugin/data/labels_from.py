#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns a checkout of lists of scanners that others keep into a label file.

    git clone https://github.com/OpenFilters/internet-scanners      # or MISP/misp-warninglists
    python3 plugin/data/labels_from.py internet-scanners > ~/.config/wireshark/scannoise/others.csv

Of MISP's lists those of scanners are read, which its other lists of networks are not. One operator has one name,
that of operators.csv beside this script, whatever a list calls it; a list that is not there keeps its own name, and
its kind of organisation is unknown. What cannot be used is named, one line each, and the rest is written; the exit
status is 1 then.
"""
import argparse
import csv
import ipaddress
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

OPERATORS = Path(__file__).with_name("operators.csv")
OF_MANY = ("universities", "other")     # lists of OpenFilters with an operator's name above each group of addresses
SCANNERS = re.compile(r"(-nt)?[-_](scanning|scanner|connection-attempts)$", re.IGNORECASE)
RESEARCH = re.compile(r"universit|institute|college|\btech\b|leuven|usc/isi|cambridge", re.IGNORECASE)


class Labels:
    """Networks by operator, and what was wrong."""

    def __init__(self):
        with open(OPERATORS, newline="", encoding="utf-8") as file:
            self.operators = {row["list"]: (row["operator"], row["kind"]) for row in csv.DictReader(file)}
        self.networks = defaultdict(set)
        self.mistakes = 0

    def operator(self, name, otherwise):
        """@return (name, kind) of a list's operator"""
        stem = re.sub(r"[^a-z0-9]", "", name.lower())
        return self.operators.get(stem, (otherwise, "unknown"))

    def add(self, operator, text, where):
        try:
            self.networks[operator].add(ipaddress.ip_network(text, strict=False))
        except ValueError:
            self.complain(where, f"{text!r} is neither an address nor a CIDR prefix")

    def complain(self, where, problem):
        self.mistakes += 1
        print(f"{where}: {problem}", file=sys.stderr)

    def write(self, file, source):
        file.write(f"# From {source}\n")
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("prefix", "label", "kind"))
        for (name, kind), networks in sorted(self.networks.items(), key=lambda item: item[0][0].casefold()):
            for version in (4, 6):
                for network in ipaddress.collapse_addresses(sorted(n for n in networks if n.version == version)):
                    lines.writerow((network, name, kind))


def read_nft(labels, path):
    """A list of OpenFilters: a comment with the operator's name, and sets of nftables with an entry on each line."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    title = lines[0].lstrip("# ").partition(" (")[0].strip() if lines else ""
    operator = labels.operator(path.stem, title or path.stem)
    inside = False
    for number, text in enumerate(map(str.strip, lines), 1):
        if text.startswith("define "):
            inside = True
        elif text == "}":
            inside = False
        elif inside and text.startswith("#") and path.stem in OF_MANY:
            name = re.sub(r" \[.*\]$| - .*$", "", text.lstrip("# ")).strip('"')
            operator = (name, "research" if RESEARCH.search(name) else "unknown")
        elif inside and text and not text.startswith("#"):
            labels.add(operator, text.partition("#")[0].strip().rstrip(","), f"{path}:{number}")


def read_misp(labels, path):
    """A warning list of MISP."""
    folder = SCANNERS.sub("", path.parent.name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        name, entries = content["name"], content["list"]
    except (ValueError, KeyError, TypeError) as error:
        labels.complain(path, f"is no warning list: {error!r}")
        return
    if content.get("type", "cidr") != "cidr":
        return
    for entry in entries:
        labels.add(labels.operator(folder, name), str(entry), path)


def revision(checkout):
    """The commit, where it is a checkout of git."""
    try:
        done = subprocess.run(["git", "-C", checkout, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    except FileNotFoundError:       # no git: the lists were fetched as an archive
        return ""
    return f"@{done.stdout.strip()}" if done.returncode == 0 else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="of MISP/misp-warninglists or OpenFilters/internet-scanners")
    checkout = parser.parse_args().checkout
    lists = [path for path in sorted(checkout.glob("lists/*/list.json")) if SCANNERS.search(path.parent.name)]
    tables = sorted(checkout.glob("*.nft"))
    if not lists and not tables:
        sys.exit(f"{checkout}: has neither lists/*-scanning/list.json, as MISP/misp-warninglists has, "
                 "nor *.nft, as OpenFilters/internet-scanners has")
    labels = Labels()
    for path in lists:
        read_misp(labels, path)
    for path in tables:
        read_nft(labels, path)
    labels.write(sys.stdout, f"{checkout.resolve().name}{revision(checkout)}")
    return 1 if labels.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
