/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* test_place.c: a file gets new content or keeps the old one, also where it cannot be exchanged. */
#define _POSIX_C_SOURCE 200809L
#include "stats/place.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LARGE = 200000, LIMIT = 100000 };

static const char old[] = "old content";

/** A file with two names in a folder of its own. @return its path, for the caller to free */
static char *make_file(char **other)
{
    char *folder = g_dir_make_tmp("scannoise-XXXXXX", NULL);
    char *path = g_build_filename(folder, "flows.csv", NULL);
    *other = g_build_filename(folder, "other.csv", NULL);
    g_assert_true(g_file_set_contents(path, old, -1, NULL));
    g_assert_cmpint(link(path, *other), ==, 0);
    g_free(folder);
    return path;
}

static void remove_file(char *path, char *other)
{
    char *folder = g_path_get_dirname(path);
    g_unlink(path);
    g_unlink(other);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing else is there */
    g_free(folder);
    g_free(path);
    g_free(other);
}

static int scratch_of(const char *path, size_t size)
{
    char *content = g_strnfill(size, 'x');
    int scratch = sn_place_scratch(path);
    g_assert_cmpint(write(scratch, content, size), ==, (gssize)size);
    g_free(content);
    return scratch;
}

static int place(const char *path, size_t size, rlim_t limit)
{
    int scratch = scratch_of(path, size);
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = limit;
    setrlimit(RLIMIT_FSIZE, &small);
    sn_target_t target;
    g_assert_cmpint(sn_target_look(path, &target), ==, 0);
    int error = sn_place(scratch, (goffset)size, &target);
    setrlimit(RLIMIT_FSIZE, &before);
    sn_target_clear(&target);
    close(scratch);
    return error;
}

static size_t size_of(const char *path)
{
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    return (size_t)status.st_size;
}

static void check_no_room(void)
{
    char *other, *path = make_file(&other), *content;
    g_assert_cmpint(place(path, LARGE, LIMIT), ==, EFBIG);
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, old);
    g_free(content);
    remove_file(path, other);
}

static void check_both_names(void)
{
    char *other, *path = make_file(&other);
    for (size_t size = LARGE; size > 0; size /= 7) { /* each time less than was there */
        g_assert_cmpint(place(path, size, RLIM_INFINITY), ==, 0);
        g_assert_cmpuint(size_of(path), ==, size);
        g_assert_cmpuint(size_of(other), ==, size);
    }
    remove_file(path, other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGXFSZ, SIG_IGN);
    g_test_add_func("/place/no-room", check_no_room);
    g_test_add_func("/place/both-names", check_both_names);
    return g_test_run();
}
