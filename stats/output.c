/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

enum {
    ANYBODY = 0666, /* less the user's umask */
    BUFFER = 1 << 20,
};

static char *message(const char *path, int error)
{
    return g_strdup_printf("cannot write %s: %s", path, g_strerror(error));
}

/** Makes the file under its other name, empty. @return false, with errno set, when it cannot */
static bool make_part(sn_output_t *output)
{
    output->part = g_strconcat(output->path, ".XXXXXX", NULL);
    int descriptor = g_mkstemp_full(output->part, O_WRONLY, ANYBODY);
    if (descriptor < 0)
        g_clear_pointer(&output->part, g_free);
    else
        g_close(descriptor, NULL);
    return descriptor >= 0;
}

static bool is_special(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

char *sn_output_check(const char *path)
{
    enum { MAY_WRITE = 2 }; /* POSIX: W_OK */
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return message(path, EISDIR);
    if (g_file_test(path, G_FILE_TEST_EXISTS) && g_access(path, MAY_WRITE) != 0)
        return message(path, errno);
    if (is_special(path))
        return NULL;
    sn_output_t trial = {.path = (char *)path};
    if (!make_part(&trial))
        return message(path, errno);
    g_unlink(trial.part);
    g_free(trial.part);
    return NULL;
}

char *sn_output_begin(sn_output_t *output)
{
    if (is_special(output->path) || make_part(output))
        output->file = g_fopen(output->part ? output->part : output->path, "wb");
    if (!output->file)
        return message(output->path, errno);
    setvbuf(output->file, NULL, _IOFBF, BUFFER);
    return NULL;
}

char *sn_output_end(sn_output_t *output)
{
    int error = ferror(output->file) ? EIO : 0; /* which one it was is forgotten by now */
    if (fflush(output->file) != 0)
        error = errno;
    if (fclose(output->file) != 0 && error == 0)
        error = errno;
    output->file = NULL;
    if (output->part && error == 0 && g_rename(output->part, output->path) != 0)
        error = errno;
    if (output->part && error != 0)
        g_unlink(output->part);
    g_clear_pointer(&output->part, g_free);
    return error == 0 ? NULL : message(output->path, error);
}
