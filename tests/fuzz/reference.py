# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict once more: slow, obvious, and written from README's page "How a packet is judged".

Nothing is remembered but the list of packets. Every question goes back to it, and each function below is
a sentence of that page, or of what was added to it where the two disagreed about a stream.
"""
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
SACK_PERMITTED, TIMESTAMPS = 4, 8                       # SN_TCPOPT_ bits
INIT, INIT_ACK, ABORT, COOKIE_ECHO, COOKIE_ACK, DATA = 1, 2, 6, 10, 11, 0

UNANSWERED, REFUSED, UNREACHABLE, HALF_OPEN, CONNECTED, CONVERSATION = (
    "unanswered", "refused", "unreachable", "half-open", "connected", "conversation")
PROBE, TAIL, RESPONSE, MIDDLE, NOTHING = "probe", "tail", "response", "middle", "nothing"
ALL_HOSTS = ip_address("255.255.255.255")

# (request, reply) by IP version and technique.
QUERIES = {4: {"ICMP echo": (8, 0), "ICMP timestamp": (13, 14), "ICMP address mask": (17, 18)},
           6: {"ICMP echo": (128, 129)}}
ERRORS = {4: {3, 11, 12}, 6: {1, 3, 4}}


@dataclass(frozen=True)
class Limits:
    scanning_contacts: int = 4
    aborted_contacts: int = 2
    scanning_ratio: int = 2
    exposing_sources: int = 3
    stream_packets: int = 10
    reuse_seconds: int = 1800
    dark: bool = False
    home: tuple = ()


@dataclass(frozen=True)
class Packet:
    """The facts of one packet, named as in the engine's sn_packet_t. Times in whole seconds."""
    src: object
    dst: object
    transport: str
    time: int = 0
    sport: int = 0
    dport: int = 0
    payload: int = 0
    tcp_flags: int = 0
    tcp_options: int = 0
    icmp_type: int = 0
    sctp_chunk: int = 0
    head: bytes = b""
    to_all: bool = False
    quote: object = None                # the packet that an ICMP error quotes

    @property
    def is_error(self):
        return self.transport == "icmp" and self.icmp_type in ERRORS[self.src.version]

    @property
    def query(self):
        """(technique, "request" or "reply") of an ICMP query, else None."""
        for technique, (request, reply) in QUERIES[self.src.version].items():
            if self.transport == "icmp" and self.icmp_type in (request, reply):
                return technique, "request" if self.icmp_type == request else "reply"
        return None

    @property
    def ends(self):
        """What a flow is a flow of, the same in both directions; None for what belongs to none."""
        if self.transport == "icmp":
            return frozenset((self.src, self.dst)), "icmp", (self.query or [""])[0], self.sport
        if self.transport == "ip":
            return frozenset((self.src, self.dst)), "ip", self.dport
        return frozenset(((self.src, self.sport), (self.dst, self.dport))), self.transport


def is_group(address):
    return address.is_multicast or address == ALL_HOSTS


def is_link_scoped(address):
    return is_group(address) or address.is_link_local or address.is_unspecified


def is_tunnel(p):
    """Its inner packets are flows, it is none."""
    return p.transport == "ip" and p.dport in (4, 41, 47, 137) or p.transport == "udp" and p.dport in (4789, 6081)


# --- How a flow begins ----------------------------------------------------------------------------

def tcp_opening(p):
    flags = p.tcp_flags & (FIN | SYN | RST | PSH | ACK | URG)
    if flags in (SYN | ACK, RST, RST | ACK):
        return RESPONSE, None
    if flags == SYN:
        by_system = p.tcp_options & (SACK_PERMITTED | TIMESTAMPS)
        return PROBE, "TCP connect" if by_system else "TCP SYN"
    in_a_connection = flags & ACK and not flags & (SYN | RST)
    if in_a_connection and p.payload:
        return MIDDLE, None
    named = {0: "TCP NULL", FIN: "TCP FIN", FIN | PSH | URG: "TCP Xmas", FIN | ACK: "TCP Maimon", ACK: "TCP ACK"}
    return TAIL if in_a_connection else PROBE, named.get(flags, "TCP other flags")


def opening(p):
    """(what kind of first packet it is, its technique)."""
    if p.transport == "tcp":
        return tcp_opening(p)
    if p.transport == "udp":
        answer = p.sport == 53 and len(p.head) > 2 and p.head[2] & 0x80
        return (RESPONSE, None) if answer else (PROBE, "UDP")
    if p.transport == "sctp":
        if p.sctp_chunk == INIT:
            return PROBE, "SCTP INIT"
        return (RESPONSE if p.sctp_chunk in (INIT_ACK, ABORT) else MIDDLE), None
    if p.transport == "ip":
        return TAIL, "IP protocol"
    if p.is_error:
        return RESPONSE, None
    if not p.query:
        return NOTHING, None
    technique, role = p.query
    return (PROBE, technique) if role == "request" else (RESPONSE, None)


# --- One flow -------------------------------------------------------------------------------------

@dataclass
class Flow:
    """Packets of the same ends, oldest first; `forward` says of each whether the initiator sent it."""
    packets: list = field(default_factory=list)
    forward: list = field(default_factory=list)
    errors: int = 0                     # that quote it
    answers_group: bool = False         # it answers a question that went to a group
    was_asked_for: bool = False         # a response whose request came later
    began_before: bool = False          # the capture: a response, then what follows on it

    @property
    def first(self):
        return self.packets[0]

    @property
    def source(self):
        return self.first.src

    @property
    def target(self):
        return self.first.dst

    def is_forward(self, p):
        return (p.src, p.sport) == (self.first.src, self.first.sport) if self.first.transport in ("tcp", "udp", "sctp") \
            else p.src == self.first.src

    def add(self, p):
        self.packets.append(p)
        self.forward.append(self.is_forward(p))

    def sent(self, forward):
        return [p for p, f in zip(self.packets, self.forward) if f == forward]

    @property
    def opening(self):
        return opening(self.first)[0]

    @property
    def technique(self):
        named = opening(self.first)[1]
        return "TCP connect" if named == "TCP SYN" and self.completed_at is not None else named

    @property
    def contact(self):
        t = self.first.transport
        port = self.first.query[0] if t == "icmp" and self.first.query else self.first.dport
        return self.target, t, port

    # What happened: positions in the list of packets.

    def where(self, forward, test, after=-1):
        """The first packet of one side, behind a position, that passes a test."""
        if after is None:
            return None
        return next((n for n, p in enumerate(self.packets)
                     if n > after and self.forward[n] == forward and test(p)), None)

    @property
    def answered_at(self):
        """The handshake's answer, or payload where that was not captured; without a handshake, any answer."""
        t = self.first.transport
        if t == "tcp":
            return self.where(False, lambda p: p.tcp_flags & (SYN | ACK | RST) == SYN | ACK or self.has_payload(p))
        if t == "sctp":
            return self.where(False, lambda p: p.sctp_chunk == INIT_ACK)
        return self.where(False, lambda p: True)

    @property
    def completed_at(self):
        t = self.first.transport
        if t == "tcp":
            return self.first_of(self.where(True, self.has_ack, self.answered_at), self.where(
                True, lambda p: self.has_ack(p) and p.payload, 0))      # its answer was not captured
        if t == "sctp":
            return self.where(True, lambda p: p.sctp_chunk == COOKIE_ECHO)   # it holds the answer's cookie
        return None

    @staticmethod
    def first_of(*positions):
        return min((n for n in positions if n is not None), default=None)

    @staticmethod
    def has_ack(p):
        return p.tcp_flags & ACK and not p.tcp_flags & (RST | SYN)

    @staticmethod
    def has_payload(p):
        return p.sctp_chunk == DATA if p.transport == "sctp" else p.payload > 0 and not p.tcp_flags & RST

    @property
    def used(self):
        if self.completed_at is None:
            return False
        return self.where(True, self.has_payload, self.completed_at - 1) is not None

    @property
    def served(self):
        return self.where(False, self.has_payload) is not None

    @property
    def is_refused(self):
        if self.first.transport == "tcp":
            return self.where(False, lambda p: p.tcp_flags & RST) is not None
        return self.first.transport == "sctp" and self.where(False, lambda p: p.sctp_chunk == ABORT) is not None

    @property
    def is_cut_off(self):
        """By the initiator: its RST was the first to close the connection."""
        closing = next((n for n, p in enumerate(self.packets) if n > 0 and p.tcp_flags & (RST | FIN)), None)
        return closing is not None and self.forward[closing] and bool(self.packets[closing].tcp_flags & RST)

    @property
    def is_aborted(self):
        return self.answered_at is not None and self.is_cut_off and not self.used

    @property
    def outcome(self):
        if self.first.transport in ("udp", "icmp", "ip"):
            if self.answered_at is not None:
                return CONVERSATION
            return UNREACHABLE if self.errors else UNANSWERED
        if self.completed_at is not None:
            talked = self.used or self.served and not self.is_cut_off
            return CONVERSATION if talked else CONNECTED
        if self.answered_at is not None:
            return HALF_OPEN
        if self.is_refused:
            return REFUSED
        return UNREACHABLE if self.errors else UNANSWERED

    @property
    def is_closed(self):
        """A connection that there was: after the handshake, a RST or FIN of either side."""
        return self.completed_at is not None and any(p.tcp_flags & (RST | FIN) for p in self.packets[1:])

    @property
    def is_in_use(self):
        """TCP that began before the capture: payload first, or what looks like a tail and goes on."""
        if self.first.transport != "tcp" or self.opening != TAIL:
            return self.opening == MIDDLE
        return (any(not p.tcp_flags & RST for p in self.sent(False)) or any(p.payload for p in self.sent(True))
                or len(self.sent(True)) > 3)

    def is_never_noise(self, limits):
        p = self.first
        return (self.opening == NOTHING or p.to_all or is_link_scoped(p.src) or is_link_scoped(p.dst)
                or self.answers_group or self.was_asked_for or self.began_before or self.is_in_use
                or p.transport in ("udp", "ip") and self.opening != RESPONSE and self.outcome != CONVERSATION
                and len(self.sent(True)) > limits.stream_packets)


# --- All flows ------------------------------------------------------------------------------------

class Capture:
    """All packets, cut into flows."""

    def __init__(self, packets, limits=Limits()):
        self.limits = limits
        self.home = [ip_network(text) for text in limits.home]
        self.flows = []
        self.flow_of = []               # of each packet: (flow, from its initiator), or None
        self.newest = {}
        self.asked_groups = []          # questions that went to a group
        for p in packets:
            self.flow_of.append(self.take(p))

    def take(self, p):
        if p.to_all or is_group(p.dst):
            self.asked_groups.append(p)
        if p.is_error:
            return self.take_error(p)
        if opening(p)[0] == NOTHING:
            return None
        flow = self.newest.get(p.ends)
        if flow and not self.begins_anew(flow, p):
            return self.go_on(flow, p)
        return self.begin(p)

    def begin(self, p):
        flow = Flow()
        flow.add(p)
        flow.answers_group = p.transport == "udp" and any(
            q.transport == "udp" and (q.src, q.sport) == (p.dst, p.dport) for q in self.asked_groups)
        self.flows.append(flow)
        self.newest[p.ends] = flow
        return flow, True

    def begins_anew(self, flow, p):
        """A connection may be idle for days, so for TCP only a SYN begins a new flow."""
        silent = p.time - max(q.time for q in flow.packets) > self.limits.reuse_seconds
        if p.transport != "tcp":
            return silent
        over = flow.is_closed or flow.opening != PROBE or flow.began_before
        answered_by = flow.opening == RESPONSE and not flow.began_before and not flow.is_forward(p)
        return p.tcp_flags == SYN and (silent or over and not answered_by)

    def go_on(self, flow, p):
        """A response that was asked for after all is the other side's flow."""
        if flow.opening == RESPONSE and not flow.is_forward(p) and not flow.began_before and self.goes_on(p):
            flow.was_asked_for = True
            mine, _ = self.begin(p)
            mine.began_before = p.transport == "tcp" and p.tcp_flags != SYN or opening(p)[0] != PROBE
            mine.add(flow.first)        # the answer to this
            return mine, True
        flow.add(p)
        return flow, flow.forward[-1]

    @staticmethod
    def goes_on(p):
        """Whether a packet to who sent a response shows that the response was wanted. A host answers one that
        it never asked for with RST or ABORT; and two that send each other replies have not asked."""
        if p.transport == "tcp":
            return not p.tcp_flags & RST
        if p.transport == "sctp":
            return p.sctp_chunk != ABORT
        return opening(p)[0] == PROBE if p.transport == "icmp" else True

    def take_error(self, p):
        quoted = p.quote
        flow = self.newest.get(quoted.ends) if quoted else None
        if flow:
            if flow.is_forward(quoted):
                flow.errors += 1
            return None
        if quoted and (quoted.to_all or is_link_scoped(quoted.dst) or is_tunnel(quoted)):
            return None
        flow = Flow()
        flow.add(p)
        self.flows.append(flow)
        return flow, True

    # What a source is.

    def contacts(self, source, test):
        return {flow.contact for flow in self.flows if flow.source == source and flow.opening in (PROBE, TAIL)
                and not flow.is_never_noise(self.limits) and test(flow)}

    def is_tail(self, flow):
        return flow.opening == TAIL

    def same_tail(self, source, technique):
        return len(self.contacts(source, lambda flow: self.is_tail(flow) and flow.technique == technique
                                 and flow.outcome != CONVERSATION))

    def failed(self, source):
        return len(self.contacts(source, lambda flow: flow.outcome != CONVERSATION and (
            not self.is_tail(flow)
            or self.same_tail(source, flow.technique) >= self.limits.scanning_contacts)))

    def conversations(self, source):
        return len(self.contacts(source, lambda flow: flow.outcome == CONVERSATION and not flow.first.query))

    def aborted(self, source):
        return len(self.contacts(source, lambda flow: flow.is_aborted))

    def is_scanning_source(self, source):
        n, limits = self.conversations(source), self.limits
        return any(count >= enough and count >= limits.scanning_ratio * n for count, enough in (
            (self.failed(source), limits.scanning_contacts), (self.aborted(source), limits.aborted_contacts)))

    def is_working_client(self, source):
        return 0 < self.conversations(source) >= self.failed(source)

    def other_scanners(self, flow):
        """How many other sources have tried its target by anything but a ping, that has failed
        contacts and is no working client."""
        return len({other.source for other in self.flows
                    if other.target == flow.target and other.source != flow.source
                    and other.opening in (PROBE, TAIL) and not other.first.query and not other.began_before
                    and not other.answers_group and self.failed(other.source) > 0
                    and not self.is_working_client(other.source)})

    # The verdict.

    def is_home(self, address):
        return any(address in network for network in self.home if network.version == address.version)

    def is_inward(self, flow):
        return not self.home or self.is_home(flow.target) and not self.is_home(flow.source)

    def is_exception(self, flow):
        """The two kinds of conversation that are scans."""
        if self.limits.dark and self.home:
            return True
        exposed = self.is_home(flow.target) or self.other_scanners(flow) >= self.limits.exposing_sources
        return bool(flow.first.query) and exposed and not self.is_working_client(flow.source)

    def is_scan(self, flow):
        if self.is_scanning_source(flow.source):
            return True
        if flow.outcome == CONVERSATION:
            return self.is_exception(flow)
        if self.is_working_client(flow.source):
            return False
        if flow.outcome == CONNECTED and flow.served:
            return bool(self.limits.dark and self.home)
        if self.is_tail(flow):
            return self.same_tail(flow.source, flow.technique) >= self.limits.scanning_contacts
        return True

    def verdict(self, flow):
        if not self.is_inward(flow) or flow.is_never_noise(self.limits):
            return "-"
        if flow.opening == RESPONSE:
            return "backscatter"
        return "scan" if self.is_scan(flow) else "-"

    def judged(self):
        """What a user sees of each packet, as judge_facts.c prints it."""
        lines = []
        for belongs in self.flow_of:
            verdict = self.verdict(belongs[0]) if belongs and belongs[1] else "-"
            if verdict == "scan":
                verdict = "\t".join((verdict, belongs[0].technique, belongs[0].outcome))
            lines.append(verdict)
        return lines
