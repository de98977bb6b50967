/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "carriers.h"

#include <wireshark.h>

#include <epan/packet.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>

#include <string.h>

enum { OPENFLOW = 6633, OPENFLOW_LAST = 6634 }; /* before its number at IANA; it carries frames */

/* Dissectors of Wireshark, by the names of their protocols in filters. What SIP sets up is RTP, at
 * which sn_plain() looks. */
static const char *const harmless_udp[] = {
    "bvlc",     "chargen",    "cldap",  "daytime",  "dhcp",    "dhcpv6",
    "dns",      "echo",       "isakmp", "kerberos", "llmnr",   "mdns",
    "memcache", "nbdgm",      "nbns",   "ntp",      "openvpn", "portcontrol",
    "quake3",   "quakeworld", "radius", "rip",      "ripng",   "rmcp",
    "rpc",      "sip",        "snmp",   "srvloc",   "ssdp",    "steam_ihs_discovery",
    "tftp",     "time",       "xdmcp",
};
static const char *const harmless_tcp[] = {
    "dns",      "finger", "ftp",   "ftp-data", "git",  "http",  "imap",  "irc",  "ldap",
    "memcache", "mqtt",   "mysql", "nbss",     "nntp", "pgsql", "pop",   "resp", "rsync",
    "smtp",     "ssh",    "tds",   "telnet",   "tls",  "vnc",   "whois", "xmpp",
};

/* Dissectors that are asked by content, by their names in Wireshark's dialog of enabled protocols. Those
 * that may carry packets are here as well where sn_plain() knows how these begin, or where it knows
 * that they are asked about other packets only. */
static const char *const known_udp[] = {
    "adwin_config_udp",
    "alc",
    "applemidi_udp",
    "ar_drone_udp",
    "artnet_udp",
    "asphodel_inquiry",
    "bittorrent_dht_udp",
    "bt_tracker_udp",
    "caneth_udp",
    "cigi_udp",
    "classicstun_udp",
    "clique_rm_udp",
    "cltp_udp",
    "dcc_udp",
    "dcerpc_udp",
    "dcp_etsi_udp",
    "dns_udp",
    "dplay_udp",
    "dtls_udp",
    "e100_udp",
    "fortinet_sso",
    "giop_udp",
    "gquic",
    "hipercontracer_udp",
    "icep_udp",
    "interlink_udp",
    "json_acdr",
    "jxta_udp",
    "lanforge_udp",
    "lbmr_udp",
    "lbtrm_udp",
    "lbtru_udp",
    "lsd_udp",
    "miop_udp",
    "mojito_udp",
    "mp2t_udp",
    "netperfmeter_udp",
    "njack_udp",
    "ocp1_udp",
    "pana_udp",
    "pathport_udp",
    "peekremote_udp",
    "pktgen_udp",
    "proxy_udp",
    "quic",
    "raknet_udp",
    "redbackli_udp",
    "reload_framing_udp",
    "reload_udp",
    "rftap",
    "rlm_udp",
    "rpc_udp",
    "rpcap_udp",
    "rtcp_udp",
    "rtps_udp",
    "shicp_udp",
    "sip_udp",
    "sprt_udp",
    "srt_udp",
    "stun_udp",
    "t38_acdr",
    "tftp",
    "thrift_udp",
    "udt_udp",
    "waveagent_udp",
    "wg",
    "wol_udp",
};
static const char *const known_tcp[] = {
    "adwin_config_tcp",
    "bitcoin_tcp",
    "bittorrent_tcp",
    "ceph_tcp",
    "cimd_tcp",
    "classicstun_tcp",
    "ctdb_tcp",
    "dcerpc_tcp",
    "dicom_tcp",
    "dplay_tcp",
    "drda_tcp",
    "etch_tcp",
    "fb_zero",
    "fcip_tcp",
    "fix_tcp",
    "fmtp_tcp",
    "giop_tcp",
    "hi_tcp",
    "hipercontracer_tcp",
    "hl7_tcp",
    "http2_tcp",
    "http_tcp",
    "icep_tcp",
    "ifcp_tcp",
    "ipsec_tcp",
    "iscsi_tcp",
    "iwarp_mpa_tcp",
    "jxta_tcp",
    "lanforge_tcp",
    "lbmpdm_tcp",
    "lbmsrs_tcp",
    "lbttcp_tcp",
    "monero_tcp",
    "mq_tcp",
    "msrp_tcp",
    "nbd_tcp",
    "ndmp_tcp",
    "netperfmeter_tcp",
    "ocp1_tcp",
    "openflow_tcp",
    "openwire_tcp",
    "paltalk_tcp",
    "proxy_tcp",
    "pvfs_tcp",
    "q931_tcp",
    "reload_framing_tcp",
    "reload_tcp",
    "rk512_tcp",
    "rpc_tcp",
    "rpcap_tcp",
    "rtitcp",
    "rtps_tcp",
    "sick_cola_a_tcp",
    "sick_cola_b_tcp",
    "sip_tcp",
    "smc_tcp",
    "smpp_tcp",
    "spice_tcp",
    "ssh_tcp",
    "starteam_tcp",
    "stun_tcp",
    "tali_tcp",
    "tcpcl_tcp",
    "tds_tcp",
    "thrift_tcp",
    "tls_tcp",
    "tuxedo_tcp",
    "ucp_tcp",
    "vnc_tcp",
    "xcsl_tcp",
    "xmcp_tcp",
    "yhoo_tcp",
    "ymsg_tcp",
    "ziop_tcp",
};
static const char *const known_ethernet[] = {
    "f5ethtrailer",    "f5fileinfo",      "fp_eth",  "gmhdr_eth", "gmtrailer_eth",
    "ixiatrailer_eth", "lda_neo_trailer", "prp_eth", "tte_eth",   "vssmonitoring_eth",
};

static bool is_in(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (g_str_equal(name, names[i]))
            return true;
    }
    return false;
}

/* --- By port --------------------------------------------------------------------------------- */

static void set_bit(uint8_t *bits, unsigned n)
{
    bits[n / 8] |= (uint8_t)(1U << n % 8);
}

static bool has_bit(const uint8_t *bits, unsigned n)
{
    return bits[n / 8] >> n % 8 & 1;
}

/** The filter name of the protocol that a table has for a port now; NULL: nothing is to be dissected. */
static const char *protocol_of(dtbl_entry_t *entry)
{
    dissector_handle_t handle = dtbl_entry_get_handle(entry);
    if (!handle)
        return NULL;
    int protocol = dissector_handle_get_protocol_index(handle);
    return protocol < 0 ? "" : proto_get_protocol_filter_name(protocol);
}

static void look_at_udp_port(const char *table, ftenum_t type, void *key, void *value, void *data)
{
    (void)table;
    (void)type;
    sn_carriers_t *carriers = (sn_carriers_t *)data;
    const char *name = protocol_of((dtbl_entry_t *)value);
    unsigned port = GPOINTER_TO_UINT(key);
    if (name && port < SN_PORTS && !is_in(name, harmless_udp, G_N_ELEMENTS(harmless_udp)))
        set_bit(carriers->udp_carries, port);
}

static void look_at_tcp_port(const char *table, ftenum_t type, void *key, void *value, void *data)
{
    (void)table;
    (void)type;
    sn_carriers_t *carriers = (sn_carriers_t *)data;
    const char *name = protocol_of((dtbl_entry_t *)value);
    unsigned port = GPOINTER_TO_UINT(key);
    if (!name || port >= SN_PORTS)
        return;
    bool harmless = is_in(name, harmless_tcp, G_N_ELEMENTS(harmless_tcp));
    set_bit(harmless ? carriers->tcp_harmless : carriers->tcp_carries, port);
}

/* --- By content ------------------------------------------------------------------------------ */

static void look_at_udp_content(const char *table, heur_dtbl_entry_t *entry, void *data)
{
    (void)table;
    sn_carriers_t *carriers = (sn_carriers_t *)data;
    if (entry->enabled && !is_in(entry->short_name, known_udp, G_N_ELEMENTS(known_udp)))
        carriers->udp_by_content = true;
}

static void look_at_tcp_content(const char *table, heur_dtbl_entry_t *entry, void *data)
{
    (void)table;
    sn_carriers_t *carriers = (sn_carriers_t *)data;
    if (entry->enabled && !is_in(entry->short_name, known_tcp, G_N_ELEMENTS(known_tcp)))
        carriers->tcp_by_content = true;
}

static void look_at_ethernet_content(const char *table, heur_dtbl_entry_t *entry, void *data)
{
    (void)table;
    sn_carriers_t *carriers = (sn_carriers_t *)data;
    if (entry->enabled && !is_in(entry->short_name, known_ethernet, G_N_ELEMENTS(known_ethernet)))
        carriers->ethernet_by_content = true;
}

static bool is_content_asked_first(const char *protocol)
{
    module_t *module = prefs_find_module(protocol);
    pref_t *first = module ? prefs_find_preference(module, "try_heuristic_first") : NULL;
    return first && !prefs_pref_is_default(first);
}

void sn_carriers_look(sn_carriers_t *carriers)
{
    memset(carriers, 0, sizeof *carriers);
    dissector_table_foreach("udp.port", look_at_udp_port, carriers);
    dissector_table_foreach("tcp.port", look_at_tcp_port, carriers);
    heur_dissector_table_foreach("udp", look_at_udp_content, carriers);
    heur_dissector_table_foreach("eth", look_at_ethernet_content, carriers);
    heur_dissector_table_foreach("eth.trailer", look_at_ethernet_content, carriers);
    carriers->tcp_content_first = is_content_asked_first("tcp");
    heur_dissector_table_foreach("tcp", look_at_tcp_content, carriers);
    for (unsigned port = OPENFLOW; port <= OPENFLOW_LAST; port++) /* no table has them */
        set_bit(carriers->tcp_carries, port);
}

bool sn_carriers_udp_is_harmless(const sn_carriers_t *carriers, uint16_t sport, uint16_t dport)
{
    return !carriers->udp_by_content && !has_bit(carriers->udp_carries, sport) &&
           !has_bit(carriers->udp_carries, dport);
}

bool sn_carriers_let_tcp_pass(sn_carriers_t *carriers, uint16_t sport, uint16_t dport,
                              bool begins_so)
{
    if (carriers->tcp_content_first || has_bit(carriers->tcp_carries, sport) ||
        has_bit(carriers->tcp_carries, dport))
        return false;
    if (has_bit(carriers->tcp_harmless, sport) || has_bit(carriers->tcp_harmless, dport))
        return true;
    carriers->tcp_by_content |= begins_so;
    return !carriers->tcp_by_content;
}
