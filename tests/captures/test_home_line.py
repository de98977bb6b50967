# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is home-line.pcapng what it claims to be? tshark's own dissectors say so, without the plugin.

The counts are taken again from what tshark prints per frame; nothing of the generator is used for
them, and only then are they compared with its truth().
"""
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make_home_line  # noqa: E402  (the line above makes it importable)

CAPTURE = HERE / "home-line.pcapng"
ROUTER = "203.0.113.77"
SYN, SYN_ACK, RST_BIT = 0x02, 0x12, 0x04
ECHO_REQUEST, ECHO_REPLY = "8", "0"
YES = ("1", "True")      # how tshark prints a boolean: until 4.0, and since
CHECKSUMS_ON = [word for name in ("ip", "tcp", "udp") for word in
                ("-o", f"{name}.check_checksum:TRUE")]
FIELDS = ("frame.time_epoch", "vlan.id", "ip.src", "ip.dst", "ip.id", "ip.ttl", "ipv6.src",
          "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.len",
          "tcp.window_size_value", "tcp.options", "udp.srcport", "udp.dstport",
          "dns.flags.response", "icmp.type", "ppp.protocol", "eth.src", "eth.dst")
DOCUMENTATION = [ip_network(text) for text in (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15",
    "2001:db8::/32", "fe80::/10", "ff02::/16", "::/128")]


@pytest.fixture(scope="module")
def tshark(tmp_path_factory):
    """Runs tshark on the capture with a HOME of its own, UTC, no look-ups."""
    env = {"PATH": os.defpath, "HOME": str(tmp_path_factory.mktemp("home")), "TZ": "UTC"}

    def run(*args):
        done = subprocess.run(["tshark", "-n", *CHECKSUMS_ON, "-r", str(CAPTURE), *args], env=env,
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()
    return run


@pytest.fixture(scope="module")
def frames(tshark):
    """Every frame as {field: its outermost value}."""
    wanted = [word for name in FIELDS for word in ("-e", name)]
    lines = tshark("-T", "fields", "-E", "occurrence=f", *wanted)
    return [dict(zip(FIELDS, line.split("\t"))) for line in lines]


@pytest.fixture(scope="module")
def truth():
    return make_home_line.truth()


def flags(frame):
    """TCP flags of a segment; None in other frames and in ICMP errors that quote a segment."""
    return int(frame["tcp.flags"], 16) if frame["tcp.flags"] and not frame["icmp.type"] else None


def friends(frames):
    """Whom the router turned to itself: the source of a datagram from them is no scanner."""
    return {f["ip.dst"] for f in frames
            if f["ip.src"] == ROUTER and not f["icmp.type"]
            and (f["udp.srcport"] or flags(f) == SYN)}


@pytest.fixture(scope="module")
def probes(frames):
    """Scan packets, as (scanner, "tcp/23", frame): bare SYNs, UDP requests, echo requests."""
    known, found = friends(frames), []
    for f in frames:
        if f["ip.dst"] != ROUTER or f["ip.src"] in known:
            continue
        if flags(f) == SYN:
            found.append((f["ip.src"], f"tcp/{f['tcp.dstport']}", f))
        elif f["icmp.type"] == ECHO_REQUEST:
            found.append((f["ip.src"], None, f))
        elif f["udp.dstport"] and not f["icmp.type"] and f["dns.flags.response"] not in YES:
            found.append((f["ip.src"], f"udp/{f['udp.dstport']}", f))
    return found


def test_generator_makes_the_committed_bytes():
    assert make_home_line.capture() == CAPTURE.read_bytes()


@pytest.mark.parametrize("seed", ["0", "1"])
def test_bytes_depend_on_no_hash_order(tmp_path, seed):
    again = tmp_path / "again.pcapng"
    subprocess.run([sys.executable, str(HERE / "make_home_line.py"), "--output", str(again)],
                   env={**os.environ, "PYTHONHASHSEED": seed}, check=True, timeout=60)
    assert again.read_bytes() == CAPTURE.read_bytes()


def test_size():
    assert CAPTURE.stat().st_size < 1_500_000
    assert 9_000 <= make_home_line.truth()["frames"] <= 14_000


def test_nothing_is_malformed_and_every_checksum_is_good(tshark):
    bad = ' || '.join(f'{name}.checksum.status == "Bad"'
                      for name in ("ip", "tcp", "udp", "icmp", "icmpv6"))
    assert tshark("-Y", f"_ws.malformed || _ws.expert.group == \"Malformed\" || {bad}") == []
    assert tshark("-Y", "_ws.expert.severity == error") == []


def test_checksums_were_looked_at(tshark, frames):
    good = tshark("-Y", 'tcp.checksum.status == "Good"')
    assert len(good) == sum(flags(f) is not None for f in frames)


def test_every_frame_is_vlan_7_and_pppoe(frames, truth):
    assert len(frames) == truth["frames"]
    assert {f["vlan.id"] for f in frames} == {"7"}
    assert {f["ppp.protocol"] for f in frames} == {"0x0021", "0x0057", "0xc021"}
    assert all(f[end].startswith("00:00:5e:00:53:")
               for f in frames for end in ("eth.src", "eth.dst"))


def test_addresses_are_nobodys(tshark):
    """Those that ICMP errors quote and DNS answers give included."""
    names = ("ip.addr", "ipv6.addr", "dns.a", "dns.aaaa")
    wanted = [word for name in names for word in ("-e", name)]
    lines = tshark("-T", "fields", "-E", "occurrence=a", *wanted)
    for address in {text for line in lines for text in re.split("[\t,]", line) if text}:
        assert any(ip_address(address) in network for network in DOCUMENTATION
                   if network.version == ip_address(address).version), address


def test_a_day_in_order(frames):
    times = [int(f["frame.time_epoch"].replace(".", "")[:16]) for f in frames]
    assert all(a < b for a, b in zip(times, times[1:]))
    assert 86_399_000_000 < times[-1] - times[0] < 86_400_000_000


def test_published_figures(probes):
    ports = {port for _, port, _ in probes if port}
    assert len({scanner for scanner, _, _ in probes}) == 1018
    assert len(ports) == 1167
    assert len({port.split("/")[1] for port in ports}) == 1167
    assert not any(f["ipv6.src"] for _, _, f in probes)


def test_telnet_sql_ssh_in_front_with_a_margin(probes):
    top = Counter(port for _, port, _ in probes if port).most_common(4)
    assert [port for port, _ in top[:3]] == ["tcp/23", "tcp/1433", "tcp/22"]
    assert all(a[1] > 1.2 * b[1] for a, b in zip(top, top[1:]))


def test_ipv6_brings_answers_and_neighbours_only(frames):
    """Nothing but the router starts anything over IPv6, beyond its own link."""
    asked = {f["ipv6.dst"] for f in frames if f["ipv6.src"] == "2001:db8:77::1"}
    for f in frames:
        if f["ipv6.dst"] == "2001:db8:77::1":
            assert f["ipv6.src"] in asked and flags(f) != SYN
    assert sum(bool(f["ipv6.src"]) for f in frames) > 500


def test_scanners_get_no_conversation(frames, probes):
    scanners = {scanner for scanner, _, _ in probes}
    for f in frames:
        if f["ip.src"] == ROUTER and f["ip.dst"] in scanners:
            assert f["icmp.type"] in ("3", ECHO_REPLY) or flags(f) & RST_BIT
        if f["ip.src"] in scanners:
            assert flags(f) in (SYN, None)


def test_only_two_ping_and_are_answered(frames, probes, truth):
    pinging = Counter(scanner for scanner, port, _ in probes if not port)
    answered = Counter(f["ip.dst"] for f in frames
                       if f["ip.src"] == ROUTER and f["icmp.type"] == ECHO_REPLY)
    assert sorted(pinging, key=ip_address) == truth["ping"] and len(pinging) == 2
    assert answered == pinging


def test_organisation_sweeps_in_order(probes, truth):
    block = truth["organisation"]
    sweep = [(scanner, int(port.split("/")[1])) for scanner, port, _ in probes
             if ip_address(scanner) in ip_network(block["prefix"])]
    assert {scanner for scanner, _ in sweep} == set(block["scanners"])
    for who in [set(block["scanners"]), *({one} for one in block["scanners"])]:
        ports = [port for scanner, port in sweep if scanner in who]
        assert len(ports) > 50 and ports == sorted(set(ports))


def tool(frame):
    """What the fingerprints of the tools say of a probe; more than one would be a flaw."""
    ident, found = int(frame["ip.id"], 16), []
    if ident == 54321:
        found.append("ZMap")
    if flags(frame) == SYN:
        target, seq = int(ip_address(ROUTER)), int(frame["tcp.seq_raw"])
        window, options = int(frame["tcp.window_size_value"]), frame["tcp.options"]
        if ident == (target ^ int(frame["tcp.dstport"]) ^ seq) & 0xFFFF:
            found.append("Masscan")
        if seq == target:
            found.append("Mirai")
        if window in (1024, 2048, 3072, 4096) and options == "020405b4":
            found.append("Nmap")
        if (window, options) == (512, ""):
            found.append("hping")
    assert len(found) < 2, frame
    return found[0] if found else None


def test_truth_is_what_tshark_sees(probes, truth):
    scan, by_port = truth["scan"], defaultdict(list)
    for scanner, port, _ in probes:
        if port:
            by_port[port].append(scanner)
    assert (scan["packets"], scan["scanners"], scan["ports"]) == (len(probes), 1018, 1167)
    assert {row[0]: tuple(row[1:]) for row in scan["by_port"]} == \
        {port: (len(who), len(set(who))) for port, who in by_port.items()}
    kinds = {None: "ICMP echo", "tcp": "TCP SYN", "udp": "UDP"}
    assert scan["by_technique"] == \
        Counter(kinds[port and port.split("/")[0]] for _, port, _ in probes)
    tools = Counter(tool(f) for _, _, f in probes)
    del tools[None]
    assert scan["by_tool"] == tools
    packets = Counter(scanner for scanner, _, _ in probes)
    assert all(packets[row["address"]] == row["packets"] for row in truth["top_scanners"])


def test_udp_probes_are_no_stream(probes):
    """Each is a flow of its own, so that nobody can take them for a one-way stream."""
    flows = [(s, f["udp.srcport"], port) for s, port, f in probes if port and port[:3] == "udp"]
    assert len(flows) == len(set(flows))


def test_backscatter_is_all_that_is_left(frames, probes, truth):
    """What arrives from strangers who sent no probe: answers, and from no scanner."""
    scanners, known = {scanner for scanner, _, _ in probes}, friends(frames)
    rest = [f for f in frames if f["ip.dst"] == ROUTER
            and f["ip.src"] not in scanners and f["ip.src"] not in known]
    sources = {f["ip.src"] for f in rest}
    assert truth["backscatter"] == {"packets": len(rest), "sources": len(sources)}
    for f in rest:
        assert flags(f) == SYN_ACK or (flags(f) or 0) & RST_BIT or f["icmp.type"] in ("3", "11") \
            or f["dns.flags.response"] in YES


def test_own_traffic_is_answered(frames):
    """Every server the router asked has answered, and nearly every time."""
    asked, answered = Counter(), Counter()
    for f in frames:
        if f["udp.dstport"] in ("53", "123") and f["eth.src"].endswith("01") and not f["icmp.type"]:
            asked[f["ip.dst"] or f["ipv6.dst"]] += 1
        if f["udp.srcport"] in ("53", "123") and f["eth.src"].endswith("02"):
            answered[f["ip.src"] or f["ipv6.src"]] += 1
    assert len(asked) == 7
    assert all(0 <= asked[server] - answered[server] <= 6 for server in asked)
    assert sum(asked.values()) - sum(answered[server] for server in asked) > 0
