# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of a flow, and how a capture is cut into flows."""
from dataclasses import dataclass, field

from reference_packet import (ABORT, ACK, COOKIE_ECHO, FIN, INIT_ACK, MIDDLE, NOTHING, PROBE, RESPONSE, RST, SYN, TAIL,
                              TIME_EXCEEDED, TIMESTAMPS, Name, Tunnel, is_dhcp, is_group, is_impossible,
                              begins, is_link_scoped, is_link_traffic, is_made_by_hand, is_tunnel, leases, opening, technique)

UNANSWERED, REFUSED, UNREACHABLE, HALF_OPEN, CONNECTED, CONVERSATION = (
    "unanswered", "refused", "unreachable", "half-open", "connected", "conversation")
LASTING_PACKETS = 30
MINUTE = 60


@dataclass(eq=False)
class Flow:
    """Packets of the same ends, oldest first; `forward` says of each whether the initiator sent it."""
    packets: list = field(default_factory=list)
    forward: list = field(default_factory=list)
    errors: list = field(default_factory=list)      # ICMP types of those that quote it
    names: list = field(default_factory=list)       # that had been told when it began
    is_tunnel: bool = False
    answers_group: bool = False         # it goes to a port or identifier that had asked a group
    answers: list = field(default_factory=list)     # the UDP requests that it answers from elsewhere
    was_answered_elsewhere: bool = False
    was_asked_for: bool = False         # a response, and the other side went on with it
    began_before: bool = False          # what the other side went on with, if not with a request

    @property
    def first(self):
        return self.packets[0]

    @property
    def source(self):
        return self.first.src

    @property
    def target(self):
        return self.first.dst

    @property
    def transport(self):
        return self.first.transport

    @property
    def opening(self):
        return opening(self.first)

    @property
    def technique(self):
        if self.opening == RESPONSE and self.transport == "tcp":
            return "TCP other flags"
        if self.transport != "tcp" or self.first.flags != SYN:
            return technique(self.first)
        if self.completed_at is not None:
            return "TCP connect"
        return "TCP SYN" if self.was_given_up else technique(self.first)

    @property
    def port(self):
        return self.first.query[0] if self.transport == "icmp" and self.first.query else self.first.dport

    @property
    def contact(self):
        return self.target, self.transport, self.port

    def is_forward(self, p):
        if self.first.has_ports:
            return (p.src, p.sport) == (self.source, self.first.sport)
        return p.src == self.source

    def add(self, p):
        self.packets.append(p)
        self.forward.append(self.is_forward(p))

    def sent(self, forward):
        return [p for p, f in zip(self.packets, self.forward) if f == forward]

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
        if self.transport == "tcp":
            return self.where(False, lambda p: p.flags & (SYN | ACK | RST) == SYN | ACK or p.uses)
        if self.transport == "sctp":
            return self.where(False, lambda p: p.sctp_chunk == INIT_ACK)
        return self.where(False, lambda p: True)

    @property
    def completed_at(self):
        def has_ack(p):
            return p.flags & ACK and not p.flags & (RST | SYN)
        if self.transport == "tcp":     # payload with ACK stands for a handshake whose answer was not captured
            positions = (self.where(True, has_ack, self.answered_at),
                         self.where(True, lambda p: has_ack(p) and p.payload, 0))
            return min((n for n in positions if n is not None), default=None)
        if self.transport == "sctp":    # it holds the answer's cookie
            return self.where(True, lambda p: p.sctp_chunk == COOKIE_ECHO)
        return None

    @property
    def syn_payload_was_taken(self):
        """RFC 7413: the SYN/ACK acknowledges more than the SYN."""
        taken = self.where(False, lambda p: p.flags & (SYN | ACK | RST) == SYN | ACK
                           and 0 < (p.tcp_ack - self.first.tcp_seq - 1) % 2**32 <= self.first.payload)
        return self.transport == "tcp" and self.first.flags == SYN and taken is not None

    @property
    def used(self):
        """By its initiator."""
        if self.completed_at is None:
            return False
        said = self.where(True, lambda p: p.uses and not p.flags & SYN, self.completed_at - 1)
        return self.syn_payload_was_taken or said is not None

    @property
    def served(self):
        """Used by its target."""
        return self.where(False, lambda p: p.uses) is not None

    @property
    def is_refused(self):
        if self.transport == "tcp":
            return self.where(False, lambda p: p.flags & RST) is not None
        return self.transport == "sctp" and self.where(False, lambda p: p.sctp_chunk == ABORT) is not None

    @property
    def cut_off_at(self):
        """The initiator's RST after an answer, if it was the first packet to close the connection."""
        closing = next((n for n, p in enumerate(self.packets) if n > 0 and p.flags & (RST | FIN)), None)
        cut = closing is not None and self.forward[closing] and self.packets[closing].flags & RST
        return closing if cut and self.answered_at is not None and closing > self.answered_at else None

    @property
    def outcome(self):
        if self.opening == RESPONSE:
            return UNANSWERED           # nobody waits for an answer to it
        if self.transport in ("udp", "icmp", "ip") and self.answered_at is not None or self.was_answered_elsewhere:
            return CONVERSATION
        if self.completed_at is not None:
            talked = self.used or self.served and self.cut_off_at is None
            return CONVERSATION if talked else CONNECTED
        if self.answered_at is not None:
            return HALF_OPEN
        if self.is_refused:
            return REFUSED
        return UNREACHABLE if self.errors else UNANSWERED

    @property
    def has_failed(self):
        return self.outcome != CONVERSATION

    @property
    def is_lasting(self):
        return not self.has_failed and len(self.sent(True)) > LASTING_PACKETS

    @property
    def was_cut_off_in_use(self):
        """A connection that the target had used before the initiator cut it off with a RST."""
        return self.outcome == CONNECTED and self.served and self.cut_off_at is not None

    @property
    def is_aborted(self):
        """It had answered, and the initiator reset it without having sent a byte."""
        return (self.transport == "tcp" and self.answered_at is not None and self.cut_off_at is not None
                and not self.used and not self.syn_payload_was_taken
                and not self.was_given_up)

    @property
    def was_given_up(self):
        """A RST without ACK answers the SYN/ACK, or what stands for it, and is the first packet to close."""
        then = self.where(True, lambda p: p.flags & (ACK | RST | FIN) and not p.flags & SYN, self.answered_at)
        return then is not None and then == self.cut_off_at and not self.packets[then].flags & ACK

    @property
    def is_unknown_to_its_host(self):
        """It was given up, and its SYN has no timestamps."""
        return (self.opening == PROBE and self.first.flags == SYN and not self.first.tcp_options & TIMESTAMPS
                and self.was_given_up)

    @property
    def is_impossible(self):
        return self.opening == PROBE and is_impossible(self.first)

    @property
    def begins_by_hand(self):
        return self.opening == PROBE and is_made_by_hand(self.first)

    @property
    def is_over(self):
        """A SYN begins anew: a completed connection was closed, or it began with what follows a SYN."""
        closed = self.completed_at is not None and any(p.flags & (RST | FIN) for p in self.packets[1:])
        return closed or self.opening != PROBE or self.began_before

    @property
    def went_on(self):
        """A response that either side went on with, or payload that its sender went on with."""
        def goes_on(p):
            return p.transport == "tcp" and not p.flags & (SYN | RST) or p.transport in ("tcp", "sctp") and p.uses
        return self.was_asked_for or any(goes_on(p) for p in self.sent(True)[1:])

    @property
    def met_a_reset(self):
        """Payload with ACK first, and a RST is the first answer."""
        return (self.transport == "tcp" and self.opening == MIDDLE and not self.began_before
                and any(p.flags & RST for p in self.sent(False)[:1]))

    @property
    def only_met_a_reset(self):
        return self.met_a_reset and all(p.flags & RST for p in self.sent(False))

    @property
    def is_from_the_middle(self):
        if self.began_before or self.opening == MIDDLE or self.opening == RESPONSE and self.went_on:
            return True
        return self.opening == TAIL and self.transport == "tcp" and (
            any(not p.flags & RST for p in self.sent(False)) or any(p.payload for p in self.sent(True))
            or len(self.sent(True)) > 3)

    @property
    def comes_slowly(self):
        """Its initiator's packets come a second apart on average."""
        times = [p.time for p in self.sent(True)]
        return max(times) - min(times) >= len(times) - 1

    @property
    def visits(self):
        """When it came to its contact: once, or in UDP and ICMP with each packet, where they come slowly."""
        each = self.transport in ("udp", "icmp") and self.comes_slowly
        return [p.time for p in self.sent(True)] if each else [self.first.time]


class Flows:
    """A capture, cut into flows."""

    def __init__(self, events, reuse_seconds):
        self.reuse_seconds = reuse_seconds
        self.flows = []
        self.flow_of = []               # of each packet: (flow, from its initiator), or None
        self.packets = []
        self.newest = {}                # by ends
        self.asked_groups = []          # questions that went to a group
        self.names = []
        self.leases = set()
        for event in events:
            if isinstance(event, Name):
                self.names.append(event)
            elif isinstance(event, Tunnel):
                self.take_tunnel(event.carrier)
            else:
                self.packets.append(event)
                self.flow_of.append(self.take(event))

    def take_tunnel(self, p):
        belongs = None if is_link_traffic(p) else self.take_into_flow(p)
        if belongs:
            belongs[0].is_tunnel = True

    def take(self, p):
        if p.to_all or is_group(p.dst):
            self.asked_groups.append(p)
        self.leases |= leases(p)
        if is_link_traffic(p) or opening(p) == NOTHING:
            return None
        return self.take_error(p) if p.is_error else self.take_into_flow(p)

    def take_into_flow(self, p):
        flow = self.newest.get(p.ends)
        if flow and not self.begins_anew(flow, p):
            return self.go_on(flow, p)
        return self.begin(p)

    def begin(self, p):
        flow = Flow(names=self.names, answers_group=self.has_asked_a_group(p), answers=self.asked_elsewhere(p))
        flow.add(p)
        for request in flow.answers:
            request.was_answered_elsewhere = True
        self.flows.append(flow)
        self.newest[p.ends] = flow
        return flow, True

    def has_asked_a_group(self, p):
        if p.transport == "udp":
            return any(q.transport == "udp" and (q.src, q.sport) == (p.dst, p.dport) for q in self.asked_groups)
        return p.transport == "icmp" and any(
            q.transport == "icmp" and q.query and q.query[1] == "request" and (q.src, q.sport) == (p.dst, p.sport)
            for q in self.asked_groups)

    def asked_elsewhere(self, p):
        """The newest UDP request that this, the first packet of a flow, answers from elsewhere, in a list."""
        def is_answer_to(flow):
            q = flow.first
            to_asker = q.sport == p.dport
            other_port = to_asker and p.src == q.dst and p.sport != q.dport
            other_address = to_asker and p.src != q.dst and p.sport == q.dport and (
                len(q.head) > 1 and p.head[:2] == q.head[:2])
            same_port = p.src == q.dst and p.dport == q.dport
            lately = p.time - max(r.time for r in flow.packets) <= MINUTE
            return lately and (other_port or other_address or same_port)
        return [flow for flow in self.flows if p.transport == "udp" == flow.transport and flow.opening != RESPONSE
                and not flow.answers_group and not flow.is_tunnel and flow.source == p.dst and is_answer_to(flow)][-1:]

    def begins_anew(self, flow, p):
        """A connection may be idle for days, so for TCP only a SYN begins a new flow."""
        silent = p.time - max(q.time for q in flow.packets) > self.reuse_seconds
        if p.transport != "tcp":
            return silent
        answered_by = flow.opening == RESPONSE and not flow.began_before and not flow.is_forward(p)
        return begins(p) and (silent or flow.is_over and not answered_by)

    def go_on(self, flow, p):
        """A response that was asked for after all is an answer in the other side's flow."""
        if flow.opening == RESPONSE and not flow.is_forward(p) and not flow.began_before and self.goes_on(p):
            flow.was_asked_for = True
            mine, _ = self.begin(p)
            mine.began_before = p.transport == "tcp" and not begins(p) or opening(p) != PROBE
            mine.add(flow.first)
            return mine, True
        flow.add(p)
        return flow, flow.forward[-1]

    @staticmethod
    def goes_on(p):
        """Whether a packet to who sent a response shows that the response was wanted. A host answers one that
        it never asked for with RST or ABORT; and two that send each other replies have not asked."""
        if p.transport == "tcp":
            return not p.flags & RST
        if p.transport == "sctp":
            return p.sctp_chunk != ABORT
        return opening(p) == PROBE if p.transport == "icmp" else True

    def take_error(self, p):
        quoted = p.quote
        flow = self.newest.get(quoted.ends) if quoted else None
        if flow:
            if flow.is_forward(quoted):
                flow.errors.append(p.icmp_type)
            return None
        if quoted and (is_link_scoped(quoted.src) or is_link_scoped(quoted.dst) or is_tunnel(quoted) or is_dhcp(quoted)):
            return None
        flow = Flow()
        flow.add(p)
        self.flows.append(flow)
        return flow, True

    def is_exceeded(self, flow):
        return TIME_EXCEEDED[flow.source.version] in flow.errors
