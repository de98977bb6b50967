/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* plain.h: whether the headers of an IP packet say all that there is to know of it: then no dissector can
 * find another packet inside, or put it together from several. Where there is any doubt it is not plain. */
#ifndef SN_PLAIN_H
#define SN_PLAIN_H

#include "bytes.h"

typedef enum {
    SN_PLAIN_NOT, /* a fragment, options, another protocol, lengths that do not fit, cut headers, or the
                       * payload begins like one that may carry packets whatever its port */
    SN_PLAIN_HEADERS,      /* there is nothing but headers, or it is a ping */
    SN_PLAIN_QUOTE,        /* an ICMP error: what follows its header is quoted */
    SN_PLAIN_UDP,          /* a payload whose ports tell whether it may carry packets */
    SN_PLAIN_TCP,          /* likewise */
    SN_PLAIN_TCP_DOUBTFUL, /* likewise, but it has what Wireshark knows streams by that carry packets */
} sn_plain_t;

/** @param ip from the IP header on */
sn_plain_t sn_plain(sn_bytes_t ip);

#endif
