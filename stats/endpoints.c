/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoints.h"

#include <epan/packet.h>
#include <epan/conversation_table.h>

#include "dissector.h"
#include "engine/pool.h"
#include "option.h"

/* In a second pass, and in Wireshark's and sharkd's passes over a file they have read, the verdict
 * is final and a packet goes to the table at once. While a file is read for the first time by
 * tshark, packets are counted by flow, and the table is filled when the pass ends. Wireshark's
 * windows may close at any time, so there a new packet goes by what is known at that time. */

/** The packets of a flow's initiator. */
typedef struct {
    uint64_t packets, bytes;
    nstime_t first, last; /* since the first frame */
    nstime_t first_absolute;
} packets_t;

/** A table that waits for the end of the pass. */
typedef struct {
    conv_hash_t *table;
    bool conversations; /* else end points */
    sn_engine_t *engine;
    sn_pool_t flows; /* packets_t by flow */
} waiting_t;

static GPtrArray *waiting; /* of waiting_t */

/* --- Filters that "Apply as Filter" makes ---------------------------------------------------- */

static const char *conversation_field(conv_item_t *item, conv_filter_type_e type)
{
    bool v6 = item->src_address.type == AT_IPv6;
    switch (type) {
    case CONV_FT_SRC_ADDRESS:
        return v6 ? "scannoise.scanner6" : "scannoise.scanner";
    case CONV_FT_DST_ADDRESS:
        return v6 ? "scannoise.target6" : "scannoise.target";
    case CONV_FT_ANY_ADDRESS:
        return v6 ? "scannoise.addr6" : "scannoise.addr";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *endpoint_field(endpoint_item_t *item, conv_filter_type_e type)
{
    if (type != CONV_FT_ANY_ADDRESS && type != CONV_FT_SRC_ADDRESS)
        return CONV_FILTER_INVALID;
    return item->myaddress.type == AT_IPv6 ? "scannoise.scanner6" : "scannoise.scanner";
}

static ct_dissector_info_t conversation_info = {conversation_field};
static et_dissector_info_t endpoint_info = {endpoint_field};

/* --- Rows ------------------------------------------------------------------------------------ */

static void set_shared_address(address *to, const sn_addr_t *from)
{
    bool v6 = from->version == 6;
    set_address(to, v6 ? AT_IPv6 : AT_IPv4, v6 ? 16 : 4, from->bytes);
}

/** Adds a scan's packets to a table; its interface takes int, so huge numbers go in parts. */
static void add_packets(conv_hash_t *table, bool conversations, const sn_engine_t *engine,
                        const sn_flow_view_t *v, packets_t p)
{
    sn_addr_t source = sn_engine_address(engine, v->source);
    sn_addr_t target = sn_engine_address(engine, v->target);
    address src, dst;
    set_shared_address(&src, &source);
    set_shared_address(&dst, &target);
    while (p.packets > 0 || p.bytes > 0) {
        int packets = (int)MIN(p.packets, INT_MAX), bytes = (int)MIN(p.bytes, INT_MAX);
        if (conversations)
            add_conversation_table_data(table, &src, &dst, 0, 0, packets, bytes, &p.first,
                                        &p.first_absolute, &conversation_info, CONVERSATION_NONE);
        else
            add_endpoint_table_data(table, &src, 0, true, packets, bytes, &endpoint_info,
                                    ENDPOINT_NONE);
        p.packets -= (uint64_t)packets;
        p.bytes -= (uint64_t)bytes;
    }
    if (conversations) /* once more for the end of the conversation */
        add_conversation_table_data(table, &src, &dst, 0, 0, 0, 0, &p.last, &p.first_absolute,
                                    &conversation_info, CONVERSATION_NONE);
}

/* --- Waiting --------------------------------------------------------------------------------- */

/** Hands a waiting table what its engine says now, and lets go of that engine. */
static void settle(waiting_t *w)
{
    for (uint32_t flow = 1; flow <= w->flows.count; flow++) {
        const packets_t *p = (const packets_t *)sn_pool_get(&w->flows, flow);
        sn_flow_view_t v;
        sn_engine_view(w->engine, flow, &v);
        if (p->packets > 0 && v.verdict == SN_VERDICT_SCAN)
            add_packets(w->table, w->conversations, w->engine, &v, *p);
    }
    sn_pool_clear(&w->flows);
    sn_engine_unref(w->engine);
    w->engine = NULL;
}

static void begin(waiting_t *w, sn_engine_t *engine)
{
    w->engine = sn_engine_ref(engine);
    sn_pool_init(&w->flows, sizeof(packets_t), true);
}

static waiting_t *waiting_for(conv_hash_t *table, bool conversations, sn_engine_t *engine)
{
    if (!waiting)
        waiting = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < waiting->len; i++) {
        waiting_t *w = (waiting_t *)g_ptr_array_index(waiting, i);
        if (w->table != table)
            continue;
        if (w->engine != engine) { /* tshark -M has begun a new session */
            settle(w);
            begin(w, engine);
        }
        return w;
    }
    waiting_t *w = g_new0(waiting_t, 1);
    w->table = table;
    w->conversations = conversations;
    begin(w, engine);
    g_ptr_array_add(waiting, w);
    return w;
}

static packets_t packets_of(const packet_info *pinfo)
{
    return (packets_t){1, pinfo->fd->pkt_len, pinfo->rel_ts, pinfo->rel_ts, pinfo->abs_ts};
}

static void count(waiting_t *w, uint32_t flow, const packet_info *pinfo)
{
    packets_t one = packets_of(pinfo);
    sn_pool_reach(&w->flows, flow);
    packets_t *sum = (packets_t *)sn_pool_get(&w->flows, flow);
    if (sum->packets == 0) {
        *sum = one;
        return;
    }
    sum->packets++;
    sum->bytes += one.bytes;
    if (nstime_cmp(&one.first, &sum->first) < 0) {
        sum->first = one.first;
        sum->first_absolute = one.first_absolute;
    }
    if (nstime_cmp(&one.last, &sum->last) > 0)
        sum->last = one.last;
}

void sn_endpoints_update(void)
{
    for (guint i = 0; waiting && i < waiting->len; i++)
        settle((waiting_t *)g_ptr_array_index(waiting, i));
    if (waiting)
        g_ptr_array_set_size(waiting, 0);
}

/* --- Taps ------------------------------------------------------------------------------------ */

static tap_packet_status take(conv_hash_t *table, bool conversations, packet_info *pinfo,
                              const sn_tap_t *tap)
{
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(tap->engine, tap->frame, &from_initiator);
    if (flow == 0 || !from_initiator)
        return TAP_PACKET_DONT_REDRAW;
    if (tap->first_pass && !sn_has_windows()) {
        count(waiting_for(table, conversations, tap->engine), flow, pinfo);
        return TAP_PACKET_REDRAW;
    }
    sn_flow_view_t v;
    sn_engine_view(tap->engine, flow, &v);
    if (v.verdict != SN_VERDICT_SCAN)
        return TAP_PACKET_DONT_REDRAW;
    add_packets(table, conversations, tap->engine, &v, packets_of(pinfo));
    return TAP_PACKET_REDRAW;
}

static tap_packet_status take_conversation(void *table, packet_info *pinfo, epan_dissect_t *edt,
                                           const void *data, tap_flags_t flags)
{
    (void)edt;
    conv_hash_t *hash = (conv_hash_t *)table;
    hash->flags = flags;
    return take(hash, true, pinfo, (const sn_tap_t *)data);
}

static tap_packet_status take_endpoint(void *table, packet_info *pinfo, epan_dissect_t *edt,
                                       const void *data, tap_flags_t flags)
{
    (void)edt;
    conv_hash_t *hash = (conv_hash_t *)table;
    hash->flags = flags;
    return take(hash, false, pinfo, (const sn_tap_t *)data);
}

void sn_endpoints_register(int proto)
{
    register_conversation_table(proto, true, take_conversation, take_endpoint);
}
