/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* hex.h: packets written out in hexadecimal after the RFCs' diagrams; spaces are for the reader. */
#ifndef SN_HEX_H
#define SN_HEX_H

#include "engine/bytes.h"

/** The bytes, in memory of just that size, so that a sanitizer sees a byte too many.
 * @return its `at` is for the caller to g_free() */
static inline sn_bytes_t bytes_of(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    for (const char *at = hex; *at;) {
        if (*at == ' ') {
            at++;
            continue;
        }
        guint8 byte = (guint8)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
        g_byte_array_append(bytes, &byte, 1);
        at += 2;
    }
    guint size = bytes->len;
    return (sn_bytes_t){g_byte_array_free(bytes, FALSE), size, size};
}

/** Headers of IP, all of whose numbers but these are of no interest. */
#define V4(total, id, fragment, protocol)                                                          \
    "45 00 " total " " id " " fragment " 40 " protocol " 0000 cb007109 c000024d "
#define V6(payload, next)                                                                          \
    "60000000 " payload " " next " 40 20010db8000a00000000000000000009 "                           \
    "20010db8000b00000000000000000001 "

#endif
