/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows_csv.h"

#include <epan/packet.h>
#include <wsutil/inet_addr.h>
#include <wsutil/report_message.h>

#include "csv.h"
#include "dissector.h"
#include "engine/capture_time.h"
#include "engine/pool.h"
#include "file_option.h"
#include "final.h"
#include "labels.h"
#include "names.h"
#include "option.h"
#include "output.h"
#include "when.h"

#define OPTION "scannoise,flows"

/** The tapped packets of a flow's initiator. */
typedef struct {
    uint64_t packets, bytes; /* as long as the packets were on the wire */
    int64_t first_us, last_us;
} record_t;

/** One file to be written. Rows wait until their session is over, when verdicts are final. */
typedef struct {
    sn_output_t *output;
    sn_engine_t *engine; /* of the present session; NULL before its first packet */
    sn_pool_t records;   /* record_t by the flow's number in the engine */
    GString *row;
    uint64_t forgotten; /* packets that sessions which are over had no room for */
    uint32_t first_forgotten;
    char *name; /* of the file, as it may be shown */
    bool has_header;
} export_t;

/* --- Columns --------------------------------------------------------------------------------- */

/** What a row is made of. */
typedef struct {
    const record_t *record;
    const sn_flow_view_t *flow;
    sn_addr_t source, target;
    bool is_scan;
} facts_t;

static void append_number(GString *row, uint64_t number)
{
    g_string_append_printf(row, "%" G_GUINT64_FORMAT, number);
}

static void append_address(GString *row, const sn_addr_t *a)
{
    char text[WS_INET6_ADDRSTRLEN];
    sn_csv_append(row, a->version == 6 ? ws_inet_ntop6(a->bytes, text, sizeof text)
                                       : ws_inet_ntop4(a->bytes, text, sizeof text));
}

static void append_first(GString *row, const facts_t *f)
{
    sn_when_append_epoch(row, f->record->first_us);
}

static void append_last(GString *row, const facts_t *f)
{
    sn_when_append_epoch(row, f->record->last_us);
}

static void append_version(GString *row, const facts_t *f)
{
    append_number(row, f->source.version);
}

static void append_source(GString *row, const facts_t *f)
{
    append_address(row, &f->source);
}

static void append_target(GString *row, const facts_t *f)
{
    append_address(row, &f->target);
}

static void append_transport(GString *row, const facts_t *f)
{
    sn_csv_append(row, sn_transport_text(f->flow->transport));
    if (f->flow->transport == SN_TRANSPORT_IP)
        g_string_append_printf(row, "/%u", f->flow->port);
}

static void append_port(GString *row, const facts_t *f)
{
    if (f->flow->has_port)
        append_number(row, f->flow->port);
}

static void append_technique(GString *row, const facts_t *f)
{
    sn_csv_append(row, f->is_scan ? sn_technique_label(f->flow->technique) : "");
}

static void append_outcome(GString *row, const facts_t *f)
{
    sn_csv_append(row, f->is_scan ? sn_outcome_label(f->flow->outcome) : "");
}

static void append_tool(GString *row, const facts_t *f)
{
    sn_csv_append(row, f->is_scan ? sn_tool_label(f->flow->tool) : "");
}

static void append_packets(GString *row, const facts_t *f)
{
    append_number(row, f->record->packets);
}

static void append_bytes(GString *row, const facts_t *f)
{
    append_number(row, f->record->bytes);
}

static void append_reason(GString *row, const facts_t *f)
{
    sn_csv_append(row, sn_reason_label(f->flow->reason));
}

static void append_label(GString *row, const facts_t *f)
{
    const char *label = sn_label_of(&f->source);
    sn_csv_append(row, label ? label : "");
}

static void append_verdict(GString *row, const facts_t *f)
{
    sn_csv_append(row, f->is_scan ? "scan" : "backscatter");
}

/* A new column is one line, the last one, and a function that appends its cell. */
static const struct {
    const char *name;
    void (*append)(GString *row, const facts_t *facts);
} columns[] = {
    {"first", append_first},   {"last", append_last},           {"ip_version", append_version},
    {"source", append_source}, {"target", append_target},       {"transport", append_transport},
    {"port", append_port},     {"technique", append_technique}, {"outcome", append_outcome},
    {"tool", append_tool},     {"packets", append_packets},     {"bytes", append_bytes},
    {"label", append_label},   {"verdict", append_verdict},     {"reason", append_reason},
};

/* What the header of every version begins with: such a file is ours, and may be replaced. */
static const char our_header[] = "first,last,ip_version,source,target,transport,port,";

/* --- The file -------------------------------------------------------------------------------- */

static void end_row(export_t *e)
{
    g_string_append_c(e->row, '\n');
    sn_output_write(e->output, e->row->str, e->row->len);
    g_string_truncate(e->row, 0);
}

static void write_header(export_t *e)
{
    if (e->has_header)
        return;
    e->has_header = true;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        g_string_append_printf(e->row, "%s%s", i > 0 ? "," : "", columns[i].name);
    end_row(e);
}

static void write_row(export_t *e, const sn_flow_view_t *flow, const record_t *record)
{
    facts_t facts = {
        .record = record,
        .flow = flow,
        .source = sn_engine_address(e->engine, flow->source),
        .target = sn_engine_address(e->engine, flow->target),
        .is_scan = flow->verdict == SN_VERDICT_SCAN,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (i > 0)
            g_string_append_c(e->row, ',');
        columns[i].append(e->row, &facts);
    }
    end_row(e);
}

static void count_forgotten(export_t *e)
{
    if (!e->engine)
        return;
    e->forgotten += sn_engine_forgotten(e->engine);
    if (e->first_forgotten == 0)
        e->first_forgotten = sn_engine_first_forgotten(e->engine);
}

/** Writes the rows of the present session, and lets go of it. */
static void close_session(export_t *e)
{
    write_header(e);
    count_forgotten(e);
    for (uint32_t flow = 1; flow <= e->records.count; flow++) {
        const record_t *record = (const record_t *)sn_pool_get(&e->records, flow);
        if (record->packets == 0)
            continue;
        sn_flow_view_t v;
        sn_engine_view(e->engine, flow, &v);
        if (v.verdict != SN_VERDICT_NOT_NOISE)
            write_row(e, &v, record);
    }
    sn_pool_clear(&e->records);
    sn_pool_init(&e->records, sizeof(record_t), true);
    sn_engine_unref(e->engine);
    e->engine = NULL;
}

static void finish(void *state)
{
    export_t *e = (export_t *)state;
    sn_final_draw();
    close_session(e);
    char *error = sn_output_close(e->output);
    if (error)
        report_failure(OPTION ": %s", error);
    else if (e->forgotten > 0)
        report_warning(OPTION ": %s: from frame %u on %" G_GUINT64_FORMAT
                              " packets were not judged, as scannoise.max_memory is reached",
                       e->name, e->first_forgotten, e->forgotten);
    g_free(error);
}

/* --- Packets --------------------------------------------------------------------------------- */

static void add(record_t *record, uint32_t bytes, int64_t time_us)
{
    if (record->packets == 0 || time_us < record->first_us)
        record->first_us = time_us;
    if (record->packets == 0 || time_us > record->last_us)
        record->last_us = time_us;
    record->packets++;
    record->bytes += bytes;
}

static tap_packet_status count_packet(void *state, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *data, tap_flags_t flags)
{
    (void)edt;
    (void)flags;
    export_t *e = (export_t *)state;
    const sn_tap_t *tap = (const sn_tap_t *)data;
    if (e->engine != tap->engine) {
        if (e->engine) /* tshark -M has begun a new session */
            close_session(e);
        e->engine = sn_engine_ref(tap->engine);
    }
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(tap->engine, tap->frame, &from_initiator);
    if (flow == 0 || !from_initiator)
        return TAP_PACKET_DONT_REDRAW;
    sn_pool_reach(&e->records, flow);
    add((record_t *)sn_pool_get(&e->records, flow), pinfo->fd->pkt_len,
        sn_capture_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs));
    return TAP_PACKET_REDRAW;
}

/* --- The option ------------------------------------------------------------------------------ */

static void start(const char *argument)
{
    sn_file_option_t option;
    if (!sn_file_option_open(OPTION, argument, our_header, &option))
        return;
    export_t *e = g_new0(export_t, 1); /* lives as long as the program, as tap listeners do */
    e->output = option.output;
    e->name = option.name;
    e->row = g_string_new(NULL);
    sn_pool_init(&e->records, sizeof(record_t), true);
    sn_option_listen(OPTION, e, option.filter, count_packet, finish);
}

void sn_flows_csv_register(void)
{
    sn_option_register(OPTION, start);
}
