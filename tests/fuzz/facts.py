# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine as a program, asked from Python: see judge_facts.c."""
import subprocess

from reference_packet import Name, Tunnel

FACTS = ("src", "dst", "transport", "time_us", "sport", "dport", "payload", "ip_id", "ttl", "tcp_flags", "tcp_options",
         "tcp_mss", "tcp_header_len", "tcp_window", "tcp_seq", "tcp_ack", "icmp_type", "sctp_chunk")
QUOTED = ("src", "dst", "transport", "sport", "dport", "icmp_type")


def packet_line(p, kind="packet"):
    words = {name: getattr(p, name) for name in FACTS} | {"to_all": int(p.to_all)}
    if p.head:
        words["head"] = p.head.hex()
    if p.quote:
        words |= {"has_quote": 1} | {f"quote_{name}": getattr(p.quote, name) for name in QUOTED}
    return " ".join([kind, *(f"{name}={value}" for name, value in words.items() if value != 0)])


def line_of(event):
    """An event as a line of judge_facts."""
    if isinstance(event, Name):
        return f"name {event.client} {event.address} {event.time_us}"
    return packet_line(event.carrier, "tunnel") if isinstance(event, Tunnel) else packet_line(event)


def engine_line(limits):
    words = {name: int(value) for name, value in vars(limits).items() if name != "home"}
    if limits.home:
        words["home"] = ",".join(limits.home)
    return " ".join(["engine", *(f"{name}={value}" for name, value in words.items())])


class Engine:
    """One process; it judges one stream after another."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def judged(self, events, limits):
        """What a user sees of each packet, once all have been read."""
        lines = [engine_line(limits), *map(line_of, events), "judge"]
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()
        answers = []
        while (line := self.process.stdout.readline()) != "end\n":
            assert line, f"judge_facts ended with status {self.process.wait()}"
            answers.append(line.rstrip("\n"))
        return answers

    def close(self):
        self.process.stdin.close()
        return self.process.wait(timeout=60)
