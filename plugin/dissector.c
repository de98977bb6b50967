/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector.h"

#include <epan/packet.h>
#include <epan/tap.h>

#include "engine/scanner.h"
#include "names.h"
#include "prefs.h"
#include "probe.h"

static int proto_scannoise;
static int tap_scannoise;
static int ett_scannoise = -1;
static int ett_scanner = -1;

static int hf_scan = -1;
static int hf_backscatter = -1;
static int hf_technique = -1;
static int hf_tool = -1;
static int hf_outcome = -1;
static int hf_pattern = -1;
static int hf_scanner = -1;
static int hf_scanner6 = -1;
static int hf_target = -1;
static int hf_target6 = -1;
static int hf_port = -1;
static int hf_scanner_label = -1;
static int hf_scanner_probes = -1;
static int hf_scanner_contacts = -1;
static int hf_scanner_ports = -1;
static int hf_scanner_targets = -1;

/* Between the opening of a file and its closing; NULL without a file. */
static sn_engine_t *engine;
static sn_scanners_t *scanners;

/* --- Life cycle ------------------------------------------------------------------------------ */

static void open_file(void)
{
    engine = sn_engine_new(sn_prefs_config());
    scanners = sn_scanners_new();
}

static void close_file(void)
{
    sn_scanners_free(scanners);
    scanners = NULL;
    sn_engine_unref(engine);
    engine = NULL;
}

/* --- The tree -------------------------------------------------------------------------------- */

static proto_item *add_address(proto_tree *tree, tvbuff_t *tvb, int hf4, int hf6,
                               const sn_addr_t *a)
{
    if (a->version == 6)
        return proto_tree_add_ipv6(tree, hf6, tvb, 0, 0, (const ws_in6_addr *)a->bytes);
    ws_in4_addr v4;
    memcpy(&v4, a->bytes, sizeof v4);
    return proto_tree_add_ipv4(tree, hf4, tvb, 0, 0, v4);
}

static proto_item *add_number(proto_tree *tree, tvbuff_t *tvb, int hf, uint32_t value)
{
    proto_item *item = proto_tree_add_uint(tree, hf, tvb, 0, 0, value);
    proto_item_set_generated(item);
    return item;
}

static void add_true(proto_tree *tree, tvbuff_t *tvb, int hf)
{
    proto_item_set_generated(proto_tree_add_boolean(tree, hf, tvb, 0, 0, true));
}

static void add_scanner(proto_tree *tree, tvbuff_t *tvb, const sn_flow_view_t *v, bool exact)
{
    sn_addr_t address = sn_engine_address(engine, v->source);
    const sn_scanner_t *s = sn_scanners_get(scanners, engine, v->source, exact);
    proto_item *item = add_address(tree, tvb, hf_scanner, hf_scanner6, &address);
    proto_item_set_generated(item);
    proto_tree *sub = proto_item_add_subtree(item, ett_scanner);
    add_number(sub, tvb, hf_pattern, s->pattern);
    add_number(sub, tvb, hf_scanner_probes, (uint32_t)MIN(s->probes, UINT32_MAX));
    add_number(sub, tvb, hf_scanner_contacts, s->contacts);
    add_number(sub, tvb, hf_scanner_ports, s->ports);
    add_number(sub, tvb, hf_scanner_targets, s->targets);
}

static void describe_scan(packet_info *pinfo, proto_item *item, const sn_flow_view_t *v)
{
    sn_addr_t source = sn_engine_address(engine, v->source);
    proto_item_append_text(item, ": Unsolicited scan: %s", sn_technique_label(v->technique));
    if (v->has_port)
        proto_item_append_text(item, " to %s", sn_port_text(pinfo->pool, v->transport, v->port));
    proto_item_append_text(item, ", %s; scanner %s", sn_outcome_label(v->outcome),
                           sn_address_text(pinfo->pool, &source));
    if (v->tool != SN_TOOL_NONE)
        proto_item_append_text(item, ", %s", sn_tool_label(v->tool));
}

static void add_scan(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, proto_item *item,
                     const sn_flow_view_t *v)
{
    sn_addr_t target = sn_engine_address(engine, v->target);
    describe_scan(pinfo, item, v);
    add_true(tree, tvb, hf_scan);
    add_number(tree, tvb, hf_technique, v->technique);
    add_number(tree, tvb, hf_outcome, v->outcome);
    if (v->tool != SN_TOOL_NONE)
        add_number(tree, tvb, hf_tool, v->tool);
    add_scanner(tree, tvb, v, PINFO_FD_VISITED(pinfo));
    proto_item_set_generated(add_address(tree, tvb, hf_target, hf_target6, &target));
    if (v->has_port)
        add_number(tree, tvb, hf_port, v->port);
}

static void add_tree(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, uint32_t flow)
{
    sn_flow_view_t v;
    sn_engine_view(engine, flow, &v);
    if (v.verdict == SN_VERDICT_NOT_NOISE)
        return;
    proto_item *item = proto_tree_add_item(tree, proto_scannoise, tvb, 0, 0, ENC_NA);
    proto_item_set_generated(item);
    proto_tree *sub = proto_item_add_subtree(item, ett_scannoise);
    if (v.verdict == SN_VERDICT_SCAN) {
        add_scan(sub, tvb, pinfo, item, &v);
    } else {
        proto_item_append_text(item, ": Backscatter");
        add_true(sub, tvb, hf_backscatter);
    }
}

/* --- Frames ---------------------------------------------------------------------------------- */

static int dissect_scannoise(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    if (!engine)
        return 0;
    if (!PINFO_FD_VISITED(pinfo)) {
        const sn_packet_t *packet = sn_probe_of_frame(tvb, pinfo);
        if (packet)
            sn_engine_observe(engine, packet);
    }
    sn_tap_t tap = {.engine = engine};
    tap.flow = sn_engine_flow_of(engine, pinfo->num, &tap.from_initiator);
    if (have_tap_listener(tap_scannoise))
        tap_queue_packet(tap_scannoise, pinfo, wmem_memdup(pinfo->pool, &tap, sizeof tap));
    if (tree && tap.flow != 0 && tap.from_initiator)
        add_tree(tree, tvb, pinfo, tap.flow);
    return (int)tvb_captured_length(tvb);
}

/* --- Registration ---------------------------------------------------------------------------- */

static value_string technique_names[SN_TECHNIQUES + 1];
static value_string tool_names[SN_TOOLS + 1];
static value_string outcome_names[SN_OUTCOMES + 1];
static value_string pattern_names[SN_PATTERNS + 1];

/** Fills the names that fields show from the engine's tables, their only source. Value 0 means
 * "none" for techniques and tools and has no name. */
static void fill_names(void)
{
    for (unsigned i = 1; i < SN_TECHNIQUES; i++)
        technique_names[i - 1] = (value_string){i, sn_technique_label((sn_technique_t)i)};
    for (unsigned i = 1; i < SN_TOOLS; i++)
        tool_names[i - 1] = (value_string){i, sn_tool_label((sn_tool_t)i)};
    for (unsigned i = 0; i < SN_OUTCOMES; i++)
        outcome_names[i] = (value_string){i, sn_outcome_label((sn_outcome_t)i)};
    for (unsigned i = 0; i < SN_PATTERNS; i++)
        pattern_names[i] = (value_string){i, sn_pattern_label((sn_pattern_t)i)};
}

static hf_register_info fields[] = {
    {&hf_scan,
     {"Unsolicited scan", "scannoise.scan", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "Sent by the initiator of a flow that is judged a scan", HFILL}},
    {&hf_backscatter,
     {"Backscatter", "scannoise.backscatter", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "A response to a request that this network never sent", HFILL}},
    {&hf_technique,
     {"Technique", "scannoise.technique", FT_UINT8, BASE_DEC, VALS(technique_names), 0,
      "How it scans, with Nmap's names", HFILL}},
    {&hf_tool,
     {"Tool", "scannoise.tool", FT_UINT8, BASE_DEC, VALS(tool_names), 0,
      "The program that made the probe, where a header tells", HFILL}},
    {&hf_outcome,
     {"Outcome", "scannoise.outcome", FT_UINT8, BASE_DEC, VALS(outcome_names), 0,
      "What became of the flow", HFILL}},
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
};

void sn_dissector_register(void)
{
    static int *subtrees[] = {&ett_scannoise, &ett_scanner};
    fill_names();
    proto_scannoise = proto_register_protocol("Scan Noise", "ScanNoise", "scannoise");
    proto_register_field_array(proto_scannoise, fields, array_length(fields));
    proto_register_subtree_array(subtrees, array_length(subtrees));
    tap_scannoise = register_tap(SN_TAP_NAME);
    sn_prefs_register(proto_scannoise);
    sn_probe_register();
    register_init_routine(open_file);
    register_cleanup_routine(close_file);
    register_postdissector(create_dissector_handle(dissect_scannoise, proto_scannoise));
}

void sn_dissector_handoff(void)
{
    sn_probe_handoff();
}
