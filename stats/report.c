/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <errno.h>
#include <string.h>
#include <wsutil/json_dumper.h>
#include <wsutil/report_message.h>

#include "earlier.h"
#include "file_option.h"
#include "json.h"
#include "lookups.h"
#include "option.h"
#include "packed.h"
#include "prefs.h"

#define OPTION "scannoise,report"

/* The page, from stats/report/ and the chart library: CMake has put it together. */
extern const unsigned char sn_report_page[];
extern const size_t sn_report_page_size;

/* What it begins with: such a file is ours, and may be replaced. */
static const char our_beginning[] = "<!DOCTYPE html>\n<!-- A report by Scan Noise. ";

/* --- The page -------------------------------------------------------------------------------- */

/** Writes the page as far as a place for data. @return what is behind that place */
static const char *write_until(sn_output_t *output, const char *page, const char *place)
{
    const char *end = (const char *)sn_report_page + sn_report_page_size;
    const char *at = g_strstr_len(page, end - page, place);
    if (!at)
        return page;
    sn_output_write(output, page, (gsize)(at - page));
    return at + strlen(place);
}

/** The numbers, in a file without a name until all are there. @return NULL, or why there are none */
static char *write_numbers(sn_output_t *output, const sn_listener_t *counted)
{
    FILE *json = tmpfile();
    if (!json)
        return g_strdup(g_strerror(errno));
    errno = 0;
    sn_json_write(json, counted);
    bool arrived = fflush(json) == 0 && !ferror(json);
    char *error = arrived ? sn_packed_write(output, json) : g_strdup(g_strerror(errno));
    fclose(json);
    return error;
}

/** What the page's code does not know by itself. */
static void write_settings(sn_output_t *output)
{
    json_dumper d = {.output_string = g_string_new(NULL)};
    unsigned count;
    const sn_lookup_t *lookups = sn_lookups(&count);
    json_dumper_begin_object(&d);
    json_dumper_set_member_name(&d, "lookups");
    json_dumper_begin_array(&d);
    for (unsigned i = 0; i < count; i++) {
        json_dumper_begin_object(&d);
        json_dumper_set_member_name(&d, "name");
        json_dumper_value_string(&d, lookups[i].name);
        json_dumper_set_member_name(&d, "url");
        json_dumper_value_string(&d, lookups[i].url);
        json_dumper_end_object(&d);
    }
    json_dumper_end_array(&d);
    json_dumper_end_object(&d);
    json_dumper_finish(&d);
    sn_output_write(output, d.output_string->str, d.output_string->len);
    g_string_free(d.output_string, TRUE);
}

/** @param earlier NULL: none */
static char *write_page(sn_output_t *output, const sn_listener_t *counted, FILE *earlier)
{
    const char *page = (const char *)sn_report_page;
    page = write_until(output, page, "@settings@");
    write_settings(output);
    page = write_until(output, page, "@numbers@");
    char *error = write_numbers(output, counted);
    page = write_until(output, page, "@earlier@");
    char *unread = earlier ? sn_packed_write(output, earlier) : NULL;
    const char *end = (const char *)sn_report_page + sn_report_page_size;
    sn_output_write(output, page, (gsize)(end - page));
    char *text = NULL;
    if (error)
        text = g_strdup_printf("cannot write the report's numbers to a temporary file: %s", error);
    else if (unread)
        text = g_strdup_printf("cannot read what to compare with: %s", unread);
    g_free(error);
    g_free(unread);
    return text;
}

/** Ends the file, whole or as it was before. @return NULL, or a message for the caller to free */
static char *write_and_close(sn_output_t *output, const sn_listener_t *counted, FILE *earlier)
{
    char *error = write_page(output, counted, earlier);
    if (earlier)
        fclose(earlier);
    if (error) {
        sn_output_abandon(output);
        return error;
    }
    return sn_output_close(output);
}

/* --- In Wireshark ---------------------------------------------------------------------------- */

sn_listener_t *sn_report_count(const char *filter)
{
    sn_listener_t *counted = sn_listener_new(filter);
    sn_tally_want_details(counted->tally);
    return counted;
}

char *sn_report_write(const sn_listener_t *counted, const char *name)
{
    char *error;
    FILE *earlier = sn_earlier_open(sn_prefs_compare_with(), &error);
    sn_output_t *output = error ? NULL : sn_output_open(name, our_beginning, &error);
    if (output)
        return write_and_close(output, counted, earlier);
    if (earlier)
        fclose(earlier);
    return error;
}

/* --- The option ------------------------------------------------------------------------------ */

/** One option as it was given. */
typedef struct {
    sn_output_t *output;
    FILE *earlier; /* NULL: there is nothing to compare with */
} asked_t;

static void finish(void *state)
{
    const sn_listener_t *counted = (const sn_listener_t *)state;
    const asked_t *asked = (const asked_t *)counted->more;
    char *error = write_and_close(asked->output, counted, asked->earlier);
    if (error)
        report_failure(OPTION ": %s", error);
    g_free(error);
}

static void start(const char *argument)
{
    char *error;
    FILE *earlier = sn_earlier_open(sn_prefs_compare_with(), &error);
    sn_file_option_t option;
    if (error)
        sn_option_fail("Scan Noise: %s", error);
    if (error || !sn_file_option_open(OPTION, argument, our_beginning, &option)) {
        if (earlier)
            fclose(earlier);
        g_free(error);
        return;
    }
    g_free(option.name);
    asked_t *asked = g_new(asked_t, 1); /* lives as long as the program, as tap listeners do */
    *asked = (asked_t){option.output, earlier};
    sn_listener_t *counted = sn_report_count(option.filter);
    counted->more = asked;
    sn_listener_start(OPTION, counted, finish);
}

void sn_report_register(void)
{
    sn_option_register(OPTION, start);
}
