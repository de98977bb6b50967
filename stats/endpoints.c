/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoints.h"

#include <epan/packet.h>
#include <epan/conversation_table.h>

#include "dissector.h"
#include "drawing.h"
#include "engine/pool.h"
#include "final.h"
#include "program.h"
#include "run.h"
#include "vacated.h"

/* Once the file is read, the verdict is final and a packet goes to the table at once. Before, packets are
 * counted by flow as well, because what the table has of a flow may have to be put right. tshark fills
 * its tables when it draws them. Wireshark's windows draw and close whenever they like, so there the only
 * time at which a table is known to be there is when it gets a packet: it is filled at once and put right
 * now and then, and for the last time when the capture ends, as everything is counted again then. */

/** The packets of a flow's initiator. */
typedef struct {
    uint64_t packets : 63;
    uint64_t is_in : 1; /* the table has them */
    uint64_t bytes;
    nstime_t first, last; /* since the first frame */
    nstime_t first_absolute;
} packets_t;

/* In a window that is limited to a display filter, packets that match and those that do not are counted
 * apart. */
enum { MATCHING, OTHERS, KINDS };

/** A table whose verdicts are not final. */
typedef struct {
    conv_hash_t *table;
    bool conversations; /* else end points */
    bool shows;         /* it is on a screen */
    sn_engine_t *engine;
    sn_pool_t flows[KINDS]; /* packets_t by flow */
    uint32_t newest_frame;
    int64_t corrected; /* when, in seconds of capture time */
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

/** Adds a scan's packets to a table, or takes them out. */
static void add_part(const waiting_t *w, const sn_flow_view_t *v, const packets_t *p, int packets,
                     int bytes)
{
    sn_addr_t source = sn_engine_address(w->engine, v->source);
    sn_addr_t target = sn_engine_address(w->engine, v->target);
    address src, dst;
    set_shared_address(&src, &source);
    set_shared_address(&dst, &target);
    if (!w->conversations) {
        add_endpoint_table_data(w->table, &src, 0, true, packets, bytes, &endpoint_info,
                                ENDPOINT_NONE);
        return;
    }
    nstime_t first = p->first, last = p->last, absolute = p->first_absolute;
    add_conversation_table_data(w->table, &src, &dst, 0, 0, packets, bytes, &first, &absolute,
                                &conversation_info, CONVERSATION_NONE);
    /* Once more for the end of the conversation. */
    add_conversation_table_data(w->table, &src, &dst, 0, 0, 0, 0, &last, &absolute,
                                &conversation_info, CONVERSATION_NONE);
}

/** The same; Wireshark's interface takes int, so huge numbers go in parts.
 * @param sign 1: adds them; -1: takes them out */
static void add_packets(const waiting_t *w, const sn_flow_view_t *v, const packets_t *p, int sign)
{
    uint64_t packets = p->packets, bytes = p->bytes;
    while (packets > 0 || bytes > 0) {
        int some_packets = (int)MIN(packets, INT_MAX), some_bytes = (int)MIN(bytes, INT_MAX);
        add_part(w, v, p, sign * some_packets, sign * some_bytes);
        packets -= (uint64_t)some_packets;
        bytes -= (uint64_t)some_bytes;
    }
}

/* --- Waiting --------------------------------------------------------------------------------- */

static void begin(waiting_t *w, sn_engine_t *engine)
{
    w->engine = sn_engine_ref(engine);
    for (int kind = 0; kind < KINDS; kind++)
        sn_pool_init(&w->flows[kind], sizeof(packets_t), true);
    w->newest_frame = 0;
    w->corrected = INT64_MIN;
}

static void end(waiting_t *w)
{
    for (int kind = 0; kind < KINDS; kind++)
        sn_pool_clear(&w->flows[kind]);
    sn_engine_unref(w->engine);
    w->engine = NULL;
}

static void correct_flow(const waiting_t *w, uint32_t flow, packets_t *p)
{
    if (p->packets == 0)
        return;
    sn_flow_view_t v;
    sn_engine_view(w->engine, flow, &v);
    bool belongs_in = v.verdict == SN_VERDICT_SCAN;
    if (belongs_in != p->is_in)
        add_packets(w, &v, p, belongs_in ? 1 : -1);
    p->is_in = belongs_in;
}

/** Makes the table say what its engine says now. */
static void correct(waiting_t *w)
{
    guint flags = w->table->flags;
    for (int kind = 0; kind < KINDS; kind++) {
        w->table->flags = kind == OTHERS ? TL_DISPLAY_FILTER_IGNORED : 0;
        for (uint32_t flow = 1; flow <= w->flows[kind].count; flow++)
            correct_flow(w, flow, (packets_t *)sn_pool_get(&w->flows[kind], flow));
    }
    w->table->flags = flags;
}

static void free_waiting(void *data)
{
    waiting_t *w = (waiting_t *)data;
    end(w);
    g_free(w);
}

static void correct_all(void)
{
    sn_final_draw();
    for (guint i = 0; waiting && i < waiting->len; i++)
        correct((waiting_t *)g_ptr_array_index(waiting, i));
    if (waiting)
        g_ptr_array_set_size(waiting, 0);
}

/** Windows may have the next file opened at any time; what they show of this one is theirs. */
static void close_file(void)
{
    if (waiting && sn_has_windows())
        g_ptr_array_set_size(waiting, 0);
}

static waiting_t *find(const conv_hash_t *table)
{
    for (guint i = 0; waiting && i < waiting->len; i++) {
        waiting_t *w = (waiting_t *)g_ptr_array_index(waiting, i);
        if (w->table == table)
            return w;
    }
    return NULL;
}

static waiting_t *begin_waiting(conv_hash_t *table, bool conversations, sn_engine_t *engine)
{
    if (!waiting)
        waiting = g_ptr_array_new_with_free_func(free_waiting);
    waiting_t *w = g_new0(waiting_t, 1);
    w->table = table;
    w->conversations = conversations;
    w->shows = sn_has_windows();
    begin(w, engine);
    g_ptr_array_add(waiting, w);
    if (!w->shows)
        sn_drawing_before(correct_all);
    return w;
}

static void begin_again(waiting_t *w, sn_engine_t *engine)
{
    end(w);
    begin(w, engine);
}

/** @return what the table waits with for the verdict on this frame's flow */
static waiting_t *waiting_for(conv_hash_t *table, bool conversations, const sn_tap_t *tap)
{
    waiting_t *w = find(table);
    if (!w)
        w = begin_waiting(table, conversations, tap->engine);
    /* The packets come from the beginning again, to a table that was emptied or is another one. */
    if (w->engine == tap->engine && tap->frame <= w->newest_frame)
        begin_again(w, tap->engine);
    if (w->engine != tap->engine) { /* tshark -M has begun a new session, or another file is open */
        if (!w->shows)
            correct(w);
        begin_again(w, tap->engine);
    }
    w->newest_frame = tap->frame;
    return w;
}

static packets_t packets_of(const packet_info *pinfo)
{
    nstime_t since = sn_run_time(pinfo);
    return (packets_t){1, 0, pinfo->fd->pkt_len, since, since, pinfo->abs_ts};
}

static void add(packets_t *sum, const packets_t *one)
{
    if (sum->packets == 0) {
        *sum = *one;
        return;
    }
    sum->packets++;
    sum->bytes += one->bytes;
    if (nstime_cmp(&one->first, &sum->first) < 0) {
        sum->first = one->first;
        sum->first_absolute = one->first_absolute;
    }
    if (nstime_cmp(&one->last, &sum->last) > 0)
        sum->last = one->last;
}

static void count(waiting_t *w, uint32_t flow, const packet_info *pinfo)
{
    sn_pool_t *flows = &w->flows[w->table->flags & TL_DISPLAY_FILTER_IGNORED ? OTHERS : MATCHING];
    sn_pool_reach(flows, flow);
    packets_t *sum = (packets_t *)sn_pool_get(flows, flow), one = packets_of(pinfo);
    if (w->shows) {
        correct_flow(w, flow, sum);
        sn_flow_view_t v;
        sn_engine_view(w->engine, flow, &v);
        one.is_in = v.verdict == SN_VERDICT_SCAN;
        if (one.is_in)
            add_packets(w, &v, &one, 1);
    }
    add(sum, &one);
}

/** Puts a table on a screen right, once in a second and a little more for a large one. */
static void correct_now_and_then(waiting_t *w, int64_t now)
{
    enum { FLOWS_A_SECOND = 100 * 1000 };
    int64_t pause = 1 + (w->flows[MATCHING].count + w->flows[OTHERS].count) / FLOWS_A_SECOND;
    if (w->corrected > now || now >= w->corrected + pause) {
        w->corrected = now;
        correct(w);
        sn_vacated_remove(w->table, w->conversations);
    }
}

/* --- Taps ------------------------------------------------------------------------------------ */

static tap_packet_status take_at_once(conv_hash_t *table, bool conversations, uint32_t flow,
                                      const packet_info *pinfo, const sn_tap_t *tap)
{
    const waiting_t w = {.table = table, .conversations = conversations, .engine = tap->engine};
    sn_flow_view_t v;
    sn_engine_view(tap->engine, flow, &v);
    if (v.verdict != SN_VERDICT_SCAN)
        return TAP_PACKET_DONT_REDRAW;
    packets_t one = packets_of(pinfo);
    add_packets(&w, &v, &one, 1);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status take(conv_hash_t *table, bool conversations, packet_info *pinfo,
                              const sn_tap_t *tap)
{
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(tap->engine, tap->frame, &from_initiator);
    if (sn_final_is_reached())
        return flow != 0 && from_initiator ? take_at_once(table, conversations, flow, pinfo, tap)
                                           : TAP_PACKET_DONT_REDRAW;
    waiting_t *w = waiting_for(table, conversations, tap);
    if (flow != 0 && from_initiator)
        count(w, flow, pinfo);
    if (w->shows) {
        sn_final_note(pinfo, SN_TOLD_VERDICT);
        correct_now_and_then(w, pinfo->abs_ts.secs);
    }
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
    register_cleanup_routine(close_file);
    register_conversation_table(proto, true, take_conversation, take_endpoint);
}
