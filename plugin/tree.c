/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree.h"

#include <epan/expert.h>

#include "engine/links.h"
#include "engine/scanner.h"
#include "final.h"
#include "labels.h"
#include "names.h"
#include "prefs.h"
#include "probe.h"
#include "read_filter.h"
#include "run.h"

static int proto;
static int ett_scannoise = -1;
static int ett_scanner = -1;

static int hf_scan = -1;
static int hf_backscatter = -1;
static int hf_answers = -1;
static int hf_technique = -1;
static int hf_tool = -1;
static int hf_asked_for = -1;
static int hf_probe_uri = -1;
static int hf_outcome = -1;
static int hf_reason = -1;
static int hf_source_failed = -1;
static int hf_source_credit = -1;
static int hf_pattern = -1;
static int hf_scanner = -1;
static int hf_scanner6 = -1;
static int hf_target = -1;
static int hf_target6 = -1;
static int hf_port = -1;
static int hf_scanner_label = -1;
static int hf_organisation_kind = -1;
static int hf_scanner_probes = -1;
static int hf_scanner_contacts = -1;
static int hf_scanner_ports = -1;
static int hf_scanner_targets = -1;
static int hf_scanner_structured = -1;
static int hf_scanner_previous = -1;
static int hf_scanner_next = -1;
static int hf_first_frame = -1;
static int hf_addr = -1;
static int hf_addr6 = -1;
static int hf_host = -1;

static expert_field ei_scan = EI_INIT;
static expert_field ei_backscatter = EI_INIT;
static expert_field ei_limit = EI_INIT;

/* Between sn_tree_open() and sn_tree_close(). */
static sn_engine_t *engine;
static sn_scanners_t *scanners;
static sn_links_t *links;

void sn_tree_open(sn_engine_t *of)
{
    engine = of;
    scanners = sn_scanners_new();
    links = sn_links_new();
}

void sn_tree_close(void)
{
    sn_links_free(links);
    links = NULL;
    sn_scanners_free(scanners);
    scanners = NULL;
    engine = NULL;
}

/** What the functions below need to know of the frame they describe. */
typedef struct {
    proto_tree *tree;
    tvbuff_t *tvb;
    packet_info *pinfo;
    sn_flow_view_t flow;
    sn_addr_t source, target;
} frame_t;

static proto_item *add_address(const frame_t *f, int hf4, int hf6, const sn_addr_t *a)
{
    if (a->version == 6)
        return proto_tree_add_ipv6(f->tree, hf6, f->tvb, 0, 0, (const ws_in6_addr *)a->bytes);
    ws_in4_addr v4;
    memcpy(&v4, a->bytes, sizeof v4);
    return proto_tree_add_ipv4(f->tree, hf4, f->tvb, 0, 0, v4);
}

static void add_number(proto_tree *tree, tvbuff_t *tvb, int hf, uint32_t value)
{
    proto_item_set_generated(proto_tree_add_uint(tree, hf, tvb, 0, 0, value));
}

/** @param is_seen whether the text will be read: then with the service's name, where those are wanted */
static void add_port(const frame_t *f, bool is_seen)
{
    proto_item *item = proto_tree_add_uint(f->tree, hf_port, f->tvb, 0, 0, f->flow.port);
    proto_item_set_generated(item);
    if (is_seen)
        proto_item_set_text(item, "Port: %s",
                            sn_port_text(f->pinfo->pool, f->flow.transport, f->flow.port));
}

static void add_frame_link(proto_tree *tree, tvbuff_t *tvb, int hf, uint32_t frame)
{
    if (frame != 0)
        add_number(tree, tvb, hf, frame);
}

static void add_true(proto_tree *tree, tvbuff_t *tvb, int hf)
{
    proto_item_set_generated(proto_tree_add_boolean(tree, hf, tvb, 0, 0, true));
}

/** An address as scanner or target, and twice more hidden as either of them, so that one filter can
 * ask for both, as with ip.addr: with the type of its IP version, and as text, which is one field for both
 * versions. */
static proto_item *add_end(const frame_t *f, int hf4, int hf6, const sn_addr_t *a)
{
    proto_item *item = add_address(f, hf4, hf6, a);
    proto_item_set_generated(item);
    char *text = sn_address_number(f->pinfo->pool, a);
    proto_item *hidden[] = {add_address(f, hf_addr, hf_addr6, a),
                            proto_tree_add_string(f->tree, hf_host, f->tvb, 0, 0, text)};
    for (size_t i = 0; i < array_length(hidden); i++) {
        proto_item_set_generated(hidden[i]);
        proto_item_set_hidden(hidden[i]);
    }
    return item;
}

/** Whether the tree is shown, or somebody asks for one of these fields. */
static bool is_any_wanted(proto_tree *tree, const int *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (proto_field_is_referenced(tree, fields[i]))
            return true;
    return false;
}

/** The scanner's totals cost a walk over its flows now and then: only for who looks at them. */
static void add_totals(const frame_t *f, proto_tree *sub)
{
    const int totals[] = {hf_pattern,          hf_scanner_structured, hf_scanner_probes,
                          hf_scanner_contacts, hf_scanner_ports,      hf_scanner_targets};
    if (!is_any_wanted(f->tree, totals, array_length(totals)))
        return;
    sn_final_note_totals();
    const sn_scanner_t *s =
        sn_scanners_get(scanners, engine, f->flow.source, PINFO_FD_VISITED(f->pinfo));
    add_number(sub, f->tvb, hf_pattern, s->pattern);
    if (s->structured)
        add_true(sub, f->tvb, hf_scanner_structured);
    add_number(sub, f->tvb, hf_scanner_probes, (uint32_t)MIN(s->probes, UINT32_MAX));
    add_number(sub, f->tvb, hf_scanner_contacts, s->contacts);
    add_number(sub, f->tvb, hf_scanner_ports, s->ports);
    add_number(sub, f->tvb, hf_scanner_targets, s->targets);
}

static void add_neighbours(const frame_t *f, proto_tree *sub)
{
    const int neighbours[] = {hf_scanner_previous, hf_scanner_next};
    if (!is_any_wanted(f->tree, neighbours, array_length(neighbours)))
        return;
    sn_final_note_totals();
    if (!PINFO_FD_VISITED(f->pinfo))
        return;
    uint32_t previous, next;
    sn_links_get(links, engine, sn_run_frame(f->pinfo), &previous, &next);
    add_frame_link(sub, f->tvb, hf_scanner_previous, sn_run_frame_in_file(previous));
    if (sn_read_filter_has(next))
        add_frame_link(sub, f->tvb, hf_scanner_next, next);
}

static void add_scanner(const frame_t *f)
{
    proto_item *item = add_end(f, hf_scanner, hf_scanner6, &f->source);
    proto_tree *sub = proto_item_add_subtree(item, ett_scanner);
    const char *label = sn_label_of(&f->source);
    if (label)
        proto_item_set_generated(proto_tree_add_string(sub, hf_scanner_label, f->tvb, 0, 0, label));
    add_number(sub, f->tvb, hf_organisation_kind, sn_label_kind(&f->source));
    add_totals(f, sub);
    add_neighbours(f, sub);
}

static const char *plural(uint32_t n)
{
    return n == 1 ? "" : "s";
}

/** One sentence that answers who did what to whom. */
static void describe_scan(const frame_t *f, proto_item *item)
{
    wmem_allocator_t *pool = f->pinfo->pool;
    const sn_flow_view_t *v = &f->flow;
    proto_item_append_text(item, ": Unsolicited scan: %s", sn_technique_label(v->technique));
    if (v->has_port)
        proto_item_append_text(item, " to %s", sn_port_text(pool, v->transport, v->port));
    const char *label = sn_label_of(&f->source);
    proto_item_append_text(item, ", %s; scanner %s, %s%s", sn_outcome_label(v->outcome),
                           sn_address_text(pool, &f->source), label ? label : "",
                           label ? ", " : "");
    const sn_scanner_t *s =
        sn_scanners_get(scanners, engine, v->source, PINFO_FD_VISITED(f->pinfo));
    uint32_t ports = s->ports, targets = s->targets;
    if (ports > 0)
        proto_item_append_text(item, "%u port%s on ", ports, plural(ports));
    proto_item_append_text(item, "%u target%s", targets, plural(targets));
    if (v->tool != SN_TOOL_NONE)
        proto_item_append_text(item, ", %s", sn_tool_label(v->tool));
}

/** Why: the rule, and the counts of the source that it may have looked at. */
static void add_reason(const frame_t *f, proto_item *item)
{
    sn_source_facts_t s = sn_engine_source_facts(engine, f->flow.source);
    proto_item_append_text(item, " (%s; source: %u failed contact%s, %u with conversations)",
                           sn_reason_label(f->flow.reason), s.failed, plural(s.failed), s.credit);
    add_number(f->tree, f->tvb, hf_reason, f->flow.reason);
    add_number(f->tree, f->tvb, hf_source_failed, s.failed);
    add_number(f->tree, f->tvb, hf_source_credit, s.credit);
}

/** Expert information goes by the current protocol, which for a post-dissector is "Frame". */
static void add_expert(packet_info *pinfo, proto_item *item, expert_field *field)
{
    const char *current = pinfo->current_proto;
    pinfo->current_proto = "Scan Noise";
    expert_add_info(pinfo, item, field);
    pinfo->current_proto = current;
}

/** Whose probe this packet says it is. Nobody keeps that of each packet, so it is read again for who looks at it. */
static void add_probe_uri(const frame_t *f)
{
    sn_packet_t packet = {0};
    sn_probe_more_t more;
    if (!is_any_wanted(f->tree, &hf_probe_uri, 1) ||
        !sn_probe_read(f->tvb, f->pinfo, &packet, &more) || packet.probe_uri_len == 0)
        return;
    const char *uri =
        wmem_strndup(f->pinfo->pool, (const char *)packet.probe_uri, packet.probe_uri_len);
    proto_item_set_generated(proto_tree_add_string(f->tree, hf_probe_uri, f->tvb, 0, 0, uri));
}

static void add_scan(const frame_t *f, proto_item *item)
{
    const sn_flow_view_t *v = &f->flow;
    bool is_seen = f->tree && PTREE_DATA(f->tree)->visible;
    if (is_seen)
        describe_scan(f, item);
    add_true(f->tree, f->tvb, hf_scan);
    add_number(f->tree, f->tvb, hf_technique, v->technique);
    add_number(f->tree, f->tvb, hf_outcome, v->outcome);
    if (v->tool != SN_TOOL_NONE)
        add_number(f->tree, f->tvb, hf_tool, v->tool);
    if (v->asked != SN_ASKED_NONE)
        add_number(f->tree, f->tvb, hf_asked_for, v->asked);
    add_probe_uri(f);
    add_scanner(f);
    add_end(f, hf_target, hf_target6, &f->target);
    if (v->has_port)
        add_port(f, is_seen);
    if (v->first_frame != sn_run_frame(f->pinfo))
        add_frame_link(f->tree, f->tvb, hf_first_frame, sn_run_frame_in_file(v->first_frame));
    add_expert(f->pinfo, item, &ei_scan);
}

/** What a response comes from: "tcp/443", or "icmp". Names of services stay out, as filters ask for it. */
static char *responding_service(const frame_t *f)
{
    const char *transport = sn_transport_text(f->flow.transport);
    return f->flow.has_port
               ? wmem_strdup_printf(f->pinfo->pool, "%s/%u", transport, f->pinfo->srcport)
               : wmem_strdup(f->pinfo->pool, transport);
}

static void add_backscatter(const frame_t *f, proto_item *item)
{
    const char *service = responding_service(f);
    proto_item_append_text(
        item, ": Backscatter: a response from %s to a request that was never sent", service);
    add_true(f->tree, f->tvb, hf_backscatter);
    proto_item_set_generated(proto_tree_add_string(f->tree, hf_answers, f->tvb, 0, 0, service));
    add_expert(f->pinfo, item, &ei_backscatter);
}

static void add_tree(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, uint32_t flow)
{
    frame_t f = {.tvb = tvb, .pinfo = pinfo};
    sn_engine_view(engine, flow, &f.flow);
    if (f.flow.verdict == SN_VERDICT_NOT_NOISE && !sn_prefs_explain())
        return;
    proto_item *item = proto_tree_add_item(tree, proto, tvb, 0, 0, ENC_NA);
    proto_item_set_generated(item);
    f.tree = proto_item_add_subtree(item, ett_scannoise);
    f.source = sn_engine_address(engine, f.flow.source);
    f.target = sn_engine_address(engine, f.flow.target);
    if (f.flow.verdict == SN_VERDICT_SCAN)
        add_scan(&f, item);
    else if (f.flow.verdict == SN_VERDICT_BACKSCATTER)
        add_backscatter(&f, item);
    else
        proto_item_append_text(item, ": not noise");
    add_reason(&f, item);
}

/** How much of what is found of a frame somebody looks at. */
static sn_told_level_t level_of(proto_tree *tree)
{
    const int details[] = {hf_technique, hf_outcome, hf_tool};
    if (is_any_wanted(tree, &hf_reason, 1))
        return SN_TOLD_REASON;
    return is_any_wanted(tree, details, array_length(details)) ? SN_TOLD_DETAILS : SN_TOLD_VERDICT;
}

/* Not inlined, so that a packet whose tree nobody wants saves no registers for it. */
G_GNUC_NO_INLINE void sn_tree_describe(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo)
{
    sn_final_note(pinfo, level_of(tree));
    bool from_initiator;
    uint32_t flow = sn_engine_flow_of(engine, sn_run_frame(pinfo), &from_initiator);
    if (flow != 0 && from_initiator)
        add_tree(tree, tvb, pinfo, flow);
    else if (sn_run_frame(pinfo) == sn_engine_first_forgotten(engine))
        proto_tree_add_expert(tree, pinfo, &ei_limit, tvb, 0, 0);
}

/* --- Registration --------------------------------------------------------------------------------- */

static value_string technique_names[SN_TECHNIQUES + 1];
static value_string tool_names[SN_TOOLS + 1];
static value_string asked_names[SN_ASKEDS + 1];
static value_string outcome_names[SN_OUTCOMES + 1];
static value_string reason_names[SN_REASONS + 1];
static value_string pattern_names[SN_PATTERNS + 1];
static value_string organisation_names[SN_ORGANISATIONS + 1];

/** Fills the names that fields show from the engine's tables, their only source. Value 0 means
 * "none" for techniques, tools and what is asked for, and has no name. */
static void fill_names(void)
{
    for (unsigned i = 1; i < SN_TECHNIQUES; i++)
        technique_names[i - 1] = (value_string){i, sn_technique_label((sn_technique_t)i)};
    for (unsigned i = 1; i < SN_TOOLS; i++)
        tool_names[i - 1] = (value_string){i, sn_tool_label((sn_tool_t)i)};
    for (unsigned i = 1; i < SN_ASKEDS; i++)
        asked_names[i - 1] = (value_string){i, sn_asked_label((sn_asked_t)i)};
    for (unsigned i = 0; i < SN_OUTCOMES; i++)
        outcome_names[i] = (value_string){i, sn_outcome_label((sn_outcome_t)i)};
    for (unsigned i = 1; i < SN_REASONS; i++)
        reason_names[i - 1] = (value_string){i, sn_reason_label((sn_reason_t)i)};
    for (unsigned i = 0; i < SN_PATTERNS; i++)
        pattern_names[i] = (value_string){i, sn_pattern_label((sn_pattern_t)i)};
    for (unsigned i = 0; i < SN_ORGANISATIONS; i++)
        organisation_names[i] = (value_string){i, sn_organisation_label((sn_organisation_t)i)};
}

static hf_register_info fields[] = {
    {&hf_scan,
     {"Unsolicited scan", "scannoise.scan", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "Sent by the initiator of a flow that is judged a scan", HFILL}},
    {&hf_backscatter,
     {"Backscatter", "scannoise.backscatter", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "A response to a request that this network never sent", HFILL}},
    {&hf_answers,
     {"Response from", "scannoise.answers", FT_STRING, BASE_NONE, NULL, 0,
      "Transport and port that backscatter comes from", HFILL}},
    {&hf_technique,
     {"Technique", "scannoise.technique", FT_UINT8, BASE_DEC, VALS(technique_names), 0,
      "How it scans, with Nmap's names", HFILL}},
    {&hf_tool,
     {"Tool", "scannoise.tool", FT_UINT8, BASE_DEC, VALS(tool_names), 0,
      "The program that made the probe, where a header tells", HFILL}},
    {&hf_asked_for,
     {"Asked for", "scannoise.asked_for", FT_UINT8, BASE_DEC, VALS(asked_names), 0,
      "What a UDP probe asks for, by port and content", HFILL}},
    {&hf_probe_uri,
     {"Probe description URI", "scannoise.probe_uri", FT_STRING, BASE_NONE, NULL, 0,
      "Whose probe this packet claims to be (RFC 9511); anybody can send it", HFILL}},
    {&hf_outcome,
     {"Outcome", "scannoise.outcome", FT_UINT8, BASE_DEC, VALS(outcome_names), 0,
      "What became of the flow", HFILL}},
    {&hf_reason,
     {"Reason", "scannoise.reason", FT_UINT8, BASE_DEC, VALS(reason_names), 0,
      "The rule that the verdict follows from", HFILL}},
    {&hf_source_failed,
     {"Failed contacts of the source", "scannoise.source.failed", FT_UINT32, BASE_DEC, NULL, 0,
      "Those that no innocent reason explains", HFILL}},
    {&hf_source_credit,
     {"Contacts of the source with conversations", "scannoise.source.conversations", FT_UINT32,
      BASE_DEC, NULL, 0, "Those that speak for it", HFILL}},
    {&hf_pattern,
     {"Pattern", "scannoise.pattern", FT_UINT8, BASE_DEC, VALS(pattern_names), 0,
      "Which ports of which targets the scanner tries", HFILL}},
    {&hf_scanner,
     {"Scanner", "scannoise.scanner", FT_IPv4, BASE_NONE, NULL, 0, "Who scans", HFILL}},
    {&hf_scanner6,
     {"Scanner", "scannoise.scanner6", FT_IPv6, BASE_NONE, NULL, 0, "Who scans", HFILL}},
    {&hf_target, {"Target", "scannoise.target", FT_IPv4, BASE_NONE, NULL, 0, "Whom", HFILL}},
    {&hf_target6, {"Target", "scannoise.target6", FT_IPv6, BASE_NONE, NULL, 0, "Whom", HFILL}},
    {&hf_port, {"Port", "scannoise.port", FT_UINT16, BASE_DEC, NULL, 0, "Scanned port", HFILL}},
    {&hf_scanner_label,
     {"Label", "scannoise.scanner.label", FT_STRING, BASE_NONE, NULL, 0,
      "The scanner's organisation, where known", HFILL}},
    {&hf_organisation_kind,
     {"Kind of organisation", "scannoise.organisation.kind", FT_UINT8, BASE_DEC,
      VALS(organisation_names), 0,
      "What kind of organisation the scanner's is; unknown without a label", HFILL}},
    {&hf_scanner_probes,
     {"Probes", "scannoise.scanner.probes", FT_UINT32, BASE_DEC, NULL, 0,
      "Scan packets of this scanner", HFILL}},
    {&hf_scanner_contacts,
     {"Contacts", "scannoise.scanner.contacts", FT_UINT32, BASE_DEC, NULL, 0,
      "Distinct target, transport and port", HFILL}},
    {&hf_scanner_ports,
     {"Ports", "scannoise.scanner.ports", FT_UINT32, BASE_DEC, NULL, 0,
      "Distinct transport and port", HFILL}},
    {&hf_scanner_targets,
     {"Targets", "scannoise.scanner.targets", FT_UINT32, BASE_DEC, NULL, 0,
      "Distinct addresses that it scanned", HFILL}},
    {&hf_scanner_structured,
     {"Structured", "scannoise.scanner.structured", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "It walks the ports in ascending order", HFILL}},
    {&hf_scanner_previous,
     {"Previous probe", "scannoise.scanner.previous_probe", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "The scanner's probe before this one", HFILL}},
    {&hf_scanner_next,
     {"Next probe", "scannoise.scanner.next_probe", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "The scanner's probe after this one", HFILL}},
    {&hf_first_frame,
     {"First frame of the flow", "scannoise.flow.first_frame", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "Present in the flow's further frames", HFILL}},
    {&hf_addr,
     {"Scanner or target", "scannoise.addr", FT_IPv4, BASE_NONE, NULL, 0, "Either end of a scan",
      HFILL}},
    {&hf_addr6,
     {"Scanner or target", "scannoise.addr6", FT_IPv6, BASE_NONE, NULL, 0, "Either end of a scan",
      HFILL}},
    {&hf_host,
     {"Scanner or target as text", "scannoise.host", FT_STRING, BASE_NONE, NULL, 0,
      "Either end of a scan, whatever its IP version", HFILL}},
};

static ei_register_info expert_infos[] = {
    {&ei_scan, {"scannoise.expert.scan", PI_SECURITY, PI_NOTE, "Unsolicited scan", EXPFILL}},
    {&ei_backscatter,
     {"scannoise.expert.backscatter", PI_SECURITY, PI_CHAT, "Backscatter", EXPFILL}},
    {&ei_limit,
     {"scannoise.expert.limit", PI_PROTOCOL, PI_WARN,
      "Scan Noise: from this frame on new flows are not judged, as the limit of preference "
      "scannoise.max_memory is reached",
      EXPFILL}},
};

void sn_tree_register(int protocol)
{
    static int *subtrees[] = {&ett_scannoise, &ett_scanner};
    proto = protocol;
    fill_names();
    proto_register_field_array(proto, fields, array_length(fields));
    proto_register_subtree_array(subtrees, array_length(subtrees));
    expert_register_field_array(expert_register_protocol(proto), expert_infos,
                                array_length(expert_infos));
}
