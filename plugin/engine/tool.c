/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool.h"

static bool is_tcp_syn(const sn_packet_t *p)
{
    return p->transport == SN_TRANSPORT_TCP && (p->tcp_flags & 0xff) == SN_TCP_SYN;
}

/* A TTL of 255 at the start, on its way: no route is longer than 64 hops. Operating systems begin with 64 or 128, routers
 * and hand-made packets with 255. */
static bool began_with_ttl_255(const sn_packet_t *p)
{
    return p->ttl > 255 - 64;
}

/* ZMap's constant, in every probe until version 4.1.0 made the IP ID random. A random IP ID is the same once in 65536
 * packets, so a second fact is asked for: its TTL, or a SYN with its window and none of the options of a system. */
static bool is_zmap(const sn_packet_t *p)
{
    bool plain_syn = is_tcp_syn(p) && p->tcp_window == 65535 &&
                     !(p->tcp_options & (SN_TCPOPT_SACK_PERMITTED | SN_TCPOPT_TIMESTAMPS));
    return p->src.version == 4 && p->ip_id == 54321 && (plain_syn || began_with_ttl_255(p));
}

/* Masscan derives the IP ID from the destination and the sequence number; checked on 1.3.2 and on
 * a capture of 1.0.4. Window and TTL are the same in both; Nmap has that window, but a TTL of 37 to 59 at the start. */
static bool is_masscan(const sn_packet_t *p)
{
    if (p->tcp_window != 1024 || !is_tcp_syn(p) || p->dst.version != 4 || !began_with_ttl_255(p))
        return false;
    return p->ip_id == (uint16_t)(sn_addr_v4_number(&p->dst) ^ p->dport ^ p->tcp_seq);
}

/* Mirai's scanner puts the destination into the sequence number (scanner.c of its published
 * source). */
static bool is_mirai(const sn_packet_t *p)
{
    return is_tcp_syn(p) && p->dst.version == 4 && p->tcp_seq == sn_addr_v4_number(&p->dst);
}

/* Nmap's raw SYN: a window of 1, 2, 3 or 4 KiB and an MSS of 1460 as the only option; checked on
 * 7.93. */
static bool is_nmap(const sn_packet_t *p)
{
    return is_tcp_syn(p) && p->tcp_window >= 1024 && p->tcp_window <= 4096 &&
           p->tcp_window % 1024 == 0 && p->tcp_options == SN_TCPOPT_MSS && p->tcp_mss == 1460 &&
           p->tcp_header_len == 24;
}

/* Nmap's probes for operating systems, checked on 7.93: all but one carry the same four options with a time stamp of all
 * ones, be it with a SYN or without; the one asks for ECN with a window of 3. */
static bool is_nmap_for_systems(const sn_packet_t *p)
{
    enum { ALL = SN_TCPOPT_MSS | SN_TCPOPT_WINDOW_SCALE | SN_TCPOPT_SACK_PERMITTED };
    if (p->transport != SN_TRANSPORT_TCP)
        return false;
    if (p->tcp_flags == (SN_TCP_SYN | SN_TCP_ECE | SN_TCP_CWR))
        return p->tcp_window == 3 && p->tcp_options == ALL;
    return p->tcp_tsval == UINT32_MAX && p->tcp_options & SN_TCPOPT_TIMESTAMPS &&
           p->tcp_options & (SN_TCPOPT_MSS | SN_TCPOPT_SACK_PERMITTED);
}

/* hping's TCP packets without ACK carry a random acknowledgement number all the same, and both
 * numbers come from rand(), so below 2^31; the window is 512 and there are no options. Checked on
 * 3.0.0-alpha-2. */
static bool is_hping(const sn_packet_t *p)
{
    return p->transport == SN_TRANSPORT_TCP && !(p->tcp_flags & SN_TCP_ACK) && p->tcp_ack != 0 &&
           ((p->tcp_ack | p->tcp_seq) >> 31) == 0 && p->tcp_window == 512 &&
           p->tcp_header_len == 20;
}

/* Version 0.4.7: init_packet.c, fingerprint 0 ("Cisco IOS 12.1"), is the default, with a TTL of 255 at
 * the start and no fragment bits; tcphash.h makes the sequence number of a key, the ports and the
 * destination, the latter in the byte order of the scanner's host, taken to be little-endian. */
bool sn_is_like_unicornscan(const sn_packet_t *p, uint32_t *key)
{
    if (p->tcp_window != 4128 || !is_tcp_syn(p) || p->dst.version != 4 || p->ttl <= 128 ||
        p->tcp_options != SN_TCPOPT_MSS || p->tcp_header_len != 24)
        return false;
    uint32_t ports = (uint32_t)p->dport << 16 | p->sport;
    *key = p->tcp_seq ^ ports ^ GUINT32_SWAP_LE_BE(sn_addr_v4_number(&p->dst));
    return true;
}

typedef struct {
    sn_tool_t tool;
    bool (*matches)(const sn_packet_t *p);
} fingerprint_t;

/* First match wins, the least likely to be met by chance on top: 1 in 2^32, 2^32, 2^16. A new tool
 * is one predicate, one row here, one label below and one test. */
static const fingerprint_t fingerprints[] = {
    {SN_TOOL_MIRAI, is_mirai}, {SN_TOOL_MASSCAN, is_masscan},       {SN_TOOL_ZMAP, is_zmap},
    {SN_TOOL_NMAP, is_nmap},   {SN_TOOL_NMAP, is_nmap_for_systems}, {SN_TOOL_HPING, is_hping},
};

static const char *const labels[SN_TOOLS] = {
    [SN_TOOL_NONE] = "",       [SN_TOOL_ZMAP] = "ZMap", [SN_TOOL_MASSCAN] = "Masscan",
    [SN_TOOL_MIRAI] = "Mirai", [SN_TOOL_NMAP] = "Nmap", [SN_TOOL_UNICORNSCAN] = "Unicornscan",
    [SN_TOOL_HPING] = "hping",
};

sn_tool_t sn_tool_of(const sn_packet_t *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fingerprints); i++)
        if (fingerprints[i].matches(p))
            return fingerprints[i].tool;
    return SN_TOOL_NONE;
}

const char *sn_tool_label(sn_tool_t tool)
{
    return tool < SN_TOOLS ? labels[tool] : "";
}
