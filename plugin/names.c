/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <epan/addr_resolv.h>
#include <epan/to_str.h>
#include <wiretap/wtap.h>

#include "engine/shown.h"
#include "engine/wanted.h"

/** "number (name)". Who answers a DNS query chooses names, and so does who wrote a hosts file. */
static char *with_name(wmem_allocator_t *pool, const char *number, const char *name)
{
    enum { LONGEST = 80 }; /* characters */
    char *shown = sn_shown(name, LONGEST);
    char *text = wmem_strdup_printf(pool, "%s (%s)", number, shown);
    g_free(shown);
    return text;
}

static address shared_address(const sn_addr_t *from)
{
    address a;
    bool v6 = from->version == 6;
    set_address(&a, v6 ? AT_IPv6 : AT_IPv4, v6 ? 16 : 4, from->bytes);
    return a;
}

char *sn_address_number(wmem_allocator_t *pool, const sn_addr_t *from)
{
    address a = shared_address(from);
    return address_to_str(pool, &a);
}

char *sn_address_text(wmem_allocator_t *pool, const sn_addr_t *from)
{
    address a = shared_address(from);
    char *number = address_to_str(pool, &a);
    char *resolved = address_to_display(pool, &a);
    char *text = g_str_equal(number, resolved) ? wmem_strdup(pool, number)
                                               : with_name(pool, number, resolved);
    wmem_free(pool, number);
    wmem_free(pool, resolved);
    return text;
}

const char *sn_known_name(const sn_addr_t *a)
{
    if (a->version == 6) {
        const hashipv6_t *v6 = (const hashipv6_t *)wmem_map_lookup(get_ipv6_hash_table(), a->bytes);
        return v6 && v6->flags & NAME_RESOLVED ? v6->name : NULL;
    }
    uint32_t key;
    memcpy(&key, a->bytes, sizeof key);
    const hashipv4_t *v4 =
        (const hashipv4_t *)wmem_map_lookup(get_ipv4_hash_table(), GUINT_TO_POINTER(key));
    return v4 && v4->flags & NAME_RESOLVED ? v4->name : NULL;
}

static bool names_are_wanted(void)
{
    return gbl_resolv_flags.transport_name || gbl_resolv_flags.network_name ||
           gbl_resolv_flags.mac_name;
}

static port_type port_type_of(sn_transport_t transport)
{
    switch (transport) {
    case SN_TRANSPORT_UDP:
        return PT_UDP;
    case SN_TRANSPORT_SCTP:
        return PT_SCTP;
    default:
        return PT_TCP;
    }
}

const char *sn_service_text(sn_transport_t transport, uint16_t port)
{
    return names_are_wanted() ? try_serv_name_lookup(port_type_of(transport), port) : NULL;
}

char *sn_port_text(wmem_allocator_t *pool, sn_transport_t transport, uint16_t port)
{
    const char *service = sn_service_text(transport, port);
    const char *wanted = names_are_wanted() ? sn_wanted_at(transport, port) : NULL;
    char *number = wmem_strdup_printf(pool, "%u", port);
    char *named = service ? with_name(pool, number, service) : wmem_strdup(pool, number);
    char *text =
        wanted ? wmem_strdup_printf(pool, "%s, %s", named, wanted) : wmem_strdup(pool, named);
    wmem_free(pool, number);
    wmem_free(pool, named);
    return text;
}

const char *sn_transport_text(sn_transport_t transport)
{
    switch (transport) {
    case SN_TRANSPORT_UDP:
        return "udp";
    case SN_TRANSPORT_SCTP:
        return "sctp";
    case SN_TRANSPORT_ICMP:
        return "icmp";
    case SN_TRANSPORT_IP:
        return "ip";
    default:
        return "tcp";
    }
}
