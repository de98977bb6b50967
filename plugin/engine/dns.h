/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.h: the addresses that a DNS answer names. */
#ifndef SN_DNS_H
#define SN_DNS_H

#include "wire.h"

/** Called for each address. @param address valid for the call */
typedef void (*sn_dns_found_t)(void *context, const sn_addr_t *address);

/** Hands over the addresses in the A and AAAA records of a response (RFC 1035, RFC 3596), those of name servers in its
 * additional section included; nothing of a query, or behind what cannot be read.
 * @param message a UDP payload, as far as it was captured */
void sn_dns_addresses(sn_bytes_t message, sn_dns_found_t found, void *context);

#endif
