/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "engine/shown.h"
#include "place.h"
#include "system.h"
#include "target.h"

enum { FULL = 1 << 16 }; /* bytes to write at once, with few system calls for each row */

struct sn_output {
    char *name; /* as the user gave it */
    const char *mine;
    sn_target_t target;
    int descriptor;   /* the target itself, or where rows are until they go there */
    GString *waiting; /* what is not written yet */
    goffset written;  /* bytes */
    int error;        /* errno of what failed first; 0: nothing */
};

static GPtrArray *outputs; /* of sn_output_t: what this program writes */

static char *message(const char *name, const char *reason)
{
    char *shown = sn_shown(g_str_equal(name, "-") ? "standard output" : name, SN_SHOWN_WHOLE);
    char *text = g_strdup_printf("cannot write %s: %s", shown, reason);
    g_free(shown);
    return text;
}

/* --- Beginning ------------------------------------------------------------------------------- */

/** @return a descriptor to which rows are written, or -1 with errno set */
static int open_target(const sn_target_t *target)
{
    if (target->kind == SN_TARGET_DESCRIPTOR)
        return sn_system_duplicate(target->descriptor);
    if (target->kind == SN_TARGET_FILE)
        return sn_place_scratch(target->path);
    return sn_system_open_special(target);
}

static const char *reason(const sn_target_t *target)
{
    if (errno == ENXIO && sn_system_kind(&target->status) == SN_SYSTEM_PIPE)
        return "nobody reads this pipe";
    return g_strerror(errno);
}

/** @return NULL, or a message for the caller to free */
static char *objection(const sn_output_t *output)
{
    for (guint i = 0; outputs && i < outputs->len; i++) {
        const sn_output_t *other = (const sn_output_t *)g_ptr_array_index(outputs, i);
        if (sn_target_equal(&other->target, &output->target))
            return message(output->name, "it is named twice");
    }
    char *why = sn_target_objection(&output->target, output->mine);
    char *text = why ? message(output->name, why) : NULL;
    g_free(why);
    return text;
}

static void free_output(sn_output_t *output)
{
    sn_target_clear(&output->target);
    g_string_free(output->waiting, TRUE);
    g_free(output->name);
    g_free(output);
}

sn_output_t *sn_output_open(const char *name, const char *mine, char **error)
{
    sn_output_t *output = g_new0(sn_output_t, 1);
    output->name = g_strdup(name);
    output->mine = mine;
    output->descriptor = -1;
    output->waiting = g_string_new(NULL);
    int hidden = sn_target_look(name, &output->target);
    *error = hidden ? message(name, g_strerror(hidden)) : objection(output);
    if (!*error) {
        output->descriptor = open_target(&output->target);
        *error = output->descriptor < 0 ? message(name, reason(&output->target)) : NULL;
    }
    if (*error) {
        free_output(output);
        return NULL;
    }
    if (!outputs)
        outputs = g_ptr_array_new();
    g_ptr_array_add(outputs, output);
    return output;
}

/* --- Writing and ending ---------------------------------------------------------------------- */

/** Writes what waits, in pieces that a pipe takes at once when it is ready. */
static void flush(sn_output_t *output)
{
    const char *data = output->waiting->str;
    gsize left = output->error == 0 ? output->waiting->len : 0;
    if (output->target.kind == SN_TARGET_DESCRIPTOR)
        fflush(stdout); /* what Wireshark has printed comes first */
    while (left > 0) {
        gssize size = sn_system_write(output->descriptor, data, left);
        if (size < 0) {
            output->error = errno;
            break;
        }
        data += size;
        output->written += size;
        left -= (gsize)size;
    }
    g_string_truncate(output->waiting, 0);
}

void sn_output_write(sn_output_t *output, const char *data, gsize size)
{
    g_string_append_len(output->waiting, data, (gssize)size);
    if (output->waiting->len >= FULL)
        flush(output);
}

/** Lets the file have the rows. It may have changed since we looked first: Wireshark writes files, too.
 * @return NULL, or a message for the caller to free */
static char *settle(const sn_output_t *output)
{
    sn_target_t now;
    int error = sn_target_look(output->name, &now);
    char *why = error == 0 ? sn_target_objection(&now, output->mine) : NULL;
    if (error == 0 && !why)
        error = now.kind == SN_TARGET_FILE ? sn_place(output->descriptor, output->written, &now)
                                           : EEXIST;
    sn_target_clear(&now);
    if (error == 0 && !why)
        return NULL;
    char *text = message(output->name, why ? why : g_strerror(error));
    g_free(why);
    return text;
}

char *sn_output_close(sn_output_t *output)
{
    flush(output);
    bool is_file = output->target.kind == SN_TARGET_FILE;
    if (!is_file && !g_close(output->descriptor, NULL) && output->error == 0)
        output->error = errno;
    char *text = NULL;
    if (output->error != 0)
        text = message(output->name, g_strerror(output->error));
    else if (is_file)
        text = settle(output);
    if (is_file)
        g_close(output->descriptor, NULL);
    g_ptr_array_remove(outputs, output);
    free_output(output);
    return text;
}

void sn_output_abandon(sn_output_t *output)
{
    output->error = ECANCELED;
    g_free(sn_output_close(output));
}

char *sn_output_flush(void)
{
    /* Of an error before only that there was one is known. */
    int error = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;
    return error == 0 ? NULL : message("-", g_strerror(error));
}
