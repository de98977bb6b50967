/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <wsutil/inet_addr.h>
#include <wsutil/json_dumper.h>
#include <wsutil/report_message.h>

#include "also.h"
#include "engine/capture_time.h"
#include "engine/wanted.h"
#include "final.h"
#include "labels.h"
#include "listener.h"
#include "names.h"
#include "option.h"
#include "origins.h"
#include "output.h"
#include "when.h"

#define OPTION "scannoise,json"

enum {
    FORMAT_VERSION = 1, /* changes when a member changes its meaning or goes away */
    PORTS_BY_HOUR = 20,
};

/* --- Members --------------------------------------------------------------------------------- */

static void put_number(json_dumper *d, const char *name, uint64_t number)
{
    json_dumper_set_member_name(d, name);
    json_dumper_value_anyf(d, "%" G_GUINT64_FORMAT, number);
}

/** @param text may be NULL and may have bytes that are no UTF-8, which are replaced */
static void put_text(json_dumper *d, const char *name, const char *text)
{
    char *valid = text ? g_utf8_make_valid(text, -1) : NULL;
    if (name)
        json_dumper_set_member_name(d, name);
    json_dumper_value_string(d, valid);
    g_free(valid);
}

static void put_bool(json_dumper *d, const char *name, bool value)
{
    json_dumper_set_member_name(d, name);
    json_dumper_value_anyf(d, value ? "true" : "false");
}

static void put_time(json_dumper *d, const char *name, int64_t time_us)
{
    char *text = sn_when_utc(time_us);
    put_text(d, name, text);
    g_free(text);
}

static void put_times(json_dumper *d, const sn_count_t *count)
{
    if (count->packets == 0) {
        put_text(d, "first", NULL);
        put_text(d, "last", NULL);
        return;
    }
    put_time(d, "first", count->first_us);
    put_time(d, "last", count->last_us);
}

static void put_distinct(json_dumper *d, const sn_count_t *count)
{
    put_number(d, "scanners", count->scanners);
    put_number(d, "ports", count->ports);
    put_number(d, "targets", count->targets);
}

static void begin_object(json_dumper *d, const char *name)
{
    if (name)
        json_dumper_set_member_name(d, name);
    json_dumper_begin_object(d);
}

static void begin_array(json_dumper *d, const char *name)
{
    json_dumper_set_member_name(d, name);
    json_dumper_begin_array(d);
}

/** A row of a section that has a name and all counts. */
static void put_row(json_dumper *d, const char *name, const sn_count_t *count)
{
    begin_object(d, NULL);
    put_text(d, "name", name);
    put_number(d, "packets", count->packets);
    put_distinct(d, count);
    put_times(d, count);
    json_dumper_end_object(d);
}

/* --- Sections -------------------------------------------------------------------------------- */

static void put_capture(json_dumper *d, const sn_rows_t *rows)
{
    begin_object(d, "capture");
    put_number(d, "packets", rows->all.packets);
    put_times(d, &rows->all);
    json_dumper_end_object(d);
    begin_object(d, "noise");
    put_number(d, "packets", rows->noise.packets);
    put_number(d, "scan", rows->scan.packets);
    put_number(d, "backscatter", rows->backscatter.packets);
    put_times(d, &rows->noise);
    json_dumper_end_object(d);
    begin_object(d, "scan");
    put_number(d, "packets", rows->scan.packets);
    put_distinct(d, &rows->scan);
    put_times(d, &rows->scan);
    json_dumper_end_object(d);
    begin_object(d, "backscatter");
    put_number(d, "packets", rows->backscatter.packets);
    put_times(d, &rows->backscatter);
    json_dumper_end_object(d);
    put_number(d, "not_judged", rows->forgotten);
    if (rows->forgotten > 0)
        put_number(d, "not_judged_from", rows->first_forgotten);
    else
        put_text(d, "not_judged_from", NULL);
}

static void put_versions(json_dumper *d, const sn_rows_t *rows)
{
    begin_array(d, "ip_version");
    for (int v6 = 0; v6 < 2; v6++) {
        const sn_count_t *count = &rows->version[v6];
        begin_object(d, NULL);
        put_text(d, "name", v6 ? "IPv6" : "IPv4");
        put_number(d, "packets", count->packets);
        put_number(d, "scanners", count->scanners);
        put_number(d, "scanner_prefixes", v6 ? rows->ipv6_scanner_prefixes : count->scanners);
        put_number(d, "ports", count->ports);
        put_number(d, "targets", count->targets);
        put_times(d, count);
        json_dumper_end_object(d);
    }
    json_dumper_end_array(d);
}

static void put_traits(json_dumper *d, const char *name, const sn_rows_t *rows, sn_trait_t kind)
{
    sn_trait_row_t ranked[SN_TRAITS];
    size_t n = sn_rows_rank_traits(rows, kind, ranked);
    begin_array(d, name);
    for (size_t i = 0; i < n; i++)
        put_row(d, ranked[i].label, ranked[i].count);
    json_dumper_end_array(d);
}

static void put_also(json_dumper *d, const sn_count_t also[SN_ALSO_KINDS])
{
    begin_array(d, "also_seen");
    for (unsigned kind = 0; kind < SN_ALSO_KINDS; kind++) {
        if (also[kind].packets == 0)
            continue;
        begin_object(d, NULL);
        put_text(d, "name", sn_also_label((sn_also_kind_t)kind));
        put_number(d, "packets", also[kind].packets);
        put_number(d, "sources", also[kind].scanners);
        put_number(d, "targets", also[kind].targets);
        json_dumper_end_object(d);
    }
    json_dumper_end_array(d);
}

static void put_groups(json_dumper *d, const char *name, const GArray *groups)
{
    begin_array(d, name);
    for (guint i = 0; i < groups->len; i++) {
        const sn_group_row_t *row = &g_array_index(groups, sn_group_row_t, i);
        put_row(d, row->name, &row->count);
    }
    json_dumper_end_array(d);
}

/** How many scanners label files know, and how many they do not. */
static void put_labelled(json_dumper *d, const sn_rows_t *rows)
{
    sn_count_t labelled = sn_rows_labelled(rows);
    begin_object(d, "labelled");
    put_number(d, "scanners", labelled.scanners);
    put_number(d, "packets", labelled.packets);
    json_dumper_end_object(d);
    begin_object(d, "unlabelled");
    put_number(d, "scanners", rows->scan.scanners - labelled.scanners);
    put_number(d, "packets", rows->scan.packets - labelled.packets);
    json_dumper_end_object(d);
}

/** "tcp/23". @param service transport << 16 | port */
static void put_service(json_dumper *d, const char *name, uint32_t service)
{
    char *text = g_strdup_printf("%s/%u", sn_transport_text((sn_transport_t)(service >> 16)),
                                 service & 0xffff);
    put_text(d, name, text);
    g_free(text);
}

/** Packets a second, from the first to the last: of one packet, or at one time, there is none. */
static void put_rate(json_dumper *d, const sn_count_t *count)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    double seconds = ((double)count->last_us - (double)count->first_us) / G_USEC_PER_SEC;
    if (count->packets < 2 || seconds <= 0) {
        put_text(d, "per_second", NULL);
        return;
    }
    json_dumper_set_member_name(d, "per_second");
    json_dumper_value_anyf(
        d, "%s",
        g_ascii_formatd(text, sizeof text, "%.6g", (double)(count->packets - 1) / seconds));
}

static void put_port(json_dumper *d, const sn_port_row_t *row)
{
    put_service(d, "port", sn_service(row->transport, row->port));
}

static void put_ports(json_dumper *d, const GArray *ports)
{
    begin_array(d, "ports");
    for (guint i = 0; i < ports->len; i++) {
        const sn_port_row_t *row = &g_array_index(ports, sn_port_row_t, i);
        begin_object(d, NULL);
        put_port(d, row);
        put_text(d, "service", sn_service_text(row->transport, row->port));
        put_text(d, "wanted", sn_wanted_at(row->transport, row->port));
        put_number(d, "packets", row->count.packets);
        put_number(d, "scanners", row->count.scanners);
        put_number(d, "targets", row->count.targets);
        put_times(d, &row->count);
        json_dumper_end_object(d);
    }
    json_dumper_end_array(d);
}

static void put_origin(json_dumper *d, const sn_addr_t *host)
{
    sn_origin_t origin = sn_origin_of(host);
    put_text(d, "country", origin.country_code ? origin.country_code : origin.country);
    if (origin.as_number > 0)
        put_number(d, "asn", origin.as_number);
    else
        put_text(d, "asn", NULL);
    put_text(d, "organisation", origin.as_organisation);
}

static void put_address(json_dumper *d, const char *name, const sn_addr_t *host)
{
    char text[WS_INET6_ADDRSTRLEN];
    if (host->version == 6)
        ws_inet_ntop6(host->bytes, text, sizeof text);
    else
        ws_inet_ntop4(host->bytes, text, sizeof text);
    put_text(d, name, text);
}

/** @param techniques, tools bits */
static void put_ways(json_dumper *d, unsigned techniques, unsigned tools)
{
    begin_array(d, "techniques");
    for (unsigned i = 0; i < SN_TECHNIQUES; i++)
        if (techniques >> i & 1)
            put_text(d, NULL, sn_technique_label((sn_technique_t)i));
    json_dumper_end_array(d);
    begin_array(d, "tools");
    for (unsigned i = SN_TOOL_NONE + 1; i < SN_TOOLS; i++)
        if (tools >> i & 1)
            put_text(d, NULL, sn_tool_label((sn_tool_t)i));
    json_dumper_end_array(d);
}

/** @param uri that its probes carry; NULL: none do */
static void put_scanner(json_dumper *d, const sn_scanner_row_t *row, const char *uri)
{
    begin_object(d, NULL);
    put_address(d, "address", &row->address);
    put_text(d, "label", sn_label_of(&row->address));
    put_text(d, "kind", sn_organisation_label(sn_label_kind(&row->address)));
    put_text(d, "probe_uri", uri);
    put_number(d, "packets", row->count.packets);
    put_number(d, "contacts", row->contacts);
    put_number(d, "ports", row->count.ports);
    put_number(d, "targets", row->count.targets);
    put_text(d, "pattern", sn_pattern_label((sn_pattern_t)row->pattern));
    put_bool(d, "structured", row->structured);
    put_ways(d, row->techniques, row->tools);
    begin_array(d, "first_ports");
    for (unsigned i = 0; i < row->first_ports; i++)
        put_service(d, NULL, row->first_services[i]);
    json_dumper_end_array(d);
    put_rate(d, &row->count);
    put_times(d, &row->count);
    put_origin(d, &row->address);
    json_dumper_end_object(d);
}

static void put_scanners(json_dumper *d, const sn_tally_t *tally, const GArray *scanners)
{
    begin_array(d, "scanners");
    for (guint i = 0; i < scanners->len; i++) {
        const sn_scanner_row_t *row = &g_array_index(scanners, sn_scanner_row_t, i);
        put_scanner(d, row, sn_tally_probe_uri(tally, &row->address));
    }
    json_dumper_end_array(d);
}

static void put_campaign(json_dumper *d, guint number, const sn_campaign_row_t *row)
{
    begin_object(d, NULL);
    put_number(d, "number", number);
    begin_array(d, "members");
    for (guint i = 0; i < row->members->len; i++)
        put_address(d, NULL, &g_array_index(row->members, sn_addr_t, i));
    json_dumper_end_array(d);
    begin_array(d, "ports");
    for (guint i = 0; i < row->services->len; i++)
        put_service(d, NULL, g_array_index(row->services, uint32_t, i));
    json_dumper_end_array(d);
    put_bool(d, "shared", row->shared);
    put_ways(d, row->techniques, row->tools);
    put_number(d, "packets", row->count.packets);
    put_number(d, "targets", row->count.targets);
    put_times(d, &row->count);
    json_dumper_end_object(d);
}

static void put_campaigns(json_dumper *d, const GArray *campaigns)
{
    begin_array(d, "campaigns");
    for (guint i = 0; i < campaigns->len; i++)
        put_campaign(d, i + 1, &g_array_index(campaigns, sn_campaign_row_t, i));
    json_dumper_end_array(d);
}

static void put_victim(json_dumper *d, const sn_victim_row_t *row)
{
    begin_object(d, NULL);
    put_address(d, "address", &row->address);
    if (sn_has_port((sn_transport_t)(row->service >> 16)))
        put_service(d, "port", row->service);
    else
        put_text(d, "port", NULL);
    begin_array(d, "answers");
    for (unsigned i = 0; i < SN_ANSWERS; i++)
        if (row->answers >> i & 1)
            put_text(d, NULL, sn_answer_label((sn_answer_t)i));
    json_dumper_end_array(d);
    put_number(d, "packets", row->count.packets);
    put_number(d, "targets", row->count.targets);
    put_times(d, &row->count);
    json_dumper_end_object(d);
}

static void put_victims(json_dumper *d, const GArray *victims)
{
    begin_array(d, "victims");
    for (guint i = 0; i < victims->len; i++)
        put_victim(d, &g_array_index(victims, sn_victim_row_t, i));
    json_dumper_end_array(d);
}

static void put_times_of(json_dumper *d, const char *name, const GArray *hours)
{
    begin_array(d, name);
    for (guint i = 0; i < hours->len; i++) {
        const sn_hour_row_t *row = &g_array_index(hours, sn_hour_row_t, i);
        begin_object(d, NULL);
        put_time(d, "begin", row->begin_us);
        put_number(d, "ipv4", row->packets[0]);
        put_number(d, "ipv6", row->packets[1]);
        json_dumper_end_object(d);
    }
    json_dumper_end_array(d);
}

/** Steps shorter than the hours, where the capture has them. */
static void put_timeline(json_dumper *d, sn_hours_t *hours)
{
    int64_t step_us;
    const GArray *rows = sn_hours_timeline(hours, &step_us);
    if (step_us >= 3600 * SN_SECOND_US) {
        put_text(d, "timeline", NULL);
        return;
    }
    begin_object(d, "timeline");
    put_number(d, "step_seconds", (uint64_t)(step_us / SN_SECOND_US));
    put_times_of(d, "rows", rows);
    json_dumper_end_object(d);
}

/** Hours by ports, of those ports that have most packets: of all it would be more than all the rest. */
static void put_port_hours(json_dumper *d, sn_hours_t *hours, const GArray *ports)
{
    guint count = MIN(ports->len, (guint)PORTS_BY_HOUR);
    const sn_port_row_t *row = (const sn_port_row_t *)(const void *)ports->data;
    uint64_t *packets = sn_hours_by_port(hours, row, count);
    guint columns = sn_hours_count(hours)->len;
    begin_array(d, "port_hours");
    for (guint i = 0; i < count; i++) {
        begin_object(d, NULL);
        put_port(d, &row[i]);
        begin_array(d, "packets");
        for (guint at = 0; at < columns; at++)
            json_dumper_value_anyf(d, "%" G_GUINT64_FORMAT, packets[(gsize)i * columns + at]);
        json_dumper_end_array(d);
        json_dumper_end_object(d);
    }
    json_dumper_end_array(d);
    g_free(packets);
}

/* --- The option ------------------------------------------------------------------------------ */

void sn_json_write(FILE *to, const sn_listener_t *r)
{
    sn_final_draw();
    const sn_rows_t *rows = sn_origins_count(r->tally);
    json_dumper dumper = {.output_file = to}, *d = &dumper;
    json_dumper_begin_object(d);
    put_number(d, "version", FORMAT_VERSION);
    put_text(d, "filter", r->filter);
    put_capture(d, rows);
    put_versions(d, rows);
    put_traits(d, "techniques", rows, SN_TRAIT_TECHNIQUE);
    put_traits(d, "outcomes", rows, SN_TRAIT_OUTCOME);
    put_traits(d, "tools", rows, SN_TRAIT_TOOL);
    put_traits(d, "asked_for", rows, SN_TRAIT_ASKED_FOR);
    put_traits(d, "reasons", rows, SN_TRAIT_REASON);
    put_also(d, rows->also);
    put_victims(d, rows->victims);
    put_groups(d, "organisations", rows->groups[SN_GROUP_ORGANISATION]);
    put_labelled(d, rows);
    put_traits(d, "organisation_kinds", rows, SN_TRAIT_KIND);
    put_groups(d, "networks", rows->groups[SN_GROUP_NETWORK]);
    put_campaigns(d, rows->campaigns);
    put_groups(d, "countries", rows->groups[SN_GROUP_COUNTRY]);
    put_groups(d, "autonomous_systems", rows->groups[SN_GROUP_AS]);
    put_ports(d, rows->ports);
    put_scanners(d, r->tally, rows->scanners);
    put_times_of(d, "hours", sn_hours_count(sn_tally_hours(r->tally)));
    put_timeline(d, sn_tally_hours(r->tally));
    put_port_hours(d, sn_tally_hours(r->tally), rows->ports);
    json_dumper_end_object(d);
    json_dumper_finish(d);
}

static void finish(void *state)
{
    sn_json_write(stdout, (const sn_listener_t *)state);
    char *error = sn_output_flush();
    if (error)
        report_failure(OPTION ": %s", error);
    g_free(error);
}

static void start(const char *argument)
{
    sn_listener_t *listener = sn_listener_new(sn_listener_filter(argument));
    sn_tally_want_details(listener->tally);
    sn_listener_start(OPTION, listener, finish);
}

void sn_json_register(void)
{
    sn_option_register(OPTION, start);
}
