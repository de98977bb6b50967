/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "earlier.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>

#include "json.h"

/** How far a text is read. Wireshark's JSON parser is no help: it goes back over all it has read at the end
 * of each object, and there is one for each scanner. */
typedef struct {
    gsize begun; /* characters of SN_JSON_BEGINNING */
    unsigned depth;
    bool in_string, escaped, over;
} reader_t;

static void read_in_string(reader_t *r, char c)
{
    r->in_string = r->escaped || c != '"';
    r->escaped = !r->escaped && c == '\\';
}

static void read_between_strings(reader_t *r, char c)
{
    r->in_string = c == '"';
    if (c == '{' || c == '[')
        r->depth++;
    else if ((c == '}' || c == ']') && r->depth > 0)
        r->over = --r->depth == 0;
}

/** @return NULL, or what is wrong at this character */
static const char *read_character(reader_t *r, char c)
{
    static const char beginning[] = SN_JSON_BEGINNING;
    if (!r->in_string && g_ascii_isspace(c))
        return NULL;
    if (beginning[r->begun] != '\0' && beginning[r->begun++] != c)
        return "it is not what -z scannoise,json prints";
    if (r->over)
        return "it has something behind its first object";
    if (r->in_string)
        read_in_string(r, c);
    else
        read_between_strings(r, c);
    return NULL;
}

/** @return NULL, or what is wrong with the file */
static const char *look(FILE *file)
{
    reader_t reader = {0};
    char piece[1 << 14];
    for (gsize size; (size = fread(piece, 1, sizeof piece, file)) > 0;) {
        for (gsize i = 0; i < size; i++) {
            const char *problem = read_character(&reader, piece[i]);
            if (problem)
                return problem;
        }
    }
    if (ferror(file))
        return g_strerror(errno);
    return reader.over ? NULL : "it ends too early";
}

static FILE *open_ordinary(const char *path, const char **problem)
{
    bool special =
        g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
    *problem = special ? "it is no ordinary file" : NULL;
    FILE *file = *problem ? NULL : g_fopen(path, "rb");
    if (!file && !*problem)
        *problem = g_strerror(errno);
    return file;
}

FILE *sn_earlier_open(const char *path, char **error)
{
    *error = NULL;
    if (!path || !*path)
        return NULL;
    const char *problem;
    FILE *file = open_ordinary(path, &problem);
    if (file)
        problem = look(file);
    if (!problem)
        return file;
    *error = g_strdup_printf("preference scannoise.compare_with: cannot use %s: %s", path, problem);
    if (file)
        fclose(file);
    return NULL;
}
