/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "kind.h"

#include "icmp.h"

static bool is_dhcp(sn_transport_t transport, uint16_t sport, uint16_t dport)
{
    enum { BOOTPS = 67, BOOTPC = 68, DHCPV6_CLIENT = 546, DHCPV6_SERVER = 547 };
    if (transport != SN_TRANSPORT_UDP)
        return false;
    bool v4 = (sport == BOOTPS || sport == BOOTPC) && (dport == BOOTPS || dport == BOOTPC);
    bool v6 = (sport == DHCPV6_CLIENT || sport == DHCPV6_SERVER) &&
              (dport == DHCPV6_CLIENT || dport == DHCPV6_SERVER);
    return v4 || v6;
}

sn_kind_t sn_kind_of(const sn_packet_t *p)
{
    bool icmp = p->transport == SN_TRANSPORT_ICMP;
    sn_icmp_role_t role = icmp ? sn_icmp_role(p->src.version, p->icmp_type) : SN_ICMP_OTHER;
    if (icmp && role == SN_ICMP_OTHER)
        return SN_KIND_IGNORED;
    if (is_dhcp(p->transport, p->sport, p->dport))
        return SN_KIND_DHCP;
    bool asks = p->transport == SN_TRANSPORT_UDP || role == SN_ICMP_QUERY;
    if (asks && (p->to_all || sn_addr_is_group(&p->dst)))
        return SN_KIND_ASKER;
    if (p->to_all || sn_addr_is_link_scoped(&p->src) || sn_addr_is_link_scoped(&p->dst))
        return SN_KIND_IGNORED;
    return role == SN_ICMP_ERROR ? SN_KIND_ERROR : SN_KIND_FLOW;
}

/** In a tunnel the innermost packet is judged, so the tunnel itself is no flow here, and an error
 * about it can't be told from one about a packet that was never sent. */
static bool is_tunnel(const sn_quote_t *q)
{
    enum { IP_IN_IP = 4, IPV6_IN_IP = 41, GRE = 47, MPLS_IN_IP = 137, VXLAN = 4789, GENEVE = 6081 };
    if (q->transport == SN_TRANSPORT_UDP)
        return q->dport == VXLAN || q->dport == GENEVE;
    return q->transport == SN_TRANSPORT_IP && (q->dport == IP_IN_IP || q->dport == IPV6_IN_IP ||
                                               q->dport == GRE || q->dport == MPLS_IN_IP);
}

/* To a group no error should answer (RFC 1122, 3.2.2), but some hosts send one. */
bool sn_is_quote_of_no_flow(const sn_quote_t *q)
{
    return is_tunnel(q) || is_dhcp(q->transport, q->sport, q->dport) ||
           sn_addr_is_link_scoped(&q->src) || sn_addr_is_link_scoped(&q->dst);
}
