/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* carriers.h: which payloads of UDP and TCP may carry packets, or set something up by which others do: those
 * whose ports belong to a dissector that is not known to carry none. Lists name what is harmless, so a
 * dissector that nobody thought of costs time and nothing else. */
#ifndef SN_CARRIERS_H
#define SN_CARRIERS_H

#include <stdbool.h>
#include <stdint.h>

enum { SN_PORTS = 65536 };

/** What the dissectors that are registered now say of each port, as bits: Decode As and preferences
 * change it. */
typedef struct {
    uint8_t udp_carries[SN_PORTS / 8]; /* the port's dissector may carry packets */
    uint8_t tcp_carries[SN_PORTS / 8];
    uint8_t tcp_harmless[SN_PORTS / 8]; /* the port has a dissector, and it carries none */
    bool udp_by_content;      /* a dissector that looks at any port's payload may carry packets */
    bool tcp_by_content;      /* likewise, or a stream was seen that does */
    bool tcp_content_first;   /* these are asked before a port's own dissector */
    bool ethernet_by_content; /* likewise for frames of Ethernet */
} sn_carriers_t;

/** Asks Wireshark. @param carriers out */
void sn_carriers_look(sn_carriers_t *carriers);

/** Whether a UDP payload between these ports is known to carry no packet. What carries packets and is
 * recognised by its beginning is for sn_plain(). */
bool sn_carriers_udp_is_harmless(const sn_carriers_t *carriers, uint16_t sport, uint16_t dport);

/** Whether a TCP payload may pass as one that carries no packet. Later segments of a stream go to whom the first one's
 * content was known: so where a payload on ports without a dissector begins like what carries packets, no payload on
 * such ports passes from then on.
 * @param begins_so whether it does: SN_PLAIN_TCP_DOUBTFUL */
bool sn_carriers_let_tcp_pass(sn_carriers_t *carriers, uint16_t sport, uint16_t dport,
                              bool begins_so);

#endif
