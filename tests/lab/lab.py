# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A small Internet line in network namespaces: real scanners, real servers, no other network.

    scanner   client   server          198.51.100.0/24, 2001:db8:ff::/64: "outside"
        \\        |        /
         `---- switch ---'
                 |  eth0 of home       <- the line: what the plugin is asked about is captured here
               home                    192.0.2.0/24, 2001:db8:1::/64: some addresses live, the rest silent

No namespace has a default route or an interface that leads out of the lab; all addresses are from the
documentation ranges. Everything here is a context manager that cleans up; names carry our process id,
and what a killed run left behind the next one removes.
"""
import ctypes
import itertools
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PREFIX = "snlab"
NETNS_FOLDER = Path("/run/netns")

# RFC 7042 keeps 00:00:5e:00:53:xx for documentation.
ADDRESSES = {                           # host: (MAC, IPv4, IPv6), all outside
    "home": ("00:00:5e:00:53:01", "198.51.100.1", "2001:db8:ff::1"),
    "client": ("00:00:5e:00:53:10", "198.51.100.10", "2001:db8:ff::10"),
    "server": ("00:00:5e:00:53:53", "198.51.100.53", "2001:db8:ff::53"),
    "scanner": ("00:00:5e:00:53:66", "198.51.100.66", "2001:db8:ff::66"),
}
HOME_NETS = ("192.0.2.0/24", "2001:db8:1::/64")
LIVE = {4: ["192.0.2.10", "192.0.2.11"], 6: ["2001:db8:1::10", "2001:db8:1::11"]}
SILENT = {4: ["192.0.2.20"], 6: ["2001:db8:1::20"]}      # routed to home, owned by nobody
OPEN_TCP, OPEN_UDP = (22, 80, 8080), (53, 7777)          # services.py listens on these
FIREWALLED = (9000, 9099)               # live addresses drop these in silence; every other port refuses

_MARK_TYPE = 0x88B5                     # IEEE's local experimental EtherType: our capture marks
_CLONE_NEWNET = 0x40000000
_READY_S, _MARK_S, _STOP_S = 10, 10, 5  # far more than it takes; a busy machine is slow
_labs = itertools.count(1)


class LabError(Exception):
    """The lab itself failed: nothing was learned about the plugin."""


def why_not():
    """None where namespaces can be made, otherwise the reason they can't."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "making network namespaces needs root"
    missing = [tool for tool in ("ip", "tcpdump", "setpriv") if not shutil.which(tool)]
    if missing:
        return "not installed: " + ", ".join(missing)
    name = f"{PREFIX}-{os.getpid()}-try"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if tried.returncode == 0:
        tried = subprocess.run(["ip", "-n", name, "link", "add", "veth-a", "type", "veth", "peer", "name", "veth-b"],
                               capture_output=True, text=True)
        ip("netns", "del", name)
    return None if tried.returncode == 0 else "this machine makes no namespaces: " + tried.stderr.strip()


class Host:
    """One namespace. Made by line(); `address[4]`, `address[6]` and `mac` are its own."""

    def __init__(self, name, netns, addresses=None):
        self.name, self.netns = name, netns
        mac, v4, v6 = addresses or ADDRESSES[name]
        self.mac, self.address = mac, {4: v4, 6: v6}
        self._marker = None

    def ip(self, *args):
        """ip(8) inside this namespace; returns what it printed."""
        return ip("-n", self.netns, *args)

    def _command(self, command):
        """The command inside this namespace, killed by the kernel should we die first."""
        return ["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", self.netns, *map(str, command)]

    def run(self, command, timeout, until=None):
        """Runs to the end, which must come within `timeout` seconds; returns what it printed.

        until: the program has done its work once it prints this, or after so many seconds, and is
        stopped then.
        """
        def done():
            if isinstance(until, (int, float)):
                return program.ended() or time.monotonic() > start + until
            return program.ended() or (until and until in program.said())

        start = time.monotonic()
        with self.running(command) as program:
            wait(done, timeout, lambda: f"still running after {timeout} s: {command}: {program.said()[-1000:]}")
            if until is None and program.status != 0:
                raise LabError(f"exit status {program.status}: {command}: {program.said()[-1000:]}")
        return program.said()

    @contextmanager
    def running(self, command, ready=None):
        """Keeps a program running; it has printed a line that contains `ready` before this returns."""
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(self._command(command), stdout=said, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL)
            program = Program(process, said, command)
            try:
                if ready:
                    program.wait_for(ready)
                yield program
            finally:
                program.stop()

    def mark(self, token):
        """Sends a frame that no protocol knows: whoever captures it has captured all before it."""
        if self._marker is None:
            self._marker = _packet_socket(self.netns)
        header = b"\xff" * 6 + bytes.fromhex(self.mac.replace(":", "")) + _MARK_TYPE.to_bytes(2, "big")
        self._marker.send((header + token).ljust(60, b"\0"))

    def close(self):
        if self._marker is not None:
            self._marker.close()


class Program:
    """A running program. Only ever signals the process it was given."""

    def __init__(self, process, said, command):
        self._process, self._file, self._command = process, said, command
        self._final = None

    def said(self):
        """All it has printed so far, errors included."""
        if self._final is not None:
            return self._final
        # pread: the program writes at the position that it shares with us, so it must not move.
        descriptor = self._file.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    @property
    def status(self):
        """Exit status once stopped; negative: the signal that ended it."""
        return self._process.returncode

    def ended(self):
        return self._process.poll() is not None

    def wait_for(self, text):
        def there():
            if self.ended():
                raise LabError(f"{self._command} ended at once: {self.said()}")
            return text in self.said()
        wait(there, _READY_S, lambda: f"{self._command} is not ready: {self.said()}")

    def stop(self, number=signal.SIGTERM):
        if not self.ended():
            self._process.send_signal(number)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._final = self.said()


class Line:
    """The hosts, and captures of what passes between them."""

    def __init__(self, hosts):
        self._hosts = hosts
        self.home, self.client = hosts["home"], hosts["client"]
        self.server, self.scanner = hosts["server"], hosts["scanner"]

    @contextmanager
    def capture(self, line_pcap, sent_pcap):
        """Captures both ways at home (`line_pcap`) and what the scanner's host sends (`sent_pcap`).

        Both run before the body starts. They end with a mark from the scanner's host that has passed
        through the whole lab, so they hold all that was sent before; a lost frame is an error.
        """
        with tcpdump(self.home, line_pcap) as at_home, tcpdump(self.scanner, sent_pcap, "out") as at_scanner:
            both = [Path(line_pcap), Path(sent_pcap)]
            mark_until_seen(self.scanner, both)
            yield
            mark_until_seen(self.scanner, both)
            for program in (at_home, at_scanner):
                stop_tcpdump(program)


@contextmanager
def line():
    """Builds the lab, with its servers running; removes all of it."""
    remove_leftovers()
    with ExitStack() as undo:
        ours = f"{PREFIX}-{os.getpid()}-{next(_labs)}"
        switch = ours + "-switch"
        add_namespace(undo, switch)
        quiet_ipv6(switch)
        ip("-n", switch, "link", "add", "bridge", "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
        ip("-n", switch, "link", "set", "bridge", "up")
        hosts = {name: _add_host(undo, Host(name, f"{ours}-{name}"), switch) for name in ADDRESSES}
        _make_home(hosts["home"])
        for host in hosts.values():
            if host is not hosts["home"]:
                _route_to_home(host)
        for name in ("home", "server"):
            undo.enter_context(hosts[name].running([sys.executable, HERE / "services.py", "serve"], ready="ready"))
        yield Line(hosts)


def add_namespace(undo, name):
    ip("netns", "add", name)
    undo.callback(_delete_namespace, name)


def _add_host(undo, host, switch):
    add_namespace(undo, host.netns)
    undo.callback(host.close)
    quiet_ipv6(host.netns)
    port = "to-" + host.name
    ip("link", "add", port, "netns", switch, "type", "veth", "peer", "name", "eth0", "netns", host.netns)
    ip("-n", switch, "link", "set", port, "master", "bridge", "up")
    host.ip("link", "set", "lo", "up")
    host.ip("link", "set", "eth0", "address", host.mac)
    host.ip("link", "set", "eth0", "up")
    host.ip("addr", "add", host.address[4] + "/24", "dev", "eth0")
    host.ip("addr", "add", host.address[6] + "/64", "dev", "eth0", "nodad")
    return host


def _make_home(home):
    """Home's networks: packets for addresses that nobody has vanish in silence, as behind a firewall."""
    for family, net in zip(("-4", "-6"), HOME_NETS):
        home.ip(family, "route", "add", "blackhole", net)
    for address in LIVE[4]:
        home.ip("addr", "add", address + "/32", "dev", "lo")
    for address in LIVE[6]:
        home.ip("addr", "add", address + "/128", "dev", "lo", "nodad")
    # A firewall without netfilter: a policy route into nothing. The rule for local addresses comes
    # first by default, so it moves behind ours.
    for family in ("-4", "-6"):
        home.ip(family, "rule", "add", "pref", "10", "lookup", "local")
        home.ip(family, "rule", "del", "pref", "0")
        for transport in ("tcp", "udp"):
            home.ip(family, "rule", "add", "pref", "5", "ipproto", transport,
                    "dport", "{}-{}".format(*FIREWALLED), "blackhole")
    # Every closed UDP port answers: which probes get an answer must not depend on a rate limit.
    sysctl(home.netns, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")


def _route_to_home(host):
    for family, net in zip((4, 6), HOME_NETS):
        host.ip(f"-{family}", "route", "add", net, "via", ADDRESSES["home"][1 if family == 4 else 2])


def quiet_ipv6(netns):
    """No router solicitations or duplicate checks: they'd take seconds."""
    sysctl(netns, *(f"net.ipv6.conf.{which}.{what}=0" for which in ("all", "default")
                     for what in ("accept_ra", "accept_dad", "router_solicitations")))


@contextmanager
def tcpdump(host, path, direction="inout", interface="eth0"):
    """Captures at a host while the body runs; yields the program, for stop_tcpdump()."""
    # -U and --immediate-mode: a frame is in the file as soon as it is captured; -Z root: no change of
    # user, who could not write here; -B: 16 MiB of buffer, as a scanner is fast and the machine is
    # busy; -s: the buffer is cut into slots of this size (no frame of the lab is larger).
    command = ["tcpdump", "-i", interface, "-n", "-U", "--immediate-mode", "-Z", "root",
               "-s", "4096", "-B", "16384", "-Q", direction, "-w", path]
    with host.running(command, ready="listening on") as program:
        yield program


def stop_tcpdump(program):
    """Ends a capture; a lost frame is an error."""
    program.stop(signal.SIGINT)
    lost = re.search(r"(\d+) packets? dropped by kernel", program.said())
    if not lost or lost[1] != "0":
        raise LabError(f"tcpdump lost frames, or did not say: {program.said()}")


def mark_until_seen(host, paths):
    """Sends a mark from a host and waits until it is in the captures, and so all that was sent before."""
    token = b"scan noise lab " + secrets.token_hex(8).encode()
    host.mark(token)
    wait(lambda: all(token in path.read_bytes() for path in paths), _MARK_S,
         lambda: f"the mark is not in {[str(path) for path in paths]}")


def _packet_socket(netns):
    """A socket on netns' eth0. It stays there; this thread is back home before this returns."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path):
        with open(path, "rb") as there:
            if libc.setns(there.fileno(), _CLONE_NEWNET) != 0:
                raise LabError(f"setns {path}: {os.strerror(ctypes.get_errno())}")

    with open("/proc/thread-self/ns/net", "rb") as back:
        enter(NETNS_FOLDER / netns)
        try:
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            made.bind(("eth0", 0))
            return made
        finally:
            enter(f"/proc/self/fd/{back.fileno()}")


def ip(*args, stdin=""):
    """ip(8); returns what it printed. Raises LabError when it fails."""
    done = subprocess.run(["ip", *map(str, args)], capture_output=True, text=True, input=stdin)
    if done.returncode != 0:
        raise LabError(f"ip {' '.join(map(str, args))}: {done.stderr.strip()}")
    return done.stdout


def sysctl(netns, *settings):
    """Writes below /proc/sys/net, which shows the namespace of whoever looks."""
    script = "".join("echo {1} > /proc/sys/{0}\n".format(*one.replace(".", "/").split("=")) for one in settings)
    done = subprocess.run(["ip", "netns", "exec", netns, "sh", "-ec", script], capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"{settings} in {netns}: {done.stderr.strip()}")


def _delete_namespace(name):
    """Ends what still runs in a namespace of ours, then removes it."""
    for pid in ip("netns", "pids", name).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    ip("netns", "del", name)


def remove_leftovers():
    """Namespaces of runs that were killed: their names carry the id of a process that is no more."""
    for path in NETNS_FOLDER.glob(f"{PREFIX}-*-*"):
        if not Path("/proc", path.name.split("-")[1]).exists():
            _delete_namespace(path.name)


def wait(condition, seconds, complaint):
    """Until condition() is true; complaint() is what LabError says after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise LabError(complaint())
        time.sleep(0.01)
