# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Situations: what real programs send when nobody scans and a count of failures says otherwise, and what
scanners send that a count of failures misses.

Each says which programs make it, why the verdict is what it is, which frames are scans, and in which settings
that must hold. What is innocent for reasons seen in the capture is innocent in EVERY setting; what only the
direction tells, in those that show one (OUTWARD).
"""
import hashlib
import time
from dataclasses import dataclass
from typing import Callable, Optional

import world as w
from packets import ICMP, RST, SYN, TCP

EVERY, OUTWARD = ("global", "private", "home"), ("private", "home")
PROBE_PORT = 40999                      # nmap -g: tells a scanner's probes from its other packets


@dataclass(frozen=True)
class Situation:
    name: str
    programs: str                       # needed to make it
    why: str
    play: Callable                      # of a world.World, while it is captured
    at_least: int                       # so many frames are `counted`, or the programs did not do their work
    counted: Optional[Callable] = None  # of a packets.Packet; None: those that are scans
    scans: Optional[Callable] = None    # of a packets.Packet: a scan; None: there is none
    either: Optional[Callable] = None   # of a packets.Packet: any verdict is right
    settings: tuple = EVERY
    interface: str = "eth0"


SITUATIONS = []


def situation(programs, why, at_least, **more):
    """Registers a function as the play of a situation of its name."""
    def register(play):
        SITUATIONS.append(Situation(play.__name__, programs, why, play, at_least, **more))
        return play
    return register


def from_scanner(packet):
    """What SCANNER sends; its kernel's complaints about answers are neither here nor there."""
    return packet.source == w.SCANNER and not packet.is_icmp_error


def to(*targets):
    return lambda packet: packet.target in targets


def at_port(port):
    return lambda packet: packet.port == port


def probes_only(packet):
    return packet.source == w.SCANNER and packet.protocol == TCP and packet.source_port == PROBE_PORT


# --- Nobody scans: clients -------------------------------------------------------------------------

@situation("haproxy", "a returning client: connections answered and left unused, again and again", 4,
           counted=to(w.DEAD[0]))
def haproxy_checks(world):
    backends = [f"{site}:80" for site in w.SITES[:3]] + [f"{w.SITES[0]}:81", f"{w.DEAD[0]}:80"]
    servers = "".join(f"  server s{n} {backend} check inter 1500ms\n" for n, backend in enumerate(backends))
    config = world.file("haproxy.cfg", "defaults\n  mode tcp\n  timeout connect 1s\n  timeout client 5s\n"
                                       "  timeout server 5s\nlisten web\n  bind 127.0.0.1:9000\n" + servers)
    world.services(world.outside, "serve-tcp")
    world.start(world.inside, "haproxy", "-db", "-f", config)
    time.sleep(9)


@situation("curl dnsmasq", "asked by name: RFC 8305 tries an IPv6 address that DNS has named", 6,
           counted=to(*w.DEAD6))
def happy_eyeballs(world):
    world.services(world.outside, "serve-tcp")
    world.names(**{f"site{n}_example": f"{w.SITES[n]} {w.DEAD6[n]}" for n in range(6)})
    world.resolving(world.inside, "".join(f"curl -sS -m 5 -o /dev/null http://site{n}.example/\n" for n in range(6)))


@situation("curl dnsmasq", "asked by name: third parties of a page that are dead", 12,
           counted=to(*w.DEAD))
def dead_third_parties(world):
    world.services(world.outside, "serve-tcp")
    world.names(**{f"site{n}_example": w.SITES[n] for n in range(5)},
                **{f"ads{n}_example": w.DEAD[n] for n in range(12)})
    names = [f"site{n}.example" for n in range(5)] + [f"ads{n}.example" for n in range(12)]
    world.resolving(world.inside, "".join(f"curl -s -m 3 -o /dev/null http://{name}/ &\n" for name in names) + "wait")


@situation("dig", "a stub resolver's dead server is one contact, however often it is tried", 5,
           counted=to(w.DEAD[0]))
def dead_resolver(world):
    world.together(world.inside, [f"for n in 1 2 3; do dig +tries=2 +timeout=1 @{w.DEAD[0]} name$n.example; done"])


@situation("traceroute tracepath mtr", "path measurement says nothing about the target's port", 40,
           counted=lambda packet: packet.is_icmp_error)
def traceroutes(world):
    ways = [f"traceroute -n -m 8 -q 2 -w 1 {way} {target}" for way in ("", "-I", "-T -p 80", "-U -p 53")
            for target in (w.SITES[0], w.DEAD[0])]
    ways += [f"tracepath -n -m 5 {w.SITES[1]}", f"tracepath -n -m 4 {w.DEAD[1]}",
             f"traceroute -6 -n -m 5 {w.SITES6[0]}"]
    ways += [f"mtr -n -r -c 2 -i 0.5 -G 1 -m 6 {way} {target}" for way in ("", "-u", "-T -P 443")
             for target in (w.SITES[2], w.DEAD[2])]
    world.services(world.outside, "serve-tcp")
    world.together(world.inside, ways, seconds=40)


@situation("traceroute", "path measurement, from outside to hosts inside", 6,
           counted=lambda packet: packet.is_icmp_error)
def traceroutes_inward(world):
    world.services(world.inside, "serve")
    world.together(world.outside, [f"traceroute -n -s {w.USER} -m 7 -q 2 -w 1 {way} {target}"
                                   for way in ("", "-I", "-T -p 80") for target in (w.INSIDE[1], w.DEAD_INSIDE[0])])


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, (bytes, str)):
        value = value.encode() if isinstance(value, str) else value
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


def make_torrent(world, tracker, seed, dead):
    """A folder with a torrent, its file, and what the tracker says: compact peers (BEP 23)."""
    data, size = bytes(range(256)) * 512, 32768
    peers = b"".join(bytes(map(int, peer.split("."))) + (6881).to_bytes(2, "big") for peer in [seed, *dead])
    pieces = b"".join(hashlib.sha1(data[at:at + size]).digest() for at in range(0, len(data), size))
    info = {"length": len(data), "name": "file", "piece length": size, "pieces": pieces}
    for folder in ("seed", "get", "tracker"):
        (world.folder / folder).mkdir()
    (world.folder / "seed/file").write_bytes(data)
    (world.folder / "tracker/announce").write_bytes(bencode({"interval": 60, "peers": peers}))
    torrent = world.folder / "file.torrent"
    torrent.write_bytes(bencode({"announce": f"http://{tracker}:6969/announce", "info": info}))
    return torrent


@situation("aria2c", "outward, and fewer failed contacts than a scan has: a tracker's peers that are gone", 12,
           counted=to(*w.DEAD), settings=OUTWARD)
def bittorrent(world):
    seed, tracker = w.SITES[0], w.SITES[1]
    torrent = make_torrent(world, tracker, seed, w.DEAD[:12])
    plain = "--no-conf --enable-dht=false --enable-dht6=false --disable-ipv6 --bt-enable-lpd=false --dir={0}"
    world.start(world.outside, "python3", "-u", "-m", "http.server", "6969", "--bind", tracker, "-d",
                world.folder / "tracker", ready="Serving")
    world.start(world.outside, "aria2c", *plain.format(world.folder / "seed").split(), f"--interface={seed}",
                "--listen-port=6881", "--check-integrity=true", "--seed-ratio=0.0", torrent, ready="listening on TCP")
    world.shell(world.inside, f"aria2c {plain.format(world.folder / 'get')} --listen-port=6891 --seed-time=0.1"
                              f" --connect-timeout=3 --bt-max-peers=30 {torrent}", until=12.0)


@situation("unbound dig", "asked by name: name servers that a referral names, some of them dead", 8,
           counted=to(*w.DEAD))
def lame_name_servers(world):
    root, live = "203.0.113.2", "203.0.113.3"
    zone = "$TTL 60\n@ SOA a.root. x.root. 1 60 60 60 60\n@ NS a.root.\na.root. A " + root + "\n"
    for n in range(8):
        zone += "".join(f"d{n}.example. NS ns{k}.d{n}.example.\nns{k}.d{n}.example. A {address}\n"
                        for k, address in enumerate([live, *w.DEAD[3 * n:3 * n + 3]]))
    local = "".join(f'  local-zone: "d{n}.example." static\n  local-data: "www.d{n}.example. 60 A {w.SITES[n]}"\n'
                    for n in range(8))
    common = '  do-daemonize: no\n  username: ""\n  chroot: ""\n  pidfile: ""\n  use-syslog: no\n  do-ip6: no\n'
    access = "  access-control: 0.0.0.0/0 allow\n  module-config: iterator\n  verbosity: 1\n"
    hints = world.file("hints", f". 3600000 NS a.root.\na.root. 3600000 A {root}\n")
    root_zone = world.file("root.zone", zone)
    configs = {
        "root": f"server:\n  interface: {root}\n{common}{access}auth-zone:\n  name: .\n  zonefile: {root_zone}\n"
                "  for-downstream: yes\n",
        "leaf": f"server:\n  interface: {live}\n{common}{access}{local}",
        "client": f"server:\n  interface: 127.0.0.1\n{common}{access}  root-hints: {hints}\n"}
    for name, host in (("root", world.outside), ("leaf", world.outside), ("client", world.inside)):
        world.start(host, "unbound", "-d", "-c", world.file(f"{name}.conf", configs[name] + "remote-control:\n"
                                                            "  control-enable: no\n"), ready="start of service")
    world.together(world.inside, [f"dig +tries=1 +timeout=8 @127.0.0.1 www.d{n}.example" for n in range(8)])


@situation("in.tftpd tftp", "answered from elsewhere: RFC 1350 answers from a new port", 6,
           counted=lambda packet: packet.source == w.SITES[0] and packet.source_port != 69)
def tftp(world):
    shared, got = world.folder / "shared", world.folder / "got"
    for folder in (shared, got):
        folder.mkdir()
        folder.chmod(0o755)
    for name in ("one", "two"):
        (shared / name).write_bytes(b"x" * 1800)
        (shared / name).chmod(0o644)
    world.start(world.outside, "in.tftpd", "-L", "--address", f"{w.SITES[0]}:69", "-u", "nobody", "-s", shared)
    time.sleep(0.5)
    world.shell(world.inside, f"cd {got}; printf 'get one\\nget two\\nget missing\\nquit\\n' | tftp -4 {w.SITES[0]}")


@situation("logger", "repetition: one contact, which never answers by design (RFC 5426)", 6,
           counted=at_port(514))
def syslog_lines(world):
    world.services(world.outside, "collect", "514")
    world.shell(world.inside, f"for n in 1 2 3 4 5 6; do logger -d -n {w.SITES[0]} -P 514 line $n; sleep 0.5; done")


@situation("rsyslogd logger", "repetition: a relay's stream of differing datagrams to two collectors", 10,
           counted=at_port(514), settings=OUTWARD)
def syslog_relay(world):
    forward = "".join(f'action(type="omfwd" target="{site}" port="514" protocol="udp")\n' for site in w.SITES[:2])
    config = world.file("rsyslog.conf", 'module(load="imudp")\ninput(type="imudp" port="5514" address="127.0.0.1")\n'
                                        + forward)
    world.services(world.outside, "collect", "514")
    world.start(world.inside, "rsyslogd", "-n", "-f", config, "-i", world.folder / "rsyslog.pid")
    time.sleep(1)
    world.shell(world.inside, "for n in 1 2 3 4 5 6; do logger -d -n 127.0.0.1 -P 5514 line $n; sleep 0.5; done")
    time.sleep(1)


@situation("wireguard-go wg", "a working socket: two of six peers are there", 8,
           counted=to(*w.DEAD))
def wireguard(world):
    def keys(name):
        world.shell(world.inside, f"cd {world.folder}; umask 077; wg genkey >{name}; wg pubkey <{name} >{name}.pub")
        return (world.folder / f"{name}.pub").read_text().strip()

    def tunnel(host, name, port, peers):
        world.start(host, "wireguard-go", "-f", name)
        time.sleep(1)
        words = " ".join(f"peer {key} allowed-ips {net} persistent-keepalive 1" + (f" endpoint {end}" if end else "")
                         for key, net, end in peers)
        world.shell(host, f"wg set {name} listen-port {port} private-key {world.folder}/{name[-2:]} {words}\n"
                          f"ip link set {name} up")
    # The control sockets are files of the whole machine: their names must be this world's own.
    mark = world.inside.netns.split("-")[1] + world.inside.netns.split("-w")[1].split("-")[0]
    public = {name: keys(name) for name in ("me", "p0", "p1", "p2", "p3", "p4", "p5")}
    ends = [f"{w.SITES[0]}:51821", f"{w.SITES[0]}:51822", *(f"{address}:51820" for address in w.DEAD[:4])]
    for n in (0, 1):
        tunnel(world.outside, f"wg{mark}p{n}", 51821 + n, [(public["me"], "192.0.2.0/24", "")])
    peers = [(public[f"p{n}"], f"198.51.100.{n}/32", end) for n, end in enumerate(ends)]
    tunnel(world.inside, f"wg{mark}me", 51820, peers)
    time.sleep(11)


@situation("dnsmasq dhclient ip", "DHCP: a ping before the lease, a renewal that nobody answers (RFC 2131)", 6,
           counted=lambda packet: packet.port in (67, 68) or packet.protocol == ICMP)
def dhcp(world):
    world.router.ip("addr", "add", f"{w.ROUTER}/24", "dev", "eth0")
    server = world.start(world.router, *w.DNSMASQ, "--port=0", "--interface=eth0",
                         "--dhcp-range=192.0.2.50,192.0.2.60,255.255.255.0,2m",
                         f"--dhcp-leasefile={world.folder}/leases", "--dhcp-broadcast", ready="started")
    script = world.file("script", "#!/bin/sh\n"
                        '[ -z "$new_ip_address" ] || ip addr replace $new_ip_address/32 dev $interface\n')
    script.chmod(0o755)
    config = world.file("dhclient.conf", "supersede dhcp-renewal-time 2;\nsupersede dhcp-rebinding-time 7;\n")
    world.start(world.inside, "dhclient", "-d", "-4", "-cf", config, "-sf", script, "-pf", world.folder / "pid", "-lf",
                world.folder / "client.leases", "eth0", ready="bound to")
    server.stop()
    time.sleep(10)


@situation("ping curl", "repetition: a monitor pings the same few hosts, three of which are down", 24,
           counted=to(*w.DEAD))
def ping_monitor(world):
    world.services(world.outside, "serve-tcp")
    hosts = [*w.SITES[:4], *w.DEAD[:3]]
    world.together(world.inside, [*(f"ping -n -q -i 0.7 -c 9 {host}" for host in hosts),
                                  f"curl -s -o /dev/null http://{w.SITES[0]}/"])


@situation("curl python3", "a packet from a host to itself is no noise: ::1 refuses before 127.0.0.1 answers", 8,
           counted=lambda packet: packet.flags and packet.flags & RST, interface="lo")
def own_host(world):
    world.start(world.inside, "python3", "-u", "-m", "http.server", "8090", "--bind", "127.0.0.1", ready="Serving")
    both = "curl -s -o /dev/null --resolve 'a.example:8090:[::1],127.0.0.1' http://a.example:8090/"
    world.shell(world.inside, f"for n in 1 2 3; do {both}; done\n"
                              "for n in 1 2 3 4 5 6 7 8; do curl -s http://[::1]:809$n/; done")


# --- Nobody scans: servers, and clients from outside ------------------------------------------------

@situation("ngircd curl", "acquainted hosts: a server asks its client's port 113 (RFC 1413)", 12,
           counted=at_port(113))
def ident(world):
    config = world.file("ngircd.conf", "[Global]\nName = irc.example\nInfo = x\nListen = 192.0.2.10\nServerUID = root\n"
                                       "ServerGID = root\n[Options]\nIdent = yes\nDNS = yes\nPAM = no\n[Limits]\n"
                                       "MaxConnectionsIP = 0\n")
    drop(world.outside, f"ipproto tcp dport 113 to {w.CLIENTS[0]}", f"ipproto tcp dport 113 to {w.CLIENTS[1]}")
    world.start(world.inside, "ngircd", "-n", "-f", config, ready="Now listening on")
    world.together(world.outside, [
        f"( printf 'NICK n{n}\\r\\nUSER u{n} 0 * :x\\r\\n'; sleep 4; printf 'QUIT\\r\\n' ) |"
        f" curl -s -m 6 --interface {client} telnet://192.0.2.10:6667" for n, client in enumerate(w.CLIENTS)])


@situation("vsftpd curl", "acquainted hosts: active FTP calls its client back (RFC 959), whose firewall says no", 6,
           counted=lambda packet: packet.source_port == 20 and packet.flags == SYN)
def active_ftp(world):
    files = world.folder / "files"
    files.mkdir()
    (files / "file").write_bytes(b"x" * 3000)
    for path, mode in ((files / "file", 0o644), (files, 0o755)):
        path.chmod(mode)
    config = world.file("vsftpd.conf", "listen=YES\nlisten_address=192.0.2.10\nbackground=NO\nanonymous_enable=YES\n"
                                       "port_enable=YES\nconnect_from_port_20=YES\nseccomp_sandbox=NO\n"
                                       "no_anon_password=YES\nxferlog_enable=NO\nconnect_timeout=2\n"
                                       f"anon_root={files}\nsecure_chroot_dir={files}\n")
    drop(world.outside, *(f"ipproto tcp sport 20 to {client}" for client in w.CLIENTS[:3]))
    world.start(world.inside, "vsftpd", config)
    time.sleep(1)
    world.together(world.outside, [f"curl -s -m 5 -o /dev/null --disable-eprt --interface {client} --ftp-port {client}"
                                   " ftp://192.0.2.10/file" for client in w.CLIENTS])


@situation("prometheus-blackbox-exporter curl", "a returning client: a monitor outside connects and closes", 50,
           counted=at_port(80))
def monitor_outside(world):
    config = world.file("blackbox.yml", "modules:\n  tcp:\n    prober: tcp\n    timeout: 2s\n")
    world.services(world.inside, "serve")
    world.start(world.outside, "prometheus-blackbox-exporter", f"--config.file={config}",
                "--web.listen-address=127.0.0.1:9115", ready="Listening on")
    world.outside.ip("route", "change", "192.0.2.0/24", "via", "203.0.113.249", "src", w.USER)
    check = "; ".join(f"curl -s -o /dev/null '127.0.0.1:9115/probe?module=tcp&target={target}:80'"
                      for target in w.INSIDE[1:4])
    world.shell(world.outside, f"for n in 1 2 3 4 5; do {check}; sleep 1.4; done")


def drop(host, *selectors):
    """A firewall without netfilter: packets that match go nowhere. The rule for local addresses moves behind."""
    host.ip("rule", "add", "pref", "10", "lookup", "local")
    host.ip("rule", "del", "pref", "0")
    for selector in selectors:
        host.ip("rule", "add", "pref", "5", *selector.split(), "blackhole")


# --- Somebody scans --------------------------------------------------------------------------------

NMAP = "nmap -n -Pn -T4 --max-retries 1"
SIX = " ".join(w.INSIDE[1:7])


def scan(world, *commands, seconds=60):
    """The scanner at work, while somebody else uses the same services."""
    world.services(world.inside, "serve")
    world.outside.ip("route", "change", "192.0.2.0/24", "via", "203.0.113.249", "src", w.SCANNER)
    visits = "; ".join(f"curl -s -o /dev/null --interface {w.USER} http://{host}/" for host in w.INSIDE[1:7])
    world.together(world.outside, [visits, *commands], seconds)


@situation("nmap curl", "nmap -sT: six ports answer, and nmap resets each connection", 18, scans=from_scanner)
def nmap_connect(world):
    scan(world, f"{NMAP} -sT -p 80 {SIX}")


@situation("nmap curl", "a contact whose first flow went unused gets no credit for the conversations of -sV", 24,
           scans=from_scanner)
def nmap_version(world):
    scan(world, f"{NMAP} -sT -sV --version-intensity 2 -p 80 {SIX}")


@situation("nmap curl", "the same with NSE's scripts, and a dead host", 60, scans=from_scanner)
def nmap_scripts(world):
    scan(world, f"{NMAP} -sS --script banner,http-title -p 22,80 {' '.join(w.INSIDE[1:5])} {w.DEAD_INSIDE[0]}")


@situation("nmap curl", "SYN/ACKs that mostly go to service ports are a scan and no backscatter", 40,
           scans=from_scanner)
def nmap_syn_ack(world):
    scan(world, f"{NMAP} -sS --scanflags SYNACK -p 21-25,80,110,143,443,3389 {' '.join(w.INSIDE[1:5])}")


@situation("nmap curl", "RSTs to service ports, inverse mapping", 20, scans=from_scanner)
def nmap_rst(world):
    scan(world, f"{NMAP} -sS --scanflags RST -p 22,23,80,443,3389 {SIX}")


@situation("nmap curl", "nmap -O: windows and options that no system has; ACK probes that repeat", 30,
           scans=from_scanner)
def nmap_os_detection(world):
    scan(world, f"{NMAP} -O --max-os-tries 1 -p 22,81 {' '.join(w.INSIDE[1:3])}")


@situation("onesixtyone curl", "community strings tried on hosts, one of which answers", 12, scans=from_scanner)
def onesixtyone(world):
    names = world.file("communities", "public\nprivate\n")
    hosts = world.file("hosts", "\n".join(w.INSIDE[1:5] + w.DEAD_INSIDE[:2]) + "\n")
    scan(world, f"onesixtyone -c {names} -i {hosts} -w 20")


@situation("pnscan curl", "banners of port 22 of twenty-six addresses, of which eight are there", 40,
           scans=from_scanner)
def pnscan(world):
    scan(world, "pnscan -t 2000 192.0.2.10:192.0.2.35 22")


@situation("nmap curl", "probes that no connect() makes are a scan, whatever their source converses elsewhere", 10,
           scans=probes_only)
def hides_behind_conversations(world):
    visits = "; ".join(f"curl -s -o /dev/null --interface {w.SCANNER} http://{host}:{port}/"
                       for host in w.INSIDE[1:7] for port in (80, 8080))
    ports = f"-g {PROBE_PORT} -p 3306,5432,9200,6379,11211"
    scan(world, f"{visits}; {NMAP} -sS --max-retries 0 {ports} {w.INSIDE[7]} {w.DEAD_INSIDE[1]}")


@situation("nmap curl", "a scanner that uses what it has found; what it does not probe it uses as anybody", 60,
           scans=probes_only, either=lambda packet: packet.source == w.SCANNER and packet.port == 80)
def scans_then_uses(world):
    uses = "; ".join(f"curl -s -o /dev/null --interface {w.SCANNER} http://{host}:{port}/"
                     for host in w.INSIDE[1:4] * 3 for port in (80, 8080))
    scan(world, f"{NMAP} -sS --max-retries 0 -g {PROBE_PORT} -p 20-30,80 {SIX}; {uses}")


@situation("nmap curl", "NAT: a scanner and users behind one address; what users used is no scan", 24,
           scans=lambda packet: packet.source == w.SCANNER and packet.source_port == PROBE_PORT)
def nat_shared(world):
    uses = "; ".join(f"curl -s -o /dev/null --interface {w.SCANNER} http://{host}:{port}/"
                     for host in w.INSIDE[1:4] * 4 for port in (80, 8080))
    probes = f"{NMAP} -sS --max-retries 0 -g {PROBE_PORT} -p 21,23,25,110,143,445,1433,3306,3389,5432,5900,6379"
    scan(world, uses, f"sleep 0.3; {probes} {w.INSIDE[5]} {w.INSIDE[6]}")


@situation("traceroute curl ping", "one traceroute makes no scanner of a host that converses and pings", 12,
           counted=to(w.DEAD_INSIDE[3]))
def traceroute_and_use(world):
    world.services(world.inside, "serve")
    visits = "; ".join(f"curl -s -o /dev/null --interface {w.USER} http://{host}/" for host in w.INSIDE[1:5])
    world.together(world.outside, [f"traceroute -n -s {w.USER} -m 8 -w 1 {w.DEAD_INSIDE[3]}", visits,
                                   f"ping -n -q -I {w.USER} -c 3 -i 0.5 {w.INSIDE[2]}"])
