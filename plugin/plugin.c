/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin.c: the entry points that Wireshark looks up, nothing else. */
#include <wireshark.h>

#include <epan/epan.h>
#include <epan/proto.h>
#include <epan/tap.h>

#include "dissector.h"
#include "final.h"
#include "program.h"
#include "run.h"
#include "stats/endpoints.h"
#include "stats/flows_csv.h"
#include "stats/json.h"
#include "stats/option.h"
#include "stats/origins.h"
#include "stats/report.h"
#include "stats/table.h"
#include "stats/terminal.h"
#include "wireshark-compat.h"

/* On Windows the headers above say what is Wireshark's; from here on it is what this library gives. */
#define RESET_SYMBOL_EXPORT
#define WS_BUILD_DLL
#include <ws_symbol_export.h>

#ifndef SCANNOISE_VERSION
#error "CMake defines SCANNOISE_VERSION"
#endif

WS_DLL_PUBLIC_DEF const char plugin_version[] = SCANNOISE_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

static void nothing(void)
{
}

static void no_dissection(epan_dissect_t *edt)
{
    (void)edt;
}

static void no_registration(register_cb callback, gpointer data)
{
    (void)callback;
    (void)data;
}

/* It calls every member without asking whether it is there. In a live capture there is a dissection for
 * each batch of packets, so that nothing is over when one is freed. */
static void dissection_ends(epan_dissect_t *edt)
{
    sn_table_end_pass(edt);
}

static void register_protocol(void)
{
    sn_dissector_register();
    sn_origins_register();
    sn_endpoints_register(proto_get_id_by_filter_name(SN_TAP_NAME));
    sn_table_register(); /* not as a tap plugin: sharkd registers none of those */
    sn_flows_csv_register();
    sn_json_register();
    sn_report_register();
}

/* Wireshark and tshark call this, and sharkd does not, which has no -z. */
static void register_for_terminals(void)
{
    if (!sn_has_windows())
        sn_run_is_the_only_one();
    sn_terminal_register();
    sn_option_reject_others();
}

static void program_ends(void)
{
    sn_dissector_end();
    sn_final_report();
}

void plugin_register(void)
{
    static const tap_plugin terminals = {.register_tap_listener = register_for_terminals};
    static const proto_plugin protocol = {
        .register_protoinfo = register_protocol,
        .register_handoff = nothing,
    };
    static const epan_plugin passes = {
        .init = nothing,
        .post_init = nothing,
        .dissect_init = no_dissection,
        .dissect_cleanup = dissection_ends,
        .cleanup = program_ends,
        .register_all_protocols = no_registration,
        .register_all_handoffs = no_registration,
        .register_all_tap_listeners = nothing,
    };
    proto_register_plugin(&protocol);
    epan_register_plugin(&passes);
    tap_register_plugin(&terminals);
}
