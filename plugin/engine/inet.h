/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* inet.h: inet_pton() and inet_ntop(), whose header has another name on Windows. */
#ifndef SN_INET_H
#define SN_INET_H

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#endif
