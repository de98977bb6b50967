# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict once more: slow, obvious, and written from README's page "How a packet is judged".

Nothing is remembered but the list of packets, cut into flows. Every question goes back to it, and each
function below is a sentence of that page, or of what was added to it where the two disagreed about a stream.
An answer is kept where it was given before, as the same flows are asked about again and again.
"""
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_network

from reference_flow import CONNECTED, HALF_OPEN, Flows
from reference_packet import (EPHEMERAL, MIDDLE, PROBE, RESPONSE, RST, SYN, SYSTEM_PORTS, TAIL, TIMESTAMPS, has_system_options,
                              has_tool, is_local, is_of_a_site, is_within)

MINUTE, HOUR = 60, 3600
FEW_PORTS, LARGE_LINE = 10, 25          # failed contacts
LOW_TTL, LOWEST_TTL = 30, 5
NEAR_TTL = 16                           # of a ping's later packets
MOST_REPEATED = 32
CLIENT_TARGETS = 10000
PING = "ICMP echo"                      # a contact's port

INNOCENT_OF_ALL = ("to itself", "not inward", "link traffic")
REASONS = INNOCENT_OF_ALL + (
    "stream", "from the middle", "old connection", "answered from elsewhere", "callback", "acquainted", "asked by name",
    "working socket", "path measurement", "returning client", "repetition", "talking", "response", "reflection",
    "odd responses", "made by hand", "outward", "scanning source", "tails", "too few tails", "follow-up", "exposed ping",
    "dark", "conversation", "client", "local", "stranger")
NOT_NOISE, SCAN, BACKSCATTER = "-", "scan", "backscatter"


@dataclass(frozen=True)
class Limits:
    scanning_contacts: int = 4
    aborted_contacts: int = 2
    exposing_sources: int = 3
    stream_packets: int = 10
    reuse_seconds: int = 1800
    dark: bool = False
    home: tuple = ()


def kept(ask):
    """The same question gets the same answer."""
    @wraps(ask)
    def look(self, *about):
        key = (ask.__name__, *about)
        if key not in self.answers:
            self.answers[key] = ask(self, *about)
        return self.answers[key]
    return look


def lines_of(contacts):
    """Failed contacts of one port at several targets, or of several ports at one target."""
    lines = {}
    for target, transport, port in contacts:
        lines.setdefault(("port", transport, port), set()).add((target, transport, port))
        lines.setdefault(("target", target), set()).add((target, transport, port))
    return lines


class Capture(Flows):
    """All packets, and what becomes of each."""

    def __init__(self, events, limits=Limits()):
        super().__init__(events, limits.reuse_seconds)
        self.limits = limits
        self.home = [ip_network(text) for text in limits.home]
        self.answers = {}

    # --- Flows ------------------------------------------------------------------------------------

    def of(self, source):
        return [flow for flow in self.flows if flow.source == source]

    def between(self, source, target):
        return [flow for flow in self.of(source) if flow.target == target]

    @kept
    def is_asked(self, flow):
        """It began with a request, or what might be one, of which something can follow."""
        return (flow.opening in (PROBE, TAIL) and not self.is_link_traffic(flow) and not flow.answers
                and not flow.is_from_the_middle and not self.is_old_connection(flow) and not self.is_reflection(flow))

    @kept
    def fails(self, flow):
        return self.is_asked(flow) and flow.has_failed

    @kept
    def converses(self, flow):
        """Pings and other ICMP queries use no service."""
        return self.is_asked(flow) and not flow.has_failed and flow.transport != "icmp"

    @kept
    def is_evidence(self, flow):
        return self.fails(flow) and self.innocent(flow) is None

    # --- Innocent reasons -------------------------------------------------------------------------

    def is_home(self, address):
        return is_within(address, self.home)

    def is_inward(self, flow):
        return not self.home or self.is_home(flow.target) and not self.is_home(flow.source)

    def is_link_traffic(self, flow):
        lease = flow.transport == "icmp" and (flow.source, flow.target) in self.leases
        return flow.answers_group or flow.is_tunnel or lease

    def is_stream(self, flow):
        if flow.transport not in ("udp", "ip") or flow.opening == RESPONSE or not flow.has_failed:
            return False
        sent = flow.sent(True)
        differ = len({(p.payload, p.head) for p in sent}) > 1
        return len(sent) > self.limits.stream_packets or len(sent) >= 3 and differ and flow.comes_slowly

    def is_old_connection(self, flow):
        first = flow.first
        if flow.opening != TAIL or flow.transport not in ("tcp", "udp"):
            return False
        return bool(first.tcp_options & TIMESTAMPS) or first.sport < SYSTEM_PORTS and first.dport >= EPHEMERAL

    def is_in_the_middle(self, flow):
        """TCP seen from the middle that the target answered."""
        answered = any(not p.flags & RST for p in flow.sent(False)[flow.began_before:])
        return flow.transport == "tcp" and answered and (flow.opening in (TAIL, MIDDLE) or flow.began_before)

    def has_talked(self, flow):
        """A conversation, or a connection that the target had used before it was cut off."""
        cut_off = flow.was_cut_off_in_use and flow.cut_off_at > flow.completed_at
        return self.converses(flow) or self.is_asked(flow) and cut_off

    def is_callback(self, flow):
        return any(self.has_talked(other) for other in self.between(flow.target, flow.source))

    def fails_at_few_ports(self, flow):
        failed = {other.contact for other in self.between(flow.source, flow.target) 
                  if self.fails(other) and other.opening != TAIL}
        return len(failed) < FEW_PORTS

    def has_same_port(self, one, other):
        """The same port of a target, over another transport."""
        return one.first.has_ports and other.first.has_ports and (
            one.first.dport == other.first.dport and one.transport != other.transport)

    def is_acquainted(self, flow):
        before = self.flows[:self.flows.index(flow)]
        met = any(self.converses(other) and (self.has_same_port(flow, other)
                                             or (other in before or other.first.time - flow.first.time <= 1)
                                             and other.contact in self.credit(flow.source))
                  for other in self.between(flow.source, flow.target))
        middle = any(self.is_in_the_middle(other) for other in [*self.between(flow.source, flow.target),
                                                                *self.between(flow.target, flow.source)])
        return (met or middle) and self.fails_at_few_ports(flow)

    def is_asked_by_name(self, flow):
        def has_named(name):
            since = flow.first.time - name.time
            to_family = (name.client.version, flow.target.version) == (4, 6) and since <= MINUTE      # RFC 8305
            known = name.client == flow.source and since <= HOUR or to_family
            return name.address == flow.target and since >= 0 and known
        named = any(has_named(name) for name in flow.names)
        return named and self.fails_at_few_ports(flow)

    def is_of_working_socket(self, flow):
        if flow.transport != "udp":
            return False
        udp = [other for other in self.flows if other.transport == "udp"]
        mine, theirs = (flow.source, flow.first.sport), (flow.target, flow.first.dport)
        begun = [other for other in udp if (other.source, other.first.sport) == mine]
        taken = [other for other in udp if (other.target, other.first.dport) == mine]
        used = [other for other in begun + taken if self.converses(other)]
        failed = [other for other in begun if self.fails(other)]
        lasting = any(other.is_lasting for other in begun if self.converses(other) and not self.first_reasons(other))
        if len(used) >= 2 and 3 * len(used) >= len(failed) or lasting:
            return True
        begun_there = [other for other in udp if (other.source, other.first.sport) == theirs and self.converses(other)]
        return flow.first.dport >= SYSTEM_PORTS and len(begun_there) >= 2

    def is_path_measurement(self, flow):
        return self.is_exceeded(flow) or flow.first.ttl <= LOW_TTL and self.measures_path(flow.source, flow.target)

    @kept
    def measures_path(self, source, target):
        """By packets with low TTLs. Of a ping, whose packets are one flow, each counts."""
        low = set()
        for flow in self.between(source, target):
            if flow.opening == PROBE and self.is_asked(flow) and not self.is_stream(flow):
                later = {p.ttl for p in flow.sent(True)[1:] if p.ttl <= NEAR_TTL} if flow.transport == "icmp" else set()
                low |= later | ({flow.first.ttl} if flow.first.ttl <= LOW_TTL else set())
        return len(low) >= 3 and min(low) <= LOWEST_TTL

    def is_end_of_path(self, flow):
        """An answered ping of a path measurement."""
        return (flow.transport == "icmp" and self.is_asked(flow) and not flow.has_failed and not self.is_dark(flow)
                and self.measures_path(flow.source, flow.target))

    def is_visit(self, flow):
        return self.fails(flow) and self.earlier_reason(flow) is None

    def visits(self, source, contact):
        """How often it came, each time a second or more after the time before."""
        times = 0, None
        for flow in self.of(source):
            if flow.contact == contact and self.is_visit(flow):
                count, last = times
                if last is None or flow.visits[0] > last:
                    times = count + len(flow.visits), flow.visits[-1]
        return times[0]

    def all_visits(self, source, contact):
        return sum(len(flow.visits) for flow in self.of(source) if flow.contact == contact and self.is_visit(flow))

    @staticmethod
    def is_left_unused(flow):
        """TCP with a system's options, answered and left unused."""
        return (flow.transport == "tcp" and flow.first.flags == SYN and has_system_options(flow.first)
                and flow.outcome in (HALF_OPEN, CONNECTED) and not flow.was_given_up)

    def is_returning_client(self, flow):
        came = [other for other in self.of(flow.source) if other.contact == flow.contact and self.is_asked(other)]
        alike = [other for other in came if self.is_left_unused(other)]
        later = [other for other in alike if other.first.time > alike[0].first.time]
        return self.is_left_unused(flow) and len(later) >= 2 and not any(self.is_made_by_hand(other) for other in came)

    def are_strangers_after(self, flow):
        """3 other sources without conversations, which have failed at the target, last came to another port of it."""
        sources = {other.source for other in self.flows
                   if other.target == flow.target and self.is_exposing(other, flow.source)}
        newest = [self.of(source)[-1] for source in sources]
        return sum(last.target == flow.target and last.contact != flow.contact
                   for last in newest) >= self.limits.exposing_sources

    def is_exposing(self, other, source):
        """Another source without conversations has failed with something other than a ping."""
        return (other.source != source and other.transport != "icmp" and other.opening != TAIL and self.fails(other)
                and not any(self.has_talked(talk) for talk in self.of(other.source)))

    @kept
    def repeats(self, source):
        flows = [flow for flow in self.of(source)
                 if self.is_asked(flow) and flow.opening != TAIL and not self.first_reasons(flow)]
        if any(self.is_made_by_hand(flow) for flow in flows):
            return False
        flows = [flow for flow in flows if self.fails(flow) and self.earlier_reason(flow) is None]
        if any(self.are_strangers_after(flow) for flow in flows):
            return False
        failed = {flow.contact for flow in flows}
        if len(failed) == 1 and self.all_visits(source, *failed) >= 3:
            return True
        enough = max(len(failed), 3)
        return 0 < len(failed) <= MOST_REPEATED and all(self.visits(source, contact) >= enough for contact in failed)

    @kept
    def first_reasons(self, flow):
        """Those that a probe made by hand can have, too."""
        if flow.source == flow.target:
            return "to itself"
        if not self.is_inward(flow):
            return "not inward"
        return "link traffic" if self.is_link_traffic(flow) else None

    @kept
    def is_known(self, flow):
        """The reasons in what else its source does, which a client that gave up may have, too."""
        if flow.opening == TAIL or self.is_dark(flow):
            return None
        for reason, holds in (("callback", self.is_callback), ("acquainted", self.is_acquainted),
                              ("asked by name", self.is_asked_by_name), ("working socket", self.is_of_working_socket),
                              ("path measurement", self.is_path_measurement)):
            if holds(flow):
                return reason
        return None

    @kept
    def is_made_by_hand(self, flow):
        return flow.begins_by_hand or flow.is_unknown_to_its_host and not self.is_known(flow)

    @kept
    def earlier_reason(self, flow):
        """All but the last one, which is about what has no other."""
        reason = self.first_reasons(flow)
        if reason or self.is_made_by_hand(flow):
            return reason
        for reason, holds in (
                ("stream", self.is_stream), ("from the middle", lambda flow: flow.is_from_the_middle),
                ("old connection", self.is_old_connection)):
            if holds(flow):
                return reason
        if self.is_known(flow):
            return self.is_known(flow)
        returning = flow.opening != TAIL and not self.is_dark(flow) and self.is_returning_client(flow)
        return "returning client" if returning else None

    @kept
    def innocent(self, flow):
        """The innocent reason of a failed flow, or None."""
        reason = self.earlier_reason(flow)
        if reason or self.is_made_by_hand(flow) or self.is_dark(flow):
            return reason
        return "repetition" if flow.opening != TAIL and self.repeats(flow.source) else None

    # --- Sources ----------------------------------------------------------------------------------

    def evidence(self, source):
        """Its failed flows without an innocent reason."""
        return [flow for flow in self.of(source) if self.is_evidence(flow)]

    def probes(self, source):
        """Those, tails aside."""
        return [flow for flow in self.evidence(source) if flow.opening != TAIL]

    @kept
    def credit(self, source):
        """Contacts to its credit."""
        contacts = set()
        flows = [flow for flow in self.of(source) if self.is_asked(flow) and not self.first_reasons(flow)]
        for contact in {flow.contact for flow in flows if self.converses(flow)}:
            first, *later = [flow for flow in flows if flow.contact == contact]
            if first.outcome not in (HALF_OPEN, CONNECTED) or any(flow.is_lasting for flow in later):
                contacts.add(contact)
        return contacts

    def has_line(self, source, least):
        """A line of so many failed contacts, and more than conversations with contacts to its credit in that line."""
        failed = lines_of({flow.contact for flow in self.probes(source)})
        credit = lines_of(self.credit(source))
        return any(len(line) >= least and len(line) > self.conversations(source, credit.get(which, ()))
                   for which, line in failed.items())

    def conversations(self, source, contacts):
        """How many it has with these."""
        return sum(flow.contact in contacts for flow in self.of(source)
                   if self.is_asked(flow) and not self.first_reasons(flow) and self.converses(flow))

    def same_tails(self, source, technique):
        """Contacts that met tails of one technique."""
        return {flow.contact for flow in self.evidence(source) if flow.opening == TAIL and flow.technique == technique}

    def is_scanning_on_purpose(self, source):
        """By impossible packets, probes made by hand, tails or resets."""
        probes = self.probes(source)
        aborted = {flow.contact for flow in probes if flow.is_aborted}
        return (any(flow.is_impossible for flow in probes)
                or len({flow.contact for flow in probes if self.is_made_by_hand(flow)}) >= self.limits.scanning_contacts
                or any(len(self.same_tails(source, technique)) >= self.limits.scanning_contacts
                       for technique in {flow.technique for flow in self.of(source)} - {"UDP"})
                or len(aborted) >= self.limits.aborted_contacts and len(aborted) > len(self.credit(source)))

    @kept
    def is_scanning(self, source):
        failed, enough = {flow.contact for flow in self.probes(source)}, self.limits.scanning_contacts
        return (self.is_scanning_on_purpose(source) or len(failed) >= enough and not self.credit(source)
                or self.has_line(source, enough))

    def is_client(self, source):
        return bool(self.credit(source)) and not self.is_scanning(source)

    # --- Responses --------------------------------------------------------------------------------

    @staticmethod
    def is_crowd(flows):
        """3 sources, and several ports of the target."""
        return len({flow.source for flow in flows}) >= 3 and len({flow.first.dport for flow in flows}) > 1

    def from_the_same_port(self, flow):
        return [other for other in self.flows if (other.transport, other.target, other.first.sport) == (
            flow.transport, flow.target, flow.first.sport)]

    @kept
    def is_reflection(self, flow):
        """UDP that met no answer, and 3 sources sent to this target from the same port to several others, beginning
        with the same two bytes."""
        def begin(p):
            return p.head[:2] if len(p.head) > 1 else bytes(2)

        def is_alike(other):
            return (SYSTEM_PORTS <= other.first.dport != flow.first.sport and begin(other.first) == begin(flow.first)
                    and other.opening != RESPONSE and not self.is_link_traffic(other) and not other.answers)
        if flow.transport != "udp" or flow.first.sport >= EPHEMERAL or not flow.has_failed or not is_alike(flow):
            return False
        return self.is_crowd([other for other in self.from_the_same_port(flow) if is_alike(other)])

    @kept
    def is_reflected_payload(self, flow):
        """Payload that only met a RST, where two other sources did the same to other ports."""
        return flow.only_met_a_reset and self.is_crowd(
            [other for other in self.from_the_same_port(flow) if other.met_a_reset])

    def is_response(self, flow):
        return flow.opening == RESPONSE or self.is_reflection(flow) or self.is_reflected_payload(flow)

    def has_asked(self, flow):
        """Whether the target began a flow with the source, with anything but a response or a tunnel, or one to
        others with the same ports."""
        def asks(other):
            return (other.opening != RESPONSE or other.began_before) and not other.is_tunnel
        return any(asks(other) and (other.target == flow.source or self.has_same_ports(other, flow))
                   for other in self.of(flow.target))

    @staticmethod
    def has_same_ports(one, other):
        p, q = one.first, other.first
        return p.has_ports and (p.transport, p.sport, p.dport) == (q.transport, q.dport, q.sport)

    @staticmethod
    def is_odd(flow):
        """A TCP response from a client's port to a server's."""
        sport, dport = flow.first.sport, flow.first.dport
        return flow.transport == "tcp" and flow.opening == RESPONSE and (
            sport >= EPHEMERAL and dport < CLIENT_TARGETS or sport >= SYSTEM_PORTS > dport)

    @kept
    def sends_odd_responses(self, source):
        responses = [flow for flow in self.of(source) if flow.opening == RESPONSE and not self.rule_1(flow)]
        odd = {}
        for flow in responses:
            if self.is_odd(flow):
                odd.setdefault(flow.first.sport, set()).add(flow.contact)
        most = max(map(len, odd.values()), default=0)
        return most >= self.limits.scanning_contacts and most > sum(not self.is_odd(flow) for flow in responses)

    # --- The verdict ------------------------------------------------------------------------------

    @kept
    def rule_1(self, flow):
        """The first three innocent reasons, a stream, from the middle; and an answer from elsewhere is no flow."""
        if self.first_reasons(flow):
            return self.first_reasons(flow)
        if self.is_stream(flow):
            return "stream"
        if flow.is_from_the_middle and not self.is_reflected_payload(flow):
            return "from the middle"
        return "answered from elsewhere" if flow.answers else None

    def rule_2(self, flow):
        if self.is_odd(flow):
            return (SCAN, "odd responses") if self.sends_odd_responses(flow.source) else (NOT_NOISE, "old connection")
        if self.has_asked(flow):
            return NOT_NOISE, "talking"
        return BACKSCATTER, "response" if flow.opening == RESPONSE else "reflection"

    def rule_5(self, flow):
        outward = not self.home and is_of_a_site(flow.source) and not is_of_a_site(flow.target)
        scanning = self.is_scanning_on_purpose(flow.source) or self.has_line(flow.source, LARGE_LINE)
        return outward and not scanning

    def rule_6(self, flow):
        if len(self.same_tails(flow.source, flow.technique)) >= self.limits.scanning_contacts:
            return SCAN, "tails"
        return (SCAN, "scanning source") if self.is_scanning(flow.source) else (NOT_NOISE, "too few tails")

    def is_follow_up(self, flow):
        """Of a conversation of a scanning source."""
        if flow.is_lasting:
            return False
        failed, enough = self.probes(flow.source), self.limits.scanning_contacts
        earlier = self.flows[:self.flows.index(flow)]
        looked = (any(other in earlier and other.contact == flow.contact for other in failed)
                  and flow.contact not in self.credit(flow.source))
        if looked or has_tool(flow.first):
            return True
        if flow.port == PING and any(other.target == flow.target for other in failed):
            return True
        same = {other.contact for other in failed if other.technique == flow.technique}
        targets = {target for target, *port in same if (*port,) == flow.contact[1:]}
        ports = {(*port,) for target, *port in same if target == flow.target}
        return max(len(targets), len(ports), len(self.same_tails(flow.source, flow.technique))) >= enough

    def is_exposed(self, flow):
        """A ping's target is at home, or others have failed at it."""
        others = {other.source for other in self.flows
                  if other.target == flow.target and self.is_exposing(other, flow.source)}
        return self.is_home(flow.target) or len(others) >= self.limits.exposing_sources

    def of_conversation(self, flow):
        """Rules 8 to 10."""
        if self.is_scanning(flow.source) and self.is_follow_up(flow):
            return SCAN, "follow-up"
        if flow.port == PING and self.is_exposed(flow) and not self.is_client(flow.source):
            return SCAN, "exposed ping"
        return self.rule_10(flow)

    def is_dark(self, flow):
        return self.limits.dark and self.is_home(flow.target)

    def rule_10(self, flow):
        return (SCAN, "dark") if self.is_dark(flow) else (NOT_NOISE, "conversation")

    def of_failed(self, flow):
        """Rules 10 to 12, of no scanning source."""
        if flow.was_cut_off_in_use:
            return self.rule_10(flow)
        if self.is_client(flow.source):
            return NOT_NOISE, "client"
        local = not self.home and is_local(flow.source, flow.target)
        return (NOT_NOISE, "local") if local else (SCAN, "stranger")

    @kept
    def verdict(self, flow):
        if self.rule_1(flow):
            return NOT_NOISE, self.rule_1(flow)
        if self.is_response(flow):
            return self.rule_2(flow)
        if flow.has_failed and self.is_made_by_hand(flow):
            return SCAN, "made by hand"
        if self.is_old_connection(flow) or flow.has_failed and self.innocent(flow):
            return NOT_NOISE, self.innocent(flow)
        if self.is_end_of_path(flow):
            return NOT_NOISE, "path measurement"
        if self.rule_5(flow):
            return NOT_NOISE, "outward"
        if not flow.has_failed:
            return self.of_conversation(flow)
        if flow.opening == TAIL:
            return self.rule_6(flow)
        return (SCAN, "scanning source") if self.is_scanning(flow.source) else self.of_failed(flow)

    def judged(self):
        """What a user sees of each packet, as judge_facts.c prints it."""
        lines = []
        for belongs in self.flow_of:
            if not belongs or not belongs[1]:
                lines.append(NOT_NOISE)
                continue
            flow = belongs[0]
            verdict, reason = self.verdict(flow)
            shown = (verdict, flow.technique, flow.outcome) if verdict == SCAN else (verdict,)
            lines.append("\t".join((*shown, reason)))
        return lines
