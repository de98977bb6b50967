/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <epan/addr_resolv.h>
#include <epan/to_str.h>

char *sn_address_text(wmem_allocator_t *pool, const sn_addr_t *from)
{
    address a;
    bool v6 = from->version == 6;
    set_address(&a, v6 ? AT_IPv6 : AT_IPv4, v6 ? 16 : 4, from->bytes);
    char *number = address_to_str(pool, &a);
    char *resolved = address_to_display(pool, &a);
    char *text = g_str_equal(number, resolved)
                     ? wmem_strdup(pool, number)
                     : wmem_strdup_printf(pool, "%s (%s)", number, resolved);
    wmem_free(pool, number);
    wmem_free(pool, resolved);
    return text;
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

char *sn_port_text(wmem_allocator_t *pool, sn_transport_t transport, uint16_t port)
{
    const char *service =
        names_are_wanted() ? try_serv_name_lookup(port_type_of(transport), port) : NULL;
    return service ? wmem_strdup_printf(pool, "%u (%s)", port, service)
                   : wmem_strdup_printf(pool, "%u", port);
}

const char *sn_transport_text(sn_transport_t transport)
{
    switch (transport) {
    case SN_TRANSPORT_UDP:
        return "udp";
    case SN_TRANSPORT_SCTP:
        return "sctp";
    default:
        return "tcp";
    }
}
