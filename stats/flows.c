/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <epan/packet.h>
#include <wsutil/inet_addr.h>
#include <wsutil/report_message.h>

#include "dissector.h"
#include "engine/capture_time.h"
#include "engine/pool.h"
#include "labels.h"
#include "names.h"
#include "option.h"
#include "output.h"
#include "when.h"

#define OPTION "scannoise,flows"

static const char header[] = "first,last,ip_version,source,target,transport,port,technique,outcome,"
                             "tool,packets,bytes,label,verdict\n";

/** The tapped packets of a flow's initiator. */
typedef struct {
    uint64_t packets, bytes; /* as long as the packets were on the wire */
    int64_t first_us, last_us;
} record_t;

/** One file to be written. Rows wait until their session is over, when verdicts are final. */
typedef struct {
    sn_output_t output;
    sn_engine_t *engine; /* of the present session; NULL before its first packet */
    sn_pool_t records;   /* record_t by the flow's number in the engine */
    GString *row;
    uint64_t forgotten; /* packets that sessions which are over had no room for */
    uint32_t first_forgotten;
    bool failed; /* and the user knows */
} export_t;

static GPtrArray *exports; /* of export_t: all that this program writes */

/* --- Rows ------------------------------------------------------------------------------------ */

/** Appends a comma and text, in quotes where RFC 4180 wants them. */
static void append(GString *row, const char *text)
{
    g_string_append_c(row, ',');
    if (!strpbrk(text, ",\"\r\n")) {
        g_string_append(row, text);
        return;
    }
    g_string_append_c(row, '"');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(row, '"');
        g_string_append_c(row, *text);
    }
    g_string_append_c(row, '"');
}

static void append_number(GString *row, uint64_t number)
{
    g_string_append_printf(row, ",%" G_GUINT64_FORMAT, number);
}

static void append_address(GString *row, const sn_addr_t *a)
{
    char text[WS_INET6_ADDRSTRLEN];
    append(row, a->version == 6 ? ws_inet_ntop6(a->bytes, text, sizeof text)
                                : ws_inet_ntop4(a->bytes, text, sizeof text));
}

static void append_ends(GString *row, const sn_engine_t *engine, const sn_flow_view_t *v)
{
    sn_addr_t source = sn_engine_address(engine, v->source);
    sn_addr_t target = sn_engine_address(engine, v->target);
    append_number(row, source.version);
    append_address(row, &source);
    append_address(row, &target);
    append(row, sn_transport_text(v->transport));
    if (v->transport == SN_TRANSPORT_IP)
        g_string_append_printf(row, "/%u", v->port);
    if (v->has_port)
        append_number(row, v->port);
    else
        append(row, "");
}

static void make_row(GString *row, const sn_engine_t *engine, const sn_flow_view_t *v,
                     const record_t *record)
{
    bool scan = v->verdict == SN_VERDICT_SCAN;
    g_string_truncate(row, 0);
    sn_when_append_epoch(row, record->first_us);
    g_string_append_c(row, ',');
    sn_when_append_epoch(row, record->last_us);
    append_ends(row, engine, v);
    append(row, scan ? sn_technique_label(v->technique) : "");
    append(row, scan ? sn_outcome_label(v->outcome) : "");
    append(row, scan ? sn_tool_label(v->tool) : "");
    append_number(row, record->packets);
    append_number(row, record->bytes);
    sn_addr_t source = sn_engine_address(engine, v->source);
    const char *label = sn_label_of(&source);
    append(row, label ? label : "");
    append(row, scan ? "scan" : "backscatter");
    g_string_append_c(row, '\n');
}

/* --- The file -------------------------------------------------------------------------------- */

/** Tells the user once, if there is something to tell. */
static void complain(export_t *e, char *error)
{
    if (error && !e->failed)
        report_failure(OPTION ": %s", error);
    e->failed = e->failed || error;
    g_free(error);
}

static bool begin_file(export_t *e)
{
    if (e->output.file || e->failed)
        return !e->failed;
    complain(e, sn_output_begin(&e->output));
    if (!e->failed)
        fputs(header, e->output.file);
    return !e->failed;
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
    bool writes = begin_file(e);
    count_forgotten(e);
    for (uint32_t flow = 1; writes && flow <= e->records.count; flow++) {
        const record_t *record = (const record_t *)sn_pool_get(&e->records, flow);
        if (record->packets == 0)
            continue;
        sn_flow_view_t v;
        sn_engine_view(e->engine, flow, &v);
        if (v.verdict == SN_VERDICT_NOT_NOISE)
            continue;
        make_row(e->row, e->engine, &v, record);
        fwrite(e->row->str, 1, e->row->len, e->output.file);
    }
    sn_pool_clear(&e->records);
    sn_pool_init(&e->records, sizeof(record_t), true);
    sn_engine_unref(e->engine);
    e->engine = NULL;
}

static void finish(void *state)
{
    export_t *e = (export_t *)state;
    close_session(e);
    if (e->output.file)
        complain(e, sn_output_end(&e->output));
    if (e->forgotten > 0 && !e->failed)
        report_warning(OPTION ": %s: from frame %u on %" G_GUINT64_FORMAT
                              " packets were not judged, as scannoise.max_memory is reached",
                       e->output.path, e->first_forgotten, e->forgotten);
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

static bool is_taken(const char *path)
{
    for (guint i = 0; i < exports->len; i++)
        if (g_str_equal(((export_t *)g_ptr_array_index(exports, i))->output.path, path))
            return true;
    return false;
}

/** Splits ",FILE,filter". @return the file, which the caller frees; empty: there is none */
static char *split(const char *argument, const char **filter)
{
    const char *file = *argument == ',' ? argument + 1 : argument;
    const char *comma = strchr(file, ',');
    *filter = comma ? comma + 1 : NULL;
    return comma ? g_strndup(file, (gsize)(comma - file)) : g_strdup(file);
}

/** @return NULL, or why this file cannot be written; the caller frees it */
static char *objection(const char *path)
{
    if (*path == '\0')
        return g_strdup("no file named: -z " OPTION ",FILE[,filter]");
    if (is_taken(path))
        return g_strdup_printf("%s is named twice", path);
    return sn_output_check(path);
}

static void start(const char *argument)
{
    if (!exports)
        exports = g_ptr_array_new();
    const char *filter;
    char *path = split(argument, &filter);
    char *error = objection(path);
    if (error) {
        sn_option_fail(OPTION ": %s", error);
        g_free(error);
        g_free(path);
        return;
    }
    export_t *e = g_new0(export_t, 1); /* lives as long as the program, as tap listeners do */
    e->output.path = path;
    e->row = g_string_new(NULL);
    sn_pool_init(&e->records, sizeof(record_t), true);
    g_ptr_array_add(exports, e);
    sn_option_listen(OPTION, e, filter, count_packet, finish);
}

void sn_flows_csv_register(void)
{
    sn_option_register(OPTION, start);
}
