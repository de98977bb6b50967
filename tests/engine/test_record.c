/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_record.c: what is on record is found under its kind, hosts and word, and nothing else is; and crowds. */
#include <glib.h>
#include <stdbool.h>

#include "engine/record.h"

static const sn_hash_key_t key = {.k0 = 0x243f6a8885a308d3, .k1 = 0x13198a2e03707344};

static void check_empty(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    for (int kind = 0; kind < SN_RECORDS; kind++) {
        g_assert_null(sn_record_find(&record, (sn_record_kind_t)kind, 1, 2, 3));
        g_assert_null(sn_record_find(&record, (sn_record_kind_t)kind, 0, 0, 0));
    }
    g_assert_cmpuint(sn_record_crowd_size(&record, 1, 3), ==, 0);
    sn_record_clear(&record);
}

/** A new entry is all zero; noted again, it is the same one. */
static void check_note(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    bool is_new = false;
    sn_note_t *note = sn_record_note(&record, SN_RECORD_NAMED, 1, 2, 0, &is_new);
    g_assert_true(is_new);
    g_assert_cmpuint(note->first + note->last, ==, 0);
    note->first = 5;
    note->last = 6;
    note = sn_record_note(&record, SN_RECORD_NAMED, 1, 2, 0, &is_new);
    g_assert_false(is_new);
    g_assert_cmpuint(note->first, ==, 5);
    g_assert_cmpuint(note->last, ==, 6);
    g_assert_cmpuint(record.count[SN_RECORD_NAMED], ==, 1);
    g_assert_true(sn_record_find(&record, SN_RECORD_NAMED, 1, 2, 0) == note);
    sn_record_clear(&record);
}

/** Each part of what names an entry tells it from others. */
static void check_parts(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    sn_record_note(&record, SN_RECORD_SOCKET, 1, 2, 3, NULL);
    sn_record_note(&record, SN_RECORD_SERVICE, 9, 0, 3, NULL);
    g_assert_nonnull(sn_record_find(&record, SN_RECORD_SOCKET, 1, 2, 3));
    g_assert_null(sn_record_find(&record, SN_RECORD_SERVICE, 1, 2, 3));
    g_assert_null(sn_record_find(&record, SN_RECORD_SOCKET, 2, 2, 3));
    g_assert_null(sn_record_find(&record, SN_RECORD_SOCKET, 1, 1, 3));
    g_assert_null(sn_record_find(&record, SN_RECORD_SOCKET, 1, 2, 4));
    g_assert_null(
        sn_record_find(&record, SN_RECORD_SOCKET, 2, 1, 3)); /* a direction is part of it */
    sn_record_clear(&record);
}

/** Entries stay what they are while the record and its index grow. */
static void check_many(void)
{
    enum { ENTRIES = 20000 };
    sn_record_t record;
    sn_record_init(&record, &key);
    for (uint32_t n = 0; n < ENTRIES; n++)
        sn_record_note(&record, SN_RECORD_CONVERSED, n, n * 7, n % 3, NULL)->first = n + 1;
    g_assert_cmpuint(record.count[SN_RECORD_CONVERSED], ==, ENTRIES);
    for (uint32_t n = 0; n < ENTRIES; n++) {
        const sn_note_t *note = sn_record_find(&record, SN_RECORD_CONVERSED, n, n * 7, n % 3);
        g_assert_nonnull(note);
        g_assert_cmpuint(note->first, ==, n + 1);
    }
    g_assert_null(sn_record_find(&record, SN_RECORD_CONVERSED, 1, 7, 2));
    sn_record_clear(&record);
}

enum { TARGET = 1, WORD = 53 << 16 };

/** Sources count once each, and not before what they sent came to several ports. */
static void check_crowd(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    for (uint32_t source = 2; source < 6; source++)
        sn_record_crowd(&record, TARGET, source, WORD, 4000);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 0); /* all to one port */
    sn_record_crowd(&record, TARGET, 2, WORD, 4001);                      /* an old one */
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 4);
    sn_record_crowd(&record, TARGET, 6, WORD,
                    4000); /* back at the first port: several all the same */
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 5);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET + 1, WORD), ==, 0);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD + 1), ==, 0);
    sn_record_clear(&record);
}

/** One source is in several crowds: of another target, and with another word. */
static void check_several_crowds(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    for (uint16_t port = 4000; port < 4002; port++) {
        sn_record_crowd(&record, TARGET, 9, WORD, port);
        sn_record_crowd(&record, TARGET, 9, WORD + 1, port);
        sn_record_crowd(&record, TARGET + 1, 9, WORD, port);
    }
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 1);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD + 1), ==, 1);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET + 1, WORD), ==, 1);
    sn_record_clear(&record);
}

/** Ports 0 and 65535 are ports like others. */
static void check_crowd_at_the_ends_of_ports(void)
{
    sn_record_t record;
    sn_record_init(&record, &key);
    sn_record_crowd(&record, TARGET, 2, WORD, 0);
    sn_record_crowd(&record, TARGET, 3, WORD, 0);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 0);
    sn_record_crowd(&record, TARGET, 4, WORD, UINT16_MAX);
    g_assert_cmpuint(sn_record_crowd_size(&record, TARGET, WORD), ==, 3);
    sn_record_clear(&record);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    g_test_add_func("/record/empty", check_empty);
    g_test_add_func("/record/note", check_note);
    g_test_add_func("/record/parts", check_parts);
    g_test_add_func("/record/many", check_many);
    g_test_add_func("/record/crowd", check_crowd);
    g_test_add_func("/record/several-crowds", check_several_crowds);
    g_test_add_func("/record/crowd-at-the-ends-of-ports", check_crowd_at_the_ends_of_ports);
    return g_test_run();
}
