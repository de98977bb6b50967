# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes small MaxMind databases, by MaxMind's published description of the format (version 2.0)."""
import struct
from ipaddress import ip_network

STRING, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11
METADATA_TYPES = {"node_count": UINT32, "build_epoch": UINT64}      # its other numbers have 16 bits
MARKER = b"\xab\xcd\xefMaxMind.com"


def _control(kind, size):
    """The byte that says what follows and how long it is, with what does not fit into it."""
    short = 29 if size >= 29 else size
    assert size < 285
    extended = bytes([kind - 7]) if kind > 7 else b""
    return bytes([(kind if kind <= 7 else 0) << 5 | short]) + extended + (bytes([size - 29]) if size >= 29 else b"")


def _pack(value, number=UINT32):
    if isinstance(value, str):
        return _control(STRING, len(value.encode())) + value.encode()
    if isinstance(value, int):
        size = (value.bit_length() + 7) // 8
        return _control(number, size) + value.to_bytes(size, "big")
    if isinstance(value, list):
        return _control(ARRAY, len(value)) + b"".join(map(_pack, value))
    return _control(MAP, len(value)) + b"".join(_pack(key) + _pack(part, number) for key, part in value.items())


def _tree(networks):
    """Nodes of two branches: None, a node's number, or a network as text."""
    nodes = [[None, None]]
    for text in networks:
        network = ip_network(text)
        at, bits = 0, network.prefixlen + (96 if network.version == 4 else 0)
        for n in range(bits):
            branch = int(network.network_address) >> (127 - n) & 1
            if n == bits - 1:
                nodes[at][branch] = text
            elif nodes[at][branch] is None:
                nodes.append([None, None])
                nodes[at][branch] = len(nodes) - 1
            at = nodes[at][branch] if n < bits - 1 else at
    return nodes


def database(kind, networks):
    """The bytes of a database of networks that do not contain each other: {"192.0.2.0/24": record}."""
    nodes, data, places = _tree(networks), b"", {}
    for text, record in networks.items():
        places[text] = len(data)
        data += _pack(record)

    def record_of(branch):
        if branch is None:
            return len(nodes)
        return branch if isinstance(branch, int) else len(nodes) + 16 + places[branch]

    tree = b"".join(struct.pack(">I", record_of(branch))[1:] for node in nodes for branch in node)
    metadata = {"node_count": len(nodes), "record_size": 24, "ip_version": 6, "database_type": kind, "languages": ["en"],
                "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_700_000_000,
                "description": {"en": "made for a test"}}
    packed = b"".join(_pack(key) + _pack(value, METADATA_TYPES.get(key, UINT16)) for key, value in metadata.items())
    return tree + bytes(16) + data + MARKER + _control(MAP, len(metadata)) + packed
