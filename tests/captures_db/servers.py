# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""ClickHouse servers of our own, on the loopback address, in temporary folders.

They share nothing with a server that the system runs: configuration, ports and data are theirs.
"""
import signal
import socket
import subprocess
import time

WAIT_S = 60
HOST = "127.0.0.1"

CONFIGURATION = """<yandex>
    <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
    <listen_host>{host}</listen_host>
    <tcp_port>{tcp}</tcp_port>
    <http_port>{http}</http_port>
    <path>{folder}/data/</path>
    <tmp_path>{folder}/tmp/</tmp_path>
    <user_files_path>{folder}/user_files/</user_files_path>
    <format_schema_path>{folder}/format_schemas/</format_schema_path>
    <users_config>{folder}/users.xml</users_config>
    <default_profile>default</default_profile>
    <default_database>default</default_database>
    <mark_cache_size>67108864</mark_cache_size>
    <remote_servers>
        <scannoise>{shards}
        </scannoise>
    </remote_servers>
</yandex>
"""
SHARD = """
            <shard><replica><host>{host}</host><port>{port}</port></replica></shard>"""
USERS = """<yandex>
    <profiles><default/></profiles>
    <quotas><default/></quotas>
    <users><default>
        <password></password>
        <networks><ip>{host}</ip></networks>
        <profile>default</profile>
        <quota>default</quota>
    </default></users>
</yandex>
"""


def free_ports(count):
    """Ports that nobody has now; all are taken at once, so that they differ."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """One server, which may be killed and started again.
    @param identity subprocess arguments that say as whom it runs"""

    def __init__(self, folder, port, http, shard_ports, identity):
        self.folder, self.port, self.identity = folder, port, identity
        self.process = None
        shards = "".join(SHARD.format(host=HOST, port=each) for each in shard_ports)
        (folder / "config.xml").write_text(
            CONFIGURATION.format(folder=folder, host=HOST, tcp=port, http=http, shards=shards))
        (folder / "users.xml").write_text(USERS.format(host=HOST))

    def start(self):
        with open(self.folder / "output", "ab") as output:
            # setpriv has the kernel end the server when the tests are killed, who can't clean up then.
            command = ["setpriv", "--pdeathsig", "KILL", "clickhouse-server", f"--config-file={self.folder}/config.xml"]
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, **self.identity)
        wait_until(self._answers, f"the server in {self.folder} to answer")

    def _answers(self):
        assert self.process.poll() is None, f"the server ended: {(self.folder / 'output').read_text()[-2000:]}"
        try:
            socket.create_connection((HOST, self.port), timeout=WAIT_S).close()
        except ConnectionRefusedError:
            return False
        return True

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self):
        if self.process and self.process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, with_signal):
        self.process.send_signal(with_signal)
        self.process.wait(WAIT_S)


class Cluster:
    """Two servers, each a shard.
    @param own gives a folder to the one whom identity names, and returns it"""

    def __init__(self, parent, own, identity):
        ports = free_ports(4)
        self.servers = []
        for name, port, http in zip(("one", "two"), ports[:2], ports[2:]):
            folder = parent / name
            folder.mkdir()
            self.servers.append(Server(own(folder), port, http, ports[:2], identity))

    def start(self):
        for server in self.servers:
            server.start()

    def stop(self):
        for server in self.servers:
            server.stop()

    def ask(self, query, server=0):
        """The answer's rows: lists of text. NULL stays \\N."""
        port = self.servers[server].port
        done = subprocess.run(["clickhouse-client", "--host", HOST, "--port", str(port), "--query", query],
                              capture_output=True, text=True, timeout=WAIT_S)
        assert done.returncode == 0, f"{query}: {done.stderr}"
        return [[cell.replace("\\\\", "\\").replace("\\'", "'") for cell in line.split("\t")]
                for line in done.stdout.splitlines()]

    def number(self, query, server=0):
        return int(self.ask(query, server)[0][0])


def wait_until(condition, what):
    """Asks again and again whether something has come true."""
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {WAIT_S} s for {what}")
        time.sleep(0.05)
