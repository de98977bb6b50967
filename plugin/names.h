/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h: addresses and ports as text, named as Wireshark's name resolution is set. In a name
 * control characters are escaped and a long end is cut off. */
#ifndef SN_NAMES_H
#define SN_NAMES_H

#include <epan/wmem_scopes.h>

#include "engine/packet.h"

/** An address with its name behind it, when Wireshark resolves one: "192.0.2.1 (host.example)".
 * @param pool who owns the text; NULL: the caller, who frees it with wmem_free(NULL, …) */
char *sn_address_text(wmem_allocator_t *pool, const sn_addr_t *address);

/** An address alone: "192.0.2.1". @param pool as above */
char *sn_address_number(wmem_allocator_t *pool, const sn_addr_t *address);

/** The host name that Wireshark has for an address: from a name resolution block, a hosts file, a DNS answer
 * in the capture, or a name server that the user has let it ask. Nothing is asked here, and it does not matter
 * whether names are shown. @return NULL: none; else Wireshark's, valid until the capture is closed */
const char *sn_known_name(const sn_addr_t *address);

/** A port with the name of its service, and with what attackers want there where that name misleads:
 * "23 (telnet)", "2323 (3d-nfsd), Telnet". Services are named unless name resolution is
 * off altogether (tshark -n): no look-up leaves the machine for them.
 * @param pool as above */
char *sn_port_text(wmem_allocator_t *pool, sn_transport_t transport, uint16_t port);

/** The name of a port's service: "telnet". NULL: it has none, or names are not wanted as above.
 * Valid until the next call. */
const char *sn_service_text(sn_transport_t transport, uint16_t port);

/** "tcp", "udp", "icmp", "sctp", or "ip" for any other protocol. */
const char *sn_transport_text(sn_transport_t transport);

#endif
