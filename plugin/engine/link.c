/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <string.h>

enum { /* IEEE's registry of EtherTypes */
       TYPE_IPV4 = 0x0800,
       TYPE_IPV6 = 0x86dd,
       TYPE_VLAN = 0x8100,
       TYPE_PPPOE = 0x8864,
       TYPE_PROVIDER = 0x88a8, /* 802.1ad */
       TYPE_QINQ = 0x9100,     /* what was used before there was 802.1ad */
};

enum { /* RFC 1332, RFC 5072 */
       PPP_IPV4 = 0x0021,
       PPP_IPV6 = 0x0057,
};

enum {
    ETHERNET_HEADER = 14,
    TAG = 4,
    TAGS = 4, /* more on one frame than any network has */
    PPPOE_HEADER = 6,
    PPPOE_SESSION = 0x1100, /* version 1, type 1, code 0 (RFC 2516) */
    FAMILY = 4,             /* of loopbacks */
};

/** Whether an IP packet of that version begins here. */
static bool is_ip(const sn_bytes_t *b, unsigned version)
{
    return b->captured > 0 && b->at[0] >> 4 == version;
}

/** A protocol number may be sent as one byte, which is then odd (RFC 1661). */
static bool ppp_to_ip(sn_bytes_t *b)
{
    uint32_t size = b->captured > 0 && b->at[0] & 1 ? 1 : 2;
    if (b->captured < size)
        return false;
    unsigned protocol = size == 1 ? b->at[0] : sn_number16(b->at);
    sn_bytes_skip(b, size);
    return (protocol == PPP_IPV4 && is_ip(b, 4)) || (protocol == PPP_IPV6 && is_ip(b, 6));
}

/** HDLC-like framing begins with address and control, or these are left out. */
static bool hdlc_to_ip(sn_bytes_t *b)
{
    if (b->captured > 0 && b->at[0] == 0xff && !sn_bytes_skip(b, 2))
        return false;
    return ppp_to_ip(b);
}

static bool pppoe_to_ip(sn_bytes_t *b)
{
    if (b->captured < PPPOE_HEADER || sn_number16(b->at) != PPPOE_SESSION)
        return false;
    uint32_t payload = sn_number16(b->at + 4);
    sn_bytes_skip(b, PPPOE_HEADER);
    sn_bytes_cut(b, payload); /* Ethernet's padding is none of it */
    return ppp_to_ip(b);
}

static bool is_tag(unsigned type)
{
    return type == TYPE_VLAN || type == TYPE_PROVIDER || type == TYPE_QINQ;
}

/** @param type the EtherType that announces what comes first */
static bool type_to_ip(sn_bytes_t *b, unsigned type)
{
    for (int tags = 0; is_tag(type); tags++) {
        if (tags == TAGS || b->captured < TAG)
            return false;
        type = sn_number16(b->at + 2);
        sn_bytes_skip(b, TAG);
    }
    switch (type) {
    case TYPE_IPV4:
        return is_ip(b, 4);
    case TYPE_IPV6:
        return is_ip(b, 6);
    case TYPE_PPPOE:
        return pppoe_to_ip(b);
    default:
        return false;
    }
}

static bool ethernet_to_ip(sn_bytes_t *b, bool *to_all)
{
    static const uint8_t all[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (b->captured < ETHERNET_HEADER)
        return false;
    unsigned type = sn_number16(b->at + 12);
    *to_all = memcmp(b->at, all, sizeof all) == 0;
    sn_bytes_skip(b, ETHERNET_HEADER);
    return type_to_ip(b, type);
}

/** Whether a cooked capture's protocol is an EtherType on this kind of device: elsewhere it may be one
 * of GRE's, or netlink's. Numbers are those of Linux, in if_arp.h. */
static bool has_type(unsigned device)
{
    enum { ETHERNET = 1, PPP = 512, LOOPBACK = 772, NONE = 65534 };
    return device == ETHERNET || device == PPP || device == LOOPBACK || device == NONE;
}

/** Where a version of cooked captures has what. */
typedef struct {
    uint8_t header, device_at, type_at, for_at;
} cooked_t;

static bool cooked_to_ip(sn_bytes_t *b, const cooked_t *cooked, bool *to_all)
{
    enum { FOR_ALL = 1, FOR_GROUP = 2 };
    if (b->captured < cooked->header || !has_type(sn_number16(b->at + cooked->device_at)))
        return false;
    unsigned type = sn_number16(b->at + cooked->type_at);
    uint8_t for_whom = b->at[cooked->for_at];
    *to_all = for_whom == FOR_ALL || for_whom == FOR_GROUP;
    sn_bytes_skip(b, cooked->header);
    return type_to_ip(b, type);
}

/** Address families of the BSDs: all have the same for IPv4. */
static bool loopback_to_ip(sn_bytes_t *b, bool any_order)
{
    enum { INET = 2, INET6_NETBSD = 24, INET6_FREEBSD = 28, INET6_MACOS = 30 };
    if (b->captured < FAMILY)
        return false;
    uint32_t family = sn_number32(b->at);
    if (any_order && (family & 0xffffff) == 0)
        family = GUINT32_SWAP_LE_BE(family);
    sn_bytes_skip(b, FAMILY);
    switch (family) {
    case INET:
        return is_ip(b, 4);
    case INET6_NETBSD:
    case INET6_FREEBSD:
    case INET6_MACOS:
        return is_ip(b, 6);
    default:
        return false;
    }
}

/** What Wireshark looks at before it takes raw bytes for IP: PPP behind a byte that some driver left. */
static bool is_raw_ip(const sn_bytes_t *b)
{
    enum { PPP_AT = 1, PPP = 0xff03 };
    if (b->captured < PPP_AT + 2 || sn_number16(b->at + PPP_AT) == PPP)
        return false;
    return is_ip(b, 4) || is_ip(b, 6);
}

bool sn_link_to_ip(sn_link_t link, sn_bytes_t *bytes, bool *to_all)
{
    static const cooked_t v1 = {.header = 16, .device_at = 2, .type_at = 14, .for_at = 1};
    static const cooked_t v2 = {.header = 20, .device_at = 8, .type_at = 0, .for_at = 10};
    *to_all = false;
    switch (link) {
    case SN_LINK_ETHERNET:
        return ethernet_to_ip(bytes, to_all);
    case SN_LINK_PPP:
        return hdlc_to_ip(bytes);
    case SN_LINK_SLL:
        return cooked_to_ip(bytes, &v1, to_all);
    case SN_LINK_SLL2:
        return cooked_to_ip(bytes, &v2, to_all);
    case SN_LINK_NULL:
        return loopback_to_ip(bytes, true);
    case SN_LINK_LOOP:
        return loopback_to_ip(bytes, false);
    case SN_LINK_RAW:
        return is_raw_ip(bytes);
    case SN_LINK_RAW_V4:
        return is_ip(bytes, 4);
    case SN_LINK_RAW_V6:
        return is_ip(bytes, 6);
    }
    return false;
}
