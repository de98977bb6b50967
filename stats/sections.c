/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sections.h"

#include <epan/addr_resolv.h>
#include <wsutil/inet_addr.h>

#include "also.h"
#include "labels.h"
#include "names.h"
#include "origins.h"

/** What the sections are written from. */
typedef struct {
    const sn_rows_t *rows;
    sn_hours_t *hours;
    const char *const *notes;
    unsigned list_rows; /* 0: all */
    sn_when_form_t form;
} facts_t;

/* --- Display filters of rows ----------------------------------------------------------------- */

/** "field == "text"", with the text quoted as display filters want it. */
static char *equals(const char *field, const char *text)
{
    GString *filter = g_string_new(NULL);
    g_string_append_printf(filter, "%s == \"", field);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(filter, '\\');
        g_string_append_c(filter, *text);
    }
    g_string_append_c(filter, '"');
    return g_string_free(filter, FALSE);
}

static char *filter_of_port(const sn_port_row_t *row)
{
    return g_strdup_printf("scannoise.port == %u && %s", row->port,
                           sn_transport_text(row->transport));
}

static char *filter_of_scanner(const sn_addr_t *a)
{
    char text[WS_INET6_ADDRSTRLEN];
    if (a->version == 6)
        ws_inet_ntop6(a->bytes, text, sizeof text);
    else
        ws_inet_ntop4(a->bytes, text, sizeof text);
    return g_strdup_printf("scannoise.scanner%s == %s", a->version == 6 ? "6" : "", text);
}

static char *filter_of_step(const sn_step_row_t *step, int64_t hours)
{
    const int64_t hour_us = INT64_C(3600) * G_USEC_PER_SEC;
    GString *filter = g_string_new("scannoise.scan && frame.time_epoch >= ");
    sn_when_append_epoch(filter, step->begin_us);
    g_string_append(filter, " && frame.time_epoch < ");
    sn_when_append_epoch(filter, step->begin_us + hours * hour_us);
    return g_string_free(filter, FALSE);
}

/* --- Rows ------------------------------------------------------------------------------------ */

/** @param item, filter are the line's from now on */
static void add_line(sn_section_t *s, char *item, char *filter, const sn_count_t *count,
                     unsigned has)
{
    sn_line_t line = {.item = item, .filter = filter, .count = *count, .has = has};
    if (count->packets == 0)
        line.has &= ~(unsigned)SN_HAS_TIMES;
    g_array_append_val(s->lines, line);
}

static void write_capture(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    enum { PLAIN = SN_HAS_PACKETS | SN_HAS_SCANNERS | SN_HAS_TIMES };
    const sn_rows_t *rows = f->rows;
    sn_count_t all = rows->all, noise = rows->noise;
    all.scanners = noise.scanners = rows->scan.scanners;
    add_line(s, g_strdup("All packets"), NULL, &all, PLAIN);
    add_line(s, g_strdup("Noise"), g_strdup("scannoise"), &noise, PLAIN);
    add_line(s, g_strdup("Unsolicited scans"), g_strdup("scannoise.scan"), &rows->scan, SN_HAS_ALL);
    add_line(s, g_strdup("Backscatter"), g_strdup("scannoise.backscatter"), &rows->backscatter,
             PLAIN);
    if (rows->forgotten > 0) {
        sn_count_t forgotten = {.packets = rows->forgotten};
        add_line(s, g_strdup("Not judged: limit reached"), NULL, &forgotten, SN_HAS_PACKETS);
        add_line(s, g_strdup_printf("Not judged: from frame %u", rows->first_forgotten), NULL,
                 &forgotten, SN_HAS_PACKETS);
    }
    for (const char *const *note = f->notes; note && *note; note++)
        add_line(s, g_strdup(*note), NULL, &(sn_count_t){0}, 0);
    if (rows->all.packets > 0)
        s->caption = sn_when_caption(rows->all.first_us, rows->all.last_us);
}

static void write_versions(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    const sn_rows_t *rows = f->rows;
    sn_count_t prefixes = rows->version[1];
    prefixes.scanners = rows->ipv6_scanner_prefixes;
    add_line(s, g_strdup("IPv4"), g_strdup("scannoise.scanner"), &rows->version[0], SN_HAS_ALL);
    add_line(s, g_strdup("IPv6"), g_strdup("scannoise.scanner6"), &rows->version[1], SN_HAS_ALL);
    add_line(s, g_strdup("IPv6 scanners by /64"), g_strdup("scannoise.scanner6"), &prefixes,
             SN_HAS_ALL);
}

static void write_traits(sn_section_t *s, const facts_t *f, int kind)
{
    static const char *const fields[] = {[SN_TRAIT_TECHNIQUE] = "scannoise.technique",
                                         [SN_TRAIT_OUTCOME] = "scannoise.outcome",
                                         [SN_TRAIT_TOOL] = "scannoise.tool",
                                         [SN_TRAIT_REASON] = "scannoise.reason",
                                         [SN_TRAIT_KIND] = "scannoise.organisation.kind",
                                         [SN_TRAIT_ASKED_FOR] = "scannoise.asked_for"};
    sn_trait_row_t ranked[SN_TRAITS];
    size_t n = sn_rows_rank_traits(f->rows, (sn_trait_t)kind, ranked);
    if (kind == SN_TRAIT_KIND && f->rows->groups[SN_GROUP_ORGANISATION]->len == 0)
        return; /* nobody is known: one row that says nothing */
    for (size_t i = 0; i < n; i++)
        add_line(s, g_strdup(ranked[i].label), equals(fields[kind], ranked[i].label),
                 ranked[i].count, SN_HAS_ALL);
}

static void write_also(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    for (unsigned kind = 0; kind < SN_ALSO_KINDS; kind++)
        if (f->rows->also[kind].packets > 0)
            add_line(s, g_strdup(sn_also_label((sn_also_kind_t)kind)), NULL, &f->rows->also[kind],
                     SN_HAS_PACKETS | SN_HAS_SCANNERS | SN_HAS_TARGETS);
}

/** How many rows of a list are shown; says so where it is cut. */
static guint shown(sn_section_t *s, const facts_t *f, guint rows, const char *most)
{
    if (f->list_rows == 0 || rows <= f->list_rows)
        return rows;
    s->caption = g_strdup_printf("%u of %u, those with most %s", f->list_rows, rows, most);
    return f->list_rows;
}

static void write_ports(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    guint n = shown(s, f, f->rows->ports->len, "packets");
    for (guint i = 0; i < n; i++) {
        const sn_port_row_t *row = &g_array_index(f->rows->ports, sn_port_row_t, i);
        char *port = sn_port_text(NULL, row->transport, row->port);
        add_line(s, g_strdup_printf("%s/%s", sn_transport_text(row->transport), port),
                 filter_of_port(row), &row->count, SN_HAS_ALL & ~SN_HAS_PORTS);
        wmem_free(NULL, port);
    }
}

static void write_scanners(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    guint n = shown(s, f, f->rows->scanners->len, "packets");
    for (guint i = 0; i < n; i++) {
        const sn_scanner_row_t *row = &g_array_index(f->rows->scanners, sn_scanner_row_t, i);
        const char *label = sn_label_of(&row->address);
        char *host = sn_address_text(NULL, &row->address);
        add_line(s, g_strconcat(host, label ? ", " : NULL, label, NULL),
                 filter_of_scanner(&row->address), &row->count, SN_HAS_ALL);
        wmem_free(NULL, host);
    }
}

static char *filter_of_victim(const sn_victim_row_t *row)
{
    sn_transport_t transport = (sn_transport_t)(row->service >> 16);
    char *host = sn_address_number(NULL, &row->address);
    char *port = sn_has_port(transport) ? g_strdup_printf("/%u", row->service & 0xffff) : NULL;
    char *filter = g_strdup_printf("scannoise.answers == \"%s%s\" && ip%s.src == %s",
                                   sn_transport_text(transport), port ? port : "",
                                   row->address.version == 6 ? "v6" : "", host);
    g_free(port);
    wmem_free(NULL, host);
    return filter;
}

/** "192.0.2.1, tcp/80, SYN/ACK, RST"; an ICMP answer says its transport itself. */
static char *item_of_victim(const sn_victim_row_t *row)
{
    sn_transport_t transport = (sn_transport_t)(row->service >> 16);
    char *host = sn_address_text(NULL, &row->address);
    GString *item = g_string_new(host);
    wmem_free(NULL, host);
    if (sn_has_port(transport))
        g_string_append_printf(item, ", %s/%u", sn_transport_text(transport),
                               row->service & 0xffff);
    for (unsigned i = 0; i < SN_ANSWERS; i++)
        if (row->answers >> i & 1)
            g_string_append_printf(item, ", %s", sn_answer_label((sn_answer_t)i));
    return g_string_free(item, FALSE);
}

static void write_victims(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    s->whole = true;
    guint n = shown(s, f, f->rows->victims->len, "packets");
    for (guint i = 0; i < n; i++) {
        const sn_victim_row_t *row = &g_array_index(f->rows->victims, sn_victim_row_t, i);
        add_line(s, item_of_victim(row), filter_of_victim(row), &row->count,
                 SN_HAS_PACKETS | SN_HAS_SCANNERS | SN_HAS_TARGETS | SN_HAS_TIMES);
    }
}

/** Of all members; NULL: there are more than one would like to read. */
static char *filter_of_campaign(const sn_campaign_row_t *row)
{
    enum { MOST = 100 };
    if (row->members->len > MOST)
        return NULL;
    GString *filter = g_string_new(NULL);
    for (guint i = 0; i < row->members->len; i++) {
        const sn_addr_t *member = &g_array_index(row->members, sn_addr_t, i);
        char *host = sn_address_number(NULL, member);
        if (i == 0)
            g_string_append_printf(filter, "scannoise.scanner%s in {",
                                   member->version == 6 ? "6" : "");
        g_string_append_printf(filter, "%s%s", i > 0 ? ", " : "", host);
        wmem_free(NULL, host);
    }
    g_string_append_c(filter, '}');
    return g_string_free(filter, FALSE);
}

/** "192.0.2.1 and 2 more, TCP SYN, ZMap". Not which ports: Wireshark's dialog makes its column as wide as the longest. */
static char *item_of_campaign(const sn_campaign_row_t *row)
{
    char *first = sn_address_number(NULL, &g_array_index(row->members, sn_addr_t, 0));
    GString *item = g_string_new(first);
    wmem_free(NULL, first);
    g_string_append_printf(item, " and %u more", row->members->len - 1);
    for (unsigned i = 0; i < SN_TECHNIQUES; i++)
        if (row->techniques >> i & 1)
            g_string_append_printf(item, ", %s", sn_technique_label((sn_technique_t)i));
    for (unsigned i = SN_TOOL_NONE + 1; i < SN_TOOLS; i++)
        if (row->tools >> i & 1)
            g_string_append_printf(item, ", %s", sn_tool_label((sn_tool_t)i));
    return g_string_free(item, FALSE);
}

static void write_campaigns(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    s->whole = true;
    guint n = shown(s, f, f->rows->campaigns->len, "scanners");
    for (guint i = 0; i < n; i++) {
        const sn_campaign_row_t *row = &g_array_index(f->rows->campaigns, sn_campaign_row_t, i);
        add_line(s, item_of_campaign(row), filter_of_campaign(row), &row->count, SN_HAS_ALL);
    }
}

/** @return NULL: no field has what they are grouped by */
static char *filter_of_group(sn_grouping_t by, const char *name)
{
    if (by == SN_GROUP_ORGANISATION)
        return equals("scannoise.scanner.label", name);
    if (by == SN_GROUP_NETWORK)
        return g_strdup_printf("scannoise.scanner%s == %s", strchr(name, ':') ? "6" : "", name);
    return NULL;
}

/** Says how many scanners have a label, and how many have none. */
static void caption_labelled(sn_section_t *s, const sn_rows_t *rows)
{
    uint32_t labelled = sn_rows_labelled(rows).scanners;
    char *text = g_strdup_printf("%u scanners labelled, %u not%s%s", labelled,
                                 rows->scan.scanners - labelled, s->caption ? "; " : "",
                                 s->caption ? s->caption : "");
    g_free(s->caption);
    s->caption = text;
}

static void write_groups(sn_section_t *s, const facts_t *f, int by)
{
    const GArray *groups = f->rows->groups[by];
    guint n = shown(s, f, groups->len, by == SN_GROUP_NETWORK ? "scanners" : "packets");
    for (guint i = 0; i < n; i++) {
        const sn_group_row_t *row = &g_array_index(groups, sn_group_row_t, i);
        add_line(s, g_strdup(row->name), filter_of_group((sn_grouping_t)by, row->name), &row->count,
                 SN_HAS_ALL);
    }
    if (by == SN_GROUP_ORGANISATION && groups->len > 0)
        caption_labelled(s, f->rows);
}

static char *length_of(const sn_steps_t *steps)
{
    enum { DAY = 24 };
    int64_t n = steps->hours % DAY == 0 ? steps->hours / DAY : steps->hours;
    const char *unit = steps->hours % DAY == 0 ? "day" : "hour";
    return n == 1 ? g_strdup_printf("by %s", unit)
                  : g_strdup_printf("by %" G_GINT64_FORMAT " %ss", n, unit);
}

static void write_hours(sn_section_t *s, const facts_t *f, int which)
{
    (void)which;
    s->over_time = true;
    if (f->rows->scan.packets == 0 || f->rows->all.last_us == 0) /* no scan, or no times */
        return;
    int64_t first_us = f->rows->all.first_us, last_us = f->rows->all.last_us;
    sn_steps_t steps = sn_steps_plan(first_us, last_us, sn_when_offset(first_us));
    GArray *rows = sn_hours_steps(f->hours, &steps);
    for (guint i = 0; i < rows->len; i++) {
        const sn_step_row_t *row = &g_array_index(rows, sn_step_row_t, i);
        sn_count_t count = {.packets = row->packets[0] + row->packets[1],
                            .scanners = row->scanners};
        add_line(s, sn_when_local(row->begin_us == 0 ? 1 : row->begin_us, f->form),
                 filter_of_step(row, steps.hours), &count,
                 SN_HAS_PACKETS | SN_HAS_SHARE | SN_HAS_SCANNERS);
        g_array_index(s->lines, sn_line_t, i).packets_v6 = row->packets[1];
    }
    g_array_unref(rows);
    s->caption = length_of(&steps);
}

/* --- Sections -------------------------------------------------------------------------------- */

enum { TERMINAL = 1, WINDOW = 2, EVERYWHERE = 3 };

/** A section is a row of this: its place, its title, and who writes it. */
static const struct {
    const char *title;
    void (*write)(sn_section_t *section, const facts_t *facts, int which);
    int which;        /* for the writer */
    unsigned at_most; /* rows, whatever the user wants; 0: as many as those */
    unsigned where;
} sections[] = {
    {"Capture", write_capture, 0, 0, EVERYWHERE},
    {"IP version", write_versions, 0, 0, EVERYWHERE},
    {"Top ports", write_ports, 0, 0, TERMINAL},
    {"Top scanners", write_scanners, 0, 0, TERMINAL},
    {"Top ports", write_ports, 0, 4,
     WINDOW}, /* with the sections above: 20 lines, as the window has */
    {"Top scanners", write_scanners, 0, 4, WINDOW},
    {"Hours", write_hours, 0, 0, EVERYWHERE},
    {"Techniques", write_traits, SN_TRAIT_TECHNIQUE, 0, EVERYWHERE},
    {"Outcomes", write_traits, SN_TRAIT_OUTCOME, 0, EVERYWHERE},
    {"Tools", write_traits, SN_TRAIT_TOOL, 0, EVERYWHERE},
    {"Asked for", write_traits, SN_TRAIT_ASKED_FOR, 0, EVERYWHERE},
    {"Reasons", write_traits, SN_TRAIT_REASON, 0, EVERYWHERE},
    {"Also seen", write_also, 0, 0, EVERYWHERE},
    {"Backscatter", write_victims, 0, 0, EVERYWHERE},
    {"Organisations", write_groups, SN_GROUP_ORGANISATION, 0, EVERYWHERE},
    {"Kinds of organisation", write_traits, SN_TRAIT_KIND, 0, EVERYWHERE},
    {"Networks", write_groups, SN_GROUP_NETWORK, 0, EVERYWHERE},
    {"Campaigns", write_campaigns, 0, 0, EVERYWHERE},
    {"Autonomous systems", write_groups, SN_GROUP_AS, 0, EVERYWHERE},
    {"Countries", write_groups, SN_GROUP_COUNTRY, 0, EVERYWHERE},
    {"Ports", write_ports, 0, 0, WINDOW},
    {"Scanners", write_scanners, 0, 0, WINDOW},
};

unsigned sn_sections_count(bool in_window)
{
    unsigned count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        count += (sections[i].where & (in_window ? WINDOW : TERMINAL)) != 0;
    return count;
}

static void clear_line(void *line)
{
    g_free(((sn_line_t *)line)->item);
    g_free(((sn_line_t *)line)->filter);
}

static void clear_section(void *section)
{
    g_free(((sn_section_t *)section)->caption);
    g_array_unref(((sn_section_t *)section)->lines);
}

static unsigned smaller_list(unsigned a, unsigned b)
{
    return a == 0 || b == 0 ? MAX(a, b) : MIN(a, b);
}

sn_sections_t *sn_sections_new(const sn_sections_config_t *config)
{
    sn_tally_rank(config->tally, config->rows);
    const sn_rows_t *rows = sn_origins_count(config->tally);
    facts_t facts = {.rows = rows,
                     .hours = sn_tally_hours(config->tally),
                     .notes = config->notes,
                     .form = sn_when_form(rows->all.first_us, rows->all.last_us)};
    sn_sections_t *made = g_new(sn_sections_t, 1);
    *made = (sn_sections_t){.sections = g_array_new(FALSE, FALSE, sizeof(sn_section_t)),
                            .all_scans = rows->scan.packets,
                            .form = facts.form};
    g_array_set_clear_func(made->sections, clear_section);
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (!(sections[i].where & (config->in_window ? WINDOW : TERMINAL)))
            continue;
        sn_section_t section = {.title = sections[i].title,
                                .lines = g_array_new(FALSE, FALSE, sizeof(sn_line_t))};
        g_array_set_clear_func(section.lines, clear_line);
        facts.list_rows = smaller_list(config->rows, sections[i].at_most);
        sections[i].write(&section, &facts, sections[i].which);
        g_array_append_val(made->sections, section);
    }
    return made;
}

void sn_sections_free(sn_sections_t *made)
{
    g_array_unref(made->sections);
    g_free(made);
}

char *sn_sections_share(const sn_sections_t *made, const sn_line_t *line)
{
    if (!(line->has & SN_HAS_SHARE))
        return g_strdup("");
    double whole = (double)made->all_scans;
    double percent = whole > 0 ? 100.0 * (double)line->count.packets / whole : 0.0;
    return g_strdup_printf("%5.2f", percent);
}
