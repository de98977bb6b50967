/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dns.h"

enum { /* RFC 1035, 4.1 */
       HEADER = 12,
       QUESTION = 4, /* behind its name, as the next */
       RECORD = 10,
       TYPE_A = 1,
       TYPE_AAAA = 28,
       CLASS_IN = 1,
};

/** Leaves out a name: labels, up to an empty one or a pointer to others. */
static bool skip_name(sn_bytes_t *b)
{
    while (b->captured > 0) {
        unsigned length = b->at[0];
        if (length >> 6 == 3)
            return sn_bytes_skip(b, 2);
        if (length >> 6 != 0 || !sn_bytes_skip(b, length + 1))
            return false;
        if (length == 0)
            return true;
    }
    return false;
}

/** Reads a record. @return false when the rest cannot be read */
static bool read_record(sn_bytes_t *b, sn_dns_found_t found, void *context)
{
    if (!skip_name(b) || b->captured < RECORD)
        return false;
    const uint8_t *record = b->at, *data = record + RECORD;
    unsigned type = sn_number16(record), length = sn_number16(record + 8);
    if (!sn_bytes_skip(b, RECORD + length))
        return false;
    sn_addr_t address = {0};
    if (type == TYPE_A && length == 4)
        address = sn_addr_v4(data);
    else if (type == TYPE_AAAA && length == 16)
        address = sn_addr_v6(data);
    if (address.version != 0 && sn_number16(record + 2) == CLASS_IN)
        found(context, &address);
    return true;
}

void sn_dns_addresses(sn_bytes_t message, sn_dns_found_t found, void *context)
{
    const uint8_t *header = message.at;
    if (!sn_bytes_skip(&message, HEADER) || !(header[2] & 0x80))
        return;
    for (unsigned i = sn_number16(header + 4); i > 0; i--)
        if (!skip_name(&message) || !sn_bytes_skip(&message, QUESTION))
            return;
    uint32_t records =
        0U + sn_number16(header + 6) + sn_number16(header + 8) + sn_number16(header + 10);
    while (records-- > 0)
        if (!read_record(&message, found, context))
            return;
}
