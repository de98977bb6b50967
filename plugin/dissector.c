/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector.h"

#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/tap.h>

#include "engine/dns.h"
#include "final.h"
#include "labels.h"
#include "menu.h"
#include "prefs.h"
#include "probe.h"
#include "read_filter.h"
#include "run.h"
#include "short_way.h"
#include "tree.h"

static int proto_scannoise;
static int tap_scannoise;
static int tap_expert; /* Wireshark's own, which it registers later than protocols */
static const header_field_info *hfinfo_scannoise, *hfinfo_expert; /* of the protocols' own fields */
static sn_engine_t *engine; /* between the opening of a file and its closing; NULL without a file */

/* --- Life cycle ------------------------------------------------------------------------------ */

static void begin(void)
{
    tap_expert = find_tap_id("expert");
    hfinfo_scannoise = proto_registrar_get_nth((unsigned)proto_scannoise);
    hfinfo_expert = proto_registrar_get_nth((unsigned)proto_expert);
    sn_labels_refresh(sn_prefs_labels());
    engine = sn_engine_new(sn_prefs_config());
    sn_tree_open(engine);
    sn_read_filter_open();
    sn_final_open(engine);
}

static void end(void)
{
    sn_final_close();
    sn_tree_close();
    sn_engine_unref(engine);
    engine = NULL;
}

static void open_file(void)
{
    if (sn_run_open())
        begin();
}

static void close_file(void)
{
    sn_short_way_end();
    if (sn_run_close())
        end();
}

void sn_dissector_end(void)
{
    if (engine)
        end();
}

/** Whether the next file's packets are likely to find room as well. A live capture may go on for ever. */
static bool has_room(void)
{
    uint64_t most = sn_prefs_config()->max_memory;
    return most == 0 || sn_engine_memory(engine) < most / 2;
}

static void decide_about_run(void)
{
    if (sn_run_goes_on(has_room())) {
        sn_read_filter_open();
        return;
    }
    end();
    begin();
}

/* --- Frames ---------------------------------------------------------------------------------- */

/** Whether anybody looks at our part of the tree: it is shown, or a filter, column or colouring rule
 * names one of its fields. Expert information is wanted without a tree as well (tshark -z expert).
 * As proto_field_is_referenced(), which looks the fields up each time it is asked. */
static bool is_tree_wanted(proto_tree *tree)
{
    if (!tree)
        return have_tap_listener(tap_expert);
    const tree_data_t *data = PTREE_DATA(tree);
    return data->visible || !data->fake_protocols ||
           hfinfo_scannoise->ref_type != HF_REF_TYPE_NONE ||
           hfinfo_expert->ref_type != HF_REF_TYPE_NONE || have_tap_listener(tap_expert);
}

/** Whom a DNS answer names addresses to. */
typedef struct {
    sn_addr_t client;
    int64_t time_us;
} names_t;

static void note_name(void *context, const sn_addr_t *named)
{
    const names_t *names = (const names_t *)context;
    sn_engine_note_name(engine, &names->client, named, names->time_us);
}

/** Lets the engine see a frame for the first time. */
static void observe(tvbuff_t *tvb, packet_info *pinfo)
{
    sn_packet_t *packet = sn_engine_next(engine);
    sn_probe_more_t more;
    if (!sn_probe_read(tvb, pinfo, packet, &more))
        return;
    names_t names = {packet->dst, packet->time_us};
    sn_engine_take(engine);
    sn_dns_addresses(more.dns, note_name, &names);
    sn_packet_t carrier;
    if (more.in_udp && sn_probe_carrier(tvb, pinfo, &carrier))
        sn_engine_note_tunnel(engine, &carrier);
}

/** Hands the frame to our tap, whose listeners get it when its dissection is over. When a packet that an
 * ICMP error quotes cannot be dissected to its end, Wireshark still takes what comes for part of it, which
 * listeners do not get. */
static void queue(packet_info *pinfo)
{
    static sn_tap_t tap;
    tap = (sn_tap_t){engine, sn_run_frame(pinfo)};
    bool in_quote = pinfo->flags.in_error_pkt;
    pinfo->flags.in_error_pkt = 0;
    tap_queue_packet(tap_scannoise, pinfo, &tap);
    pinfo->flags.in_error_pkt = in_quote ? 1 : 0;
}

static int dissect_scannoise(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    if (!engine)
        return 0;
    if (sn_short_way_took(pinfo)) {
        /* There no frame is read twice, and nobody looks at trees and colours. */
        sn_run_note(pinfo);
        queue(pinfo);
        return 1;
    }
    if (sn_run_is_in_doubt())
        decide_about_run();
    sn_run_note(pinfo);
    sn_read_filter_note(engine, pinfo);
    if (!PINFO_FD_VISITED(pinfo))
        observe(tvb, pinfo);
    queue(pinfo);
    sn_final_colour(pinfo);
    sn_short_way_begin(tap_scannoise, pinfo, tree, engine);
    if (is_tree_wanted(tree))
        sn_tree_describe(tree, tvb, pinfo);
    return 1; /* nobody asks how much of the frame a post-dissector took */
}

sn_verdict_t sn_dissector_judge(uint32_t frame, sn_flow_view_t *view, sn_addr_t *scanner)
{
    bool from_initiator = false;
    uint32_t flow = engine ? sn_engine_flow_of(engine, frame, &from_initiator) : 0;
    if (flow == 0 || !from_initiator)
        return SN_VERDICT_NOT_NOISE;
    sn_engine_view(engine, flow, view);
    if (view->verdict == SN_VERDICT_SCAN)
        *scanner = sn_engine_address(engine, view->source);
    return view->verdict;
}

/* --- Registration ---------------------------------------------------------------------------- */

void sn_dissector_register(void)
{
    proto_scannoise = proto_register_protocol("Scan Noise", "Scan Noise", "scannoise");
    sn_tree_register(proto_scannoise);
    tap_scannoise = register_tap(SN_TAP_NAME);
    sn_menu_register(proto_scannoise);
    sn_prefs_register(proto_scannoise);
    sn_final_register();
    sn_short_way_register();
    register_init_routine(open_file);
    register_cleanup_routine(close_file);
    /* Owned by a protocol in name only, it adds no layer to the frame: noise or not, the frame's
     * list of protocols stays what it was, and no time is spent on it. */
    int in_name_only = proto_register_protocol_in_name_only(
        "Scan Noise judge", "Judge", "scannoise.judge", proto_scannoise, FT_PROTOCOL);
    register_postdissector(create_dissector_handle(dissect_scannoise, in_name_only));
}
