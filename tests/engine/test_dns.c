/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_dns.c: the addresses that a DNS answer names, and hostile messages: cut at every length, wrong counts, names
 * that point at themselves. */
#include "packets.h"

#include "engine/dns.h"

/* What was found, as text with a space behind each address. */
static void note_found(void *context, const sn_addr_t *address)
{
    char *text = text_of(address);
    g_string_append_printf((GString *)context, "%s ", text);
    g_free(text);
}

/** @return the addresses; the caller frees them. The message is copied to memory of just its size, so that tools see
 * who reads behind it. */
static char *addresses_in(const char *message, uint32_t captured, uint32_t length)
{
    uint8_t *copy = g_memdup2(message, captured);
    GString *found = g_string_new(NULL);
    sn_dns_addresses((sn_bytes_t){copy, captured, length}, note_found, found);
    g_free(copy);
    return g_string_free(found, FALSE);
}

typedef struct {
    const char *name, *message;
    uint32_t size;
    const char *want;
} row_t;

#define MESSAGE(bytes) bytes, sizeof(bytes) - 1

/* Flags of an answer, and then how many questions, answers, authorities and additional records. */
#define ANSWER(q, an, ns, ar) "\x12\x34\x81\x80\0" q "\0" an "\0" ns "\0" ar
#define QUESTION              "\3www\7example\0\0\1\0\1"
#define POINTER               "\xc0\x0c"
#define A(address)            "\0\1\0\1\0\0\0\x3c\0\4" address
#define AAAA(address)         "\0\x1c\0\1\0\0\0\x3c\0\x10" address
#define V4                    "\xc0\0\2\1"
#define V6                    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"

static const row_t rows[] = {
    {"a", MESSAGE(ANSWER("\1", "\1", "\0", "\0") QUESTION POINTER A(V4)), "192.0.2.1 "},
    {"aaaa", MESSAGE(ANSWER("\1", "\1", "\0", "\0") QUESTION POINTER AAAA(V6)), "2001:db8::1 "},
    {"name-in-full", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\3www\0" A(V4)), "192.0.2.1 "},
    {"root", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\0" A(V4)), "192.0.2.1 "},
    {"all-sections",
     MESSAGE(ANSWER("\1", "\1", "\1", "\1") QUESTION POINTER A(V4) POINTER A("\xc0\0\2\2")
                 POINTER A("\xc0\0\2\3")),
     "192.0.2.1 192.0.2.2 192.0.2.3 "},
    {"behind-an-alias",
     MESSAGE(ANSWER("\1", "\2", "\0", "\0") QUESTION POINTER
             "\0\5\0\1\0\0\0\x3c\0\2\xc0\x10" POINTER A(V4)),
     "192.0.2.1 "},
    {"query", MESSAGE("\x12\x34\x01\0\0\1\0\1\0\0\0\0" QUESTION POINTER A(V4)), ""},
    {"other-class",
     MESSAGE(ANSWER("\0", "\2", "\0", "\0") "\0\0\1\0\3\0\0\0\x3c\0\4" V4 "\0" A(V4)),
     "192.0.2.1 "},
    {"a-of-16-bytes",
     MESSAGE(ANSWER("\0", "\2", "\0", "\0") "\0\0\1\0\1\0\0\0\x3c\0\x10" V6 "\0" A(V4)),
     "192.0.2.1 "},
    {"aaaa-of-4-bytes", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\0\0\x1c\0\1\0\0\0\x3c\0\4" V4),
     ""},
    {"a-of-no-bytes", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\0\0\1\0\1\0\0\0\x3c\0\0"), ""},
    {"more-bytes-than-there-are",
     MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\0\0\1\0\1\0\0\0\x3c\xff\xff" V4), ""},
    {"more-records-than-there-are", MESSAGE("\x12\x34\x81\x80\0\0\xff\xff\xff\xff\xff\xff\0" A(V4)),
     "192.0.2.1 "},
    {"more-questions-than-there-are",
     MESSAGE("\x12\x34\x81\x80\xff\xff\0\1\0\0\0\0" QUESTION POINTER A(V4)), ""},
    {"fewer-records-than-there-are",
     MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\0" A(V4) "\0" A("\xc0\0\2\2")), "192.0.2.1 "},
    {"no-records", MESSAGE(ANSWER("\0", "\0", "\0", "\0") "\0" A(V4)), ""},
    {"pointer-to-itself", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\xc0\x0c" A(V4)), "192.0.2.1 "},
    {"pointer-behind-the-end", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\xff\xff" A(V4)),
     "192.0.2.1 "},
    {"label-of-unknown-kind", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\x41x\0" A(V4)), ""},
    {"label-of-another-kind", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\x81x\0" A(V4)), ""},
    {"label-behind-the-end", MESSAGE(ANSWER("\0", "\1", "\0", "\0") "\x3fwww"), ""},
    {"header-only", MESSAGE(ANSWER("\0", "\1", "\0", "\0")), ""},
};

static void check(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    char *found = addresses_in(row->message, row->size, row->size);
    g_assert_cmpstr(found, ==, row->want);
    g_free(found);
}

/** Cut anywhere, a message names what it named before the cut, and nothing else. */
static void check_cut(gconstpointer data)
{
    const row_t *row = (const row_t *)data;
    size_t before = 0;
    for (uint32_t captured = 0; captured <= row->size; captured++) {
        char *found = addresses_in(row->message, captured, row->size);
        g_assert_true(g_str_has_prefix(row->want, found));
        g_assert_cmpuint(strlen(found), >=, before);
        before = strlen(found);
        g_free(found);
    }
    g_assert_cmpuint(before, ==, strlen(row->want));
}

/** An address counts when its last byte is there, and not before. */
static void check_last_byte(void)
{
    const row_t *row = &rows[0];
    char *found = addresses_in(row->message, row->size - 1, row->size);
    g_assert_cmpstr(found, ==, "");
    g_free(found);
}

/** A message of nothing but empty names ends, and names nobody. */
static void check_zeros(void)
{
    char *message = g_malloc0(UINT16_MAX);
    memset(message, 0xff, 4);
    memset(message + 4, 0xff, 8); /* 65535 of everything */
    char *found = addresses_in(message, UINT16_MAX, UINT16_MAX);
    g_assert_cmpstr(found, ==, "");
    g_free(found);
    g_free(message);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* one failure hides no other */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat("/dns/message/", rows[i].name, NULL);
        char *cut = g_strconcat("/dns/cut/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], check);
        g_test_add_data_func(cut, &rows[i], check_cut);
        g_free(path);
        g_free(cut);
    }
    g_test_add_func("/dns/last-byte", check_last_byte);
    g_test_add_func("/dns/zeros", check_zeros);
    return g_test_run();
}
