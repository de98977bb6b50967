# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A line with routers on it, for situations: programs inside, programs outside, and a path between them.

    inside -- router -- hop -- outside
      ^ eth0: captured here

Inside has 192.0.2.0/24 and 2001:db8:1::/64, outside 198.51.100.0/24, 203.0.113.0/24 and 2001:db8:ff::/48; of
these some addresses live and the rest vanish in silence, as behind a firewall. Nothing leads out.
"""
import itertools
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import lab

MAIN, ROUTER = "192.0.2.10", "192.0.2.1"
MAIN6, ROUTER6 = "2001:db8:1::10", "2001:db8:1::1"
INSIDE = [f"192.0.2.{n}" for n in range(10, 18)]            # with services; .10 is where clients are
SITES = [f"203.0.113.{n}" for n in range(1, 21)]            # live web servers outside
SITES6 = [f"2001:db8:ff::{n:x}" for n in range(1, 5)]
CLIENTS = [f"198.51.100.{n}" for n in (10, 11, 12, 13, 50, 66)]
RESOLVER, SCANNER, USER = "198.51.100.53", "198.51.100.66", "198.51.100.10"
DEAD = [f"203.0.113.{n}" for n in range(100, 150)]
DEAD6 = [f"2001:db8:ff:dead::{n:x}" for n in range(1, 20)]
DEAD_INSIDE = [f"192.0.2.{n}" for n in range(100, 130)]
DNSMASQ = ("dnsmasq", "-k", "--log-facility=-", "--user=root", "--conf-file=/dev/null", "--pid-file=")

_LINKS = {"inside": ("00:00:5e:00:53:01", MAIN, MAIN6), "router": ("00:00:5e:00:53:11", ROUTER, ROUTER6),
          "hop": ("00:00:5e:00:53:21", "203.0.113.254", "2001:db8:ff:1::2"),
          "outside": ("00:00:5e:00:53:31", "203.0.113.250", "2001:db8:ff:2::2")}
_worlds = itertools.count(1)


class World:
    """The hosts of one situation, a folder for its files, and help to run programs."""

    def __init__(self, hosts, folder):
        self.inside, self.router = hosts["inside"], hosts["router"]
        self.hop, self.outside = hosts["hop"], hosts["outside"]
        self.folder = Path(folder)
        self._running = ExitStack()

    def file(self, name, text=""):
        """Writes a file for a program to read; returns its path."""
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def start(self, host, *command, ready=None):
        """Keeps a program running until the situation is over."""
        return self._running.enter_context(host.running(command, ready))

    def services(self, host, role, *arguments):
        """Starts a role of services.py, ready."""
        return self.start(host, sys.executable, lab.HERE / "services.py", role, *arguments, ready="ready")

    def shell(self, host, script, seconds=20, until=None):
        """Runs a shell script, whose status does not count: what the programs send does."""
        return host.run(["sh", "-c", f"( {script}\n ); true"], seconds, until)

    def together(self, host, scripts, seconds=20):
        """Runs scripts at the same time, to their ends."""
        return self.shell(host, "\n".join(f"( {script} ) &" for script in scripts) + "\nwait", seconds)

    def resolving(self, host, script, seconds=20):
        """As shell(), with RESOLVER as the name server."""
        conf = self.file("resolv.conf", f"nameserver {RESOLVER}\noptions timeout:1\n")
        script_file = self.file("resolving.sh", script + "\ntrue\n")
        return host.run(["unshare", "-m", "sh", "-c", f"mount --bind {conf} /etc/resolv.conf && exec sh {script_file}"],
                        seconds)

    def names(self, **addresses):
        """A name server at RESOLVER: name="address address"; dots in a name are written as underscores."""
        self.outside.ip("addr", "add", f"{RESOLVER}/32", "dev", "lo")
        records = [f"--host-record={name.replace('_', '.')},{address}" for name, list_ in addresses.items()
                   for address in list_.split()]
        self.start(self.outside, *DNSMASQ, "--no-resolv", "--no-hosts", f"--listen-address={RESOLVER}",
                   "--bind-interfaces", *records, ready="started")

    @contextmanager
    def capture(self, path, interface="eth0"):
        """Captures at inside's interface while the body runs; the programs end before it does."""
        with lab.tcpdump(self.inside, path, interface=interface) as program:
            if interface == "eth0":
                lab.mark_until_seen(self.router, [Path(path)])
            with self._running:
                yield
            if interface == "eth0":
                lab.mark_until_seen(self.router, [Path(path)])
            else:
                time.sleep(0.3)         # no other host to send a mark from
            lab.stop_tcpdump(program)


@contextmanager
def world(folder):
    """Builds the four hosts; removes all of it. Worlds may be built at the same time by several threads."""
    with ExitStack() as undo:
        ours = f"{lab.PREFIX}-{os.getpid()}-w{next(_worlds)}"
        hosts = {name: lab.Host(name, f"{ours}-{name}", addresses) for name, addresses in _LINKS.items()}
        for host in hosts.values():
            lab.add_namespace(undo, host.netns)
            undo.callback(host.close)
            lab.quiet_ipv6(host.netns)
            host.ip("link", "set", "lo", "up")
        _connect(hosts["inside"], "eth0", hosts["router"], "eth0")
        _connect(hosts["router"], "eth1", hosts["hop"], "eth0")
        _connect(hosts["hop"], "eth1", hosts["outside"], "eth0")
        _address(hosts)
        yield World(hosts, folder)


def _connect(one, its_name, other, name):
    lab.ip("link", "add", its_name, "netns", one.netns, "type", "veth", "peer", "name", name, "netns", other.netns)
    for host, interface in ((one, its_name), (other, name)):
        if interface == "eth0":
            host.ip("link", "set", interface, "address", host.mac)
        # One frame a segment, as on a real line.
        host.ip("link", "set", interface, "gso_max_segs", "1", "up")


def _batch(host, commands):
    """Many calls of ip(8) in one."""
    lab.ip("-n", host.netns, "-batch", "-", stdin="\n".join(commands) + "\n")


def _live(v4, v6):
    return [*(f"addr add {address}/32 dev lo" for address in v4),
            *(f"addr add {address}/128 dev lo nodad" for address in v6)]


def _address(hosts):
    """Addresses and routes. What is routed to an end and not there meets a blackhole."""
    _batch(hosts["inside"], [
        f"addr add {MAIN}/32 dev eth0", f"addr add {MAIN6}/128 dev eth0 nodad",
        f"route add {ROUTER}/32 dev eth0 src {MAIN}", f"route add {ROUTER6}/128 dev eth0",
        "route add blackhole 192.0.2.0/24", "route add blackhole 2001:db8:1::/64",
        *(f"route add {net} via {ROUTER} src {MAIN}" for net in ("198.51.100.0/24", "203.0.113.0/24")),
        f"route add 2001:db8:ff::/48 via {ROUTER6} src {MAIN6}", *_live(INSIDE[1:], ["2001:db8:1::11"])])
    _batch(hosts["router"], [
        f"addr add {ROUTER}/32 dev eth0", f"addr add {ROUTER6}/128 dev eth0 nodad",
        "addr add 203.0.113.253/30 dev eth1", "addr add 2001:db8:ff:1::1/64 dev eth1 nodad",
        f"route add {MAIN}/32 dev eth0", f"route add {MAIN6}/128 dev eth0",
        f"route add 192.0.2.0/24 via {MAIN}", f"route add 2001:db8:1::/64 via {MAIN6}",
        "route add 198.51.100.0/24 via 203.0.113.254", "route add 203.0.113.0/24 via 203.0.113.254",
        "route add 2001:db8:ff::/48 via 2001:db8:ff:1::2"])
    _batch(hosts["hop"], [
        "addr add 203.0.113.254/30 dev eth0", "addr add 2001:db8:ff:1::2/64 dev eth0 nodad",
        "addr add 203.0.113.249/30 dev eth1", "addr add 2001:db8:ff:2::1/64 dev eth1 nodad",
        "route add 192.0.2.0/24 via 203.0.113.253", "route add 2001:db8:1::/64 via 2001:db8:ff:1::1",
        "route add 198.51.100.0/24 via 203.0.113.250", "route add 203.0.113.0/24 via 203.0.113.250",
        "route add 2001:db8:ff::/48 via 2001:db8:ff:2::2"])
    _batch(hosts["outside"], [
        "addr add 203.0.113.250/30 dev eth0", "addr add 2001:db8:ff:2::2/64 dev eth0 nodad",
        "route add 192.0.2.0/24 via 203.0.113.249", "route add 2001:db8:1::/64 via 2001:db8:ff:2::1",
        "route add blackhole 198.51.100.0/24", "route add blackhole 203.0.113.0/24",
        "route add blackhole 2001:db8:ff::/48", *_live(CLIENTS + SITES, SITES6)])
    for name in ("router", "hop"):
        lab.sysctl(hosts[name].netns, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
                   "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
    for name in ("inside", "outside"):
        lab.sysctl(hosts[name].netns, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
