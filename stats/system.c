/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "system.h"

#ifndef _WIN32

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* --- Files ----------------------------------------------------------------------------------- */

sn_system_kind_t sn_system_kind(const GStatBuf *status)
{
    static const struct {
        mode_t type;
        sn_system_kind_t kind;
    } kinds[] = {
        {S_IFREG, SN_SYSTEM_FILE},    {S_IFDIR, SN_SYSTEM_FOLDER}, {S_IFIFO, SN_SYSTEM_PIPE},
        {S_IFSOCK, SN_SYSTEM_SOCKET}, {S_IFCHR, SN_SYSTEM_DEVICE}, {S_IFBLK, SN_SYSTEM_DISK},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if ((status->st_mode & S_IFMT) == kinds[i].type)
            return kinds[i].kind;
    return SN_SYSTEM_OTHER;
}

bool sn_system_may_write(const char *path)
{
    return g_access(path, W_OK) == 0;
}

int sn_system_create(char *name, int mode)
{
    return g_mkstemp_full(name, O_RDWR, mode);
}

int sn_system_scratch(char *name, int mode)
{
    int descriptor = sn_system_create(name, mode);
    if (descriptor >= 0)
        g_unlink(name);
    return descriptor;
}

int sn_system_open(const char *path)
{
    return g_open(path, O_WRONLY, 0);
}

int sn_system_duplicate(int descriptor)
{
    return dup(descriptor);
}

gssize sn_system_read_at(int descriptor, void *data, gsize size, goffset at)
{
    return pread(descriptor, data, size, at);
}

int sn_system_take_after(int descriptor, const GStatBuf *old)
{
    enum { MODE = 07777 };
    bool done = fchown(descriptor, old->st_uid, old->st_gid) == 0 &&
                fchmod(descriptor, old->st_mode & MODE) == 0;
    return done ? 0 : errno;
}

int sn_system_reserve(int descriptor, goffset size)
{
    int error = posix_fallocate(descriptor, 0, size);
    return error == EOPNOTSUPP || error == EINVAL ? 0 : error;
}

int sn_system_resize(int descriptor, goffset size)
{
    return ftruncate(descriptor, size) == 0 ? 0 : errno;
}

bool sn_system_is_same(const GStatBuf *a, const GStatBuf *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* --- Pipes, devices and sockets -------------------------------------------------------------- */

static int open_waiting(const sn_target_t *target)
{
    enum { WAIT_MS = 2000, STEP_MS = 20 };
    int descriptor;
    for (int waited = 0; waited <= WAIT_MS; waited += STEP_MS) {
        descriptor = g_open(target->path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY, 0);
        if (descriptor >= 0 || errno != ENXIO || sn_system_kind(&target->status) != SN_SYSTEM_PIPE)
            break;
        g_usleep((gulong)STEP_MS * 1000);
        errno = ENXIO;
    }
    if (descriptor >= 0)
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    return descriptor;
}

static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int sn_system_open_special(const sn_target_t *target)
{
    bool is_socket = sn_system_kind(&target->status) == SN_SYSTEM_SOCKET;
    return is_socket ? open_socket(target->path) : open_waiting(target);
}

/* The waiting is done by poll(), which a signal ends, while Wireshark has it that a signal does not
 * end a write(). */
gssize sn_system_write(int descriptor, const char *data, gsize size)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
    bool waited = poll(&ready, 1, -1) > 0;
    return waited ? write(descriptor, data, MIN(size, PIPE_BUF)) : -1;
}

bool sn_system_is_writable(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

#endif
