#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes home-line.pcapng: 24 hours of a home router's WAN side, entirely SYNTHETIC.

It imitates the capture of Johannes Weber's article "Internet's Noise" (weberblog.net): a TAP on a
DSL line, every frame Ethernet / 802.1Q VLAN 7 / PPPoE / PPP / IP. No packet of it ever was on a
line. Taken from the article are only the facts it publishes:

  * 1018 unique IPv4 addresses scanned 1167 different ports in 24 hours;
  * Telnet, (MS-)SQL and SSH stand in front, in this order;
  * a few organisations, such as Shodan, scan in a structured way;
  * ping is used by universities only;
  * not one IPv6 scan.

Everything else (dates, addresses, who sends how much, the router's own traffic) is made up. All
addresses are documentation or benchmark ones: RFC 5737, RFC 2544, RFC 3849, RFC 7042.

No port number is scanned over both TCP and UDP, so that "1167 ports" is the same number whether
ports or (transport, port) pairs are counted.

  make_home_line.py            writes home-line.pcapng beside this file
  make_home_line.py --truth    prints as JSON what is in it, from the generator's own list of events
"""
import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from home_line import wire
from home_line.backscatter import FORGED_TARGETS, backscatter
from home_line.household import own_traffic
from home_line.line import ROUTER, Addresses, Dice, Line
from home_line.scanners import ORGANISATION, ORGANISATION_SCANNERS, PINGING, scans

CAPTURE = Path(__file__).with_name("home-line.pcapng")
SEED = 1018_1167


def day():
    """Every event of the capture, in order."""
    dice = Dice(SEED)
    line = Line(dice)
    addresses = Addresses(dice, reserved={*PINGING, *ORGANISATION, *FORGED_TARGETS})
    scans(line, addresses)
    backscatter(line, addresses)
    own_traffic(line)
    return list(line.events())


def port_ranking(probes):
    """[["tcp/23", packets, scanners], ...]: most packets first, then by transport and port."""
    packets, scanners = Counter(), defaultdict(set)
    for probe in probes:
        if probe.port is not None:
            packets[probe.transport, probe.port] += 1
            scanners[probe.transport, probe.port].add(probe.scanner)
    ranked = sorted(packets, key=lambda key: (-packets[key], key))
    return [[f"{key[0]}/{key[1]}", packets[key], len(scanners[key])] for key in ranked]


def scanner_ranking(probes):
    """Every scanner, most packets first, then by address."""
    packets, ports = Counter(), defaultdict(set)
    for probe in probes:
        packets[probe.scanner] += 1
        if probe.port is not None:
            ports[probe.scanner].add((probe.transport, probe.port))
    ranked = sorted(packets, key=lambda address: (-packets[address], address))
    return [{"address": str(address), "packets": packets[address], "ports": len(ports[address])}
            for address in ranked]


TOP_SCANNERS = 20


def truth(events=None):
    """What is in the capture, as far as a judge of noise should find it.

    Scan packets are those a scanner sent; the router's answers to them are none.
    """
    events = events or day()
    probes = [event.probe for event in events if event.probe]
    echoed = [event.backscatter_from for event in events if event.backscatter_from]
    by_port, scanners = port_ranking(probes), scanner_ranking(probes)
    return {
        "frames": len(events),
        "scan": {
            "packets": len(probes),
            "scanners": len(scanners),
            "ports": len(by_port),
            "by_port": by_port,
            "by_technique": dict(Counter(probe.technique for probe in probes).most_common()),
            "by_tool": dict(Counter(probe.tool for probe in probes if probe.tool).most_common()),
        },
        "top_scanners": scanners[:TOP_SCANNERS],
        "backscatter": {"packets": len(echoed), "sources": len(set(echoed))},
        "ip_version": {"IPv4": {"packets": len(probes), "scanners": len(scanners)},
                       "IPv6": {"packets": 0, "scanners": 0}},
        "target": str(ROUTER),
        "organisation": {"prefix": str(ORGANISATION),
                         "scanners": [str(address) for address in ORGANISATION_SCANNERS]},
        "ping": [str(address) for address in sorted(PINGING)],
    }


def capture(events=None):
    """The bytes of the capture file."""
    return wire.pcapng((event.time, event.frame) for event in events or day())


def main():
    parser = argparse.ArgumentParser(description="Makes the synthetic home-line.pcapng.")
    parser.add_argument("--truth", action="store_true",
                        help="print what is in the capture as JSON instead of writing it")
    parser.add_argument("--output", type=Path, default=CAPTURE, help="where to write the capture")
    args = parser.parse_args()
    events = day()
    if args.truth:
        json.dump(truth(events), sys.stdout, indent=2)
        print()
    else:
        args.output.write_bytes(capture(events))


if __name__ == "__main__":
    main()
