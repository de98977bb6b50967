/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#define WS_LOG_DOMAIN "scannoise"
#include "short_way.h"

#include <wireshark.h>

#include <epan/addr_resolv.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/tap.h>
#include <wiretap/wtap.h>
#include <wsutil/wslog.h>

#include "carriers.h"
#include "dissector.h"
#include "engine/link.h"
#include "engine/plain.h"
#include "prefs.h"
#include "probe.h"
#include "program.h"

#define LINK_TABLE "wtap_encap"

/** A link layer that we walk, and what Wireshark has for it. */
static const struct {
    sn_link_t link;
    uint32_t encapsulation; /* Wireshark's number, below ENCAPSULATIONS */
    const char *protocol;
} layers[] = {
    {SN_LINK_ETHERNET, WTAP_ENCAP_ETHERNET, "eth"},
    {SN_LINK_PPP, WTAP_ENCAP_PPP, "ppp"},
    {SN_LINK_SLL, WTAP_ENCAP_SLL, "sll"},
    {SN_LINK_SLL2, WTAP_ENCAP_SLL2, "sll"},
    {SN_LINK_NULL, WTAP_ENCAP_NULL, "null"},
    {SN_LINK_LOOP, WTAP_ENCAP_LOOP, "null"},
    {SN_LINK_RAW, WTAP_ENCAP_RAW_IP, "raw"},
    {SN_LINK_RAW_V4, WTAP_ENCAP_RAW_IP4, "ip"},
    {SN_LINK_RAW_V6, WTAP_ENCAP_RAW_IP6, "ipv6"},
    {SN_LINK_RAW, WTAP_ENCAP_RAW_IP4, "raw"}, /* in 4.6 */
    {SN_LINK_RAW, WTAP_ENCAP_RAW_IP6, "raw"},
};

enum {
    ENCAPSULATIONS = 256,
    DNS = 53, /* ports */
    MDNS = 5353,
    LLMNR = 5355,
};

/** What Wireshark does with what we step over: where somebody has changed it, it is not ours to do. */
static const struct {
    const char *table;
    uint32_t key;
    const char *protocol;
} steps[] = {
    {"ethertype", 0x0800, "ip"},
    {"ethertype", 0x86dd, "ipv6"},
    {"ethertype", 0x8100, "vlan"},
    {"ethertype", 0x9100, "vlan"},
    {"ethertype", 0x88a8, "ieee8021ad"},
    {"ethertype", 0x8864, "pppoes"},
    {"ppp.protocol", 0x21, "ip"},
    {"ppp.protocol", 0x57, "ipv6"},
    {"null.type", 2, "ip"},
    {"null.type", 24, "ipv6"},
    {"null.type", 28, "ipv6"},
    {"null.type", 30, "ipv6"},
    {"ip.proto", 1, "icmp"},
    {"ip.proto", 6, "tcp"},
    {"ip.proto", 17, "udp"},
    {"ip.proto", 58, "icmpv6"},
};

/* Modules of preferences that change how these are dissected; tte's, whether Ethernet is; esp's, whether packets are
 * opened that TCP may carry, too. */
static const char *const modules[] = {
    "frame", "eth", "ethertype", "vlan", "ieee8021ad", "ieee8021ah", "pppoed", "pppoes",
    "ppp",   "sll", "null",      "raw",  "ip",         "ipv6",       "tte",    "esp"};

/* Post-dissectors of Wireshark's that are on, are called for each frame and do nothing there until somebody sets their
 * preferences: each costs 500 instructions a frame in 4.0. Names of protocols, and of modules of preferences. */
static const char *const idle[] = {"mate", "snort"};

static struct {
    dissector_handle_t handle;
    dissector_handle_t
        before[ENCAPSULATIONS]; /* whom it stands before, by encapsulation; NULL: nobody */
    sn_link_t link[ENCAPSULATIONS];
    bool asked; /* of this file */
    bool open;
    bool names;       /* are read from packets, and shown */
    bool names_known; /* are read from packets, and labels may go by them */
    sn_engine_t *engine;
    uint32_t took, frames; /* the last frame that took the short way; how many did */
    sn_carriers_t carriers;
    bool resting[G_N_ELEMENTS(idle)]; /* those that we have turned off */
} way;

/* --- Frames ---------------------------------------------------------------------------------- */

/** Whether it may be an answer that names addresses, wherever it comes from: Wireshark knows DNS by content, too.
 * What a name server's port sends over UDP is dissected anyway. */
static bool may_name(const sn_packet_t *p)
{
    enum { HEADER = 12, RESPONSE = 0x80 };
    if (!way.names_known || p->head_len < HEADER || !(p->head[2] & RESPONSE))
        return false;
    bool by_port = p->dport == DNS || p->sport == MDNS || p->dport == MDNS || p->sport == LLMNR;
    bool has_few = (p->head[4] | p->head[6] | p->head[8] | p->head[10]) == 0; /* of any records */
    return by_port || has_few;
}

/** Whether the headers are all there is. @param packet its facts, so far as its ports */
static bool is_all_said(sn_plain_t plain, const sn_packet_t *packet)
{
    switch (plain) {
    case SN_PLAIN_QUOTE:
        return !way.names && !(way.names_known && packet->quote.sport == DNS);
    case SN_PLAIN_UDP: /* a DNS answer is for the engine to read, whatever the way */
        return !way.names && packet->sport != DNS && !may_name(packet) &&
               sn_carriers_udp_is_harmless(&way.carriers, packet->sport, packet->dport);
    case SN_PLAIN_TCP:
    case SN_PLAIN_TCP_DOUBTFUL:
        return sn_carriers_let_tcp_pass(&way.carriers, packet->sport, packet->dport,
                                        plain == SN_PLAIN_TCP_DOUBTFUL) &&
               !way.names && !(way.names_known && packet->sport == DNS);
    case SN_PLAIN_HEADERS:
    case SN_PLAIN_NOT:
        break;
    }
    return plain == SN_PLAIN_HEADERS;
}

/** Reads a frame, and lets the engine see it. @return false when it is one for Wireshark's dissectors */
static bool take(tvbuff_t *frame, const packet_info *pinfo, sn_link_t link)
{
    unsigned protocol;
    bool to_all;
    sn_bytes_t bytes = sn_probe_frame(frame, pinfo);
    if (!sn_link_to_ip(link, &bytes, &to_all))
        return false;
    sn_plain_t plain = sn_plain(bytes);
    if (plain == SN_PLAIN_NOT)
        return false;
    sn_packet_t *packet = sn_engine_next(way.engine);
    sn_probe_begin(pinfo, packet);
    if (sn_wire_ip(&bytes, &protocol, packet) != SN_WIRE_WHOLE ||
        !sn_wire_transport(bytes, protocol, packet))
        return false;
    if (plain != SN_PLAIN_HEADERS && !is_all_said(plain, packet)) /* most have no more */
        return false;
    packet->to_all = to_all && packet->transport != SN_TRANSPORT_TCP; /* RFC 9293, 3.9.2.3 */
    sn_engine_take(way.engine);
    return true;
}

static int dissect(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, void *data)
{
    uint32_t encapsulation = pinfo->match_uint;
    if (!tree && !pinfo->cinfo && take(frame, pinfo, way.link[encapsulation])) {
        way.took = pinfo->num;
        way.frames++;
        return (int)pinfo->fd->cap_len;
    }
    return call_dissector_only(way.before[encapsulation], frame, pinfo, tree, data);
}

bool sn_short_way_took(const packet_info *pinfo)
{
    return way.took == pinfo->num;
}

/* --- Whether the way is open ----------------------------------------------------------------- */

static bool is_enabled(const char *protocol)
{
    int id = proto_get_id_by_filter_name(protocol);
    return id >= 0 && proto_is_protocol_enabled(find_protocol_by_id(id));
}

/** Whether a table leads to that protocol, and Wireshark dissects it. */
static bool leads_to(const char *table, uint32_t key, const char *protocol)
{
    dissector_handle_t handle = dissector_get_uint_handle(find_dissector_table(table), key);
    return handle &&
           dissector_handle_get_protocol_index(handle) == proto_get_id_by_filter_name(protocol) &&
           is_enabled(protocol);
}

static bool are_steps_ours(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (!leads_to(steps[i].table, steps[i].key, steps[i].protocol))
            return false;
    }
    return true;
}

/** @return what prefs_pref_foreach() ends with: 1 at a preference that somebody has changed. A list
 * that users fill (UAT) has no default to compare with */
static unsigned is_changed(pref_t *pref, void *data)
{
    (void)data;
    switch (prefs_get_type(pref)) { /* flags in 4.0 and 4.4, numbers in 4.6 */
    case PREF_UINT:
    case PREF_BOOL:
    case PREF_ENUM:
    case PREF_STRING:
    case PREF_RANGE:
        return !prefs_pref_is_default(pref);
    default: /* a heading is never its default */
        return 0;
    }
}

static bool are_default(const char *name)
{
    module_t *module = prefs_find_module(name);
    return !module || prefs_pref_foreach(module, is_changed, NULL) == 0;
}

static bool are_preferences_default(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(modules); i++) {
        if (!are_default(modules[i]))
            return false;
    }
    return true;
}

/** Whether anybody listens to another tap than ours. */
static bool has_listener(int ours)
{
    bool found = false;
    GList *names = get_tap_names();
    for (GList *name = names; name && !found; name = name->next) {
        int tap = find_tap_id((const char *)name->data);
        found = tap != ours && have_tap_listener(tap);
    }
    g_list_free(names);
    return found;
}

/** The first pass of two, and sharkd's, feed no taps; what is queued for one is dropped at once. */
static bool is_only_pass(int tap, const packet_info *pinfo)
{
    return !PINFO_FD_VISITED(pinfo) && fetch_tapped_data(tap, 0) && !sn_has_windows();
}

static bool is_open(int tap, const packet_info *pinfo, const proto_tree *tree)
{
    return sn_prefs_short_way() && !tree && !pinfo->cinfo && have_tap_listener(tap) &&
           is_only_pass(tap, pinfo) && !has_listener(tap) && !sn_has_scripts() &&
           are_steps_ours() && are_preferences_default();
}

/** Puts our dissector before those of the link layers, for this file. */
static void open_way(void)
{
    dissector_table_t table = find_dissector_table(LINK_TABLE);
    for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
        uint32_t encapsulation = layers[i].encapsulation;
        if (layers[i].link == SN_LINK_ETHERNET && way.carriers.ethernet_by_content)
            continue;
        if (!leads_to(LINK_TABLE, encapsulation, layers[i].protocol))
            continue;
        way.before[encapsulation] = dissector_get_uint_handle(table, encapsulation);
        way.link[encapsulation] = layers[i].link;
        dissector_change_uint(LINK_TABLE, encapsulation, way.handle);
    }
}

/** Turns those off that do nothing, for this file. */
static void let_rest(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(idle); i++) {
        int id = proto_get_id_by_filter_name(idle[i]);
        way.resting[i] =
            is_enabled(idle[i]) && proto_can_toggle_protocol(id) && are_default(idle[i]);
        if (way.resting[i])
            proto_set_decoding(id, false);
    }
}

static void wake(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(idle); i++) {
        if (way.resting[i])
            proto_set_decoding(proto_get_id_by_filter_name(idle[i]), true);
        way.resting[i] = false;
    }
}

void sn_short_way_begin(int tap, const packet_info *pinfo, const proto_tree *tree,
                        sn_engine_t *engine)
{
    if (way.asked)
        return;
    way.asked = true;
    way.open = is_open(tap, pinfo, tree);
    if (!way.open)
        return;
    way.engine = engine;
    way.names_known = gbl_resolv_flags.dns_pkt_addr_resolution;
    way.names = gbl_resolv_flags.network_name && way.names_known;
    sn_carriers_look(&way.carriers);
    open_way();
    let_rest();
}

void sn_short_way_end(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(layers) && way.open; i++) {
        if (way.before[layers[i].encapsulation])
            dissector_reset_uint(LINK_TABLE, layers[i].encapsulation);
        way.before[layers[i].encapsulation] = NULL;
    }
    wake();
    if (way.open)
        ws_info("%u frames took the short way", way.frames);
    way.open = way.asked = false;
    way.engine = NULL;
    way.took = way.frames = 0;
}

void sn_short_way_register(void)
{
    way.handle = create_dissector_handle(dissect, -1);
}
