# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine as a program, asked from Python: see judge_facts.c."""
import subprocess


def line_of(p):
    """A packet as a line of judge_facts."""
    words = {"src": p.src, "dst": p.dst, "transport": p.transport, "time_us": p.time * 1_000_000,
             "sport": p.sport, "dport": p.dport, "payload": p.payload, "tcp_flags": p.tcp_flags,
             "tcp_options": p.tcp_options, "icmp_type": p.icmp_type, "sctp_chunk": p.sctp_chunk,
             "to_all": int(p.to_all)}
    if p.head:
        words["head"] = p.head.hex()
    if p.quote:
        q = p.quote
        words |= {"has_quote": 1, "quote_src": q.src, "quote_dst": q.dst, "quote_transport": q.transport,
                  "quote_sport": q.sport, "quote_dport": q.dport, "quote_icmp_type": q.icmp_type}
    return " ".join(["packet", *(f"{name}={value}" for name, value in words.items() if value != 0)])


def engine_line(limits):
    words = {name: int(value) for name, value in vars(limits).items() if name != "home"}
    if limits.home:
        words["home"] = ",".join(limits.home)
    return " ".join(["engine", *(f"{name}={value}" for name, value in words.items())])


class Engine:
    """One process; it judges one stream after another."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def judged(self, packets, limits):
        """What a user sees of each packet, once all have been read."""
        lines = [engine_line(limits), *map(line_of, packets), "judge"]
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
