/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "prefs.h"

#include <epan/prefs.h>

#include "engine/source.h"
#include "refusal.h"
#include "stats/option.h"
#include "wireshark-compat.h"

enum {
    DEFAULT_ROWS = 20,
    DEFAULT_MAX_MEMORY = 4096, /* MB */
    MB_SHIFT = 20,
};

static struct {
    unsigned scanning_contacts, aborted_contacts, exposing_sources, stream_packets, reuse_seconds;
    unsigned max_memory, rows;
    sn_ws_bool_t dark, explain, short_way, row_filters;
    const char *home_networks, *labels, *compare_with;
} pref = {.short_way = true};

/** Numbers that not every value is good for. */
static const struct {
    const char *name;
    unsigned *value, least, most;
} ranges[] = {
    {"scanning_contacts", &pref.scanning_contacts, 1, UINT_MAX},
    {"aborted_contacts", &pref.aborted_contacts, 1, UINT_MAX},
    {"exposing_sources", &pref.exposing_sources, 1, SN_WITNESSES},
    {"stream_packets", &pref.stream_packets, 1, UINT_MAX},
    {"reuse_seconds", &pref.reuse_seconds, 1, UINT_MAX},
};

static sn_config_t config;
static bool labels_are_refused;

/** Whether a text is another one than when this was asked last: who set a wrong value is told once. */
static bool is_new(char **last, const char *text)
{
    if (*last && g_str_equal(*last, text))
        return false;
    g_free(*last);
    *last = g_strdup(text);
    return true;
}

/** Takes over the home networks, or keeps the last valid ones.
 * @return what is wrong with them, which the caller frees; NULL: nothing */
static char *apply_home_networks(void)
{
    static char *looked_at, *problem;
    const char *text = pref.home_networks ? pref.home_networks : "";
    if (!is_new(&looked_at, text))
        return g_strdup(problem);
    g_free(problem);
    problem = NULL;
    char *error = NULL;
    GArray *home = sn_prefixes_parse(text, &error);
    if (!home) {
        problem = g_strdup_printf("scannoise.home_networks: %s", error);
        g_free(error);
        return g_strdup(problem);
    }
    if (config.home)
        g_array_unref(config.home);
    config.home = home;
    return NULL;
}

/** @return what is wrong with a number, which the caller frees; NULL: nothing */
static char *check_numbers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
        unsigned value = *ranges[i].value;
        if (value < ranges[i].least)
            return g_strdup_printf("scannoise.%s: %u is less than %u", ranges[i].name, value,
                                   ranges[i].least);
        if (value > ranges[i].most)
            return g_strdup_printf("scannoise.%s: %u is more than %u", ranges[i].name, value,
                                   ranges[i].most);
    }
    return NULL;
}

/** @return what is wrong with switches, which the caller frees; NULL: nothing */
static char *check_dark(void)
{
    bool has_home = pref.home_networks && *pref.home_networks;
    if (!pref.dark || has_home)
        return NULL;
    return g_strdup(
        "scannoise.dark: which networks are dark is for scannoise.home_networks to say, and "
        "there are none");
}

/** Who reads the files says what is wrong with them. But tshark is better ended before it reads, and a user
 * who has just chosen the files is told at once. */
static char *check_labels(void)
{
    static char *looked_at;
    const char *path = pref.labels ? pref.labels : "";
    bool is_changed = is_new(&looked_at, path);
    labels_are_refused = *path && !g_file_test(path, G_FILE_TEST_EXISTS);
    if (!labels_are_refused || (sn_has_windows() && !is_changed))
        return NULL;
    return g_strdup_printf("scannoise.labels: there is no file or folder %s", path);
}

static void set_limits(void)
{
    config.limits = (sn_limits_t){
        .scanning_contacts = MAX(pref.scanning_contacts, 1U),
        .aborted_contacts = MAX(pref.aborted_contacts, 1U),
        .exposing_sources = CLAMP(pref.exposing_sources, 1U, (unsigned)SN_WITNESSES),
        .stream_packets = MAX(pref.stream_packets, 1U),
        .reuse_seconds = MAX(pref.reuse_seconds, 1U),
        .dark = pref.dark,
    };
    config.max_memory = (uint64_t)pref.max_memory << MB_SHIFT;
}

/** Takes all values over, as far as they can be used.
 * @return what is wrong with them, which the caller frees; NULL: nothing */
static char *apply(void)
{
    set_limits();
    char *problem = apply_home_networks();
    if (!problem)
        problem = check_numbers();
    return problem ? problem : check_dark();
}

static char *told; /* who set a wrong value is told once */

static void tell(const char *problem, const char *more)
{
    if (is_new(&told, problem ? problem : "") && problem)
        sn_option_fail("Scan Noise: preference %s%s", problem, more);
}

static void apply_and_check(void)
{
    char *problem = apply();
    bool is_of_files = !problem;
    if (!problem)
        problem = check_labels();
    if (!problem) {
        sn_refusal_accept();
        tell(NULL, "");
    } else if (sn_has_windows() && sn_refusal_take_back()) {
        tell(problem, " (the former preferences are back)");
        g_free(apply());
        g_free(check_labels());
        tell(NULL, "");
    } else if (!is_of_files || !sn_has_windows()) {
        tell(problem, "");
    }
    sn_refusal_begin();
    g_free(problem);
}

static void register_number(module_t *module, const char *name, const char *title,
                            const char *description, unsigned *value, unsigned standard)
{
    *value = standard;
    prefs_register_uint_preference(module, name, title, description, 10, value);
}

static void register_judging(module_t *module)
{
    const sn_limits_t *standard = &SN_LIMITS_DEFAULT;
    prefs_register_string_preference(
        module, "home_networks", "Home networks",
        "Addresses and CIDR prefixes, separated by commas. When set, only flows from outside to "
        "inside can be noise.",
        &pref.home_networks);
    prefs_register_bool_preference(module, "dark", "Home networks are dark",
                                   "The home networks offer no service: conversations from outside "
                                   "are scans too. For honeypots and telescopes.",
                                   &pref.dark);
    register_number(module, "scanning_contacts", "Failed contacts of a scanning source",
                    "A source with this many failed contacts or more may be a scanning source.",
                    &pref.scanning_contacts, standard->scanning_contacts);
    register_number(module, "aborted_contacts", "Aborted contacts of a scanning source",
                    "So is a source that has reset this many contacts after they answered, without "
                    "having sent a byte.",
                    &pref.aborted_contacts, standard->aborted_contacts);
    prefs_register_obsolete_preference(module, "scanning_ratio");
    register_number(module, "exposing_sources", "Scanners that expose a target",
                    "An answered ping is a scan when this many other sources have scanned its "
                    "target (1 to 8).",
                    &pref.exposing_sources, standard->exposing_sources);
    register_number(module, "stream_packets", "Packets of a probe",
                    "More unanswered UDP packets in one flow are a stream and no scan.",
                    &pref.stream_packets, standard->stream_packets);
    register_number(module, "reuse_seconds", "Silence between flows (seconds)",
                    "After this silence the same addresses and ports begin a new flow.",
                    &pref.reuse_seconds, standard->reuse_seconds);
}

/** Has all values taken back that apply_and_check() can refuse. */
static void guard(module_t *module)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        sn_refusal_guard_number(ranges[i].value);
    sn_refusal_guard_switch(&pref.dark);
    sn_refusal_guard_text(module, "home_networks");
    sn_refusal_guard_text(module, "labels");
    sn_refusal_accept();
}

void sn_prefs_register(int proto)
{
    module_t *module = prefs_register_protocol(proto, apply_and_check);
    register_judging(module);
    prefs_register_bool_preference(
        module, "explain", "Explain packets that are not noise",
        "Show reason and counts also in the details of packets that were judged and are not noise.",
        &pref.explain);
    register_number(module, "rows", "Rows of the top lists",
                    "How many ports and scanners the statistics list (0: all).", &pref.rows,
                    DEFAULT_ROWS);
    register_number(module, "max_memory", "Most memory for flows and addresses (MB)",
                    "Of one capture. Packets of flows beyond it are counted and not judged (0: no "
                    "limit).",
                    &pref.max_memory, DEFAULT_MAX_MEMORY);
    prefs_register_bool_preference(module, "row_filters", "Filters of the rows",
                                   "In a terminal, each row of the statistics is followed by a "
                                   "display filter that shows its packets.",
                                   &pref.row_filters);
    prefs_register_filename_preference(
        module, "labels", "Label files",
        "A file or folder with names of organisations by address prefix: CSV (prefix,label) or "
        "MISP warning lists (JSON). Read after those in the folder \"scannoise\" of the personal "
        "configuration. (Folders have to be typed.)",
        &pref.labels, false);
    prefs_register_filename_preference(
        module, "compare_with", "Report: compare with",
        "What tshark -z scannoise,json has printed of an earlier capture: the report says which "
        "scanners are new or gone, and which ports rose and fell.",
        &pref.compare_with, false);
    prefs_register_bool_preference(
        module, "short_way", "Take the short way",
        "tshark reads packets whose headers say everything without dissecting them, as long as "
        "only statistics of Scan Noise are asked for. The results are the same.",
        &pref.short_way);
    guard(module);
    g_free(apply());
}

/* sharkd sets preferences without telling anybody that they have changed. */
const sn_config_t *sn_prefs_config(void)
{
    char *problem = apply();
    tell(problem, "");
    g_free(problem);
    sn_refusal_begin();
    return &config;
}

const char *sn_prefs_labels(void)
{
    return labels_are_refused && !sn_has_windows() ? NULL : pref.labels;
}

bool sn_prefs_explain(void)
{
    return pref.explain;
}

unsigned sn_prefs_rows(void)
{
    return pref.rows;
}

bool sn_prefs_short_way(void)
{
    return pref.short_way;
}

bool sn_prefs_row_filters(void)
{
    return pref.row_filters;
}

const char *sn_prefs_compare_with(void)
{
    return pref.compare_with;
}
