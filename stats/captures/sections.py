# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The sections of the plugin's table that are lists: what a database's views are made of."""
from dataclasses import dataclass

# In the plugin's order, which decides among items with as many packets.
TECHNIQUES = ("TCP SYN", "TCP connect", "TCP NULL", "TCP FIN", "TCP Xmas", "TCP Maimon", "TCP ACK",
              "TCP other flags", "UDP", "ICMP echo", "ICMP timestamp", "ICMP information", "ICMP address mask",
              "SCTP INIT", "IP protocol")
OUTCOMES = ("unanswered", "refused", "unreachable", "half-open", "connected", "conversation")
TOOLS = ("ZMap", "Masscan", "Mirai", "Nmap", "Unicornscan", "hping")
REASONS = ("made by hand", "odd responses", "tails", "scanning source", "follow-up", "exposed ping", "dark",
           "stranger")


@dataclass(frozen=True)
class Trait:
    """A section with an item for each value that a column of the rows has among scans."""
    view: str
    column: str
    order: tuple = ()       # of items with as many packets; the others come by name


TRAITS = (
    Trait("techniques", "technique", TECHNIQUES),
    Trait("outcomes", "outcome", OUTCOMES),
    Trait("tools", "tool", TOOLS),
    Trait("reasons", "reason", REASONS),
    Trait("organisations", "label"),
)
# What every view of a section has, in this order.
COLUMNS = ("line", "rank", "item", "packets", "share", "scanners", "ports", "targets", "first", "last")
# A time is shown between 1970 and the last second that ClickHouse 18.16 has a name for, in February 2106.
LAST_US = 4_294_880_895_000_000


def position(trait, quote):
    """The expressions that sort items with as many packets.
    @param quote (column, order) -> the SQL for an item's place in the order"""
    return ", ".join(([quote("item", trait.order)] if trait.order else []) + ["item"])
