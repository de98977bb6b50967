/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "origins.h"

#include <epan/addr_resolv.h>
#include <epan/maxmind_db.h>
#include <wsutil/report_message.h>

#include "labels.h"
#include "option.h"
#include "wireshark-compat.h"

/* Wireshark asks a helper program, mmdbresolve, over a pipe. A look-up either waits for the next
 * answer, which takes a while for each address and forever when the helper has died, or it returns
 * at once and the answer comes later, but never for an address that no database knows. So this asks
 * for many scanners without waiting, and behind them for an address that nobody scans from, which it
 * lets Wireshark answer even when it is unknown: answers come in order, so when that one is there
 * all are. */
enum {
    BATCH = 1000,    /* scanners asked for at a time */
    PATIENCE = 2000, /* milliseconds without any answer until the helper is given up */
    MILLISECOND = 1000,
};

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
static sn_addr_t last_in_line(void)
{
    static uint32_t number;
    uint32_t big_endian = GUINT32_TO_BE(++number & 0x00ffffff);
    uint8_t bytes[4];
    memcpy(bytes, &big_endian, sizeof bytes);
    return sn_addr_v4(bytes);
}

/** Waits until all that was asked for has been answered. @return false: no answer comes any more */
static bool await_answers(void)
{
    sn_addr_t last = last_in_line();
    const mmdb_lookup_t *unanswered = look_up(&last);
    maxmind_db_set_synchrony(TRUE); /* from here on the unknown is answered too */
    for (int waited = 0; waited < PATIENCE; waited++) {
        if (host_name_lookup_process())
            waited = 0;
        if (look_up(&last) != unanswered)
            return true;
        g_usleep(MILLISECOND);
    }
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
    /* As it was: tshark waits for each answer, Wireshark does not. */
    maxmind_db_set_synchrony(answers && !sn_has_windows());
    if (!answers)
        report_failure("Scan Noise: the MaxMind databases do not answer");
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

/** Whether the user has databases and wants them asked. */
static bool has_databases(void)
{
    char *paths = maxmind_db_get_paths();
    char **folders = g_strsplit(paths, G_SEARCHPATH_SEPARATOR_S, -1);
    bool found = false;
    for (char **folder = folders; *folder && !found; folder++)
        found = has_database(*folder);
    g_strfreev(folders);
    g_free(paths);
    return found && sn_maxmind_is_wanted();
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

static const char *name_of_country(const sn_addr_t *scanner)
{
    static char name[128];
    sn_origin_t origin = sn_origin_of(scanner);
    if (!origin.country || !origin.country_code)
        return origin.country ? origin.country : origin.country_code;
    g_snprintf(name, sizeof name, "%s (%s)", origin.country, origin.country_code);
    return name;
}

static const char *name_of_as(const sn_addr_t *scanner)
{
    static char name[128];
    sn_origin_t origin = sn_origin_of(scanner);
    if (origin.as_number == 0)
        return NULL;
    g_snprintf(name, sizeof name, "AS%u %s", origin.as_number,
               origin.as_organisation ? origin.as_organisation : "");
    return g_strchomp(name);
}

sn_tally_t *sn_origins_tally_new(void)
{
    sn_tally_t *tally = sn_tally_new();
    sn_tally_group_by(tally, SN_GROUP_ORGANISATION, sn_label_of);
    return tally;
}

const sn_rows_t *sn_origins_count(sn_tally_t *tally)
{
    bool stale = sn_tally_is_stale(tally);
    const sn_rows_t *rows = sn_tally_count(tally);
    if (!stale || rows->scanners->len == 0)
        return rows;
    known = has_databases() && ask(rows->scanners);
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
