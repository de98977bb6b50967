# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The ClickHouse servers, through clickhouse-client: questions, inserts, and what went wrong in one line."""
import json
import re
import subprocess

from programs import start
from store import StoreProblem

CLUSTER = "scannoise"


class Server:
    """One server of the cluster, any of them: each knows where the others are.

    @param config a configuration file of clickhouse-client (user, password, TLS); None: its own choice
    """

    def __init__(self, host, port, config=None):
        self.host, self.port, self.config = host, int(port), config

    def __str__(self):
        return f"{self.host}:{self.port}"

    def ask(self, query):
        """The answer's rows, each a list of strings."""
        return [[_plain(cell) for cell in line.split("\t")] for line in self._run(["--query", query]).split("\n")[:-1]]

    def ask_named(self, query):
        """The answer's rows, each {column: value}."""
        said = self._run(["--output_format_json_quote_64bit_integers=0", "--query", f"{query} FORMAT JSONEachRow"])
        return [json.loads(line) for line in said.split("\n")[:-1]]

    def number(self, query):
        return int(self.ask(query)[0][0])

    def run(self, statements):
        """Runs several, each with a semicolon at its end."""
        self._run(["--multiquery"], statements.encode())

    def insert(self, statement, chunks, settings=()):
        """Sends rows and returns when all shards have written them.
        @param chunks bytes in the statement's format, whole rows together"""
        settings = ["--insert_distributed_sync=1", *settings]
        process = start(self._command("--query", statement, *settings), stdin=subprocess.PIPE)
        try:
            for chunk in chunks:
                process.stdin.write(chunk)
        except BrokenPipeError:
            pass                        # the client's status and complaint say why
        except BaseException:
            process.kill()
            raise
        finally:
            complaint = process.communicate()[1]
        self._check(process, complaint)

    def shards(self):
        """(shard, weight, host, port) of every server of the cluster; empty when it has no such cluster."""
        rows = self.ask("SELECT shard_num, shard_weight, host_name, port FROM system.clusters"
                        f" WHERE cluster = '{CLUSTER}' ORDER BY shard_num, replica_num")
        return [(int(shard), int(weight), host, int(port)) for shard, weight, host, port in rows]

    def others(self):
        """Every server of the cluster, as this one knows them."""
        return [Server(host, port, self.config) for _, _, host, port in self.shards()]

    def has_setting(self, name):
        return self.number(f"SELECT count() FROM system.settings WHERE name = '{name}'") > 0

    def _command(self, *arguments):
        config = ["--config-file", self.config] if self.config else []
        return ["clickhouse-client", *config, "--host", self.host, "--port", self.port, *arguments]

    def _run(self, arguments, text=b""):
        process = start(self._command(*arguments), stdin=subprocess.PIPE)
        said, complaint = process.communicate(text)
        self._check(process, complaint)
        return said.decode()

    def _check(self, process, complaint):
        if process.returncode != 0:
            raise StoreProblem(f"server {self}: {in_one_line(complaint.decode(errors='replace'))}")


def _plain(cell):
    """What a cell of TabSeparated stands for."""
    return re.sub(r"\\(.)", lambda found: {"t": "\t", "n": "\n", "r": "\r"}.get(found[1], found[1]), cell)


def in_one_line(complaint):
    """What clickhouse-client complains of, without the frames around it: it repeats what a server said,
    who may repeat what another said, each with a code, a class and a stack."""
    text = re.sub(r"Stack trace:.*", "", complaint, flags=re.DOTALL)
    text = re.sub(r"^\d+\. .*$", "", text, flags=re.MULTILINE)
    for frame in (r"Received exception from server \(version [^)]*\):", r"\bCode: \d+[.,]", r", e\.what\(\) = .*",
                  r"Received from [^\s,]+(, [\d.]+)?\.", r"e\.(displayText|code)\(\) = (\d+,)?", r"(DB|Poco)::\w+[:.]"):
        text = re.sub(frame, " ", text)
    return " ".join(text.split())[:300].strip(" .") or "clickhouse-client says nothing of why"
