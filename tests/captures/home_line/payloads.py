# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the packets of the synthetic line say: well-formed application payloads, nothing more.

UDP_PROBES at the end lists what a scanner asks each UDP port.
"""
import struct

DNS_A, DNS_TXT, DNS_AAAA, DNS_ANY = 1, 16, 28, 255
DNS_IN, DNS_CHAOS = 1, 3
DNS_A_EXAMPLE = bytes([192, 0, 2, 1])
DNS_RECURSION_DESIRED = 0x0100
DNS_RESPONSE = 0x8180                   # QR, recursion desired and available, no error
DNS_NAME_OF_QUESTION = 0xC00C           # a compression pointer to the first name

NTP_UNIX_EPOCH = 2208988800             # seconds from 1900 to 1970
NTP_CLIENT, NTP_SERVER = 0x23, 0x24     # leap 0, version 4, mode 3 and 4

TLS_HANDSHAKE, TLS_CHANGE_CIPHER, TLS_DATA = 22, 20, 23
TLS_1_2, TLS_1_3 = 0x0303, 0x0304
TLS_AES_128_GCM_SHA256 = 0x1301


def dns_question(name, kind, klass=DNS_IN):
    """One entry of the question section."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return labels + struct.pack("!BHH", 0, kind, klass)


def dns_query(ident, name, kind, klass=DNS_IN):
    """A query with one question."""
    return struct.pack("!HHHHHH", ident, DNS_RECURSION_DESIRED, 1, 0, 0, 0) \
        + dns_question(name, kind, klass)


def dns_answer(ident, name, kind, data, ttl=300):
    """A response that repeats the question and gives one record."""
    return struct.pack("!HHHHHH", ident, DNS_RESPONSE, 1, 1, 0, 0) + dns_question(name, kind) \
        + struct.pack("!HHHIH", DNS_NAME_OF_QUESTION, kind, DNS_IN, ttl, len(data)) + data


def ntp_time(time_us):
    """Microseconds since the epoch as NTP's 32.32 fixed point number."""
    seconds, micros = divmod(time_us, 1_000_000)
    return (seconds + NTP_UNIX_EPOCH) << 32 | (micros << 32) // 1_000_000


def ntp_request(time_us):
    """What an NTP client sends: only its own clock is filled in."""
    return struct.pack("!BBbbIIIQQQQ", NTP_CLIENT, 0, 10, -20, 0, 0, 0, 0, 0, 0, ntp_time(time_us))


def ntp_reply(asked_us, received_us, reference):
    """A stratum 2 server's answer; reference is its upstream's identifier."""
    return struct.pack("!BBbbII4sQQQQ", NTP_SERVER, 2, 10, -23, 0x0100, 0x0200, reference,
                       ntp_time(received_us - 64_000_000), ntp_time(asked_us),
                       ntp_time(received_us), ntp_time(received_us + 40))


def tls_record(kind, body):
    """One TLS record."""
    return struct.pack("!BHH", kind, TLS_1_2, len(body)) + body


def tls_extension(kind, body):
    """One extension of a hello."""
    return struct.pack("!HH", kind, len(body)) + body


def tls_handshake(kind, body):
    """One handshake message in a record of its own; its length has three octets."""
    return tls_record(TLS_HANDSHAKE, bytes([kind]) + len(body).to_bytes(3, "big") + body)


def tls_client_hello(random, host):
    """A TLS 1.3 client hello for that host name; random has 32 octets."""
    name = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host.encode()
    extensions = tls_extension(0, name) + tls_extension(43, struct.pack("!BH", 2, TLS_1_3))
    return tls_handshake(1, struct.pack("!H", TLS_1_2) + random + b"\0"
                         + struct.pack("!HHBB", 2, TLS_AES_128_GCM_SHA256, 1, 0)
                         + struct.pack("!H", len(extensions)) + extensions)


def tls_server_hello(random):
    """The server's hello, and the change of cipher that middleboxes expect behind it."""
    extensions = tls_extension(43, struct.pack("!H", TLS_1_3))
    return tls_handshake(2, struct.pack("!H", TLS_1_2) + random + b"\0"
                         + struct.pack("!HB", TLS_AES_128_GCM_SHA256, 0)
                         + struct.pack("!H", len(extensions)) + extensions) \
        + tls_record(TLS_CHANGE_CIPHER, b"\1")


def tls_data(ciphertext):
    """Application data, as opaque as it is on a real line."""
    return tls_record(TLS_DATA, ciphertext)


DHCPV6_CLIENT_ID, DHCPV6_SERVER_ID, DHCPV6_ELAPSED, DHCPV6_IA_PD, DHCPV6_IA_PREFIX = 1, 2, 8, 25, 26


def dhcpv6(kind, transaction, mac, server_mac=None, prefix=None):
    """A DHCPv6 message about one delegated /56; DUIDs are of the link-layer type."""
    def option(code, body):
        return struct.pack("!HH", code, len(body)) + body

    def duid(address):
        return struct.pack("!HH", 3, 1) + address

    delegation = struct.pack("!III", 1, 3600, 5400)
    if prefix:
        delegation += option(DHCPV6_IA_PREFIX,
                             struct.pack("!IIB", 7200, 14400, 56) + prefix.packed)
    message = bytes([kind]) + transaction.to_bytes(3, "big") + option(DHCPV6_CLIENT_ID, duid(mac))
    if server_mac:
        message += option(DHCPV6_SERVER_ID, duid(server_mac))
    return message + option(DHCPV6_ELAPSED, b"\0\0") + option(DHCPV6_IA_PD, delegation)


SIP_OPTIONS = (b"OPTIONS sip:100@203.0.113.77 SIP/2.0\r\n"
               b"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport\r\n"
               b"From: <sip:100@192.0.2.1>;tag=1\r\nTo: <sip:100@203.0.113.77>\r\n"
               b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
SSDP_SEARCH = (b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
               b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n')
SNMP_GET = bytes.fromhex(                       # v2c, community "public", sysDescr.0
    "302602010104067075626c6963a019020100020100020100300e300c06082b060102010101000500")
CLDAP_SEARCH = bytes.fromhex(                   # root object, (objectclass=*)
    "3025020101632004000a01000a0100020100020100010100870b6f626a656374636c6173733000")
RPC_PORTMAP_DUMP = struct.pack("!10I", 0x1A2B3C4D, 0, 2, 100000, 2, 4, 0, 0, 0, 0)
NETBIOS_STATUS = struct.pack("!6H", 0x4E42, 0, 1, 0, 0, 0) \
    + b"\x20CK" + b"A" * 30 + struct.pack("!BHH", 0, 0x21, 1)
RIP_REQUEST = struct.pack("!BBHHHIIII", 1, 2, 0, 0, 0, 0, 0, 0, 16)
RMCP_PING = bytes.fromhex("0600ff06000011be80000000")
STUN_BINDING = struct.pack("!HHI", 1, 0, 0x2112A442) + b"scan-noise-1"
COAP_GET = bytes.fromhex("40010001") + b"\xbb.well-known\x04core"
BACNET_WHO_IS = bytes.fromhex("810b000c0120ffff00ff1008")
STEAM_INFO = b"\xff\xff\xff\xffTSource Engine Query\0"

UDP_PROBES = {                                  # a port that is missing here gets an empty datagram
    53: dns_query(0x5678, "version.bind", DNS_TXT, DNS_CHAOS),
    69: b"\0\1config\0octet\0",
    111: RPC_PORTMAP_DUMP,
    123: ntp_request(0),
    137: NETBIOS_STATUS,
    161: SNMP_GET,
    389: CLDAP_SEARCH,
    520: RIP_REQUEST,
    623: RMCP_PING,
    1434: b"\2",                                # "which SQL servers are here?"
    1900: SSDP_SEARCH,
    3478: STUN_BINDING,
    5060: SIP_OPTIONS,
    5353: dns_query(0, "_services._dns-sd._udp.local", 12),
    5683: COAP_GET,
    11211: b"\0\1\0\0\0\1\0\0stats\r\n",
    27015: STEAM_INFO,
    47808: BACNET_WHO_IS,
    53413: b"AA\0\0AAAA\0",           # the Netis router's back door
}
