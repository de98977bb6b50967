# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary programs of an ordinary line, run inside the lab's namespaces by lab.py and runs.py.

    services.py serve                       HTTP (80, 8080), a banner and echo (22), DNS and UDP echo
    services.py serve-tcp                   the first two of these
    services.py collect PORT                takes datagrams and never answers
    services.py use ADDRESS...              HTTP, DNS and ping towards each address, until stopped
    services.py session ADDRESS             one TCP session, a line now and then, until stopped

The clients print "ready" after the first full round, and "failed: ..." when a server does not answer:
a client that fails would not be a benign one.
"""
import ipaddress
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTTP_PORTS, ECHO_PORT, DNS_PORT, UDP_ECHO_PORT = (80, 8080), 22, 53, 7777
PAUSE_S = 0.1
REPLY_S = 5
stopping = threading.Event()


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<p>An ordinary page.</p>\n" * 40
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class WebServer(ThreadingHTTPServer):
    address_family = socket.AF_INET6    # and IPv4, as mapped addresses
    request_queue_size = 128
    daemon_threads = True


def serve(udp=True):
    for port in HTTP_PORTS:
        threading.Thread(target=WebServer(("::", port), Page).serve_forever, daemon=True).start()
    listener = socket.create_server(("::", ECHO_PORT), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
    threading.Thread(target=accept_echo, args=(listener,), daemon=True).start()
    # One socket per address: an answer must come from the address that was asked.
    for address in own_addresses() if udp else ():
        for port, answer in ((DNS_PORT, dns_answer), (UDP_ECHO_PORT, lambda question: question)):
            threading.Thread(target=serve_udp, args=(udp_socket(address, port), answer), daemon=True).start()
    print("ready", flush=True)
    stopping.wait()


def own_addresses():
    """All but loopback and link-local. The kernel lists them: no address is written here."""
    with os.popen("ip -o addr show scope global") as listing:
        return [line.split()[3].split("/")[0] for line in listing]


def accept_echo(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=echo, args=(connection,), daemon=True).start()


def echo(connection):
    with connection:
        try:
            connection.sendall(b"220 lab\r\n")
            while data := connection.recv(4096):
                connection.sendall(data)
        except OSError:
            pass                        # a scanner resets; servers live with that


def family_of(address):
    return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET


def udp_socket(address, port):
    made = socket.socket(family_of(address), socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


def collect(port):
    sock = udp_socket("::", int(port))
    print("ready", flush=True)
    while True:
        sock.recv(65536)


def serve_udp(sock, answer):
    while True:
        question, whom = sock.recvfrom(4096)
        reply = answer(question)
        if reply:
            sock.sendto(reply, whom)


def dns_answer(question):
    """One A record, to whoever asks one question (RFC 1035, 4.1)."""
    if len(question) < 17 or question[2] & 0x80:
        return None
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + ipaddress.ip_address("192.0.2.10").packed
    return question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + question[12:] + record


def use(addresses):
    rounds = 0
    while not stopping.is_set():
        rounds += 1
        for address in addresses:
            fetch(address)
            resolve(address, rounds)
            ping(address, rounds)
        if rounds == 1:
            print("ready", flush=True)
        stopping.wait(PAUSE_S)


def fetch(address):
    connection = HTTPConnection(address, HTTP_PORTS[0], timeout=REPLY_S)
    connection.request("GET", "/")
    assert connection.getresponse().read()
    connection.close()


def resolve(address, number):
    question = (struct.pack("!HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0)
                + b"\3www\7example\0" + struct.pack("!HH", 1, 1))
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(REPLY_S)
        sock.connect((address, DNS_PORT))
        sock.send(question)
        assert sock.recv(4096)[:2] == question[:2]


def ping(address, number):
    """An echo request as ping(8) sends it; one identifier per process, as ping has."""
    ipv6 = ":" in address
    request, reply = (128, 129) if ipv6 else (8, 0)
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    head = struct.pack("!HH", os.getpid() & 0xFFFF, number & 0xFFFF)
    message = head + bytes(range(56))
    total = 0 if ipv6 else checksum(bytes([request, 0, 0, 0]) + message)      # IPv6: the kernel's work
    with socket.socket(family_of(address), socket.SOCK_RAW, protocol) as sock:
        sock.sendto(struct.pack("!BBH", request, 0, total) + message, (address, 0))
        end = time.monotonic() + REPLY_S
        while select.select([sock], [], [], max(0, end - time.monotonic()))[0]:
            data = sock.recv(4096)
            data = data if ipv6 else data[(data[0] & 15) * 4:]
            if data[0] == reply and data[4:8] == head:
                return
    raise TimeoutError(f"{address} does not answer pings")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def session(address):
    with socket.create_connection((address, ECHO_PORT), timeout=REPLY_S) as connection:
        assert connection.recv(4096)
        first = True
        while not stopping.is_set():
            connection.sendall(b"still here\r\n")
            assert connection.recv(4096)
            if first:
                print("ready", flush=True)
            first = False
            stopping.wait(PAUSE_S)


def main(role, *arguments):
    # The flag ends a client between two rounds, never in the middle of an exchange.
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        {"serve": serve, "serve-tcp": lambda: serve(udp=False), "collect": lambda: collect(*arguments),
         "use": lambda: use(arguments), "session": lambda: session(*arguments)}[role]()
    except (OSError, AssertionError) as error:
        print(f"failed: {error!r}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
