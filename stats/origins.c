/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "origins.h"

#include <epan/addr_resolv.h>
#include <epan/maxmind_db.h>
#include <epan/packet.h>
#include <epan/to_str.h>
#include <wsutil/inet_addr.h>
#include <wsutil/report_message.h>

#include "engine/label.h"
#include "labels.h"
#include "program.h"
#include "wireshark-compat.h"

/* Wireshark asks a helper program, mmdbresolve, over a pipe. A look-up either waits for the next
 * answer, which takes a while for each address and forever when the helper has died; or it returns
 * at once and the answer comes later, but for an address that no database knows never. Which of the
 * two is a switch, and a thread looks at it when an answer arrives. So this asks for many scanners
 * without waiting, and behind them for addresses that nobody scans from; it turns the switch, so that
 * these are answered although they are unknown. Answers come in order: when the last one is there,
 * all are. It takes a row of addresses, as the first ones may be answered before the switch is
 * turned, and another row if even the last one was. */
enum {
    BATCH = 1000, /* scanners asked for at a time */
    ROW = 64,     /* addresses behind them */
    TRIES = 20,   /* rows until the helper is given up */
    WAIT_MS = 100 /* for each row, from the last answer on */
};

static char *given_up; /* the folders of databases that did not answer */
static bool
    first_count; /* finds the scanners that are asked for in batches: nothing is looked up for it */
/* tshark's first pass of two waits for no answer, and the second one asks nothing twice: what has not been
 * answered by then would stay unknown. */
static bool after_first_pass; /* and nobody has waited since */
static bool known; /* the databases have answered about the scanners of the present rows */

static const mmdb_lookup_t *look_up(const sn_addr_t *a)
{
    if (a->version == 6)
        return maxmind_db_lookup_ipv6((const ws_in6_addr *)a->bytes);
    ws_in4_addr v4;
    memcpy(&v4, a->bytes, sizeof v4);
    return maxmind_db_lookup_ipv4(&v4);
}

/** An address of "this network" (RFC 791), from which no packet comes; another one each time. */
static sn_addr_t nobody(void)
{
    static uint32_t number;
    number = (number + 1) & 0x00ffffff;
    uint32_t big_endian = GUINT32_TO_BE(number);
    uint8_t bytes[4];
    memcpy(bytes, &big_endian, sizeof bytes);
    return sn_addr_v4(bytes);
}

/** Asks for a row of unknown addresses. @return true: they were answered, and all before them */
static bool await_row(void)
{
    enum { MILLISECOND = 1000 };
    sn_addr_t last = {0};
    const mmdb_lookup_t *unanswered = NULL;
    maxmind_db_set_synchrony(FALSE);
    for (int i = 0; i < ROW; i++) {
        last = nobody();
        unanswered = look_up(&last);
    }
    maxmind_db_set_synchrony(TRUE);
    for (int waited = 0; waited < WAIT_MS; waited++) {
        if (host_name_lookup_process())
            waited = 0;
        if (look_up(&last) != unanswered)
            return true;
        g_usleep(MILLISECOND);
    }
    return false;
}

/** Waits until all that was asked for has been answered. @return false: no answer comes any more */
static bool await_answers(void)
{
    for (int i = 0; i < TRIES; i++)
        if (await_row())
            return true;
    return false;
}

/** Asks for the origins of scanners. @return false: the databases do not answer */
static bool ask(const GArray *scanners)
{
    bool answers = true;
    for (guint at = 0; at < scanners->len && answers; at += BATCH) {
        maxmind_db_set_synchrony(FALSE);
        for (guint i = at; i < MIN(at + BATCH, scanners->len); i++)
            look_up(&g_array_index(scanners, sn_scanner_row_t, i).address);
        answers = await_answers();
    }
    return answers;
}

static bool has_database(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    bool found = false;
    for (const char *name; dir && !found && (name = g_dir_read_name(dir));)
        found = g_str_has_suffix(name, ".mmdb");
    if (dir)
        g_dir_close(dir);
    return found;
}

/** Whether there is a database in the folders where Wireshark looks for them. */
static bool have_databases(const char *paths)
{
    char **folders = g_strsplit(paths, G_SEARCHPATH_SEPARATOR_S, -1);
    bool found = false;
    for (char **folder = folders; *folder && !found; folder++)
        found = has_database(*folder);
    g_strfreev(folders);
    return found;
}

/** The folders of databases, where there are any that are wanted and answer. Looked for again when the user
 * names other ones. */
static bool are_usable(void)
{
    static char *looked_at;
    static bool usable;
    char *paths = maxmind_db_get_paths();
    if (g_strcmp0(paths, looked_at) != 0)
        usable = have_databases(paths);
    g_free(looked_at);
    looked_at = paths;
    return usable && sn_maxmind_is_wanted() && g_strcmp0(paths, given_up) != 0;
}

/** After asking. Without answers, these folders are not asked again. */
static void have_asked(bool answers)
{
    /* As it was: tshark waits for each answer, Wireshark does not. */
    maxmind_db_set_synchrony(answers && !sn_has_windows());
    if (answers)
        return;
    report_failure("Scan Noise: the MaxMind databases do not answer");
    g_free(given_up);
    given_up = maxmind_db_get_paths();
}

/** Asks for the origins of scanners, if the user has databases and wants them asked.
 * @return true: they have answered */
static bool find_origins(const GArray *scanners)
{
    if (!are_usable())
        return false;
    bool answers = ask(scanners);
    have_asked(answers);
    return answers;
}

sn_origin_t sn_origin_of(const sn_addr_t *scanner)
{
    if (!known)
        return (sn_origin_t){0};
    const mmdb_lookup_t *found = look_up(scanner);
    if (!found->found)
        return (sn_origin_t){0};
    return (sn_origin_t){
        .country_code = found->country_iso,
        .country = found->country,
        .as_number = found->as_number,
        .as_organisation = found->as_org,
    };
}

/** Keeps a name until the next one, cleaned: a database may have any text in it. */
static const char *keep(char *name)
{
    static char *kept;
    g_free(kept);
    kept = name ? sn_label_clean(name) : NULL;
    g_free(name);
    return kept;
}

static const char *name_of_country(const sn_addr_t *scanner)
{
    sn_origin_t origin = sn_origin_of(scanner);
    if (!origin.country || !origin.country_code)
        return keep(g_strdup(origin.country ? origin.country : origin.country_code));
    return keep(g_strdup_printf("%s (%s)", origin.country, origin.country_code));
}

static const char *name_of_as(const sn_addr_t *scanner)
{
    sn_origin_t origin = sn_origin_of(scanner);
    if (origin.as_number == 0)
        return NULL;
    const char *organisation = origin.as_organisation ? origin.as_organisation : "";
    return keep(g_strdup_printf("AS%u %s", origin.as_number, organisation));
}

static const char *name_of_network(const sn_addr_t *scanner)
{
    static char name[WS_INET6_ADDRSTRLEN + sizeof "/48"];
    sn_addr_t site = sn_addr_site(scanner);
    bool v6 = scanner->version == 6;
    address network = ADDRESS_INIT(v6 ? AT_IPv6 : AT_IPv4, v6 ? 16 : 4, site.bytes);
    /* Lists of scanners are long, and inet_ntop() takes ten times as long. */
    address_to_str_buf(&network, name, WS_INET6_ADDRSTRLEN);
    g_strlcat(name, v6 ? "/48" : "/24", sizeof name);
    return name;
}

/** For labels, which are wanted for frames as well. */
static uint32_t system_of(const sn_addr_t *host)
{
    if (first_count || !are_usable())
        return 0;
    const mmdb_lookup_t *found = look_up(host);
    if (!found->found && after_first_pass) {
        after_first_pass = false;
        have_asked(await_answers());
        found = look_up(host);
    }
    return found->found ? found->as_number : 0;
}

static void end_first_pass(void)
{
    after_first_pass = !sn_has_windows();
}

void sn_origins_register(void)
{
    sn_labels_ask_systems(system_of);
    register_postseq_cleanup_routine(end_first_pass);
}

sn_tally_t *sn_origins_tally_new(void)
{
    sn_tally_t *tally = sn_tally_new();
    sn_tally_group_by(tally, SN_GROUP_ORGANISATION, sn_label_of);
    sn_tally_group_by(tally, SN_GROUP_NETWORK, name_of_network);
    sn_tally_kinds_by(tally, sn_label_kind);
    return tally;
}

const sn_rows_t *sn_origins_count(sn_tally_t *tally)
{
    bool stale = sn_tally_is_stale(tally);
    first_count = true;
    const sn_rows_t *rows = sn_tally_count(tally);
    first_count = false;
    if (!stale || rows->scanners->len == 0)
        return rows;
    known = find_origins(rows->scanners);
    if (!known)
        return rows;
    sn_tally_group_by(tally, SN_GROUP_AS, name_of_as);
    sn_tally_group_by(tally, SN_GROUP_COUNTRY, name_of_country);
    rows = sn_tally_count(tally);
    /* The next rows have scanners that were not asked for yet. */
    sn_tally_group_by(tally, SN_GROUP_AS, NULL);
    sn_tally_group_by(tally, SN_GROUP_COUNTRY, NULL);
    return rows;
}
