/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "system.h"

#ifdef _WIN32

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>

/* Names that begin with an underscore are there whatever the compiler's options are; those of POSIX are
 * not. */

/* It has no sockets among its files, and shows no disks. */
sn_system_kind_t sn_system_kind(const GStatBuf *status)
{
    switch (status->st_mode & _S_IFMT) {
    case _S_IFREG:
        return SN_SYSTEM_FILE;
    case _S_IFDIR:
        return SN_SYSTEM_FOLDER;
    case _S_IFIFO:
        return SN_SYSTEM_PIPE;
    case _S_IFCHR:
        return SN_SYSTEM_DEVICE;
    default:
        return SN_SYSTEM_OTHER;
    }
}

bool sn_system_may_write(const char *path)
{
    enum { WRITE = 2 }; /* the C library's documentation has no name for it */
    return g_access(path, WRITE) == 0;
}

int sn_system_create(char *name, int mode)
{
    return g_mkstemp_full(name, _O_RDWR | _O_BINARY, mode);
}

/* It has a name until it is closed, because Windows has no files without one. */
int sn_system_scratch(char *name, int mode)
{
    return g_mkstemp_full(name, _O_RDWR | _O_BINARY | _O_TEMPORARY, mode);
}

int sn_system_open(const char *path)
{
    return g_open(path, _O_WRONLY | _O_BINARY, 0);
}

int sn_system_duplicate(int descriptor)
{
    return _dup(descriptor);
}

gssize sn_system_read_at(int descriptor, void *data, gsize size, goffset at)
{
    return _lseeki64(descriptor, at, SEEK_SET) < 0 ? -1 : _read(descriptor, data, (unsigned)size);
}

/* A new file has the owner and the rights that its folder gives it: those of the old one are lost. One
 * that is read-only was refused before. */
int sn_system_take_after(int descriptor, const GStatBuf *old)
{
    (void)descriptor;
    (void)old;
    return 0;
}

int sn_system_reserve(int descriptor, goffset size)
{
    return _filelengthi64(descriptor) < size ? _chsize_s(descriptor, size) : 0;
}

int sn_system_resize(int descriptor, goffset size)
{
    return _chsize_s(descriptor, size);
}

/* Of a file's number the status has room for 16 bits; when it was made, which st_ctime is here, makes
 * up for the others. */
bool sn_system_is_same(const GStatBuf *a, const GStatBuf *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_ctime == b->st_ctime;
}

/* A pipe that nobody reads is not there, so there is nothing to wait for. */
int sn_system_open_special(const sn_target_t *target)
{
    return g_open(target->path, _O_WRONLY | _O_APPEND | _O_BINARY, 0);
}

/* Ctrl-C does not end the waiting: that is another thread's, which ends the program. */
gssize sn_system_write(int descriptor, const char *data, gsize size)
{
    enum { MOST = 1 << 14 };
    return _write(descriptor, data, (unsigned)MIN(size, MOST));
}

/* Only standard output has a number that anybody could name, and asking the C library for another that
 * is not open ends the program. */
bool sn_system_is_writable(int descriptor)
{
    return descriptor == SN_SYSTEM_STDOUT;
}

#endif
