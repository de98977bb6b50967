/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* probe_uri.h: the URI that a probe may carry to say whose it is (RFC 9511, "Attribution of Internet Probes", section 4).
 * It is what the sender claims, and anybody can send it. */
#ifndef SN_PROBE_URI_H
#define SN_PROBE_URI_H

#include "bytes.h"

enum {
    SN_PROBE_URI_MOST = 255
}; /* characters; longer ones are none. A PadN option has room for no more */

/** Whether data that begin with this byte may begin with a URI of those schemes: for most the answer is no. */
static inline bool sn_probe_uri_may_begin(uint8_t first)
{
    uint8_t small = first | 0x20;
    return small == 'h' || small == 'm' || small == 't';
}

/** Whether data begin with a probe description URI and the zero byte that ends it (RFC 9511, 2.1 and 4): https with the
 * path "/.well-known/probing.txt", mailto (RFC 6068) or tel (RFC 3966). It has no characters but those of URIs (RFC 3986, 2),
 * so it can be shown as it is.
 * @return its length; 0: they do not */
uint8_t sn_probe_uri_length(sn_bytes_t data);

/** The same in the PadN options of a hop-by-hop or destination options header (RFC 8200, 4.2).
 * @param header a whole one; out, when there is a URI: from its beginning on
 * @return the length of the first; 0: there is none */
uint8_t sn_probe_uri_in_options(sn_bytes_t *header);

#endif
